// Functions that change shapes, reorder dimensions, or select parts. They return views where PyTorch does.

import { integer, listOf } from '../../../engine/core/argument-kinds';
import { oneTooMany } from '../../../engine/core/arity';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, type Shape, showShape } from '../../../engine/core/meta';
import { type Arguments, isPlainObject, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { wrapIndex } from '../../../engine/ops/indexing/indexing';
import { add } from '../../../engine/ops/pointwise/arithmetic';
import * as ops from '../../../engine/ops/shape/cast';
import { resolveDims } from '../../../engine/ops/shape/dims';
import * as shapes from '../../../engine/ops/shape/shape';
import { resolveShape, viewStrides } from '../../../engine/storage/layout';
import { callable, isTensor } from '../calling/callable';
import { type Sizes, sizesArg } from '../calling/sizes';
import { family, withMethod } from '../family';
import { listIndex, pickAt } from '../indexing/advanced-index';
import { made } from '../made';
import type { Tensor } from '../tensor';
import { aliasOf, around, called, indexDim, keepDims, needDims, ranged } from '../views';

const { methods, op, alias } = family();
export default methods;

interface FlattenOptions {
  /** The first of the dimensions. */
  startDim?: number;
  /** The last of the dimensions. */
  endDim?: number;
}

interface UnflattenOptions {
  dim: number;
  /** The sizes of the dimensions. */
  sizes: readonly number[];
}

interface TransposeOptions {
  /** The first of the two dimensions. */
  dim0: number;
  dim1: number;
}

interface SqueezeOptions {
  dim: number | readonly number[];
}

interface SelectOptions {
  dim: number;
  /** A number, or an integer tensor of no dimensions. */
  index: number | Tensor;
}

interface NarrowOptions {
  dim: number;
  /** A number, or an integer tensor of no dimensions. */
  start: number | Tensor;
  /** How many. */
  length: number;
}

interface MovedimOptions {
  source: number | readonly number[];
  /** Where the dimensions go. */
  destination: number | readonly number[];
}

interface StridedOptions {
  size: Shape;
  stride: readonly number[];
  /** Where in the memory the view begins, in elements. */
  storageOffset?: number;
}

type FlattenArgs = Arguments<FlattenOptions, ['startDim', 'endDim']>;

type UnflattenArgs = Arguments<UnflattenOptions, ['dim', 'sizes']>;

type TransposeArgs = Arguments<TransposeOptions, ['dim0', 'dim1']>;

type SqueezeArgs = [dim?: number | readonly number[] | SqueezeOptions];

type UnsqueezeArgs = Arguments<{ dim: number }, ['dim']>;

type SelectArgs = Arguments<SelectOptions, ['dim', 'index']>;

type NarrowArgs = Arguments<NarrowOptions, ['dim', 'start', 'length']>;

type StridedArgs = Arguments<StridedOptions, ['size', 'stride', 'storageOffset']>;

type MovedimArgs = Arguments<MovedimOptions, ['source', 'destination']>;

type SwapaxesArgs = Arguments<
  {
    /** The first of the two dimensions. */
    axis0: number;
    /** The other of the two dimensions. */
    axis1: number;
  },
  ['axis0', 'axis1']
>;

// ── Shapes ──

const reshaped = op(
  'reshape(input, ...)',
  (input: Tensor, ...sizes: Sizes | [{ shape: readonly number[] }]): Tensor => {
    const shape = resolveShape('reshape', sizesArg('reshape', 'shape', sizes), input.numel());
    const strides = viewStrides(input.shape, input.strides, shape);
    const value = ops.reshape(input.value, shape);
    return strides ? input.makeView(value, strides, input.offset) : made(named(value, 'UnsafeViewBackward0'));
  },
);

/** The same elements in another shape: a view where possible, else a copy. */
export const reshape = withMethod(
  callable('reshape(input, shape: list)', (input: Tensor, shape: readonly number[]): Tensor => input.reshape(shape)),
  reshaped,
);

/** Merges the dimensions startDim to endDim into one. */
export const flatten = op('flatten(input, ...)', (input: Tensor, ...args: FlattenArgs): Tensor => {
  const { startDim, endDim } = parseArgs<FlattenOptions>('flatten', [], { startDim: 0, endDim: -1 }, args);
  const start = input.wrapDim('flatten', startDim);
  const end = input.wrapDim('flatten', endDim);
  if (input.shape.length === 0) return input.reshape(1);
  if (start > end) throw new ShapeError(`flatten: expected startDim ≤ endDim, but got ${startDim} and ${endDim}`);
  const { shape } = input;
  if (start === end) return input;
  return input.reshape([...shape.slice(0, start), numel(shape.slice(start, end + 1)), ...shape.slice(end + 1)]);
});

/** Merges all dimensions into one. */
export const ravel = op('ravel(input)', (input: Tensor): Tensor => input.flatten());

/** Splits dimension `dim` into several of the given sizes, one of which may be -1. */
export const unflatten = op('unflatten(input, ...)', (input: Tensor, ...args: UnflattenArgs): Tensor => {
  const { dim, sizes } = parseArgs<UnflattenOptions>('unflatten', ['dim', 'sizes'], {}, args, {
    sizes: listOf(integer),
  });
  const d = input.wrapDim('unflatten', dim);
  const parts = resolveShape(`unflatten of dimension ${d}`, sizes, input.shape[d]!);
  return input.view([...input.shape.slice(0, d), ...parts, ...input.shape.slice(d + 1)]);
});

/** Removes dimensions of size 1: all of them, or those among the given ones. */
export const squeeze = op('squeeze(input, ...)', (input: Tensor, ...args: SqueezeArgs): Tensor => {
  const [given, ...more] = args as readonly unknown[];
  if (more.length > 0) throw oneTooMany('squeeze', 1, args);
  const dim = isPlainObject(given) ? parseArgs<SqueezeOptions>('squeeze', ['dim'], {}, args).dim : given;
  const chosen =
    dim === undefined ? null : new Set(resolveDims('squeeze', dim as number | readonly number[], input.shape.length));
  const kept = input.shape.map((_, d) => d).filter((d) => input.shape[d] !== 1 || (chosen !== null && !chosen.has(d)));
  const variant = dim === undefined ? 0 : typeof dim === 'number' ? 1 : 2;
  return called(input, `SqueezeBackward${variant}`, keepDims(input, kept));
});

/** Inserts a new dimension of size 1, which is dimension `dim` of the result. */
export const unsqueeze = op('unsqueeze(input, ...)', (input: Tensor, ...args: UnsqueezeArgs): Tensor => {
  const { dim } = parseArgs<{ dim: number }>('unsqueeze', ['dim'], {}, args);
  const d = input.wrapDim('unsqueeze', dim, input.shape.length + 1);
  const shape = [...input.shape.slice(0, d), 1, ...input.shape.slice(d)];
  const step = d < input.shape.length ? input.shape[d]! * input.strides[d]! : 1;
  const strides = [...input.strides.slice(0, d), step, ...input.strides.slice(d)];
  return called(input, 'UnsqueezeBackward0', input.makeView(ops.reshape(input.value, shape), strides, input.offset));
});

const broadcast = op(
  'broadcastTo(input, ...)',
  (input: Tensor, ...sizes: Sizes | [{ size: readonly number[] }]): Tensor => input.expand(...sizes),
);

/** A view in a larger shape, repeated along dimensions of size 1 and along new ones. */
export const broadcastTo = withMethod(
  callable(
    'broadcastTo(input, size: list)',
    (input: Tensor, size: readonly number[]): Tensor => input.broadcastTo(size),
  ),
  broadcast,
);

// ── Orders of dimensions ──

const permuted = op('permute(input, ...)', (input: Tensor, ...dims: Sizes | [{ dims: readonly number[] }]): Tensor => {
  const given = sizesArg('permute', 'dims', dims);
  if (given.length !== input.shape.length) {
    throw new ShapeError(
      `permute: expected each of the ${input.shape.length} dimensions of ${showShape(input.shape)} once, but got ${given.length}: (${given.join(', ')})`,
    );
  }
  const order = given.map((d) => input.wrapDim('permute', d));
  if (order.length !== input.shape.length || new Set(order).size !== order.length) {
    throw new ShapeError(
      `permute: expected each dimension of ${showShape(input.shape)} once, but got (${given.join(', ')})`,
    );
  }
  const strides = order.map((d) => input.strides[d]!);
  return input.makeView(shapes.permute(input.value, order), strides, input.offset);
});

/** A view with the dimensions in another order. */
export const permute = withMethod(
  callable('permute(input, dims: list)', (input: Tensor, dims: readonly number[]): Tensor => input.permute(dims)),
  permuted,
);

/** A view with two dimensions exchanged. */
export const transpose = op('transpose(input, ...)', (input: Tensor, ...args: TransposeArgs): Tensor => {
  const { dim0, dim1 } = parseArgs<TransposeOptions>('transpose', ['dim0', 'dim1'], {}, args);
  const order = input.shape.map((_, d) => d);
  const a = input.wrapDim('transpose', dim0);
  const b = input.wrapDim('transpose', dim1);
  if (order.length > 0) [order[a], order[b]] = [order[b]!, order[a]!];
  return called(input, 'TransposeBackward0', input.permute(order));
});

/** `transpose` by NumPy's name. */
export const swapaxes = op('swapaxes(input, ...)', (input: Tensor, ...args: SwapaxesArgs): Tensor => {
  const { axis0, axis1 } = parseArgs<{ axis0: number; axis1: number }>('swapaxes', ['axis0', 'axis1'], {}, args);
  return input.transpose(axis0, axis1);
});

/** `transpose` by another name. */
export const swapdims = op(
  'swapdims(input, ...)',
  (input: Tensor, ...args: TransposeArgs): Tensor => input.transpose(...args),
);

/** A view of the transpose of a matrix; tensors of rank 0 and 1 stay. */
export const t = op('t(input)', (input: Tensor): Tensor => {
  if (input.shape.length > 2)
    throw new ShapeError(`t: expected a tensor of at most 2 dimensions, but got shape ${showShape(input.shape)}`);
  return input.shape.length < 2 ? aliasOf(input) : called(input, 'TBackward0', input.permute(1, 0));
});

/** A view with dimensions moved to other places; the rest keep their order. */
export const movedim = op('movedim(input, ...)', (input: Tensor, ...args: MovedimArgs): Tensor => {
  const { source, destination } = parseArgs<MovedimOptions>('movedim', ['source', 'destination'], {}, args);
  const from = ([source].flat() as number[]).map((d) => input.wrapDim('movedim', d));
  const to = ([destination].flat() as number[]).map((d) => input.wrapDim('movedim', d));
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new ArgumentError(
      `movedim: expected as many distinct places as dimensions, but got [${from.join(', ')}] and [${to.join(', ')}]`,
    );
  }
  const rest = input.shape.map((_, d) => d).filter((d) => !from.includes(d));
  return input.permute(input.shape.map((_, d) => (to.includes(d) ? from[to.indexOf(d)]! : rest.shift()!)));
});

/** `movedim` by another name. */
export const moveaxis = alias('moveaxis', movedim);

// ── Parts ──

/** A place that only the device knows, as the number of an integer tensor without dimensions. */
function placeIn(op: string, place: Tensor): Value {
  if (place.shape.length > 0 || !place.dtype.includes('int')) {
    throw new ArgumentError(`${op}: expected an integer tensor of no dimensions, but got ${place}`);
  }
  return place.to('int64').value;
}

/**
 * A view of one index of a dimension; the dimension is removed. An index in a tensor gives a copy, as `at` does: writing
 * to it in place writes to the input.
 * @throws IndexError if the index is out of range; for one in a tensor, the next read-back throws
 */
export const select = op('select(input, ...)', (input: Tensor, ...args: SelectArgs): Tensor => {
  const { dim, index } = parseArgs<SelectOptions>('select', ['dim', 'index'], {}, args);
  needDims(input, 'select');
  const d = input.wrapDim('select', dim);
  return isTensor(index)
    ? called(input, 'SelectBackward0', pickAt(input, [{ dim: d, index: placeIn('select', index) }], 'select'))
    : indexDim(input, d, index, 'select');
});

/**
 * A view of `length` indices of a dimension, from `start` on. A start in a tensor gives a copy, as `at` does: writing to
 * it in place writes to the input.
 * @throws ShapeError if the range leaves the dimension; for a start in a tensor, the next read-back throws an IndexError
 */
export const narrow = op('narrow(input, ...)', (input: Tensor, ...args: NarrowArgs): Tensor => {
  const { dim, start, length } = parseArgs<NarrowOptions>('narrow', ['dim', 'start', 'length'], {}, args);
  needDims(input, 'narrow');
  const d = input.wrapDim('narrow', dim);
  const size = input.shape[d]!;
  const place = isTensor(start) && placeIn('narrow', start);
  const at = place ? 0 : (start as number);
  const from = at < 0 ? at + size : at;
  if (![from, length].every(Number.isInteger)) {
    throw new ArgumentError('narrow: expected whole numbers');
  }
  if (from < 0 || length < 0 || from + length > size) {
    throw new ShapeError(
      `narrow: expected a range within dimension ${d} of size ${size}, but got start ${start} and length ${length}`,
    );
  }
  if (!place || length === 0) return ranged(input, d, from, length, 1);
  const index = add(wrapIndex('narrow', place, size), listIndex([...Array(length).keys()])[0]!);
  return called(input, 'SliceBackward0', pickAt(input, [{ dim: d, index }], 'narrow'));
});

/**
 * A view of `input`'s storage with the given size, strides and offset. All of its elements must lie within the storage.
 */
export const asStrided = op('asStrided(input, ...)', (input: Tensor, ...args: StridedArgs): Tensor => {
  const given = parseArgs<StridedOptions>('asStrided', ['size', 'stride'], { storageOffset: input.offset }, args, {
    size: listOf(integer),
    stride: listOf(integer),
  });
  const { size, stride, storageOffset } = given;
  const last = size.reduce((at, n, d) => at + (n - 1) * stride[d]!, storageOffset);
  if (size.length !== stride.length || stride.some((s) => s < 0) || last >= numel(input.storage.shape)) {
    throw new ShapeError(
      `asStrided: size ${showShape(size)}, stride ${showShape(stride)} and offset ${storageOffset} leave a storage of ${numel(input.storage.shape)} elements`,
    );
  }
  // Copy the user's arrays, which may change before the view is computed.
  const strides = [...stride];
  return input.makeView(shapes.stridedView(around(input), [...size], strides, storageOffset), strides, storageOffset);
});
