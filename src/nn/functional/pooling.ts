// Owns F.maxPool2d and F.avgPool2d: thin over the ops.

import { orNull } from '../../core/argument-kinds';
import { type Arguments, parseArgs } from '../../core/options';
import * as ops from '../../ops/pool';
import { callable, checked } from '../../tensor/callable';
import { Tensor } from '../../tensor/tensor';
import { pair, type Size2d, strideOf } from '../sizes';
import type { IndicesOptions, MaxPool } from './indices';

interface MaxPool2dArguments {
  kernelSize: Size2d;
  /** Default: kernelSize. */
  stride?: Size2d | readonly [] | null;
  padding?: Size2d;
  dilation?: Size2d;
  ceilMode?: boolean;
}

type MaxPool2dOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode'];

/**
 * The maximum of each window; the first one wins, and NaN is the largest. With `returnIndices` also its place in the plane.
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W']. Defaults: stride kernelSize, padding 0, dilation 1.
 */
export const maxPool2d = checked('maxPool2d(input, ...)', maxPool2dOf as MaxPool<MaxPool2dArguments, MaxPool2dOrder>);

function maxPool2dOf(x: Tensor, ...args: readonly unknown[]): Tensor | [Tensor, Tensor] {
  const o = parseArgs<MaxPool2dArguments & IndicesOptions>(
    'maxPool2d',
    ['kernelSize'],
    { stride: null, padding: 0, dilation: 1, ceilMode: false, returnIndices: false },
    args,
  );
  const [values, indices] = ops.maxPool2d(x.value, {
    kernel: pair('maxPool2d', 'kernelSize', o.kernelSize, 1),
    stride: pair('maxPool2d', 'stride', strideOf(o.stride, o.kernelSize), 1),
    padding: pair('maxPool2d', 'padding', o.padding),
    dilation: pair('maxPool2d', 'dilation', o.dilation, 1),
    ceilMode: o.ceilMode,
  });
  return o.returnIndices ? [Tensor.of(values), Tensor.of(indices)] : Tensor.of(values);
}

interface AvgPool2dArguments {
  kernelSize: Size2d;
  /** Default: kernelSize. */
  stride?: Size2d | readonly [] | null;
  padding?: Size2d;
  ceilMode?: boolean;
  /** Count the padding's zeros in the divisor, default true. */
  countIncludePad?: boolean;
  /** Divide by this rather than by the number of elements. */
  divisorOverride?: number | null;
}

type AvgPool2dOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'];

/** What sums of windows are divided by in the place of their sizes. */
export const divisorKind = orNull({
  words: 'a non-zero integer',
  fits: (value) => Number.isInteger(value) && value !== 0,
});

/** The mean of each window. Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W']. Defaults: stride kernelSize, padding 0. */
export const avgPool2d = callable(
  'avgPool2d(input, ...)',
  (x: Tensor, ...args: Arguments<AvgPool2dArguments, AvgPool2dOrder>): Tensor => {
    const o = parseArgs<AvgPool2dArguments>(
      'avgPool2d',
      ['kernelSize'],
      { stride: null, padding: 0, ceilMode: false, countIncludePad: true, divisorOverride: null },
      args,
      { divisorOverride: divisorKind },
    );
    const y = ops.avgPool2d(x.value, {
      kernel: pair('avgPool2d', 'kernelSize', o.kernelSize, 1),
      stride: pair('avgPool2d', 'stride', strideOf(o.stride, o.kernelSize), 1),
      padding: pair('avgPool2d', 'padding', o.padding),
      ceilMode: o.ceilMode,
      countIncludePad: o.countIncludePad,
      divisorOverride: o.divisorOverride,
    });
    return Tensor.of(y);
  },
);
