// Owns the transposed convolutions: ConvTranspose1d, ConvTranspose2d, ConvTranspose3d and their lazy forms.
import { ArgumentError } from '../core/errors';
import { type Arguments, parseArgs } from '../core/options';
import type { Tensor } from '../tensor/tensor';
import { inputs } from './callable';
import { type CommonArguments, ConvNd, lazyArguments } from './conv-base';
import { convTranspose1d, convTranspose2d, convTranspose3d } from './functional/conv';
import { calledSize, type OutputSize, type Size, type Spatial, type Tuple } from './sizes';

export interface ConvTransposeArguments<N extends Spatial> extends CommonArguments<N> {
  /** dilation (kernelSize − 1) − padding is added on each side, default 0. */
  padding?: Size<N>;
  /** Added to one side of the output's size, default 0. */
  outputPadding?: Size<N>;
}

const defaults = {
  stride: 1,
  padding: 0,
  outputPadding: 0,
  groups: 1,
  bias: true,
  dilation: 1,
  paddingMode: 'zeros',
} as const;

type Order = ['stride', 'padding', 'outputPadding', 'groups', 'bias', 'dilation', 'paddingMode'];
type Options<N extends Spatial> = Omit<ConvTransposeArguments<N>, 'inChannels' | 'outChannels' | 'kernelSize'>;
type Positional<N extends Spatial> = Arguments<
  ConvTransposeArguments<N>,
  ['inChannels', 'outChannels', 'kernelSize', ...Order]
>;
type LazyArguments<N extends Spatial> = Omit<ConvTransposeArguments<N>, 'inChannels'>;
type LazyPositional<N extends Spatial> = Arguments<LazyArguments<N>, ['outChannels', 'kernelSize', ...Order]>;

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
    super(layer, n, { ...o, transposed: true } as never);
  }

  /** The output padding that makes an output of the given size. */
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

/**
 * Transposed 1-D convolution: the gradient of Conv1d with respect to its input.
 *
 * Shape: [N, inChannels, L] or [inChannels, L] → [N, outChannels, L'] with
 * L' = (L − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelSize]. A call may give `outputSize: [L']` instead of `outputPadding`.
 */
export class ConvTranspose1d extends TransposedConvolution<1> {
  constructor(inChannels: number, outChannels: number, kernelSize: Size<1>, options?: Options<1>);
  constructor(...args: Positional<1>);
  constructor(...args: unknown[]) {
    super('ConvTranspose1d', 1, args);
  }

  forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    const { stride, padding, groups, dilation } = this;
    const outputPadding = this.paddingFor('ConvTranspose1d', x, outputSize);
    return convTranspose1d(x, this.weight, this.bias, { stride, padding, outputPadding, groups, dilation });
  }
}

/** A ConvTranspose1d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose1d. */
export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(outChannels: number, kernelSize: Size<1>, options?: Options<1>);
  constructor(...args: LazyPositional<1>);
  constructor(...args: unknown[]) {
    const o = lazyArguments<LazyArguments<1>>('LazyConvTranspose1d', defaults, args);
    super(o.eager);
    this.groups = o.groups;
    this.becomeLazy('LazyConvTranspose1d', o.outChannels, o.bias);
  }

  override forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    this.meet('LazyConvTranspose1d', x);
    if (Object.getPrototypeOf(this) === LazyConvTranspose1d.prototype) {
      Object.setPrototypeOf(this, ConvTranspose1d.prototype);
    }
    return super.forward(x, outputSize);
  }
}

/**
 * Transposed 2-D convolution: the gradient of Conv2d with respect to its input.
 *
 * Shape: [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = (H − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelHeight, kernelWidth]. A call may give `outputSize: [H', W']` instead of `outputPadding`.
 */
export class ConvTranspose2d extends TransposedConvolution<2> {
  constructor(inChannels: number, outChannels: number, kernelSize: Size<2>, options?: Options<2>);
  constructor(...args: Positional<2>);
  constructor(...args: unknown[]) {
    super('ConvTranspose2d', 2, args);
  }

  forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    const { stride, padding, groups, dilation } = this;
    const outputPadding = this.paddingFor('ConvTranspose2d', x, outputSize);
    return convTranspose2d(x, this.weight, this.bias, { stride, padding, outputPadding, groups, dilation });
  }
}

/** A ConvTranspose2d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose2d. */
export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(outChannels: number, kernelSize: Size<2>, options?: Options<2>);
  constructor(...args: LazyPositional<2>);
  constructor(...args: unknown[]) {
    const o = lazyArguments<LazyArguments<2>>('LazyConvTranspose2d', defaults, args);
    super(o.eager);
    this.groups = o.groups;
    this.becomeLazy('LazyConvTranspose2d', o.outChannels, o.bias);
  }

  override forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    this.meet('LazyConvTranspose2d', x);
    if (Object.getPrototypeOf(this) === LazyConvTranspose2d.prototype) {
      Object.setPrototypeOf(this, ConvTranspose2d.prototype);
    }
    return super.forward(x, outputSize);
  }
}

/**
 * Transposed 3-D convolution: the gradient of Conv3d with respect to its input.
 *
 * Shape: [N, inChannels, D, H, W] or [inChannels, D, H, W] → [N, outChannels, D', H', W'] with
 * D' = (D − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding + 1.
 * `weight` is [inChannels, outChannels / groups, kernelDepth, kernelHeight, kernelWidth]. A call may give `outputSize: [D', H', W']` instead of `outputPadding`.
 */
export class ConvTranspose3d extends TransposedConvolution<3> {
  constructor(inChannels: number, outChannels: number, kernelSize: Size<3>, options?: Options<3>);
  constructor(...args: Positional<3>);
  constructor(...args: unknown[]) {
    super('ConvTranspose3d', 3, args);
  }

  forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    const { stride, padding, groups, dilation } = this;
    const outputPadding = this.paddingFor('ConvTranspose3d', x, outputSize);
    return convTranspose3d(x, this.weight, this.bias, { stride, padding, outputPadding, groups, dilation });
  }
}

/** A ConvTranspose3d whose `inChannels` is that of the first input it sees; from then on it is a ConvTranspose3d. */
export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(outChannels: number, kernelSize: Size<3>, options?: Options<3>);
  constructor(...args: LazyPositional<3>);
  constructor(...args: unknown[]) {
    const o = lazyArguments<LazyArguments<3>>('LazyConvTranspose3d', defaults, args);
    super(o.eager);
    this.groups = o.groups;
    this.becomeLazy('LazyConvTranspose3d', o.outChannels, o.bias);
  }

  override forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    this.meet('LazyConvTranspose3d', x);
    if (Object.getPrototypeOf(this) === LazyConvTranspose3d.prototype) {
      Object.setPrototypeOf(this, ConvTranspose3d.prototype);
    }
    return super.forward(x, outputSize);
  }
}
