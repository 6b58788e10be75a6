// 1-D and 3-D convolutions, computed as 2-D ones. In 1-D, a line becomes an image of one row. In 3-D, the depth of the
// kernel goes into the channels, and the depth positions of the output go into the batch.

import { ArgumentError, ShapeError } from '../../core/errors';
import { showShape } from '../../core/meta';
import { named } from '../../graph/record';
import type { Value } from '../../graph/value';
import { add } from '../pointwise/arithmetic';
import { overlapAdd, windows } from '../pooling/windows';
import { reshape } from '../shape/cast';
import { pad, permute } from '../shape/shape';
import { type ConvTransposeAttrs, conv2d, convTranspose2d, inBatch, outOfBatch } from './conv';
import { type ConvAttrs, expectIntegers } from './conv-shape';

/** Attributes of a convolution over n spatial dimensions, outermost first. */
export interface ConvNdAttrs {
  readonly stride: readonly number[];
  /** How many elements of padding come before and after: two numbers for each dimension. */
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

export interface ConvTransposeNdAttrs extends ConvNdAttrs {
  readonly outputPadding: readonly number[];
}

const last2 = (values: readonly number[]): [number, number] => [values.at(-2) ?? 1, values.at(-1)!];

/** The attributes along height and width. A 1-D convolution has no height and gets neutral values for it. */
function planar({ stride, padding, dilation, groups }: ConvNdAttrs): ConvAttrs {
  const [top, bottom, left, right] = [0, 0, ...padding].slice(-4) as [number, number, number, number];
  return { stride: last2(stride), padding: [top, bottom, left, right], dilation: last2(dilation), groups };
}

/** Gives y the gradient name of a convolution, whichever operations computed y. */
const convolved = (y: Value): Value => named(y, 'ConvolutionBackward0');

const insertRow = (x: Value): Value => reshape(x, [...x.shape.slice(0, -1), 1, x.shape.at(-1)!]);
const dropRow = (x: Value): Value => reshape(x, [...x.shape.slice(0, -2), x.shape.at(-1)!]);

function checkRank(op: string, x: Value, w: Value, spatial: number): void {
  const sizes = ['depth', 'height', 'width'].slice(3 - spatial);
  if ((x.shape.length === spatial + 1 || x.shape.length === spatial + 2) && w.shape.length === spatial + 2) return;
  const wanted = `[N, C, ${sizes.join(', ')}] or [C, ${sizes.join(', ')}]`;
  throw new ShapeError(
    `${op}: expected input ${wanted} and a weight of ${spatial + 2} dimensions, but got ${showShape(x.shape)} and ${showShape(w.shape)}`,
  );
}

/**
 * Checks channels here, so that the error shows the shapes that the user gave and not those of the 2-D convolution
 * below.
 */
function checkChannels(op: string, x: Value, w: Value, spatial: number, groups: number): void {
  const channels = x.shape.at(-spatial - 1)!;
  const wanted = w.shape[1]! * groups;
  if (channels === wanted) return;
  throw new ShapeError(
    `${op}: expected input ${showShape(x.shape)} to have ${wanted} channels for groups=${groups} and weight of shape ${showShape(w.shape)}, but got ${channels} channels`,
  );
}

/** Cross-correlation of x[N, C, L] (or [C, L]) with w[O, C/groups, k], plus b[O]. */
export function conv1d(x: Value, w: Value, b: Value | null, attrs: ConvNdAttrs): Value {
  checkRank('conv1d', x, w, 1);
  checkChannels('conv1d', x, w, 1, attrs.groups);
  return convolved(dropRow(conv2d(insertRow(x), insertRow(w), b, planar(attrs))));
}

/** The convolution of 1, 2 or 3 spatial dimensions, as many as strides. */
export function convNd(x: Value, w: Value, b: Value | null, attrs: ConvNdAttrs): Value {
  const rank = attrs.stride.length;
  return rank === 2 ? conv2d(x, w, b, planar(attrs)) : (rank === 1 ? conv1d : conv3d)(x, w, b, attrs);
}

/** The adjoint of conv1d: x[N, C, L] (or [C, L]) with w[C, O/groups, k], plus b[O]. */
export function convTranspose1d(x: Value, w: Value, b: Value | null, attrs: ConvTransposeNdAttrs): Value {
  checkRank('convTranspose1d', x, w, 1);
  const outputPadding = [0, attrs.outputPadding[0]!] as const;
  return convolved(dropRow(convTranspose2d(insertRow(x), insertRow(w), b, { ...planar(attrs), outputPadding })));
}

/** Cross-correlation of x[N, C, D, H, W] (or [C, D, H, W]) with w[O, C/groups, kd, kh, kw], plus b[O]. */
export function conv3d(x: Value, w: Value, b: Value | null, attrs: ConvNdAttrs): Value {
  checkRank('conv3d', x, w, 3);
  checkChannels('conv3d', x, w, 3, attrs.groups);
  for (const name of ['stride', 'dilation'] as const) expectIntegers('conv3d', name, attrs[name], 1);
  const volumes = inBatch(x, 3);
  const [front, back] = attrs.padding as [number, number];
  const [size, step, dilation] = [w.shape[2]!, attrs.stride[0]!, attrs.dilation[0]!];
  const paddedDepth = volumes.shape[2]! + front + back;
  if ((size - 1) * dilation + 1 > paddedDepth) {
    throw new ShapeError(
      `conv3d: expected a padded depth of at least ${(size - 1) * dilation + 1} for a weight of shape ${showShape(w.shape)}, but got ${paddedDepth} for input ${showShape(x.shape)}`,
    );
  }
  if (isAlongDepth(w, attrs)) return convolved(outOfBatch(alongDepth(volumes, w, b, attrs), x));
  const padded = pad(volumes, [0, 0, front, 0, 0], [0, 0, back, 0, 0]);
  // Windows [N, C, D', H, W, kd] over the depth, permuted to [N, D', C, kd, H, W].
  const slices = windows(padded, 2, { size, step, dilation, order: [0, 2, 1, 5, 3, 4] });
  const [n, depth, channels, , height, width] = slices.shape as [number, number, number, number, number, number];
  const images = reshape(slices, [n * depth, channels * size, height, width]);
  const kernel = reshape(w, [w.shape[0]!, w.shape[1]! * size, w.shape[3]!, w.shape[4]!]);
  const y = conv2d(images, kernel, b, planar(attrs));
  return convolved(outOfBatch(swapBatch(y, n, depth), x));
}

/** Whether each output sees one column of its volume: then the pixels of a slice lie in a row, and nothing is copied. */
const isAlongDepth = (w: Value, { stride, padding }: ConvNdAttrs): boolean =>
  [...w.shape.slice(3), ...stride.slice(1)].every((length) => length === 1) &&
  padding.slice(2).every((length) => length === 0);

/** A convolution of volumes by a kernel of one row and one column. */
function alongDepth(volumes: Value, w: Value, b: Value | null, attrs: ConvNdAttrs): Value {
  const [n, channels, depth, height, width] = volumes.shape as [number, number, number, number, number];
  const [front, back] = attrs.padding as [number, number];
  const images = reshape(volumes, [n, channels, depth, height * width]);
  const y = conv2d(images, reshape(w, [...w.shape.slice(0, 3), 1]), b, {
    stride: [attrs.stride[0]!, 1],
    padding: [front, back, 0, 0],
    dilation: [attrs.dilation[0]!, 1],
    groups: attrs.groups,
  });
  return reshape(y, [n, w.shape[0]!, y.shape[2]!, height, width]);
}

/** [n · depth, C, H, W] → [n, C, depth, H, W]. */
function swapBatch(y: Value, n: number, depth: number): Value {
  const [, channels, height, width] = y.shape as [number, number, number, number];
  const slices = reshape(y, [n, depth, channels, height, width]);
  return permute(slices, [0, 2, 1, 3, 4]);
}

/** The adjoint of conv3d: x[N, C, D, H, W] (or [C, D, H, W]) with w[C, O/groups, kd, kh, kw], plus b[O]. */
export function convTranspose3d(x: Value, w: Value, b: Value | null, attrs: ConvTransposeNdAttrs): Value {
  const op = 'convTranspose3d';
  checkRank(op, x, w, 3);
  for (const name of ['stride', 'dilation'] as const) expectIntegers(op, name, attrs[name], 1);
  const volumes = inBatch(x, 3);
  const [n, channels, depth, height, width] = volumes.shape as [number, number, number, number, number];
  const [size, step, dilation] = [w.shape[2]!, attrs.stride[0]!, attrs.dilation[0]!];
  const extra = attrs.outputPadding[0]!;
  const [front, back] = attrs.padding as [number, number];
  const length = (depth - 1) * step + (size - 1) * dilation + 1;
  const kept = length - front - back + extra;
  if (kept < 1) {
    throw new ShapeError(
      `${op}: expected an output of at least 1 slice, but got ${kept} for input ${showShape(x.shape)}; use less padding`,
    );
  }
  if (extra >= step && extra >= dilation) {
    throw new ArgumentError(
      `${op}: expected outputPadding smaller than stride or dilation, but got ${extra} with stride ${step} and dilation ${dilation}`,
    );
  }
  const images = reshape(permute(volumes, [0, 2, 1, 3, 4]), [n * depth, channels, height, width]);
  const kernel = reshape(w, [w.shape[0]!, w.shape[1]! * size, w.shape[3]!, w.shape[4]!]);
  const planarAttrs: ConvTransposeAttrs = { ...planar(attrs), outputPadding: last2(attrs.outputPadding) };
  const spread = convTranspose2d(images, kernel, null, planarAttrs);
  const [, , rows, columns] = spread.shape as [number, number, number, number];
  const out = w.shape[1]! * attrs.groups;
  // overlapAdd wants [N, O, D, H', W', kd]; `order` says that `parts` is this in the order [N, D, O, kd, H', W'].
  const parts = reshape(spread, [n, depth, out, size, rows, columns]);
  const whole = overlapAdd(parts, 2, length, { size, step, dilation, order: [0, 2, 1, 5, 3, 4] });
  const y = pad(whole, [0, 0, -front, 0, 0], [0, 0, extra - back, 0, 0]);
  return convolved(outOfBatch(b ? add(y, reshape(b, [out, 1, 1, 1])) : y, x));
}
