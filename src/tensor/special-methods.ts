// Tensor methods of special functions and of the parts of numbers, with their in-place forms.

import { ArgumentError, DTypeError } from '../core/errors';
import { isFloat } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { expectNumber, named } from '../graph/record';
import type { Value } from '../graph/value';
import { full } from '../ops/cast';
import * as parts from '../ops/parts';
import * as special from '../ops/special';
import { LinearAlgebraMethods } from './linear-algebra-methods';
import { type MantissaExponent, mantissaExponent } from './named-results';
import type { Tensor } from './tensor';

export interface LogitOptions {
  /** How far from 0 and 1 the numbers are kept; null leaves them. */
  eps?: number | null;
}

type LogitArgs = Arguments<LogitOptions, ['eps']>;

/** Terms that mvlgamma adds up, each by an operation of its own. */
const MOST_TERMS = 1024;

export abstract class SpecialMethods extends LinearAlgebraMethods {
  // ── Γ and its kin ──

  /** The logarithm of |Γ|. */
  lgamma(): Tensor {
    return this.make(special.lgamma(this.value));
  }

  /** The derivative of lgamma. */
  digamma(): Tensor {
    return this.make(special.digamma(this.value));
  }

  /** The nth derivative of digamma, n ≥ 0; up to n = 33, beyond which n! is no float32. */
  polygamma(n: number): Tensor {
    if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`polygamma: expected a whole n ≥ 0, but got ${n}`);
    return this.make(named(special.polygamma(n, this.value), 'PolygammaBackward0'));
  }

  /** The logarithm of the multivariate Γ of dimension p ≥ 1: p (p - 1) / 4 · ln π + Σ_j lgamma(this - j / 2), j from 0 to p - 1. */
  mvlgamma(...args: Arguments<{ p: number }, ['p']>): Tensor {
    const { p } = parseArgs<{ p: number }>('mvlgamma', ['p'], {}, args);
    if (!Number.isInteger(p) || p < 1) throw new ArgumentError(`mvlgamma: expected a whole p ≥ 1, but got ${p}`);
    if (p > MOST_TERMS) throw new ArgumentError(`mvlgamma: expected p of at most ${MOST_TERMS}, but got ${p}`);
    expectNumber('mvlgamma', 'input', this);
    let sum = this.lgamma();
    for (let j = 1; j < p; j++) sum = sum.add(this.sub(j / 2).lgamma());
    const result = sum.add(((p * (p - 1)) / 4) * Math.log(Math.PI));
    named(result.value, 'MvlgammaBackward0');
    return result;
  }

  /** The regularised lower incomplete gamma function P(this, other); differentiable by `other`. */
  igamma(other: Tensor): Tensor {
    return this.pair('igamma', other, special.igamma);
  }

  /** The regularised upper incomplete gamma function, 1 - P(this, other); differentiable by `other`. */
  igammac(other: Tensor): Tensor {
    return this.pair('igammac', other, special.igammac);
  }

  // ── Other functions ──

  /** The inverse of erf. */
  erfinv(): Tensor {
    return this.make(special.erfinv(this.value));
  }

  /** The modified Bessel function of the first kind, of order 0. */
  i0(): Tensor {
    return this.make(special.i0(this.value));
  }

  /** sin πx / πx, and 1 at 0. */
  sinc(): Tensor {
    return this.make(special.sinc(this.value));
  }

  /** ln(x / (1 - x)), the inverse of sigmoid; with `eps`, of x limited to [eps, 1 - eps], else NaN outside of [0, 1]. */
  logit(...args: LogitArgs): Tensor {
    const { eps } = parseArgs<LogitOptions>('logit', [], { eps: null as number | null }, args);
    return this.make(special.logit(this.value, eps));
  }

  /** ln(e^this + e^other), without overflow. */
  logaddexp(other: Tensor): Tensor {
    return this.pair('logaddexp', other, special.logaddexp);
  }

  /** log2(2^this + 2^other), without overflow. */
  logaddexp2(other: Tensor): Tensor {
    return this.pair('logaddexp2', other, special.logaddexp2);
  }

  /** √(this² + other²), without overflow. */
  hypot(other: Tensor): Tensor {
    return this.pair('hypot', other, special.hypot);
  }

  /** this · ln(other), and 0 where this is 0. */
  xlogy(other: Tensor | number): Tensor {
    const result = this.pair('xlogy', other, special.xlogy, true);
    if (typeof other === 'number') named(result.value, 'XlogyBackward2');
    return result;
  }

  /** Degrees as radians. */
  deg2rad(): Tensor {
    return this.make(named(parts.deg2rad(this.value), 'Deg2RadBackward0'));
  }

  /** Radians as degrees. */
  rad2deg(): Tensor {
    return this.make(named(parts.rad2deg(this.value), 'Rad2DegBackward0'));
  }

  // ── Parts of numbers ──

  /** The sign of the number: -1, 0 or 1. */
  sgn(): Tensor {
    const result = this.sign();
    named(result.value, 'SgnBackward0');
    return result;
  }

  /** Whether the sign is set, that of -0 too. */
  signbit(): Tensor {
    return this.make(parts.signbit(this.value));
  }

  /** Whether elements are ∞, as a bool tensor. */
  isposinf(): Tensor {
    return this.make(parts.isposinf(this.value));
  }

  /** Whether elements are −∞, as a bool tensor. */
  isneginf(): Tensor {
    return this.make(parts.isneginf(this.value));
  }

  /** This tensor's magnitudes with the signs of `other`. */
  copysign(other: Tensor | number): Tensor {
    const result = this.pair('copysign', other, parts.copysign, true);
    if (typeof other === 'number') named(result.value, 'CopysignBackward1');
    return result;
  }

  /** The next float32 on the way to `other`. */
  nextafter(other: Tensor): Tensor {
    return this.pair('nextafter', other, parts.nextafter);
  }

  /** Fractions of magnitude ½ to 1, and the whole exponents (int32) with which they are these numbers: m · 2^e. */
  frexp(): MantissaExponent {
    if (!isFloat(this.dtype)) {
      throw new DTypeError(`frexp: expected dtype float32, but got ${this.dtype}; convert it with .to('float32')`);
    }
    const [mantissa, exponent] = parts.frexp(this.value);
    return mantissaExponent(this.make(mantissa), this.make(exponent));
  }

  /** this · 2^other. */
  ldexp(other: Tensor): Tensor {
    return this.pair('ldexp', other, parts.ldexp, true);
  }

  /** 0 below 0, 1 above it, and `values` at 0; both of one dtype. */
  heaviside(values: Tensor): Tensor {
    if (values.dtype !== this.dtype) {
      throw new DTypeError(
        `heaviside: expected tensors of one dtype, but got ${this.dtype} and ${values.dtype}; convert one with .to()`,
      );
    }
    return this.make(parts.heaviside(this.value, values.value));
  }

  /** The greater number; where one is NaN, the other. */
  fmax(other: Tensor): Tensor {
    return this.pair('fmax', other, parts.fmax);
  }

  /** The lesser number; where one is NaN, the other. */
  fmin(other: Tensor): Tensor {
    return this.pair('fmin', other, parts.fmin);
  }

  // ── Integers ──

  /** The greatest common divisor. */
  gcd(other: Tensor): Tensor {
    return this.pair('gcd', other, parts.gcd);
  }

  /** The least common multiple. */
  lcm(other: Tensor): Tensor {
    return this.pair('lcm', other, parts.lcm);
  }

  /** The bits moved to the left; 0 where they move by all of them, or by a negative number. */
  bitwiseLeftShift(other: Tensor | number): Tensor {
    return this.pair('bitwiseLeftShift', other, parts.bitwiseLeftShift);
  }

  /** The bits moved to the right, the sign kept. */
  bitwiseRightShift(other: Tensor | number): Tensor {
    return this.pair('bitwiseRightShift', other, parts.bitwiseRightShift);
  }

  // ── In place ──

  /** `lgamma`, in place. */
  lgamma_(): this {
    return this.replace('lgamma_', this.before().lgamma().value);
  }

  /** `digamma`, in place. */
  digamma_(): this {
    return this.replace('digamma_', this.before().digamma().value);
  }

  /** `polygamma`, in place. */
  polygamma_(n: number): this {
    return this.replace('polygamma_', this.before().polygamma(n).value);
  }

  /** `mvlgamma`, in place. */
  mvlgamma_(...args: Arguments<{ p: number }, ['p']>): this {
    return this.replace('mvlgamma_', this.before().mvlgamma(...args).value);
  }

  /** `igamma`, in place. */
  igamma_(other: Tensor): this {
    return this.replace('igamma_', this.before(other).igamma(other).value);
  }

  /** `igammac`, in place. */
  igammac_(other: Tensor): this {
    return this.replace('igammac_', this.before(other).igammac(other).value);
  }

  /** `erfinv`, in place. */
  erfinv_(): this {
    return this.replace('erfinv_', this.before().erfinv().value);
  }

  /** `i0`, in place. */
  i0_(): this {
    return this.replace('i0_', this.before().i0().value);
  }

  /** `sinc`, in place. */
  sinc_(): this {
    return this.replace('sinc_', this.before().sinc().value);
  }

  /** `logit`, in place. */
  logit_(...args: LogitArgs): this {
    return this.replace('logit_', this.before().logit(...args).value);
  }

  /** `hypot`, in place. */
  hypot_(other: Tensor): this {
    return this.replace('hypot_', this.before(other).hypot(other).value);
  }

  /** `xlogy`, in place. */
  xlogy_(other: Tensor | number): this {
    return this.replace('xlogy_', this.before(other).xlogy(other).value);
  }

  /** `deg2rad`, in place. */
  deg2rad_(): this {
    return this.replace('deg2rad_', this.deg2rad().value);
  }

  /** `rad2deg`, in place. */
  rad2deg_(): this {
    return this.replace('rad2deg_', this.rad2deg().value);
  }

  /** `sgn`, in place. */
  sgn_(): this {
    return this.replace('sgn_', this.sgn().value);
  }

  /** `copysign`, in place. */
  copysign_(other: Tensor | number): this {
    return this.replace('copysign_', this.before(other).copysign(other).value);
  }

  /** `nextafter`, in place. */
  nextafter_(other: Tensor): this {
    return this.replace('nextafter_', this.before(other).nextafter(other).value);
  }

  /** `ldexp`, in place. */
  ldexp_(other: Tensor): this {
    return this.replace('ldexp_', this.before(other).ldexp(other).value);
  }

  /** `heaviside`, in place. */
  heaviside_(values: Tensor): this {
    return this.replace('heaviside_', this.heaviside(values).value);
  }

  /** `gcd`, in place. */
  gcd_(other: Tensor): this {
    return this.replace('gcd_', this.gcd(other).value);
  }

  /** `lcm`, in place. */
  lcm_(other: Tensor): this {
    return this.replace('lcm_', this.lcm(other).value);
  }

  /** `bitwiseLeftShift`, in place. */
  bitwiseLeftShift_(other: Tensor | number): this {
    return this.replace('bitwiseLeftShift_', this.bitwiseLeftShift(other).value);
  }

  /** `bitwiseRightShift`, in place. */
  bitwiseRightShift_(other: Tensor | number): this {
    return this.replace('bitwiseRightShift_', this.bitwiseRightShift(other).value);
  }

  /** An op of two tensors in the dtype in which they meet; `floats` for one that takes integers by their value. */
  private pair(name: string, other: Tensor | number, op: (a: Value, b: Value) => Value, floats = false): Tensor {
    return this.combine(name, other, (a, b) => op(a, typeof b === 'number' ? full([], b, a.dtype) : b), floats);
  }
}
