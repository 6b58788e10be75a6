// Queries about tensors: type, size and dtype, which need no elements; and isNonzero, which reads one back.

import { expectSettled, oneTooMany } from '../../../engine/core/arity';
import { ShapeError } from '../../../engine/core/errors';
import { isFloat, sameShape, showShape } from '../../../engine/core/meta';
import { missingArguments } from '../../../engine/core/options';
import { TensorBase } from '../base';
import { callable } from '../calling/callable';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/**
 * Whether a value is a tensor.
 * @param obj Any value.
 */
export function isTensor(obj: unknown): obj is Tensor;
export function isTensor(...args: readonly unknown[]): boolean {
  if (args.length === 0) throw missingArguments('isTensor', ['obj'], {});
  if (args.length > 1) throw oneTooMany('isTensor', 1, args);
  expectSettled('isTensor', args);
  return args[0] instanceof TensorBase;
}

/** The number of elements. */
export const numel = callable('numel(input)', (input: Tensor): number => input.numel());

/** Whether the dtype is a float. */
export const isFloatingPoint = callable('isFloatingPoint(input)', (input: Tensor): boolean => input.isFloatingPoint());

/** Whether numbers of this dtype have a sign. */
export const isSigned = op(
  'isSigned(input)',
  (input: Tensor): boolean => isFloat(input.dtype) || input.dtype === 'int32' || input.dtype === 'int64',
);

/** Whether two tensors have the same shape. */
export const isSameSize = op('isSameSize(input, other)', (input: Tensor, other: Tensor): boolean =>
  sameShape(input.shape, other.shape),
);

/** Whether the only element is not 0. Asynchronous: it reads the element back. */
export const isNonzero = op('isNonzero(input)', isNonzeroOf);

async function isNonzeroOf(input: Tensor): Promise<boolean> {
  if (input.numel() !== 1) {
    throw new ShapeError(`isNonzero: expected a tensor with one element, but got shape ${showShape(input.shape)}`);
  }
  return Boolean(await input.item());
}
