// Special functions, the parts of floats (sign, mantissa, exponent), and common divisors and bit shifts of integers.

import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { isFloat } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectNumber, named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import * as parts from '../../../engine/ops/pointwise/numbers';
import * as ops from '../../../engine/ops/pointwise/special';
import { TensorBase } from '../base';
import { callable } from '../calling/callable';
import { type MantissaExponent, mantissaExponent } from '../calling/named-results';
import { paired, renamed, tensorOf } from '../calling/operand';
import type { Operandish } from '../calling/pointwise-args';
import { expectNoFraction } from '../calling/pointwise-args';
import { family, withMethod } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';
import { sign } from './elementary';

const { methods, inPlace, op, unary } = family();
export default methods;

/** A function of two tensors, in the dtype to which they promote. */
const binary = <const S extends string>(signature: S, of: (a: Value, b: Value) => Value) => {
  const name = signature.slice(0, signature.indexOf('('));
  return op(signature, (input: Tensor, other: Tensor): Tensor => paired(name, input, other, of));
};

// ── Γ and related functions ──

/** The logarithm of |Γ|. */
export const lgamma = unary('lgamma', ops.lgamma);
/** `lgamma`, in place. */
export const lgamma_ = inPlace(lgamma);
/** The derivative of lgamma. */
export const digamma = unary('digamma', ops.digamma);
/** `digamma`, in place. */
export const digamma_ = inPlace(digamma);

const derivativeOfDigamma = op('polygamma(input, n: number)', (input: Tensor, n: number): Tensor => {
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`polygamma: expected a whole n ≥ 0, but got ${n}`);
  return made(named(ops.polygamma(n, input.value), 'PolygammaBackward0'));
});
/** The nth derivative of digamma, n ≥ 0. It is finite up to n = 33; beyond, n! overflows float32. */
export const polygamma = withMethod(
  callable('polygamma(n: number, input)', (n: number, input: Tensor): Tensor => derivativeOfDigamma(input, n)),
  derivativeOfDigamma,
);
/** `polygamma`, in place. */
export const polygamma_ = inPlace(derivativeOfDigamma);

/** The maximum number of terms that mvlgamma may add up, since each is a separate operation. */
const MOST_TERMS = 1024;

/** The logarithm of the multivariate Γ of dimension p ≥ 1: p (p - 1) / 4 · ln π + Σ_j lgamma(input - j / 2), j from 0 to p - 1. */
export const mvlgamma = op(
  'mvlgamma(input, ...)',
  (input: Tensor, ...args: Arguments<{ p: number }, ['p']>): Tensor => {
    const { p } = parseArgs<{ p: number }>('mvlgamma', ['p'], {}, args);
    if (!Number.isInteger(p) || p < 1) throw new ArgumentError(`mvlgamma: expected a whole p ≥ 1, but got ${p}`);
    if (p > MOST_TERMS) throw new ArgumentError(`mvlgamma: expected p of at most ${MOST_TERMS}, but got ${p}`);
    expectNumber('mvlgamma', 'input', input);
    let sum = lgamma(input);
    for (let j = 1; j < p; j++) sum = sum.add(lgamma(input.sub(j / 2)));
    return renamed(sum.add(((p * (p - 1)) / 4) * Math.log(Math.PI)), 'MvlgammaBackward0');
  },
);
/** `mvlgamma`, in place. */
export const mvlgamma_ = inPlace(mvlgamma);
/** The regularised lower incomplete gamma function P(input, other); differentiable with respect to `other`. */
export const igamma = binary('igamma(input, other)', ops.igamma);
/** `igamma`, in place. */
export const igamma_ = inPlace(igamma);
/** The regularised upper incomplete gamma function, 1 - P(input, other); differentiable with respect to `other`. */
export const igammac = binary('igammac(input, other)', ops.igammac);
/** `igammac`, in place. */
export const igammac_ = inPlace(igammac);

// ── Other functions ──

/** The inverse of erf. */
export const erfinv = unary('erfinv', ops.erfinv);
/** `erfinv`, in place. */
export const erfinv_ = inPlace(erfinv);
/** The modified Bessel function of the first kind, of order 0. */
export const i0 = unary('i0', ops.i0);
/** `i0`, in place. */
export const i0_ = inPlace(i0);
/** sin πx / πx, and 1 at 0. */
export const sinc = unary('sinc', ops.sinc);
/** `sinc`, in place. */
export const sinc_ = inPlace(sinc);

interface LogitOptions {
  /** The numbers are clamped to [eps, 1 - eps]; null (default): not clamped. */
  eps?: number | null;
}

/**
 * ln(x / (1 - x)), the inverse of sigmoid. With `eps`, x is clamped to [eps, 1 - eps]; otherwise NaN outside of [0, 1].
 */
export const logit = op('logit(input, ...)', (input: Tensor, ...args: Arguments<LogitOptions, ['eps']>): Tensor => {
  const { eps } = parseArgs<LogitOptions>('logit', [], { eps: null as number | null }, args);
  return made(ops.logit(input.value, eps));
});
/** `logit`, in place. */
export const logit_ = inPlace(logit);
/** ln(e^input + e^other), without overflow. */
export const logaddexp = binary('logaddexp(input, other)', ops.logaddexp);
/** log2(2^input + 2^other), without overflow. */
export const logaddexp2 = binary('logaddexp2(input, other)', ops.logaddexp2);
/** √(input² + other²), without overflow. */
export const hypot = binary('hypot(input, other)', ops.hypot);
/** `hypot`, in place. */
export const hypot_ = inPlace(hypot);

/** input · ln(other), and 0 where `input` is 0. One of the two may be a number. */
export const xlogy = op('xlogy(input: operand, other: operand)', (input: Operandish, other: Operandish): Tensor => {
  if (!(input instanceof TensorBase) && !(other instanceof TensorBase)) {
    throw new ArgumentError('xlogy: expected at least one tensor, but got two numbers');
  }
  const result = paired('xlogy', tensorOf(input), other, ops.xlogy, true);
  if (!(input instanceof TensorBase)) return renamed(result, 'XlogyBackward1');
  return other instanceof TensorBase ? result : renamed(result, 'XlogyBackward2');
});
/** `xlogy`, in place. */
export const xlogy_ = inPlace(xlogy);
/** Degrees as radians. */
export const deg2rad = unary('deg2rad', (x) => named(parts.deg2rad(x), 'Deg2RadBackward0'));
/** `deg2rad`, in place. */
export const deg2rad_ = inPlace(deg2rad, { readsOld: false });
/** Radians as degrees. */
export const rad2deg = unary('rad2deg', (x) => named(parts.rad2deg(x), 'Rad2DegBackward0'));
/** `rad2deg`, in place. */
export const rad2deg_ = inPlace(rad2deg, { readsOld: false });

// ── Parts of numbers ──

/** The sign of the numbers: -1, 0 or 1. */
export const sgn = op('sgn(input)', (input: Tensor): Tensor => renamed(sign(input), 'SgnBackward0'));
/** `sgn`, in place. */
export const sgn_ = inPlace(sgn, { readsOld: false });
/** Whether the sign bit is set, also for -0. */
export const signbit = unary('signbit', parts.signbit);
/** Whether each element is ∞, as a bool tensor. */
export const isposinf = unary('isposinf', parts.isposinf);
/** Whether each element is −∞, as a bool tensor. */
export const isneginf = unary('isneginf', parts.isneginf);
/** The magnitudes of `input` with the signs of `other`. */
export const copysign = op('copysign(input, other: operand)', (input: Tensor, other: Operandish): Tensor => {
  const result = paired('copysign', input, other, parts.copysign, true);
  return other instanceof TensorBase ? result : renamed(result, 'CopysignBackward1');
});
/** `copysign`, in place. */
export const copysign_ = inPlace(copysign);
/** The next float32 after `input` in the direction of `other`. */
export const nextafter = binary('nextafter(input, other)', parts.nextafter);
/** `nextafter`, in place. */
export const nextafter_ = inPlace(nextafter);

/** `[mantissa, exponent]` with ½ ≤ |mantissa| < 1 and int32 exponents: input = mantissa · 2^exponent. */
export const frexp = op('frexp(input)', (input: Tensor): MantissaExponent => {
  if (!isFloat(input.dtype)) {
    throw new DTypeError(`frexp: expected dtype float32, but got ${input.dtype}; convert it with .to('float32')`);
  }
  const [mantissa, exponent] = parts.frexp(input.value);
  return mantissaExponent(made(mantissa), made(exponent));
});
/** input · 2^other. */
export const ldexp = op(
  'ldexp(input, other)',
  (input: Tensor, other: Tensor): Tensor => paired('ldexp', input, other, parts.ldexp, true),
);
/** `ldexp`, in place. */
export const ldexp_ = inPlace(ldexp);
/** 0 where input < 0, 1 where input > 0, and `values` where it is 0. Both must have one dtype. */
export const heaviside = op('heaviside(input, values)', (input: Tensor, values: Tensor): Tensor => {
  if (values.dtype !== input.dtype) {
    throw new DTypeError(
      `heaviside: expected tensors of one dtype, but got ${input.dtype} and ${values.dtype}; convert values with .to('${input.dtype}')`,
    );
  }
  return made(parts.heaviside(input.value, values.value));
});
/** `heaviside`, in place. */
export const heaviside_ = inPlace(heaviside, { readsOld: false });
/** The greater number; if one is NaN, the other. */
export const fmax = binary('fmax(input, other)', parts.fmax);
/** The lesser number; if one is NaN, the other. */
export const fmin = binary('fmin(input, other)', parts.fmin);

// ── Integers ──

/** The greatest common divisor. */
export const gcd = binary('gcd(input, other)', parts.gcd);
/** `gcd`, in place. */
export const gcd_ = inPlace(gcd);
/** The least common multiple. */
export const lcm = binary('lcm(input, other)', parts.lcm);
/** `lcm`, in place. */
export const lcm_ = inPlace(lcm);

const shifted =
  (name: string, of: (a: Value, b: Value) => Value) =>
  (input: Operandish, other: Operandish): Tensor => {
    expectNoFraction(name, input);
    expectNoFraction(name, other);
    return paired(name, tensorOf(input), other, of);
  };

/**
 * The bits of `input` shifted left by `other`; 0 if `other` is negative or at least the bit width. One of the two may
 * be a number.
 */
export const bitwiseLeftShift = op(
  'bitwiseLeftShift(input: operand, other: operand)',
  shifted('bitwiseLeftShift', parts.bitwiseLeftShift),
);
/** `bitwiseLeftShift`, in place. */
export const bitwiseLeftShift_ = inPlace(bitwiseLeftShift);
/** The bits of `input` shifted right by `other`; the sign stays. One of the two may be a number. */
export const bitwiseRightShift = op(
  'bitwiseRightShift(input: operand, other: operand)',
  shifted('bitwiseRightShift', parts.bitwiseRightShift),
);
/** `bitwiseRightShift`, in place. */
export const bitwiseRightShift_ = inPlace(bitwiseRightShift);
