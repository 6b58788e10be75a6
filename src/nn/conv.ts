// Owns the convolutions: Conv1d, Conv2d, Conv3d and their lazy forms.
import { type Arguments, parseArgs } from '../core/options';
import type { Tensor } from '../tensor/tensor';
import { inputs } from './callable';
import { type CommonArguments, ConvNd, lazyArguments } from './conv-base';
import { conv1d, conv2d, conv3d } from './functional/conv';
import { type PadMode, pad } from './functional/pad';
import type { Size, Spatial } from './sizes';

export type { PaddingMode } from './conv-base';

export interface ConvArguments<N extends Spatial> extends CommonArguments<N> {
  /** Added on each side, default 0; 'same' keeps the size, 'valid' is 0. */
  padding?: Size<N> | 'same' | 'valid';
}

const defaults = {
  stride: 1,
  padding: 0,
  dilation: 1,
  groups: 1,
  bias: true,
  paddingMode: 'zeros',
} as const;

type Order = ['stride', 'padding', 'dilation', 'groups', 'bias', 'paddingMode'];
type Options<N extends Spatial> = Omit<ConvArguments<N>, 'inChannels' | 'outChannels' | 'kernelSize'>;
type Positional<N extends Spatial> = Arguments<ConvArguments<N>, ['inChannels', 'outChannels', 'kernelSize', ...Order]>;
type LazyArguments<N extends Spatial> = Omit<ConvArguments<N>, 'inChannels'>;
type LazyPositional<N extends Spatial> = Arguments<LazyArguments<N>, ['outChannels', 'kernelSize', ...Order]>;

abstract class Convolution<N extends Spatial> extends ConvNd<N> {
  get [inputs]() {
    return ['input'] as const;
  }

  constructor(layer: string, n: N, args: readonly unknown[]) {
    const required = ['inChannels', 'outChannels', 'kernelSize'] as const;
    const o = parseArgs<ConvArguments<N>>(layer, required as never, defaults as never, args);
    super(layer, n, { ...o, outputPadding: 0, transposed: false } as never);
  }

  /** x with this layer's surroundings, unless they are zeros, and the padding that is left to the convolution. */
  protected surround(x: Tensor): readonly [x: Tensor, padding: ConvNd<N>['padding']] {
    if (this.paddingMode === 'zeros') return [x, this.padding];
    return [pad(x, this.surroundings(), { mode: this.paddingMode satisfies PadMode }), 'valid'];
  }

  /** [left, right, top, bottom, …]; an odd total of 'same' has the larger part at the end. */
  private surroundings(): number[] {
    const each = this.kernelSize.map((size, d): [number, number] => {
      if (this.padding === 'valid') return [0, 0];
      if (this.padding !== 'same') return [this.padding[d]!, this.padding[d]!];
      const total = this.dilation[d]! * (size - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return each.reverse().flat();
  }
}

/**
 * 1-D convolution (cross-correlation): y[n, k] = b[k] + Σ_c w[k, c] ⋆ x[n, c].
 *
 * Shape: [N, inChannels, L] or [inChannels, L] → [N, outChannels, L'] with
 * L' = ⌊(L + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * `weight` is [outChannels, inChannels / groups, kernelSize], `bias` [outChannels] or null.
 *
 *     new nn.Conv1d(3, 16, 3, { padding: 1 })(torch.randn(8, 3, 100)).shape;   // [8, 16, 100]
 */
export class Conv1d extends Convolution<1> {
  constructor(inChannels: number, outChannels: number, kernelSize: Size<1>, options?: Options<1>);
  constructor(...args: Positional<1>);
  constructor(...args: unknown[]) {
    super('Conv1d', 1, args);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const [input, padding] = this.surround(x);
    return conv1d(input, this.weight, this.bias, { stride, padding, dilation, groups });
  }
}

/** A Conv1d whose `inChannels` is that of the first input it sees; from then on it is a Conv1d. */
export class LazyConv1d extends Conv1d {
  constructor(outChannels: number, kernelSize: Size<1>, options?: Options<1>);
  constructor(...args: LazyPositional<1>);
  constructor(...args: unknown[]) {
    const o = lazyArguments<LazyArguments<1>>('LazyConv1d', defaults, args);
    super(o.eager);
    this.groups = o.groups;
    this.becomeLazy('LazyConv1d', o.outChannels, o.bias);
  }

  override forward(x: Tensor): Tensor {
    this.meet('LazyConv1d', x);
    if (Object.getPrototypeOf(this) === LazyConv1d.prototype) Object.setPrototypeOf(this, Conv1d.prototype);
    return super.forward(x);
  }
}

/**
 * 2-D convolution (cross-correlation): y[n, k] = b[k] + Σ_c w[k, c] ⋆ x[n, c].
 *
 * Shape: [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = ⌊(H + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * `weight` is [outChannels, inChannels / groups, kernelHeight, kernelWidth], `bias` [outChannels] or null.
 *
 *     new nn.Conv2d(3, 16, 3, { padding: 1 })(torch.randn(8, 3, 32, 32)).shape;   // [8, 16, 32, 32]
 */
export class Conv2d extends Convolution<2> {
  constructor(inChannels: number, outChannels: number, kernelSize: Size<2>, options?: Options<2>);
  constructor(...args: Positional<2>);
  constructor(...args: unknown[]) {
    super('Conv2d', 2, args);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const [input, padding] = this.surround(x);
    return conv2d(input, this.weight, this.bias, { stride, padding, dilation, groups });
  }
}

/** A Conv2d whose `inChannels` is that of the first input it sees; from then on it is a Conv2d. */
export class LazyConv2d extends Conv2d {
  constructor(outChannels: number, kernelSize: Size<2>, options?: Options<2>);
  constructor(...args: LazyPositional<2>);
  constructor(...args: unknown[]) {
    const o = lazyArguments<LazyArguments<2>>('LazyConv2d', defaults, args);
    super(o.eager);
    this.groups = o.groups;
    this.becomeLazy('LazyConv2d', o.outChannels, o.bias);
  }

  override forward(x: Tensor): Tensor {
    this.meet('LazyConv2d', x);
    if (Object.getPrototypeOf(this) === LazyConv2d.prototype) Object.setPrototypeOf(this, Conv2d.prototype);
    return super.forward(x);
  }
}

/**
 * 3-D convolution (cross-correlation): y[n, k] = b[k] + Σ_c w[k, c] ⋆ x[n, c].
 *
 * Shape: [N, inChannels, D, H, W] or [inChannels, D, H, W] → [N, outChannels, D', H', W'] with
 * D' = ⌊(D + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * `weight` is [outChannels, inChannels / groups, kernelDepth, kernelHeight, kernelWidth], `bias` [outChannels] or null.
 *
 *     new nn.Conv3d(1, 8, 3, { stride: 2 })(torch.randn(2, 1, 9, 9, 9)).shape;   // [2, 8, 4, 4, 4]
 */
export class Conv3d extends Convolution<3> {
  constructor(inChannels: number, outChannels: number, kernelSize: Size<3>, options?: Options<3>);
  constructor(...args: Positional<3>);
  constructor(...args: unknown[]) {
    super('Conv3d', 3, args);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const [input, padding] = this.surround(x);
    return conv3d(input, this.weight, this.bias, { stride, padding, dilation, groups });
  }
}

/** A Conv3d whose `inChannels` is that of the first input it sees; from then on it is a Conv3d. */
export class LazyConv3d extends Conv3d {
  constructor(outChannels: number, kernelSize: Size<3>, options?: Options<3>);
  constructor(...args: LazyPositional<3>);
  constructor(...args: unknown[]) {
    const o = lazyArguments<LazyArguments<3>>('LazyConv3d', defaults, args);
    super(o.eager);
    this.groups = o.groups;
    this.becomeLazy('LazyConv3d', o.outChannels, o.bias);
  }

  override forward(x: Tensor): Tensor {
    this.meet('LazyConv3d', x);
    if (Object.getPrototypeOf(this) === LazyConv3d.prototype) Object.setPrototypeOf(this, Conv3d.prototype);
    return super.forward(x);
  }
}
