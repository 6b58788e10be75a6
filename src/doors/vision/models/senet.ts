import { nn, type Tensor } from '../../../torch';
import { type Arguments, expectKind, isPlainObject, kinds, Module, parseArgs } from '../../../torch/inside';
import { type EndsInLinear, Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions } from './builder';
import { initialize } from './initialize';
import { networkKinds } from './network-kinds';

/** Options of `SENet`. */
export interface SENetOptions extends ClassifierOptions {
  /** Probability of dropout before the last layer. Default: 0. */
  dropRate?: number;
  /**
   * Initialize the last norm of every residual branch to 0, so that each block starts as the identity. Default: true.
   */
  zeroInitLast?: boolean;
}

/** The differences between the networks of this family. */
interface Architecture {
  readonly block: typeof BasicBlock | typeof Bottleneck;
  readonly layers: readonly [number, number, number, number];
  /** Groups of the 3×3 convolutions. */
  readonly cardinality?: number;
  /** Channels per group in blocks of 64 planes. */
  readonly baseWidth?: number;
  /** Use three 3×3 convolutions instead of one 7×7. */
  readonly deepStem?: boolean;
  /** Kernel size of the convolution in the shortcut where a stage halves the map. */
  readonly downKernel?: number;
  /** By what factor the first convolution of a block is narrower. */
  readonly reduceFirst?: number;
}

interface BlockOptions {
  readonly stride: number;
  readonly downsample: nn.Sequential | null;
  readonly cardinality: number;
  readonly baseWidth: number;
  readonly reduceFirst: number;
}

const relu = () => new nn.ReLU({ inplace: true });
const conv = (inChannels: number, outChannels: number, kernelSize: number, stride = 1, groups = 1) =>
  new nn.Conv2d(inChannels, outChannels, { kernelSize, stride, padding: kernelSize >> 1, groups, bias: false });

/** A sixteenth of the channels, as a multiple of eight. */
const squeezed = (channels: number): number => Math.max(8, Math.floor((channels / 16 + 4) / 8) * 8);

/** Squeeze and excitation, with timm's names. */
class SEModule extends Module {
  fc1: nn.Conv2d;
  bn = new nn.Identity();
  act = relu();
  fc2: nn.Conv2d;
  gate = new nn.Sigmoid();

  constructor(channels: number) {
    super();
    this.fc1 = new nn.Conv2d(channels, squeezed(channels), { kernelSize: 1 });
    this.fc2 = new nn.Conv2d(squeezed(channels), channels, { kernelSize: 1 });
  }

  override forward(x: Tensor): Tensor {
    const means = x.mean([2, 3], { keepdim: true });
    return x.mul(this.gate(this.fc2(this.act(this.bn(this.fc1(means))))));
  }
}

class BasicBlock extends Module {
  static readonly expansion = 1;
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  drop_block = new nn.Identity();
  act1 = relu();
  aa = new nn.Identity();
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  se: SEModule;
  act2 = relu();
  downsample: nn.Sequential | null;

  constructor(inplanes: number, planes: number, { stride, downsample, reduceFirst }: BlockOptions) {
    super();
    const first = Math.floor(planes / reduceFirst);
    this.conv1 = conv(inplanes, first, 3, stride);
    this.bn1 = new nn.BatchNorm2d(first);
    this.conv2 = conv(first, planes, 3);
    this.bn2 = new nn.BatchNorm2d(planes);
    this.se = new SEModule(planes);
    this.downsample = downsample;
  }

  get lastNorm(): nn.BatchNorm2d {
    return this.bn2;
  }

  override forward(x: Tensor): Tensor {
    const first = this.aa(this.act1(this.drop_block(this.bn1(this.conv1(x)))));
    const out = this.se(this.bn2(this.conv2(first)));
    return this.act2(out.add_(this.downsample ? this.downsample(x) : x));
  }
}

class Bottleneck extends Module {
  static readonly expansion = 4;
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  act1 = relu();
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  drop_block = new nn.Identity();
  act2 = relu();
  aa = new nn.Identity();
  conv3: nn.Conv2d;
  bn3: nn.BatchNorm2d;
  se: SEModule;
  act3 = relu();
  downsample: nn.Sequential | null;

  constructor(inplanes: number, planes: number, options: BlockOptions) {
    super();
    const { stride, downsample, cardinality, baseWidth, reduceFirst } = options;
    const width = Math.floor(planes * (baseWidth / 64)) * cardinality;
    const first = Math.floor(width / reduceFirst);
    const outplanes = planes * Bottleneck.expansion;
    this.conv1 = conv(inplanes, first, 1);
    this.bn1 = new nn.BatchNorm2d(first);
    this.conv2 = conv(first, width, 3, stride, cardinality);
    this.bn2 = new nn.BatchNorm2d(width);
    this.conv3 = conv(width, outplanes, 1);
    this.bn3 = new nn.BatchNorm2d(outplanes);
    this.se = new SEModule(outplanes);
    this.downsample = downsample;
  }

  get lastNorm(): nn.BatchNorm2d {
    return this.bn3;
  }

  override forward(x: Tensor): Tensor {
    const first = this.act1(this.bn1(this.conv1(x)));
    const second = this.aa(this.act2(this.drop_block(this.bn2(this.conv2(first)))));
    const out = this.se(this.bn3(this.conv3(second)));
    return this.act3(out.add_(this.downsample ? this.downsample(x) : x));
  }
}

/** The mean of each channel, flattened. */
class SelectAdaptivePool2d extends Module {
  override forward(x: Tensor): Tensor {
    return x.mean([2, 3]);
  }

  override toString(): string {
    return 'SelectAdaptivePool2d(pool_type=avg, flatten=Flatten(start_dim=1, end_dim=-1))';
  }
}

const layersKind = kinds.listOf(kinds.whole(1, 1024), 4);

const architectureKind: kinds.Kind = {
  words: 'an object of a block and the numbers of its layers',
  fits: (value) => isPlainObject(value) && typeof value.block === 'function' && layersKind.fits(value.layers),
};

/**
 * SE-ResNet and SENet-154 (Hu, Shen and Sun 2018, arXiv:1709.01507), residual networks whose blocks scale their
 * channels. Names, random weights and printed text are timm's. They take images [N, 3, H, W], usually of 224 pixels,
 * and return scores [N, numClasses]. `seresnet18` has 11,779,624 parameters, `senet154` 115,088,984.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class SENet extends Network {
  readonly dropRate: number;
  conv1: nn.UnaryModule;
  bn1: nn.BatchNorm2d;
  act1 = relu();
  maxpool = new nn.MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 });
  layer1: nn.Sequential;
  layer2: nn.Sequential;
  layer3: nn.Sequential;
  layer4: nn.Sequential;
  global_pool = new SelectAdaptivePool2d();

  constructor(
    /** What the blocks of the network are, and how many of them. */
    architecture: Architecture,
    ...args: Arguments<SENetOptions, ['numClasses', 'dropRate', 'zeroInitLast']>
  ) {
    super();
    expectKind('SENet', 'architecture', architecture, architectureKind);
    const defaults = { numClasses: 1000, dropRate: 0, zeroInitLast: true };
    const { numClasses, dropRate, zeroInitLast } = parseArgs<SENetOptions>('SENet', [], defaults, args, networkKinds);
    const { block, layers, cardinality = 1, baseWidth = 64, deepStem = false } = architecture;
    const { downKernel = 1, reduceFirst = 1 } = architecture;
    let inplanes = deepStem ? 128 : 64;
    const stage = (planes: number, count: number, stride: number): nn.Sequential => {
      const outplanes = planes * block.expansion;
      const downsample =
        stride !== 1 || inplanes !== outplanes
          ? new nn.Sequential(
              conv(inplanes, outplanes, stride === 1 ? 1 : downKernel, stride),
              new nn.BatchNorm2d(outplanes),
            )
          : null;
      const shared = { cardinality, baseWidth, reduceFirst };
      const blocks = [new block(inplanes, planes, { ...shared, stride, downsample })];
      inplanes = outplanes;
      while (blocks.length < count) {
        blocks.push(new block(inplanes, planes, { ...shared, stride: 1, downsample: null }));
      }
      return new nn.Sequential(...blocks);
    };
    this.dropRate = dropRate;
    this.conv1 = deepStem
      ? new nn.Sequential(
          ...[conv(3, 64, 3, 2), new nn.BatchNorm2d(64), relu()],
          ...[conv(64, 64, 3), new nn.BatchNorm2d(64), relu(), conv(64, 128, 3)],
        )
      : conv(3, 64, 7, 2);
    this.bn1 = new nn.BatchNorm2d(inplanes);
    this.layer1 = stage(64, layers[0], 1);
    this.layer2 = stage(128, layers[1], 2);
    this.layer3 = stage(256, layers[2], 2);
    this.layer4 = stage(512, layers[3], 2);
    this.fc = new nn.Linear(512 * block.expansion, numClasses);
    initialize(this, {
      convolution: ({ weight }) => nn.init.kaimingNormal_(weight, { mode: 'fan_out', nonlinearity: 'relu' }),
    });
    if (!zeroInitLast) return;
    for (const module of this.modules()) {
      if (module instanceof BasicBlock || module instanceof Bottleneck) nn.init.zeros_(module.lastNorm.weight!);
    }
  }

  override forward(x: Tensor): Tensor {
    expectBatch('SENet', x);
    const stem = this.maxpool(this.act1(this.bn1(this.conv1(x))));
    const means = this.global_pool(this.layer4(this.layer3(this.layer2(this.layer1(stem)))));
    if (this.dropRate === 0) return this.fc(means);
    return this.fc(nn.functional.dropout(means, { p: this.dropRate, training: this.training }));
  }

  /** timm builds these networks with its class ResNet, so they print as such. */
  override toString(): string {
    return super.toString().replace(/^SENet/, 'ResNet');
  }
}

export interface SENet extends EndsInLinear {}

const senet = (name: string, architecture: () => Architecture) =>
  builder<SENet, SENetOptions>(name, {
    defaults: { numClasses: 1000, dropRate: 0, zeroInitLast: true },
    build: (options) => new SENet(architecture(), options),
  });

/** SE-ResNet of 18 layers: see `SENet`. */
export const seresnet18 = senet('seresnet18', () => ({ block: BasicBlock, layers: [2, 2, 2, 2] }));
/** SE-ResNet of 34 layers. */
export const seresnet34 = senet('seresnet34', () => ({ block: BasicBlock, layers: [3, 4, 6, 3] }));
/** SE-ResNet of 50 layers. */
export const seresnet50 = senet('seresnet50', () => ({ block: Bottleneck, layers: [3, 4, 6, 3] }));
/** SE-ResNet of 101 layers. */
export const seresnet101 = senet('seresnet101', () => ({ block: Bottleneck, layers: [3, 4, 23, 3] }));
/** SE-ResNet of 152 layers. */
export const seresnet152 = senet('seresnet152', () => ({ block: Bottleneck, layers: [3, 8, 36, 3] }));
/** SENet-154, which won ImageNet's challenge of 2017. */
export const senet154 = senet('senet154', () => ({
  block: Bottleneck,
  layers: [3, 8, 36, 3],
  cardinality: 64,
  baseWidth: 4,
  deepStem: true,
  downKernel: 3,
  reduceFirst: 2,
}));
