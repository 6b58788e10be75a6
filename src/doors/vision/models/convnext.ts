import { nn, ones, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs, readHere } from '../../../torch/inside';
import { Network } from '../network';
import { Conv2dNormActivation, make, type NormMaker, Permute } from '../ops/layers';
import { StochasticDepth } from '../ops/stochastic-depth';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions } from './builder';
import { type Fixed, networkKinds, stagesKind } from './network-kinds';

/** A stage of ConvNeXt; `outChannels` is null if the map is not halved after the stage. */
export interface CNBlockConfig {
  readonly inputChannels: number;
  readonly outChannels: number | null;
  readonly numLayers: number;
}

/** Options of `ConvNeXt`. */
export interface ConvNeXtOptions extends ClassifierOptions {
  /** Probability with which the last block is skipped in training; it grows from 0 at the first block. Default: 0.1. */
  stochasticDepthProb?: number;
  /** Initial scale of every channel of a residual branch. Default: 1e-6. */
  layerScale?: number;
  /** torchvision's block, which cannot be replaced. Default: null. */
  block?: Fixed;
  /** Makes the norm of maps [N, C, H, W] with a number of channels. Default: layer norm over the channels, eps 1e-6. */
  normLayer?: NormMaker | null;
}

type ConvNeXtArguments = ConvNeXtOptions & {
  /** The channels and the number of blocks of each stage. */ blockSetting: readonly CNBlockConfig[];
};
type ConvNeXtOrder = ['blockSetting', 'stochasticDepthProb', 'layerScale', 'numClasses', 'block', 'normLayer'];

/** Layer norm over the channels of [N, C, H, W]. */
class LayerNorm2d extends nn.LayerNorm {
  override forward(x: Tensor): Tensor {
    return super.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
  }
}

/** A depthwise 7×7 convolution, then a norm and two linear layers at each pixel, added to the input. */
class CNBlock extends Module {
  layer_scale: nn.Parameter;
  block: nn.Sequential;
  stochastic_depth: StochasticDepth;

  constructor(channels: number, layerScale: number, stochasticDepthProb: number) {
    super();
    this.block = new nn.Sequential(
      new nn.Conv2d(channels, channels, { kernelSize: 7, padding: 3, groups: channels }),
      new Permute([0, 2, 3, 1]),
      new nn.LayerNorm(channels, { eps: 1e-6 }),
      new nn.Linear(channels, 4 * channels),
      new nn.GELU(),
      new nn.Linear(4 * channels, channels),
      new Permute([0, 3, 1, 2]),
    );
    this.layer_scale = new nn.Parameter(ones([channels, 1, 1]).mul(layerScale));
    this.stochastic_depth = new StochasticDepth(stochasticDepthProb, 'row');
  }

  override forward(x: Tensor): Tensor {
    const scale = readHere(this.layer_scale);
    return this.stochastic_depth(scale.mul(this.block(x))).add_(x);
  }
}

/**
 * ConvNeXt (Liu et al. 2022, arXiv:2201.03545): takes images [N, 3, H, W] of 32 pixels or more, usually 224, and
 * returns scores [N, numClasses]. `convnextTiny` has 28,589,128 parameters.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class ConvNeXt extends Network {
  declare avgpool: nn.AdaptiveAvgPool2d;

  constructor(...args: Arguments<ConvNeXtArguments, ConvNeXtOrder>) {
    super();
    const defaults = { stochasticDepthProb: 0, layerScale: 1e-6, numClasses: 1000, block: null, normLayer: null };
    const o = parseArgs<ConvNeXtArguments>('ConvNeXt', ['blockSetting'], defaults, args, {
      ...networkKinds,
      blockSetting: stagesKind,
      layerScale: kinds.finite,
    });
    const { blockSetting, stochasticDepthProb, layerScale, numClasses } = o;
    const norm: NormMaker = o.normLayer ?? ((channels: number) => new LayerNorm2d(channels, { eps: 1e-6 }));
    const first = blockSetting[0]!;
    const last = blockSetting.at(-1)!;
    const total = blockSetting.reduce((sum, { numLayers }) => sum + numLayers, 0);
    let made = 0;
    const layers: nn.UnaryModule[] = [
      new Conv2dNormActivation(3, first.inputChannels, {
        kernelSize: 4,
        stride: 4,
        padding: 0,
        normLayer: norm,
        activationLayer: null,
        bias: true,
      }),
    ];
    for (const { inputChannels, outChannels, numLayers } of blockSetting) {
      const blocks = Array.from(
        { length: numLayers },
        () => new CNBlock(inputChannels, layerScale, (stochasticDepthProb * made++) / (total - 1)),
      );
      layers.push(new nn.Sequential(...blocks));
      if (outChannels === null) continue;
      const halving = new nn.Conv2d(inputChannels, outChannels, { kernelSize: 2, stride: 2 });
      layers.push(new nn.Sequential(make(norm, inputChannels), halving));
    }
    const width = last.outChannels ?? last.inputChannels;
    this.features = new nn.Sequential(...layers);
    this.avgpool = new nn.AdaptiveAvgPool2d(1);
    this.classifier = new nn.Sequential(make(norm, width), new nn.Flatten(1), new nn.Linear(width, numClasses));
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d || module instanceof nn.Linear)) continue;
      nn.init.truncNormal_(module.weight, { std: 0.02 });
      if (module.bias) nn.init.zeros_(module.bias);
    }
  }

  override forward(x: Tensor): Tensor {
    expectBatch('ConvNeXt', x);
    return this.classifier(this.avgpool(this.features(x)));
  }
}

export interface ConvNeXt {
  /** The feature layers: `features[0][0]` is the first convolution. */
  get features(): nn.SequentialOf<[Conv2dNormActivation]>;
  set features(module: nn.UnaryModule);
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.UnaryModule, nn.Flatten, nn.Linear]>;
  set classifier(module: nn.UnaryModule);
}

/** ConvNeXt-Tiny: see `ConvNeXt`. */
export const convnextTiny = builder<ConvNeXt, ConvNeXtOptions>('convnextTiny', {
  defaults: { block: null, numClasses: 1000, stochasticDepthProb: 0.1, layerScale: 1e-6, normLayer: null },
  weights: 'ConvNeXt_Tiny_Weights',
  build: (options) =>
    new ConvNeXt(
      [
        { inputChannels: 96, outChannels: 192, numLayers: 3 },
        { inputChannels: 192, outChannels: 384, numLayers: 3 },
        { inputChannels: 384, outChannels: 768, numLayers: 9 },
        { inputChannels: 768, outChannels: null, numLayers: 3 },
      ],
      options,
    ),
});
