// torch.special's Bessel functions, functions of the normal distribution, ζ and orthogonal polynomials.

import type { Value } from '../../engine/graph/value';
import * as ops from '../../engine/ops/pointwise/bessel';
import { callable } from './calling/callable';
import type { Operandish } from './calling/pointwise-args';
import { noGrad } from './calling/recording';
import { floatOperands } from './float-operands';
import { Tensor } from './tensor';

const unary = <const Name extends string>(name: Name, of: (x: Value) => Value) =>
  callable(`${name}(input)`, (input: Tensor): Tensor => Tensor.of(of(input.value)));

/** A function without gradients, as PyTorch has it. */
const flat = <const Name extends string>(name: Name, of: (x: Value) => Value) =>
  callable(`${name}(input)`, (input: Tensor): Tensor => noGrad(() => Tensor.of(of(input.value))));

// ── Bessel functions ──

/** The Bessel function of the first kind, of order 0. */
export const besselJ0 = unary('besselJ0', ops.besselJ0);
/** The Bessel function of the first kind, of order 1. */
export const besselJ1 = unary('besselJ1', ops.besselJ1);
/** The Bessel function of the second kind, of order 0: −∞ at 0, NaN to its left. */
export const besselY0 = unary('besselY0', ops.besselY0);
/** The Bessel function of the second kind, of order 1: −∞ at 0, NaN to its left. */
export const besselY1 = unary('besselY1', ops.besselY1);
/** The modified Bessel function of the first kind, of order 0: `i0`. */
export const modifiedBesselI0 = unary('modifiedBesselI0', ops.modifiedBesselI0);
/** The modified Bessel function of the first kind, of order 1: `i1`. */
export const modifiedBesselI1 = unary('modifiedBesselI1', ops.modifiedBesselI1);
/** The modified Bessel function of the second kind, of order 0: ∞ at 0, NaN to its left. */
export const modifiedBesselK0 = unary('modifiedBesselK0', ops.modifiedBesselK0);
/** The modified Bessel function of the second kind, of order 1: ∞ at 0, NaN to its left. */
export const modifiedBesselK1 = unary('modifiedBesselK1', ops.modifiedBesselK1);
/** e^input · modifiedBesselK0(input), which does not underflow; without a gradient. */
export const scaledModifiedBesselK0 = flat('scaledModifiedBesselK0', ops.scaledModifiedBesselK0);
/** e^input · modifiedBesselK1(input), which does not underflow; without a gradient. */
export const scaledModifiedBesselK1 = flat('scaledModifiedBesselK1', ops.scaledModifiedBesselK1);
/** The spherical Bessel function of the first kind, of order 0: sin x / x, 1 at 0; without a gradient. */
export const sphericalBesselJ0 = flat('sphericalBesselJ0', ops.sphericalBesselJ0);
/** e^-|input| · i0(input), which does not overflow. */
export const i0e = unary('i0e', ops.i0e);
/** e^-|input| · i1(input), which does not overflow. */
export const i1e = unary('i1e', ops.i1e);
/** Airy's function Ai; without a gradient. */
export const airyAi = flat('airyAi', ops.airyAi);

// ── The normal distribution ──

/** e^(input²) · erfc(input), which does not underflow. */
export const erfcx = unary('erfcx', ops.erfcx);
/** The logarithm of `ndtr`, finite where that is 0 in float32. */
export const logNdtr = unary('logNdtr', ops.logNdtr);
/** The number whose `ndtr` is the input: the quantile function of the standard normal distribution. */
export const ndtri = unary('ndtri', ops.ndtri);

// ── ζ and polynomials ──

/** Hurwitz's ζ: Σ_k (other + k)^-input for input > 1; differentiable with respect to `other`. One of the two may be a number. */
export const zeta = callable(
  'zeta(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => Tensor.of(ops.zeta(...floatOperands('zeta', input, other))),
);

/** A polynomial of degree n, which may be a number or a tensor. */
const polynomial = <const Name extends string>(name: Name, of: (x: Value, n: Value) => Value) =>
  callable(
    `${name}(input: operand, n: operand)`,
    (
      input: Operandish,
      /** The degree, a whole number; the result is 0 where it is negative. */ n: Operandish,
    ): Tensor => noGrad(() => Tensor.of(of(...floatOperands(name, input, n)))),
  );

/** Chebyshev's polynomial of the first kind, T_n(input); without a gradient, like those below. */
export const chebyshevPolynomialT = polynomial('chebyshevPolynomialT', ops.chebyshevPolynomialT);
/** Chebyshev's polynomial of the second kind, U_n(input). */
export const chebyshevPolynomialU = polynomial('chebyshevPolynomialU', ops.chebyshevPolynomialU);
/** Chebyshev's polynomial of the third kind, V_n(input). */
export const chebyshevPolynomialV = polynomial('chebyshevPolynomialV', ops.chebyshevPolynomialV);
/** Chebyshev's polynomial of the fourth kind, W_n(input). */
export const chebyshevPolynomialW = polynomial('chebyshevPolynomialW', ops.chebyshevPolynomialW);
/** The physicists' Hermite polynomial, H_n(input). */
export const hermitePolynomialH = polynomial('hermitePolynomialH', ops.hermitePolynomialH);
/** The probabilists' Hermite polynomial, He_n(input). */
export const hermitePolynomialHe = polynomial('hermitePolynomialHe', ops.hermitePolynomialHe);
/** Laguerre's polynomial, L_n(input). */
export const laguerrePolynomialL = polynomial('laguerrePolynomialL', ops.laguerrePolynomialL);
/** Legendre's polynomial, P_n(input). */
export const legendrePolynomialP = polynomial('legendrePolynomialP', ops.legendrePolynomialP);
/** T_n(2 · input − 1), orthogonal over [0, 1]. */
export const shiftedChebyshevPolynomialT = polynomial('shiftedChebyshevPolynomialT', ops.shiftedChebyshevPolynomialT);
/** U_n(2 · input − 1). */
export const shiftedChebyshevPolynomialU = polynomial('shiftedChebyshevPolynomialU', ops.shiftedChebyshevPolynomialU);
/** V_n(2 · input − 1). */
export const shiftedChebyshevPolynomialV = polynomial('shiftedChebyshevPolynomialV', ops.shiftedChebyshevPolynomialV);
/** W_n(2 · input − 1). */
export const shiftedChebyshevPolynomialW = polynomial('shiftedChebyshevPolynomialW', ops.shiftedChebyshevPolynomialW);
