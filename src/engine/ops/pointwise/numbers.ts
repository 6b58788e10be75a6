// Signs, exponents and neighbours of floats, fmax and fmin, common divisors and bit shifts of integers.

import type { Text } from '../../compiler/texts';
import { DTypeError } from '../../core/errors';
import { type DType, isFloat, scalarOf } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { fullLike, toFloat } from '../shape/cast';
import { div, mul, sub } from './arithmetic';
import { eq, ne, where } from './compare';
import { exp2 } from './elementary';
import { byKind, pointwise, wrapped } from './pointwise';

const mathLib: Text = '#math/libMath';
const elementaryLib: Text = '#functions/libElementary';
const numbersLib: Text = '#special/libNumbers';

const lib = [mathLib, numbersLib];

type Unary = (a: Value) => Value;
type Binary = (a: Value, b: Value) => Value;

// ── Tests: bool results ──

function test(name: string, float: string, integer: (dtype: DType) => string): Unary {
  const op = pointwise({
    name,
    takes: 'any',
    result: 'bool',
    lib,
    expr: (dtype) => (isFloat(dtype) ? float : integer(dtype)),
  });
  return (a) => record(op, [a], undefined);
}
const never = () => '0u';
/** Whether the sign bit is set, also for -0 and NaN. */
export const signbit = test('signbit', 'u32(numbers_signbit(a0))', (dtype) =>
  scalarOf(dtype) === 'i32' ? 'u32(a0 < 0)' : '0u',
);
/** Whether a is +∞. */
export const isposinf = test('isposinf', 'u32(math_isinf(a0) & (a0 > 0.0))', never);
/** Whether a is -∞. */
export const isneginf = test('isneginf', 'u32(math_isinf(a0) & (a0 < 0.0))', never);

const angleOp = pointwise({
  name: 'angle',
  lib,
  expr: 'select(select(0.0, 3.14159265, a0 < 0.0), a0, math_isnan(a0))',
  grads: [(dy) => fullLike(dy, 0)],
});
/** The angle of a in the complex plane: π for negative numbers, NaN for NaN, else 0. */
export const angle: Unary = (a) => record(angleOp, [toFloat(a)], undefined);

// ── Floats by their bits ──

const copysignOp = pointwise({
  name: 'copysign',
  lib,
  expr: 'numbers_copysign(a0, a1)',
  saves: 'ay',
  grads: [(dy, { a, y }) => mul(dy, where(eq(a, 0), 0, div(y, a))), (dy) => fullLike(dy, 0)],
});
/** |a| with the sign of b. */
export const copysign: Binary = (a, b) => record(copysignOp, [a, b], undefined);

const nextafterOp = pointwise({
  name: 'nextafter',
  lib,
  expr: 'numbers_nextafter(a0, a1)',
  saves: 'ab',
  grads: [(dy, { a, b }) => where(ne(a, b), dy, 0), (dy) => fullLike(dy, 0)],
});
/** The next float32 after a in the direction of b. */
export function nextafter(a: Value, b: Value): Value {
  if (a.dtype === 'float16' || b.dtype === 'float16') {
    throw new DTypeError(
      "nextafter: expected operands of dtype float32, but got float16; convert them with .to('float32')",
    );
  }
  return record(nextafterOp, [a, b], undefined);
}

const exponentOp = pointwise({ name: 'frexp', result: 'int32', lib, expr: 'numbers_exponent(a0)' });
const mantissaOp: Op<undefined> = pointwise({
  name: 'frexp',
  lib,
  expr: 'numbers_mantissa(a0)',
  saves: 'a',
  grads: [(dy, { a }) => div(dy, exp2(record(exponentOp, [a], undefined)))],
});
/** Mantissas with ½ ≤ |mantissa| < 1, and int32 exponents: a = mantissa · 2^exponent. */
export const frexp = (a: Value): [mantissa: Value, exponent: Value] => [
  record(mantissaOp, [a], undefined),
  record(exponentOp, [a], undefined),
];

const ldexpOp = pointwise({
  name: 'ldexp',
  lib: [mathLib, elementaryLib],
  expr: 'elementary_ldexp(a0, a1)',
  saves: 'by',
  grads: [(dy, { b }) => mul(dy, exp2(b)), (dy, { y }) => mul(mul(dy, y), Math.LN2)],
});
/** a · 2^b. */
export const ldexp: Binary = (a, b) => record(ldexpOp, [a, b], undefined);

// ── Steps and choices ──

const stepExpr = (dtype: DType): string => {
  const type = scalarOf(dtype);
  return `select(${type}(a0 > ${type}(0)), a1, a0 == ${type}(0))`;
};
const heavisideOp = pointwise({ name: 'heaviside', takes: 'any', expr: stepExpr });
/** 0 where a < 0, 1 where a > 0, and b where a is 0. */
export const heaviside: Binary = (a, b) => record(heavisideOp, [a, b], undefined);

/** fmax or fmin. The gradient goes to the operand that is chosen; equal operands get half each. */
function choice(name: string, fn: 'max' | 'min', closer: string): Binary {
  const share = pointwise({
    name: `${name}Share`,
    lib,
    expr: `select(f32((a0 ${closer} a1) | math_isnan(a1)), 0.5, math_equal(a0, a1))`,
  });
  const shareOf: Binary = (a, b) => record(share, [a, b], undefined);
  const op = pointwise({
    name,
    takes: 'any',
    lib,
    expr: byKind(`numbers_f${fn}(a0, a1)`, `${fn}(a0, a1)`),
    saves: 'ab',
    grads: [(dy, { a, b }) => mul(dy, shareOf(a, b)), (dy, { a, b }) => mul(dy, sub(1, shareOf(a, b)))],
  });
  return (a, b) => record(op, [a, b], undefined);
}
/** The greater of a and b; if one is NaN, the other. */
export const fmax = choice('fmax', 'max', '>');
/** The lesser of a and b; if one is NaN, the other. */
export const fmin = choice('fmin', 'min', '<');

// ── Integers ──

function whole(name: string, call: (type: 'i32' | 'u32', width: number) => string): Binary {
  const op = pointwise({
    name,
    takes: 'number',
    lib,
    expr: (dtype) => wrapped(call(scalarOf(dtype) as 'i32' | 'u32', dtype === 'uint8' ? 8 : 32))(dtype),
  });
  return (a, b) => {
    const strange = [a, b].find(({ dtype }) => isFloat(dtype) || dtype === 'bool');
    if (strange) {
      throw new DTypeError(`${name}: expected integers, but got dtype ${strange.dtype}; convert it with .to('int64')`);
    }
    return record(op, [a, b], undefined);
  };
}
/** The greatest common divisor, ≥ 0. */
export const gcd = whole('gcd', (type) => `numbers_gcd_${type}(a0, a1)`);
/** The least common multiple, ≥ 0. */
export const lcm = whole('lcm', (type) => `numbers_lcm_${type}(a0, a1)`);
/** a · 2^b for whole b; bits beyond the dtype's width are lost. */
export const bitwiseLeftShift = whole('bitwiseLeftShift', (type, width) => `numbers_left_${type}(a0, a1, ${width}u)`);
/** ⌊a / 2^b⌋ for whole b. */
export const bitwiseRightShift = whole(
  'bitwiseRightShift',
  (type, width) => `numbers_right_${type}(a0, a1, ${width}u)`,
);

// ── Angles ──

/** Degrees as radians. */
export const deg2rad: Unary = (a) => mul(toFloat(a), Math.PI / 180);
/** Radians as degrees. */
export const rad2deg: Unary = (a) => mul(toFloat(a), 180 / Math.PI);
