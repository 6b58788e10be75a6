// The dtypes in which tensors and numbers meet, and which may stand for which.

import { DTypeError } from '../../../engine/core/errors';
import type { DType } from '../../../engine/core/meta';
import { type Arguments, parseArgs, shown } from '../../../engine/core/options';
import { category, dtypeOfScalar, promoteTypes as promote } from '../../../engine/ops/promotion';
import { expectDType } from '../../../engine/storage/host-data';
import { callable } from '../calling/callable';
import type { Operandish } from '../calling/pointwise-args';
import { Tensor } from '../tensor';

/** The narrowest dtype that holds the numbers of both. */
export const promoteTypes = callable(
  'promoteTypes(type1: value, type2: value)',
  (type1: DType, type2: DType): DType =>
    promote({ dtype: expectDType('promoteTypes', type1) }, { dtype: expectDType('promoteTypes', type2) }),
);

/** The dtype of a sum of two tensors or numbers: numbers, and after them tensors without dimensions, give way to the other. */
export const resultType = callable(
  'resultType(tensor1: operand, tensor2: operand)',
  (tensor1: Operandish, tensor2: Operandish): DType => {
    const operand = (x: Operandish) =>
      x instanceof Tensor
        ? { dtype: x.dtype, rank0: x.shape.length === 0 }
        : { dtype: dtypeOfScalar(x), isScalar: true };
    return promote(operand(tensor1), operand(tensor2));
  },
);

/** Whether results of one dtype may be written into a tensor of another: not if fractions, or more than a bool, would be lost. */
export const canCast = callable(
  'canCast(from_: value, to: value)',
  (from_: DType, to: DType): boolean => category(expectDType('canCast', from_)) <= category(expectDType('canCast', to)),
);

/** The dtype of tensors of fractions that are made without one: float32 always. */
export function getDefaultDtype(...args: []): DType {
  parseArgs('getDefaultDtype', [], {}, args);
  return 'float32';
}

/**
 * Takes 'float32', which is the default; there is no other.
 * @throws DTypeError for other dtypes, which are asked for where a tensor is made, and of a module by `half()`
 */
export function setDefaultDtype(...args: Arguments<{ d: DType }, ['d']>): void {
  const { d } = parseArgs<{ d: DType }>('setDefaultDtype', ['d'], {}, args);
  if (d === 'float32') return;
  throw new DTypeError(
    `setDefaultDtype: expected 'float32', the one default that there is, but got ${shown(d)}; write torch.zeros(2, { dtype: torch.float16 }) where a tensor is made, model.half() for a module, or torch.autocast(() => …)`,
  );
}
