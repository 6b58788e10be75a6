// The Kumaraswamy distribution.

import type { Tensor } from '../../torch';
import { type Arguments, parseArgs } from '../../torch/inside';
import { type Constraint, positive, unitInterval } from './constraints/constraints';
import { type Validation, validation } from './distribution';
import { broadcastAll, type DistributionParameter, EULER, filledLike } from './parameters';
import { TransformedDistribution } from './transformed-distribution';
import { AffineTransform, PowerTransform } from './transforms/transforms';
import { Uniform } from './uniform';

interface KumaraswamyParameters extends Validation {
  /** The first shape of the distribution, a > 0. */
  concentration1: DistributionParameter;
  /** The second shape of the distribution, b > 0. */
  concentration0: DistributionParameter;
}

/**
 * The distribution over [0, 1] with P(X ≤ x) = 1 - (1 - x^a)^b, a = concentration1, b = concentration0: close to `Beta`,
 * and drawn from one uniform number.
 */
export class Kumaraswamy extends TransformedDistribution<Uniform> {
  declare readonly baseDist: Uniform;

  constructor(...args: Arguments<KumaraswamyParameters, ['concentration1', 'concentration0', 'validateArgs']>) {
    const { validateArgs, ...given } = parseArgs<KumaraswamyParameters>(
      'Kumaraswamy',
      ['concentration1', 'concentration0'],
      validation,
      args,
    );
    const params = broadcastAll('Kumaraswamy', given);
    const { concentration0: b, concentration1: a } = params;
    const transforms = [
      new PowerTransform(b.reciprocal()),
      new AffineTransform(1, -1),
      new PowerTransform(a.reciprocal()),
    ];
    super(new Uniform(filledLike(b, 0), filledLike(b, 1), { validateArgs: false }), transforms, { validateArgs });
    this.take({ concentration1: a, concentration0: b });
  }

  get concentration1(): Tensor {
    return this.params.concentration1!;
  }

  get concentration0(): Tensor {
    return this.params.concentration0!;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { concentration1: positive, concentration0: positive };
  }

  override get support(): Constraint {
    return unitInterval;
  }

  /** The mean of x^n, b B(1 + n / a, b). */
  private moment(n: number): Tensor {
    const { concentration0: b } = this;
    const one = this.concentration1.reciprocal().mul(n).add(1);
    return b.mul(one.lgamma().add(b.lgamma()).sub(one.add(b).lgamma()).exp());
  }

  override get mean(): Tensor {
    return this.moment(1);
  }

  /** NaN if a concentration is below 1. */
  override get mode(): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const log = b.reciprocal().mul(b.neg().log1p()).sub(a.mul(b).neg().log1p());
    return log.exp().maskedFill(b.lt(1).logicalOr(a.lt(1)), Number.NaN);
  }

  override get variance(): Tensor {
    return this.moment(2).sub(this.mean.square());
  }

  override entropy(): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const harmonic = b.add(1).digamma().add(EULER);
    return b.reciprocal().neg().add(1).add(a.reciprocal().neg().add(1).mul(harmonic)).sub(a.log()).sub(b.log());
  }
}
