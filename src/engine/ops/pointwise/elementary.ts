// Elementary functions beyond arithmetic: logarithms of other bases, inverse circular and hyperbolic functions, erf, interpolation.

import type { Text } from '../../compiler/texts';
import { type DType, isFloat } from '../../core/meta';
import { expectNumber, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { fullLike, toFloat } from '../shape/cast';
import { abs, add, div, exp, mul, neg, reciprocal, rsqrt, square, sub } from './arithmetic';
import { eq, isfinite, where } from './compare';
import { byKind, pointwise, wrapped } from './pointwise';

const mathLib: Text = '#math/libMath';
const powersLib: Text = '#functions/libPowers';
const elementaryLib: Text = '#functions/libElementary';
const erfLib: Text = '#functions/libErf';
const trigLib: Text = '#functions/libTrig';

const lib = [mathLib, trigLib, erfLib, elementaryLib];

type Unary = (a: Value) => Value;

/**
 * A function of floats, by its WGSL library function and its derivative in terms of the input (or, with `saves` 'y',
 * the output).
 */
function unary(name: string, derivative: (x: Value) => Value, saves: 'a' | 'y' = 'a'): Unary {
  const op: Op<undefined> = pointwise({
    name,
    lib,
    expr: `elementary_${name}(a0)`,
    saves,
    grads: [(dy, saved) => mul(dy, derivative(saved[saves]))],
  });
  return (a) => record(op, [toFloat(a)], undefined);
}

/** 2^a. */
export const exp2 = unary('exp2', (y) => mul(y, Math.LN2), 'y');
/** The logarithm to base 2; whole for powers of 2. */
export const log2 = unary('log2', (a) => reciprocal(mul(a, Math.LN2)));
/** The logarithm to base 10. */
export const log10 = unary('log10', (a) => reciprocal(mul(a, Math.LN10)));
/** tan a, in radians. */
export const tan = unary('tan', (y) => add(square(y), 1), 'y');
/** The angle in [-π/2, π/2] whose sine is a. */
export const asin = unary('asin', (a) => rsqrt(sub(1, square(a))));
/** The angle in [0, π] whose cosine is a. */
export const acos = unary('acos', (a) => neg(rsqrt(sub(1, square(a)))));
/** The angle in (-π/2, π/2) whose tangent is a. */
export const atan = unary('atan', (a) => reciprocal(add(square(a), 1)));
/** (e^a - e^-a) / 2. */
export const sinh: Unary = unary('sinh', (a) => cosh(a));
/** (e^a + e^-a) / 2. */
export const cosh: Unary = unary('cosh', (a) => sinh(a));
/** The inverse of sinh. */
export const asinh = unary('asinh', (a) => rsqrt(add(square(a), 1)));
/** The inverse of cosh, for a ≥ 1. */
export const acosh = unary('acosh', (a) => rsqrt(mul(sub(a, 1), add(a, 1))));
/** The inverse of tanh, for |a| ≤ 1. */
export const atanh = unary('atanh', (a) => reciprocal(sub(1, square(a))));

const bell = (a: Value): Value => mul(exp(neg(square(a))), 2 / Math.sqrt(Math.PI));
const erfOp = pointwise({
  name: 'erf',
  lib,
  expr: 'erf_erf(a0)',
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, bell(a))],
});
/** The Gauss error function. */
export const erf: Unary = (a) => record(erfOp, [toFloat(a)], undefined);
/** 1 - erf a, exact for large a. */
export const erfc = unary('erfc', (a) => neg(bell(a)));

/** x / (a² + b²). At (0, 0) it is x itself, which is 0 there, so the gradient of the angle is 0. */
const perSquare = (x: Value, a: Value, b: Value, r = add(square(a), square(b))): Value => div(x, where(eq(r, 0), 1, r));
const atan2Op = pointwise({
  name: 'atan2',
  lib,
  expr: 'elementary_atan2(a0, a1)',
  saves: 'ab',
  grads: [(dy, { a, b }) => mul(dy, perSquare(b, a, b)), (dy, { a, b }) => mul(dy, perSquare(neg(a), a, b))],
});
/** The angle of the point (b, a), in [-π, π]. */
export const atan2 = (a: Value, b: Value): Value => record(atan2Op, [toFloat(a), toFloat(b)], undefined);

// ── Parts of numbers ──

const truncOp = pointwise({
  name: 'trunc',
  takes: 'number',
  expr: byKind('trunc(a0)', 'a0'),
  grads: [(dy) => fullLike(dy, 0)],
});
/** a, truncated towards 0. */
export const trunc: Unary = (a) => record(truncOp, [a], undefined);

const fracOp = pointwise({ name: 'frac', expr: 'a0 - trunc(a0)', grads: [(dy) => dy] });
/** The fraction of a, with the sign of a. */
export const frac: Unary = (a) => record(fracOp, [a], undefined);

const fmodExpr = (b: string) => byKind(`math_fmod(a0, ${b})`, `a0 % ${b}`);
const fmodOp = pointwise({
  name: 'fmod',
  takes: 'number',
  lib: [mathLib, powersLib],
  expr: fmodExpr('a1'),
  saves: 'ab',
  grads: [(dy) => dy, (dy, { a, b }) => neg(mul(dy, trunc(div(a, b))))],
});
const fmodScalarOp = pointwise({
  name: 'fmod',
  takes: 'number',
  lib: [mathLib, powersLib],
  expr: fmodExpr('s0'),
  grads: [(dy) => dy],
});
/** a - b trunc(a / b): the remainder with the sign of a. */
export const fmod = (a: Value, b: Value | number): Value =>
  typeof b === 'number' ? record(fmodScalarOp, [a], undefined, [b]) : record(fmodOp, [a, b], undefined);

// ── Interpolation and products added ──

/** Starts from the nearer end, so that weights 0 and 1 give the ends exactly. */
const lerpExpr = (w: string) => `select(a1 - (a1 - a0) * (1.0 - ${w}), a0 + ${w} * (a1 - a0), abs(${w}) < 0.5)`;
const lerpOp = pointwise({
  name: 'lerp',
  expr: lerpExpr('a2'),
  saves: 'abc',
  grads: [(dy, { c }) => mul(dy, sub(1, c)), (dy, { c }) => mul(dy, c), (dy, { a, b }) => mul(dy, sub(b, a))],
});
const lerpScalarOp = pointwise({
  name: 'lerp',
  expr: lerpExpr('s0'),
  grads: [(dy, { s }) => mul(dy, 1 - s[0]!), (dy, { s }) => mul(dy, s[0]!)],
});
/** a + weight · (b - a). */
export const lerp = (a: Value, b: Value, weight: Value | number): Value =>
  typeof weight === 'number'
    ? record(lerpScalarOp, [a, b], undefined, [weight])
    : record(lerpOp, [a, b, weight], undefined);

const addcmulOp = pointwise({
  name: 'addcmul',
  takes: 'number',
  expr: wrapped('a0 + s0 * a1 * a2'),
  saves: 'bc',
  grads: [(dy) => dy, (dy, { c, s }) => mul(mul(dy, c), s[0]!), (dy, { b, s }) => mul(mul(dy, b), s[0]!)],
});
/** a + value · b · c. */
export const addcmul = (a: Value, b: Value, c: Value, value = 1): Value =>
  record(addcmulOp, [a, b, c], undefined, [value]);

const addcdivOp = pointwise({
  name: 'addcdiv',
  expr: 'a0 + s0 * a1 / a2',
  saves: 'bc',
  grads: [
    (dy) => dy,
    (dy, { c, s }) => mul(div(dy, c), s[0]!),
    (dy, { b, c, s }) => mul(mul(dy, div(b, square(c))), -s[0]!),
  ],
});
/** a + value · b / c. */
export const addcdiv = (a: Value, b: Value, c: Value, value = 1): Value =>
  record(addcdivOp, [a, b, c], undefined, [value]);

// ── NaN, closeness ──

const nanToNumOp = pointwise({
  name: 'nanToNum',
  lib: [mathLib],
  expr: 'select(select(a0, select(s1, s2, a0 < 0.0), math_isinf(a0)), s0, math_isnan(a0))',
  saves: 'a',
  grads: [(dy, { a }) => where(isfinite(a), dy, 0)],
});
/** a with NaN, +∞ and -∞ replaced by the given numbers; integers are returned as they are. */
export const nanToNum = (a: Value, nan: number, positive: number, negative: number): Value =>
  isFloat(a.dtype) ? record(nanToNumOp, [a], undefined, [nan, positive, negative]) : a;

const iscloseOp = pointwise({
  name: 'isclose',
  result: 'bool',
  lib: [mathLib],
  expr: 'u32(math_equal(a0, a1) | (!math_isnan(a0) & !math_isnan(a1) & !math_isinf(a0) & !math_isinf(a1) & (abs(a0 - a1) <= s1 + s0 * abs(a1))) | ((s2 != 0.0) & math_isnan(a0) & math_isnan(a1)))',
});
/** Whether |a - b| ≤ atol + rtol |b|. Equal infinities are close; with `equalNan`, so are two NaNs. */
export const isclose = (a: Value, b: Value, rtol: number, atol: number, equalNan: boolean): Value =>
  record(iscloseOp, [toFloat(a), toFloat(b)], undefined, [rtol, atol, equalNan ? 1 : 0]);

// ── Bits of integers and bools ──

type Bitwise = (a: Value, b: Value) => Value;

function bitwise(name: string, expr: string | ((dtype: DType) => string)): Bitwise {
  const op = pointwise({ name, takes: 'integer', expr });
  return (a, b) => record(op, [a, b], undefined);
}
/** The bits set in both. */
export const bitwiseAnd = bitwise('bitwiseAnd', 'a0 & a1');
/** The bits set in either. */
export const bitwiseOr = bitwise('bitwiseOr', 'a0 | a1');
/** The bits set in exactly one. */
export const bitwiseXor = bitwise('bitwiseXor', 'a0 ^ a1');

const bitwiseNotOp = pointwise({
  name: 'bitwiseNot',
  takes: 'integer',
  expr: (dtype) => (dtype === 'bool' ? 'a0 ^ 1u' : wrapped('~a0')(dtype)),
});
/** Every bit inverted; "not" for bools. */
export const bitwiseNot: Unary = (a) => record(bitwiseNotOp, [a], undefined);

// ── Activations ──

/** x / (1 + |x|). */
export function softsign(x: Value): Value {
  expectNumber('softsign', 'input', x);
  return record(softsignOp, [toFloat(x)], undefined);
}
const softsignOp = pointwise({
  name: 'softsign',
  gradName: 'DivBackward0',
  expr: 'a0 / (1.0 + abs(a0))',
  saves: 'a',
  grads: [(dy, { a }) => div(dy, square(add(abs(a), 1)))],
});
