// Functions along one dimension: running sums, products and extrema, sorting and topk.

import type { DType } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectNumber, named } from '../../../engine/graph/record';
import * as scan from '../../../engine/ops/reduction/scan';
import * as order from '../../../engine/ops/reduction/sort';
import { type ValuesIndices, valuesIndices } from '../calling/named-results';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op, inPlace } = family();
export default methods;

/** Options of sorting. Sorting is always stable, whatever `stable` says. */
interface SortOptions {
  dim?: number;
  /** Whether the greatest come first. */
  descending?: boolean;
  /** Whether equal elements keep their order. */
  stable?: boolean | null;
}

type SortArgs = Arguments<SortOptions, ['dim', 'descending', 'stable']>;

/** Options of `topk`. The result is always sorted, whatever `sorted` says. */
interface TopkOptions {
  /** How many elements, or which element. */
  k: number;
  dim?: number;
  /** Whether the largest elements are taken, not the smallest. */
  largest?: boolean;
  /** Whether the result is in order. */
  sorted?: boolean;
}

type TopkArgs = Arguments<TopkOptions, ['k', 'dim', 'largest', 'sorted']>;

interface ScanOptions {
  dim: number;
  /** The dtype to which the elements are cast first, and which the result has. */
  dtype?: DType | null;
}

type ScanArgs = Arguments<ScanOptions, ['dim', 'dtype']>;

type DimArgs = Arguments<{ dim: number }, ['dim']>;

// ── Running sums, products and extremes ──

const scanArgs = (name: string, args: ScanArgs) =>
  parseArgs<ScanOptions>(name, ['dim'], { dtype: null as DType | null }, args);

const dimArg = (name: string, args: DimArgs): number => parseArgs<{ dim: number }>(name, ['dim'], {}, args).dim;

/** y_i = x_0 + … + x_i along a dimension. Integers and bools give int64; `dtype` casts first. */
export const cumsum = op('cumsum(input, ...)', (input: Tensor, ...args: ScanArgs): Tensor => {
  const { dim, dtype } = scanArgs('cumsum', args);
  if (dtype === null) return made(scan.cumsum(input.value, dim));
  return made(scan.cumsum(input.to(dtype).value, dim)).to(dtype);
});

/** `cumsum`, in place. */
export const cumsum_ = inPlace(cumsum, { readsOld: false });

/** y_i = x_0 · … · x_i along a dimension. Integers and bools give int64; `dtype` casts first. */
export const cumprod = op('cumprod(input, ...)', (input: Tensor, ...args: ScanArgs): Tensor => {
  const { dim, dtype } = scanArgs('cumprod', args);
  if (dtype === null) return made(scan.cumprod(input.value, dim));
  return made(scan.cumprod(input.to(dtype).value, dim)).to(dtype);
});

/** `cumprod`, in place. */
export const cumprod_ = inPlace(cumprod);

/** y_i = ln(e^{x_0} + … + e^{x_i}) along a dimension. */
export const logcumsumexp = op(
  'logcumsumexp(input, ...)',
  (input: Tensor, ...args: DimArgs): Tensor => made(scan.logcumsumexp(input.value, dimArg('logcumsumexp', args))),
);

/** `[values, indices]`: for each i, the greatest of x_0 … x_i and its index (the last one, if there are several). */
export const cummax = op('cummax(input, ...)', (input: Tensor, ...args: DimArgs): ValuesIndices => {
  const [values, indices] = scan.cummax(input.value, dimArg('cummax', args));
  return valuesIndices(made(values), made(indices));
});

/** `[values, indices]`: for each i, the least of x_0 … x_i and its index (the last one, if there are several). */
export const cummin = op('cummin(input, ...)', (input: Tensor, ...args: DimArgs): ValuesIndices => {
  const [values, indices] = scan.cummin(input.value, dimArg('cummin', args));
  return valuesIndices(made(values), made(indices));
});

// ── Sorted ──

const sortArgs = (name: string, args: SortArgs) =>
  parseArgs<SortOptions>(name, [], { dim: -1, descending: false, stable: null as boolean | null }, args);

/**
 * `[values, indices]` of a dimension (by default the last), sorted. NaN counts as the greatest; equal elements keep
 * their order.
 */
export const sort = op('sort(input, ...)', (input: Tensor, ...args: SortArgs): ValuesIndices => {
  const { dim, descending, stable } = sortArgs('sort', args);
  const [values, indices] = order.sort(input.value, dim, descending);
  return valuesIndices(made(stable === null ? values : named(values, 'SortBackward1')), made(indices));
});

/** The indices (int64) that sort a dimension (by default the last). */
export const argsort = op('argsort(input, ...)', (input: Tensor, ...args: SortArgs): Tensor => {
  const { dim, descending } = sortArgs('argsort', args);
  return made(order.argsort(input.value, dim, descending));
});

/** Sorts along dimension 0. */
export const msort = op('msort(input)', (input: Tensor): Tensor => input.sort(0)[0]);

/**
 * `[values, indices]` of the k greatest elements along a dimension, greatest first; with `largest: false`, of the k
 * least.
 */
export const topk = op('topk(input, ...)', (input: Tensor, ...args: TopkArgs): ValuesIndices => {
  const { k, dim, largest } = parseArgs<TopkOptions>('topk', ['k'], { dim: -1, largest: true, sorted: true }, args);
  expectNumber('topk', 'input', input);
  const [values, indices] = order.topk(input.value, k, dim, largest);
  return valuesIndices(made(named(values, 'TopkBackward0')), made(indices));
});
