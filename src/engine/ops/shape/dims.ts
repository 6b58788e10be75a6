// Resolves dimension numbers as PyTorch counts them: negative ones count from the end.

import { ArgumentError, IndexError, ShapeError } from '../../core/errors';
import type { Shape } from '../../core/meta';

/** `dim` counted from the front. A rank-0 value has one imaginary dimension, 0 or -1. */
export function resolveDim(op: string, dim: number, rank: number): number {
  if (typeof dim !== 'number')
    throw new ArgumentError(
      `${op}: expected a dimension as a whole number, but got ${typeof dim === 'string' ? `'${dim}'` : (dim as unknown) instanceof Promise ? 'a promise; await it first' : typeof dim}`,
    );
  const span = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -span || dim >= span) {
    throw new IndexError(`${op}: expected a dimension from ${-span} to ${span - 1}, but got ${dim}`);
  }
  return dim < 0 ? dim + span : dim;
}

/** Dimensions in ascending order; null means all of them. */
export function resolveDims(op: string, dims: number | readonly number[] | null, rank: number): number[] {
  if (dims === null) return Array.from({ length: rank }, (_, d) => d);
  const resolved = (Array.isArray(dims) ? (dims as readonly number[]) : [dims as number]).map((dim) =>
    resolveDim(op, dim, rank),
  );
  resolved.sort((a, b) => a - b);
  const twice = resolved.find((dim, i) => dim === resolved[i - 1]);
  if (twice !== undefined)
    throw new ShapeError(`${op}: expected distinct dimensions, but dimension ${twice} appears twice`);
  return rank === 0 ? [] : resolved;
}

/** A shape with some dimensions reduced to 1, or removed. */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): Shape {
  return keepdim ? shape.map((size, d) => (dims.includes(d) ? 1 : size)) : shape.filter((_, d) => !dims.includes(d));
}
