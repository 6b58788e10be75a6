// LogNormal, HalfNormal and HalfCauchy: transforms of distributions with a location and a scale.

import type { Tensor } from '../../torch';
import { type Arguments, calledAs, parseArgs } from '../../torch/inside';
import { Cauchy } from './cauchy';
import { type Constraint, nonnegative, positive, real } from './constraints/constraints';
import { type Validation, type ValueArguments, validation } from './distribution';
import { type LocScale, type LocScaleArguments, type LocScaleDistribution, Normal } from './normal';
import { type DistributionParameter, expectParameter, filledLike } from './parameters';
import { TransformedDistribution } from './transformed-distribution';
import { AbsTransform, ExpTransform } from './transforms/transforms';

/** The distribution of exp(x) with x ~ N(loc, scale²). */
export class LogNormal extends TransformedDistribution<Normal> {
  declare readonly baseDist: Normal;

  constructor(...args: LocScaleArguments) {
    const { loc, scale, validateArgs } = parseArgs<LocScale>('LogNormal', ['loc', 'scale'], validation, args);
    super(
      calledAs('LogNormal', () => new Normal(loc, scale, { validateArgs })),
      new ExpTransform(),
      { validateArgs },
    );
  }

  get loc(): Tensor {
    return this.baseDist.loc;
  }

  get scale(): Tensor {
    return this.baseDist.scale;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { loc: real, scale: positive };
  }

  override get mean(): Tensor {
    return this.scale.square().div(2).add(this.loc).exp();
  }

  override get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp();
  }

  override get variance(): Tensor {
    const variance = this.scale.square();
    return variance.expm1().mul(this.loc.mul(2).add(variance).exp());
  }

  override entropy(): Tensor {
    return this.baseDist.entropy().add(this.loc);
  }
}

interface ScaleParameters extends Validation {
  scale: DistributionParameter;
}

type OneScaleArguments = Arguments<ScaleParameters, ['scale', 'validateArgs']>;

/** Base class of the distributions of |x|, where x has a distribution that is symmetric about 0. */
abstract class Half<Base extends LocScaleDistribution> extends TransformedDistribution<Base> {
  declare readonly baseDist: Base;

  constructor(base: new (...args: LocScaleArguments) => Base, args: OneScaleArguments) {
    const name = new.target.name;
    const { scale, validateArgs } = parseArgs<ScaleParameters>(name, ['scale'], validation, args);
    expectParameter(name, 'scale', scale);
    super(
      calledAs(name, () => new base(0, scale, { validateArgs })),
      new AbsTransform(),
      { validateArgs },
    );
  }

  get scale(): Tensor {
    return this.baseDist.scale;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { scale: positive };
  }

  override get support(): Constraint {
    return nonnegative;
  }

  override get mode(): Tensor {
    return filledLike(this.scale, 0);
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const both = this.baseDist.logProb(value).add(Math.LN2);
    return both.maskedFill(value.lt(0), -Infinity);
  }

  override cdf(...args: ValueArguments): Tensor {
    return this.baseDist.cdf(this.valueFor('cdf', args)).mul(2).sub(1);
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.baseDist.icdf(this.valueFor('icdf', args, false).add(1).div(2));
  }

  override entropy(): Tensor {
    return this.baseDist.entropy().sub(Math.LN2);
  }
}

/** The distribution of |x| with x ~ N(0, scale²). */
export class HalfNormal extends Half<Normal> {
  constructor(...args: OneScaleArguments) {
    super(Normal, args);
  }

  override get mean(): Tensor {
    return this.scale.mul(Math.sqrt(2 / Math.PI));
  }

  override get variance(): Tensor {
    return this.scale.square().mul(1 - 2 / Math.PI);
  }
}

/** The distribution of |x| with x from a Cauchy distribution centred at 0. */
export class HalfCauchy extends Half<Cauchy> {
  constructor(...args: OneScaleArguments) {
    super(Cauchy, args);
  }

  /** Always ∞. */
  override get mean(): Tensor {
    return filledLike(this.scale, Infinity);
  }

  /** Always ∞. */
  override get variance(): Tensor {
    return this.baseDist.variance;
  }
}
