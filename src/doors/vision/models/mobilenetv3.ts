import { ArgumentError, nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { Conv2dNormActivation, type NormMaker, SqueezeExcitation } from '../ops/layers';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, makeDivisible, type WeightsName } from './builder';
import { fanOut, initialize, normal } from './initialize';
import { type Fixed, networkKinds, stagesKind } from './network-kinds';

/** A block of MobileNetV3. */
export interface MobileNetV3Block {
  readonly inputChannels: number;
  readonly kernel: number;
  readonly expandedChannels: number;
  readonly outChannels: number;
  /** Whether to scale channels by squeeze and excitation. */
  readonly useSe: boolean;
  /** Use hard swish instead of ReLU. */
  readonly useHs: boolean;
  readonly stride: number;
  readonly dilation: number;
}

/** Options of `MobileNetV3`. */
export interface MobileNetV3Options extends ClassifierOptions {
  /** torchvision's block, which cannot be replaced. Default: null. */
  block?: Fixed;
  /** Makes the norm for a number of channels. Default: batch norm with eps 0.001 and momentum 0.01. */
  normLayer?: NormMaker | null;
  /** Probability of dropout between the last two layers. Default: 0.2. */
  dropout?: number;
}

interface MobileNetV3Arguments extends MobileNetV3Options {
  /** What the stages of the network are. */
  invertedResidualSetting: readonly MobileNetV3Block[];
  /** The channels in front of the classifier. */
  lastChannel: number;
}

type MobileNetV3Order = ['invertedResidualSetting', 'lastChannel', 'numClasses', 'block', 'normLayer', 'dropout'];

export interface ArchitectureOptions extends MobileNetV3Options {
  /** Multiplies all channels. Default: 1. */
  widthMult?: number;
  /** Halve the channels of the last blocks. Default: false. */
  reducedTail?: boolean;
  /** Dilate the last blocks instead of halving the map. Default: false. */
  dilated?: boolean;
}

/** The block of section 5 of the paper. */
class InvertedResidual extends Module {
  block: nn.Sequential;
  readonly outChannels: number;
  readonly skips: boolean;

  constructor(block: MobileNetV3Block, normLayer: NormMaker) {
    super();
    const { inputChannels, kernel, expandedChannels, outChannels, useSe, useHs, stride, dilation } = block;
    if (stride !== 1 && stride !== 2) {
      throw new ArgumentError(`InvertedResidual: expected a stride of 1 or 2, but got ${stride}`);
    }
    const active = { normLayer, activationLayer: useHs ? nn.Hardswish : nn.ReLU };
    const layers: nn.UnaryModule[] = [];
    if (expandedChannels !== inputChannels) {
      layers.push(new Conv2dNormActivation(inputChannels, expandedChannels, { ...active, kernelSize: 1 }));
    }
    layers.push(
      new Conv2dNormActivation(expandedChannels, expandedChannels, {
        ...active,
        kernelSize: kernel,
        stride: dilation > 1 ? 1 : stride,
        dilation,
        groups: expandedChannels,
      }),
    );
    if (useSe) {
      const squeezed = makeDivisible(Math.floor(expandedChannels / 4));
      layers.push(new SqueezeExcitation(expandedChannels, squeezed, { scaleActivation: nn.Hardsigmoid }));
    }
    layers.push(
      new Conv2dNormActivation(expandedChannels, outChannels, { normLayer, activationLayer: null, kernelSize: 1 }),
    );
    this.block = new nn.Sequential(...layers);
    this.outChannels = outChannels;
    this.skips = stride === 1 && inputChannels === outChannels;
  }

  override forward(x: Tensor): Tensor {
    const result = this.block(x);
    return this.skips ? result.add_(x) : result;
  }
}

const batchNorm: NormMaker = (channels: number) => new nn.BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 });

/**
 * MobileNetV3 (Howard et al. 2019, arXiv:1905.02244): takes images [N, 3, H, W], usually of 224 pixels, and returns
 * scores [N, numClasses]. `mobilenetV3Large` has 5,483,032 parameters, `mobilenetV3Small` 2,542,856.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class MobileNetV3 extends Network {
  declare avgpool: nn.AdaptiveAvgPool2d;

  constructor(...args: Arguments<MobileNetV3Arguments, MobileNetV3Order>) {
    super();
    const defaults = { numClasses: 1000, block: null, normLayer: null, dropout: 0.2 };
    const required = ['invertedResidualSetting', 'lastChannel'] as const;
    const o = parseArgs<MobileNetV3Arguments>('MobileNetV3', required, defaults, args, {
      ...networkKinds,
      invertedResidualSetting: stagesKind,
      lastChannel: kinds.features,
    });
    const { invertedResidualSetting: blocks, lastChannel, numClasses, dropout } = o;
    const normLayer = o.normLayer ?? batchNorm;
    const first = blocks[0]!;
    const last = blocks.at(-1)!;
    const active = { normLayer, activationLayer: nn.Hardswish };
    const width = 6 * last.outChannels;
    this.features = new nn.Sequential(
      new Conv2dNormActivation(3, first.inputChannels, { ...active, stride: 2 }),
      ...blocks.map((block) => new InvertedResidual(block, normLayer)),
      new Conv2dNormActivation(last.outChannels, width, { ...active, kernelSize: 1 }),
    );
    this.avgpool = new nn.AdaptiveAvgPool2d(1);
    this.classifier = new nn.Sequential(
      new nn.Linear(width, lastChannel),
      new nn.Hardswish({ inplace: true }),
      new nn.Dropout({ p: dropout, inplace: true }),
      new nn.Linear(lastChannel, numClasses),
    );
    initialize(this, { convolution: fanOut, linear: normal(0.01) });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(expectBatch('MobileNetV3', x))).flatten(1));
  }
}

export interface MobileNetV3 {
  /** The feature layers: `features[0][0]` is the first convolution. */
  get features(): nn.SequentialOf<[Conv2dNormActivation]>;
  set features(module: nn.UnaryModule);
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.Linear, nn.Hardswish, nn.Dropout, nn.Linear]>;
  set classifier(module: nn.UnaryModule);
}

/**
 * A block of the tables. In the tail, `reducedTail` halves the output channels, and after the tail's first block also
 * the expanded channels.
 */
type Row = readonly [
  kernel: number,
  expanded: number,
  out: number,
  useSe: boolean,
  useHs: boolean,
  stride: number,
  tail?: 'tail' | 'tail+',
];

/** Tables 1 and 2 of the paper. */
const tables: Record<'large' | 'small', { readonly rows: readonly Row[]; readonly last: number }> = {
  large: {
    rows: [
      [3, 16, 16, false, false, 1],
      [3, 64, 24, false, false, 2],
      [3, 72, 24, false, false, 1],
      [5, 72, 40, true, false, 2],
      [5, 120, 40, true, false, 1],
      [5, 120, 40, true, false, 1],
      [3, 240, 80, false, true, 2],
      [3, 200, 80, false, true, 1],
      [3, 184, 80, false, true, 1],
      [3, 184, 80, false, true, 1],
      [3, 480, 112, true, true, 1],
      [3, 672, 112, true, true, 1],
      [5, 672, 160, true, true, 2, 'tail'],
      [5, 960, 160, true, true, 1, 'tail+'],
      [5, 960, 160, true, true, 1, 'tail+'],
    ],
    last: 1280,
  },
  small: {
    rows: [
      [3, 16, 16, true, false, 2],
      [3, 72, 24, false, false, 2],
      [3, 88, 24, false, false, 1],
      [5, 96, 40, true, true, 2],
      [5, 240, 40, true, true, 1],
      [5, 240, 40, true, true, 1],
      [5, 120, 48, true, true, 1],
      [5, 144, 48, true, true, 1],
      [5, 288, 96, true, true, 2, 'tail'],
      [5, 576, 96, true, true, 1, 'tail+'],
      [5, 576, 96, true, true, 1, 'tail+'],
    ],
    last: 1024,
  },
};

const mobilenetV3 = (name: string, weights: WeightsName, size: keyof typeof tables) =>
  builder<MobileNetV3, ArchitectureOptions>(name, {
    defaults: {
      block: null,
      numClasses: 1000,
      widthMult: 1,
      reducedTail: false,
      dilated: false,
      normLayer: null,
      dropout: 0.2,
    },
    weights,
    build({ widthMult, reducedTail, dilated, ...options }) {
      const { rows, last } = tables[size];
      const divider = reducedTail ? 2 : 1;
      let inputChannels = makeDivisible(16 * widthMult);
      const blocks = rows.map(([kernel, expanded, out, useSe, useHs, stride, tail = '']): MobileNetV3Block => {
        const outChannels = makeDivisible((tail ? out / divider : out) * widthMult);
        const expandedChannels = makeDivisible((tail === 'tail+' ? expanded / divider : expanded) * widthMult);
        const dilation = tail && dilated ? 2 : 1;
        const block = { inputChannels, kernel, expandedChannels, outChannels, useSe, useHs, stride, dilation };
        inputChannels = outChannels;
        return block;
      });
      return new MobileNetV3(blocks, makeDivisible((last / divider) * widthMult), options);
    },
  });

/** The large MobileNetV3: see `MobileNetV3`. */
export const mobilenetV3Large = mobilenetV3('mobilenetV3Large', 'MobileNet_V3_Large_Weights', 'large');
/** The small MobileNetV3. */
export const mobilenetV3Small = mobilenetV3('mobilenetV3Small', 'MobileNet_V3_Small_Weights', 'small');
