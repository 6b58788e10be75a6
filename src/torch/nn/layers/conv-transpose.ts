// The transposed convolutions: ConvTranspose1d, ConvTranspose2d, ConvTranspose3d and their lazy forms.
import { ArgumentError } from '../../../engine/core/errors';
import { type Makes, type Options, takes, type Values } from '../../../engine/core/takes';
import { convTranspose2d } from '../../../engine/ops/conv/conv';
import { convTranspose1d, convTranspose3d } from '../../../engine/ops/conv/conv-nd';
import type { Tensor } from '../../tensor/tensor';
import {
  type ConvOp,
  type ConvTransposeSettings,
  type Spreading,
  slid,
  spacing,
  spreadingOf,
  transposedSlides,
} from '../functional/conv';
import { inputs } from '../module/callable-object';
import {
  type ConvForms,
  ConvNd,
  channels,
  howOf,
  type LazyConvForms,
  lazyLayer,
  learntBias,
  padded,
} from './conv-base';
import { calledSize, type OutputSize, type SizePerDim, type Spatial, type Tuple } from './sizes';

/* @__NO_SIDE_EFFECTS__ */
const optional = <N extends Spatial>() => ({ ...transposedSlides<N>(), ...learntBias, ...spacing<N>(), ...padded });

type Order = [
  stride: 'stride',
  padding: 'padding',
  outputPadding: 'outputPadding',
  groups: 'groups',
  bias: 'bias',
  dilation: 'dilation',
  paddingMode: 'paddingMode',
];

/** The options of a transposed convolution layer. */
export interface ConvTransposeOptions<N extends Spatial>
  extends ConvTransposeSettings<N>,
    Options<typeof learntBias>,
    Options<typeof padded> {}

/** All arguments of a transposed convolution layer by name. */
export interface ConvTransposeArguments<N extends Spatial>
  extends ConvTransposeOptions<N>,
    Values<ReturnType<typeof channels<N>>> {}

/** Makes the class of a transposed convolution over n dimensions: `op`, which users call as the function `name`. */
/* @__NO_SIDE_EFFECTS__ */
function transposedLayer<N extends Spatial>(
  layer: string,
  n: N,
  name: string,
  op: ConvOp<Spreading<N>>,
): ConvTransposeClass<N> {
  const table = takes(layer, { ...channels<N>(), ...optional<N>() });
  const conv = slid(name, op);
  return class extends TransposedConvolution<N> implements ConvTransposeLayer<N> {
    constructor(...args: readonly unknown[]) {
      const o = table.read(args);
      if (o.paddingMode !== 'zeros') {
        throw new ArgumentError(`${layer}: expected paddingMode 'zeros', but got '${o.paddingMode}'`);
      }
      super(layer, n, o, true);
    }

    forward(x: Tensor, outputSize: OutputSize = null): Tensor {
      this.see(x);
      const how = howOf(this, (kernel) => spreadingOf(layer, n, this, kernel));
      const outputPadding = this.paddingFor(layer, x, outputSize);
      return conv(x, this.weight, this.bias, outputSize === null ? how : { ...how, outputPadding });
    }
  };
}

abstract class TransposedConvolution<N extends Spatial> extends ConvNd<N> {
  get [inputs]() {
    return ['input', 'outputSize?'] as const;
  }

  declare padding: Tuple<N>;

  /** The output padding that gives an output of the given size. */
  protected paddingFor(layer: string, x: Tensor, given: OutputSize): Tuple<N> {
    const outputSize = calledSize(layer, given);
    if (!outputSize) return this.outputPadding;
    const n = this.kernelSize.length;
    const spatial = x.shape.slice(-n);
    const wanted = outputSize.length === x.shape.length ? outputSize.slice(-n) : outputSize;
    if (wanted.length !== n || spatial.length !== n) {
      throw new ArgumentError(`${layer}: expected outputSize of ${n} sizes, but got [${outputSize.join(', ')}]`);
    }
    const smallest = spatial.map(
      (size, d) =>
        (size - 1) * this.stride[d]! - 2 * this.padding[d]! + this.dilation[d]! * (this.kernelSize[d]! - 1) + 1,
    );
    const extra = wanted.map((size, d) => size - smallest[d]!);
    if (extra.some((more, d) => more < 0 || more >= this.stride[d]!)) {
      const largest = smallest.map((size, d) => size + this.stride[d]! - 1);
      throw new ArgumentError(
        `${layer}: expected outputSize between [${smallest.join(', ')}] and [${largest.join(', ')}], but got [${wanted.join(', ')}]`,
      );
    }
    return extra as Tuple<N>;
  }
}

interface ConvTransposeLayer<N extends Spatial> extends TransposedConvolution<N> {
  /** The transposed convolution of x, [N, inChannels, …] or [inChannels, …]; `outputSize` sets the output's size. */
  forward(x: Tensor, outputSize?: OutputSize): Tensor;
}

interface ConvTransposeClass<N extends Spatial>
  extends Makes<ConvForms<N, ConvTransposeOptions<N>, Order, ConvTransposeArguments<N>>, ConvTransposeLayer<N>> {
  /**
   * The gradient of a convolution with respect to its input, whose kernels are learnt: x[N, inChannels, …] → [N,
   * outChannels, …].
   *
   * @param inChannels Channels of the input.
   * @param outChannels Channels of the output.
   * @param kernelSize The size of the kernel: one number, or one for each dimension.
   * @param options Stride 1, padding 0, outputPadding 0, groups 1, bias true and dilation 1, by name.
   */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: SizePerDim<N>,
    options?: ConvTransposeOptions<N>,
  ): ConvTransposeLayer<N>;
}

interface LazyConvTransposeClass<N extends Spatial>
  extends Makes<LazyConvForms<N, ConvTransposeOptions<N>, Order, ConvTransposeArguments<N>>, ConvTransposeLayer<N>> {
  /**
   * A transposed convolution that takes its number of input channels from the first input.
   *
   * @param outChannels Channels of the output.
   * @param kernelSize The size of the kernel: one number, or one for each dimension.
   * @param options Stride 1, padding 0, outputPadding 0, groups 1, bias true and dilation 1, by name.
   */
  new (outChannels: number, kernelSize: SizePerDim<N>, options?: ConvTransposeOptions<N>): ConvTransposeLayer<N>;
}

/**
 * Transposed 1-D convolution: the gradient of Conv1d with respect to its input.
 *
 * Shape: [N, inChannels, L] or [inChannels, L] → [N, outChannels, L'] with
 * L' = (L − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelSize]. A call may give `outputSize: [L']` instead of `outputPadding`.
 */
export class ConvTranspose1d extends transposedLayer('ConvTranspose1d', 1, 'convTranspose1d', convTranspose1d) {}

/** A ConvTranspose1d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose1d. */
export class LazyConvTranspose1d extends lazyLayer<LazyConvTransposeClass<1>>(
  'LazyConvTranspose1d',
  ConvTranspose1d,
  optional<1>(),
) {}

/**
 * Transposed 2-D convolution: the gradient of Conv2d with respect to its input.
 *
 * Shape: [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = (H − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelHeight, kernelWidth]. A call may give `outputSize: [H', W']` instead of `outputPadding`.
 */
export class ConvTranspose2d extends transposedLayer('ConvTranspose2d', 2, 'convTranspose2d', convTranspose2d) {}

/** A ConvTranspose2d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose2d. */
export class LazyConvTranspose2d extends lazyLayer<LazyConvTransposeClass<2>>(
  'LazyConvTranspose2d',
  ConvTranspose2d,
  optional<2>(),
) {}

/**
 * Transposed 3-D convolution: the gradient of Conv3d with respect to its input.
 *
 * Shape: [N, inChannels, D, H, W] or [inChannels, D, H, W] → [N, outChannels, D', H', W'] with
 * D' = (D − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelDepth, kernelHeight, kernelWidth]. A call may give `outputSize: [D', H', W']` instead of `outputPadding`.
 */
export class ConvTranspose3d extends transposedLayer('ConvTranspose3d', 3, 'convTranspose3d', convTranspose3d) {}

/** A ConvTranspose3d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose3d. */
export class LazyConvTranspose3d extends lazyLayer<LazyConvTransposeClass<3>>(
  'LazyConvTranspose3d',
  ConvTranspose3d,
  optional<3>(),
) {}
