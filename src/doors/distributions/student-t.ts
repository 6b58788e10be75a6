// The chi-squared distribution and Student's t-distribution.

import { randn, type Tensor } from '../../torch';
import { type Arguments, isTensorObject as isTensor, parseArgs, kinds as torchKinds } from '../../torch/inside';
import { positive, real } from './constraints/constraints';
import { type SampleArguments, type Validation, type ValueArguments, validation } from './distribution';
import { Gamma } from './gamma';
import { type DistributionParameter, expectParameter } from './parameters';
import { Parametric } from './parametric';

interface Chi2Parameters extends Validation {
  /** Degrees of freedom. */
  df: DistributionParameter;
}

const half = (name: string, df: DistributionParameter): DistributionParameter => {
  expectParameter(name, 'df', df);
  return isTensor(df) ? df.mul(0.5) : 0.5 * df;
};

/** The distribution of the sum of the squares of `df` standard normal draws: Gamma(df / 2, 1 / 2). */
export class Chi2 extends Gamma {
  constructor(...args: Arguments<Chi2Parameters, ['df', 'validateArgs']>) {
    const { df, validateArgs } = parseArgs<Chi2Parameters>('Chi2', ['df'], validation, args);
    super(half('Chi2', df), 0.5, { validateArgs });
  }

  get df(): Tensor {
    return this.concentration.mul(2);
  }

  /** PyTorch prints it without parameters. */
  override toString(): string {
    return `${this.constructor.name}()`;
  }
}

interface StudentParameters extends Chi2Parameters {
  /** The location. Default 0. */
  loc?: DistributionParameter;
  /** The scale. Default 1. */
  scale?: DistributionParameter;
}

const standard = { defaults: { loc: 0, scale: 1 }, kinds: { loc: torchKinds.anything, scale: torchKinds.anything } };

/** Student's t-distribution. `sample` and `rsample` return a promise, as in `Gamma`. */
export class StudentT extends Parametric<Promise<Tensor>> {
  declare readonly df: Tensor;
  declare readonly loc: Tensor;
  declare readonly scale: Tensor;

  constructor(...args: Arguments<StudentParameters, ['df', 'loc', 'scale', 'validateArgs']>) {
    super({ df: positive, loc: real, scale: positive }, real, args, standard);
  }

  /** NaN for df ≤ 1. */
  override get mean(): Tensor {
    return this.loc.maskedFill(this.df.le(1), Number.NaN);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  /** ∞ for 1 < df ≤ 2, NaN for df ≤ 1. */
  override get variance(): Tensor {
    const { df } = this;
    const variance = this.scale.square().mul(df).div(df.sub(2));
    return variance.maskedFill(df.le(2), Infinity).maskedFill(df.le(1), Number.NaN);
  }

  override rsample(...args: SampleArguments): Promise<Tensor> {
    const size = this.sampleShape('rsample', args);
    const shape = [...size, ...this.batchShape];
    const x = randn(shape, { dtype: this.df.dtype });
    const squares = new Gamma(this.df.mul(0.5), 0.5, { validateArgs: false }).rsample(size);
    return squares.then((z) => this.loc.add(this.scale.mul(x.mul(z.div(this.df).rsqrt()))));
  }

  override logProb(...args: ValueArguments): Tensor {
    const y = this.valueFor('logProb', args).sub(this.loc).div(this.scale);
    const { df } = this;
    const norm = this.scale
      .log()
      .add(df.log().mul(0.5))
      .add(0.5 * Math.log(Math.PI))
      .add(df.mul(0.5).lgamma())
      .sub(df.add(1).mul(0.5).lgamma());
    return df.add(1).mul(-0.5).mul(y.square().div(df).log1p()).sub(norm);
  }

  override entropy(): Tensor {
    const { df } = this;
    const [less, more] = [df.mul(0.5), df.add(1).mul(0.5)];
    return this.scale
      .log()
      .add(more.mul(more.digamma().sub(less.digamma())))
      .add(df.log().mul(0.5))
      .add(less.lgamma().sub(more.lgamma()))
      .add(0.5 * Math.log(Math.PI));
  }
}
