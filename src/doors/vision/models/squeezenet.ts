import { cat, nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, type WeightsName } from './builder';
import { initialize } from './initialize';
import { networkKinds } from './network-kinds';

/** Options of `SqueezeNet`. */
export interface SqueezeNetOptions extends ClassifierOptions {
  /** Probability of dropout before the last convolution. Default: 0.5. */
  dropout?: number;
}

interface SqueezeNetArguments extends SqueezeNetOptions {
  /** Default: '1_0'. */
  version?: '1_0' | '1_1';
}

const relu = () => new nn.ReLU({ inplace: true });
const pool = () => new nn.MaxPool2d({ kernelSize: 3, stride: 2, ceilMode: true });

/** A 1×1 convolution that squeezes the channels, then parallel 1×1 and 3×3 convolutions that expand them. */
class Fire extends Module {
  squeeze: nn.Conv2d;
  squeeze_activation = relu();
  expand1x1: nn.Conv2d;
  expand1x1_activation = relu();
  expand3x3: nn.Conv2d;
  expand3x3_activation = relu();

  constructor(inChannels: number, squeezed: number, expanded: number) {
    super();
    this.squeeze = new nn.Conv2d(inChannels, squeezed, { kernelSize: 1 });
    this.expand1x1 = new nn.Conv2d(squeezed, expanded, { kernelSize: 1 });
    this.expand3x3 = new nn.Conv2d(squeezed, expanded, { kernelSize: 3, padding: 1 });
  }

  override forward(x: Tensor): Tensor {
    const squeezed = this.squeeze_activation(this.squeeze(x));
    const near = this.expand1x1_activation(this.expand1x1(squeezed));
    return cat([near, this.expand3x3_activation(this.expand3x3(squeezed))], 1);
  }
}

const features = {
  '1_0': () => [
    ...[new nn.Conv2d(3, 96, { kernelSize: 7, stride: 2 }), relu(), pool()],
    ...[new Fire(96, 16, 64), new Fire(128, 16, 64), new Fire(128, 32, 128), pool()],
    ...[new Fire(256, 32, 128), new Fire(256, 48, 192), new Fire(384, 48, 192), new Fire(384, 64, 256), pool()],
    new Fire(512, 64, 256),
  ],
  '1_1': () => [
    ...[new nn.Conv2d(3, 64, { kernelSize: 3, stride: 2 }), relu(), pool()],
    ...[new Fire(64, 16, 64), new Fire(128, 16, 64), pool()],
    ...[new Fire(128, 32, 128), new Fire(256, 32, 128), pool()],
    ...[new Fire(256, 48, 192), new Fire(384, 48, 192), new Fire(384, 64, 256), new Fire(512, 64, 256)],
  ],
};

/**
 * SqueezeNet (Iandola et al. 2016, arXiv:1602.07360): takes images [N, 3, H, W] of at least 21 pixels (version 1.0) or
 * 17 pixels (1.1), usually 224, and returns scores [N, numClasses]. Version 1.0 has 1,248,424 parameters; version 1.1
 * has 1,235,496, and takes 2.4 times fewer operations.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class SqueezeNet extends Network {
  readonly numClasses: number;
  features: nn.Sequential;

  constructor(...args: Arguments<SqueezeNetArguments, ['version', 'numClasses', 'dropout']>) {
    super();
    const defaults = { version: '1_0', numClasses: 1000, dropout: 0.5 } as const;
    const { version, numClasses, dropout } = parseArgs<SqueezeNetArguments>('SqueezeNet', [], defaults, args, {
      ...networkKinds,
      version: kinds.oneOf('1_0', '1_1'),
    });
    this.numClasses = numClasses;
    this.features = new nn.Sequential(...features[version]());
    const last = new nn.Conv2d(512, numClasses, { kernelSize: 1 });
    this.classifier = new nn.Sequential(new nn.Dropout({ p: dropout }), last, relu(), new nn.AdaptiveAvgPool2d([1, 1]));
    initialize(this, {
      convolution(layer) {
        if (layer === last) nn.init.normal_(layer.weight, 0, 0.01);
        else nn.init.kaimingUniform_(layer.weight);
        nn.init.zeros_(layer.bias!);
      },
    });
  }

  override forward(x: Tensor): Tensor {
    expectBatch('SqueezeNet', x);
    return this.classifier(this.features(x)).flatten(1);
  }
}

export interface SqueezeNet {
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.Dropout, nn.Conv2d, nn.ReLU, nn.AdaptiveAvgPool2d]>;
  set classifier(module: nn.UnaryModule);
}

const squeezenet = (version: '1_0' | '1_1', weights: WeightsName) =>
  builder<SqueezeNet, SqueezeNetOptions>(`squeezenet${version}`, {
    defaults: { numClasses: 1000, dropout: 0.5 },
    weights,
    build: (options) => new SqueezeNet(version, options),
  });

/** SqueezeNet 1.0: see `SqueezeNet`. */
export const squeezenet1_0 = squeezenet('1_0', 'SqueezeNet1_0_Weights');
/** SqueezeNet 1.1: fewer operations for the same accuracy. */
export const squeezenet1_1 = squeezenet('1_1', 'SqueezeNet1_1_Weights');
