// Functions over tensors that pick and place elements by index tensors and masks.

import { DTypeError } from '../core/errors';
import { numel, type Shape } from '../core/meta';
import { callable, checked, method } from './callable';
import { expectSize } from './sizes';
import type { Tensor } from './tensor';

export const gather = method('gather(input, ...)');
export const indexSelect = method('indexSelect(input, ...)');
export const scatter = method('scatter(input, ...)');
export const scatterAdd = method('scatterAdd(input, ...)');
export const scatterReduce = method('scatterReduce(input, ...)');
export const indexReduce = method('indexReduce(input, ...)');
export const indexFill = method('indexFill(input, ...)');
export const indexPut = method('indexPut(input, indices: tensors, values, ...)');
export const maskedFill = method('maskedFill(input, ...)');
export const maskedScatter = method('maskedScatter(input, ...)');
export const indexAdd = method('indexAdd(input, ...)');
export const indexCopy = method('indexCopy(input, ...)');
export const takeAlongDim = method('takeAlongDim(input, ...)');
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
