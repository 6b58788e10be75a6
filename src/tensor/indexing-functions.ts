// Functions over tensors that pick and place elements by index tensors and masks.

import { DTypeError } from '../core/errors';
import { numel, type Shape } from '../core/meta';
import { callable, checked, method } from './callable';
import { expectSize } from './sizes';
import type { Tensor } from './tensor';

/** y[i][j][k] = x[index[i][j][k]][j][k] for dim 0, and so on. Shape: that of the index. */
export const gather = method('gather(input, ...)');
/** The slices along `dim` that a rank-1 tensor of indices names; a copy. */
export const indexSelect = method('indexSelect(input, ...)');
/**
 * A copy with src[i][j] at [index[i][j]][j] for dim 0, and so on; `src` may be a number. Of several for one place, the last stays; with
 * `reduce`, all are added to or multiplied with what is there.
 */
export const scatter = method('scatter(input, ...)');
/** A copy with src[i][j] added to [index[i][j]][j] for dim 0, and so on. */
export const scatterAdd = method('scatterAdd(input, ...)');
/**
 * A copy in which src[i][j] and all others for [index[i][j]][j], for dim 0 and so on, become one: their sum, product, mean, greatest
 * (`'amax'`) or least; with `includeSelf: false`, without what was there before.
 */
export const scatterReduce = method('scatterReduce(input, ...)');
/** `scatterReduce` of whole slices: slice j of `source` goes to slice index[j] along a dimension. */
export const indexReduce = method('indexReduce(input, ...)');
/** A copy with a number in the slices along a dimension that a list of indices names. */
export const indexFill = method('indexFill(input, ...)');
/** A copy with `values`, which broadcast, put (or with `accumulate` added) where index tensors for the first dimensions lead together. */
export const indexPut = method('indexPut(input, indices: tensors, values, ...)');
/** A copy with the first elements of `source`, in order, in the places where a mask, which broadcasts, holds. */
export const maskedScatter = method('maskedScatter(input, ...)');
/** A copy with alpha times slice j of `source` added to slice index[j] along a dimension. */
export const indexAdd = method('indexAdd(input, ...)');
/** A copy with slice j of `source` in the place of slice index[j] along a dimension. */
export const indexCopy = method('indexCopy(input, ...)');
/** `gather` with an index that broadcasts against `input` in the other dimensions; without `dim`, of the flattened tensor. */
export const takeAlongDim = method('takeAlongDim(input, ...)');
/** The elements at places of the flattened tensor, in the shape of the index. */
export const take = method('take(input, ...)');
/** The elements where a mask holds, as a vector; reads the mask back. */
export const maskedSelect = method('maskedSelect(input, mask)');
interface Nonzero {
  (input: Tensor, options?: { asTuple?: false }): Promise<Tensor>;
  (input: Tensor, options: { asTuple: true }): Promise<Tensor[]>;
  (named: { input: Tensor; asTuple?: false }): Promise<Tensor>;
  (named: { input: Tensor; asTuple: true }): Promise<Tensor[]>;
}

/** The indices of the elements that are not zero, a row for each, or with `asTuple` a tensor for each dimension; reads back. */
export const nonzero = checked('nonzero(input, ...)', ((input: Tensor, options: { asTuple: true }) =>
  input.nonzero(options)) as Nonzero);
/** `nonzero` with a given number of rows; nothing is read back. */
export const nonzeroStatic = method('nonzeroStatic(input, ...)');
/** `nonzero` by NumPy's name. */
export const argwhere = method('argwhere(input)');
/** The input with elements put in, or added to, places of the flattened tensor. */
export { put } from './diagonals';

/** Places in the flattened elements of a shape as indices into each of its dimensions. */
export const unravelIndex = callable(
  'unravelIndex(indices, shape: numbers)',
  (indices: Tensor, shape: number | Shape): Tensor[] => {
    if (indices.isFloatingPoint() || indices.dtype === 'bool') {
      throw new DTypeError(`unravelIndex: expected indices of whole numbers, but got ${indices.dtype}`);
    }
    const sizes = expectSize('unravelIndex', typeof shape === 'number' ? [shape] : shape);
    const places = indices.to('int64');
    return sizes.map((size, d) => places.floorDivide(numel(sizes.slice(d + 1))).remainder(size));
  },
);
