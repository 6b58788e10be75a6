// Owns the pooling family: MaxPool2d, AvgPool2d.
import { type Arguments, parseArgs } from '../core/options';
import { pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import { avgPool2d, divisorKind, maxPool2d } from './functional/pooling';
import { UnaryLayer } from './layer';
import { pair, type Size2d } from './sizes';

export interface MaxPool2dArguments<R extends boolean = boolean> {
  kernelSize: Size2d;
  /** Default: kernelSize. */
  stride?: Size2d | null;
  /** −∞ on each side, at most half the kernel, default 0. */
  padding?: Size2d;
  /** Default 1. */
  dilation?: Size2d;
  /** Return [values, indices] rather than values, default false. */
  returnIndices?: R;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
}

type MaxPool2dOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'];
type MaxPool2dOptions<R extends boolean> = Omit<MaxPool2dArguments<R>, 'kernelSize'>;

/**
 * The maximum of each window. The first one wins, and NaN is the largest.
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W'] with H' = ⌊(H + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * With `returnIndices` also the place of each maximum in its plane, as int64.
 */
export class MaxPool2d<R extends boolean = false> extends UnaryLayer {
  kernelSize: Size2d;
  stride: Size2d;
  padding: Size2d;
  dilation: Size2d;
  returnIndices: R;
  ceilMode: boolean;

  constructor(kernelSize: Size2d, options?: MaxPool2dOptions<R>);
  constructor(kernelSize: Size2d, stride: Size2d | null, options?: Omit<MaxPool2dOptions<R>, 'stride'>);
  constructor(...args: Arguments<MaxPool2dArguments<R>, MaxPool2dOrder>);
  constructor(...args: unknown[]) {
    super();
    const defaults = { stride: null, padding: 0, dilation: 1, returnIndices: false, ceilMode: false };
    const o = parseArgs<MaxPool2dArguments>('MaxPool2d', ['kernelSize'], defaults, args);
    this.kernelSize = o.kernelSize;
    this.stride = o.stride ?? o.kernelSize;
    this.padding = o.padding;
    this.dilation = o.dilation;
    this.returnIndices = o.returnIndices as R;
    this.ceilMode = o.ceilMode;
    pair('MaxPool2d', 'kernelSize', this.kernelSize, 1);
    pair('MaxPool2d', 'stride', this.stride, 1);
    pair('MaxPool2d', 'padding', this.padding);
    pair('MaxPool2d', 'dilation', this.dilation, 1);
  }

  forward(x: Tensor): R extends true ? [values: Tensor, indices: Tensor] : Tensor {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this;
    const options = { stride, padding, dilation, ceilMode };
    const pooled = returnIndices
      ? maxPool2d(x, kernelSize, { ...options, returnIndices: true })
      : maxPool2d(x, kernelSize, options);
    return pooled as R extends true ? [Tensor, Tensor] : Tensor;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    const sizes = { kernel_size: kernelSize, stride, padding, dilation, ceil_mode: ceilMode };
    return Object.entries(sizes)
      .map(([name, value]) => `${name}=${pythonText(value)}`)
      .join(', ');
  }
}

export interface AvgPool2dArguments {
  kernelSize: Size2d;
  /** Default: kernelSize. */
  stride?: Size2d | null;
  /** Zeros on each side, at most half the kernel, default 0. */
  padding?: Size2d;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
  /** Count the padding's zeros in the divisor, default true. */
  countIncludePad?: boolean;
  /** Divide by this rather than by the number of elements. */
  divisorOverride?: number | null;
}

type AvgPool2dOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'];

/**
 * The mean of each window.
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W'] with H' = ⌊(H + 2 padding − kernelSize) / stride⌋ + 1.
 */
export class AvgPool2d extends UnaryLayer {
  kernelSize: Size2d;
  stride: Size2d;
  padding: Size2d;
  ceilMode: boolean;
  countIncludePad: boolean;
  divisorOverride: number | null;

  constructor(kernelSize: Size2d, options?: Omit<AvgPool2dArguments, 'kernelSize'>);
  constructor(...args: Arguments<AvgPool2dArguments, AvgPool2dOrder>);
  constructor(...args: unknown[]) {
    super();
    const defaults = { stride: null, padding: 0, ceilMode: false, countIncludePad: true, divisorOverride: null };
    const o = parseArgs<AvgPool2dArguments>('AvgPool2d', ['kernelSize'], defaults, args, {
      divisorOverride: divisorKind,
    });
    this.kernelSize = o.kernelSize;
    this.stride = o.stride ?? o.kernelSize;
    this.padding = o.padding;
    this.ceilMode = o.ceilMode;
    this.countIncludePad = o.countIncludePad;
    this.divisorOverride = o.divisorOverride;
    pair('AvgPool2d', 'kernelSize', this.kernelSize, 1);
    pair('AvgPool2d', 'stride', this.stride, 1);
    pair('AvgPool2d', 'padding', this.padding);
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool2d(x, kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}`;
  }
}
