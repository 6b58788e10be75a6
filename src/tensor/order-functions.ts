// Functions over tensors along one dimension: running sums and products, counting, sorting.
import type { Dims, ReduceArgs } from './reduce-methods';
import type { Tensor } from './tensor';

export const cumsum = (input: Tensor, dim: number): Tensor => input.cumsum(dim);
export const cumprod = (input: Tensor, dim: number): Tensor => input.cumprod(dim);
/** The sum with 0 in the place of NaN. */
export const nansum = (input: Tensor, ...args: ReduceArgs): Tensor => input.nansum(...args);
/** How many elements are not zero (int64). */
export const countNonzero = (input: Tensor, dim: Dims = null): Tensor => input.countNonzero(dim);
/** `[values, indices]` of a dimension in order. */
export const sort = (input: Tensor, ...args: Parameters<Tensor['sort']>): [values: Tensor, indices: Tensor] =>
  input.sort(...args);
export const argsort = (input: Tensor, ...args: Parameters<Tensor['argsort']>): Tensor => input.argsort(...args);
/** `[values, indices]` of the k greatest elements of a dimension. */
export const topk = (input: Tensor, ...args: Parameters<Tensor['topk']>): [values: Tensor, indices: Tensor] =>
  input.topk(...args);
