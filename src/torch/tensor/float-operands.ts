// Operands of torch.special's functions of two, of which one may be a number.

import { ArgumentError } from '../../engine/core/errors';
import type { Value } from '../../engine/graph/value';
import { divisionType, promoteTypes } from '../../engine/ops/promotion';
import { cast } from '../../engine/ops/shape/cast';
import { tensorOf } from './calling/operand';
import type { Operandish } from './calling/pointwise-args';
import { Tensor } from './tensor';

/** Two operands as floats of one dtype, of which one at least is a tensor. */
export function floatOperands(name: string, a: Operandish, b: Operandish): [Value, Value] {
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) {
    throw new ArgumentError(`${name}: expected at least one tensor, but got two numbers`);
  }
  const both = [tensorOf(a), tensorOf(b)] as const;
  const dtype = divisionType(promoteTypes(...both.map((x) => ({ dtype: x.dtype, rank0: x.shape.length === 0 }))));
  return [cast(both[0].value, dtype), cast(both[1].value, dtype)];
}
