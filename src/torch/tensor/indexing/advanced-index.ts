// Indexing by tensors, as in PyTorch's advanced indexing: picks elements by index tensors and masks, and writes to
// those places.

import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { numel, sameShape, showShape } from '../../../engine/core/meta';
import { fromHost } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { expand } from '../../../engine/ops/reduction/reduce';
import { readHostData } from '../../../engine/storage/host-data';
import type { Tensor } from '../tensor';
import { pickMasked } from './masked-index';
import { type Axis, Picking } from './picking';

/** Nested lists of numbers, or of booleans for a mask. */
export type IndexList = readonly (number | boolean | IndexList)[];

/** A part of an index. It indexes one dimension; a mask indexes as many as it has. */
export type Part = number | string | null | Tensor | Value;

/** The number of dimensions that a part of an index consumes. */
export function dimsOf(part: Part): number {
  if (part === null || part === '...') return 0;
  return typeof part === 'object' && part.dtype === 'bool' ? part.shape.length : 1;
}

/**
 * A list as index values. A list of booleans gives one index for each of its dimensions: the coordinates where it is
 * true.
 */
export function listIndex(list: IndexList): Value[] {
  const { data, shape, dtype } = readHostData('at', list);
  if (dtype === 'float32' && data.length > 0) {
    throw new DTypeError('at: expected a list of whole numbers or booleans, but got fractions');
  }
  if (dtype !== 'bool') return [fromHost(Int32Array.from(data), shape, 'int64')];
  const places = [...data.keys()].filter((i) => data[i] !== 0);
  return shape.map((size, d) => {
    const step = numel(shape.slice(d + 1));
    return fromHost(
      Int32Array.from(places, (place) => Math.floor(place / step) % size),
      [places.length],
      'int64',
    );
  });
}

/**
 * The elements that the axes pick. In-place changes of the result write back into x; with a mask, the result is a
 * stand-in. `op` is the name of the operation in errors.
 */
export function pickAt(x: Tensor, axes: readonly Axis[], op = 'at'): Tensor {
  if (axes.some(({ index }) => index.dtype === 'bool')) return pickMasked(x, axes);
  const picking = new Picking(x, axes, op);
  const back = picking.along(x).weakly();
  const picked = x.picked(picking.read(x));
  picked.writeBack = (value) => {
    const view = back();
    view?.overwrite(picking.write(view.value, value, false));
  };
  return picked;
}

/**
 * The value of x with `values`, which broadcast, written (with `accumulate`, added) at the places that the indices name
 * together.
 */
export function putAt(x: Tensor, indices: readonly Tensor[], values: Tensor, accumulate: boolean): Value {
  if (indices.length === 0 || indices.length > x.shape.length) {
    throw new ArgumentError(
      `indexPut: expected from 1 to ${x.shape.length} index tensors for shape ${showShape(x.shape)}, but got ${indices.length}`,
    );
  }
  const picking = new Picking(
    x,
    indices.map((index, dim) => ({ dim, index })),
  );
  const source = sameShape(values.shape, picking.shape) ? values.value : expand(values.value, picking.shape);
  return picking.write(x.value, source, accumulate);
}
