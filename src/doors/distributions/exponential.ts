// The exponential distribution.

import { empty, type Tensor } from '../../torch';
import type { Arguments } from '../../torch/inside';
import { nonnegative, positive } from './constraints/constraints';
import type { SampleArguments, Validation, ValueArguments } from './distribution';
import { type DistributionParameter, filledLike } from './parameters';
import { Parametric } from './parametric';

export interface RateParameters extends Validation {
  /** The rate of the distribution, > 0. */
  rate: DistributionParameter;
}

export type RateArguments = Arguments<RateParameters, ['rate', 'validateArgs']>;

/** The exponential distribution: p(x) = rate exp(-rate x). */
export class Exponential extends Parametric {
  declare readonly rate: Tensor;

  constructor(...args: RateArguments) {
    super({ rate: positive }, nonnegative, args);
  }

  override get mean(): Tensor {
    return this.rate.reciprocal();
  }

  override get mode(): Tensor {
    return filledLike(this.rate, 0);
  }

  override get stddev(): Tensor {
    return this.rate.reciprocal();
  }

  override get variance(): Tensor {
    return this.rate.pow(-2);
  }

  override rsample(...args: SampleArguments): Tensor {
    const noise = empty(this.extendedShape('rsample', args), { dtype: this.rate.dtype }).exponential_();
    return noise.div(this.rate);
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    return this.rate.log().sub(this.rate.mul(value));
  }

  override cdf(...args: ValueArguments): Tensor {
    const value = this.valueFor('cdf', args);
    return this.rate.neg().mul(value).exp().neg().add(1);
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.valueFor('icdf', args, false).neg().log1p().neg().div(this.rate);
  }

  override entropy(): Tensor {
    return this.rate.log().neg().add(1);
  }
}
