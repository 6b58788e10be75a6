import { ArgumentError, nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { Conv2dNormActivation, type NormMaker, SqueezeExcitation } from '../ops/layers';
import { StochasticDepth } from '../ops/stochastic-depth';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, makeDivisible, type WeightsName } from './builder';
import { byOutputs, fanOut, initialize } from './initialize';
import { networkKinds, stagesKind } from './network-kinds';

/** A stage of EfficientNet. */
export interface MBConvConfig {
  readonly expandRatio: number;
  readonly kernel: number;
  /** Stride of the first block; further blocks have 1. */
  readonly stride: number;
  readonly inputChannels: number;
  readonly outChannels: number;
  readonly numLayers: number;
}

/** Options of `EfficientNet`. */
export interface EfficientNetOptions extends ClassifierOptions {
  /** Probability of dropout before the last layer. Default: 0.2 for B0 and B1, 0.3 for B2 and B3. */
  dropout?: number;
  /** Probability with which the last block is skipped in training; it grows from 0 at the first block. Default: 0.2. */
  stochasticDepthProb?: number;
  /** Makes the norm for a number of channels. Default: batch norm. */
  normLayer?: NormMaker | null;
  /** Channels before the head. Default: four times those of the last stage. */
  lastChannel?: number | null;
}

interface EfficientNetArguments extends EfficientNetOptions {
  /** What the stages of the network are. */
  invertedResidualSetting: readonly MBConvConfig[];
  dropout: number;
}

type EfficientNetOrder = [
  ...['invertedResidualSetting', 'dropout', 'stochasticDepthProb'],
  ...['numClasses', 'normLayer', 'lastChannel'],
];

/** A block that is added to its input if the shapes are equal. */
export abstract class SkippedBlock extends Module {
  block: nn.Sequential;
  stochastic_depth: StochasticDepth;

  constructor(
    block: nn.Sequential,
    skipProb: number,
    readonly skips: boolean,
  ) {
    super();
    this.block = block;
    this.stochastic_depth = new StochasticDepth(skipProb, 'row');
  }

  override forward(x: Tensor): Tensor {
    const result = this.block(x);
    return this.skips ? this.stochastic_depth(result).add_(x) : result;
  }
}

/**
 * A depthwise convolution between 1×1 convolutions, with squeeze and excitation; added to the input if the shapes are
 * equal.
 */
class MBConv extends SkippedBlock {
  readonly outChannels: number;

  constructor(config: Omit<MBConvConfig, 'numLayers'>, stochasticDepthProb: number, normLayer: NormMaker) {
    const { expandRatio, kernel, stride, inputChannels, outChannels } = config;
    if (stride !== 1 && stride !== 2) throw new ArgumentError(`MBConv: expected a stride of 1 or 2, but got ${stride}`);
    const active = { normLayer, activationLayer: nn.SiLU };
    const width = makeDivisible(inputChannels * expandRatio);
    const layers: nn.UnaryModule[] = [];
    if (width !== inputChannels)
      layers.push(new Conv2dNormActivation(inputChannels, width, { ...active, kernelSize: 1 }));
    layers.push(
      new Conv2dNormActivation(width, width, { ...active, kernelSize: kernel, stride, groups: width }),
      new SqueezeExcitation(width, Math.max(1, Math.floor(inputChannels / 4)), {
        activation: () => new nn.SiLU({ inplace: true }),
      }),
      new Conv2dNormActivation(width, outChannels, { normLayer, activationLayer: null, kernelSize: 1 }),
    );
    super(new nn.Sequential(...layers), stochasticDepthProb, stride === 1 && inputChannels === outChannels);
    this.outChannels = outChannels;
  }
}

/**
 * EfficientNet (Tan and Le 2019, arXiv:1905.11946): takes images [N, 3, H, W], of 224, 240, 260 and 300 pixels for B0
 * to B3, and returns scores [N, numClasses]. Parameters: B0 5,288,548, B1 7,794,184, B2 9,109,994, B3 12,233,232.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class EfficientNet extends Network {
  declare avgpool: nn.AdaptiveAvgPool2d;

  constructor(...args: Arguments<EfficientNetArguments, EfficientNetOrder>) {
    super();
    const defaults = { stochasticDepthProb: 0.2, numClasses: 1000, normLayer: null, lastChannel: null };
    const required = ['invertedResidualSetting', 'dropout'] as const;
    const o = parseArgs<EfficientNetArguments>('EfficientNet', required, defaults, args, {
      ...networkKinds,
      invertedResidualSetting: stagesKind,
      lastChannel: kinds.orNull(kinds.features),
    });
    const { invertedResidualSetting: stages, dropout, stochasticDepthProb, numClasses } = o;
    const normLayer = o.normLayer ?? (nn.BatchNorm2d as NormMaker);
    const first = stages[0]!;
    const last = stages.at(-1)!;
    const active = { normLayer, activationLayer: nn.SiLU };
    const total = stages.reduce((sum, { numLayers }) => sum + numLayers, 0);
    let made = 0;
    const layers: nn.UnaryModule[] = [new Conv2dNormActivation(3, first.inputChannels, { ...active, stride: 2 })];
    for (const stage of stages) {
      const blocks = Array.from({ length: stage.numLayers }, (_, i) => {
        const config = i === 0 ? stage : { ...stage, inputChannels: stage.outChannels, stride: 1 };
        return new MBConv(config, (stochasticDepthProb * made++) / total, normLayer);
      });
      layers.push(new nn.Sequential(...blocks));
    }
    const width = o.lastChannel ?? 4 * last.outChannels;
    layers.push(new Conv2dNormActivation(last.outChannels, width, { ...active, kernelSize: 1 }));
    this.features = new nn.Sequential(...layers);
    this.avgpool = new nn.AdaptiveAvgPool2d(1);
    this.classifier = new nn.Sequential(
      new nn.Dropout({ p: dropout, inplace: true }),
      new nn.Linear(width, numClasses),
    );
    initialize(this, { convolution: fanOut, linear: byOutputs });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(expectBatch('EfficientNet', x))).flatten(1));
  }
}

export interface EfficientNet {
  /** The feature layers: `features[0][0]` is the first convolution. */
  get features(): nn.SequentialOf<[Conv2dNormActivation]>;
  set features(module: nn.UnaryModule);
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.Dropout, nn.Linear]>;
  set classifier(module: nn.UnaryModule);
}

/**
 * Expansion, kernel, stride, input channels, output channels and number of blocks of B0's stages: table 1 of the paper.
 */
export const stages = [
  [1, 3, 1, 32, 16, 1],
  [6, 3, 2, 16, 24, 2],
  [6, 5, 2, 24, 40, 2],
  [6, 3, 2, 40, 80, 3],
  [6, 5, 1, 80, 112, 3],
  [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
] as const;

const efficientnet = (
  name: string,
  weights: WeightsName,
  [widthMult, depthMult]: readonly [number, number],
  dropout: number,
) =>
  builder<EfficientNet, EfficientNetOptions>(name, {
    defaults: { numClasses: 1000, dropout, stochasticDepthProb: 0.2, normLayer: null, lastChannel: null },
    weights,
    build(options) {
      const scaled = stages.map(
        ([expandRatio, kernel, stride, inputs, outputs, count]): MBConvConfig => ({
          expandRatio,
          kernel,
          stride,
          inputChannels: makeDivisible(inputs * widthMult),
          outChannels: makeDivisible(outputs * widthMult),
          numLayers: Math.ceil(count * depthMult),
        }),
      );
      return new EfficientNet(scaled, options);
    },
  });

/** EfficientNet-B0: see `EfficientNet`. */
export const efficientnetB0 = efficientnet('efficientnetB0', 'EfficientNet_B0_Weights', [1, 1], 0.2);
/** EfficientNet-B1, deeper. */
export const efficientnetB1 = efficientnet('efficientnetB1', 'EfficientNet_B1_Weights', [1, 1.1], 0.2);
/** EfficientNet-B2, deeper and wider. */
export const efficientnetB2 = efficientnet('efficientnetB2', 'EfficientNet_B2_Weights', [1.1, 1.2], 0.3);
/** EfficientNet-B3, deeper and wider. */
export const efficientnetB3 = efficientnet('efficientnetB3', 'EfficientNet_B3_Weights', [1.2, 1.4], 0.3);
