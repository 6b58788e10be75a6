// Functions over tensors for the elementary functions beyond arithmetic.
import { method } from './callable';

/** 2^input. */
export const exp2 = method('exp2(input)');
/** The logarithm to base 2. */
export const log2 = method('log2(input)');
/** The logarithm to base 10. */
export const log10 = method('log10(input)');
/** The tangent of angles in radians. */
export const tan = method('tan(input)');
/** The angle whose sine is input, in radians from −π/2 to π/2. */
export const asin = method('asin(input)');
/** The angle whose cosine is input, in radians from 0 to π. */
export const acos = method('acos(input)');
/** The angle whose tangent is input, in radians from −π/2 to π/2. */
export const atan = method('atan(input)');
/** The hyperbolic sine. */
export const sinh = method('sinh(input)');
/** The hyperbolic cosine. */
export const cosh = method('cosh(input)');
/** The inverse of sinh. */
export const asinh = method('asinh(input)');
/** The inverse of cosh. */
export const acosh = method('acosh(input)');
/** The inverse of tanh. */
export const atanh = method('atanh(input)');
/** The Gauss error function. */
export const erf = method('erf(input)');
/** 1 - erf, exact for large numbers. */
export const erfc = method('erfc(input)');
/** Without the fraction. */
export const trunc = method('trunc(input)');
/** The fraction, with the sign of the number. */
export const frac = method('frac(input)');
/** Each bit the other way round, of integers; the opposite, of bools. */
export const bitwiseNot = method('bitwiseNot(input)');

/** `input` with numbers in the place of NaN and infinities. */
export const nanToNum = method('nanToNum(input, ...)');
/** The angle of the points (other, input), in radians. */
export const atan2 = method('atan2(input, other)');
/** The remainder with the sign of `input`. */
export const fmod = method('fmod(input, other: operand)');
/** input + weight · (end - input). */
export const lerp = method('lerp(input, ...)');
/** input + value · tensor1 · tensor2. */
export const addcmul = method('addcmul(input, ...)');
/** input + value · tensor1 / tensor2. */
export const addcdiv = method('addcdiv(input, ...)');
/** Whether the elements are close: |input - other| ≤ atol + rtol · |other|. */
export const isclose = method('isclose(input, other, ...)');
/** Bits that both have, of integers and bools. */
export const bitwiseAnd = method('bitwiseAnd(input, other: operand)');
/** Bits that one or both have, of integers and bools. */
export const bitwiseOr = method('bitwiseOr(input, other: operand)');
/** Bits that just one has, of integers and bools. */
export const bitwiseXor = method('bitwiseXor(input, other: operand)');
export {
  acos as arccos,
  acosh as arccosh,
  asin as arcsin,
  asinh as arcsinh,
  atan as arctan,
  atan2 as arctan2,
  atanh as arctanh,
  trunc as fix,
};
