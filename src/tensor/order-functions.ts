// Functions over tensors along one dimension: running sums and products, counting, sorting.
import type { DimArgs, ScanArgs } from './order-methods';
import type { Dims, ReduceArgs, SumOptions } from './reduce-args';
import type { CountArgs } from './reduce-methods';
import type { ConsecutiveArgs, Unique, UniqueArgs } from './statistics-methods';
import type { Tensor } from './tensor';

export const cumsum = (input: Tensor, ...args: ScanArgs): Tensor => input.cumsum(...args);
export const cumprod = (input: Tensor, ...args: ScanArgs): Tensor => input.cumprod(...args);
export const logcumsumexp = (input: Tensor, ...args: DimArgs): Tensor => input.logcumsumexp(...args);
/** `[values, indices]` of the greatest element so far. */
export const cummax = (input: Tensor, ...args: DimArgs): [values: Tensor, indices: Tensor] => input.cummax(...args);
/** `[values, indices]` of the least element so far. */
export const cummin = (input: Tensor, ...args: DimArgs): [values: Tensor, indices: Tensor] => input.cummin(...args);
export const msort = (input: Tensor): Tensor => input.msort();
/** The sum with 0 in the place of NaN. */
export const nansum = (input: Tensor, ...args: ReduceArgs<Dims, SumOptions>): Tensor => input.nansum(...args);
/** How many elements are not zero (int64). */
export const countNonzero = (input: Tensor, ...args: CountArgs): Tensor => input.countNonzero(...args);
/** `[values, indices]` of a dimension in order. */
export const sort = (input: Tensor, ...args: Parameters<Tensor['sort']>): [values: Tensor, indices: Tensor] =>
  input.sort(...args);
export const argsort = (input: Tensor, ...args: Parameters<Tensor['argsort']>): Tensor => input.argsort(...args);
/** `[values, indices]` of the k greatest elements of a dimension. */
export const topk = (input: Tensor, ...args: Parameters<Tensor['topk']>): [values: Tensor, indices: Tensor] =>
  input.topk(...args);
/** The middle element in order; with `dim`, `[values, indices]`. */
export const median = ((input: Tensor, ...args: Parameters<Tensor['median']>) => input.median(...args)) as {
  (input: Tensor): Tensor;
  (input: Tensor, dim: number, options?: { keepdim?: boolean } | boolean): [values: Tensor, indices: Tensor];
  (input: Tensor, options: { dim: number; keepdim?: boolean }): [values: Tensor, indices: Tensor];
};
/** `median` of the elements that are not NaN. */
export const nanmedian = ((input: Tensor, ...args: Parameters<Tensor['nanmedian']>) => input.nanmedian(...args)) as {
  (input: Tensor): Tensor;
  (input: Tensor, dim: number, options?: { keepdim?: boolean } | boolean): [values: Tensor, indices: Tensor];
  (input: Tensor, options: { dim: number; keepdim?: boolean }): [values: Tensor, indices: Tensor];
};
/** How many elements lie in each of `bins` equal parts of a range. */
export const histc = (input: Tensor, ...args: Parameters<Tensor['histc']>): Tensor => input.histc(...args);
/** How often each of 0, 1, … occurs; reads back. */
export const bincount = (input: Tensor, ...args: Parameters<Tensor['bincount']>): Promise<Tensor> =>
  input.bincount(...args);
/** The elements without repetition; reads back. */
export const unique = <I extends boolean = false, C extends boolean = false>(
  input: Tensor,
  ...args: UniqueArgs<I, C>
): Promise<Unique<I, C>> => input.unique<I, C>(...args);
/** The elements without those that equal the one before; reads back. */
export const uniqueConsecutive = <I extends boolean = false, C extends boolean = false>(
  input: Tensor,
  ...args: ConsecutiveArgs<I, C>
): Promise<Unique<I, C>> => input.uniqueConsecutive<I, C>(...args);
