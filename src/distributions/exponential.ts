// Owns Exponential.

import { type Arguments, parseArgs } from '../core/options';
import { empty } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { type Constraint, nonnegative, positive } from './constraints';
import { Distribution, type SampleArguments, type Validation, type ValueArguments } from './distribution';
import { broadcastAll, filledLike, type Parameter } from './parameters';

export interface RateParameters extends Validation {
  rate: Parameter;
}

export type RateArguments = Arguments<RateParameters, ['rate', 'validateArgs']>;

/** The exponential distribution: p(x) = rate exp(-rate x). */
export class Exponential extends Distribution {
  constructor(...args: RateArguments) {
    const { rate, validateArgs } = parseArgs<RateParameters>('Exponential', ['rate'], { validateArgs: null }, args);
    const params = broadcastAll('Exponential', { rate });
    super(params.rate.shape, [], validateArgs);
    this.take(params);
  }

  get rate(): Tensor {
    return this.params.rate;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { rate: positive };
  }

  override get support(): Constraint {
    return nonnegative;
  }

  override get hasRsample(): boolean {
    return true;
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
