// Tensor methods along one dimension: running sums and products, and sorting.

import type { DType } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { expectNumber, named } from '../graph/record';
import * as scan from '../ops/scan';
import * as order from '../ops/sort';
import { type ValuesIndices, valuesIndices } from './named-results';
import { RearrangeMethods } from './rearrange-methods';
import type { Tensor } from './tensor';

/** Which end comes first. Sorting is always stable: equal elements keep their order. */
export interface SortOptions {
  dim?: number;
  descending?: boolean;
  stable?: boolean | null;
}

export type SortArgs = Arguments<SortOptions, ['dim', 'descending', 'stable']>;

/** Which elements `topk` takes; they are always in order. */
export interface TopkOptions {
  k: number;
  dim?: number;
  largest?: boolean;
  sorted?: boolean;
}

export type TopkArgs = Arguments<TopkOptions, ['k', 'dim', 'largest', 'sorted']>;

export interface ScanOptions {
  dim: number;
  /** What the elements are cast to first, and the dtype of the result. */
  dtype?: DType | null;
}

export type ScanArgs = Arguments<ScanOptions, ['dim', 'dtype']>;
export type DimArgs = Arguments<{ dim: number }, ['dim']>;

export abstract class OrderMethods extends RearrangeMethods {
  /** y_i = x_0 + … + x_i along a dimension. Integers and bools give int64; `dtype` casts first. */
  cumsum(...args: ScanArgs): Tensor {
    const { dim, dtype } = scanArgs('cumsum', args);
    if (dtype === null) return this.make(scan.cumsum(this.value, dim));
    return this.make(scan.cumsum(this.to(dtype).value, dim)).to(dtype);
  }

  /** y_i = x_0 · … · x_i along a dimension. Integers and bools give int64; `dtype` casts first. */
  cumprod(...args: ScanArgs): Tensor {
    const { dim, dtype } = scanArgs('cumprod', args);
    if (dtype === null) return this.make(scan.cumprod(this.value, dim));
    return this.make(scan.cumprod(this.to(dtype).value, dim)).to(dtype);
  }

  /** `cumsum`, in place. */
  cumsum_(...args: ScanArgs): this {
    return this.replace('cumsum_', this.cumsum(...args).value);
  }

  /** `cumprod`, in place. */
  cumprod_(...args: ScanArgs): this {
    return this.replace('cumprod_', this.before().cumprod(...args).value);
  }

  /** y_i = ln(e^{x_0} + … + e^{x_i}) along a dimension. */
  logcumsumexp(...args: DimArgs): Tensor {
    return this.make(scan.logcumsumexp(this.value, dimArg('logcumsumexp', args)));
  }

  /** `[values, indices]`: the greatest of x_0 … x_i for each i, and where it stands, the last place of several. */
  cummax(...args: DimArgs): ValuesIndices {
    const [values, indices] = scan.cummax(this.value, dimArg('cummax', args));
    return valuesIndices(this.make(values), this.make(indices));
  }

  /** `[values, indices]`: the least of x_0 … x_i for each i, and where it stands. */
  cummin(...args: DimArgs): ValuesIndices {
    const [values, indices] = scan.cummin(this.value, dimArg('cummin', args));
    return valuesIndices(this.make(values), this.make(indices));
  }

  /** The slices of dimension 0, each element in order. */
  msort(): Tensor {
    return this.sort(0)[0];
  }

  /** `[values, indices]` of a dimension (by default the last) in order; NaN is the greatest. Equal elements keep their order. */
  sort(...args: SortArgs): ValuesIndices {
    const { dim, descending, stable } = sortArgs('sort', args);
    const [values, indices] = order.sort(this.value, dim, descending);
    return valuesIndices(this.make(stable === null ? values : named(values, 'SortBackward1')), this.make(indices));
  }

  /** The indices (int64) that put a dimension in order. */
  argsort(...args: SortArgs): Tensor {
    const { dim, descending } = sortArgs('argsort', args);
    return this.make(order.argsort(this.value, dim, descending));
  }

  /** `[values, indices]` of the k greatest elements of a dimension, greatest first; `largest: false` for the least. */
  topk(...args: TopkArgs): ValuesIndices {
    const { k, dim, largest } = parseArgs<TopkOptions>('topk', ['k'], { dim: -1, largest: true, sorted: true }, args);
    expectNumber('topk', 'input', this);
    const [values, indices] = order.topk(this.value, k, dim, largest);
    return valuesIndices(this.make(named(values, 'TopkBackward0')), this.make(indices));
  }
}

const scanArgs = (name: string, args: ScanArgs) =>
  parseArgs<ScanOptions>(name, ['dim'], { dtype: null as DType | null }, args);

const dimArg = (name: string, args: DimArgs): number => parseArgs<{ dim: number }>(name, ['dim'], {}, args).dim;

const sortArgs = (name: string, args: SortArgs) =>
  parseArgs<SortOptions>(name, [], { dim: -1, descending: false, stable: null as boolean | null }, args);
