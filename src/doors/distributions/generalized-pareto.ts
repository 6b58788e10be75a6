// The generalized Pareto distribution.

import { rand, type Tensor, where } from '../../torch';
import type { Arguments } from '../../torch/inside';
import { type Constraint, interval, positive, real } from './constraints/constraints';
import type { SampleArguments, Validation, ValueArguments } from './distribution';
import type { DistributionParameter } from './parameters';
import { Parametric } from './parametric';

interface GeneralizedParetoParameters extends Validation {
  /** The smallest value. */
  loc: DistributionParameter;
  scale: DistributionParameter;
  /** The shape of the tail, ξ: exponential at 0, bounded below 0. */
  concentration: DistributionParameter;
}

type GeneralizedParetoOrder = ['loc', 'scale', 'concentration', 'validateArgs'];

/** The distribution of what exceeds a threshold: P(X > x) = (1 + ξ (x - loc) / scale)^(-1 / ξ), ξ = concentration. */
export class GeneralizedPareto extends Parametric {
  declare readonly loc: Tensor;
  declare readonly scale: Tensor;
  declare readonly concentration: Tensor;

  constructor(...args: Arguments<GeneralizedParetoParameters, GeneralizedParetoOrder>) {
    super({ loc: real, scale: positive, concentration: real }, real, args);
  }

  override get support(): Constraint {
    const { loc, scale, concentration: k } = this;
    const end = where(k.lt(0), loc.sub(scale.div(k)), Number.POSITIVE_INFINITY);
    return interval(loc, end);
  }

  /** Whether ξ is 0, and ξ with 1 in its place there, so that gradients stay finite. */
  private get shape(): { isZero: Tensor; safe: Tensor } {
    const isZero = this.concentration.isclose(this.concentration.mul(0));
    return { isZero, safe: this.concentration.where(isZero.logicalNot(), 1) };
  }

  private standardised(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale);
  }

  /** NaN for a concentration of 1 or more. */
  override get mean(): Tensor {
    const isValid = this.concentration.lt(1);
    const safe = this.concentration.where(isValid, 0.5);
    return this.loc.add(this.scale.div(safe.neg().add(1))).where(isValid, Number.NaN);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  /** NaN for a concentration of ½ or more. */
  override get variance(): Tensor {
    const isValid = this.concentration.lt(0.5);
    const safe = this.concentration.where(isValid, 0.25);
    const below = safe.neg().add(1).square().mul(safe.mul(-2).add(1));
    return this.scale.square().div(below).where(isValid, Number.NaN);
  }

  override rsample(...args: SampleArguments): Tensor {
    return this.quantile(rand(this.extendedShape('rsample', args), { dtype: this.loc.dtype }));
  }

  override logProb(...args: ValueArguments): Tensor {
    const z = this.standardised(this.valueFor('logProb', args));
    const { isZero, safe } = this.shape;
    const y = safe.reciprocal().add(1);
    const apart = where(y.eq(0), y, y.mul(safe.mul(z).log1p()));
    return this.scale
      .log()
      .neg()
      .sub(where(isZero, z, apart));
  }

  /** ln P(X > value). */
  logSurvivalFunction(...args: ValueArguments): Tensor {
    return this.survival(this.valueFor('logSurvivalFunction', args));
  }

  private survival(value: Tensor): Tensor {
    const z = this.standardised(value);
    const { isZero, safe } = this.shape;
    return where(isZero, z.neg(), safe.mul(z).log1p().div(safe).neg());
  }

  /** The logarithm of `cdf`. */
  logCdf(...args: ValueArguments): Tensor {
    return this.survival(this.valueFor('logCdf', args)).exp().neg().log1p();
  }

  override cdf(...args: ValueArguments): Tensor {
    return this.survival(this.valueFor('cdf', args)).exp().neg().log1p().exp();
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.quantile(this.valueFor('icdf', args, false));
  }

  private quantile(share: Tensor): Tensor {
    const { isZero, safe } = this.shape;
    const rest = share.neg().log1p();
    const apart = this.scale.div(safe).mul(safe.neg().mul(rest).expm1());
    return this.loc.add(where(isZero, this.scale.mul(rest).neg(), apart));
  }

  override entropy(): Tensor {
    return this.scale.log().add(this.concentration).add(1);
  }
}
