// The Gumbel distribution.
import { finfo, rand, type Tensor } from '../../torch';
import type { SampleArguments, ValueArguments } from './distribution';

import { LocScaleDistribution } from './normal';
import { EULER } from './parameters';

/**
 * The Gumbel distribution, the limiting distribution of the maximum of many draws: with y = (loc - x) / scale, p(x) =
 * exp(y - exp(y)) / scale.
 */
export class Gumbel extends LocScaleDistribution {
  override get mean(): Tensor {
    return this.loc.add(this.scale.mul(EULER));
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.PI / Math.sqrt(6));
  }

  override get variance(): Tensor {
    return this.stddev.square();
  }

  override rsample(...args: SampleArguments): Tensor {
    const { dtype } = this.loc;
    const { tiny, eps } = finfo(dtype);
    const u = rand(this.extendedShape('rsample', args), { dtype })
      .mul(1 - eps - tiny)
      .add(tiny);
    return this.loc.sub(this.scale.mul(u.log().neg().log()));
  }

  override logProb(...args: ValueArguments): Tensor {
    const y = this.standardised(this.valueFor('logProb', args)).neg();
    return y.sub(y.exp()).sub(this.scale.log());
  }

  override cdf(...args: ValueArguments): Tensor {
    return this.standardised(this.valueFor('cdf', args)).neg().exp().neg().exp();
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.loc.sub(this.scale.mul(this.valueFor('icdf', args, false).log().neg().log()));
  }

  override entropy(): Tensor {
    return this.scale.log().add(1 + EULER);
  }
}
