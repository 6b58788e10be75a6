// Several index tensors together: computes the places that they name, reads the elements there, and writes others
// there.

import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { numel, type Shape, sameShape } from '../../../engine/core/meta';
import { kindOf } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { indexAdd, indexCopy, indexSelect, wrapIndex } from '../../../engine/ops/indexing/indexing';
import { add, mul } from '../../../engine/ops/pointwise/arithmetic';
import { expand } from '../../../engine/ops/reduction/reduce';
import { broadcastShapes } from '../../../engine/ops/shape/broadcast';
import { reshape } from '../../../engine/ops/shape/cast';
import type { Tensor } from '../tensor';

/** An index tensor or mask, and the (first) dimension that it indexes. */
export interface Axis {
  readonly dim: number;
  readonly index: Tensor | Value;
}

/**
 * The places that index tensors name in tensors of one shape. The indexed dimensions are moved side by side and merged
 * into one.
 */
export class Picking {
  /** The shape of the picked elements. */
  readonly shape: Shape;
  /** The last dimension of `shape` that comes from the indices; -1 if the indices have no dimensions. */
  readonly lastDim: number;
  private readonly order: readonly number[];
  /** The shape of x with the indexed dimensions side by side; `merged`: with them merged into one. */
  private readonly aside: Shape;
  private readonly merged: Shape;
  private readonly at: number;
  private readonly places: Value;

  constructor(x: Tensor, axes: readonly Axis[], op = 'at') {
    for (const { index } of axes) expectWhole(index);
    const together = broadcastShapes(
      'at',
      axes.map(({ index }) => metaOf(index)),
    );
    const dims = axes.map(({ dim }) => dim);
    const others = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
    // Rank-0 indices remove their dimension, like numbers, so they do not count when we test whether the others are
    // neighbours.
    const lists = axes.filter(({ index }) => index.shape.length > 0).map(({ dim }) => dim);
    const between = others.some((d) => lists.some((l) => l < d) && lists.some((l) => l > d));
    const front = between || lists.length === 0 ? [] : others.filter((d) => d < lists[0]!);
    const rest = others.filter((d) => !front.includes(d));
    const sizes = (list: readonly number[]) => list.map((d) => x.shape[d]!);
    this.order = [...front, ...dims, ...rest];
    this.aside = sizes(this.order);
    this.merged = [...sizes(front), numel(sizes(dims)), ...sizes(rest)];
    this.at = front.length;
    this.lastDim = together.length === 0 ? -1 : front.length + together.length - 1;
    this.shape = [...sizes(front), ...together, ...sizes(rest)];
    this.places = reshaped(placesOf(op, axes, sizes(dims), together), [numel(together)]);
  }

  /** A view of x with the indexed dimensions side by side. */
  along(x: Tensor): Tensor {
    return this.order.every((d, i) => d === i) ? x : x.permute(this.order);
  }

  read(x: Tensor): Value {
    const picked = indexSelect(reshaped(this.along(x).value, this.merged), this.at, this.places);
    return named(reshape(picked, this.shape), 'IndexBackward0');
  }

  /** `aside` (x with the indexed dimensions side by side) with `values` written or added at the places. */
  write(aside: Value, values: Value, accumulate: boolean): Value {
    const source = reshaped(values, [
      ...this.merged.slice(0, this.at),
      this.places.shape[0]!,
      ...this.merged.slice(this.at + 1),
    ]);
    const put = accumulate ? indexAdd : indexCopy;
    return reshaped(put(reshaped(aside, this.merged), this.at, this.places, source), this.aside);
  }
}

export const contentsOf = (index: Tensor | Value): Value => ('value' in index ? index.value : index);
const metaOf = ({ shape, dtype }: Tensor | Value) => ({ shape, dtype });
export const reshaped = (x: Value, shape: Shape): Value => (sameShape(x.shape, shape) ? x : reshape(x, shape));

function expectWhole(index: Tensor | Value): void {
  const { dtype } = index;
  if (dtype === undefined) {
    throw new ArgumentError(`at: expected numbers, slices, tensors or null as indices, but got ${kindOf(index)}`);
  }
  if (dtype !== 'int64' && dtype !== 'int32') {
    throw new DTypeError(
      `at: expected index tensors of dtype int64 or bool, but got ${dtype}; convert with .to('int64') or compare first, as in x.gt(0)`,
    );
  }
}

/** The places as flat indices into the merged dimensions, whose sizes are given. */
function placesOf(op: string, axes: readonly Axis[], sizes: Shape, together: Shape): Value {
  const steps = axes.map(({ index }, i) => {
    const place = wrapIndex(op, contentsOf(index), sizes[i]!);
    const step = numel(sizes.slice(i + 1));
    return step === 1 ? place : mul(place, step);
  });
  const sum = steps.reduce((a, b) => add(a, b));
  return sameShape(sum.shape, together) ? sum : expand(sum, together);
}
