import { ArgumentError, nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { Conv2dNormActivation, make, type NormMaker } from '../ops/layers';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, makeDivisible } from './builder';
import { fanOut, initialize, normal } from './initialize';
import { type Fixed, networkKinds } from './network-kinds';

/** A stage of MobileNetV2: the expansion of its blocks, their output channels, their number, and the stride of the first. */
export type InvertedResidualSetting = readonly [expandRatio: number, channels: number, count: number, stride: number];

/** Options of `MobileNetV2`. */
export interface MobileNetV2Options extends ClassifierOptions {
  /** Multiplies all channels. Default: 1. */
  widthMult?: number;
  /** The stages. Default: table 2 of the paper. */
  invertedResidualSetting?: readonly InvertedResidualSetting[] | null;
  /** Channels are rounded to multiples of this. Default: 8. */
  roundNearest?: number;
  /** torchvision's block, which cannot be replaced. Default: null. */
  block?: Fixed;
  /** Makes the norm for a number of channels. Default: batch norm. */
  normLayer?: NormMaker | null;
  /** Probability of dropout before the last layer. Default: 0.2. */
  dropout?: number;
}

type MobileNetV2Order = [
  ...['numClasses', 'widthMult', 'invertedResidualSetting', 'roundNearest'],
  ...['block', 'normLayer', 'dropout'],
];

const defaults = {
  numClasses: 1000,
  widthMult: 1,
  invertedResidualSetting: null,
  roundNearest: 8,
  block: null,
  normLayer: null,
  dropout: 0.2,
};

const setting: kinds.Kind = {
  ...kinds.nonEmpty(kinds.listOf(kinds.whole(1), 4)),
  words: 'a list of stages [expandRatio, channels, count, stride]',
};

const stages: readonly InvertedResidualSetting[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/**
 * A 1×1 convolution that expands the channels, a depthwise 3×3 convolution, and a 1×1 convolution back; added to the
 * input if the shapes are equal.
 */
class InvertedResidual extends Module {
  conv: nn.Sequential;
  readonly stride: number;
  readonly skips: boolean;

  constructor(inChannels: number, outChannels: number, stride: number, expandRatio: number, normLayer: NormMaker) {
    super();
    if (stride !== 1 && stride !== 2) {
      throw new ArgumentError(`InvertedResidual: expected a stride of 1 or 2, but got ${stride}`);
    }
    const hidden = Math.round(inChannels * expandRatio);
    const active = { normLayer, activationLayer: nn.ReLU6 };
    const layers: nn.UnaryModule[] = [];
    if (expandRatio !== 1) layers.push(new Conv2dNormActivation(inChannels, hidden, { ...active, kernelSize: 1 }));
    layers.push(
      new Conv2dNormActivation(hidden, hidden, { ...active, stride, groups: hidden }),
      new nn.Conv2d(hidden, outChannels, { kernelSize: 1, bias: false }),
      make(normLayer, outChannels),
    );
    this.conv = new nn.Sequential(...layers);
    this.stride = stride;
    this.skips = stride === 1 && inChannels === outChannels;
  }

  override forward(x: Tensor): Tensor {
    return this.skips ? x.add(this.conv(x)) : this.conv(x);
  }
}

/**
 * MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381): takes images [N, 3, H, W], usually of 224 pixels, and returns
 * scores [N, numClasses]. 3,504,872 parameters.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class MobileNetV2 extends Network {
  readonly lastChannel: number;

  constructor(...args: Arguments<MobileNetV2Options, MobileNetV2Order>) {
    super();
    const o = parseArgs<MobileNetV2Options>('MobileNetV2', [], defaults, args, {
      ...networkKinds,
      widthMult: kinds.positive,
      invertedResidualSetting: kinds.orNull(setting),
      roundNearest: kinds.whole(1),
    });
    const { numClasses, widthMult, roundNearest, dropout } = o;
    const normLayer = o.normLayer ?? (nn.BatchNorm2d as NormMaker);
    const active = { normLayer, activationLayer: nn.ReLU6 };
    let channels = makeDivisible(32 * widthMult, roundNearest);
    this.lastChannel = makeDivisible(1280 * Math.max(1, widthMult), roundNearest);
    const layers: nn.UnaryModule[] = [new Conv2dNormActivation(3, channels, { ...active, stride: 2 })];
    for (const [expandRatio, width, count, stride] of o.invertedResidualSetting ?? stages) {
      const outChannels = makeDivisible(width * widthMult, roundNearest);
      for (let i = 0; i < count; i++) {
        layers.push(new InvertedResidual(channels, outChannels, i === 0 ? stride : 1, expandRatio, normLayer));
        channels = outChannels;
      }
    }
    layers.push(new Conv2dNormActivation(channels, this.lastChannel, { ...active, kernelSize: 1 }));
    this.features = new nn.Sequential(...layers);
    this.classifier = new nn.Sequential(new nn.Dropout({ p: dropout }), new nn.Linear(this.lastChannel, numClasses));
    initialize(this, { convolution: fanOut, linear: normal(0.01) });
  }

  override forward(x: Tensor): Tensor {
    expectBatch('MobileNetV2', x);
    return this.classifier(nn.functional.adaptiveAvgPool2d(this.features(x), [1, 1]).flatten(1));
  }
}

export interface MobileNetV2 {
  /** The feature layers: `features[0][0]` is the first convolution. */
  get features(): nn.SequentialOf<[Conv2dNormActivation]>;
  set features(module: nn.UnaryModule);
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.Dropout, nn.Linear]>;
  set classifier(module: nn.UnaryModule);
}

/** MobileNetV2: see `MobileNetV2`. */
export const mobilenetV2 = builder<MobileNetV2, MobileNetV2Options>('mobilenetV2', {
  defaults,
  weights: 'MobileNet_V2_Weights',
  build: (options) => new MobileNetV2(options),
});
