// Sliding windows along a dimension, and their adjoint, which adds up overlapping elements. unfold and fold are built
// on both.
import { ShapeError } from '../../core/errors';
import { contiguousStrides, isFloat, type Shape, showShape } from '../../core/meta';
import { expectFloat, fromHost, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { indexAdd, scatterKernel, withSize } from '../indexing/indexing';
import { full, reshape } from '../shape/cast';
import { lowerView, permute } from '../shape/shape';
import { countOf, type WindowAttrs } from './window-attrs';

/** The plain shape of the windows, before `order` permutes it. */
const plainShape = (x: Shape, attrs: WindowAttrs): number[] => [
  ...x.map((size, d) => (d === attrs.dim ? countOf(attrs) : size)),
  attrs.size,
];

const windowsOp: Op<WindowAttrs> = {
  name: 'unfold',
  gradName: 'UnfoldBackward0',
  remakes: true,
  views: true,
  saves: { inputs: [] },
  infer([x], attrs) {
    const shape = plainShape(x!.shape, attrs);
    return [{ shape: attrs.order.map((d) => shape[d]!), dtype: x!.dtype }];
  },
  lower({ inputs: [x], outputs: [y], attrs: { dim, step, dilation, order } }) {
    const from = contiguousStrides(x!.shape);
    const strides = [...from.map((stride, d) => (d === dim ? stride * step : stride)), from[dim]! * dilation];
    return lowerView(x!, { shape: y!.shape, strides: order.map((d) => strides[d]!), offset: 0 });
  },
  vjp: ([dy], { attrs }) => [record(overlapAddOp, [dy!], attrs)],
};

const overlapAddOp: Op<WindowAttrs> = {
  name: 'overlapAdd',
  gradName: 'UnfoldBackwardBackward0',
  saves: { inputs: [] },
  infer([x], { order, dim, length }) {
    expectFloat('fold', 'windows', x!);
    const plain = order.map((_, d) => x!.shape[order.indexOf(d)]!).slice(0, -1);
    return [{ shape: plain.map((size, d) => (d === dim ? length : size)), dtype: x!.dtype }];
  },
  lower: (context) => scatterKernel().overlaps.overlapAdd(context),
  vjp: ([dy], { attrs }) => [record(windowsOp, [dy!], attrs)],
};

export interface WindowOptions {
  readonly size: number;
  readonly step: number;
  readonly dilation?: number;
  readonly order?: readonly number[];
}

const ordered = (rank: number, order: readonly number[] | undefined): readonly number[] =>
  order ?? Array.from({ length: rank + 1 }, (_, d) => d);

/**
 * Windows of x along `dim`: […, L, …] → […, ⌊(L − (size − 1)·dilation − 1) / step⌋ + 1, …, size], permuted by `order`.
 */
export function windows(x: Value, dim: number, { size, step, dilation = 1, order }: WindowOptions): Value {
  if (x.shape.length === 0 && size <= 1) {
    return size === 1 ? reshape(x, [1]) : full([0], 0, x.dtype);
  }
  const length = x.shape[dim] ?? 1;
  if (size < 1 || step < 1 || (size - 1) * dilation + 1 > length) {
    throw new ShapeError(
      `unfold: expected windows that fit dimension ${dim} of ${showShape(x.shape)} and a step of at least 1, but got size ${size}, dilation ${dilation} and step ${step}`,
    );
  }
  return record(windowsOp, [x], { dim, size, step, dilation, length, order: ordered(x.shape.length, order) });
}

/** `overlapAdd` of integers, which the float kernel would round. */
function wholeOverlapAdd(
  x: Value,
  dim: number,
  length: number,
  { size, step, dilation, order }: Required<WindowOptions>,
): Value {
  const plain = permute(
    x,
    order.map((_, d) => order.indexOf(d)),
  );
  const last = order.length - 1;
  const dims = Array.from({ length: last }, (_, d) => d);
  const beside = permute(plain, [...dims.slice(0, dim + 1), last, ...dims.slice(dim + 1)]);
  const count = plain.shape[dim]!;
  const shape = plain.shape.slice(0, -1);
  const places = Int32Array.from({ length: count * size }, (_, i) => {
    return Math.floor(i / size) * step + (i % size) * dilation;
  });
  const zeros = full(withSize(shape, dim, length), 0, x.dtype);
  const terms = reshape(beside, withSize(shape, dim, count * size));
  return indexAdd(zeros, dim, fromHost(places, [places.length], 'int64'), terms);
}

/** The adjoint of `windows` for a dimension of the given length: overlapping elements add up. */
export function overlapAdd(x: Value, dim: number, length: number, options: WindowOptions): Value {
  const { size, step, dilation = 1 } = options;
  const order = ordered(x.shape.length - 1, options.order);
  if (!isFloat(x.dtype)) return wholeOverlapAdd(x, dim, length, { size, step, dilation, order });
  return record(overlapAddOp, [x], { dim, size, step, dilation, length, order });
}
