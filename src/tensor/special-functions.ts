// Functions over tensors for special functions and the parts of numbers.
import { isFloat } from '../compiler/meta';
import { ArgumentError, DTypeError } from '../errors';
import { named } from '../graph/record';
import { cast } from '../ops/cast';
import { dtypeOfScalar, promoteTypes } from '../ops/promotion';
import { inf } from './constants';
import { tensorOf } from './operand';
import { parseArgs } from './options';
import type { Operandish } from './pointwise-methods';
import { searchsorted } from './search';
import { Tensor } from './tensor';

type UnaryMethod =
  | 'lgamma'
  | 'digamma'
  | 'erfinv'
  | 'i0'
  | 'sinc'
  | 'deg2rad'
  | 'rad2deg'
  | 'sgn'
  | 'signbit'
  | 'isposinf'
  | 'isneginf'
  | 'positive';

const unary =
  (name: UnaryMethod) =>
  (input: Tensor): Tensor =>
    input[name]();

/** The logarithm of |Γ|. */
export const lgamma = unary('lgamma');
/** The derivative of lgamma. */
export const digamma = unary('digamma');
/** The inverse of erf. */
export const erfinv = unary('erfinv');
/** The modified Bessel function of the first kind, of order 0. */
export const i0 = unary('i0');
/** sin πx / πx, and 1 at 0. */
export const sinc = unary('sinc');
/** Degrees as radians. */
export const deg2rad = unary('deg2rad');
/** Radians as degrees. */
export const rad2deg = unary('rad2deg');
/** The sign of the numbers: -1, 0 or 1. */
export const sgn = unary('sgn');
/** Whether the sign is set, that of -0 too. */
export const signbit = unary('signbit');
export const isposinf = unary('isposinf');
export const isneginf = unary('isneginf');
/** `input` itself, for numbers. */
export const positive = unary('positive');

type BinaryMethod =
  | 'igamma'
  | 'igammac'
  | 'logaddexp'
  | 'logaddexp2'
  | 'hypot'
  | 'nextafter'
  | 'ldexp'
  | 'heaviside'
  | 'fmax'
  | 'fmin'
  | 'gcd'
  | 'lcm';

const binary =
  (name: BinaryMethod) =>
  (input: Tensor, other: Tensor): Tensor =>
    input[name](other);

/** The regularised lower incomplete gamma function P(input, other). */
export const igamma = binary('igamma');
/** The regularised upper one, 1 - P(input, other). */
export const igammac = binary('igammac');
/** ln(e^input + e^other), without overflow. */
export const logaddexp = binary('logaddexp');
/** log2(2^input + 2^other), without overflow. */
export const logaddexp2 = binary('logaddexp2');
/** √(input² + other²), without overflow. */
export const hypot = binary('hypot');
/** The next float32 from `input` on the way to `other`. */
export const nextafter = binary('nextafter');
/** input · 2^other. */
export const ldexp = binary('ldexp');
/** 0 below 0, 1 above it, and `values` at 0. */
export const heaviside = binary('heaviside');
/** The greater number; where one is NaN, the other. */
export const fmax = binary('fmax');
/** The lesser number; where one is NaN, the other. */
export const fmin = binary('fmin');
/** The greatest common divisor. */
export const gcd = binary('gcd');
/** The least common multiple. */
export const lcm = binary('lcm');

/** The nth derivative of digamma. */
export const polygamma = (n: number, input: Tensor): Tensor => input.polygamma(n);
/** The logarithm of the multivariate Γ of dimension p. */
export const mvlgamma = (input: Tensor, ...args: Parameters<Tensor['mvlgamma']>): Tensor => input.mvlgamma(...args);
/** Fractions of magnitude ½ to 1, and whole exponents: input = fraction · 2^exponent. */
export const frexp = (input: Tensor): [mantissa: Tensor, exponent: Tensor] => input.frexp();
/** `input`'s magnitudes with the signs of `other`. */
export const copysign = (input: Tensor, other: Tensor | number): Tensor => input.copysign(other);

/** ln(x / (1 - x)); with `eps`, of x limited to [eps, 1 - eps]. */
export const logit = (input: Tensor, ...args: Parameters<Tensor['logit']>): Tensor => input.logit(...args);

/** input · ln(other), and 0 where `input` is 0; one of them may be a number. */
export function xlogy(input: Operandish, other: Operandish): Tensor {
  if (input instanceof Tensor) return input.xlogy(other as Tensor | number);
  if (other instanceof Tensor) return renamed(tensorOf(input).xlogy(other), 'XlogyBackward1');
  throw new ArgumentError('xlogy: expected at least one tensor, but got two numbers');
}

/** Each element raised to at least `min`, a number or a tensor. */
export const clampMin = (input: Tensor, min: Tensor | number): Tensor => input.clampMin(min);
/** Each element lowered to at most `max`, a number or a tensor. */
export const clampMax = (input: Tensor, max: Tensor | number): Tensor => input.clampMax(max);

/** The bits of `input` moved to the left by `other`; one of them may be a number. */
export const bitwiseLeftShift = (input: Tensor | number, other: Tensor | number): Tensor =>
  tensorOf(input).bitwiseLeftShift(other);
/** The bits of `input` moved to the right by `other`, the sign kept; one of them may be a number. */
export const bitwiseRightShift = (input: Tensor | number, other: Tensor | number): Tensor =>
  tensorOf(input).bitwiseRightShift(other);

const numberType = (number: number | boolean) => ({ dtype: dtypeOfScalar(number), isScalar: true });

/** other - alpha · input. */
export function rsub(input: Tensor, other: Operandish, options: { alpha?: number } = {}): Tensor {
  const { alpha } = parseArgs<{ alpha?: number }>('rsub', [], { alpha: 1 }, [options]);
  if (other instanceof Tensor) return renamed(other.sub(input, { alpha }), 'RsubBackward0');
  if (!isFloat(input.dtype) && !Number.isInteger(alpha)) {
    throw new ArgumentError(`rsub: expected a whole alpha for dtype ${input.dtype}, but got ${alpha}`);
  }
  if (input.dtype === 'bool') {
    throw new DTypeError('rsub: expected numbers, but got dtype bool; use logicalNot, or convert it with .to()');
  }
  const scaled = Tensor.of(cast(input.value, promoteTypes({ dtype: input.dtype }, numberType(other)))).mul(-alpha);
  return renamed(scaled.add(other), 'RsubBackward1');
}

/**
 * Whether each element is among `testElements`; with `invert`, whether it is not. One of them may be a number. NaN is among none.
 * Shape: that of `elements`. `assumeUnique` is a hint that is not needed here.
 */
export function isin(
  elements: Tensor | number,
  testElements: Tensor | number,
  options: { assumeUnique?: boolean; invert?: boolean } = {},
): Tensor {
  const { invert } = parseArgs<typeof options>('isin', [], { assumeUnique: false, invert: false }, [options]);
  if (typeof elements === 'number' && typeof testElements === 'number') {
    throw new ArgumentError('isin: expected at least one tensor, but got two numbers');
  }
  const [x, among] = [elements, testElements].map((each) => (typeof each === 'number' ? tensorOf(each) : each));
  for (const { dtype } of [x!, among!]) {
    if (dtype === 'bool') throw new DTypeError('isin: expected numbers, but got dtype bool; convert it with .to()');
  }
  const found = among!.numel() === 0 ? x!.lt(x!) : foundIn(x!, among!);
  return invert ? found.logicalNot() : found;
}

/** Whether the place of an element among the sorted ones is taken by its equal. */
function foundIn(x: Tensor, among: Tensor): Tensor {
  const dtype = promoteTypes({ dtype: x.dtype }, { dtype: among.dtype });
  const sorted = among.to(dtype).flatten().sort()[0];
  // NaN, which comes last, in order for comparisons; what is found there is NaN all the same.
  const ordered = sorted.nanToNum({ nan: inf, posinf: inf, neginf: -inf });
  const place = searchsorted(ordered, x.to(dtype)).clamp({ max: sorted.numel() - 1 });
  return sorted.take(place).eq(x);
}

function renamed(x: Tensor, gradName: string): Tensor {
  named(x.value, gradName);
  return x;
}
