// The transposed convolutions: ConvTranspose1d, ConvTranspose2d, ConvTranspose3d and their lazy forms.
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import type { Tensor } from '../../tensor/tensor';
import {
  type ConvTransposeSettings,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  convTransposeDefaults,
  convTransposeInFront,
} from '../functional/conv';
import { inputs } from '../module/callable-object';
import { ConvNd, type ConvNdArguments, type ConvNdClass, type ConvOptions, lazyLayer } from './conv-base';
import { settingsOf } from './layer';
import { calledSize, type OutputSize, type SizePerDim, type Spatial, type Tuple } from './sizes';

export interface ConvTransposeArguments<N extends Spatial> extends ConvNdArguments<N>, ConvTransposeSettings<N> {}

const defaults = { ...convTransposeInFront, bias: true, dilation: 1, paddingMode: 'zeros' } as const;

type ConvTransposeOrder = ['stride', 'padding', 'outputPadding', 'groups', 'bias', 'dilation', 'paddingMode'];

type Conv = (x: Tensor, w: Tensor, b: Tensor | null, options: never) => Tensor;

/** Makes the class of a transposed convolution over n dimensions, which calls the function `conv`. */
/* @__NO_SIDE_EFFECTS__ */
function transposedLayer<N extends Spatial>(layer: string, n: N, conv: Conv) {
  return class extends TransposedConvolution<N> {
    constructor(...args: readonly unknown[]) {
      super(layer, n, args);
    }

    forward(x: Tensor, outputSize: OutputSize = null): Tensor {
      this.see(x);
      const options = settingsOf<ConvTransposeSettings<N>>(this, { defaults: convTransposeDefaults as never });
      const outputPadding = this.paddingFor(layer, x, outputSize);
      return conv(x, this.weight, this.bias, { ...options, outputPadding } as never);
    }
  } as unknown as ConvTransposeClass<N>;
}

abstract class TransposedConvolution<N extends Spatial> extends ConvNd<N> {
  get [inputs]() {
    return ['input', 'outputSize?'] as const;
  }

  declare padding: Tuple<N>;

  constructor(layer: string, n: N, args: readonly unknown[]) {
    const required = ['inChannels', 'outChannels', 'kernelSize'] as const;
    const o = parseArgs<ConvTransposeArguments<N>>(layer, required as never, defaults as never, args);
    if (o.paddingMode !== 'zeros') {
      throw new ArgumentError(`${layer}: expected paddingMode 'zeros', but got '${o.paddingMode}'`);
    }
    super(layer, n, o as never, true);
  }

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

type ConvTransposeOptions<N extends Spatial> = ConvOptions<ConvTransposeArguments<N>>;
type Whole = ['inChannels', 'outChannels', 'kernelSize', ...ConvTransposeOrder];

interface ConvTransposeClass<N extends Spatial>
  extends ConvNdClass<N, ConvTransposeArguments<N>, Whole, ConvTransposeLayer<N>> {
  /**
   * The gradient of a convolution with respect to its input, whose kernels are learnt: x[N, inChannels, …] → [N,
   * outChannels, …].
   *
   * @param inChannels Channels of the input.
   * @param outChannels Channels of the output.
   * @param kernelSize The size of the kernel: one number, or one for each dimension.
   * @param options The other options, by name.
   */
  new (
    inChannels: number,
    outChannels: number,
    kernelSize: SizePerDim<N>,
    options?: ConvTransposeOptions<N>,
  ): ConvTransposeLayer<N>;
}

interface LazyConvTransposeClass<N extends Spatial> {
  /**
   * A transposed convolution that takes its number of input channels from the first input.
   *
   * @param outChannels Channels of the output.
   * @param kernelSize The size of the kernel: one number, or one for each dimension.
   * @param options The other options, by name.
   */
  new (outChannels: number, kernelSize: SizePerDim<N>, options?: ConvTransposeOptions<N>): ConvTransposeLayer<N>;
  new (
    ...args: Arguments<
      Omit<ConvTransposeArguments<N>, 'inChannels'>,
      ['outChannels', 'kernelSize', ...ConvTransposeOrder]
    >
  ): ConvTransposeLayer<N>;
}

/**
 * Transposed 1-D convolution: the gradient of Conv1d with respect to its input.
 *
 * Shape: [N, inChannels, L] or [inChannels, L] → [N, outChannels, L'] with
 * L' = (L − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelSize]. A call may give `outputSize: [L']` instead of `outputPadding`.
 */
export class ConvTranspose1d extends transposedLayer('ConvTranspose1d', 1, convTranspose1d) {}

/** A ConvTranspose1d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose1d. */
export class LazyConvTranspose1d extends lazyLayer<LazyConvTransposeClass<1>>(
  'LazyConvTranspose1d',
  ConvTranspose1d,
  defaults,
) {}

/**
 * Transposed 2-D convolution: the gradient of Conv2d with respect to its input.
 *
 * Shape: [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = (H − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelHeight, kernelWidth]. A call may give `outputSize: [H', W']` instead of `outputPadding`.
 */
export class ConvTranspose2d extends transposedLayer('ConvTranspose2d', 2, convTranspose2d) {}

/** A ConvTranspose2d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose2d. */
export class LazyConvTranspose2d extends lazyLayer<LazyConvTransposeClass<2>>(
  'LazyConvTranspose2d',
  ConvTranspose2d,
  defaults,
) {}

/**
 * Transposed 3-D convolution: the gradient of Conv3d with respect to its input.
 *
 * Shape: [N, inChannels, D, H, W] or [inChannels, D, H, W] → [N, outChannels, D', H', W'] with
 * D' = (D − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelDepth, kernelHeight, kernelWidth]. A call may give `outputSize: [D', H', W']` instead of `outputPadding`.
 */
export class ConvTranspose3d extends transposedLayer('ConvTranspose3d', 3, convTranspose3d) {}

/** A ConvTranspose3d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose3d. */
export class LazyConvTranspose3d extends lazyLayer<LazyConvTransposeClass<3>>(
  'LazyConvTranspose3d',
  ConvTranspose3d,
  defaults,
) {}
