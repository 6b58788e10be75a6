import { nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, type WeightsName } from './builder';
import { fanOut, initialize, normal } from './initialize';
import { networkKinds } from './network-kinds';

/** Options of `VGG`. */
export interface VGGOptions extends ClassifierOptions {
  /** Initialize weights by the family's rules instead of the layers' own. Default: true. */
  initWeights?: boolean;
  /** Probability of dropout after the first two linear layers. Default: 0.5. */
  dropout?: number;
}

/** Channels of consecutive convolutions; M is a pooling: table 1 of the paper. */
const configurations = {
  A: [64, 'M', 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M'],
  B: [64, 64, 'M', 128, 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M'],
  D: [64, 64, 'M', 128, 128, 'M', 256, 256, 256, 'M', 512, 512, 512, 'M', 512, 512, 512, 'M'],
  E: [64, 64, 'M', 128, 128, 'M', 256, 256, 256, 256, 'M', 512, 512, 512, 512, 'M', 512, 512, 512, 512, 'M'],
} as const satisfies Record<string, readonly (number | 'M')[]>;

/** The convolutions and poolings of a configuration. */
export function makeLayers(configuration: readonly (number | 'M')[], batchNorm = false): nn.Sequential {
  const layers: nn.UnaryModule[] = [];
  let channels = 3;
  for (const entry of configuration) {
    if (entry === 'M') {
      layers.push(new nn.MaxPool2d({ kernelSize: 2, stride: 2 }));
      continue;
    }
    layers.push(new nn.Conv2d(channels, entry, { kernelSize: 3, padding: 1 }));
    if (batchNorm) layers.push(new nn.BatchNorm2d(entry));
    layers.push(new nn.ReLU({ inplace: true }));
    channels = entry;
  }
  return new nn.Sequential(...layers);
}

interface VGGArguments extends VGGOptions {
  /** The convolutions. */
  features: nn.Sequential;
}

/**
 * VGG (Simonyan and Zisserman 2015, arXiv:1409.1556): takes images [N, 3, H, W] of 32 pixels or more, usually 224, and
 * returns scores [N, numClasses]. Parameters: `vgg11` 132,863,336, `vgg13` 133,047,848, `vgg16` 138,357,544, `vgg19`
 * 143,667,240.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class VGG extends Network {
  features: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d([7, 7]);

  constructor(...args: Arguments<VGGArguments, ['features', 'numClasses', 'initWeights', 'dropout']>) {
    super();
    const defaults = { numClasses: 1000, initWeights: true, dropout: 0.5 };
    const o = parseArgs<VGGArguments>('VGG', ['features'], defaults, args, {
      ...networkKinds,
      features: kinds.instance(Module, 'a module of layers'),
      initWeights: kinds.flag,
    });
    const { features, numClasses, initWeights, dropout } = o;
    this.features = features;
    this.classifier = new nn.Sequential(
      ...[new nn.Linear(512 * 7 * 7, 4096), new nn.ReLU(true), new nn.Dropout({ p: dropout })],
      ...[new nn.Linear(4096, 4096), new nn.ReLU(true), new nn.Dropout({ p: dropout })],
      new nn.Linear(4096, numClasses),
    );
    if (initWeights) initialize(this, { convolution: fanOut, linear: normal(0.01) });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(expectBatch('VGG', x))).flatten(1));
  }
}

export interface VGG {
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.Linear, nn.ReLU, nn.Dropout, nn.Linear, nn.ReLU, nn.Dropout, nn.Linear]>;
  set classifier(module: nn.UnaryModule);
}

const vgg = (name: string, weights: WeightsName, configuration: keyof typeof configurations, batchNorm = false) =>
  builder<VGG, VGGOptions>(name, {
    defaults: { numClasses: 1000, initWeights: true, dropout: 0.5 },
    weights,
    build: (options, given) =>
      new VGG(
        makeLayers(configurations[configuration], batchNorm),
        given ? { ...options, initWeights: false } : options,
      ),
  });

/** VGG of 11 layers: see `VGG`. */
export const vgg11 = vgg('vgg11', 'VGG11_Weights', 'A');
/** VGG of 11 layers with batch norm. */
export const vgg11Bn = vgg('vgg11Bn', 'VGG11_BN_Weights', 'A', true);
/** VGG of 13 layers. */
export const vgg13 = vgg('vgg13', 'VGG13_Weights', 'B');
/** VGG of 13 layers with batch norm. */
export const vgg13Bn = vgg('vgg13Bn', 'VGG13_BN_Weights', 'B', true);
/** VGG of 16 layers. */
export const vgg16 = vgg('vgg16', 'VGG16_Weights', 'D');
/** VGG of 16 layers with batch norm. */
export const vgg16Bn = vgg('vgg16Bn', 'VGG16_BN_Weights', 'D', true);
/** VGG of 19 layers. */
export const vgg19 = vgg('vgg19', 'VGG19_Weights', 'E');
/** VGG of 19 layers with batch norm. */
export const vgg19Bn = vgg('vgg19Bn', 'VGG19_BN_Weights', 'E', true);
