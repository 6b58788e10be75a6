// Functions over tensors along one dimension: running sums and products, counting, sorting.

import { callable, checked, method } from './callable';
import type { ValuesIndices } from './named-results';
import type { ConsecutiveArgs, Unique, UniqueArgs } from './statistics-methods';
import type { Tensor } from './tensor';

interface Middle {
  (input: Tensor): Tensor;
  (input: Tensor, dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  (input: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
  (named: { input: Tensor }): Tensor;
  (named: { input: Tensor; dim: number; keepdim?: boolean }): ValuesIndices;
}

const middle = (name: 'median' | 'nanmedian'): Middle =>
  checked(`${name}(input, ...)`, ((input: Tensor, ...args: [dim: number]) => input[name](...args)) as Middle);

/** y_i = x_0 + … + x_i along a dimension. Integers and bools give int64; `dtype` casts first. */
export const cumsum = method('cumsum(input, ...)');
/** y_i = x_0 · … · x_i along a dimension. Integers and bools give int64; `dtype` casts first. */
export const cumprod = method('cumprod(input, ...)');
/** y_i = ln(e^{x_0} + … + e^{x_i}) along a dimension. */
export const logcumsumexp = method('logcumsumexp(input, ...)');
/** `[values, indices]` of the greatest element so far. */
export const cummax = method('cummax(input, ...)');
/** `[values, indices]` of the least element so far. */
export const cummin = method('cummin(input, ...)');
/** The slices of dimension 0, each element in order. */
export const msort = method('msort(input)');
/** The sum with 0 in the place of NaN. */
export const nansum = method('nansum(input, ...)');
/** How many elements are not zero (int64). */
export const countNonzero = method('countNonzero(input, ...)');
/** `[values, indices]` of a dimension in order. */
export const sort = method('sort(input, ...)');
/** The indices (int64) that put a dimension in order. */
export const argsort = method('argsort(input, ...)');
/** `[values, indices]` of the k greatest elements of a dimension. */
export const topk = method('topk(input, ...)');
/** The middle element in order; with `dim`, `[values, indices]`. */
export const median = middle('median');
/** `median` of the elements that are not NaN. */
export const nanmedian = middle('nanmedian');
/** How many elements lie in each of `bins` equal parts of a range. */
export const histc = method('histc(input, ...)');
/** How often each of 0, 1, … occurs; reads back. */
export const bincount = method('bincount(input, ...)');
/** The elements without repetition; reads back. */
export const unique = callable(
  'unique(input, ...)',
  <I extends boolean = false, C extends boolean = false>(
    input: Tensor,
    ...args: UniqueArgs<I, C>
  ): Promise<Unique<I, C>> => input.unique<I, C>(...args),
);
/** The elements without those that equal the one before; reads back. */
export const uniqueConsecutive = callable(
  'uniqueConsecutive(input, ...)',
  <I extends boolean = false, C extends boolean = false>(
    input: Tensor,
    ...args: ConsecutiveArgs<I, C>
  ): Promise<Unique<I, C>> => input.uniqueConsecutive<I, C>(...args),
);
