// The F-distribution.

import { finfo, type Tensor } from '../../torch';
import type { Arguments } from '../../torch/inside';
import { positive } from './constraints/constraints';
import type { SampleArguments, Validation, ValueArguments } from './distribution';
import { Gamma } from './gamma';
import type { DistributionParameter } from './parameters';
import { Parametric } from './parametric';

interface FisherSnedecorParameters extends Validation {
  /** Degrees of freedom of the numerator. */
  df1: DistributionParameter;
  /** Degrees of freedom of the denominator. */
  df2: DistributionParameter;
}

/**
 * The distribution of the quotient of two variances, with `df1` and `df2` degrees of freedom. `sample` and `rsample`
 * return a promise, as in `Gamma`.
 */
export class FisherSnedecor extends Parametric<Promise<Tensor>> {
  declare readonly df1: Tensor;
  declare readonly df2: Tensor;

  constructor(...args: Arguments<FisherSnedecorParameters, ['df1', 'df2', 'validateArgs']>) {
    super({ df1: positive, df2: positive }, positive, args);
  }

  /** NaN for df2 ≤ 2. */
  override get mean(): Tensor {
    return this.df2.div(this.df2.sub(2)).maskedFill(this.df2.le(2), Number.NaN);
  }

  /** NaN for df1 ≤ 2. */
  override get mode(): Tensor {
    const { df1, df2 } = this;
    const mode = df1.sub(2).div(df1).mul(df2).div(df2.add(2));
    return mode.maskedFill(df1.le(2), Number.NaN);
  }

  /** NaN for df2 ≤ 4. */
  override get variance(): Tensor {
    const { df1, df2 } = this;
    const above = df2.square().mul(2).mul(df1.add(df2).sub(2));
    const below = df1.mul(df2.sub(2).square()).mul(df2.sub(4));
    return above.div(below).maskedFill(df2.le(4), Number.NaN);
  }

  override rsample(...args: SampleArguments): Promise<Tensor> {
    const size = this.sampleShape('rsample', args);
    const { tiny } = finfo(this.df1.dtype);
    const drawn = [this.df1, this.df2].map((df) => new Gamma(df.mul(0.5), df, { validateArgs: false }).rsample(size));
    return Promise.all(drawn).then((both) => both[0]!.div(both[1]!.clamp({ min: tiny })).clamp({ min: tiny }));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const [a, b, ratio] = [this.df1.mul(0.5), this.df2.mul(0.5), this.df1.div(this.df2)];
    const norm = a.add(b).lgamma().sub(a.lgamma()).sub(b.lgamma());
    return norm
      .add(a.mul(ratio.log()))
      .add(a.sub(1).mul(value.log()))
      .sub(a.add(b).mul(ratio.mul(value).log1p()));
  }
}
