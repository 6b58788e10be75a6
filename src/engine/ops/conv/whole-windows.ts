// Convolutions and pooling of integers. The float kernels would round them, so these compute sums and maxima over
// windows in integer arithmetic.

import { DTypeError } from '../../core/errors';
import { isFloat, type Meta, type Shape } from '../../core/meta';
import { expectOfWeight, fromHost } from '../../graph/record';
import type { Value } from '../../graph/value';
import { matmul } from '../linalg/matmul';
import { abs, add, floorDivide, mul, neg, remainder, sign } from '../pointwise/arithmetic';
import { clamp } from '../pointwise/compare';
import { overlapAdd, windows } from '../pooling/windows';
import { argmax } from '../reduction/arg';
import { amax, sum } from '../reduction/reduce';
import { cast, reshape } from '../shape/cast';
import { pad, permute } from '../shape/shape';
import { type ConvAttrs, convShape } from './conv-shape';

type Pair = readonly [height: number, width: number];

/** Whether the dtype is an integer one (bool is not). */
export const isWhole = (x: Meta): boolean => !isFloat(x.dtype) && x.dtype !== 'bool';

/** The same shape with dtype float32, so that integers can use the shape checks of the float operations. */
export const asFloat = ({ shape }: Meta): Meta => ({ shape, dtype: 'float32' });

function expectAlike(op: string, x: Value, w: Value, b: Value | null): void {
  expectOfWeight(op, x, w);
  if (b && b.dtype !== w.dtype) {
    throw new DTypeError(
      `${op}: expected bias of the weight's dtype ${w.dtype}, but got ${b.dtype}; convert it with .to('${w.dtype}')`,
    );
  }
}

/** Windows of [N, C, H, W] in the order [N, C, kh, kw, oh, ow] or [N, C, oh, ow, kh, kw]. */
function blocks(x: Value, kernel: Pair, stride: Pair, dilation: Pair, order: readonly number[]): Value {
  const rows = windows(x, 2, { size: kernel[0], step: stride[0], dilation: dilation[0] });
  return windows(rows, 3, { size: kernel[1], step: stride[1], dilation: dilation[1], order });
}

/**
 * Orders for the dimensions [N, C, oh, ow, kh, kw] that two rounds of windows give: kernel elements before or after
 * positions.
 */
const BLOCKS_FIRST = [0, 1, 4, 5, 2, 3];
const BLOCKS_LAST = [0, 1, 2, 3, 4, 5];

/** Cross-correlation of x[N, C, H, W] with w[O, C/groups, kh, kw], plus b[O]. */
export function wholeConv2d(x: Value, w: Value, b: Value | null, attrs: ConvAttrs): Value {
  expectAlike('conv2d', x, w, b);
  const [n, out, height, width] = convShape('conv2d', asFloat(x), asFloat(w), attrs) as [
    number,
    number,
    number,
    number,
  ];
  const { groups, padding, stride, dilation } = attrs;
  const [top, bottom, left, right] = padding;
  const padded = pad(x, [0, 0, top, left], [0, 0, bottom, right]);
  const columns = blocks(padded, [w.shape[2]!, w.shape[3]!], stride, dilation, BLOCKS_FIRST);
  const terms = w.shape[1]! * w.shape[2]! * w.shape[3]!;
  const y = matmul(reshape(w, [1, groups, out / groups, terms]), reshape(columns, [n, groups, terms, height * width]));
  return biased(reshape(y, [n, out, height, width]), b);
}

const biased = (y: Value, b: Value | null): Value => (b ? add(y, reshape(b, [b.shape[0]!, 1, 1])) : y);

/** The adjoint of `wholeConv2d`, giving images of `size`. As in PyTorch, int64 only. */
export function wholeConvTranspose2d(
  x: Value,
  w: Value,
  b: Value | null,
  { groups, padding: [top, , left], stride, dilation }: ConvAttrs,
  size: Pair,
): Value {
  expectAlike('convTranspose2d', x, w, b);
  if (x.dtype !== 'int64') {
    throw new DTypeError(
      `convTranspose2d: expected input and weight of float32 or int64, but got ${x.dtype}; convert both with .float()`,
    );
  }
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const [, groupOut, kh, kw] = w.shape as [number, number, number, number];
  const kernels = permute(reshape(w, [1, groups, channels / groups, groupOut * kh * kw]), [0, 1, 3, 2]);
  const columns = matmul(kernels, reshape(x, [n, groups, channels / groups, height * width]));
  const parts = reshape(columns, [n, groups * groupOut, kh, kw, height, width]);
  const length = (count: number, k: number, d: 0 | 1) => (count - 1) * stride[d] + (k - 1) * dilation[d] + 1;
  const [rows, cols] = [length(height, kh, 0), length(width, kw, 1)];
  const along = { size: kw, step: stride[1], dilation: dilation[1], order: BLOCKS_FIRST };
  const strips = overlapAdd(parts, 3, cols, along);
  const whole = overlapAdd(strips, 2, rows, { size: kh, step: stride[0], dilation: dilation[0] });
  const y = pad(whole, [0, 0, -top, -left], [0, 0, size[0] - rows + top, size[1] - cols + left]);
  return biased(y, b);
}

interface Pooling {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

/** The padding at the far end that the last window needs. With ceilMode it may reach further than `padding`. */
const beyond = (x: Value, shape: Shape, { kernel, stride, padding }: Pooling, dilation: Pair, d: 0 | 1): number =>
  (shape[2 + d]! - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1 - x.shape[2 + d]! - padding[d];

/** x padded with `value` so that all windows of the output's shape fit. */
function framed(x: Value, shape: Shape, attrs: Pooling, dilation: Pair, value: number): Value {
  const ends = ([0, 1] as const).map((d) => beyond(x, shape, attrs, dilation, d));
  return pad(x, [0, 0, ...attrs.padding], [0, 0, ...ends], value);
}

/**
 * The maximum of each window of x[N, C, H, W], and its index r·W + c (the first, if there are several). `shape` is the
 * output's.
 */
export function wholeMaxPool2d(
  x: Value,
  shape: Shape,
  attrs: Pooling & { readonly dilation: Pair },
): [values: Value, indices: Value] {
  const { kernel, stride, padding, dilation } = attrs;
  // Padding must be less than any element, and uint8 has no number below 0.
  const wide = x.dtype === 'uint8' ? cast(x, 'int32') : x;
  const padded = framed(wide, shape, attrs, dilation, x.dtype === 'uint8' ? -1 : -(2 ** 31));
  const columns = reshape(blocks(padded, kernel, stride, dilation, BLOCKS_LAST), [...shape, kernel[0] * kernel[1]]);
  const first = argmax(columns, -1);
  const starts = (d: 0 | 1) => Int32Array.from({ length: shape[2 + d]! }, (_, i) => i * stride[d] - padding[d]);
  const row = add(mul(floorDivide(first, kernel[1]), dilation[0]), fromHost(starts(0), [shape[2]!, 1], 'int64'));
  const column = add(mul(remainder(first, kernel[1]), dilation[1]), fromHost(starts(1), [shape[3]!], 'int64'));
  const most = amax(columns, -1);
  return [cast(x.dtype === 'uint8' ? clamp(most, 0, 255) : most, x.dtype), add(mul(row, x.shape[3]!), column)];
}

/** The sum of each window of x[N, C, H, W], with zeros outside of x. `shape` is the output's. */
export function wholeSumPool2d(x: Value, shape: Shape, attrs: Pooling): Value {
  const padded = framed(x, shape, attrs, [1, 1], 0);
  const columns = blocks(padded, attrs.kernel, attrs.stride, [1, 1], BLOCKS_LAST);
  return cast(sum(columns, [4, 5]), x.dtype);
}

/** For each window along one axis, how many elements it has, with or without padding counted. */
export function windowLengths(
  size: number,
  count: number,
  { kernel, stride, padding }: { readonly kernel: number; readonly stride: number; readonly padding: number },
  withPadding: boolean,
): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const start = i * stride - padding;
    const end = Math.min(start + kernel, size + padding);
    return withPadding ? end - start : Math.min(end, size) - Math.max(start, 0);
  });
}

/** a / b, truncated towards 0. */
export const truncated = (a: Value, b: Value | number): Value =>
  typeof b === 'number' && b < 0 ? truncated(neg(a), -b) : mul(sign(a), floorDivide(abs(a), b));
