// Arithmetic of two operands, at least one of them a tensor; maximum, minimum and clamp.

import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { isFloat, showShape } from '../../../engine/core/meta';
import { parseArgs } from '../../../engine/core/options';
import { expectNumber, named } from '../../../engine/graph/record';
import * as ops from '../../../engine/ops/pointwise/arithmetic';
import * as compare from '../../../engine/ops/pointwise/compare';
import { dtypeOfScalar, promoteTypes } from '../../../engine/ops/promotion';
import { cast, clone, full } from '../../../engine/ops/shape/cast';
import { TensorBase } from '../base';
import { callable } from '../calling/callable';
import { byKind, combined, factorOf, renamed, resultType, tensorOf } from '../calling/operand';
import {
  alphaOf,
  asBound,
  type ClampArgs,
  type ClampBound,
  type DivOptions,
  type Operandish,
  operandOf,
} from '../calling/pointwise-args';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, inPlace, op, alias } = family();
export default methods;

// ── Sums and products ──

/** input + alpha · other; one of the two may be a number. */
export const add = op(
  'add(input: operand, other: operand, ...)',
  (input: Operandish, other: Operandish, options?: { alpha?: number | boolean }): Tensor => {
    const x = tensorOf(input);
    const alpha = options !== undefined ? factorOf('add', 'alpha', alphaOf('add', options), x, other) : 1;
    return combined('add', x, other, (a, b) => ops.add(a, b, alpha));
  },
);
/** `add`, in place. */
export const add_ = inPlace(add, { readsOld: false });
/** input - alpha · other; one of the two may be a number. */
export const sub = op(
  'sub(input: operand, other: operand, ...)',
  (input: Operandish, other: Operandish, options?: { alpha?: number }): Tensor => {
    const x = tensorOf(input);
    const given = options !== undefined ? alphaOf('sub', options) : 1;
    if (x.dtype === 'bool' || operandOf(other).dtype === 'bool') {
      throw new DTypeError(
        "sub: expected numbers, but got an operand of dtype bool; use logicalXor, or convert it with .to('int64')",
      );
    }
    const alpha = factorOf('sub', 'alpha', given, x, other);
    return combined('sub', x, other, (a, b) =>
      alpha === 1 ? ops.sub(a, b) : named(ops.add(a, b, -alpha), 'SubBackward0'),
    );
  },
);
/** `sub`, in place. */
export const sub_ = inPlace(sub, { readsOld: false });
/** other - alpha · input. */
export const rsub = callable(
  'rsub(input, other: operand, ...)',
  (input: Tensor, other: Operandish, options: { alpha?: number } = {}): Tensor => {
    const { alpha } = parseArgs<{ alpha?: number }>('rsub', [], { alpha: 1 }, [options]);
    if (other instanceof TensorBase) return renamed(sub(other, input, { alpha }), 'RsubBackward0');
    if (!isFloat(input.dtype) && !Number.isInteger(alpha)) {
      throw new ArgumentError(`rsub: expected a whole alpha for dtype ${input.dtype}, but got ${alpha}`);
    }
    if (input.dtype === 'bool') {
      throw new DTypeError(
        "rsub: expected numbers, but got dtype bool; use logicalNot, or convert it with .to('int64')",
      );
    }
    const dtype = promoteTypes({ dtype: input.dtype }, { dtype: dtypeOfScalar(other), isScalar: true });
    return renamed(add(mul(made(cast(input.value, dtype)), -alpha), other), 'RsubBackward1');
  },
);
/** input · other, element by element; one of the two may be a number. */
export const mul = op(
  'mul(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => combined('mul', tensorOf(input), other, ops.mul),
);
/** `mul`, in place. */
export const mul_ = inPlace(mul);

// ── Quotients ──

/**
 * input / other, in floating point even for integers; with `roundingMode` 'floor' or 'trunc', integers stay integers.
 * One of the two may be a number.
 */
export const div = op(
  'div(input: operand, other: operand, ...)',
  (input: Operandish, other: Operandish, options?: DivOptions): Tensor => {
    const x = tensorOf(input);
    const defaults = { roundingMode: null };
    const { roundingMode } = options !== undefined ? parseArgs<DivOptions>('div', [], defaults, [options]) : defaults;
    if (roundingMode === 'floor') return renamed(floorDivide(x, other), 'DivBackward2');
    if (roundingMode !== null && roundingMode !== 'trunc') {
      throw new ArgumentError(`div: expected roundingMode 'trunc', 'floor' or null, but got '${roundingMode}'`);
    }
    if (roundingMode === null) return combined('div', x, other, ops.div, true);
    const promoted = resultType(x, other);
    if (promoted === 'bool') {
      throw new DTypeError(
        "div: expected numbers to round, but got operands of dtype bool; convert them with .to('int64')",
      );
    }
    const truncated = combined('div', x, other, ops.truncDivide, true);
    return renamed(made(cast(truncated.value, promoted)), 'DivBackward2');
  },
);
/** `div`, in place. */
export const div_ = inPlace(div);
/** input / other, without rounding. */
export const trueDivide = op(
  'trueDivide(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => combined('div', tensorOf(input), other, ops.div, true),
);
/** `trueDivide`, in place. */
export const trueDivide_ = inPlace(trueDivide);
/** input / other rounded down; one of the two may be a number. */
export const floorDivide = op(
  'floorDivide(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => combined('floorDivide', tensorOf(input), other, ops.floorDivide),
);
/** `floorDivide`, in place. */
export const floorDivide_ = inPlace(floorDivide);
/** The remainder of input / other with the sign of `other`; one of the two may be a number. */
export const remainder = op(
  'remainder(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor =>
    byKind(
      combined('remainder', tensorOf(input), other, ops.remainder),
      other,
      'RemainderBackward0',
      'RemainderBackward1',
    ),
);
/** `remainder`, in place. */
export const remainder_ = inPlace(remainder);

// ── Powers ──

/** input^exponent, element by element; one of the two may be a number. Integers require an exponent ≥ 0. */
export const pow = op(
  'pow(input: operand, exponent: operand)',
  (input: Operandish, /** The power. */ exponent: Operandish): Tensor => {
    if (!(input instanceof TensorBase)) {
      return renamed(combined('pow', tensorOf(input), exponent, ops.pow), 'PowBackward2');
    }
    if (typeof exponent === 'boolean' && input.dtype === 'bool') {
      return made(exponent ? clone(input.value) : full(input.shape, 1, 'bool'));
    }
    if (typeof exponent === 'number' && exponent < 0 && !isFloat(resultType(input, exponent))) {
      throw new ArgumentError(
        `pow: expected an exponent of at least 0 for dtype ${input.dtype}, but got ${exponent}; convert it with .to('float32')`,
      );
    }
    return combined('pow', input, exponent, ops.pow);
  },
);
/** `pow`, in place. */
export const pow_ = inPlace(pow);

// ── Greater, smaller, limited ──

/** The greater of input and `other`, element by element; NaN if either is NaN. */
export const maximum = op(
  'maximum(input, other: operand)',
  (input: Tensor, other: Operandish): Tensor => combined('maximum', input, other, compare.maximum),
);
/** The smaller of input and `other`, element by element; NaN if either is NaN. */
export const minimum = op(
  'minimum(input, other: operand)',
  (input: Tensor, other: Operandish): Tensor => combined('minimum', input, other, compare.minimum),
);

/**
 * clamp: one operation if the bounds are numbers; else a maximum and a minimum, whose equal operands share the
 * gradient.
 */
function limited(input: Tensor, min: Tensor | number | null, max: Tensor | number | null, gradName: string): Tensor {
  const bounds = [min, max].filter((bound) => bound !== null);
  const dtype = promoteTypes(...[input, ...bounds].map(operandOf));
  const x = cast(input.value, dtype);
  if (bounds.every((bound) => typeof bound === 'number')) {
    return made(named(compare.clamp(x, min as number | null, max as number | null), gradName));
  }
  const boundOf = (bound: Tensor | number) =>
    typeof bound === 'number' ? full([], bound, dtype, 'clamp') : cast(bound.value, dtype);
  const least = min === null ? null : boundOf(min);
  const raised = least ? compare.maximum(x, least) : x;
  if (max === null) return made(named(raised, gradName));
  const most = boundOf(max);
  const y = compare.minimum(raised, most);
  // Where input, min and max are all equal, the whole gradient goes to the input.
  const alike = least && compare.logicalAnd(compare.eq(x, least), compare.eq(x, most));
  return made(named(alike ? compare.where(alike, x, y) : y, gradName));
}

/** Each element limited to [min, max], numbers or tensors; either may be left out. */
export const clamp = op(
  'clamp(input, min?: operand, max?: operand, ...)',
  (input: Tensor, ...args: ClampArgs): Tensor => {
    const none = null as ClampBound | null;
    const given = parseArgs<{ min?: ClampBound | null; max?: ClampBound | null }>(
      'clamp',
      [],
      { min: none, max: none },
      args,
    );
    const [min, max] = [asBound(given.min), asBound(given.max)];
    if (min === null && max === null) {
      throw new ArgumentError(
        `clamp: expected min or max for input of shape ${showShape(input.shape)}, but got neither`,
      );
    }
    const dtype = promoteTypes(...[input, min, max].filter((x) => x !== null).map(operandOf));
    expectNumber('clamp', 'input', { shape: input.shape, dtype });
    const byNumbers = [min, max].every((bound) => bound === null || typeof bound === 'number');
    return limited(input, min, max, `ClampBackward${byNumbers ? 1 : 0}`);
  },
);
/** `clamp`, in place. */
export const clamp_ = inPlace(clamp);
/** Each element raised to at least `min`, a number or a tensor. */
export const clampMin = op(
  'clampMin(input, min: operand)',
  (input: Tensor, min: ClampBound): Tensor =>
    limited(input, asBound(min), null, min instanceof TensorBase ? 'ClampMinBackward1' : 'ClampMinBackward0'),
);
/** `clampMin`, in place. */
export const clampMin_ = inPlace(clampMin);
/** Each element lowered to at most `max`, a number or a tensor. */
export const clampMax = op(
  'clampMax(input, max: operand)',
  (input: Tensor, max: ClampBound): Tensor =>
    limited(input, null, asBound(max), max instanceof TensorBase ? 'ClampMaxBackward1' : 'ClampMaxBackward0'),
);
/** `clampMax`, in place. */
export const clampMax_ = inPlace(clampMax);

// ── Second names ──

/** `sub` by another name. */
export const subtract = alias('subtract', sub);
/** `sub_` by another name. */
export const subtract_ = alias('subtract_', sub_);
/** `mul` by another name. */
export const multiply = alias('multiply', mul);
/** `mul_` by another name. */
export const multiply_ = alias('multiply_', mul_);
/** `div` by another name. */
export const divide = alias('divide', div);
/** `div_` by another name. */
export const divide_ = alias('divide_', div_);
/** `clamp` by another name. */
export const clip = alias('clip', clamp);
/** `clamp_` by another name. */
export const clip_ = alias('clip_', clamp_);
