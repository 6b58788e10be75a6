// How operands are combined: numbers become tensors, dtypes are promoted, and in-place results are written back.
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { type DType, isFloat, sameShape, showShape } from '../../../engine/core/meta';
import { kindOf } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { canBecome, divisionType, dtypeOfScalar, promoteTypes } from '../../../engine/ops/promotion';
import { cast, full } from '../../../engine/ops/shape/cast';
import { storedNumber, wrappedNumber } from '../../../engine/ops/stored-number';
import { TensorBase } from '../base';
import { made } from '../made';
import type { Tensor } from '../tensor';
import { type Operandish, operandOf } from './pointwise-args';

/** A tensor as it is; a number as a tensor without dimensions. */
export const tensorOf = (value: Operandish): Tensor =>
  value instanceof TensorBase ? value : made(full([], Number(value), dtypeOfScalar(value)));

type BinaryOp = (a: Value, b: Value | number) => Value;

/** Operations for which PyTorch checks that a number fits the dtype; arithmetic wraps the number instead. */
const checksNumbers: readonly string[] = ['pow', 'where'];

/** The dtype to which two operands promote. */
export const resultType = (input: TensorBase, other: Operandish): DType =>
  promoteTypes(operandOf(input), operandOf(other));

/**
 * A factor as a number.
 * @throws ArgumentError if the factor has a fraction but the result is an integer, or if it is a boolean but the result
 * is not bool
 */
export function factorOf(
  name: string,
  factor: string,
  given: number | boolean,
  input: TensorBase,
  other: Operandish,
): number {
  const dtype = resultType(input, other);
  const number = typeof given === 'boolean' && dtype === 'bool' ? Number(given) : given;
  if (typeof number !== 'number') {
    throw new ArgumentError(`${name}: expected ${factor} to be a number, but got ${kindOf(number)}`);
  }
  if (Number.isInteger(number) || isFloat(dtype)) return number;
  throw new ArgumentError(`${name}: expected a whole ${factor} for operands of dtype ${dtype}, but got ${number}`);
}

/** The result of a binary operation in the dtype to which the operands promote; with `division`, in floating point. */
export function combined(name: string, input: TensorBase, other: Operandish, op: BinaryOp, division = false): Tensor {
  const promoted = resultType(input, other);
  const dtype = division ? divisionType(promoted) : promoted;
  const a = cast(input.value, dtype);
  if (other instanceof TensorBase) return made(op(a, cast(other.value, dtype)));
  if (typeof other !== 'number' && typeof other !== 'boolean') {
    throw new DTypeError(`${name}: expected a tensor or a number, but got ${kindOf(other)}`);
  }
  if (dtype === 'bool') return made(op(a, full([], other, dtype)));
  const number = Number(other);
  const wraps = dtype === 'uint8' && Number.isInteger(number) && !checksNumbers.includes(name);
  return made(op(a, wraps ? wrappedNumber(number, dtype) : storedNumber(name, number, dtype)));
}

/** `combined` for an operation that takes only tensors: a number becomes a tensor first. */
export const paired = (
  name: string,
  input: TensorBase,
  other: Operandish,
  op: (a: Value, b: Value) => Value,
  division = false,
): Tensor => combined(name, input, other, (a, b) => op(a, typeof b === 'number' ? full([], b, a.dtype) : b), division);

/** The values of tensors, cast to the dtype to which all of them promote. */
export function together<const T extends readonly Tensor[]>(...tensors: T): { [K in keyof T]: Value } {
  const dtype = promoteTypes(...tensors.map(operandOf));
  return tensors.map((x) => cast(x.value, dtype)) as unknown as { [K in keyof T]: Value };
}

/** Gives the tensor's gradient function another name, and returns the tensor. */
export function renamed(x: Tensor, gradName: string): Tensor {
  named(x.value, gradName);
  return x;
}

/** Names the gradient function of a result; PyTorch's name depends on whether `other` is a number or a tensor. */
export function byKind(result: Tensor, other: Operandish, ofNumber: string, ofTensor: string): Tensor {
  if (result.value.node) named(result.value, other instanceof TensorBase ? ofTensor : ofNumber);
  return result;
}

/** Writes the result of the in-place operation `name` into the tensor, whose dtype and shape the result must fit. */
export function replaced<T extends TensorBase>(name: string, input: T, value: Value): T {
  if (!canBecome(value.dtype, input.dtype)) {
    throw new DTypeError(
      `${name}: the result is ${value.dtype}, which cannot be written into a tensor of dtype ${input.dtype}; convert the tensor with .to('${value.dtype}') first`,
    );
  }
  if (!sameShape(value.shape, input.shape)) {
    throw new ShapeError(
      `${name}: expected an operand that broadcasts to ${showShape(input.shape)}, but the result has shape ${showShape(value.shape)}`,
    );
  }
  return input.overwrite(value);
}
