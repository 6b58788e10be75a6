// Order along a dimension: argsort, and sort and topk, which gather by it.
import source from '../../shaders/argsort.wgsl?raw';
import { input, type Operand, output, type Pass, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import { byteLength, numel, type Scalar, scalarOf, showShape } from '../compiler/meta';
import { ShapeError } from '../errors';
import { record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { resolveDim } from './dims';
import { type DimAttrs, gather, gatherOp } from './indexing';
import { narrow } from './shape';

const WORKGROUP = 64;
const kinds: Record<Scalar, number> = { f32: 0, i32: 1, u32: 2 };

const argsortOp: Op<{ readonly dim: number; readonly descending: boolean }> = {
  name: 'argsort',
  infer: ([x]) => [{ shape: x.shape, dtype: 'int64' }],
  lower({ inputs: [x], attrs: { dim, descending } }) {
    const n = x.shape[dim] ?? 1;
    const inner = numel(x.shape.slice(dim + 1));
    const count = numel(x.shape);
    const steps = Math.max(Math.ceil(Math.log2(Math.max(n, 1))), 1);
    // Steps alternate between two buffers; the last one writes the result.
    const buffer = (step: number): Operand => (step === steps - 1 ? output() : scratch(step % 2));
    const passes = Array.from(
      { length: steps },
      (_, step): Pass => ({
        source: [source],
        label: 'argsort',
        overrides: { FIRST: step === 0 ? 1 : 0, DESCENDING: descending ? 1 : 0, KIND: kinds[scalarOf(x.dtype)] },
        reads: [input(0), step === 0 ? input(0) : buffer(step - 1)],
        writes: [buffer(step)],
        params: [count, n, inner, 2 ** step].map(u32),
        grid: gridFor(count, WORKGROUP),
      }),
    );
    return { kind: 'passes', passes, scratch: Array.from({ length: Math.min(steps - 1, 2) }, () => byteLength(x)) };
  },
};

/** The indices (int64) that put a dimension in order. Equal elements keep theirs; NaN is the greatest. */
export const argsort = (x: Value, dim: number, descending: boolean): Value =>
  record(argsortOp, [x], { dim: resolveDim('argsort', dim, x.shape.length), descending });

/** `gather` by a permutation, whose gradient is picked by the inverse one. */
const reorderOp: Op<DimAttrs> = {
  ...gatherOp,
  name: 'sort',
  vjp: ([dy], { inputs: [, index], attrs: { dim } }) => [
    record(reorderOp, [dy!, argsort(index!, dim, false)], { dim }),
    null,
  ],
};

/** The elements of a dimension in order, and their indices. */
export function sort(x: Value, dim: number, descending: boolean): readonly [Value, Value] {
  const at = resolveDim('sort', dim, x.shape.length);
  const indices = argsort(x, at, descending);
  return [record(reorderOp, [x, indices], { dim: at }), indices];
}

/** The k greatest (or least) elements of a dimension, in order, and their indices. */
export function topk(x: Value, k: number, dim: number, largest: boolean): readonly [Value, Value] {
  const at = resolveDim('topk', dim, x.shape.length);
  const size = x.shape[at] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new ShapeError(
      `topk: expected k from 0 to ${size} for dimension ${at} of ${showShape(x.shape)}, but got ${k}`,
    );
  }
  const order = argsort(x, at, largest);
  const indices = x.shape.length === 0 ? order : narrow(order, at, 0, k);
  return [gather(x, at, indices), indices];
}
