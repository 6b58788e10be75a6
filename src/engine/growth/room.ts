// Room (padding): a padded value is larger than needed. Along each dimension d, only the first `counts[d]` elements are
// real. The other elements, its room, may have any value.
import { type DType, isFloat, type Shape, scalarOf } from '../core/meta';
import type { Value } from '../graph/value';
import { lib } from './lib';

const numbers = new Map<number, Value>();

/** The numbers from 0 to `count - 1`, cached for each count. */
function numbersTo(count: number): Value {
  let known = numbers.get(count);
  if (!known) {
    known = lib.fromHost(
      Int32Array.from({ length: count }, (_, i) => i),
      [count],
      'int32',
    );
    numbers.set(count, known);
  }
  return known;
}

/** Whether x is padded along dimension `dim`. */
export const hasRoom = (x: Value, counts: Shape, dim: number): boolean => x.shape[dim] !== counts[dim];

/** The dimensions along which a value of this shape is padded. */
export const roomIn = (shape: Shape, counts: Shape): number[] =>
  [...shape.keys()].filter((d) => shape[d] !== counts[d]);

/** The padded dimension, if there is only one and all dimensions before it have size 1; otherwise -1. */
export function rowsIn(shape: Shape, counts: Shape): number {
  const dims = roomIn(shape, counts);
  return dims.length === 1 && dims[0] === counts.findIndex((size) => size !== 1) ? dims[0] : -1;
}

/** x with its padding set to a number, along all dimensions or only along `dims`. */
export function filledPast(x: Value, counts: Shape, fill: number, dims: readonly number[] = [...counts.keys()]): Value {
  return dims.reduce((filled, d) => (hasRoom(x, counts, d) ? rowsThen(filled, d, counts[d]!, fill) : filled), x);
}

/** The first `rows` rows of x along a dimension, followed by the remaining rows of y, or by the number y. */
export function rowsThen(x: Value, dim: number, rows: number, y: Value | number): Value {
  const room = x.shape[dim]!;
  const index = lib.reshape(numbersTo(room), [room, ...x.shape.slice(dim + 1).map(() => 1)]);
  return lib.where(lib.lt(index, rows), x, y);
}

/** Numbers to add to the scores of keys: −∞ for those past the first `count`. */
export const hidingPast = (room: number, count: number): Value =>
  lib.where(lib.lt(numbersTo(room), count), 0, Number.NEGATIVE_INFINITY);

/** The lowest value of the dtype. */
export function leastOf(dtype: DType): number {
  if (isFloat(dtype)) return Number.NEGATIVE_INFINITY;
  return scalarOf(dtype) === 'i32' ? -(2 ** 31) : 0;
}

/** The highest value of the dtype. */
export function greatestOf(dtype: DType): number {
  if (isFloat(dtype)) return Number.POSITIVE_INFINITY;
  if (scalarOf(dtype) === 'i32') return 2 ** 31 - 1;
  return dtype === 'bool' ? 1 : 2 ** 32 - 1;
}
