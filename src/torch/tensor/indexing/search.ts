// Searches: searchsorted and bucketize (indices into sorted numbers), and isin (membership).

import { orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { parseArgs } from '../../../engine/core/options';
import { promoteTypes } from '../../../engine/ops/promotion';
import * as ops from '../../../engine/ops/reduction/search';
import { cast, full } from '../../../engine/ops/shape/cast';
import { callable } from '../calling/callable';
import { tensorOf } from '../calling/operand';
import { tensor } from '../calling/tensor-kinds';
import type { Tensor } from '../tensor';
import { inf } from '../types/constants';

interface BucketOptions {
  /** Whether the result is int32 instead of int64. Default: false. */
  outInt32?: boolean;
  /** Whether to give the index after equal elements instead of before them. Default: false. */
  right?: boolean;
}

interface SearchOptions extends BucketOptions {
  /** `'right'` means the same as `right: true`. */
  side?: 'left' | 'right' | null;
  /** If the sequence is not sorted, the indices that sort each of its rows. */
  sorter?: Tensor | null;
}

/**
 * The index at which each value would be inserted into a sorted sequence: the i with sequence[i - 1] < value ≤
 * sequence[i], or with `right` sequence[i - 1] ≤ value < sequence[i]. The sequence is a vector, or has a row for each
 * row of the values. Shape: that of the values.
 */
export const searchsorted = callable(
  'searchsorted(sortedSequence, values: operand, ...)',
  (
    /** Values in rising order along the last dimension. */ sortedSequence: Tensor,
    values: Tensor | number,
    options: SearchOptions = {},
  ): Tensor => {
    const { outInt32, right, side, sorter } = parseArgs<SearchOptions>(
      'searchsorted',
      [],
      { outInt32: false, right: false, side: null as 'left' | 'right' | null, sorter: null as Tensor | null },
      [options],
      { sorter: orNull(tensor) },
    );
    if (side !== null && side !== 'left' && side !== 'right') {
      throw new ArgumentError(`searchsorted: expected side 'left' or 'right', but got '${side}'`);
    }
    if (side === 'left' && right) {
      throw new ArgumentError("searchsorted: expected side and right to agree, but got side 'left' and right true");
    }
    if (sorter && sorter.shape.join() !== sortedSequence.shape.join()) {
      throw new ShapeError(
        `searchsorted: expected a sorter of shape [${sortedSequence.shape.join(', ')}], but got [${sorter.shape.join(', ')}]`,
      );
    }
    const sequence = sorter ? sortedSequence.gather(-1, sorter) : sortedSequence;
    const wanted = typeof values === 'object' ? values.value : full([], Number(values));
    const dtype = promoteTypes({ dtype: sequence.dtype }, { dtype: wanted.dtype });
    const places = ops.searchsorted(cast(sequence.value, dtype), cast(wanted, dtype), right || side === 'right');
    return sortedSequence.picked(cast(places, outInt32 ? 'int32' : 'int64'));
  },
);

/** The index of the bucket of each element, between ascending boundaries: `searchsorted` with its arguments swapped. */
export const bucketize = callable(
  'bucketize(input: operand, boundaries, ...)',
  (
    input: Tensor | number,
    /** The limits of the buckets, in rising order. */ boundaries: Tensor,
    options: BucketOptions = {},
  ): Tensor => {
    const { outInt32, right } = parseArgs<BucketOptions>('bucketize', [], { outInt32: false, right: false }, [options]);
    if (boundaries.shape.length !== 1) {
      throw new ShapeError(
        `bucketize: expected a vector of boundaries, but got shape [${boundaries.shape.join(', ')}]`,
      );
    }
    return searchsorted(boundaries, input, { outInt32, right });
  },
);

/**
 * Whether each element is among `testElements`; with `invert`, whether it is not. One of the two may be a number. NaN
 * equals nothing, so it is never found. Shape: that of `elements`. `assumeUnique` is accepted and ignored.
 */
export const isin = callable(
  'isin(elements: operand, testElements: operand, ...)',
  (
    /** The elements to look for: a tensor or a number. */
    elements: Tensor | number,
    /** The elements among which they are looked for: a tensor or a number. */
    testElements: Tensor | number,
    options: {
      /** Accepted because PyTorch has it, without effect: the result is the same. */ assumeUnique?: boolean;
      /** Whether elements that are not found are true. */
      invert?: boolean;
    } = {},
  ): Tensor => {
    const { invert } = parseArgs<typeof options>('isin', [], { assumeUnique: false, invert: false }, [options]);
    if (typeof elements === 'number' && typeof testElements === 'number') {
      throw new ArgumentError('isin: expected at least one tensor, but got two numbers');
    }
    const [x, among] = [elements, testElements].map(tensorOf);
    for (const { dtype } of [x!, among!]) {
      if (dtype === 'bool')
        throw new DTypeError("isin: expected numbers, but got dtype bool; convert it with .to('int64')");
    }
    const found = among!.numel() === 0 ? x!.lt(x!) : foundIn(x!, among!);
    return invert ? found.logicalNot() : found;
  },
);

/** Whether each element of x equals the sorted element at its insertion index. */
function foundIn(x: Tensor, among: Tensor): Tensor {
  const dtype = promoteTypes({ dtype: x.dtype }, { dtype: among.dtype });
  const sorted = among.to(dtype).flatten().sort()[0];
  // Sorting puts NaN last. For the search it becomes ∞; the comparison below reads `sorted`, so NaN still equals
  // nothing.
  const ordered = sorted.nanToNum({ nan: inf, posinf: inf, neginf: -inf });
  const place = searchsorted(ordered, x.to(dtype)).clamp({ max: sorted.numel() - 1 });
  return sorted.take(place).eq(x);
}
