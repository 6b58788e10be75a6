// F's pooling over windows of one or two dimensions, and the settings of all pooling over windows, which its layers
// share.

import { orNull } from '../../../engine/core/argument-kinds';
import { ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import type { Arguments, Parsed } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import { expectFloat } from '../../../engine/graph/record';
import * as ops from '../../../engine/ops/pooling/pool';
import { checked } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { type SizePerDim, type Spatial, sizesOf, strideOf } from '../layers/sizes';
import type { IndicesOptions, MaxPool } from './indices';

export interface PoolArguments<N extends Spatial> {
  /** The size of the window: one number, or one for each dimension. */
  kernelSize: SizePerDim<N>;
  /** The step from one window to the next, default: kernelSize. */
  stride?: SizePerDim<N> | readonly [] | null;
  /** Zeros (−∞ for maxima) added on each side, at most half the kernel; default 0. */
  padding?: SizePerDim<N>;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
}

export interface MaxPoolArguments<N extends Spatial> extends PoolArguments<N> {
  /** Spacing between the elements of the window, default 1. */
  dilation?: SizePerDim<N>;
}

export interface AvgPool1dArguments<N extends Spatial = 1> extends PoolArguments<N> {
  /** Count the padding's zeros in the divisor, default true. */
  countIncludePad?: boolean;
}

export interface AvgPoolArguments<N extends Spatial> extends AvgPool1dArguments<N> {
  /** Divide by this rather than by the number of elements. */
  divisorOverride?: number | null;
}

export type MaxPoolOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode'];
export type AvgPool1dOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad'];
export type AvgPoolOrder = [...AvgPool1dOrder, 'divisorOverride'];

export const maxPoolSettings: Settings<MaxPoolArguments<Spatial> & IndicesOptions> = {
  required: ['kernelSize'],
  defaults: { stride: null, padding: 0, dilation: 1, ceilMode: false, returnIndices: false },
};

const mean = { stride: null, padding: 0, ceilMode: false, countIncludePad: true };

export const avgPool1dSettings: Settings<AvgPool1dArguments> = { required: ['kernelSize'], defaults: mean };

export const avgPoolSettings: Settings<AvgPoolArguments<Spatial>> = {
  required: ['kernelSize'],
  defaults: { ...mean, divisorOverride: null },
  kinds: {
    divisorOverride: orNull({
      words: 'a non-zero integer',
      fits: (value) => Number.isInteger(value) && value !== 0,
    }),
  },
};

type Given = Parsed<PoolArguments<Spatial>> & { readonly dilation?: SizePerDim<Spatial> };

/** The sizes of windows, one for each of n dimensions; an ArgumentError names the function or layer `op`. */
export function windowsOf(op: string, n: Spatial, { kernelSize, stride, padding, dilation = 1 }: Given) {
  const sizes = (name: string, size: SizePerDim<Spatial>, least?: number): readonly number[] =>
    sizesOf<Spatial>(op, name, size, n, least);
  return {
    kernel: sizes('kernelSize', kernelSize, 1),
    stride: sizes('stride', strideOf(stride, kernelSize), 1),
    padding: sizes('padding', padding),
    dilation: sizes('dilation', dilation, 1),
  };
}

export type Windows = ReturnType<typeof windowsOf>;

/**
 * Two of the dimensions of `windows`, as height and width; null stands for a dimension of size 1, over which windows do
 * not slide.
 */
export function plane({ kernel, stride, padding, dilation }: Windows, height: number | null, width: number | null) {
  const pick = (sizes: readonly number[], other: number) =>
    [height === null ? other : sizes[height]!, width === null ? other : sizes[width]!] as const;
  return { kernel: pick(kernel, 1), stride: pick(stride, 1), padding: pick(padding, 0), dilation: pick(dilation, 1) };
}

/** A maximum over windows of N dimensions. */
export interface MaxPoolFunction<N extends Spatial> extends MaxPool<MaxPoolArguments<N>, MaxPoolOrder> {
  /**
   * The maximum of each window, input[N, C, …] → [N, C, …].
   *
   * @param input The images, [N, C, …] or [C, …].
   * @param kernelSize The size of the window: one number, or one for each dimension.
   * @param options The other options, by name.
   */
  (
    input: Tensor,
    kernelSize: SizePerDim<N>,
    options?: Omit<MaxPoolArguments<N>, 'kernelSize'> & IndicesOptions<false>,
  ): Tensor;
}

/** A mean over windows of N dimensions. */
export interface AvgPoolFunction<N extends Spatial, O extends PoolArguments<N>, Order extends readonly (keyof O)[]> {
  /**
   * The mean of each window, input[N, C, …] → [N, C, …].
   *
   * @param input The images, [N, C, …] or [C, …].
   * @param kernelSize The size of the window: one number, or one for each dimension.
   * @param options The other options, by name.
   */
  (input: Tensor, kernelSize: SizePerDim<N>, options?: Omit<O, 'kernelSize'>): Tensor;
  (...args: Arguments<{ input: Tensor } & O, ['input', ...Order]>): Tensor;
}

/** Values, with their indices if asked for. */
export type Maxima = readonly [values: Tensor, indices?: Tensor];
type MaxRest = Pick<Parsed<MaxPoolArguments<Spatial> & IndicesOptions>, 'ceilMode' | 'returnIndices'>;
type AvgRest = Omit<ops.AvgPoolAttrs, keyof Windows>;

/** Makes the pooling function `op` over n dimensions from `run`. */
/* @__NO_SIDE_EFFECTS__ */
export function maxPooling<N extends Spatial>(
  op: string,
  n: N,
  run: (x: Tensor, windows: Windows, o: MaxRest) => Maxima,
): MaxPoolFunction<N> {
  const call = (x: Tensor, ...args: readonly unknown[]): Tensor | Maxima => {
    const o = parseSettings(op, maxPoolSettings, args);
    const pooled = run(x, windowsOf(op, n, o), o);
    return o.returnIndices ? pooled : pooled[0];
  };
  return checked(`${op}(input, ...)`, call as MaxPoolFunction<N>);
}

/** Makes the pooling function `op` over n dimensions from `run`, which gets the options that do not concern windows. */
/* @__NO_SIDE_EFFECTS__ */
export function avgPooling<N extends Spatial, O extends PoolArguments<N>, Order extends readonly (keyof O)[]>(
  op: string,
  n: N,
  settings: Settings<O>,
  run: (x: Tensor, windows: Windows, o: AvgRest) => Tensor,
): AvgPoolFunction<N, O, Order> {
  const call = (x: Tensor, ...args: readonly unknown[]): Tensor => {
    const given = parseSettings(op, settings, args) as unknown as Parsed<AvgPoolArguments<Spatial>>;
    const { kernelSize, stride, padding, ...o } = given;
    return run(x, windowsOf(op, n, given), o);
  };
  return checked(`${op}(input, ...)`, call as AvgPoolFunction<N, O, Order>);
}

/** Maxima of images, [N, C, H, W] or [C, H, W]. */
export function maxima(x: Tensor, windows: ReturnType<typeof plane>, { ceilMode, returnIndices }: MaxRest): Maxima {
  const [values, indices] = ops.maxPool2d(x.value, { ...windows, ceilMode });
  return returnIndices ? [Tensor.of(values), Tensor.of(indices)] : [Tensor.of(values)];
}

/** Means of images, [N, C, H, W] or [C, H, W]. */
export function means(x: Tensor, { kernel, stride, padding }: ReturnType<typeof plane>, o: AvgRest): Tensor {
  return Tensor.of(
    ops.avgPool2d(x.value, { ...o, kernel, stride, padding, divisorOverride: o.divisorOverride ?? null }),
  );
}

/**
 * The maximum of each window; the first one wins, and NaN is the largest. With `returnIndices` also its index in the
 * flattened plane.
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W']. Defaults: stride kernelSize, padding 0, dilation 1.
 */
export const maxPool2d = maxPooling('maxPool2d', 2, (x, windows, o) => maxima(x, plane(windows, 0, 1), o));

/** The mean of each window. Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W']. Defaults: stride kernelSize, padding 0. */
export const avgPool2d = avgPooling<2, AvgPoolArguments<2>, AvgPoolOrder>(
  'avgPool2d',
  2,
  avgPoolSettings,
  (x, windows, o) => means(x, plane(windows, 0, 1), o),
);

/** x[N, C, L] or [C, L] as images of one row. */
export function asRow(op: string, x: Tensor): Tensor {
  const rank = x.shape.length;
  if (rank === 2 || rank === 3) return x.unsqueeze(-2);
  throw new ShapeError(`${op}: expected 3-D (or 2-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`);
}

/** `maxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export const maxPool1d = maxPooling('maxPool1d', 1, (x, windows, o) => {
  if (!o.returnIndices) expectFloat('maxPool1d', 'input', x);
  const [values, indices] = maxima(asRow('maxPool1d', x), plane(windows, null, 0), o);
  return [values.squeeze(-2), indices?.squeeze(-2)];
});

/** `avgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export const avgPool1d = avgPooling<1, AvgPool1dArguments, AvgPool1dOrder>(
  'avgPool1d',
  1,
  avgPool1dSettings,
  (x, windows, o) => means(asRow('avgPool1d', x), plane(windows, null, 0), o).squeeze(-2),
);
