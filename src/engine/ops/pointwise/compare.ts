// Comparisons, logic, and selection by them: where, clamp, maximum, minimum.

import type { Text } from '../../compiler/texts';
import { DTypeError } from '../../core/errors';
import { roundToHalf } from '../../core/half';
import { type DType, isFloat, scalarOf } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { cast, full } from '../shape/cast';
import { ranges } from '../stored-number';
import { mul } from './arithmetic';
import { byKind, pointwise } from './pointwise';

const mathLib: Text = '#math/libMath';

const math = [mathLib];

// ── Comparisons: bool results, never a gradient ──

type Binary = (a: Value, b: Value | number) => Value;

/**
 * A comparison, defined by one expression over `A` and `B` for floats and one for integers. NaN differs from
 * everything.
 */
function comparison(name: string, float: string, integer: string): Binary {
  const against = (b: string) => (dtype: DType) =>
    byKind(float, integer)(dtype).replaceAll('A', 'a0').replaceAll('B', b);
  const spec = { name, takes: 'any', result: 'bool', lib: math } as const;
  const op = pointwise({ ...spec, expr: against('a1') });
  const scalarOp = pointwise({ ...spec, expr: against('s0') });
  return (a, b) => {
    if (typeof b !== 'number') return record(op, [a, b], undefined);
    return record(scalarOp, [a], undefined, [a.dtype === 'float16' ? roundToHalf(b) : b]);
  };
}

/** a = b. */
export const eq = comparison('eq', 'u32(math_equal(A, B))', 'u32(A == B)');
/** a ≠ b. */
export const ne = comparison('ne', 'u32(!math_equal(A, B))', 'u32(A != B)');
/** a < b. */
export const lt = comparison('lt', 'u32(A < B)', 'u32(A < B)');
/** a ≤ b. */
export const le = comparison('le', 'u32(A <= B)', 'u32(A <= B)');
/** a > b. */
export const gt = comparison('gt', 'u32(A > B)', 'u32(A > B)');
/** a ≥ b. */
export const ge = comparison('ge', 'u32(A >= B)', 'u32(A >= B)');

const logicalAndOp = pointwise({ name: 'logicalAnd', takes: 'any', expr: 'a0 & a1' });
const logicalOrOp = pointwise({ name: 'logicalOr', takes: 'any', expr: 'a0 | a1' });
const logicalXorOp = pointwise({ name: 'logicalXor', takes: 'any', expr: 'a0 ^ a1' });
const logicalNotOp = pointwise({ name: 'logicalNot', takes: 'any', expr: 'a0 ^ 1u' });
const bool = (x: Value): Value => cast(x, 'bool');

/** a and b, where any element but zero counts as true. */
export const logicalAnd = (a: Value, b: Value): Value => record(logicalAndOp, [bool(a), bool(b)], undefined);
/** a or b. */
export const logicalOr = (a: Value, b: Value): Value => record(logicalOrOp, [bool(a), bool(b)], undefined);
/** Either a or b, but not both. */
export const logicalXor = (a: Value, b: Value): Value => record(logicalXorOp, [bool(a), bool(b)], undefined);
/** Not a. */
export const logicalNot = (a: Value): Value => record(logicalNotOp, [bool(a)], undefined);

const classification = (name: string, float: string, integer: string): Op<undefined> =>
  pointwise({ name, takes: 'any', result: 'bool', lib: math, expr: byKind(float, integer) });
const isnanOp = classification('isnan', 'u32(math_isnan(a0))', '0u');
const isinfOp = classification('isinf', 'u32(math_isinf(a0))', '0u');
const isfiniteOp = classification('isfinite', 'u32(!math_isnan(a0) & !math_isinf(a0))', '1u');

/** Whether a is not a number. */
export const isnan = (a: Value): Value => record(isnanOp, [a], undefined);
/** Whether a is +∞ or -∞. */
export const isinf = (a: Value): Value => record(isinfOp, [a], undefined);
/** Whether a is neither infinite nor NaN. */
export const isfinite = (a: Value): Value => record(isfiniteOp, [a], undefined);

// ── Selection ──

const whereSpec = { name: 'where', takes: 'any', condition: true, saves: 'a' } as const;
const whereOp = pointwise({
  ...whereSpec,
  expr: 'select(a2, a1, a0 != 0u)',
  grads: [null, (dy, { a }) => where(a, dy, 0), (dy, { a }) => where(a, 0, dy)],
});
const whereOrScalarOp = pointwise({
  ...whereSpec,
  expr: 'select(s0, a1, a0 != 0u)',
  grads: [null, (dy, { a }) => where(a, dy, 0)],
});
const whereScalarOp = pointwise({
  ...whereSpec,
  expr: 'select(a1, s0, a0 != 0u)',
  grads: [null, (dy, { a }) => where(a, 0, dy)],
});

/** a where the bool condition holds, b elsewhere. If a and b are both numbers, the result is float32. */
export function where(condition: Value, a: Value | number, b: Value | number): Value {
  if (typeof a === 'number') {
    return typeof b === 'number'
      ? where(condition, full([], a), b)
      : record(whereScalarOp, [condition, b], undefined, [a]);
  }
  return typeof b === 'number'
    ? record(whereOrScalarOp, [condition, a], undefined, [b])
    : record(whereOp, [condition, a, b], undefined);
}

/**
 * maximum or minimum. The gradient goes to the operand that is chosen. Equal operands get half each; if one is NaN,
 * both get all of it, as in PyTorch.
 */
function extremum(name: string, fn: string, closer: string): Binary {
  const share = pointwise({
    name: `${name}Share`,
    expr: `1.0 - select(f32(a1 ${closer} a0), 0.5, a0 == a1)`,
  });
  const op = pointwise({
    name,
    takes: 'any',
    lib: math,
    expr: byKind(`math_${fn}(a0, a1)`, `${fn}(a0, a1)`),
    saves: 'ab',
    grads: [
      (dy, { a, b }) => mul(dy, record(share, [a, b], undefined)),
      (dy, { a, b }) => mul(dy, record(share, [b, a], undefined)),
    ],
  });
  return (a, b) => record(op, [a, typeof b === 'number' ? full([], b, a.dtype, name) : b], undefined);
}

/** The greater of a and b; NaN if either is NaN. */
export const maximum = extremum('maximum', 'max', '>');
/** The lesser of a and b; NaN if either is NaN. */
export const minimum = extremum('minimum', 'min', '<');

/**
 * A clamp: the expressions for floats and for integers, and the condition over x under which dy passes (`inside`). At a
 * bound the gradient is 0.
 */
function clamping(float: string, integer: string, inside: string) {
  const backward: Op<undefined> = pointwise({
    name: 'clampBackward',
    expr: `select(0.0, a0, ${inside.replaceAll('x', 'a1')})`,
    saves: 'b',
    grads: [(dy, { b, s }) => record(backward, [dy, b], undefined, s), null],
  });
  return pointwise({
    name: 'clamp',
    gradName: 'ClampBackward1',
    takes: 'number',
    lib: math,
    expr: byKind(float, integer),
    saves: 'a',
    grads: [(dy, { a, s }) => record(backward, [dy, a], undefined, s)],
  });
}
const clampOp = clamping('math_min(math_max(a0, s0), s1)', 'min(max(a0, s0), s1)', '(x > s0) & (x < s1)');
const clampMinOp = clamping('math_max(a0, s0)', 'max(a0, s0)', 'x > s0');
const clampMaxOp = clamping('math_min(a0, s0)', 'min(a0, s0)', 'x < s0');

/**
 * x limited to [min, max]. If min > max, the result is max. A null bound leaves its side open; at most one may be null.
 */
export function clamp(x: Value, min: number | null, max: number | null): Value {
  if (min !== null && max !== null)
    return record(clampOp, [x], undefined, [bound(x, min, 'min'), bound(x, max, 'max')]);
  if (min !== null) return record(clampMinOp, [x], undefined, [bound(x, min, 'min')]);
  return record(clampMaxOp, [x], undefined, [bound(x, max!, 'max')]);
}

/**
 * The bound, moved into the dtype's range if it lies beyond it on the side where it limits nothing.
 * @throws DTypeError if the bound lies beyond the range on the other side, so that no element could satisfy it
 */
function bound(x: Value, value: number, side: 'min' | 'max'): number {
  if (isFloat(x.dtype)) return value;
  const [lowest, most] = ranges[x.dtype as keyof typeof ranges] ?? ranges.uint32;
  const least = scalarOf(x.dtype) === 'i32' ? lowest : 0;
  if (side === 'min' ? value > most : value < least) {
    throw new DTypeError(`clamp: expected ${side} from ${least} to ${most} for ${x.dtype}, but got ${value}`);
  }
  return Math.min(Math.max(value, least), most);
}
