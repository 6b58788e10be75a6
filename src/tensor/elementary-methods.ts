// Tensor methods of the elementary functions beyond arithmetic, with their in-place forms.

import { orNull, real } from '../core/argument-kinds';
import { ArgumentError, DTypeError } from '../core/errors';
import { isFloat } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { named } from '../graph/record';
import type { Value } from '../graph/value';
import { cast, full } from '../ops/cast';
import * as elementary from '../ops/elementary';
import { promoteTypes } from '../ops/promotion';
import { type Operandish, PointwiseMethods } from './pointwise-methods';
import type { Tensor } from './tensor';

/** The numbers that take the places of NaN, +∞ and -∞; the greatest and least float32 by default for the infinities. */
export interface NanToNum {
  nan?: number | null;
  posinf?: number | null;
  neginf?: number | null;
}

export interface LerpOptions {
  end: Tensor;
  weight: Tensor | number;
}

export type LerpArgs = Arguments<LerpOptions, ['end', 'weight']>;

interface Scaled {
  tensor1: Tensor;
  tensor2: Tensor;
  /** The factor of their product or quotient; default 1. */
  value?: number;
}

export type ScaledArgs =
  | [tensor1: Tensor, tensor2: Tensor, options?: { value?: number }]
  | [tensor1: Tensor, named: Omit<Scaled, 'tensor1'>]
  | [named: Scaled];

/** How near counts as close: |a - b| ≤ atol + rtol |b|. */
export interface Closeness {
  rtol?: number;
  atol?: number;
  /** Whether NaN is close to NaN. */
  equalNan?: boolean;
}

export type ClosenessArgs = Arguments<Closeness, ['rtol', 'atol', 'equalNan']>;

export type NanToNumArgs = Arguments<NanToNum, ['nan', 'posinf', 'neginf']>;

const replacing = orNull(real);

const GREATEST_FLOAT = 3.4028234663852886e38;

export abstract class ElementaryMethods extends PointwiseMethods {
  // ── Functions of one tensor ──

  /** 2^this. */
  exp2(): Tensor {
    return this.make(elementary.exp2(this.value));
  }

  /** The logarithm to base 2. */
  log2(): Tensor {
    return this.make(elementary.log2(this.value));
  }

  /** The logarithm to base 10. */
  log10(): Tensor {
    return this.make(elementary.log10(this.value));
  }

  /** In radians. */
  tan(): Tensor {
    return this.make(elementary.tan(this.value));
  }

  /** In radians, from -π/2 to π/2. */
  asin(): Tensor {
    return this.make(elementary.asin(this.value));
  }

  /** In radians, from 0 to π. */
  acos(): Tensor {
    return this.make(elementary.acos(this.value));
  }

  /** In radians, from -π/2 to π/2. */
  atan(): Tensor {
    return this.make(elementary.atan(this.value));
  }

  /** The hyperbolic sine. */
  sinh(): Tensor {
    return this.make(elementary.sinh(this.value));
  }

  /** The hyperbolic cosine. */
  cosh(): Tensor {
    return this.make(elementary.cosh(this.value));
  }

  /** The inverse of sinh. */
  asinh(): Tensor {
    return this.make(elementary.asinh(this.value));
  }

  /** The inverse of cosh. */
  acosh(): Tensor {
    return this.make(elementary.acosh(this.value));
  }

  /** The inverse of tanh. */
  atanh(): Tensor {
    return this.make(elementary.atanh(this.value));
  }

  /** The Gauss error function. */
  erf(): Tensor {
    return this.make(elementary.erf(this.value));
  }

  /** 1 - erf, exact for large numbers. */
  erfc(): Tensor {
    return this.make(elementary.erfc(this.value));
  }

  /** Without the fraction. */
  trunc(): Tensor {
    return this.make(elementary.trunc(this.value));
  }

  /** The fraction, with the sign of the number. */
  frac(): Tensor {
    return this.make(elementary.frac(this.value));
  }

  /** The numbers, with others in the place of NaN and infinities. */
  nanToNum(...args: NanToNumArgs): Tensor {
    const none = null as number | null;
    const { nan, posinf, neginf } = parseArgs<NanToNum>(
      'nanToNum',
      [],
      { nan: none, posinf: none, neginf: none },
      args,
      { nan: replacing, posinf: replacing, neginf: replacing },
    );
    return this.make(elementary.nanToNum(this.value, nan ?? 0, posinf ?? GREATEST_FLOAT, neginf ?? -GREATEST_FLOAT));
  }

  // ── Functions of several tensors ──

  /** The angle of the points (other, this), in radians from -π to π. */
  atan2(other: Tensor): Tensor {
    return this.make(elementary.atan2(this.value, other.value));
  }

  /** The remainder with the sign of this tensor. */
  fmod(other: Operandish): Tensor {
    return this.byKind(this.combine('fmod', other, elementary.fmod), other, 'FmodBackward0', 'FmodBackward1');
  }

  /** this + weight · (end - this); the weight is a number or a tensor. */
  lerp(...args: LerpArgs): Tensor {
    const { end, weight } = parseArgs<LerpOptions>('lerp', ['end', 'weight'], {}, args);
    if (typeof weight !== 'object') return this.make(elementary.lerp(this.value, end.value, Number(weight)));
    return this.make(named(elementary.lerp(this.value, end.value, weight.value), 'LerpBackward1'));
  }

  /** this + value · tensor1 · tensor2. */
  addcmul(...args: ScaledArgs): Tensor {
    const { tensor1, tensor2, value } = parseArgs<Scaled>('addcmul', ['tensor1', 'tensor2'], { value: 1 }, args);
    const [a, b, c] = this.together(tensor1, tensor2);
    return this.make(elementary.addcmul(a, b, c, value));
  }

  /** this + value · tensor1 / tensor2; float32 only. */
  addcdiv(...args: ScaledArgs): Tensor {
    const { tensor1, tensor2, value } = parseArgs<Scaled>('addcdiv', ['tensor1', 'tensor2'], { value: 1 }, args);
    const [a, b, c] = this.together(tensor1, tensor2);
    return this.make(elementary.addcdiv(a, b, c, value));
  }

  /** Whether the elements are close to those of another tensor of this dtype. */
  isclose(other: Tensor, ...args: ClosenessArgs): Tensor {
    const defaults = { rtol: 1e-5, atol: 1e-8, equalNan: false };
    const { rtol, atol, equalNan } = parseArgs<Closeness>('isclose', [], defaults, args);
    for (const [name, tolerance] of Object.entries({ rtol, atol })) {
      if (!(tolerance >= 0)) throw new ArgumentError(`isclose: expected ${name} ≥ 0, but got ${tolerance}`);
    }
    if (other.dtype !== this.dtype) {
      throw new DTypeError(
        `isclose: expected tensors of one dtype, but got ${this.dtype} and ${other.dtype}; convert one with .to()`,
      );
    }
    return this.make(elementary.isclose(this.value, other.value, rtol, atol, equalNan));
  }

  // ── Bits of integers and bools ──

  /** Bits that both have, of integers and bools. */
  bitwiseAnd(other: Tensor | number | boolean): Tensor {
    return this.bits('bitwiseAnd', other, elementary.bitwiseAnd);
  }

  /** Bits that one or both have, of integers and bools. */
  bitwiseOr(other: Tensor | number | boolean): Tensor {
    return this.bits('bitwiseOr', other, elementary.bitwiseOr);
  }

  /** Bits that just one has, of integers and bools. */
  bitwiseXor(other: Tensor | number | boolean): Tensor {
    return this.bits('bitwiseXor', other, elementary.bitwiseXor);
  }

  /** Each bit the other way round, of integers; the opposite, of bools. */
  bitwiseNot(): Tensor {
    return this.make(elementary.bitwiseNot(this.value));
  }

  // ── In place ──

  /** `exp2`, in place. */
  exp2_(): this {
    return this.replace('exp2_', this.before().exp2().value);
  }

  /** `log2`, in place. */
  log2_(): this {
    return this.replace('log2_', this.before().log2().value);
  }

  /** `log10`, in place. */
  log10_(): this {
    return this.replace('log10_', this.before().log10().value);
  }

  /** `tan`, in place. */
  tan_(): this {
    return this.replace('tan_', this.before().tan().value);
  }

  /** `asin`, in place. */
  asin_(): this {
    return this.replace('asin_', this.before().asin().value);
  }

  /** `acos`, in place. */
  acos_(): this {
    return this.replace('acos_', this.before().acos().value);
  }

  /** `atan`, in place. */
  atan_(): this {
    return this.replace('atan_', this.before().atan().value);
  }

  /** `sinh`, in place. */
  sinh_(): this {
    return this.replace('sinh_', this.before().sinh().value);
  }

  /** `cosh`, in place. */
  cosh_(): this {
    return this.replace('cosh_', this.before().cosh().value);
  }

  /** `asinh`, in place. */
  asinh_(): this {
    return this.replace('asinh_', this.before().asinh().value);
  }

  /** `acosh`, in place. */
  acosh_(): this {
    return this.replace('acosh_', this.before().acosh().value);
  }

  /** `atanh`, in place. */
  atanh_(): this {
    return this.replace('atanh_', this.before().atanh().value);
  }

  /** `erf`, in place. */
  erf_(): this {
    return this.replace('erf_', this.before().erf().value);
  }

  /** `erfc`, in place. */
  erfc_(): this {
    return this.replace('erfc_', this.before().erfc().value);
  }

  /** `trunc`, in place. */
  trunc_(): this {
    return this.replace('trunc_', this.before().trunc().value);
  }

  /** `frac`, in place. */
  frac_(): this {
    return this.replace('frac_', this.before().frac().value);
  }

  /** `square`, in place. */
  square_(): this {
    return this.replace('square_', this.before().square().value);
  }

  /** `reciprocal`, in place. */
  reciprocal_(): this {
    return this.replace('reciprocal_', this.before().reciprocal().value);
  }

  /** `rsqrt`, in place. */
  rsqrt_(): this {
    return this.replace('rsqrt_', this.before().rsqrt().value);
  }

  /** `expm1`, in place. */
  expm1_(): this {
    return this.replace('expm1_', this.before().expm1().value);
  }

  /** `log`, in place. */
  log_(): this {
    return this.replace('log_', this.before().log().value);
  }

  /** `log1p`, in place. */
  log1p_(): this {
    return this.replace('log1p_', this.before().log1p().value);
  }

  /** `sin`, in place. */
  sin_(): this {
    return this.replace('sin_', this.before().sin().value);
  }

  /** `cos`, in place. */
  cos_(): this {
    return this.replace('cos_', this.before().cos().value);
  }

  /** `floor`, in place. */
  floor_(): this {
    return this.replace('floor_', this.before().floor().value);
  }

  /** `ceil`, in place. */
  ceil_(): this {
    return this.replace('ceil_', this.before().ceil().value);
  }

  /** `round`, in place. */
  round_(options?: { decimals?: number }): this {
    return this.replace('round_', this.before().round(options).value);
  }

  /** `sign`, in place. */
  sign_(): this {
    return this.replace('sign_', this.before().sign().value);
  }

  /** `bitwiseNot`, in place. */
  bitwiseNot_(): this {
    return this.replace('bitwiseNot_', this.before().bitwiseNot().value);
  }

  /** `nanToNum`, in place. */
  nanToNum_(...args: NanToNumArgs): this {
    return this.replace('nanToNum_', this.before().nanToNum(...args).value);
  }

  /** `atan2`, in place. */
  atan2_(other: Tensor): this {
    return this.replace('atan2_', this.before(other).atan2(other).value);
  }

  /** `fmod`, in place. */
  fmod_(other: Operandish): this {
    return this.replace('fmod_', this.before(other).fmod(other).value);
  }

  /** `remainder`, in place. */
  remainder_(other: Operandish): this {
    return this.replace('remainder_', this.before(other).remainder(other).value);
  }

  /** `floorDivide`, in place. */
  floorDivide_(other: Operandish): this {
    return this.replace('floorDivide_', this.before(other).floorDivide(other).value);
  }

  /** `lerp`, in place. */
  lerp_(...args: LerpArgs): this {
    const { end, weight } = parseArgs<LerpOptions>('lerp_', ['end', 'weight'], {}, args);
    return this.replace('lerp_', this.before(end).lerp(end, weight).value);
  }

  /** `addcmul`, in place. */
  addcmul_(...args: ScaledArgs): this {
    return this.replace('addcmul_', this.addcmul(...args).value);
  }

  /** `addcdiv`, in place. */
  addcdiv_(...args: ScaledArgs): this {
    return this.replace('addcdiv_', this.addcdiv(...args).value);
  }

  /** `bitwiseAnd`, in place. */
  bitwiseAnd_(other: Tensor | number | boolean): this {
    return this.replace('bitwiseAnd_', this.bitwiseAnd(other).value);
  }

  /** `bitwiseOr`, in place. */
  bitwiseOr_(other: Tensor | number | boolean): this {
    return this.replace('bitwiseOr_', this.bitwiseOr(other).value);
  }

  /** `bitwiseXor`, in place. */
  bitwiseXor_(other: Tensor | number | boolean): this {
    return this.replace('bitwiseXor_', this.bitwiseXor(other).value);
  }

  /** This tensor's value and those of others, all in the dtype in which they meet. */
  private together(...others: readonly [Tensor, Tensor]) {
    const all = [this as unknown as Tensor, ...others];
    const dtype = promoteTypes(...all.map((x) => ({ dtype: x.dtype, rank0: x.shape.length === 0 })));
    return all.map((x) => cast(x.value, dtype)) as unknown as readonly [Value, Value, Value];
  }

  private bits(name: string, other: Operandish, op: (a: Value, b: Value) => Value): Tensor {
    const fractional = typeof other === 'number' && !Number.isInteger(other);
    if (isFloat(this.dtype) || fractional) {
      throw new DTypeError(
        `${name}: expected integers or bools, but got ${fractional ? other : `dtype ${this.dtype}`}; convert it with .to()`,
      );
    }
    return this.combine(name, other, (a, b) => op(a, typeof b === 'number' ? full([], b, a.dtype) : b));
  }
}
