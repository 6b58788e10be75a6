// Functions over tensors that pick and place elements by index tensors and masks.
import { numel, type Shape } from '../compiler/meta';
import { DTypeError } from '../errors';
import type { AccumulateArgs, MaskedScatterArgs, TakeAlongArgs, TakeArgs } from './indexing-methods';
import type { GatherArgs, PickArgs } from './shape-methods';
import type { Tensor } from './tensor';

export const gather = (input: Tensor, ...args: GatherArgs): Tensor => input.gather(...args);
export const indexSelect = (input: Tensor, ...args: PickArgs): Tensor => input.indexSelect(...args);
export const scatter = (input: Tensor, ...args: Parameters<Tensor['scatter']>): Tensor => input.scatter(...args);
export const scatterAdd = (input: Tensor, ...args: Parameters<Tensor['scatterAdd']>): Tensor =>
  input.scatterAdd(...args);
export const scatterReduce = (input: Tensor, ...args: Parameters<Tensor['scatterReduce']>): Tensor =>
  input.scatterReduce(...args);
export const indexReduce = (input: Tensor, ...args: Parameters<Tensor['indexReduce']>): Tensor =>
  input.indexReduce(...args);
export const indexFill = (input: Tensor, ...args: Parameters<Tensor['indexFill']>): Tensor => input.indexFill(...args);
export const indexPut = (input: Tensor, indices: readonly Tensor[], values: Tensor, ...args: AccumulateArgs): Tensor =>
  input.indexPut(indices, values, ...args);
export const maskedFill = (input: Tensor, ...args: Parameters<Tensor['maskedFill']>): Tensor =>
  input.maskedFill(...args);
export const maskedScatter = (input: Tensor, ...args: MaskedScatterArgs): Tensor => input.maskedScatter(...args);
export const indexAdd = (input: Tensor, ...args: Parameters<Tensor['indexAdd']>): Tensor => input.indexAdd(...args);
export const indexCopy = (input: Tensor, ...args: Parameters<Tensor['indexCopy']>): Tensor => input.indexCopy(...args);
export const takeAlongDim = (input: Tensor, ...args: TakeAlongArgs): Tensor => input.takeAlongDim(...args);
export const take = (input: Tensor, ...args: TakeArgs): Tensor => input.take(...args);
/** The elements where a mask holds, as a vector; reads the mask back. */
export const maskedSelect = (input: Tensor, mask: Tensor): Promise<Tensor> => input.maskedSelect(mask);
/** The indices of the elements that are not zero, a row for each, or with `asTuple` a tensor for each dimension; reads back. */
export const nonzero = ((input: Tensor, options: { asTuple: true }) => input.nonzero(options)) as {
  (input: Tensor, options?: { asTuple?: false }): Promise<Tensor>;
  (input: Tensor, options: { asTuple: true }): Promise<Tensor[]>;
};
/** `nonzero` with a given number of rows; nothing is read back. */
export const nonzeroStatic = (input: Tensor, options: { size: number; fillValue?: number }): Tensor =>
  input.nonzeroStatic(options);
/** `nonzero` by NumPy's name. */
export const argwhere = (input: Tensor): Promise<Tensor> => input.argwhere();
/** The input with elements put in, or added to, places of the flattened tensor. */
export { put } from './diagonals';

/** Places in the flattened elements of a shape as indices into each of its dimensions. */
export function unravelIndex(indices: Tensor, shape: number | Shape): Tensor[] {
  if (indices.isFloatingPoint() || indices.dtype === 'bool') {
    throw new DTypeError(`unravelIndex: expected indices of whole numbers, but got ${indices.dtype}`);
  }
  const sizes = typeof shape === 'number' ? [shape] : shape;
  const places = indices.to('int64');
  return sizes.map((size, d) => places.floorDivide(numel(sizes.slice(d + 1))).remainder(size));
}
