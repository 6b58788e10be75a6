// Tensor methods along one dimension: running sums and products, and sorting.
import { cumprod, cumsum } from '../ops/scan';
import * as order from '../ops/sort';
import { RearrangeMethods } from './rearrange-methods';
import type { Tensor } from './tensor';

/** Which end comes first. Sorting is always stable: equal elements keep their order. */
export interface SortOptions {
  dim?: number;
  descending?: boolean;
  stable?: boolean;
}

/** Which elements `topk` takes; `sorted` is always true. */
export interface TopkOptions {
  dim?: number;
  largest?: boolean;
  sorted?: boolean;
}

export abstract class OrderMethods extends RearrangeMethods {
  /** y_i = x_0 + … + x_i along a dimension. Integers and bools give int64. */
  cumsum(dim: number): Tensor {
    return this.make(cumsum(this.value, dim));
  }

  /** y_i = x_0 · … · x_i along a dimension. Integers and bools give int64. */
  cumprod(dim: number): Tensor {
    return this.make(cumprod(this.value, dim));
  }

  cumsum_(dim: number): this {
    return this.replace('cumsum_', this.cumsum(dim).value);
  }

  cumprod_(dim: number): this {
    return this.replace('cumprod_', this.before().cumprod(dim).value);
  }

  /** `[values, indices]` of a dimension (by default the last) in order; NaN is the greatest. */
  sort(options: number | SortOptions = {}, descending = false): [values: Tensor, indices: Tensor] {
    const { dim, down } = sortArgs(options, descending);
    const [values, indices] = order.sort(this.value, dim, down);
    return [this.make(values), this.make(indices)];
  }

  /** The indices (int64) that put a dimension in order. */
  argsort(options: number | SortOptions = {}, descending = false): Tensor {
    const { dim, down } = sortArgs(options, descending);
    return this.make(order.argsort(this.value, dim, down));
  }

  /** `[values, indices]` of the k greatest elements of a dimension, greatest first; `largest: false` for the least. */
  topk(k: number, { dim = -1, largest = true }: TopkOptions = {}): [values: Tensor, indices: Tensor] {
    const [values, indices] = order.topk(this.value, k, dim, largest);
    return [this.make(values), this.make(indices)];
  }
}

function sortArgs(options: number | SortOptions, descending: boolean): { dim: number; down: boolean } {
  if (typeof options === 'number') return { dim: options, down: descending };
  return { dim: options.dim ?? -1, down: options.descending ?? descending };
}
