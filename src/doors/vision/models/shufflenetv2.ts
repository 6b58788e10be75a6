import { ArgumentError, cat, nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, Module, noteCalls, parseArgs } from '../../../torch/inside';
import { type EndsInLinear, Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions, type WeightsName } from './builder';
import { type Fixed, networkKinds } from './network-kinds';

const relu = () => new nn.ReLU({ inplace: true });
const norm = (channels: number) => new nn.BatchNorm2d(channels);
const pointwise = (inChannels: number, outChannels: number) =>
  new nn.Conv2d(inChannels, outChannels, { kernelSize: 1, bias: false });
const depthwise = (channels: number, stride: number) =>
  new nn.Conv2d(channels, channels, { kernelSize: 3, stride, padding: 1, bias: false, groups: channels });

/**
 * Two branches whose channels are shuffled. With a stride of 1, the first branch passes half of the channels through
 * unchanged.
 */
class InvertedResidual extends Module {
  readonly stride: number;
  branch1: nn.Sequential;
  branch2: nn.Sequential;

  constructor(inChannels: number, outChannels: number, stride: number) {
    super();
    const half = outChannels >> 1;
    if (stride === 1 && inChannels !== 2 * half) {
      throw new ArgumentError(
        `InvertedResidual: expected as many channels in as out with a stride of 1, but got ${inChannels} and ${outChannels}`,
      );
    }
    this.stride = stride;
    this.branch1 =
      stride === 1
        ? new nn.Sequential()
        : new nn.Sequential(
            ...[depthwise(inChannels, stride), norm(inChannels)],
            ...[pointwise(inChannels, half), norm(half), relu()],
          );
    this.branch2 = new nn.Sequential(
      ...[pointwise(stride === 1 ? half : inChannels, half), norm(half), relu()],
      ...[depthwise(half, stride), norm(half)],
      ...[pointwise(half, half), norm(half), relu()],
    );
  }

  override forward(x: Tensor): Tensor {
    if (this.stride > 1) return shuffled(cat([this.branch1(x), this.branch2(x)], 1));
    const [kept, changed] = x.chunk(2, { dim: 1 }) as [Tensor, Tensor];
    return shuffled(cat([kept, this.branch2(changed)], 1));
  }
}

/** Interleaves the channels of two groups. */
function shuffled(x: Tensor): Tensor {
  const [count, channels, height, width] = x.shape as readonly [number, number, number, number];
  noteCalls('size', 'getitem', 'getitem', 'getitem', 'getitem', 'floordiv');
  const pairs = x
    .view(count, 2, channels >> 1, height, width)
    .transpose(1, 2)
    .contiguous();
  return pairs.view(count, channels, height, width);
}

interface ShuffleNetArguments extends ClassifierOptions {
  /** Number of blocks of the three stages. */
  stagesRepeats: readonly number[];
  /** Channels before the stages, after each stage, and after the last convolution. */
  stagesOutChannels: readonly number[];
  /** torchvision's block, which cannot be replaced. Default: null. */
  invertedResidual?: Fixed;
}

/**
 * ShuffleNetV2 (Ma et al. 2018, arXiv:1807.11164): takes images [N, 3, H, W], usually of 224 pixels, and returns scores
 * [N, numClasses]. Parameters: ×0.5 1,366,792, ×1.0 2,278,604, ×1.5 3,503,624, ×2.0 7,393,996.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class ShuffleNetV2 extends Network {
  conv1: nn.Sequential;
  maxpool = new nn.MaxPool2d({ kernelSize: 3, stride: 2, padding: 1 });
  stage2: nn.Sequential;
  stage3: nn.Sequential;
  stage4: nn.Sequential;
  conv5: nn.Sequential;

  constructor(
    ...args: Arguments<ShuffleNetArguments, ['stagesRepeats', 'stagesOutChannels', 'numClasses', 'invertedResidual']>
  ) {
    super();
    const required = ['stagesRepeats', 'stagesOutChannels'] as const;
    const defaults = { numClasses: 1000, invertedResidual: null };
    const o = parseArgs<ShuffleNetArguments>('ShuffleNetV2', required, defaults, args, {
      ...networkKinds,
      stagesRepeats: kinds.listOf(kinds.whole(1, 1024), 3),
      stagesOutChannels: kinds.listOf(kinds.features, 5),
    });
    const { stagesRepeats, stagesOutChannels, numClasses } = o;
    const [stem, second, third, fourth, last] = stagesOutChannels as [number, number, number, number, number];
    const stage = (inChannels: number, outChannels: number, repeats: number) =>
      new nn.Sequential(
        new InvertedResidual(inChannels, outChannels, 2),
        ...Array.from({ length: repeats - 1 }, () => new InvertedResidual(outChannels, outChannels, 1)),
      );
    this.conv1 = new nn.Sequential(
      new nn.Conv2d(3, stem, { kernelSize: 3, stride: 2, padding: 1, bias: false }),
      norm(stem),
      relu(),
    );
    this.stage2 = stage(stem, second, stagesRepeats[0]!);
    this.stage3 = stage(second, third, stagesRepeats[1]!);
    this.stage4 = stage(third, fourth, stagesRepeats[2]!);
    this.conv5 = new nn.Sequential(pointwise(fourth, last), norm(last), relu());
    this.fc = new nn.Linear(last, numClasses);
  }

  override forward(x: Tensor): Tensor {
    expectBatch('ShuffleNetV2', x);
    const maps = this.stage4(this.stage3(this.stage2(this.maxpool(this.conv1(x)))));
    return this.fc(this.conv5(maps).mean([2, 3]));
  }
}

export interface ShuffleNetV2 extends EndsInLinear {}

const shufflenet = (name: string, weights: WeightsName, widths: readonly number[]) =>
  builder<ShuffleNetV2, ClassifierOptions>(name, {
    defaults: { numClasses: 1000 },
    weights,
    build: (options) => new ShuffleNetV2([4, 8, 4], widths, options),
  });

/** ShuffleNetV2 of half the width: see `ShuffleNetV2`. */
export const shufflenetV2X0_5 = shufflenet('shufflenetV2X0_5', 'ShuffleNet_V2_X0_5_Weights', [24, 48, 96, 192, 1024]);
/** ShuffleNetV2. */
export const shufflenetV2X1_0 = shufflenet('shufflenetV2X1_0', 'ShuffleNet_V2_X1_0_Weights', [24, 116, 232, 464, 1024]);
/** ShuffleNetV2 of one and a half times the width. */
export const shufflenetV2X1_5 = shufflenet('shufflenetV2X1_5', 'ShuffleNet_V2_X1_5_Weights', [24, 176, 352, 704, 1024]);
/** ShuffleNetV2 of twice the width. */
export const shufflenetV2X2_0 = shufflenet('shufflenetV2X2_0', 'ShuffleNet_V2_X2_0_Weights', [24, 244, 488, 976, 2048]);
