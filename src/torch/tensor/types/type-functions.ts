// Type promotion: the common dtype of tensors and numbers, and which dtypes may be cast to which.

import { DTypeError } from '../../../engine/core/errors';
import type { DType } from '../../../engine/core/meta';
import { type Arguments, parseArgs, shown } from '../../../engine/core/options';
import { category, dtypeOfScalar, promoteTypes as promote } from '../../../engine/ops/promotion';
import { expectDType } from '../../../engine/storage/host-data';
import { callable } from '../calling/callable';
import type { Operandish } from '../calling/pointwise-args';
import { Tensor } from '../tensor';

/** The narrowest dtype that holds the numbers of both dtypes. */
export const promoteTypes = callable(
  'promoteTypes(type1: value, type2: value)',
  (/** A dtype. */ type1: DType, /** A dtype. */ type2: DType): DType =>
    promote({ dtype: expectDType('promoteTypes', type1) }, { dtype: expectDType('promoteTypes', type2) }),
);

/**
 * The dtype to which two tensors or numbers promote. Within a category (bool, integer, float), tensors with dimensions
 * decide over tensors without, and these over numbers.
 */
export const resultType = callable(
  'resultType(tensor1: operand, tensor2: operand)',
  (
    /** The first factor, or the numerator. */ tensor1: Operandish,
    /** The second factor, or the denominator. */ tensor2: Operandish,
  ): DType => {
    const operand = (x: Operandish) =>
      x instanceof Tensor
        ? { dtype: x.dtype, rank0: x.shape.length === 0 }
        : { dtype: dtypeOfScalar(x), isScalar: true };
    return promote(operand(tensor1), operand(tensor2));
  },
);

/**
 * Whether a result of one dtype may be written into a tensor of another: not a float into integers, nor a number into
 * bools.
 */
export const canCast = callable(
  'canCast(from_: value, to: value)',
  (/** The dtype that is cast. */ from_: DType, /** The end of the range. */ to: DType): boolean =>
    category(expectDType('canCast', from_)) <= category(expectDType('canCast', to)),
);

/** The dtype of tensors of fractions that are made without a dtype: always float32. */
export function getDefaultDtype(...args: []): DType {
  parseArgs('getDefaultDtype', [], {}, args);
  return 'float32';
}

/**
 * Accepts only 'float32', which is the default already.
 * @throws DTypeError for any other dtype: give the dtype when you make a tensor, and use `half()` for a module
 */
export function setDefaultDtype(...args: Arguments<{ d: DType }, ['d']>): void {
  const { d } = parseArgs<{ d: DType }>('setDefaultDtype', ['d'], {}, args);
  if (d === 'float32') return;
  throw new DTypeError(
    `setDefaultDtype: expected 'float32', the only default, but got ${shown(d)}; write torch.zeros(2, { dtype: torch.float16 }) where a tensor is made, model.half() for a module, or torch.autocast(() => …)`,
  );
}
