import { full } from '../ops/cast';
import { dtypeOfScalar } from '../ops/promotion';
import type { Operandish } from './pointwise-methods';
import { Tensor } from './tensor';

/** A tensor as it is, a number as one without dimensions. */
export const tensorOf = (value: Operandish): Tensor =>
  value instanceof Tensor ? value : Tensor.of(full([], Number(value), dtypeOfScalar(value)));
