// Arithmetic and elementary functions, element by element, with broadcasting.

import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { type DType, isFloat } from '../../core/meta';
import { expectFloat, named, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { cast, clone, fullLike, toFloat } from '../shape/cast';
import { wrappedNumber } from '../stored-number';
import { byKind, pointwise, wrapped } from './pointwise';

const mathLib: Text = '#math/libMath';
const powersLib: Text = '#functions/libPowers';
const trigLib: Text = '#functions/libTrig';

const math = [mathLib];
const powers = [mathLib, powersLib];

// ── Sums and products ──

/** As in PyTorch, adding bools is "or", and multiplying them is "and". */
const orBits = (expr: string) => (dtype: DType) => (dtype === 'bool' ? 'a0 | a1' : wrapped(expr)(dtype));
const andBits = (expr: string) => (dtype: DType) => (dtype === 'bool' ? 'a0 & a1' : wrapped(expr)(dtype));

const addOp = pointwise({ name: 'add', takes: 'any', expr: orBits('a0 + a1'), grads: [(dy) => dy, (dy) => dy] });
const addScaledOp = pointwise({
  name: 'add',
  takes: 'number',
  expr: wrapped('a0 + s0 * a1'),
  grads: [(dy) => dy, (dy, { s }) => mul(dy, s[0]!)],
});
const addScalarOp = pointwise({ name: 'add', takes: 'number', expr: wrapped('a0 + s0'), grads: [(dy) => dy] });

/** alpha · b, wrapped to the dtype of a if that is an integer. */
const scaledNumber = (a: Value, b: number, alpha: number): number =>
  isFloat(a.dtype) ? alpha * b : wrappedNumber(alpha * b, a.dtype);

/** a + alpha · b. */
export function add(a: Value, b: Value | number, alpha = 1): Value {
  if (typeof b === 'number') return record(addScalarOp, [a], undefined, [scaledNumber(a, b, alpha)]);
  if (a.dtype === 'bool') return record(addOp, [a, alpha === 0 ? fullLike(b, 0) : b], undefined);
  return alpha === 1 ? record(addOp, [a, b], undefined) : record(addScaledOp, [a, b], undefined, [alpha]);
}

const subOp = pointwise({
  name: 'sub',
  takes: 'number',
  expr: wrapped('a0 - a1'),
  grads: [(dy) => dy, (dy) => neg(dy)],
});
const subScalarOp = pointwise({ name: 'sub', takes: 'number', expr: wrapped('a0 - s0'), grads: [(dy) => dy] });
const rsubOp = pointwise({
  name: 'rsub',
  gradName: 'RsubBackward1',
  takes: 'number',
  expr: wrapped('s0 - a0'),
  grads: [(dy) => neg(dy)],
});

/** a - b; one of the two may be a number. */
export function sub(a: Value | number, b: Value | number): Value {
  if (typeof a !== 'number') return binary(subOp, subScalarOp, a, b);
  invariant(typeof b !== 'number', 'sub of two numbers');
  return record(rsubOp, [b], undefined, [a]);
}

const mulOp: Op<undefined> = pointwise({
  name: 'mul',
  takes: 'any',
  expr: andBits('a0 * a1'),
  saves: 'ab',
  grads: [(dy, { b }) => mul(dy, b), (dy, { a }) => mul(dy, a)],
});
const mulScalarOp = pointwise({
  name: 'mul',
  takes: 'number',
  expr: wrapped('a0 * s0'),
  grads: [(dy, { s }) => mul(dy, s[0]!)],
});

/** a · b. */
export const mul = (a: Value, b: Value | number): Value => binary(mulOp, mulScalarOp, a, b);

const divOp = pointwise({
  name: 'div',
  expr: 'a0 / a1',
  saves: 'ab',
  grads: [(dy, { b }) => div(dy, b), (dy, { a, b }) => neg(mul(dy, div(div(a, b), b)))],
});
const divScalarOp = pointwise({ name: 'div', expr: 'a0 / s0', grads: [(dy, { s }) => div(dy, s[0]!)] });

/** a / b, true division in floating point. */
export const div = (a: Value, b: Value | number): Value => binary(divOp, divScalarOp, a, b);

const negOp = pointwise({
  name: 'neg',
  takes: 'number',
  expr: (dtype) => (dtype === 'uint32' || dtype === 'uint8' ? wrapped('0u - a0')(dtype) : '-a0'),
  grads: [(dy) => neg(dy)],
});

/** -a. */
export const neg = (a: Value): Value => record(negOp, [a], undefined);

const squareOp = pointwise({
  name: 'square',
  gradName: 'PowBackward0',
  takes: 'number',
  expr: wrapped('a0 * a0'),
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, mul(a, 2))],
});

/** a². */
export const square = (a: Value): Value => record(squareOp, [a.dtype === 'bool' ? cast(a, 'int64') : a], undefined);

const reciprocalOp = pointwise({
  name: 'reciprocal',
  expr: '1.0 / a0',
  saves: 'y',
  grads: [(dy, { y }) => neg(mul(dy, square(y)))],
});

/** 1 / a. */
export const reciprocal = (a: Value): Value => record(reciprocalOp, [toFloat(a)], undefined);

// ── Division with a whole quotient ──

const floorDivideOp = pointwise({
  name: 'floorDivide',
  takes: 'number',
  lib: powers,
  expr: byScalar('math_floor_div'),
  grads: [(dy) => fullLike(dy, 0), (dy) => fullLike(dy, 0)],
});
const floorDivideScalarOp = pointwise({
  name: 'floorDivide',
  takes: 'number',
  lib: powers,
  expr: byScalar('math_floor_div', 's0'),
  grads: [(dy) => fullLike(dy, 0)],
});

/** ⌊a / b⌋. */
export const floorDivide = (a: Value, b: Value | number): Value => binary(floorDivideOp, floorDivideScalarOp, a, b);

const truncDivideOp = pointwise({
  name: 'truncDivide',
  expr: 'trunc(a0 / a1)',
  grads: [(dy) => fullLike(dy, 0), (dy) => fullLike(dy, 0)],
});
const truncDivideScalarOp = pointwise({
  name: 'truncDivide',
  expr: 'trunc(a0 / s0)',
  grads: [(dy) => fullLike(dy, 0)],
});

/** a / b, truncated towards 0. */
export const truncDivide = (a: Value, b: Value | number): Value => binary(truncDivideOp, truncDivideScalarOp, a, b);

const remainderOp = pointwise({
  name: 'remainder',
  takes: 'number',
  lib: powers,
  expr: byScalar('math_remainder'),
  saves: 'ab',
  grads: [(dy) => dy, (dy, { a, b }) => neg(mul(dy, floorDivide(a, b)))],
});
const remainderScalarOp = pointwise({
  name: 'remainder',
  takes: 'number',
  lib: powers,
  expr: byScalar('math_remainder', 's0'),
  grads: [(dy) => dy],
});

/** a - b ⌊a / b⌋: the remainder with the sign of b. */
export const remainder = (a: Value, b: Value | number): Value => binary(remainderOp, remainderScalarOp, a, b);

// ── Powers ──

const powOp = pointwise({
  name: 'pow',
  gradName: 'PowBackward1',
  takes: 'number',
  lib: powers,
  expr: byScalar('math_power'),
  saves: 'aby',
  grads: [(dy, { a, b }) => mul(dy, powerSlope(a, b)), (dy, { a, b, y }) => mul(dy, powerLogSlope(a, b, y))],
});
const powScalarOp = pointwise({
  name: 'pow',
  takes: 'number',
  lib: powers,
  expr: byScalar('math_pow', 's0'),
  saves: 'a',
  grads: [(dy, { a, s }) => (s[0] === 0 ? fullLike(dy, 0) : mul(dy, mul(pow(a, s[0]! - 1), s[0]!)))],
});
/** b · a^(b-1); 0 where b is 0, even where a is 0 or infinite. */
const powerSlopeOp = pointwise({
  name: 'powerSlope',
  lib: powers,
  expr: 'select(a1 * math_power_f32(a0, a1 - 1.0), 0.0, a1 == 0.0)',
  saves: 'ab',
  grads: [
    (dy, { a, b }) => mul(dy, mul(b, powerSlope(a, sub(b, 1)))),
    (dy, { a, b }) => mul(dy, mul(pow(a, sub(b, 1)), add(mul(b, log(a)), 1))),
  ],
});
const powerSlope = (a: Value, b: Value): Value => record(powerSlopeOp, [a, b], undefined);
/** a^b · ln a; 0 where a is 0 and b ≥ 0. */
const powerLogSlopeOp = pointwise({
  name: 'powerLogSlope',
  lib: math,
  expr: 'select(a2 * math_log(a0), 0.0, (a0 == 0.0) & (a1 >= 0.0))',
  saves: 'abc',
  grads: [(dy, { a, c }) => mul(dy, div(c, a)), null, (dy, { a }) => mul(dy, log(a))],
});
const powerLogSlope = (a: Value, b: Value, y: Value): Value => record(powerLogSlopeOp, [a, b, y], undefined);

/** a^b. If a is negative, a whole b gives a result of the right sign, and a fractional b gives NaN. */
export const pow = (a: Value, b: Value | number): Value => binary(powOp, powScalarOp, a, b);

type Unary = (a: Value) => Value;

interface UnarySpec {
  readonly lib?: readonly Text[];
  readonly gradName?: string;
  /** Whether the gradient reads the input (`a`, default) or the output (`y`). */
  readonly saves?: 'a' | 'y';
}

/** A function of floats, defined by its WGSL expression and by its gradient in terms of the saved value. */
/* @__NO_SIDE_EFFECTS__ */
function unary(
  name: string,
  expr: string,
  grad: (dy: Value, saved: Value) => Value,
  { saves = 'a', ...spec }: UnarySpec,
): Unary {
  const op = pointwise({ ...spec, name, expr, saves, grads: [(dy, saved) => grad(dy, saved[saves])] });
  return (a) => record(op, [toFloat(a)], undefined);
}

/** √a. */
export const sqrt = unary('sqrt', 'sqrt(a0)', (dy, y) => div(dy, mul(y, 2)), { saves: 'y' });
/** 1 / √a. */
export const rsqrt = unary('rsqrt', 'inverseSqrt(a0)', (dy, y) => mul(mul(mul(mul(dy, -0.5), y), y), y), {
  saves: 'y',
});

// ── Exponentials, logarithms, circular functions ──

/** e^a. */
export const exp = unary('exp', 'math_exp(a0)', (dy, y) => mul(dy, y), { lib: math, saves: 'y' });
/** e^a - 1, exact near 0. */
export const expm1 = unary('expm1', 'math_expm1(a0)', (dy, y) => mul(dy, add(y, 1)), { lib: math, saves: 'y' });
/** ln a. */
export const log = unary('log', 'math_log(a0)', (dy, a) => div(dy, a), { lib: math });
/** ln(1 + a), exact near 0. */
export const log1p = unary('log1p', 'math_log1p(a0)', (dy, a) => div(dy, add(a, 1)), {
  lib: math,
  gradName: 'Log1PBackward0',
});
/** sin a, in radians. */
export const sin: Unary = unary('sin', 'trig_sin(a0)', (dy, a) => mul(dy, cos(a)), { lib: [trigLib] });
/** cos a, in radians. */
export const cos: Unary = unary('cos', 'trig_cos(a0)', (dy, a) => neg(mul(dy, sin(a))), { lib: [trigLib] });

// ── Signs and rounding ──

const absOp = pointwise({
  name: 'abs',
  takes: 'number',
  expr: (dtype) => (dtype === 'uint32' || dtype === 'uint8' ? 'a0' : 'abs(a0)'),
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, sign(a))],
});
const signOp = pointwise({
  name: 'sign',
  takes: 'number',
  // By comparisons: both are false for NaN, whose sign must be 0 as in PyTorch.
  expr: (dtype) => {
    if (dtype === 'uint32' || dtype === 'uint8') return 'min(a0, 1u)';
    return isFloat(dtype) ? 'f32(a0 > 0.0) - f32(a0 < 0.0)' : 'sign(a0)';
  },
  grads: [(dy) => fullLike(dy, 0)],
});

/** |a|, with gradient 0 at 0. */
export const abs = (a: Value): Value => record(absOp, [a], undefined);
/** -1, 0 or 1; a bool is its own sign. */
export const sign = (a: Value): Value => (a.dtype === 'bool' ? clone(a) : record(signOp, [a], undefined));

const rounding = (name: string, expr: string): Op<undefined> =>
  pointwise({ name, takes: 'number', expr: byKind(expr, 'a0'), grads: [(dy) => fullLike(dy, 0)] });
const floorOp = rounding('floor', 'floor(a0)');
const ceilOp = rounding('ceil', 'ceil(a0)');
const roundOp = rounding('round', 'round(a0)');

/** The greatest whole number ≤ a. */
export const floor = (a: Value): Value => record(floorOp, [a], undefined);
/** The least whole number ≥ a. */
export const ceil = (a: Value): Value => record(ceilOp, [a], undefined);
/** The nearest multiple of 10^-decimals; halves round to even. */
export function round(a: Value, decimals = 0): Value {
  if (decimals === 0) return record(roundOp, [a], undefined);
  expectFloat('round', 'input', a);
  const power = 10 ** Math.abs(decimals);
  const rounded = decimals > 0 ? div(round(mul(a, power)), power) : mul(round(div(a, power)), power);
  return named(rounded, 'RoundBackward1');
}

/** A call of the library function for the dtype's storage, such as `math_pow_f32(a0, a1)`. */
function byScalar(name: string, second = 'a1'): (dtype: DType) => string {
  return (dtype) => {
    const type = isFloat(dtype) ? 'f32' : dtype === 'int32' || dtype === 'int64' ? 'i32' : 'u32';
    return wrapped(`${name}_${type}(a0, ${second})`)(dtype);
  };
}

/** Records `op` if b is a tensor, and `scalarOp` if b is a number. */
const binary = (op: Op<undefined>, scalarOp: Op<undefined>, a: Value, b: Value | number): Value =>
  typeof b === 'number' ? record(scalarOp, [a], undefined, [b]) : record(op, [a, b], undefined);
