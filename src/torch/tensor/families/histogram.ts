// Histograms: how many elements, or points in several dimensions, lie in each bin.

import { either, finite, type Kind, listOf, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, type Shape, showShape } from '../../../engine/core/meta';
import { isPlainObject, parseArgs } from '../../../engine/core/options';
import { expectFloat, fromHost } from '../../../engine/graph/record';
import { indexAdd } from '../../../engine/ops/indexing/indexing';
import { full, reshape } from '../../../engine/ops/shape/cast';
import { callable } from '../calling/callable';
import { type HistEdges, histEdges } from '../calling/named-results';
import { tensor } from '../calling/tensor-kinds';
import { family } from '../family';
import { searchsorted } from '../indexing/search';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/** A number of bins of equal width. It is limited, because their edges are made on the host. */
const parts: Kind = whole(1, 2 ** 24);

interface BinParameters {
  /** The weight of each element or point. Default: 1. */
  weight?: Tensor | null;
  /** Whether to divide by the sum and by the size of each bin, so that the integral is 1. Default: false. */
  density?: boolean;
}

interface HistogramOptions extends BinParameters {
  /** The number of equal bins, or a vector of ascending edges. */
  bins: number | Tensor;
  /** [min, max] of equal bins. Default: those of the elements. */
  range?: readonly [min: number, max: number] | null;
}

/**
 * `[hist, binEdges]`: the number of elements in each bin, and the edges. The last bin includes its upper edge. float32.
 */
export const histogram = op(
  'histogram(input, bins: operand, ...)',
  (
    input: Tensor,
    /** How many ranges of equal length there are, or their bounds. */
    bins: number | Tensor | HistogramOptions,
    options: Omit<HistogramOptions, 'bins'> = {},
  ): HistEdges => {
    const { range, weight, density, ...rest } = parseArgs<HistogramOptions>(
      'histogram',
      ['bins'],
      { range: null as readonly [number, number] | null, weight: null as Tensor | null, density: false },
      isPlainObject(bins) ? [bins] : [bins, options],
      { bins: either(parts, tensor), range: orNull(listOf(finite, 2)), weight: orNull(tensor) },
    );
    expectFloat('histogram', 'input', input);
    const points = input.detach().float().reshape(-1, 1);
    const edges = edgesOf('histogram', points.select(1, 0), rest.bins, range);
    return histEdges(counted('histogram', points, [edges], { weight, density }), edges);
  },
);

interface PointOptions extends BinParameters {
  /**
   * The number of equal bins for all dimensions; or for each dimension its number of bins or a vector of ascending
   * edges.
   */
  bins: number | readonly (number | Tensor)[];
  /**
   * The least and the greatest coordinate of each dimension: [min0, max0, min1, max1, …]. Default: those of the points.
   */
  range?: readonly number[] | null;
}

/**
 * `[hist, binEdges]`: the number of points [..., D] in each D-dimensional bin, and the edges of each dimension.
 * float32.
 */
export const histogramdd = callable(
  'histogramdd(input, bins: numbers, ...)',
  (
    input: Tensor,
    /** How many ranges of equal length there are, or their bounds. */
    bins: number | readonly (number | Tensor)[] | PointOptions,
    options: Omit<PointOptions, 'bins'> = {},
  ): HistEdges<Tensor[]> => {
    const { range, weight, density, ...rest } = parseArgs<PointOptions>(
      'histogramdd',
      ['bins'],
      { range: null as readonly number[] | null, weight: null as Tensor | null, density: false },
      isPlainObject(bins) ? [bins] : [bins, options],
      { bins: either(parts, listOf(either(parts, tensor))), range: orNull(listOf(finite)), weight: orNull(tensor) },
    );
    const dims = input.shape.at(-1) ?? 0;
    if (input.shape.length < 2 || dims === 0) {
      throw new ShapeError(`histogramdd: expected points in a last dimension, but got shape ${showShape(input.shape)}`);
    }
    const each = typeof rest.bins === 'number' ? new Array<number>(dims).fill(rest.bins) : rest.bins;
    if (each.length !== dims || (range && range.length !== 2 * dims)) {
      throw new ArgumentError(
        `histogramdd: expected ${dims} bins and a range of ${2 * dims} numbers, but got ${each.length} and ${range?.length ?? 'none'}`,
      );
    }
    expectFloat('histogramdd', 'input', input);
    const points = input.detach().float().reshape(-1, dims);
    const edges = each.map((own, d) =>
      edgesOf('histogramdd', points.select(1, d), own, range && [range[2 * d]!, range[2 * d + 1]!]),
    );
    return histEdges(counted('histogramdd', points, edges, { weight, density }), edges);
  },
);

/** The number, or the weight, of the points [n, D] in each bin. */
function counted(
  name: string,
  points: Tensor,
  edges: readonly Tensor[],
  { weight, density }: { weight: Tensor | null; density: boolean },
): Tensor {
  const [count] = points.shape as [number, number];
  if (weight && weight.numel() !== count) {
    throw new ShapeError(`${name}: expected ${count} weights, but got shape ${showShape(weight.shape)}`);
  }
  const shape: Shape = edges.map((own) => own.numel() - 1);
  const parts = edges.map((own, d) => {
    const x = points.select(1, d);
    const bins = shape[d]!;
    const inside = x.ge(own.select(0, 0)).logicalAnd(x.le(own.select(0, bins)));
    const place = searchsorted(own, x, { right: true })
      .sub(1)
      .clamp(0, bins - 1);
    return { inside, place: place.mul(numel(shape.slice(d + 1))) };
  });
  const inside = parts.map((part) => part.inside).reduce((a, b) => a.logicalAnd(b));
  const places = parts.map((part) => part.place).reduce((a, b) => a.add(b));
  const counts = inside.float().mul(weight ? weight.detach().float().reshape(-1) : 1);
  const sums = indexAdd(full([numel(shape)], 0), 0, places.value, counts.value);
  const hist = points.picked(reshape(sums, shape));
  if (!density) return hist;
  const widths = edges.map((own, d) => own.diff().reshape(shape.map((_, k) => (k === d ? -1 : 1))));
  return widths.reduce((sum, width) => sum.div(width), hist.div(hist.sum()));
}

/**
 * The edges of the bins: the given ones, or those of equal bins over the given range or the range of the elements. A
 * range without width becomes 1 wide.
 */
function edgesOf(
  name: string,
  x: Tensor,
  bins: number | Tensor,
  range: readonly [min: number, max: number] | null,
): Tensor {
  if (typeof bins !== 'number') {
    if (bins.shape.length !== 1 || bins.numel() < 2) {
      throw new ShapeError(`${name}: expected a vector of at least 2 edges, but got shape ${showShape(bins.shape)}`);
    }
    return bins.detach().float();
  }
  if (range && !(range[0] <= range[1])) {
    throw new ArgumentError(`${name}: expected a rising range, but got [${range.join(', ')}]`);
  }
  const number = (value: number) => x.picked(full([], value));
  const [low, high] = range
    ? [number(range[0]), number(range[1])]
    : x.numel() > 0
      ? [x.amin(), x.amax()]
      : [number(0), number(1)];
  const half = low.eq(high).float().mul(0.5);
  const [from, to] = [low.sub(half), high.add(half)];
  const steps = x.picked(
    fromHost(
      Float32Array.from({ length: bins + 1 }, (_, i) => i / bins),
      [bins + 1],
      'float32',
    ),
  );
  // A weighted mean of both ends, so that both ends are exact.
  return from.mul(steps.neg().add(1)).add(to.mul(steps));
}
