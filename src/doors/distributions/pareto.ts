// Pareto and Weibull: transforms of exponential distributions.
import type { Tensor } from '../../torch';
import { type Arguments, parseArgs } from '../../torch/inside';
import { type Constraint, greaterThanEq, positive } from './constraints/constraints';
import { type Validation, validation } from './distribution';
import { Exponential } from './exponential';
import { broadcastAll, type DistributionParameter, EULER, filledLike } from './parameters';
import { TransformedDistribution } from './transformed-distribution';
import type { Transform } from './transforms/transform';
import { AffineTransform, ExpTransform, PowerTransform } from './transforms/transforms';

/** Base class of transforms of an exponential distribution that have a scale. */
abstract class OfExponential extends TransformedDistribution<Exponential> {
  declare readonly baseDist: Exponential;

  constructor(
    base: Exponential,
    transforms: readonly Transform[],
    params: Readonly<Record<string, Tensor>>,
    validateArgs: Validation['validateArgs'],
  ) {
    super(base, transforms, { validateArgs });
    this.take(params);
  }

  get scale(): Tensor {
    return this.params.scale;
  }
}

interface ParetoParameters extends Validation {
  /** The smallest value. */
  scale: DistributionParameter;
  alpha: DistributionParameter;
}

/** The Pareto distribution: p(x) = alpha scale^alpha / x^(alpha + 1), x ≥ scale. */
export class Pareto extends OfExponential {
  constructor(...args: Arguments<ParetoParameters, ['scale', 'alpha', 'validateArgs']>) {
    const { scale, alpha, validateArgs } = parseArgs<ParetoParameters>('Pareto', ['scale', 'alpha'], validation, args);
    const params = broadcastAll('Pareto', { alpha, scale });
    const transforms = [new ExpTransform(), new AffineTransform(0, params.scale)];
    super(new Exponential(params.alpha, { validateArgs: false }), transforms, params, validateArgs);
  }

  get alpha(): Tensor {
    return this.params.alpha;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { alpha: positive, scale: positive };
  }

  override get support(): Constraint {
    return greaterThanEq(this.scale);
  }

  /** ∞ for alpha ≤ 1. */
  override get mean(): Tensor {
    const a = this.alpha.clamp({ min: 1 });
    return a.mul(this.scale).div(a.sub(1));
  }

  override get mode(): Tensor {
    return this.scale;
  }

  /** ∞ for alpha ≤ 2. */
  override get variance(): Tensor {
    const a = this.alpha.clamp({ min: 2 });
    return this.scale
      .square()
      .mul(a)
      .div(a.sub(1).square().mul(a.sub(2)));
  }

  override entropy(): Tensor {
    return this.scale.div(this.alpha).log().add(this.alpha.reciprocal()).add(1);
  }
}

interface WeibullParameters extends Validation {
  scale: DistributionParameter;
  /** The shape of the distribution, > 0. */
  concentration: DistributionParameter;
}

/** The Weibull distribution: p(x) = k / scale (x / scale)^(k - 1) exp(-(x / scale)^k), k = concentration. */
export class Weibull extends OfExponential {
  constructor(...args: Arguments<WeibullParameters, ['scale', 'concentration', 'validateArgs']>) {
    const { scale, concentration, validateArgs } = parseArgs<WeibullParameters>(
      'Weibull',
      ['scale', 'concentration'],
      validation,
      args,
    );
    const params = broadcastAll('Weibull', { scale, concentration });
    const base = new Exponential(filledLike(params.scale, 1), { validateArgs: false });
    const transforms = [new PowerTransform(params.concentration.reciprocal()), new AffineTransform(0, params.scale)];
    super(base, transforms, params, validateArgs);
  }

  get concentration(): Tensor {
    return this.params.concentration;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { scale: positive, concentration: positive };
  }

  override get support(): Constraint {
    return positive;
  }

  override get mean(): Tensor {
    return this.scale.mul(this.concentration.reciprocal().add(1).lgamma().exp());
  }

  override get mode(): Tensor {
    const { concentration: k } = this;
    return this.scale.mul(k.sub(1).div(k).pow(k.reciprocal()));
  }

  override get variance(): Tensor {
    const inverse = this.concentration.reciprocal();
    const square = inverse.mul(2).add(1).lgamma().exp();
    return this.scale.square().mul(square.sub(inverse.add(1).lgamma().mul(2).exp()));
  }

  override entropy(): Tensor {
    const inverse = this.concentration.reciprocal();
    return inverse.neg().add(1).mul(EULER).add(this.scale.mul(inverse).log()).add(1);
  }
}
