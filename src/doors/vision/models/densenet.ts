import { cat, checkpoint, nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, type WeightsName } from './builder';
import { initialize } from './initialize';
import { networkKinds } from './network-kinds';

/** Options of `DenseNet`. */
export interface DenseNetOptions extends ClassifierOptions {
  /** Channels that each layer adds, k in the paper. Default: 32. */
  growthRate?: number;
  /** Layers of each block. Default: [6, 12, 24, 16]. */
  blockConfig?: readonly number[];
  /** Channels before the first block. Default: 64. */
  numInitFeatures?: number;
  /** Channels of a bottleneck, as multiples of `growthRate`. Default: 4. */
  bnSize?: number;
  /** Probability of dropout after each layer. Default: 0. */
  dropRate?: number;
  /** Recompute the bottlenecks in backward instead of keeping them. Default: false. */
  memoryEfficient?: boolean;
}

type DenseNetOrder = [
  ...['growthRate', 'blockConfig', 'numInitFeatures', 'bnSize'],
  ...['dropRate', 'numClasses', 'memoryEfficient'],
];

type LayerOptions = Pick<Required<DenseNetOptions>, 'growthRate' | 'bnSize' | 'dropRate' | 'memoryEfficient'>;

/**
 * A 1×1 bottleneck and a 3×3 convolution, each after a norm and ReLU. The input is the concatenation of all previous
 * maps.
 */
class DenseLayer extends Module {
  static override readonly name = '_DenseLayer';
  norm1: nn.BatchNorm2d;
  relu1 = new nn.ReLU({ inplace: true });
  conv1: nn.Conv2d;
  norm2: nn.BatchNorm2d;
  relu2 = new nn.ReLU({ inplace: true });
  conv2: nn.Conv2d;
  readonly dropRate: number;
  readonly memoryEfficient: boolean;

  constructor(inChannels: number, { growthRate, bnSize, dropRate, memoryEfficient }: LayerOptions) {
    super();
    const width = bnSize * growthRate;
    this.norm1 = new nn.BatchNorm2d(inChannels);
    this.conv1 = new nn.Conv2d(inChannels, width, { kernelSize: 1, bias: false });
    this.norm2 = new nn.BatchNorm2d(width);
    this.conv2 = new nn.Conv2d(width, growthRate, { kernelSize: 3, padding: 1, bias: false });
    this.dropRate = dropRate;
    this.memoryEfficient = memoryEfficient;
  }

  override forward(given: Tensor | readonly Tensor[]): Tensor {
    const maps = Array.isArray(given) ? (given as readonly Tensor[]) : [given as Tensor];
    const narrow = (...all: Tensor[]) => this.conv1(this.relu1(this.norm1(cat(all, 1))));
    const recomputes = this.memoryEfficient && maps.some((map) => map.requiresGrad);
    const bottleneck = recomputes ? checkpoint(narrow, ...maps) : narrow(...maps);
    const made = this.conv2(this.relu2(this.norm2(bottleneck)));
    if (this.dropRate === 0) return made;
    return nn.functional.dropout(made, { p: this.dropRate, training: this.training });
  }
}

/** Layers that each read the maps of all previous layers. */
class DenseBlock extends nn.ModuleDict<DenseLayer> {
  static override readonly name = '_DenseBlock';

  constructor(layers: number, inChannels: number, options: LayerOptions) {
    super();
    for (let i = 0; i < layers; i++) {
      this.addModule(`denselayer${i + 1}`, new DenseLayer(inChannels + i * options.growthRate, options));
    }
  }

  override forward(x: Tensor): Tensor {
    const maps = [x];
    for (const layer of this.values()) maps.push(layer(maps));
    return cat(maps, 1);
  }
}

class Transition extends nn.Sequential {
  static override readonly name = '_Transition';

  constructor(inChannels: number, outChannels: number) {
    super({
      norm: new nn.BatchNorm2d(inChannels),
      relu: new nn.ReLU({ inplace: true }),
      conv: new nn.Conv2d(inChannels, outChannels, { kernelSize: 1, bias: false }),
      pool: new nn.AvgPool2d({ kernelSize: 2, stride: 2 }),
    });
  }
}

/**
 * DenseNet-BC (Huang et al. 2017, arXiv:1608.06993): takes images [N, 3, H, W] of 29 pixels or more, usually 224, and
 * returns scores [N, numClasses]. Parameters: `densenet121` 7,978,856, `densenet161` 28,681,000, `densenet169`
 * 14,149,480, `densenet201` 20,013,928.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class DenseNet extends Network {
  features: nn.Sequential;

  constructor(...args: Arguments<DenseNetOptions, DenseNetOrder>) {
    super();
    const sizes = { growthRate: 32, blockConfig: [6, 12, 24, 16], numInitFeatures: 64, bnSize: 4 };
    const defaults = { ...sizes, dropRate: 0, numClasses: 1000, memoryEfficient: false };
    const o = parseArgs<DenseNetOptions>('DenseNet', [], defaults, args, {
      ...networkKinds,
      growthRate: kinds.features,
      blockConfig: kinds.nonEmpty(kinds.whole(1, 1024)),
      numInitFeatures: kinds.features,
      bnSize: kinds.whole(1, 1024),
    });
    const { growthRate, blockConfig, numInitFeatures, numClasses, bnSize, dropRate, memoryEfficient } = o;
    const layers: Record<string, nn.UnaryModule> = {
      conv0: new nn.Conv2d(3, numInitFeatures, { kernelSize: 7, stride: 2, padding: 3, bias: false }),
      norm0: new nn.BatchNorm2d(numInitFeatures),
      relu0: new nn.ReLU({ inplace: true }),
      pool0: new nn.MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 }),
    };
    let channels = numInitFeatures;
    blockConfig.forEach((count, i) => {
      layers[`denseblock${i + 1}`] = new DenseBlock(count, channels, { growthRate, bnSize, dropRate, memoryEfficient });
      channels += count * growthRate;
      if (i === blockConfig.length - 1) return;
      layers[`transition${i + 1}`] = new Transition(channels, channels >> 1);
      channels >>= 1;
    });
    layers.norm5 = new nn.BatchNorm2d(channels);
    this.features = new nn.Sequential(layers);
    this.classifier = new nn.Linear(channels, numClasses);
    initialize(this, {
      convolution: ({ weight }) => nn.init.kaimingNormal_(weight),
      linear: ({ bias }) => nn.init.zeros_(bias!),
    });
  }

  override forward(x: Tensor): Tensor {
    expectBatch('DenseNet', x);
    const maps = nn.functional.relu(this.features(x), { inplace: true });
    return this.classifier(nn.functional.adaptiveAvgPool2d(maps, [1, 1]).flatten(1));
  }
}

export interface DenseNet {
  /** The last layer; it can be replaced by any module with one input. */
  get classifier(): nn.Linear;
  set classifier(layer: nn.UnaryModule);
}

/** Files from before 2017 name the parts of a layer `norm.1` instead of `norm1`. */
const renamed = (key: string): string =>
  key.replace(/^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/, '$1$2');

const densenet = (
  name: string,
  weights: WeightsName,
  [growthRate, numInitFeatures]: readonly [number, number],
  blockConfig: readonly number[],
) =>
  builder<DenseNet, DenseNetOptions>(name, {
    defaults: {
      numClasses: 1000,
      growthRate,
      blockConfig,
      numInitFeatures,
      bnSize: 4,
      dropRate: 0,
      memoryEfficient: false,
    },
    weights,
    build: (options) => new DenseNet(options),
    renamed,
  });

/** DenseNet of 121 layers: see `DenseNet`. */
export const densenet121 = densenet('densenet121', 'DenseNet121_Weights', [32, 64], [6, 12, 24, 16]);
/** DenseNet of 161 layers, with 48 more channels per layer. */
export const densenet161 = densenet('densenet161', 'DenseNet161_Weights', [48, 96], [6, 12, 36, 24]);
/** DenseNet of 169 layers. */
export const densenet169 = densenet('densenet169', 'DenseNet169_Weights', [32, 64], [6, 12, 32, 32]);
/** DenseNet of 201 layers. */
export const densenet201 = densenet('densenet201', 'DenseNet201_Weights', [32, 64], [6, 12, 48, 32]);
