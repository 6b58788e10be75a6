// Functions over tensors for special functions and the parts of numbers.

import { ArgumentError, DTypeError } from '../core/errors';
import { isFloat } from '../core/meta';
import { parseArgs } from '../core/options';
import { named } from '../graph/record';
import { cast } from '../ops/cast';
import { dtypeOfScalar, promoteTypes } from '../ops/promotion';
import { callable, method } from './callable';
import { inf } from './constants';
import { tensorOf } from './operand';
import type { Operandish } from './pointwise-methods';
import { searchsorted } from './search';
import { Tensor } from './tensor';

/** The logarithm of |Γ|. */
export const lgamma = method('lgamma(input)');
/** The derivative of lgamma. */
export const digamma = method('digamma(input)');
/** The inverse of erf. */
export const erfinv = method('erfinv(input)');
/** The modified Bessel function of the first kind, of order 0. */
export const i0 = method('i0(input)');
/** sin πx / πx, and 1 at 0. */
export const sinc = method('sinc(input)');
/** Degrees as radians. */
export const deg2rad = method('deg2rad(input)');
/** Radians as degrees. */
export const rad2deg = method('rad2deg(input)');
/** The sign of the numbers: -1, 0 or 1. */
export const sgn = method('sgn(input)');
/** Whether the sign is set, that of -0 too. */
export const signbit = method('signbit(input)');
/** Whether elements are ∞, as a bool tensor. */
export const isposinf = method('isposinf(input)');
/** Whether elements are −∞, as a bool tensor. */
export const isneginf = method('isneginf(input)');
/** `input` itself, for numbers. */
export const positive = method('positive(input)');

/** The regularised lower incomplete gamma function P(input, other). */
export const igamma = method('igamma(input, other)');
/** The regularised upper one, 1 - P(input, other). */
export const igammac = method('igammac(input, other)');
/** ln(e^input + e^other), without overflow. */
export const logaddexp = method('logaddexp(input, other)');
/** log2(2^input + 2^other), without overflow. */
export const logaddexp2 = method('logaddexp2(input, other)');
/** √(input² + other²), without overflow. */
export const hypot = method('hypot(input, other)');
/** The next float32 from `input` on the way to `other`. */
export const nextafter = method('nextafter(input, other)');
/** input · 2^other. */
export const ldexp = method('ldexp(input, other)');
/** 0 below 0, 1 above it, and `values` at 0. */
export const heaviside = method('heaviside(input, values)');
/** The greater number; where one is NaN, the other. */
export const fmax = method('fmax(input, other)');
/** The lesser number; where one is NaN, the other. */
export const fmin = method('fmin(input, other)');
/** The greatest common divisor. */
export const gcd = method('gcd(input, other)');
/** The least common multiple. */
export const lcm = method('lcm(input, other)');

/** The nth derivative of digamma. */
export const polygamma = callable(
  'polygamma(n: number, input)',
  (n: number, input: Tensor): Tensor => input.polygamma(n),
);
/** The logarithm of the multivariate Γ of dimension p. */
export const mvlgamma = method('mvlgamma(input, ...)');
/** Fractions of magnitude ½ to 1, and whole exponents: input = fraction · 2^exponent. */
export const frexp = method('frexp(input)');
/** `input`'s magnitudes with the signs of `other`. */
export const copysign = method('copysign(input, other: operand)');

/** ln(x / (1 - x)); with `eps`, of x limited to [eps, 1 - eps]. */
export const logit = method('logit(input, ...)');

/** input · ln(other), and 0 where `input` is 0; one of them may be a number. */
export const xlogy = callable(
  'xlogy(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => {
    if (input instanceof Tensor) return input.xlogy(other as Tensor | number);
    if (other instanceof Tensor) return renamed(tensorOf(input).xlogy(other), 'XlogyBackward1');
    throw new ArgumentError('xlogy: expected at least one tensor, but got two numbers');
  },
);

/** Each element raised to at least `min`, a number or a tensor. */
export const clampMin = method('clampMin(input, min: operand)');
/** Each element lowered to at most `max`, a number or a tensor. */
export const clampMax = method('clampMax(input, max: operand)');

/** The bits of `input` moved to the left by `other`; one of them may be a number. */
export const bitwiseLeftShift = callable(
  'bitwiseLeftShift(input: operand, other: operand)',
  (input: Tensor | number, other: Tensor | number): Tensor => tensorOf(input).bitwiseLeftShift(other),
);
/** The bits of `input` moved to the right by `other`, the sign kept; one of them may be a number. */
export const bitwiseRightShift = callable(
  'bitwiseRightShift(input: operand, other: operand)',
  (input: Tensor | number, other: Tensor | number): Tensor => tensorOf(input).bitwiseRightShift(other),
);

const numberType = (number: number | boolean) => ({ dtype: dtypeOfScalar(number), isScalar: true });

/** other - alpha · input. */
export const rsub = callable(
  'rsub(input, other: operand, ...)',
  (input: Tensor, other: Operandish, options: { alpha?: number } = {}): Tensor => {
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
  },
);

/**
 * Whether each element is among `testElements`; with `invert`, whether it is not. One of them may be a number. NaN is among none.
 * Shape: that of `elements`. `assumeUnique` is a hint that is not needed here.
 */
export const isin = callable(
  'isin(elements: operand, testElements: operand, ...)',
  (
    elements: Tensor | number,
    testElements: Tensor | number,
    options: { assumeUnique?: boolean; invert?: boolean } = {},
  ): Tensor => {
    const { invert } = parseArgs<typeof options>('isin', [], { assumeUnique: false, invert: false }, [options]);
    if (typeof elements === 'number' && typeof testElements === 'number') {
      throw new ArgumentError('isin: expected at least one tensor, but got two numbers');
    }
    const [x, among] = [elements, testElements].map((each) => (each instanceof Tensor ? each : tensorOf(each)));
    for (const { dtype } of [x!, among!]) {
      if (dtype === 'bool') throw new DTypeError('isin: expected numbers, but got dtype bool; convert it with .to()');
    }
    const found = among!.numel() === 0 ? x!.lt(x!) : foundIn(x!, among!);
    return invert ? found.logicalNot() : found;
  },
);

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
