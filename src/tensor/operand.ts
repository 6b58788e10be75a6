// Owns operands that may be numbers where a tensor is needed, and the error where they may not.
import { ArgumentError } from '../errors';
import { full } from '../ops/cast';
import { dtypeOfScalar } from '../ops/promotion';
import { kindOf } from './options';
import type { Operandish } from './pointwise-methods';
import { Tensor } from './tensor';

/** A tensor as it is, a number as one without dimensions. */
export const tensorOf = (value: Operandish): Tensor =>
  value instanceof Tensor ? value : Tensor.of(full([], Number(value), dtypeOfScalar(value)));

/** @throws ArgumentError unless `input` is a tensor */
export function needTensor(name: string, input: Tensor): Tensor {
  if (input instanceof Tensor) return input;
  throw new ArgumentError(`${name}: expected input to be a tensor, but got ${kindOf(input)}`);
}

/** @throws ArgumentError unless `tensors` is a list of tensors */
export function needTensors(name: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors)) {
    throw new ArgumentError(`${name}: expected a list of tensors, as in ${name}([a, b]), but got ${kindOf(tensors)}`);
  }
  const at = tensors.findIndex((x) => !(x instanceof Tensor));
  if (at >= 0) throw new ArgumentError(`${name}: expected tensors, but at ${at} got ${kindOf(tensors[at])}`);
}
