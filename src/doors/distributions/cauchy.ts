// The Cauchy distribution.
import { empty, type Tensor } from '../../torch';
import type { SampleArguments, ValueArguments } from './distribution';
import { LocScaleDistribution } from './normal';
import { filledLike } from './parameters';

/** The Cauchy distribution: p(x) = scale / (π ((x - loc)² + scale²)). */
export class Cauchy extends LocScaleDistribution {
  /** NaN, since the mean is undefined. */
  override get mean(): Tensor {
    return filledLike(this.loc, Number.NaN);
  }

  /** Always ∞. */
  override get variance(): Tensor {
    return filledLike(this.loc, Infinity);
  }

  override rsample(...args: SampleArguments): Tensor {
    const noise = empty(this.extendedShape('rsample', args), { dtype: this.loc.dtype }).cauchy_();
    return this.loc.add(noise.mul(this.scale));
  }

  override logProb(...args: ValueArguments): Tensor {
    const distance = this.standardised(this.valueFor('logProb', args));
    return this.scale.log().add(distance.square().log1p()).add(Math.log(Math.PI)).neg();
  }

  override cdf(...args: ValueArguments): Tensor {
    return this.standardised(this.valueFor('cdf', args)).atan().div(Math.PI).add(0.5);
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.valueFor('icdf', args, false).sub(0.5).mul(Math.PI).tan().mul(this.scale).add(this.loc);
  }

  override entropy(): Tensor {
    return this.scale.log().add(Math.log(4 * Math.PI));
  }
}
