// Bessel functions, Airy's function, tails of the normal distribution, Hurwitz's ζ and orthogonal polynomials, as torch.special has them.

import type { Text } from '../../compiler/texts';
import { AutogradError } from '../../core/errors';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { toFloat } from '../shape/cast';
import { abs, add, div, exp, mul, neg, reciprocal, sign, square, sub } from './arithmetic';
import { gt, where } from './compare';
import { pointwise } from './pointwise';
import { i0, i1 } from './special';

const mathLib: Text = '#math/libMath';
const elementaryLib: Text = '#functions/libElementary';
const erfLib: Text = '#functions/libErf';
const powersLib: Text = '#functions/libPowers';
const trigLib: Text = '#functions/libTrig';
const specialLib: Text = '#special/libSpecial';
const besselLib: Text = '#bessel/libBessel';
const normalLib: Text = '#bessel/libNormal';
const polynomialsLib: Text = '#bessel/libPolynomials';
const zetaLib: Text = '#bessel/libZeta';

type Unary = (a: Value) => Value;
type Binary = (a: Value, b: Value) => Value;

const besselLibs = [mathLib, trigLib, specialLib, besselLib];
const normalLibs = [mathLib, trigLib, erfLib, elementaryLib, normalLib];

/** A function of floats by its WGSL expression, with PyTorch's name of its gradient and the derivative, if it has one. */
function unary(name: string, lib: readonly Text[], expr: string, derivative?: (a: Value, y: Value) => Value): Unary {
  const op: Op<undefined> = pointwise({
    name,
    gradName: `Special${name[0]!.toUpperCase()}${name.slice(1)}Backward0`,
    lib,
    expr,
    ...(derivative && { saves: 'ay', grads: [(dy, { a, y }) => mul(dy, derivative(a, y))] }),
  });
  return (a) => record(op, [toFloat(a)], undefined);
}

const bessel = (name: string, expr: string, derivative?: (a: Value, y: Value) => Value): Unary =>
  unary(name, besselLibs, expr, derivative);

// ── Bessel functions ──

/** J₀, of the first kind and order 0. */
export const besselJ0: Unary = bessel('besselJ0', 'bessel_j0(a0)', (a) => neg(besselJ1(a)));
/** J₁. Its derivative J₀ - J₁ / a is ½ at 0. */
export const besselJ1: Unary = bessel('besselJ1', 'bessel_j1(a0)', (a, y) => byQuotient(besselJ0(a), y, a));
/** Y₀, of the second kind. */
export const besselY0: Unary = bessel('besselY0', 'bessel_y0(a0)', (a) => neg(besselY1(a)));
/** Y₁. */
export const besselY1: Unary = bessel('besselY1', 'bessel_y1(a0)', (a, y) => sub(besselY0(a), div(y, a)));
/** sin a / a. */
export const sphericalBesselJ0: Unary = bessel('sphericalBesselJ0', 'bessel_spherical_j0(a0)');

/** f - y / a, which is ½ where a is 0: y / a tends to ½ f(0) = ½ there. */
const byQuotient: (f: Value, y: Value, a: Value) => Value = (f, y, a) => {
  const apart = gt(abs(a), 2 ** -23);
  return where(apart, sub(f, div(y, where(apart, a, 1))), 0.5);
};

/** I₀, under the name beside those below. */
export const modifiedBesselI0: Unary = bessel('modifiedBesselI0', 'special_i0(a0)', (a) => i1(a));
/** I₁. */
export const modifiedBesselI1: Unary = bessel('modifiedBesselI1', 'special_i1(a0)', (a, y) => byQuotient(i0(a), y, a));
/** K₀, modified and of the second kind. */
export const modifiedBesselK0: Unary = bessel('modifiedBesselK0', 'bessel_k0_of(a0, false)', (a) =>
  neg(modifiedBesselK1(a)),
);
/** K₁. */
export const modifiedBesselK1: Unary = bessel('modifiedBesselK1', 'bessel_k1_of(a0, false)', (a, y) =>
  neg(add(modifiedBesselK0(a), div(y, a))),
);
/** e^a K₀(a). */
export const scaledModifiedBesselK0: Unary = bessel('scaledModifiedBesselK0', 'bessel_k0_of(a0, true)');
/** e^a K₁(a). */
export const scaledModifiedBesselK1: Unary = bessel('scaledModifiedBesselK1', 'bessel_k1_of(a0, true)');
/** e^-|a| I₀(a). */
export const i0e: Unary = bessel('i0E', 'bessel_i0e(a0)', (a, y) => sub(i1e(a), mul(sign(a), y)));
/** e^-|a| I₁(a). */
export const i1e: Unary = bessel('i1E', 'bessel_i1e(a0)', (a, y) => sub(byQuotient(i0e(a), y, a), mul(sign(a), y)));
/** Airy's function Ai. */
export const airyAi: Unary = bessel('airyAi', 'bessel_airy_ai(a0)');

// ── The normal distribution ──

/** e^(a²) erfc a. */
export const erfcx: Unary = unary('erfcx', normalLibs, 'normal_erfcx(a0)', (a, y) =>
  sub(mul(mul(a, y), 2), 2 / Math.sqrt(Math.PI)),
);
/** The logarithm of the standard normal distribution function. */
export const logNdtr: Unary = unary('logNdtr', normalLibs, 'normal_log_ndtr(a0)', (a) =>
  mul(reciprocal(erfcx(mul(a, -Math.SQRT1_2))), Math.sqrt(2 / Math.PI)),
);
/** The quantile function of the standard normal distribution. */
export const ndtri: Unary = unary('ndtri', normalLibs, 'normal_ndtri(a0)', (_, y) =>
  mul(exp(mul(square(y), 0.5)), Math.sqrt(2 * Math.PI)),
);

// ── Hurwitz's ζ ──

const zetaOp = pointwise({
  name: 'zeta',
  gradName: 'SpecialZetaBackward0',
  lib: [mathLib, trigLib, powersLib, specialLib, zetaLib],
  expr: 'zeta_hurwitz(a0, a1)',
  saves: 'ab',
  grads: [
    () => {
      throw new AutogradError(
        'zeta: there is no gradient with respect to the first argument, as in PyTorch; detach() it, and differentiate with respect to the second',
      );
    },
    (dy, { a, b }) => mul(dy, neg(mul(a, zeta(add(a, 1), b)))),
  ],
});
/** Hurwitz's ζ(a, b) = Σ_k (b + k)^-a. */
export const zeta: Binary = (a, b) => record(zetaOp, [a, b], undefined);

// ── Orthogonal polynomials ──

/** A polynomial of degree b at a; without gradients, as in PyTorch. */
function polynomial(name: string, expr: string): Binary {
  const lib = [mathLib, trigLib, erfLib, elementaryLib, polynomialsLib];
  const op: Op<undefined> = pointwise({ name, lib, expr });
  return (a, b) => record(op, [a, b], undefined);
}

/** T_b(a). */
export const chebyshevPolynomialT = polynomial('chebyshevPolynomialT', 'polynomial_chebyshev_t(a0, a1)');
/** U_b(a). */
export const chebyshevPolynomialU = polynomial('chebyshevPolynomialU', 'polynomial_chebyshev_u(a0, a1)');
/** V_b(a). */
export const chebyshevPolynomialV = polynomial('chebyshevPolynomialV', 'polynomial_chebyshev_v(a0, a1)');
/** W_b(a). */
export const chebyshevPolynomialW = polynomial('chebyshevPolynomialW', 'polynomial_chebyshev_w(a0, a1)');
/** H_b(a), of the physicists. */
export const hermitePolynomialH = polynomial('hermitePolynomialH', 'polynomial_hermite(a0, a1, 2.0)');
/** He_b(a), of the probabilists. */
export const hermitePolynomialHe = polynomial('hermitePolynomialHe', 'polynomial_hermite(a0, a1, 1.0)');
/** L_b(a). */
export const laguerrePolynomialL = polynomial('laguerrePolynomialL', 'polynomial_laguerre(a0, a1)');
/** P_b(a). */
export const legendrePolynomialP = polynomial('legendrePolynomialP', 'polynomial_legendre(a0, a1)');
/** T_b(2a - 1). */
export const shiftedChebyshevPolynomialT = polynomial(
  'shiftedChebyshevPolynomialT',
  'polynomial_chebyshev_t(2.0 * a0 - 1.0, a1)',
);
/** U_b(2a - 1). */
export const shiftedChebyshevPolynomialU = polynomial(
  'shiftedChebyshevPolynomialU',
  'polynomial_chebyshev_u(2.0 * a0 - 1.0, a1)',
);
/** V_b(2a - 1). */
export const shiftedChebyshevPolynomialV = polynomial(
  'shiftedChebyshevPolynomialV',
  'polynomial_chebyshev_v(2.0 * a0 - 1.0, a1)',
);
/** W_b(2a - 1). */
export const shiftedChebyshevPolynomialW = polynomial(
  'shiftedChebyshevPolynomialW',
  'polynomial_chebyshev_w(2.0 * a0 - 1.0, a1)',
);
