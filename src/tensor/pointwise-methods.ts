// Tensor methods that work element by element, with PyTorch's type promotion and in-place forms.

import { ArgumentError, DTypeError, ShapeError } from '../core/errors';
import { isFloat, numel, sameShape, showShape } from '../core/meta';
import { kindOf, parseArgs } from '../core/options';
import { mode } from '../graph/mode';
import { expectNumber, named } from '../graph/record';
import type { Value } from '../graph/value';
import * as arithmetic from '../ops/arithmetic';
import { cast, clone, full } from '../ops/cast';
import * as compare from '../ops/compare';
import { promoteTypes } from '../ops/promotion';
import { expand } from '../ops/reduce';
import { distinctView } from '../ops/shape';
import { TensorBase } from '../storage/base';
import { byKind, combined, replaced, resultType } from './operand';
import {
  alphaOf,
  asBound,
  type Bound,
  type ClampArgs,
  type DivOptions,
  type FillArgs,
  type FillOptions,
  type MaskedFillArgs,
  type MaskedFillOptions,
  numberOf,
  type Operandish,
  operandOf,
} from './pointwise-args';
import { RandomMethods } from './random-methods';
import type { Tensor } from './tensor';
import { parseTo, type ToArgs } from './to-args';

export type { FillArgs, MaskedFillArgs, Operandish } from './pointwise-args';
export type { ToArgs } from './to-args';

type BinaryOp = (a: Value, b: Value | number) => Value;

/** Names the gradient function of a rounded quotient. */
function calledDiv(quotient: Tensor): Tensor {
  named(quotient.value, 'DivBackward2');
  return quotient;
}

export abstract class PointwiseMethods extends RandomMethods {
  // ── Arithmetic ──

  /** this + alpha · other. */
  add(other: Operandish, options?: { alpha?: number | boolean }): Tensor {
    const alpha = options !== undefined ? this.factorOf('add', 'alpha', alphaOf('add', options), other) : 1;
    return this.combine('add', other, (a, b) => arithmetic.add(a, b, alpha));
  }

  /** this - alpha · other. */
  sub(other: Operandish, options?: { alpha?: number }): Tensor {
    const given = options !== undefined ? alphaOf('sub', options) : 1;
    if (operandOf(this).dtype === 'bool' || operandOf(other).dtype === 'bool') {
      throw new DTypeError(
        "sub: expected numbers, but got an operand of dtype bool; use logicalXor, or convert it with .to('int64')",
      );
    }
    const alpha = this.factorOf('sub', 'alpha', given, other);
    return this.combine('sub', other, (a, b) =>
      alpha === 1 ? arithmetic.sub(a, b) : named(arithmetic.add(a, b, -alpha), 'SubBackward0'),
    );
  }

  /** this · other, element by element; both are broadcast. */
  mul(other: Operandish): Tensor {
    return this.combine('mul', other, arithmetic.mul);
  }

  /** True division, in floating point also for integers; `roundingMode` 'floor' or 'trunc' keeps integers. */
  div(other: Operandish, options?: DivOptions): Tensor {
    const defaults = { roundingMode: null };
    const { roundingMode } = options !== undefined ? parseArgs<DivOptions>('div', [], defaults, [options]) : defaults;
    if (roundingMode === 'floor') return calledDiv(this.floorDivide(other));
    if (roundingMode !== null && roundingMode !== 'trunc') {
      throw new ArgumentError(`div: expected roundingMode 'trunc', 'floor' or null, but got '${roundingMode}'`);
    }
    if (roundingMode === null) return this.combine('div', other, arithmetic.div, true);
    const common = resultType(this, other);
    if (common === 'bool') {
      throw new DTypeError(
        "div: expected numbers to round, but got operands of dtype bool; convert them with .to('int64')",
      );
    }
    const truncated = this.combine('div', other, arithmetic.truncDivide, true);
    return calledDiv(this.make(cast(truncated.value, common)));
  }

  /** A factor as a number. @throws ArgumentError for one with a fraction where all numbers are whole, and for a boolean where not all are */
  protected factorOf(name: string, factor: string, given: number | boolean, other: Operandish): number {
    const number = typeof given === 'boolean' && resultType(this, other) === 'bool' ? Number(given) : given;
    if (typeof number !== 'number') {
      throw new ArgumentError(`${name}: expected ${factor} to be a number, but got ${kindOf(number)}`);
    }
    const dtype = resultType(this, other);
    if (Number.isInteger(number) || isFloat(dtype)) return number;
    throw new ArgumentError(`${name}: expected a whole ${factor} for operands of dtype ${dtype}, but got ${number}`);
  }

  /** ⌊this / other⌋. */
  floorDivide(other: Operandish): Tensor {
    return this.combine('floorDivide', other, arithmetic.floorDivide);
  }

  /** The remainder with the sign of `other`. */
  remainder(other: Operandish): Tensor {
    const result = this.combine('remainder', other, arithmetic.remainder);
    return byKind(result, other, 'RemainderBackward0', 'RemainderBackward1');
  }

  /** this to the power `exponent`, element by element. Integers take exponents of at least 0. */
  pow(exponent: Operandish): Tensor {
    if (typeof exponent === 'boolean' && this.dtype === 'bool') {
      return exponent ? this.clone() : this.make(full(this.shape, 1, 'bool'));
    }
    if (typeof exponent === 'number' && exponent < 0 && !isFloat(resultType(this, exponent))) {
      throw new ArgumentError(
        `pow: expected an exponent of at least 0 for dtype ${this.dtype}, but got ${exponent}; convert it with .to('float32')`,
      );
    }
    return this.combine('pow', exponent, arithmetic.pow);
  }

  /** The greater of this and `other`, element by element; NaN where either is. */
  maximum(other: Operandish): Tensor {
    return this.combine('maximum', other, compare.maximum);
  }

  /** The smaller of this and `other`, element by element; NaN where either is. */
  minimum(other: Operandish): Tensor {
    return this.combine('minimum', other, compare.minimum);
  }

  /** Each element limited to [min, max], numbers or tensors; either may be left out. */
  clamp(...args: ClampArgs): Tensor {
    const none = null as Bound | null;
    const given = parseArgs<{ min?: Bound | null; max?: Bound | null }>('clamp', [], { min: none, max: none }, args);
    const [min, max] = [asBound(given.min), asBound(given.max)];
    if (min === null && max === null) {
      throw new ArgumentError(
        `clamp: expected min or max for input of shape ${showShape(this.shape)}, but got neither`,
      );
    }
    const dtype = promoteTypes(...[this, min, max].filter((x) => x !== null).map(operandOf));
    expectNumber('clamp', 'input', { shape: this.shape, dtype });
    const byNumbers = [min, max].every((bound) => bound === null || typeof bound === 'number');
    return this.limited(min, max, `ClampBackward${byNumbers ? 1 : 0}`);
  }

  /** Each element raised to at least `min`. */
  clampMin(min: Bound): Tensor {
    return this.limited(asBound(min), null, min instanceof TensorBase ? 'ClampMinBackward1' : 'ClampMinBackward0');
  }

  /** Each element lowered to at most `max`. */
  clampMax(max: Bound): Tensor {
    return this.limited(null, asBound(max), max instanceof TensorBase ? 'ClampMaxBackward1' : 'ClampMaxBackward0');
  }

  /** Between numbers in one operation; between tensors as maximum and minimum, where equal numbers share the gradient. */
  private limited(min: Tensor | number | null, max: Tensor | number | null, gradName: string): Tensor {
    const bounds = [min, max].filter((bound) => bound !== null);
    const dtype = promoteTypes(...[this, ...bounds].map(operandOf));
    const x = cast(this.value, dtype);
    if (bounds.every((bound) => typeof bound === 'number')) {
      return this.make(named(compare.clamp(x, min as number | null, max as number | null), gradName));
    }
    const boundOf = (bound: Tensor | number) =>
      typeof bound === 'number' ? full([], bound, dtype, 'clamp') : cast(bound.value, dtype);
    const raised = min === null ? x : compare.maximum(x, boundOf(min));
    return this.make(named(max === null ? raised : compare.minimum(raised, boundOf(max)), gradName));
  }

  // ── Comparison and logic: results are bool ──

  /** this = other, element by element, as a bool tensor. */
  eq(other: Operandish): Tensor {
    return this.combine('eq', other, compare.eq);
  }

  /** this ≠ other, element by element, as a bool tensor. */
  ne(other: Operandish): Tensor {
    return this.combine('ne', other, compare.ne);
  }

  /** this < other, element by element, as a bool tensor. */
  lt(other: Operandish): Tensor {
    return this.combine('lt', other, compare.lt);
  }

  /** this ≤ other, element by element, as a bool tensor. */
  le(other: Operandish): Tensor {
    return this.combine('le', other, compare.le);
  }

  /** this > other, element by element, as a bool tensor. */
  gt(other: Operandish): Tensor {
    return this.combine('gt', other, compare.gt);
  }

  /** this ≥ other, element by element, as a bool tensor. */
  ge(other: Operandish): Tensor {
    return this.combine('ge', other, compare.ge);
  }

  /** Whether both are other than 0, as a bool tensor. */
  logicalAnd(other: Tensor): Tensor {
    return this.make(compare.logicalAnd(this.value, other.value));
  }

  /** Whether one or both are other than 0, as a bool tensor. */
  logicalOr(other: Tensor): Tensor {
    return this.make(compare.logicalOr(this.value, other.value));
  }

  /** Whether just one is other than 0, as a bool tensor. */
  logicalXor(other: Tensor): Tensor {
    return this.make(compare.logicalXor(this.value, other.value));
  }

  /** Whether elements are 0, as a bool tensor. */
  logicalNot(): Tensor {
    return this.make(compare.logicalNot(this.value));
  }

  /** This tensor where `condition` holds, `other` elsewhere. */
  where(condition: Tensor, other: Operandish): Tensor {
    if (condition.dtype !== 'bool' && condition.dtype !== 'uint8') {
      throw new DTypeError(
        `where: expected a condition of dtype bool, but got ${condition.dtype}; compare first, as in x.gt(0)`,
      );
    }
    const holds = cast(condition.value, 'bool');
    return this.combine('where', other, (a, b) => compare.where(holds, a, b));
  }

  /** `value` where `mask` holds, this tensor elsewhere. */
  maskedFill(...args: MaskedFillArgs): Tensor {
    const { mask, value } = parseArgs<MaskedFillOptions>('maskedFill', ['mask', 'value'], {}, args);
    if (mask.dtype !== 'bool') {
      throw new DTypeError(
        `maskedFill: expected a mask of dtype bool, but got ${mask.dtype}; compare first, as in x.ne(0)`,
      );
    }
    if (!(value instanceof TensorBase)) {
      const number = full([], numberOf('maskedFill', value), this.dtype, 'maskedFill');
      return this.make(named(compare.where(mask.value, number, this.value), 'MaskedFillBackward0'));
    }
    if (value.shape.length > 0) {
      throw new ShapeError(`maskedFill: expected a number or a 0-d tensor, but got shape ${showShape(value.shape)}`);
    }
    const filled = compare.where(mask.value, cast(value.value, this.dtype), this.value);
    return this.make(named(filled, 'MaskedFillBackward1'));
  }

  // ── Conversion ──

  /**
   * The numbers in another dtype, or that of another tensor; this tensor itself where it has that dtype already, unless `copy` is
   * true. Any device of PyTorch's may be named: `x.to('cuda')` is x, `x.to('cuda', 'int64')` is `x.to('int64')`.
   */
  to(...args: ToArgs): Tensor {
    const { dtype, copy } = parseTo(args);
    if (dtype !== null && dtype !== this.dtype) return this.make(cast(this.value, dtype));
    return copy ? this.make(named(clone(this.value), 'ToCopyBackward0')) : (this as unknown as Tensor);
  }

  /** The numbers in the dtype of another tensor. */
  typeAs(other: Tensor): Tensor {
    return this.to(other.dtype);
  }

  /** The numbers as uint8: `to('uint8')`. */
  byte(): Tensor {
    return this.to('uint8');
  }

  /** The numbers as float32: `to('float32')`. */
  float(): Tensor {
    return this.to('float32');
  }

  /** The numbers as float16: `to('float16')`. */
  half(): Tensor {
    return this.to('float16');
  }

  /** The numbers as int32: `to('int32')`. */
  int(): Tensor {
    return this.to('int32');
  }

  /** The numbers as int64: `to('int64')`. */
  long(): Tensor {
    return this.to('int64');
  }

  /** True where elements are other than 0: `to('bool')`. */
  bool(): Tensor {
    return this.to('bool');
  }

  /** A copy in memory of its own, which the gradient passes through. */
  clone(): Tensor {
    return this.make(clone(this.value));
  }

  // ── In place ──

  /** Overwrites this tensor with `source`, broadcast and cast to fit. */
  copy_(source: Tensor): this {
    return this.fit('copy_', source.value);
  }

  /** Overwrites every element with one number, or with a tensor of a single one. */
  fill_(...args: FillArgs): this {
    const { value } = parseArgs<FillOptions>('fill_', ['value'], {}, args);
    const place = this.distinct();
    if (!(value instanceof TensorBase)) {
      place.assign(full(place.shape, numberOf('fill_', value), this.dtype, 'fill_'));
    } else if (value.shape.length === 0) place.fit('fill_', value.value);
    else {
      throw new ShapeError(
        `fill_: expected a number or a 0-d tensor, but got shape ${showShape(value.shape)}; use copy_`,
      );
    }
    return this;
  }

  /** A view of the same elements, each once, where dimensions of this one repeat them or overlap. */
  private distinct(): PointwiseMethods {
    const view = distinctView(this);
    if (view === null || numel(view.shape) === this.numel()) return this;
    return (this as unknown as Tensor).asStrided(view.shape, view.strides, view.offset);
  }

  /** `zero`, in place. */
  zero_(): this {
    return this.fill_(0);
  }

  /** `add`, in place. */
  add_(other: Operandish, options?: { alpha?: number | boolean }): this {
    return this.replace('add_', this.add(other, options).value);
  }

  /** `sub`, in place. */
  sub_(other: Operandish, options?: { alpha?: number }): this {
    return this.replace('sub_', this.sub(other, options).value);
  }

  /** `mul`, in place. */
  mul_(other: Operandish): this {
    return this.replace('mul_', this.before(other).mul(other).value);
  }

  /** `div`, in place. */
  div_(other: Operandish, options?: DivOptions): this {
    return this.replace('div_', this.before(other).div(other, options).value);
  }

  /** `pow`, in place. */
  pow_(exponent: Operandish): this {
    return this.replace('pow_', this.before(exponent).pow(exponent).value);
  }

  /** `remainder`, in place. */
  remainder_(other: Operandish): this {
    return this.replace('remainder_', this.before(other).remainder(other).value);
  }

  /** `floorDivide`, in place. */
  floorDivide_(other: Operandish): this {
    return this.replace('floorDivide_', this.before(other).floorDivide(other).value);
  }

  /** `clamp`, in place. */
  clamp_(...args: ClampArgs): this {
    return this.replace('clamp_', this.before().clamp(...args).value);
  }

  /** `clampMin`, in place. */
  clampMin_(min: Bound): this {
    return this.replace('clampMin_', this.before().clampMin(min).value);
  }

  /** `clampMax`, in place. */
  clampMax_(max: Bound): this {
    return this.replace('clampMax_', this.before().clampMax(max).value);
  }

  /** `eq`, in place. */
  eq_(other: Operandish): this {
    return this.replace('eq_', cast(this.before(other).eq(other).value, this.dtype));
  }

  /** `ne`, in place. */
  ne_(other: Operandish): this {
    return this.replace('ne_', cast(this.before(other).ne(other).value, this.dtype));
  }

  /** `lt`, in place. */
  lt_(other: Operandish): this {
    return this.replace('lt_', cast(this.before(other).lt(other).value, this.dtype));
  }

  /** `le`, in place. */
  le_(other: Operandish): this {
    return this.replace('le_', cast(this.before(other).le(other).value, this.dtype));
  }

  /** `gt`, in place. */
  gt_(other: Operandish): this {
    return this.replace('gt_', cast(this.before(other).gt(other).value, this.dtype));
  }

  /** `ge`, in place. */
  ge_(other: Operandish): this {
    return this.replace('ge_', cast(this.before(other).ge(other).value, this.dtype));
  }

  /** `logicalAnd`, in place. */
  logicalAnd_(other: Tensor): this {
    return this.replace('logicalAnd_', cast(this.logicalAnd(other).value, this.dtype));
  }

  /** `logicalOr`, in place. */
  logicalOr_(other: Tensor): this {
    return this.replace('logicalOr_', cast(this.logicalOr(other).value, this.dtype));
  }

  /** `logicalXor`, in place. */
  logicalXor_(other: Tensor): this {
    return this.replace('logicalXor_', cast(this.logicalXor(other).value, this.dtype));
  }

  /** `logicalNot`, in place. */
  logicalNot_(): this {
    return this.replace('logicalNot_', cast(this.logicalNot().value, this.dtype));
  }

  /** `maskedFill`, in place. */
  maskedFill_(...args: MaskedFillArgs): this {
    return this.replace('maskedFill_', this.maskedFill(...args).value);
  }

  /**
   * @internal What an operation reads that is about to overwrite this tensor: a copy where a gradient may ask for the old
   * contents, as PyTorch keeps one.
   */
  before(other?: Operandish): Tensor {
    const needed = this.value.requiresGrad || (other instanceof TensorBase && other.value.requiresGrad);
    if (!needed || !mode.grad) return this as unknown as Tensor;
    return this.makeView(clone(this.value), this.strides, this.offset);
  }

  // ── How operands meet ──

  protected plus(other: Value): Value {
    return arithmetic.add(this.value, other);
  }

  protected combine(name: string, other: Operandish, op: BinaryOp, division = false): Tensor {
    return combined(name, this, other, op, division);
  }

  protected replace(name: string, value: Value): this {
    return replaced(name, this, value);
  }

  private fit(name: string, source: Value): this {
    const { shape } = this;
    const lead = shape.length - source.shape.length;
    if (lead < 0 || source.shape.some((size, d) => size !== 1 && size !== shape[lead + d])) {
      throw new ShapeError(
        `${name}: expected a source that broadcasts to ${showShape(shape)}, but got ${showShape(source.shape)}`,
      );
    }
    const value = cast(source, this.dtype);
    return this.assign(sameShape(value.shape, shape) ? value : expand(value, shape), true);
  }
}
