// Sorting along a dimension: argsort, and sort and topk, which gather by the indices of argsort.
import { engine } from '../../compiler/engine';
import { ShapeError } from '../../core/errors';
import { showShape } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import type { DimAttrs } from '../indexing/index-attrs';
import { gather, gatherOp } from '../indexing/indexing';
import { resolveDim } from '../shape/dims';
import { narrow } from '../shape/shape';
import { kernel } from './arg';

const argsortOp: Op<{ readonly dim: number; readonly descending: boolean }> = {
  name: 'argsort',
  infer: ([x]) => [{ shape: x.shape, dtype: 'int64' }],
  lower: (context) => kernel().orders.argsort(context),
  growth: 'sorted',
};

/** The indices (int64) that sort a dimension. The sort is stable, and NaN counts as the greatest. */
export const argsort = (x: Value, dim: number, descending: boolean): Value =>
  record(argsortOp, [x], { dim: resolveDim('argsort', dim, x.shape.length), descending });

/** `gather` by a permutation. Its gradient is a gather by the inverse permutation, which needs no scatter. */
const reorderOp: Op<DimAttrs> = {
  ...gatherOp,
  name: 'sort',
  vjp: ([dy], { inputs: [, index], attrs: { dim } }) => [
    record(reorderOp, [dy!, argsort(index!, dim, false)], { dim }),
    null,
  ],
};

/** The elements of a dimension, sorted, and their indices. */
export function sort(x: Value, dim: number, descending: boolean): readonly [Value, Value] {
  const at = resolveDim('sort', dim, x.shape.length);
  const indices = argsort(x, at, descending);
  return [record(reorderOp, [x, indices], { dim: at }), indices];
}

/** The k greatest (or least) elements of a dimension, sorted, and their indices. */
export function topk(x: Value, k: number, dim: number, largest: boolean): readonly [Value, Value] {
  const at = resolveDim('topk', dim, x.shape.length);
  const size = x.shape[at] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new ShapeError(
      `topk: expected k from 0 to ${size} for dimension ${at} of ${showShape(x.shape)}, but got ${k}`,
    );
  }
  const indices = isSelected(x, size, k)
    ? record(topkOp, [x], { dim: at, k, descending: largest })
    : firstOf(argsort(x, at, largest), at, k);
  return [gather(x, at, indices), indices];
}

const firstOf = (order: Value, dim: number, k: number): Value =>
  order.shape.length === 0 ? order : narrow(order, dim, 0, k);

export interface TopkAttrs {
  readonly dim: number;
  readonly k: number;
  readonly descending: boolean;
}

/** The first k of the indices that sort a dimension. */
const topkOp: Op<TopkAttrs> = {
  name: 'topk',
  infer: ([x], { dim, k }) => [{ shape: x.shape.map((size, d) => (d === dim ? k : size)), dtype: 'int64' }],
  lower: (context) => kernel().orders.topk(context),
  growth: 'sorted',
};

/** Of fewer elements, sorting all is one pass, too. With more to select, a pass leaves too many. */
const FEWEST_SELECTED_FROM = 32;
const MOST_SELECTED = 512;

/** Whether the first k elements are found without sorting the others: on GPUs, whose workgroups sort blocks. */
const isSelected = (x: Value, size: number, k: number): boolean =>
  engine.profile?.kind === 'gpu' &&
  size >= FEWEST_SELECTED_FROM &&
  k > 0 &&
  k <= MOST_SELECTED &&
  4 * k <= size &&
  x.numel > 0;
