// Functions over tensors for the elementary functions beyond arithmetic.
import { method } from './callable';

export const exp2 = method('exp2(input)');
export const log2 = method('log2(input)');
export const log10 = method('log10(input)');
export const tan = method('tan(input)');
export const asin = method('asin(input)');
export const acos = method('acos(input)');
export const atan = method('atan(input)');
export const sinh = method('sinh(input)');
export const cosh = method('cosh(input)');
export const asinh = method('asinh(input)');
export const acosh = method('acosh(input)');
export const atanh = method('atanh(input)');
export const erf = method('erf(input)');
export const erfc = method('erfc(input)');
export const trunc = method('trunc(input)');
export const frac = method('frac(input)');
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
export const bitwiseAnd = method('bitwiseAnd(input, other: operand)');
export const bitwiseOr = method('bitwiseOr(input, other: operand)');
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
