// Owns how operands meet: numbers as tensors, dtypes promoted, results written back in place.
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

/** A tensor as it is, a number as one without dimensions. */
export const tensorOf = (value: Operandish): Tensor =>
  value instanceof TensorBase ? value : made(full([], Number(value), dtypeOfScalar(value)));

type BinaryOp = (a: Value, b: Value | number) => Value;

/** What PyTorch converts with a check, rather than modulo the dtype's size as arithmetic does. */
const checksNumbers: readonly string[] = ['pow', 'where'];

/** The dtype in which two operands meet. */
export const resultType = (input: TensorBase, other: Operandish): DType =>
  promoteTypes(operandOf(input), operandOf(other));

/** A factor as a number. @throws ArgumentError for one with a fraction where all numbers are whole, and for a boolean where not all are */
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

/** The result of an operation of two in the dtype in which they meet; of a `division`, in floating point. */
export function combined(name: string, input: TensorBase, other: Operandish, op: BinaryOp, division = false): Tensor {
  const common = resultType(input, other);
  const dtype = division ? divisionType(common) : common;
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

/** The same for an operation that takes no numbers: `division` for one that takes integers by their value. */
export const paired = (
  name: string,
  input: TensorBase,
  other: Operandish,
  op: (a: Value, b: Value) => Value,
  division = false,
): Tensor => combined(name, input, other, (a, b) => op(a, typeof b === 'number' ? full([], b, a.dtype) : b), division);

/** The values of tensors in the dtype in which they meet. */
export function together<const T extends readonly Tensor[]>(...tensors: T): { [K in keyof T]: Value } {
  const dtype = promoteTypes(...tensors.map(operandOf));
  return tensors.map((x) => cast(x.value, dtype)) as unknown as { [K in keyof T]: Value };
}

/** The same tensor, whose gradient function has another name. */
export function renamed(x: Tensor, gradName: string): Tensor {
  named(x.value, gradName);
  return x;
}

/** Names the gradient function of a result, which in PyTorch differs for numbers and tensors. */
export function byKind(result: Tensor, other: Operandish, ofNumber: string, ofTensor: string): Tensor {
  if (result.value.node) named(result.value, other instanceof TensorBase ? ofTensor : ofNumber);
  return result;
}

/** Writes a result of the operation `name` into the tensor, whose dtype and shape it must fit. */
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
