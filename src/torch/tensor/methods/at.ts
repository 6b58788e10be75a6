// PyTorch's `x[...]`, as a method.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { kindOf } from '../../../engine/core/options';
import { family } from '../family';
import { dimsOf, type IndexList, listIndex, type Part, pickAt } from '../indexing/advanced-index';
import type { Axis } from '../indexing/picking';
import type { Tensor } from '../tensor';
import { aliasOf, indexDim, sliceDim } from '../views';

const { methods, op } = family();
export default methods;

/**
 * One part of `at(...)`: a number, a slice such as `':'` or `'1:5:2'`, `'...'`, null for a new dimension, an index tensor or
 * list, or a mask (a bool tensor, or a list of booleans).
 */
export type Index = number | string | null | Tensor | IndexList;

/**
 * Indexing, PyTorch's `x[...]`. Numbers (negative ones count from the end), slices as strings (`':'`, `'1:5'`,
 * `'::2'`), `'...'` and null for a new dimension give a view. Index tensors and lists broadcast together and give a
 * copy; their dimensions replace the dimensions that they index, or come first if a slice lies between them.
 *
 * Writing in place to the result of `at` writes to the tensor itself in every case, as `x[...] = v` and `x[...] += v`
 * do:
 *
 *     x.at([0, 2]).add_(1);                  // x[[0, 2]] += 1; of several values for one place, the last stays
 *     x.at(x.lt(0)).fill_(0);                // x[x < 0] = 0
 *     const rows = await x.at(mask);         // x[mask]: how many there are is known only after reading the mask back
 *
 * A mask can be combined with numbers, slices and index tensors; index tensors then have an entry for each element that
 * the mask picks.
 *
 * `x.at([0, 2]).clone()` is an independent copy: writing to it does not change x.
 * @throws IndexError if a number is out of range; for numbers in tensors, the next read-back throws
 */
export const at = op('at(input, ...)', (input: Tensor, ...indices: Index[]): Tensor => {
  const strange = indices.find((index) => index === undefined || typeof index === 'boolean');
  if (indices.includes(undefined as never) || strange !== undefined) {
    throw new ArgumentError(
      `at: expected numbers, slices, '...', null, or index tensors and lists, but got ${kindOf(strange)}`,
    );
  }
  const parts = indices.flatMap((index) => (Array.isArray(index) ? listIndex(index) : index) as Part | Part[]);
  const given = parts.reduce<number>((n, part) => n + dimsOf(part), 0);
  if (given > input.shape.length) {
    throw new ShapeError(`at: too many indices for shape ${showShape(input.shape)}: got ${given}`);
  }
  if (parts.filter((part) => part === '...').length > 1) throw new ArgumentError("at: expected '...' at most once");
  const rest = input.shape.length - given;
  const expanded = parts.flatMap((part): Part[] => (part === '...' ? new Array<Part>(rest).fill(':') : [part]));
  let view = input;
  let dim = 0;
  // The dimension of the input, which errors name.
  let own = 0;
  const axes: Axis[] = [];
  for (const part of expanded) {
    if (part === null) view = view.unsqueeze(dim++);
    else if (typeof part === 'number') view = indexDim(view, dim, part, 'at', own);
    else if (typeof part === 'string') view = sliceDim(view, dim++, part);
    else {
      axes.push({ dim, index: part });
      dim += dimsOf(part);
    }
    own += dimsOf(part);
  }
  if (axes.length > 0) return pickAt(view, axes);
  return view === input ? aliasOf(input) : view;
});
