// The Laplace distribution.
import { empty, finfo, type Tensor } from '../../torch';
import type { SampleArguments, ValueArguments } from './distribution';
import { LocScaleDistribution } from './normal';

/** The Laplace distribution: p(x) = exp(-|x - loc| / scale) / (2 scale). */
export class Laplace extends LocScaleDistribution {
  override get mean(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.SQRT2);
  }

  override get variance(): Tensor {
    return this.scale.square().mul(2);
  }

  override rsample(...args: SampleArguments): Tensor {
    const { dtype } = this.loc;
    const u = empty(this.extendedShape('rsample', args), { dtype }).uniform_(finfo(dtype).eps - 1, 1);
    return this.loc.sub(this.scale.mul(u.sign()).mul(u.abs().neg().log1p()));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    return this.scale.mul(2).log().neg().sub(value.sub(this.loc).abs().div(this.scale));
  }

  override cdf(...args: ValueArguments): Tensor {
    const distance = this.valueFor('cdf', args).sub(this.loc);
    const share = distance.abs().neg().div(this.scale).expm1();
    return distance.sign().mul(share).mul(-0.5).add(0.5);
  }

  override icdf(...args: ValueArguments): Tensor {
    const term = this.valueFor('icdf', args, false).sub(0.5);
    return this.loc.sub(this.scale.mul(term.sign()).mul(term.abs().mul(-2).log1p()));
  }

  override entropy(): Tensor {
    return this.scale.mul(2).log().add(1);
  }
}
