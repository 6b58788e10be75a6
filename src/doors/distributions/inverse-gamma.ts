// The inverse gamma distribution.

import type { Tensor } from '../../torch';
import { type Arguments, calledAs, parseArgs } from '../../torch/inside';
import { type Constraint, positive } from './constraints/constraints';
import { type Validation, validation } from './distribution';
import { Gamma } from './gamma';
import { type DistributionParameter, filledLike } from './parameters';
import { TransformedDistribution } from './transformed-distribution';
import { PowerTransform } from './transforms/transforms';

interface InverseGammaParameters extends Validation {
  /** The shape α. */
  concentration: DistributionParameter;
  /** The rate of the gamma distribution, which is the scale of this one. */
  rate: DistributionParameter;
}

/** The distribution of 1 / x with x ~ Gamma(concentration, rate). `sample` and `rsample` return a promise, as in `Gamma`. */
export class InverseGamma extends TransformedDistribution<Gamma> {
  declare readonly baseDist: Gamma;

  constructor(...args: Arguments<InverseGammaParameters, ['concentration', 'rate', 'validateArgs']>) {
    const { concentration, rate, validateArgs } = parseArgs<InverseGammaParameters>(
      'InverseGamma',
      ['concentration', 'rate'],
      validation,
      args,
    );
    const base = calledAs('InverseGamma', () => new Gamma(concentration, rate, { validateArgs }));
    super(base, new PowerTransform(filledLike(base.rate, -1, [])), { validateArgs });
  }

  get concentration(): Tensor {
    return this.baseDist.concentration;
  }

  get rate(): Tensor {
    return this.baseDist.rate;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { concentration: positive, rate: positive };
  }

  override get support(): Constraint {
    return positive;
  }

  /** ∞ for a concentration of at most 1. */
  override get mean(): Tensor {
    const { concentration: a } = this;
    return this.rate.div(a.sub(1)).where(a.gt(1), Number.POSITIVE_INFINITY);
  }

  override get mode(): Tensor {
    return this.rate.div(this.concentration.add(1));
  }

  /** ∞ for a concentration of at most 2. */
  override get variance(): Tensor {
    const { concentration: a } = this;
    const variance = this.rate.square().div(a.sub(1).square().mul(a.sub(2)));
    return variance.where(a.gt(2), Number.POSITIVE_INFINITY);
  }

  override entropy(): Tensor {
    const { concentration: a } = this;
    return a.add(this.rate.log()).add(a.lgamma()).sub(a.add(1).mul(a.digamma()));
  }
}
