// The rules for recording each operation again on padded values. A rule returns null if that is not possible.
import type { StridedView } from '../compiler/ir';
import { contiguousStrides, type DType, isFloat, numel, type Shape, sameShape } from '../core/meta';
import type { Roomy, Value } from '../graph/value';
import type { DimAttrs, SelectAttrs } from '../ops/indexing/index-attrs';
import type { AttentionAttrs } from '../ops/linalg/attention';
import type { CrossEntropyAttrs } from '../ops/loss/cross-entropy';
import type { ReduceAttrs } from '../ops/reduction/reduce';
import type { ScanAttrs } from '../ops/reduction/scan';
import type { AssembleAttrs, Layer } from '../ops/shape/assemble';
import type { PlacedView, ScatterAttrs } from '../ops/shape/shape';
import { gatherCounted, wrapWithinOp } from './indices';
import { lib } from './lib';
import { filledPast, greatestOf, hasRoom, hidingPast, leastOf, roomIn, rowsIn } from './room';
import { isWithinRows, rowsBack, scatterInRoom, viewInRoom } from './views';
import { joinedRows, summed } from './windows';

export type Rule = (node: Roomy<never>) => readonly Value[] | null;

/** Records the same operation, with different inputs or attributes if given. */
const again = <A>({ op, scalars, ...node }: Roomy<A>, inputs = node.inputs, attrs = node.attrs): readonly Value[] =>
  lib.recordAll(op, inputs, attrs, scalars);

/**
 * Records the same operation, with the padding of its inputs set to a number along all dimensions or only along `dims`.
 */
const filled = <A>(node: Roomy<A>, fill: number, dims?: readonly number[]): readonly Value[] =>
  again(
    node,
    node.inputs.map((x, i) => filledPast(x, node.counts[i]!, fill, dims)),
  );

/** For each padded dimension of a shape: the number of real elements along it, and its stride. */
const placesOfRoom = (shape: Shape, counts: Shape): number[] =>
  contiguousStrides(shape).flatMap((stride, d) => (shape[d] === counts[d] ? [] : [counts[d]!, stride]));

/** Whether the real elements are contiguous at the front. */
const isOfRows = (shape: Shape, counts: Shape): boolean =>
  shape.every((size, d) => size === counts[d] || counts.slice(0, d).every((before) => before === 1));

interface Lead {
  /** The number of dimensions before the normalised ones. */
  readonly lead: number;
}

/** Whether only dimensions before the normalised ones are padded, so that every row is either real or padding. */
const isLeading = (shape: Shape, counts: Shape, lead: number): boolean => roomIn(shape, counts).every((d) => d < lead);

/** The neutral element of each reduction. */
const neutral: Readonly<Record<string, (dtype: DType) => number>> = {
  sum: () => 0,
  mean: () => 0,
  any: () => 0,
  prod: () => 1,
  all: () => 1,
  max: leastOf,
  amax: leastOf,
  min: greatestOf,
  amin: greatestOf,
};

/** The neutral element of each scan: starting with it does not change the result. */
const start: Readonly<Record<string, number>> = { cumsum: 0, cumprod: 1, logcumsumexp: Number.NEGATIVE_INFINITY };

/** Attention that hides the padding keys of input `value`. The mask is input number `masks`, the last one. */
function attendedTo(node: Roomy<AttentionAttrs>, value: number, masks: number, inputs: readonly Value[]) {
  const { causal, drops } = node.attrs;
  const mask = node.inputs[masks];
  const keys = inputs[value]!.shape.at(-2)!;
  const count = node.counts[value]!.at(-2)!;
  const [query, queries] = [node.inputs[value - 2]!, node.counts[value - 2]!];
  // Draws are numbered by the real heads, queries and keys.
  const isShifted = (d: number) => d > 0 || query.shape.length === 2;
  if (drops && (keys !== count || roomIn(query.shape, queries).some(isShifted))) return null;
  // Query i sees the keys up to i, so only queries past the last key would see what lies behind it.
  if (keys === count || (causal && queries.at(-2)! <= count)) return again(node, mask ? [...inputs, mask] : inputs);
  if (!mask) return again(node, [...inputs, hidingPast(keys, count)], { ...node.attrs, masked: true });
  const last = mask.shape.length - 1;
  if (mask.shape[last] !== keys) return null;
  return again(node, [...inputs, filledPast(mask, node.counts[masks]!, Number.NEGATIVE_INFINITY, [last])]);
}

export const rules = {
  again: (node) => again(node),

  /** The result has the same contents as the first input. */
  contents: ({ inputs: [x] }) => [lib.detach(x!)],

  /** The attributes contain the result's shape, which is replaced with the padded shape. */
  shaped: (node: Roomy<{ readonly shape: Shape }>) =>
    again(node, node.inputs, { ...node.attrs, shape: node.shapes[0]! }),

  /** Possible if the reshape does not move the real elements in memory. */
  reshaped(node: Roomy<{ readonly shape: Shape }>) {
    const {
      inputs: [x],
      counts: [counts],
      shapes: [shape],
      results: [result],
    } = node;
    const isSame =
      sameShape(placesOfRoom(x!.shape, counts!), placesOfRoom(shape!, result!)) ||
      (isOfRows(x!.shape, counts!) && isOfRows(shape!, result!));
    return isSame && numel(shape!) === x!.numel ? again(node, [x!], { shape: shape! }) : null;
  },

  /** Possible if the real elements come before all padding, so that they are at the same places as without padding. */
  rows: (node) => (rowsIn(node.inputs[0]!.shape, node.counts[0]!) < 0 ? null : again(node)),

  // Reductions and scans

  reduced(node: Roomy<ReduceAttrs>) {
    const {
      op,
      inputs: [x],
      attrs: { dims, keepdim },
      counts: [counts],
    } = node;
    if (!dims.some((d) => hasRoom(x!, counts!, d))) return again(node);
    const counted = filledPast(x!, counts!, neutral[op.name]!(x!.dtype), dims);
    return op.name === 'mean'
      ? [lib.div(lib.sum(counted, dims, keepdim), lib.reducedCount(counts!, dims))]
      : again(node, [counted]);
  },

  /** The first of several equal elements wins, so a real element wins over the padding. */
  extremum(node: Roomy<ReduceAttrs>) {
    const { dtype } = node.inputs[0]!;
    return filled(node, node.op.name === 'min' ? greatestOf(dtype) : leastOf(dtype), node.attrs.dims);
  },

  moments(node: Roomy<{ readonly dims: readonly number[]; readonly correction: number }>) {
    const {
      inputs: [x],
      attrs: { dims, correction },
      counts: [counts],
    } = node;
    if (!dims.some((d) => hasRoom(x!, counts!, d))) return again(node);
    const n = lib.reducedCount(counts!, dims);
    const average = lib.div(lib.sum(filledPast(x!, counts!, 0, dims), dims, true), n);
    const away = filledPast(lib.sub(x!, average), counts!, 0, dims);
    const variance = lib.div(lib.sum(lib.mul(away, away), dims, true), Math.max(n - correction, 0));
    return [average, node.op.name === 'std' ? lib.sqrt(variance) : variance];
  },

  /** A forward scan reaches the padding last, so the padding must be neutral only for a backward scan. */
  scanned: (node: Roomy<ScanAttrs>) =>
    node.attrs.reverse ? filled(node, start[node.op.name]!, [node.attrs.dim]) : again(node),

  softmax: (node: Roomy<DimAttrs>) => filled(node, Number.NEGATIVE_INFINITY, [node.attrs.dim]),

  /**
   * The padding is set to the value that is sorted last. The sort is stable, so the padding comes after real elements
   * of that value, too.
   */
  sorted(node: Roomy<{ readonly dim: number; readonly descending: boolean }>) {
    const { dtype } = node.inputs[0]!;
    const greatest = isFloat(dtype) ? Number.NaN : greatestOf(dtype);
    return filled(node, node.attrs.descending ? leastOf(dtype) : greatest, [node.attrs.dim]);
  },

  // Products

  /** The padding is set to 0 in both factors, so it adds nothing to a sum. */
  product(node: Roomy<{ readonly transposeA: boolean; readonly transposeB: boolean }>) {
    const {
      inputs: [a, b, ...bias],
      attrs: { transposeA, transposeB },
      counts: [inA, inB],
    } = node;
    const counted = (x: Value, counts: Shape, summed: number) => filledPast(x, counts, 0, [x.shape.length - summed]);
    return again(node, [counted(a!, inA!, transposeA ? 2 : 1), counted(b!, inB!, transposeB ? 1 : 2), ...bias]);
  },

  rowProduct: (node) => filled(node, 0, [0]),

  /**
   * Real queries must not see keys of the padding: a causal mask hides them, and another mask gets −∞ there. The
   * values of the padding are set to 0: they may be infinite or NaN, and a weight of 0 times those is NaN.
   */
  attended(node: Roomy<AttentionAttrs>) {
    const [q, k, v] = node.inputs;
    const keys = v!.shape.length - 2;
    if (hasRoom(q!, node.counts[0]!, keys + 1) || hasRoom(v!, node.counts[2]!, keys + 1)) return null;
    return attendedTo(node, 2, 3, [q!, k!, filledPast(v!, node.counts[2]!, 0, [keys])]);
  },

  /** Padding queries get weights of 0, by the greatest logarithm of their sums. */
  attendedGrad(node: Roomy<AttentionAttrs>) {
    const { inputs, counts } = node;
    const last = inputs[1]!.shape.length - 1;
    if (hasRoom(inputs[1]!, counts[1]!, last) || hasRoom(inputs[3]!, counts[3]!, last)) return null;
    const filled = inputs.slice(0, 6).map((x, i) => filledPast(x, counts[i]!, i === 5 ? 3e38 : 0));
    return attendedTo(node, 3, 6, filled);
  },

  // Losses: padding rows get the label that is ignored

  labelled(node: Roomy<{ readonly classes: number; readonly ignoreIndex: number }>) {
    const {
      inputs: [x, labels, ...weight],
      attrs: { classes, ignoreIndex },
      counts: [, at],
    } = node;
    return x!.shape.at(-1) === classes ? again(node, [x!, filledPast(labels!, at!, ignoreIndex), ...weight]) : null;
  },

  crossEntropy(node: Roomy<CrossEntropyAttrs>) {
    const {
      inputs: [x, labels, ...weight],
      attrs,
      counts: [of, at],
    } = node;
    if (hasRoom(x!, of!, 1)) return null;
    return again(node, [filledPast(x!, of!, 0), filledPast(labels!, at!, attrs.ignoreIndex), ...weight]);
  },

  crossEntropyGrad: (node) => (hasRoom(node.inputs[0]!, node.counts[0]!, 1) ? null : again(node)),

  // Normalisation over trailing dimensions

  normalised: (node: Roomy<Lead>) =>
    isLeading(node.inputs[0]!.shape, node.counts[0]!, node.attrs.lead) ? again(node) : null,

  normalisedGrad: (node: Roomy<Lead>) =>
    isLeading(node.inputs[1]!.shape, node.counts[1]!, node.attrs.lead) ? again(node) : null,

  /** In the padding, the gradient is set to 0 and its factors are finite, so the padding adds nothing to the sums. */
  affineGrad(node: Roomy<Lead>) {
    const { inputs, counts, attrs } = node;
    if (!isLeading(inputs[1]!.shape, counts[1]!, attrs.lead)) return null;
    return again(
      node,
      inputs.map((one, i) => filledPast(one, counts[i]!, i < 3 ? 0 : 1)),
    );
  },

  // Indices

  indices: (node) => filled(node, 0),

  wrapped: ({
    inputs: [index],
    attrs: { asked, limit },
    counts: [counts],
  }: Roomy<{ readonly asked: string; readonly limit: number }>) => [
    lib.record(wrapWithinOp, [filledPast(index!, counts!, 0)], { asked }, [limit]),
  ],

  gathered({ inputs: [x, index], attrs: { dim }, counts: [of, at] }: Roomy<DimAttrs>) {
    const places = filledPast(index!, at!, 0);
    const fits = places.shape.every((size, d) => d === dim || size <= x!.shape[d]!);
    return fits ? [gatherCounted(x!, dim, places, of!, 'gather')] : null;
  },

  selected({ inputs: [x, index], attrs: { dim, asked }, counts: [of, at], shapes: [shape] }: Roomy<SelectAttrs>) {
    const list = filledPast(index!, at!, 0);
    const along = shape!.map((_, d) => (d === dim ? list.numel : 1));
    return [gatherCounted(x!, dim, lib.expand(lib.reshape(list, along), shape!), of!, asked)];
  },

  scatterSum(node: Roomy<DimAttrs & { readonly size: number }>) {
    const {
      inputs,
      attrs,
      counts,
      shapes: [shape],
    } = node;
    const counted = inputs.map((x, i) => filledPast(x, counts[i]!, 0));
    return again(node, counted, { ...attrs, size: shape![attrs.dim] ?? 1 });
  },

  // Views and windows

  viewed({
    op,
    inputs: [x],
    attrs: { shape, strides },
    scalars: [offset],
    counts: [counts],
    shapes: [long],
  }: Roomy<PlacedView>) {
    const view = { shape, strides, offset: offset! };
    const d = rowsIn(x!.shape, counts!);
    const rows = counts![d];
    if (rows !== undefined && shape[rowsIn(long!, shape)] === rows && isWithinRows(view, x!.shape, d, rows))
      return [lib.recordView(op, x!, { ...view, shape: long! })];
    const shown = viewInRoom(x!, counts!, view, long!);
    return shown && [shown];
  },

  flipped({ inputs: [x], attrs: { strides }, counts: [counts] }: Roomy<StridedView>) {
    const dims = strides.flatMap((stride, k) => (stride < 0 ? [k] : []));
    const long = roomIn(x!.shape, counts!);
    const others = lib.flip(
      x!,
      dims.filter((d) => !long.includes(d)),
    );
    return [dims.reduce((turned, d) => (long.includes(d) ? rowsBack(turned, d, counts![d]!) : turned), others)];
  },

  scattered(node: Roomy<ScatterAttrs>) {
    const {
      inputs: [x, base],
      attrs: { window },
      scalars,
      counts: [counts],
      shapes: [shape],
      results: [result],
    } = node;
    const d = rowsIn(x!.shape, counts!);
    const along = rowsIn(shape!, result!);
    const [offset, fill] = scalars as [number, number];
    const view = { ...window, shape: counts!, offset };
    const rows = result![along];
    if (rows !== undefined && counts![d] === rows && isWithinRows(view, shape!, along, rows))
      return again(node, node.inputs, { shape: shape!, window: { ...window, shape: x!.shape } });
    const whole = base
      ? null
      : scatterInRoom(filledPast(x!, counts!, fill), view, { shape: shape!, of: result!, fill });
    return whole && [whole];
  },

  /**
   * Applies if each part covers the same columns of every row: the padded result then differs from the real one only in
   * its number of rows.
   */
  assembled(node: Roomy<AssembleAttrs>) {
    const {
      inputs,
      attrs,
      scalars,
      counts,
      shapes: [shape],
      results: [result],
    } = node;
    const d = rowsIn(shape!, result!);
    const count = result![d];
    const row = numel(shape!.slice(d + 1));
    const isPiece = ({ rows: [outer] }: Layer) => outer?.size === count && outer?.stride === row;
    const isWithin = scalars.every((offset) => offset * attrs.lanes < row);
    const isWhole = inputs.every((x, k) => counts[k]![rowsIn(x.shape, counts[k]!)] === count);
    if (count === undefined || !isWithin || !isWhole || !attrs.layers.every(isPiece))
      return summed(node, shape!, result!);
    const layers = attrs.layers.map(({ rows, cols }) => ({
      rows: [{ size: shape![d]!, stride: row }, ...rows.slice(1)],
      cols,
    }));
    return again(node, inputs, { ...attrs, shape: shape!, layers });
  },

  joined(node: Roomy<DimAttrs>) {
    const {
      inputs,
      attrs: { dim },
      counts,
      shapes: [shape],
      results: [result],
    } = node;
    const isWhole = shape![dim] === result![dim] && inputs.every((x, i) => !hasRoom(x, counts[i]!, dim));
    if (isWhole) return again(node);
    const joined = joinedRows(inputs, dim, counts, { shape: shape!, of: result! });
    return joined && [joined];
  },
} satisfies Readonly<Record<string, Rule>>;

/** The rules for recording ops again on padded values. */
export type GrowthRule = keyof typeof rules;
