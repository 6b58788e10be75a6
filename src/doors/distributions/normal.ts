// The normal distribution, and the base class of distributions with a location and a scale.

import { noGrad, normal, randn, type Tensor } from '../../torch';
import type { Arguments } from '../../torch/inside';
import { positive, real } from './constraints/constraints';
import type { SampleArguments, Validation, ValueArguments } from './distribution';
import type { DistributionParameter } from './parameters';
import { Parametric } from './parametric';

export interface LocScale extends Validation {
  /** The place of the distribution. */
  loc: DistributionParameter;
  scale: DistributionParameter;
}

export type LocScaleArguments = Arguments<LocScale, ['loc', 'scale', 'validateArgs']>;

/** Base class of distributions with a location and a scale: tensors or numbers that broadcast. */
export abstract class LocScaleDistribution extends Parametric {
  declare readonly loc: Tensor;
  declare readonly scale: Tensor;

  constructor(...args: LocScaleArguments) {
    super({ loc: real, scale: positive }, real, args);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  /** The distance of a value from the location, in units of the scale. */
  protected standardised(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale);
  }
}

/**
 * The normal distribution N(loc, scale²).
 *
 *     p(x) = exp(-(x - loc)² / (2 scale²)) / (scale √(2π))
 */
export class Normal extends LocScaleDistribution {
  override get mean(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    return this.scale.square();
  }

  override sample(...args: SampleArguments): Tensor {
    const shape = this.extendedShape('sample', args);
    return noGrad(() => normal(this.loc.expand(shape), this.scale.expand(shape)));
  }

  override rsample(...args: SampleArguments): Tensor {
    const noise = randn(this.extendedShape('rsample', args), { dtype: this.loc.dtype });
    return this.loc.add(noise.mul(this.scale));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const distance = value.sub(this.loc).square();
    return distance
      .div(this.variance.mul(-2))
      .sub(this.scale.log())
      .sub(Math.log(Math.sqrt(2 * Math.PI)));
  }

  override cdf(...args: ValueArguments): Tensor {
    const value = this.valueFor('cdf', args);
    return value.sub(this.loc).mul(this.scale.reciprocal()).div(Math.SQRT2).erf().add(1).mul(0.5);
  }

  override icdf(...args: ValueArguments): Tensor {
    const value = this.valueFor('icdf', args, false);
    return this.loc.add(this.scale.mul(value.mul(2).sub(1).erfinv()).mul(Math.SQRT2));
  }

  override entropy(): Tensor {
    return this.scale.log().add(0.5 + 0.5 * Math.log(2 * Math.PI));
  }
}
