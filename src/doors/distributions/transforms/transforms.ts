// The transforms of single numbers, and the list of all transforms, exported as torch.distributions.transforms.

import { broadcastShapes, finfo, nn, type Shape, type Tensor } from '../../../torch';
import { type Arguments, isTensorObject as isTensor, kinds, parseArgs, valuesAtHand } from '../../../torch/inside';
import { clippedSigmoid } from '../clipped-sigmoid';
import { type Constraint, independent, interval, positive, real, unitInterval } from '../constraints/constraints';
import type { AnyDistribution } from '../distribution';
import { expectDistribution } from '../independent';
import { type DistributionParameter, expectParameter, filledLike, sumRightmost } from '../parameters';
import { type Caching, cacheSizes, cachingArgs, Transform } from './transform';

export { CatTransform, StackTransform } from './joined';
export {
  ComposeTransform,
  IndependentTransform,
  identityTransform,
  ReshapeTransform,
  Transform,
} from './transform';
export {
  CorrCholeskyTransform,
  LowerCholeskyTransform,
  SoftmaxTransform,
  StickBreakingTransform,
} from './vectors';

/** Base class of transforms without parameters: two of the same class are equal. */
abstract class Plain extends Transform {
  override equals(other: unknown): boolean {
    return other instanceof Transform && other.constructor === this.constructor;
  }
}

/** Base class of increasing bijective transforms. */
abstract class Increasing extends Plain {
  get domain(): Constraint {
    return real;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number {
    return 1;
  }
}

/** y = exp(x). */
export class ExpTransform extends Increasing {
  get codomain(): Constraint {
    return positive;
  }

  protected forward(x: Tensor): Tensor {
    return x.exp();
  }

  protected override inverse(y: Tensor): Tensor {
    return y.log();
  }

  protected override logAbsDetJacobianOf(x: Tensor): Tensor {
    return x;
  }
}

/** y = 1 / (1 + exp(-x)). */
export class SigmoidTransform extends Increasing {
  get codomain(): Constraint {
    return unitInterval;
  }

  protected forward(x: Tensor): Tensor {
    return clippedSigmoid(x);
  }

  protected override inverse(y: Tensor): Tensor {
    const { tiny, eps } = finfo(y.dtype);
    const clamped = y.clamp(tiny, 1 - eps);
    return clamped.log().sub(clamped.neg().log1p());
  }

  protected override logAbsDetJacobianOf(x: Tensor): Tensor {
    return nn.functional.softplus(x.neg()).add(nn.functional.softplus(x)).neg();
  }
}

/** y = ln(1 + exp(x)). */
export class SoftplusTransform extends Increasing {
  get codomain(): Constraint {
    return positive;
  }

  protected forward(x: Tensor): Tensor {
    return nn.functional.softplus(x);
  }

  protected override inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y);
  }

  protected override logAbsDetJacobianOf(x: Tensor): Tensor {
    return nn.functional.softplus(x.neg()).neg();
  }
}

/** y = tanh(x). The log-determinant is computed from x, which is exact even if y rounds to 1. */
export class TanhTransform extends Increasing {
  get codomain(): Constraint {
    return interval(-1, 1);
  }

  protected forward(x: Tensor): Tensor {
    return x.tanh();
  }

  protected override inverse(y: Tensor): Tensor {
    return y.atanh();
  }

  protected override logAbsDetJacobianOf(x: Tensor): Tensor {
    return x
      .neg()
      .add(Math.LN2)
      .sub(nn.functional.softplus(x.mul(-2)))
      .mul(2);
  }
}

/** y = |x|. The inverse returns the positive solution. */
export class AbsTransform extends Plain {
  get domain(): Constraint {
    return real;
  }

  get codomain(): Constraint {
    return positive;
  }

  protected forward(x: Tensor): Tensor {
    return x.abs();
  }

  protected override inverse(y: Tensor): Tensor {
    return y;
  }
}

const shapeOfParameter = (x: DistributionParameter): Shape => (isTensor(x) ? x.shape : []);

/** Whether two parameters are equal, as far as the host knows. */
function sameParameter(a: DistributionParameter, b: DistributionParameter): boolean {
  if (a === b) return true;
  const [these, those] = [a, b].map((x) => (isTensor(x) ? valuesAtHand(x) : [Math.fround(x)]));
  if (!these || !those) return false;
  const n = Math.max(these.length, those.length);
  const isSpread = (values: ArrayLike<number>) => values.length === 1 || values.length === n;
  if (!isSpread(these) || !isSpread(those)) return false;
  return Array.from({ length: n }).every((_, i) => these[i % these.length] === those[i % those.length]);
}

interface PowerArguments extends Caching {
  /** The power. */
  exponent: DistributionParameter;
}

/** y = x^exponent, for positive x. */
export class PowerTransform extends Transform {
  readonly exponent: DistributionParameter;

  constructor(...args: Arguments<PowerArguments, ['exponent', 'cacheSize']>) {
    const { exponent, cacheSize } = cachingArgs<PowerArguments>('PowerTransform', ['exponent'], args);
    expectParameter('PowerTransform', 'exponent', exponent);
    super({ cacheSize });
    this.exponent = exponent;
  }

  get domain(): Constraint {
    return positive;
  }

  get codomain(): Constraint {
    return positive;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number | Tensor {
    return isTensor(this.exponent) ? this.exponent.sign() : Math.sign(this.exponent);
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new PowerTransform(this.exponent, { cacheSize });
  }

  override equals(other: unknown): boolean {
    return other instanceof PowerTransform && sameParameter(this.exponent, other.exponent);
  }

  protected forward(x: Tensor): Tensor {
    return x.pow(this.exponent);
  }

  protected override inverse(y: Tensor): Tensor {
    return y.pow(isTensor(this.exponent) ? this.exponent.reciprocal() : 1 / this.exponent);
  }

  protected override logAbsDetJacobianOf(x: Tensor, y: Tensor): Tensor {
    return y.mul(this.exponent).div(x).abs().log();
  }

  protected override shapeOf(shape: Shape): Shape {
    return broadcastShapes(shape, shapeOfParameter(this.exponent));
  }
}

interface AffineTransformArguments extends Caching {
  /** The place of the distribution. */
  loc: DistributionParameter;
  scale: DistributionParameter;
  /** The number of trailing dimensions that form an event. Default: 0. */
  eventDim?: number;
}

/** y = loc + scale x. */
export class AffineTransform extends Transform {
  readonly loc: DistributionParameter;
  readonly scale: DistributionParameter;
  private readonly dims: number;

  constructor(...args: Arguments<AffineTransformArguments, ['loc', 'scale', 'eventDim', 'cacheSize']>) {
    const { loc, scale, eventDim, cacheSize } = parseArgs<AffineTransformArguments>(
      'AffineTransform',
      ['loc', 'scale'],
      { eventDim: 0, cacheSize: 0 },
      args,
      { ...cacheSizes, eventDim: kinds.whole(0) },
    );
    expectParameter('AffineTransform', 'loc', loc);
    expectParameter('AffineTransform', 'scale', scale);
    super({ cacheSize });
    this.loc = loc;
    this.scale = scale;
    this.dims = eventDim;
  }

  get domain(): Constraint {
    return this.dims === 0 ? real : independent(real, this.dims);
  }

  get codomain(): Constraint {
    return this.domain;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number | Tensor {
    return isTensor(this.scale) ? this.scale.sign() : Math.sign(this.scale);
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new AffineTransform(this.loc, this.scale, this.dims, { cacheSize });
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof AffineTransform && sameParameter(this.loc, other.loc) && sameParameter(this.scale, other.scale)
    );
  }

  protected forward(x: Tensor): Tensor {
    return x.mul(this.scale).add(this.loc);
  }

  protected override inverse(y: Tensor): Tensor {
    return y.sub(this.loc).div(this.scale);
  }

  protected override logAbsDetJacobianOf(x: Tensor): Tensor {
    const { scale } = this;
    const logs = isTensor(scale) ? scale.abs().log() : filledLike(x, Math.log(Math.abs(scale)));
    return sumRightmost(logs.expand(broadcastShapes(x.shape, logs.shape)), this.dims);
  }

  protected override shapeOf(shape: Shape): Shape {
    return broadcastShapes(shape, shapeOfParameter(this.loc), shapeOfParameter(this.scale));
  }
}

interface CumulativeArguments extends Caching {
  /** The distribution whose cumulative distribution function it is. */
  distribution: AnyDistribution;
}

/** y = F(x), the cumulative distribution function of a distribution. Draws of the distribution become uniform. */
export class CumulativeDistributionTransform extends Transform {
  readonly distribution: AnyDistribution;

  constructor(...args: Arguments<CumulativeArguments, ['distribution', 'cacheSize']>) {
    const { distribution, cacheSize } = cachingArgs<CumulativeArguments>(
      'CumulativeDistributionTransform',
      ['distribution'],
      args,
    );
    expectDistribution('CumulativeDistributionTransform', 'distribution', distribution);
    super({ cacheSize });
    this.distribution = distribution;
  }

  get domain(): Constraint {
    return this.distribution.support;
  }

  get codomain(): Constraint {
    return unitInterval;
  }

  override get bijective(): boolean {
    return true;
  }

  override get sign(): number {
    return 1;
  }

  protected override cachedBy(cacheSize: 0 | 1): Transform {
    return new CumulativeDistributionTransform(this.distribution, { cacheSize });
  }

  protected forward(x: Tensor): Tensor {
    return this.distribution.cdf(x);
  }

  protected override inverse(y: Tensor): Tensor {
    return this.distribution.icdf(y);
  }

  protected override logAbsDetJacobianOf(x: Tensor): Tensor {
    return this.distribution.logProb(x);
  }
}
