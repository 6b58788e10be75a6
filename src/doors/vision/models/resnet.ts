import { ArgumentError, nn, Tensor } from '../../../torch';
import { type Arguments, kinds, Module, parseArgs } from '../../../torch/inside';
import { type EndsInLinear, Network } from '../network';
import { make, type NormMaker } from '../ops/layers';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, type WeightsName } from './builder';
import { fanOut, initialize } from './initialize';
import { networkKinds } from './network-kinds';

/** Options of `ResNet`. */
export interface ResNetOptions extends ClassifierOptions {
  /**
   * Initialize the last norm of every residual branch to 0, so that each block starts as the identity. Default: false.
   */
  zeroInitResidual?: boolean;
  /** Groups of the 3×3 convolutions of bottlenecks. Default: 1. */
  groups?: number;
  /** Channels per group in blocks of 64 planes. Default: 64. */
  widthPerGroup?: number;
  /** For each of the last three stages: dilate convolutions instead of halving the map. Default: none. */
  replaceStrideWithDilation?: readonly [boolean, boolean, boolean] | null;
  /** Makes the norm for a number of channels. Default: batch norm. */
  normLayer?: NormMaker | null;
}

interface ResidualBlockArguments {
  /** The channels that come in. */
  inplanes: number;
  /** The channels of the narrow part of the block. */
  planes: number;
  /** Default: 1. */
  stride?: number;
  /** Applied to the input before it is added to the branch. Default: nothing. */
  downsample?: nn.Sequential | null;
  /** Default: 1. */
  groups?: number;
  /** Channels per group in blocks of 64 planes. Default: 64. */
  baseWidth?: number;
  /** Default: 1. */
  dilation?: number;
  /** Makes the norm for a number of channels. Default: batch norm. */
  normLayer?: NormMaker | null;
}

type ResidualBlockOrder = [
  ...['inplanes', 'planes', 'stride', 'downsample', 'groups', 'baseWidth', 'dilation', 'normLayer'],
];

/** Parses and checks the arguments of a block. */
function blockOptions(name: string, args: readonly unknown[]) {
  const defaults = { stride: 1, downsample: null, groups: 1, baseWidth: 64, dilation: 1, normLayer: null };
  const { normLayer, ...o } = parseArgs<ResidualBlockArguments>(name, ['inplanes', 'planes'], defaults, args, {
    inplanes: kinds.features,
    planes: kinds.features,
    stride: kinds.whole(1),
    downsample: kinds.orNull(kinds.instance(Module, 'a module')),
    groups: kinds.whole(1),
    baseWidth: kinds.features,
    dilation: kinds.whole(1),
    normLayer: kinds.orNull(kinds.callback),
  });
  return { ...o, norm: normLayer ?? (nn.BatchNorm2d as NormMaker) };
}

/** A 3×3 convolution that keeps the size if its stride is 1. */
const conv3x3 = (inChannels: number, outChannels: number, stride = 1, groups = 1, dilation = 1) =>
  new nn.Conv2d(inChannels, outChannels, { kernelSize: 3, stride, padding: dilation, groups, bias: false, dilation });

const conv1x1 = (inChannels: number, outChannels: number, stride = 1) =>
  new nn.Conv2d(inChannels, outChannels, { kernelSize: 1, stride, bias: false });

/** Two 3×3 convolutions, added to the input. */
export class BasicBlock extends Network {
  static readonly expansion = 1;
  conv1: nn.Conv2d;
  bn1: nn.UnaryModule;
  relu = new nn.ReLU({ inplace: true });
  conv2: nn.Conv2d;
  bn2: nn.UnaryModule;
  downsample: nn.Sequential | null;
  readonly stride: number;

  constructor(...args: Arguments<ResidualBlockArguments, ResidualBlockOrder>) {
    super();
    const { inplanes, planes, stride, downsample, ...o } = blockOptions('BasicBlock', args);
    if (o.groups !== 1 || o.baseWidth !== 64) {
      throw new ArgumentError(
        `BasicBlock: expected groups 1 and widthPerGroup 64, but got ${o.groups} and ${o.baseWidth}; Bottleneck takes others`,
      );
    }
    if (o.dilation > 1) {
      throw new ArgumentError(
        'BasicBlock: expected no dilation, but got replaceStrideWithDilation; Bottleneck takes it',
      );
    }
    this.conv1 = conv3x3(inplanes, planes, stride);
    this.bn1 = make(o.norm, planes);
    this.conv2 = conv3x3(planes, planes);
    this.bn2 = make(o.norm, planes);
    this.downsample = downsample;
    this.stride = stride;
  }

  override forward(x: Tensor): Tensor {
    const out = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    return this.relu(out.add_(this.downsample ? this.downsample(x) : x));
  }
}

/** A 3×3 convolution, which has the stride, between two 1×1 convolutions; added to the input. */
export class Bottleneck extends Network {
  static readonly expansion = 4;
  conv1: nn.Conv2d;
  bn1: nn.UnaryModule;
  conv2: nn.Conv2d;
  bn2: nn.UnaryModule;
  conv3: nn.Conv2d;
  bn3: nn.UnaryModule;
  relu = new nn.ReLU({ inplace: true });
  downsample: nn.Sequential | null;
  readonly stride: number;

  constructor(...args: Arguments<ResidualBlockArguments, ResidualBlockOrder>) {
    super();
    const { inplanes, planes, stride, downsample, ...o } = blockOptions('Bottleneck', args);
    const width = Math.floor(planes * (o.baseWidth / 64)) * o.groups;
    this.conv1 = conv1x1(inplanes, width);
    this.bn1 = make(o.norm, width);
    this.conv2 = conv3x3(width, width, stride, o.groups, o.dilation);
    this.bn2 = make(o.norm, width);
    this.conv3 = conv1x1(width, planes * Bottleneck.expansion);
    this.bn3 = make(o.norm, planes * Bottleneck.expansion);
    this.downsample = downsample;
    this.stride = stride;
  }

  override forward(x: Tensor): Tensor {
    const narrow = this.relu(this.bn1(this.conv1(x)));
    const out = this.bn3(this.conv3(this.relu(this.bn2(this.conv2(narrow)))));
    return this.relu(out.add_(this.downsample ? this.downsample(x) : x));
  }
}

interface ResNetArguments extends ResNetOptions {
  /** The class of the blocks. */
  block: typeof BasicBlock | typeof Bottleneck;
  /** Number of blocks of each stage. */
  layers: readonly [number, number, number, number];
}

type ResNetOrder = [
  ...['block', 'layers', 'numClasses', 'zeroInitResidual', 'groups'],
  ...['widthPerGroup', 'replaceStrideWithDilation', 'normLayer'],
];

const sizes = { numClasses: 1000, zeroInitResidual: false, groups: 1, widthPerGroup: 64 };
const resnetDefaults = { ...sizes, replaceStrideWithDilation: null, normLayer: null };

/**
 * ResNet (He et al. 2016, arXiv:1512.03385; bottlenecks with the stride in the 3×3 convolution), ResNeXt (Xie et al.
 * 2017, arXiv:1611.05431) and Wide ResNet (Zagoruyko and Komodakis 2016, arXiv:1605.07146): they take images [N, 3, H,
 * W], usually of 224 pixels, and return scores [N, numClasses]. Parameters: `resnet18` 11,689,512, `resnet34`
 * 21,797,672, `resnet50` 25,557,032, `resnet101` 44,549,160, `resnet152` 60,192,808.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class ResNet extends Network {
  conv1 = new nn.Conv2d(3, 64, { kernelSize: 7, stride: 2, padding: 3, bias: false });
  bn1: nn.UnaryModule;
  relu = new nn.ReLU({ inplace: true });
  maxpool = new nn.MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 });
  layer1: nn.Sequential;
  layer2: nn.Sequential;
  layer3: nn.Sequential;
  layer4: nn.Sequential;
  avgpool: nn.AdaptiveAvgPool2d;

  constructor(...args: Arguments<ResNetArguments, ResNetOrder>) {
    super();
    const o = parseArgs<ResNetArguments>('ResNet', ['block', 'layers'], resnetDefaults, args, {
      ...networkKinds,
      block: kinds.oneOf(BasicBlock, Bottleneck),
      layers: kinds.listOf(kinds.whole(1, 1024), 4),
      groups: kinds.whole(1),
      widthPerGroup: kinds.features,
      replaceStrideWithDilation: kinds.orNull(kinds.listOf(kinds.flag, 3)),
    });
    const { block, layers, numClasses, zeroInitResidual, groups, widthPerGroup } = o;
    const norm = o.normLayer ?? (nn.BatchNorm2d as NormMaker);
    const dilated = o.replaceStrideWithDilation ?? [false, false, false];
    // As of the stage before.
    let inplanes = 64;
    let dilation = 1;
    const stage = (planes: number, blocks: number, stride: number, dilate: boolean): nn.Sequential => {
      const before = dilation;
      if (dilate) dilation *= stride;
      const step = dilate ? 1 : stride;
      const outplanes = planes * block.expansion;
      const downsample =
        step !== 1 || inplanes !== outplanes
          ? new nn.Sequential(conv1x1(inplanes, outplanes, step), make(norm, outplanes))
          : null;
      const shared = { groups, baseWidth: widthPerGroup, normLayer: norm };
      const made = [new block(inplanes, planes, { ...shared, stride: step, downsample, dilation: before })];
      inplanes = outplanes;
      while (made.length < blocks) made.push(new block(outplanes, planes, { ...shared, dilation }));
      return new nn.Sequential(...made);
    };
    this.bn1 = make(norm, 64);
    this.layer1 = stage(64, layers[0], 1, false);
    this.layer2 = stage(128, layers[1], 2, dilated[0]);
    this.layer3 = stage(256, layers[2], 2, dilated[1]);
    this.layer4 = stage(512, layers[3], 2, dilated[2]);
    this.avgpool = new nn.AdaptiveAvgPool2d([1, 1]);
    this.fc = new nn.Linear(512 * block.expansion, numClasses);
    initialize(this, { convolution: fanOut });
    if (zeroInitResidual) this.#silenceBranches();
  }

  #silenceBranches(): void {
    for (const module of this.modules()) {
      const last = module instanceof Bottleneck ? module.bn3 : module instanceof BasicBlock ? module.bn2 : null;
      const weight = last && Reflect.get(last, 'weight');
      if (weight instanceof Tensor) nn.init.zeros_(weight);
    }
  }

  override forward(x: Tensor): Tensor {
    expectBatch('ResNet', x);
    const stem = this.maxpool(this.relu(this.bn1(this.conv1(x))));
    const maps = this.layer4(this.layer3(this.layer2(this.layer1(stem))));
    return this.fc(this.avgpool(maps).flatten(1));
  }
}

export interface ResNet extends EndsInLinear {}

const resnet = (
  name: string,
  weights: WeightsName,
  block: typeof BasicBlock | typeof Bottleneck,
  layers: readonly [number, number, number, number],
  own: Pick<ResNetOptions, 'groups' | 'widthPerGroup'> = {},
) =>
  builder<ResNet, ResNetOptions>(name, {
    defaults: { ...resnetDefaults, ...own },
    weights,
    build: (options) => new ResNet(block, layers, options),
  });

/** ResNet of 18 layers: see `ResNet`. */
export const resnet18 = resnet('resnet18', 'ResNet18_Weights', BasicBlock, [2, 2, 2, 2]);
/** ResNet of 34 layers. */
export const resnet34 = resnet('resnet34', 'ResNet34_Weights', BasicBlock, [3, 4, 6, 3]);
/** ResNet of 50 layers. */
export const resnet50 = resnet('resnet50', 'ResNet50_Weights', Bottleneck, [3, 4, 6, 3]);
/** ResNet of 101 layers. */
export const resnet101 = resnet('resnet101', 'ResNet101_Weights', Bottleneck, [3, 4, 23, 3]);
/** ResNet of 152 layers. */
export const resnet152 = resnet('resnet152', 'ResNet152_Weights', Bottleneck, [3, 8, 36, 3]);
/** ResNeXt of 50 layers, 32 groups of 4 channels. */
export const resnext50_32x4d = resnet('resnext50_32x4d', 'ResNeXt50_32X4D_Weights', Bottleneck, [3, 4, 6, 3], {
  groups: 32,
  widthPerGroup: 4,
});
/** ResNeXt of 101 layers, 32 groups of 8 channels. */
export const resnext101_32x8d = resnet('resnext101_32x8d', 'ResNeXt101_32X8D_Weights', Bottleneck, [3, 4, 23, 3], {
  groups: 32,
  widthPerGroup: 8,
});
/** ResNeXt of 101 layers, 64 groups of 4 channels. */
export const resnext101_64x4d = resnet('resnext101_64x4d', 'ResNeXt101_64X4D_Weights', Bottleneck, [3, 4, 23, 3], {
  groups: 64,
  widthPerGroup: 4,
});
/** Wide ResNet of 50 layers, with bottlenecks twice as wide. */
export const wideResnet50_2 = resnet('wideResnet50_2', 'Wide_ResNet50_2_Weights', Bottleneck, [3, 4, 6, 3], {
  widthPerGroup: 128,
});
/** Wide ResNet of 101 layers, with bottlenecks twice as wide. */
export const wideResnet101_2 = resnet('wideResnet101_2', 'Wide_ResNet101_2_Weights', Bottleneck, [3, 4, 23, 3], {
  widthPerGroup: 128,
});
