// Rearrangements composed of other operations: repeat, roll, rot90, triangles and diagonals.

import { ArgumentError, ShapeError } from '../../core/errors';
import { contiguousStrides, type Shape, showShape } from '../../core/meta';
import { fromHost, named } from '../../graph/record';
import type { Value } from '../../graph/value';
import { sub } from '../pointwise/arithmetic';
import { ge, le, where } from '../pointwise/compare';
import { expand } from '../reduction/reduce';
import { full, reshape } from './cast';
import { cat } from './join';
import { flip, narrow, permute, stridedScatter } from './shape';

/**
 * x repeated `counts[d]` times along each dimension d. If there are more counts than dimensions, x gets new leading
 * ones.
 */
export function repeat(op: string, x: Value, counts: readonly number[]): Value {
  const lead = counts.length - x.shape.length;
  if (lead < 0 || !counts.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(
      `${op}: expected at least ${x.shape.length} whole counts for shape ${showShape(x.shape)}, but got ${showShape(counts)}`,
    );
  }
  const sizes = counts.map((_, d) => (d < lead ? 1 : x.shape[d - lead]!));
  const spread = counts.flatMap((n, d) => (n === 1 ? [sizes[d]!] : sizes[d] === 1 ? [1] : [1, sizes[d]!]));
  const target = counts.flatMap((n, d) => (n === 1 ? [sizes[d]!] : sizes[d] === 1 ? [n] : [n, sizes[d]!]));
  const shape = counts.map((n, d) => n * sizes[d]!);
  return named(reshape(expand(reshape(x, spread), target), shape), 'RepeatBackward0');
}

/** x with every slice along a dimension repeated `count` times in a row. */
export function repeatEach(x: Value, dim: number, count: number): Value {
  if (!Number.isInteger(count) || count < 0) {
    throw new ArgumentError(`repeatInterleave: expected a whole number of repeats, but got ${count}`);
  }
  const { shape } = x;
  const around = (size: number, n: number) => [...shape.slice(0, dim), size, n, ...shape.slice(dim + 1)];
  const spread = expand(reshape(x, around(shape[dim]!, 1)), around(shape[dim]!, count));
  return reshape(
    spread,
    shape.map((size, d) => (d === dim ? size * count : size)),
  );
}

/** x with its elements shifted along a dimension; elements past the end wrap around to the start. */
export function roll(x: Value, dim: number, shift: number): Value {
  const size = x.shape[dim]!;
  const start = size === 0 ? 0 : ((-shift % size) + size) % size;
  if (start === 0) return x;
  return named(cat([narrow(x, dim, start, size - start), narrow(x, dim, 0, start)], dim), 'RollBackward0');
}

/** x rotated by k quarter turns in the plane of two dimensions, from the first towards the second. */
export function rot90(x: Value, k: number, first: number, second: number): Value {
  const swapped = x.shape.map((_, d) => (d === first ? second : d === second ? first : d));
  const quarters = ((k % 4) + 4) % 4;
  if (quarters === 0) return x;
  if (quarters === 2) return flip(x, [first, second]);
  return quarters === 1 ? flip(permute(x, swapped), [first]) : flip(permute(x, swapped), [second]);
}

/** x where column ≤ row + diagonal (`lower`) or column ≥ row + diagonal, and 0 elsewhere. */
export function triangle(name: string, x: Value, lower: boolean, diagonal: number): Value {
  if (x.shape.length < 2) {
    throw new ShapeError(`${name}: expected a tensor of at least 2 dimensions, but got shape ${showShape(x.shape)}`);
  }
  const [rows, cols] = x.shape.slice(-2) as [number, number];
  const places = (n: number, shape: Shape) =>
    fromHost(
      Int32Array.from({ length: n }, (_, i) => i),
      shape,
      'int64',
    );
  const distance = sub(places(cols, [cols]), places(rows, [rows, 1]));
  const kept = where(lower ? le(distance, diagonal) : ge(distance, diagonal), x, 0);
  return named(kept, lower ? 'TrilBackward0' : 'TriuBackward0');
}

/**
 * A diagonal over two dimensions as a view: it becomes the last dimension. `offset` counts diagonals above the main
 * one.
 */
export function diagonalOf(
  shape: Shape,
  strides: readonly number[],
  offset: number,
  dim1: number,
  dim2: number,
): { shape: number[]; strides: number[]; offset: number } {
  const [row, col] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const length = Math.max(Math.min(shape[dim1]! - row, shape[dim2]! - col), 0);
  const others = shape.map((_, d) => d).filter((d) => d !== dim1 && d !== dim2);
  return {
    shape: [...others.map((d) => shape[d]!), length],
    strides: [...others.map((d) => strides[d]!), strides[dim1]! + strides[dim2]!],
    offset: length === 0 ? 0 : row * strides[dim1]! + col * strides[dim2]!,
  };
}

/**
 * x with a number where all indices are equal. With `wrap`, the diagonal starts again below the last column of a tall
 * matrix.
 */
export function fillDiagonal(x: Value, fillValue: number, wrap: boolean): Value {
  const { shape } = x;
  if (shape.length < 2 || (shape.length > 2 && shape.some((size) => size !== shape[0]))) {
    throw new ShapeError(
      `fillDiagonal_: expected a matrix, or more dimensions of one size, but got shape ${showShape(shape)}`,
    );
  }
  const step = contiguousStrides(shape).reduce((a, b) => a + b, 0);
  const length = wrap && shape.length === 2 ? Math.ceil(x.numel / step) : Math.min(...shape);
  return stridedScatter(x, full([length], fillValue, x.dtype, 'diag'), [length], [step], 0);
}
