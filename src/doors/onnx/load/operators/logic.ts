// Comparisons, logic and choices.

import type { Tensor } from '../../../../torch';
import type { Call, Operator, Operators } from '../call';
import { computeOnHost, hostInputs } from '../host';
import { binary, unary } from './elementwise';

const compared = (fn: (a: Tensor, b: Tensor) => Tensor, onHost: (a: number, b: number) => boolean): Operator =>
  binary(fn, { fn: (a, b) => (onHost(a, b) ? 1 : 0), dtype: 'bool' });

/** The second input where the first is true, else the third. */
const Where: Operator = (call: Call) => {
  const hosts = hostInputs(call);
  const [, a] = hosts ?? [];
  const chosen = hosts && computeOnHost('Where', hosts, a!.dtype, (holds, x, y) => (holds ? x : y));
  return chosen ?? call.tensor(1).where(call.tensor(0), call.tensor(2));
};

export const logic: Operators = {
  Equal: compared(
    (a, b) => a.eq(b),
    (a, b) => a === b,
  ),
  Greater: compared(
    (a, b) => a.gt(b),
    (a, b) => a > b,
  ),
  GreaterOrEqual: compared(
    (a, b) => a.ge(b),
    (a, b) => a >= b,
  ),
  Less: compared(
    (a, b) => a.lt(b),
    (a, b) => a < b,
  ),
  LessOrEqual: compared(
    (a, b) => a.le(b),
    (a, b) => a <= b,
  ),
  And: compared(
    (a, b) => a.logicalAnd(b),
    (a, b) => a !== 0 && b !== 0,
  ),
  Or: compared(
    (a, b) => a.logicalOr(b),
    (a, b) => a !== 0 || b !== 0,
  ),
  Xor: compared(
    (a, b) => a.logicalXor(b),
    (a, b) => (a !== 0) !== (b !== 0),
  ),
  Not: unary((x) => x.logicalNot(), { fn: (x) => (x === 0 ? 1 : 0) }),
  Where,
};
