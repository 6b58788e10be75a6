// Elementary functions of one, two or three tensors, and of the bits of integers.

import { integer, orNull, real } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import * as activation from '../../../engine/ops/pointwise/activation';
import * as arithmetic from '../../../engine/ops/pointwise/arithmetic';
import * as compare from '../../../engine/ops/pointwise/compare';
import * as ops from '../../../engine/ops/pointwise/elementary';
import { byKind, combined, paired, together } from '../calling/operand';
import {
  type Closeness,
  type ClosenessArgs,
  expectNoFraction,
  type NanToNum,
  type NanToNumArgs,
  type Operandish,
} from '../calling/pointwise-args';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, inPlace, op, unary, alias } = family();
export default methods;

// ── Signs, powers, roots ──

/** −input. */
export const neg = unary('neg', arithmetic.neg);
/** `neg`, in place. */
export const neg_ = inPlace(neg, { readsOld: false });
/** |input|, element by element. */
export const abs = unary('abs', arithmetic.abs);
/** `abs`, in place. */
export const abs_ = inPlace(abs);
/** 1 for positive numbers, −1 for negative ones, 0 for 0. */
export const sign = unary('sign', arithmetic.sign);
/** `sign`, in place. */
export const sign_ = inPlace(sign);
/** input². */
export const square = unary('square', arithmetic.square);
/** `square`, in place. */
export const square_ = inPlace(square);
/** 1 / input, in floating point. */
export const reciprocal = unary('reciprocal', arithmetic.reciprocal);
/** `reciprocal`, in place. */
export const reciprocal_ = inPlace(reciprocal);
/** The square root; NaN for negative numbers. */
export const sqrt = unary('sqrt', arithmetic.sqrt);
/** `sqrt`, in place. */
export const sqrt_ = inPlace(sqrt, { readsOld: false });
/** 1 / √input. */
export const rsqrt = unary('rsqrt', arithmetic.rsqrt);
/** `rsqrt`, in place. */
export const rsqrt_ = inPlace(rsqrt);
/** `input` itself. As in PyTorch, bools are refused. */
export const positive = op('positive(input)', (input: Tensor): Tensor => {
  if (input.dtype === 'bool') {
    throw new DTypeError("positive: expected numbers, but got dtype bool; convert it with .to('int64')");
  }
  return input;
});

// ── Exponentials and logarithms ──

/** e to the power input. */
export const exp = unary('exp', arithmetic.exp);
/** `exp`, in place. */
export const exp_ = inPlace(exp, { readsOld: false });
/** 2^input. */
export const exp2 = unary('exp2', ops.exp2);
/** `exp2`, in place. */
export const exp2_ = inPlace(exp2);
/** e to the power input, minus 1: accurate for small numbers. */
export const expm1 = unary('expm1', arithmetic.expm1);
/** `expm1`, in place. */
export const expm1_ = inPlace(expm1);
/** The natural logarithm; −∞ for 0, NaN for negative numbers. */
export const log = unary('log', arithmetic.log);
/** `log`, in place. */
export const log_ = inPlace(log);
/** The natural logarithm of 1 + input: accurate for small numbers. */
export const log1p = unary('log1p', arithmetic.log1p);
/** `log1p`, in place. */
export const log1p_ = inPlace(log1p);
/** The logarithm to base 2. */
export const log2 = unary('log2', ops.log2);
/** `log2`, in place. */
export const log2_ = inPlace(log2);
/** The logarithm to base 10. */
export const log10 = unary('log10', ops.log10);
/** `log10`, in place. */
export const log10_ = inPlace(log10);

// ── Circular and hyperbolic functions ──

/** The sine of angles in radians. */
export const sin = unary('sin', arithmetic.sin);
/** `sin`, in place. */
export const sin_ = inPlace(sin);
/** The cosine of angles in radians. */
export const cos = unary('cos', arithmetic.cos);
/** `cos`, in place. */
export const cos_ = inPlace(cos);
/** The tangent of angles in radians. */
export const tan = unary('tan', ops.tan);
/** `tan`, in place. */
export const tan_ = inPlace(tan);
/** The angle whose sine is input, in radians from −π/2 to π/2. */
export const asin = unary('asin', ops.asin);
/** `asin`, in place. */
export const asin_ = inPlace(asin);
/** The angle whose cosine is input, in radians from 0 to π. */
export const acos = unary('acos', ops.acos);
/** `acos`, in place. */
export const acos_ = inPlace(acos);
/** The angle whose tangent is input, in radians from −π/2 to π/2. */
export const atan = unary('atan', ops.atan);
/** `atan`, in place. */
export const atan_ = inPlace(atan);
/** The hyperbolic sine. */
export const sinh = unary('sinh', ops.sinh);
/** `sinh`, in place. */
export const sinh_ = inPlace(sinh);
/** The hyperbolic cosine. */
export const cosh = unary('cosh', ops.cosh);
/** `cosh`, in place. */
export const cosh_ = inPlace(cosh);
/** The hyperbolic tangent, from −1 to 1. */
export const tanh = unary('tanh', activation.tanh);
/** `tanh`, in place. */
export const tanh_ = inPlace(tanh, { readsOld: false });
/** The inverse of sinh. */
export const asinh = unary('asinh', ops.asinh);
/** `asinh`, in place. */
export const asinh_ = inPlace(asinh);
/** The inverse of cosh. */
export const acosh = unary('acosh', ops.acosh);
/** `acosh`, in place. */
export const acosh_ = inPlace(acosh);
/** The inverse of tanh. */
export const atanh = unary('atanh', ops.atanh);
/** `atanh`, in place. */
export const atanh_ = inPlace(atanh);
/** The angle of the point (x: other, y: input), in radians from −π to π. */
export const atan2 = op(
  'atan2(input, other)',
  (input: Tensor, other: Tensor): Tensor => made(ops.atan2(input.value, other.value)),
);
/** `atan2`, in place. */
export const atan2_ = inPlace(atan2);

// ── Functions of statistics and networks ──

/** 1 / (1 + e^−input), from 0 to 1. */
export const sigmoid = unary('sigmoid', activation.sigmoid);
/** `sigmoid`, in place. */
export const sigmoid_ = inPlace(sigmoid, { readsOld: false });
/** input where it is positive, else 0. */
export const relu = unary('relu', activation.relu);
/** `relu`, in place. */
export const relu_ = inPlace(relu, { readsOld: false });
/** The Gauss error function. */
export const erf = unary('erf', ops.erf);
/** `erf`, in place. */
export const erf_ = inPlace(erf);
/** 1 - erf, accurate for large numbers. */
export const erfc = unary('erfc', ops.erfc);
/** `erfc`, in place. */
export const erfc_ = inPlace(erfc);

// ── Whole numbers ──

/** The greatest whole number ≤ input. */
export const floor = unary('floor', arithmetic.floor);
/** `floor`, in place. */
export const floor_ = inPlace(floor);
/** The least whole number ≥ input. */
export const ceil = unary('ceil', arithmetic.ceil);
/** `ceil`, in place. */
export const ceil_ = inPlace(ceil);
/**
 * Rounds to the nearest whole number, or to `decimals` places; halves round to even. Negative decimals round to tens,
 * hundreds, …
 */
export const round = op(
  'round(input, ...)',
  (
    input: Tensor,
    options?: {
      /** How many places after the point are kept. */
      decimals?: number;
    },
  ): Tensor => {
    const { decimals } = parseArgs<{ decimals?: number }>('round', [], { decimals: 0 }, [options], {
      decimals: integer,
    });
    return made(arithmetic.round(input.value, decimals));
  },
);
/** `round`, in place. */
export const round_ = inPlace(round);
/** The number without its fraction: rounded towards 0. */
export const trunc = unary('trunc', ops.trunc);
/** `trunc`, in place. */
export const trunc_ = inPlace(trunc);
/** The fraction, with the sign of the number. */
export const frac = unary('frac', ops.frac);
/** `frac`, in place. */
export const frac_ = inPlace(frac);
/** The remainder of input / other with the sign of `input`. */
export const fmod = op(
  'fmod(input, other: operand)',
  (input: Tensor, other: Operandish): Tensor =>
    byKind(combined('fmod', input, other, ops.fmod), other, 'FmodBackward0', 'FmodBackward1'),
);
/** `fmod`, in place. */
export const fmod_ = inPlace(fmod);

// ── Questions ──

/** Whether each element is NaN, as a bool tensor. */
export const isnan = unary('isnan', compare.isnan);
/** Whether each element is ∞ or −∞, as a bool tensor. */
export const isinf = unary('isinf', compare.isinf);
/** Whether each element is neither NaN nor infinite, as a bool tensor. */
export const isfinite = unary('isfinite', compare.isfinite);

/** Whether the elements are close to those of another tensor of this dtype: |input - other| ≤ atol + rtol · |other|. */
export const isclose = op(
  'isclose(input, other, ...)',
  (input: Tensor, other: Tensor, ...args: ClosenessArgs): Tensor => {
    const defaults = { rtol: 1e-5, atol: 1e-8, equalNan: false };
    const { rtol, atol, equalNan } = parseArgs<Closeness>('isclose', [], defaults, args);
    for (const [name, tolerance] of Object.entries({ rtol, atol })) {
      if (!(tolerance >= 0)) throw new ArgumentError(`isclose: expected ${name} ≥ 0, but got ${tolerance}`);
    }
    if (other.dtype !== input.dtype) {
      throw new DTypeError(
        `isclose: expected tensors of one dtype, but got ${input.dtype} and ${other.dtype}; convert other with .to('${input.dtype}')`,
      );
    }
    return made(ops.isclose(input.value, other.value, rtol, atol, equalNan));
  },
);

// ── Replacements ──

const GREATEST_FLOAT = 3.4028234663852886e38;
const replacing = orNull(real);

/** `input` with NaN and infinities replaced by numbers. */
export const nanToNum = op('nanToNum(input, ...)', (input: Tensor, ...args: NanToNumArgs): Tensor => {
  const none = null as number | null;
  const { nan, posinf, neginf } = parseArgs<NanToNum>('nanToNum', [], { nan: none, posinf: none, neginf: none }, args, {
    nan: replacing,
    posinf: replacing,
    neginf: replacing,
  });
  return made(ops.nanToNum(input.value, nan ?? 0, posinf ?? GREATEST_FLOAT, neginf ?? -GREATEST_FLOAT));
});
/** `nanToNum`, in place. */
export const nanToNum_ = inPlace(nanToNum);

// ── Of three tensors ──

/** input + weight · (end - input); the weight is a number or a tensor. */
export const lerp = op(
  'lerp(input, end, weight: operand)',
  (input: Tensor, end: Tensor, weight: Tensor | number): Tensor => {
    if (typeof weight !== 'object') return made(ops.lerp(input.value, end.value, Number(weight)));
    return made(named(ops.lerp(input.value, end.value, weight.value), 'LerpBackward1'));
  },
);
/** `lerp`, in place. */
export const lerp_ = inPlace(lerp);

/** The function for an operation of three tensors with an option `value`, a factor of the second and third. */
const scaled =
  (name: string, of: (a: Value, b: Value, c: Value, value: number) => Value) =>
  (
    input: Tensor,
    /** The first factor, or the numerator. */ tensor1: Tensor,
    /** The second factor, or the denominator. */ tensor2: Tensor,
    options?: { value?: number },
  ): Tensor => {
    const { value } = parseArgs<{ value?: number }>(name, [], { value: 1 }, [options]);
    return made(of(...together(input, tensor1, tensor2), value));
  };

/** input + value · tensor1 · tensor2. */
export const addcmul = op('addcmul(input, tensor1, tensor2, ...)', scaled('addcmul', ops.addcmul));
/** `addcmul`, in place. */
export const addcmul_ = inPlace(addcmul, { readsOld: false });
/** input + value · tensor1 / tensor2; floats only. */
export const addcdiv = op('addcdiv(input, tensor1, tensor2, ...)', scaled('addcdiv', ops.addcdiv));
/** `addcdiv`, in place. */
export const addcdiv_ = inPlace(addcdiv, { readsOld: false });

// ── Bits of integers and bools ──

const bits =
  (name: string, of: (a: Value, b: Value) => Value) =>
  (input: Tensor, other: Operandish): Tensor => {
    expectNoFraction(name, other);
    return paired(name, input, other, of);
  };

/** The bits that are set in both, of integers or bools. */
export const bitwiseAnd = op('bitwiseAnd(input, other: operand)', bits('bitwiseAnd', ops.bitwiseAnd));
/** `bitwiseAnd`, in place. */
export const bitwiseAnd_ = inPlace(bitwiseAnd);
/** The bits that are set in either, of integers or bools. */
export const bitwiseOr = op('bitwiseOr(input, other: operand)', bits('bitwiseOr', ops.bitwiseOr));
/** `bitwiseOr`, in place. */
export const bitwiseOr_ = inPlace(bitwiseOr);
/** The bits that are set in exactly one, of integers or bools. */
export const bitwiseXor = op('bitwiseXor(input, other: operand)', bits('bitwiseXor', ops.bitwiseXor));
/** `bitwiseXor`, in place. */
export const bitwiseXor_ = inPlace(bitwiseXor);
/** Every bit of an integer inverted; "not" for bools. */
export const bitwiseNot = unary('bitwiseNot', ops.bitwiseNot);
/** `bitwiseNot`, in place. */
export const bitwiseNot_ = inPlace(bitwiseNot);

// ── Second names ──

/** `abs` by another name. */
export const absolute = alias('absolute', abs);
/** `abs_` by another name. */
export const absolute_ = alias('absolute_', abs_);
/** `acos` by another name. */
export const arccos = alias('arccos', acos);
/** `acos_` by another name. */
export const arccos_ = alias('arccos_', acos_);
/** `acosh` by another name. */
export const arccosh = alias('arccosh', acosh);
/** `acosh_` by another name. */
export const arccosh_ = alias('arccosh_', acosh_);
/** `asin` by another name. */
export const arcsin = alias('arcsin', asin);
/** `asin_` by another name. */
export const arcsin_ = alias('arcsin_', asin_);
/** `asinh` by another name. */
export const arcsinh = alias('arcsinh', asinh);
/** `asinh_` by another name. */
export const arcsinh_ = alias('arcsinh_', asinh_);
/** `atan` by another name. */
export const arctan = alias('arctan', atan);
/** `atan_` by another name. */
export const arctan_ = alias('arctan_', atan_);
/** `atan2` by another name. */
export const arctan2 = alias('arctan2', atan2);
/** `atan2_` by another name. */
export const arctan2_ = alias('arctan2_', atan2_);
/** `atanh` by another name. */
export const arctanh = alias('arctanh', atanh);
/** `atanh_` by another name. */
export const arctanh_ = alias('arctanh_', atanh_);
/** `neg` by another name. */
export const negative = alias('negative', neg);
/** `neg_` by another name. */
export const negative_ = alias('negative_', neg_);
/** `trunc` by another name. */
export const fix = alias('fix', trunc);
/** `trunc_` by another name. */
export const fix_ = alias('fix_', trunc_);
