// Special functions: ln Γ and its derivatives, the inverse of erf, Bessel functions, sinc, logarithms of sums and
// ratios.

import type { Text } from '../../compiler/texts';
import { AutogradError } from '../../core/errors';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { toFloat } from '../shape/cast';
import { abs, add, div, exp, mul, neg, reciprocal, square, sub } from './arithmetic';
import { eq, gt, le, logicalAnd, logicalOr, lt, where } from './compare';
import { exp2 } from './elementary';
import { pointwise } from './pointwise';

const mathLib: Text = '#math/libMath';
const elementaryLib: Text = '#functions/libElementary';
const erfLib: Text = '#functions/libErf';
const igammaLib: Text = '#special/libIgamma';
const specialLib: Text = '#special/libSpecial';
const trigLib: Text = '#functions/libTrig';

const lib = [mathLib, trigLib, specialLib];

type Unary = (a: Value) => Value;
type Binary = (a: Value, b: Value) => Value;

/** A function of floats, defined by its WGSL library function and its derivative. */
function unary(name: string, derivative: Unary): Unary {
  const grads = [(dy: Value, { a }: { readonly a: Value }) => mul(dy, derivative(a))];
  const op: Op<undefined> = pointwise({ name, lib, expr: `special_${name}(a0)`, saves: 'a', grads });
  return (a) => record(op, [toFloat(a)], undefined);
}

// ── Γ ──

/** ln |Γ(a)|. */
export const lgamma: Unary = unary('lgamma', (a) => digamma(a));
/** The derivative of ln Γ. */
export const digamma: Unary = unary('digamma', (a) => polygamma(1, a));

/** Scalars: n, and (-1)^(n+1) n!. */
const polygammaOp: Op<undefined> = pointwise({
  name: 'polygamma',
  lib,
  expr: 's1 * special_polygamma(s0, a0)',
  saves: 'a',
  grads: [(dy, { a, s }) => mul(dy, polygamma(s[0]! + 1, a))],
});
/** The nth derivative of digamma, n ≥ 0. */
export function polygamma(n: number, a: Value): Value {
  if (n === 0) return digamma(a);
  let factorial = n % 2 === 0 ? -1 : 1;
  // In float64, 171! is infinite, so more factors change nothing.
  for (let k = 2; k <= Math.min(n, 171); k++) factorial *= k;
  return record(polygammaOp, [toFloat(a)], undefined, [n, factorial]);
}

const igammaLibs = [mathLib, trigLib, erfLib, elementaryLib, specialLib, igammaLib];

const gammaDensityOp = pointwise({
  name: 'gammaDensity',
  lib: igammaLibs,
  expr: 'igamma_density(a0, a1)',
  saves: 'aby',
  grads: [null, (dy, { a, b, y }) => mul(dy, mul(y, sub(div(sub(a, 1), b), 1)))],
});
/** e^-x x^(a-1) / Γ(a), the derivative of igamma with respect to x. */
const gammaDensity: Binary = (a, x) => record(gammaDensityOp, [a, x], undefined);

const incomplete = (name: string, expr: string, slope: (dy: Value) => Value): Binary => {
  const op = pointwise({
    name,
    lib: igammaLibs,
    expr,
    saves: 'ab',
    grads: [
      () => {
        throw new AutogradError(
          `${name}: there is no gradient with respect to the first argument, as in PyTorch; detach() it, and differentiate with respect to the second`,
        );
      },
      (dy, { a, b }) => mul(slope(dy), gammaDensity(a, b)),
    ],
  });
  return (a, b) => record(op, [a, b], undefined);
};
/** The regularised lower incomplete gamma function P(a, x). */
export const igamma = incomplete('igamma', 'igamma_p(a0, a1)', (dy) => dy);
/** The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x). */
export const igammac = incomplete('igammac', 'igamma_q(a0, a1)', neg);

// ── Inverse of erf, Bessel functions, sinc ──

/** The number whose erf is a; ±∞ for ±1. */
export const erfinv: Unary = unary('erfinv', (a) => mul(exp(square(erfinv(a))), Math.sqrt(Math.PI) / 2));
/** The modified Bessel function of the first kind, of order 0. */
export const i0: Unary = unary('i0', (a) => i1(a));

const i1Op = pointwise({
  name: 'i1',
  gradName: 'SpecialI1Backward0',
  lib,
  expr: 'special_i1(a0)',
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, i1Slope(a))],
});
/** I₁' = I₀ - I₁ / a, ½ at 0. */
const i1SlopeOp = pointwise({
  name: 'i1Slope',
  lib,
  expr: 'select(special_i0(a0) - special_i1(a0) / a0, 0.5, a0 == 0.0)',
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, i1Bend(a))],
});
const i1Slope: Unary = (a) => record(i1SlopeOp, [a], undefined);
/** I₁'' = I₁ + (I₁ / a - I₁') / a. Near 0 the terms cancel, so it is the series 3/8 a + 5/96 a³ + 7/3072 a⁵ there. */
function i1Bend(a: Value): Value {
  const near = lt(abs(a), 0.1);
  const t = square(a);
  const series = mul(a, add(mul(t, add(mul(t, 7 / 3072), 5 / 96)), 3 / 8));
  const far = where(near, 1, a);
  const y = i1(far);
  return where(near, series, add(y, div(sub(div(y, far), i1Slope(far)), far)));
}
/** The modified Bessel function of the first kind, of order 1. */
export const i1: Unary = (a) => record(i1Op, [toFloat(a)], undefined);

/** sin πa / πa, and 1 at 0. */
export const sinc: Unary = unary('sinc', (a) => sincSlope(a));

const sincSlopeOp = pointwise({
  name: 'sincSlope',
  lib,
  expr: 'special_sinc_slope(a0)',
  saves: 'ay',
  // sinc″ = -π² sinc - 2 sinc′ / a, which is -π²/3 at 0.
  grads: [
    (dy, { a, y }) =>
      mul(dy, where(eq(a, 0), -(Math.PI ** 2) / 3, sub(mul(sinc(a), -(Math.PI ** 2)), mul(div(y, a), 2)))),
  ],
});
const sincSlope: Unary = (a) => record(sincSlopeOp, [a], undefined);

// ── Logarithms of ratios and sums ──

/** 1 / (a (1 - a)) */
const logitSlope = (a: Value): Value => reciprocal(mul(a, sub(1, a)));
const outside = (a: Value, low: number, high: number): Value => logicalOr(lt(a, low), gt(a, high));
const logitOp = pointwise({
  name: 'logit',
  lib: [mathLib],
  expr: 'math_log(a0 / (1.0 - a0))',
  saves: 'a',
  grads: [(dy, { a }) => where(outside(a, 0, 1), Number.NaN, mul(dy, logitSlope(a)))],
});
const logitClampedOp = pointwise({
  name: 'logit',
  lib: [mathLib],
  expr: 'math_log(select(math_min(a0, 1.0 - s0), s0, a0 < s0) / (1.0 - select(math_min(a0, 1.0 - s0), s0, a0 < s0)))',
  saves: 'a',
  grads: [(dy, { a, s }) => where(outside(a, s[0]!, 1 - s[0]!), 0, mul(dy, logitSlope(a)))],
});
/** ln(a / (1 - a)), the inverse of sigmoid. With `eps`, a is clamped to [eps, 1 - eps] first. */
export const logit = (a: Value, eps: number | null): Value =>
  eps === null ? record(logitOp, [toFloat(a)], undefined) : record(logitClampedOp, [toFloat(a)], undefined, [eps]);

/** An op of two floats, defined by its WGSL library function and its gradients with respect to both operands. */
function binary(name: string, saves: string, grads: NonNullable<Parameters<typeof pointwise>[0]['grads']>): Binary {
  const op = pointwise({ name, lib, expr: `special_${name}(a0, a1)`, saves, grads });
  return (a, b) => record(op, [a, b], undefined);
}

/** ln(e^a + e^b). */
export const logaddexp: Binary = binary('logaddexp', 'ab', [
  (dy, { a, b }) => div(dy, add(exp(sub(b, a)), 1)),
  (dy, { a, b }) => div(dy, add(exp(sub(a, b)), 1)),
]);
/** log2(2^a + 2^b). */
export const logaddexp2: Binary = binary('logaddexp2', 'ab', [
  (dy, { a, b }) => div(dy, add(exp2(sub(b, a)), 1)),
  (dy, { a, b }) => div(dy, add(exp2(sub(a, b)), 1)),
]);
/** √(a² + b²). */
export const hypot: Binary = binary('hypot', 'aby', [
  (dy, { a, y }) => mul(dy, div(a, y)),
  (dy, { b, y }) => mul(dy, div(b, y)),
]);
/** a ln b, and 0 where a is 0. */
export const xlogy: Binary = binary('xlogy', 'ab', [
  (dy, { a, b }) => where(logicalAnd(eq(a, 0), le(b, 0)), 0, xlogy(dy, b)),
  (dy, { a, b }) => div(mul(dy, a), b),
]);
/** a ln(1 + b), and 0 where a is 0. */
export const xlog1py: Binary = binary('xlog1py', 'ab', [
  (dy, { a, b }) => where(logicalAnd(eq(a, 0), le(b, -1)), 0, xlog1py(dy, b)),
  (dy, { a, b }) => div(mul(dy, a), add(b, 1)),
]);
