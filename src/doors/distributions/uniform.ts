// The uniform distribution.
import { rand, type Tensor } from '../../torch';
import type { Arguments } from '../../torch/inside';
import { type Constraint, greaterThan, interval, lessThan, type Range, real } from './constraints/constraints';
import type { SampleArguments, Validation, ValueArguments } from './distribution';
import { type DistributionParameter, filledLike } from './parameters';
import { Parametric } from './parametric';

interface UniformParameters extends Validation {
  /** The lower limit. */
  low: DistributionParameter;
  /** The upper limit, which is no sample. */
  high: DistributionParameter;
}

const below = (of: Uniform): Constraint => lessThan(of.high);
const above = (of: Uniform): Constraint => greaterThan(of.low);

/** The uniform distribution on [low, high). */
export class Uniform extends Parametric {
  declare readonly low: Tensor;
  declare readonly high: Tensor;

  constructor(...args: Arguments<UniformParameters, ['low', 'high', 'validateArgs']>) {
    super({ low: below, high: above }, real, args);
  }

  override get support(): Range {
    return interval(this.low, this.high);
  }

  override get mean(): Tensor {
    return this.high.add(this.low).div(2);
  }

  /** NaN, since all values are equally likely. */
  override get mode(): Tensor {
    return filledLike(this.high, Number.NaN);
  }

  override get stddev(): Tensor {
    return this.width.div(Math.sqrt(12));
  }

  override get variance(): Tensor {
    return this.width.square().div(12);
  }

  private get width(): Tensor {
    return this.high.sub(this.low);
  }

  override rsample(...args: SampleArguments): Tensor {
    const u = rand(this.extendedShape('rsample', args), { dtype: this.low.dtype });
    return this.low.add(u.mul(this.width));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const isInside = this.low.le(value).logicalAnd(this.high.gt(value));
    return isInside.to(this.low.dtype).log().sub(this.width.log());
  }

  override cdf(...args: ValueArguments): Tensor {
    return this.valueFor('cdf', args).sub(this.low).div(this.width).clamp(0, 1);
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.valueFor('icdf', args, false).mul(this.width).add(this.low);
  }

  override entropy(): Tensor {
    return this.width.log();
  }
}
