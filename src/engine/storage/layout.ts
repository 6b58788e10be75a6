// Arithmetic of layouts: which shapes a view can take, and where indices lead. Touches no values.

import { ArgumentError, IndexError, ShapeError } from '../core/errors';
import { contiguousStrides, numel, type Shape, showShape } from '../core/meta';

/** Resolves one -1 in a shape for `count` elements. */
export function resolveShape(op: string, shape: readonly number[], count: number): number[] {
  const unknown = shape.indexOf(-1);
  const known = shape.reduce((product, size, d) => (d === unknown ? product : product * size), 1);
  if (shape.some((size, d) => !Number.isInteger(size) || (size < 0 && d !== unknown))) {
    throw new ShapeError(`${op}: expected whole sizes, at most one of them -1, but got ${showShape(shape)}`);
  }
  if (unknown < 0 ? known !== count : known === 0 || count % known !== 0) {
    throw new ShapeError(`${op}: shape ${showShape(shape)} is invalid for input of size ${count}`);
  }
  return shape.map((size, d) => (d === unknown ? count / known : size));
}

/** Strides that give the shape `to` over the same memory; null if elements would have to move. */
export function viewStrides(shape: Shape, strides: readonly number[], to: Shape): number[] | null {
  if (numel(shape) === 0) return contiguousStrides(to);
  const result = new Array<number>(to.length);
  let d = to.length - 1;
  let run = 1;
  let base = shape.length > 0 ? strides[shape.length - 1]! : 1;
  for (let s = shape.length - 1; s >= 0; s--) {
    run *= shape[s]!;
    // A run of dimensions that lie evenly in memory ends here.
    if (s === 0 || (shape[s - 1] !== 1 && strides[s - 1] !== run * base)) {
      let filled = 1;
      while (d >= 0 && (filled < run || to[d] === 1)) {
        result[d] = filled * base;
        filled *= to[d]!;
        d--;
      }
      if (filled !== run) return null;
      if (s > 0) {
        base = strides[s - 1]!;
        run = 1;
      }
    }
  }
  for (; d >= 0; d--) {
    if (to[d] !== 1) return null;
    result[d] = base;
  }
  return result;
}

/** How a tensor lies in an array: element i₀, i₁, … is at offset + Σ i_d · strides_d. */
export interface Placed {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Fills `out` with the elements of a tensor, which lies in `source`, in row-major order. */
export function gather<T extends { [index: number]: number }>(
  source: ArrayLike<number>,
  { shape, strides, offset }: Placed,
  out: T,
): T {
  const count = numel(shape);
  const position = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = offset; i < count; i++) {
    out[i] = source[at]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!;
      if (++position[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      position[d] = 0;
    }
  }
  return out;
}

/** The elements that a basic index takes of one dimension. */
export interface Range {
  readonly start: number;
  readonly length: number;
  readonly step: number;
}

/** Parses `':'`, `'a:b'`, `'a:b:c'` for a dimension of `size`, with Python's rules; steps must be positive. */
export function parseSlice(text: string, size: number): Range {
  const parts = text.split(':').map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => !/^(-?\d+)?$/.test(part))) {
    throw new ArgumentError(`at: expected a slice such as ':', '1:5' or '::2', but got '${text}'`);
  }
  const step = parts[2] ? Number(parts[2]) : 1;
  if (step <= 0)
    throw new ArgumentError(`at: expected a positive step, but got '${text}'; use flip() to turn a dimension round`);
  const bound = (part: string | undefined, otherwise: number) => {
    if (!part) return otherwise;
    const at = Number(part) < 0 ? Number(part) + size : Number(part);
    return Math.min(Math.max(at, 0), size);
  };
  const start = bound(parts[0], 0);
  const stop = bound(parts[1], size);
  return { start, length: Math.max(Math.ceil((stop - start) / step), 0), step };
}

/** Turns an index that may count from the end into one from 0 to size - 1. */
export function resolveIndex(op: string, index: number, size: number, dim: number): number {
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new IndexError(`${op}: index ${index} is out of bounds for dimension ${dim} with size ${size}`);
  }
  return index < 0 ? index + size : index;
}
