// The Wishart distribution, over positive-definite matrices.

import { arange, cat, finfo, linalg, randn, ShapeError, stack, type Tensor, zeros } from '../../torch';
import {
  type Arguments,
  broadcastOf as broadcastShapes,
  isTensorObject as isTensor,
  parseArgs,
  showShape,
} from '../../torch/inside';
import { type Constraint, greaterThan, positiveDefinite } from './constraints/constraints';
import { Distribution, type SampleArguments, type Validation, type ValueArguments } from './distribution';
import {
  type Covariance,
  MultivariateNormal,
  matrixConstraints,
  matrixKinds,
  noMatrix,
  oneMatrix,
} from './multivariate-normal';
import { type DistributionParameter, expectFloats, expectParameter, filledLike } from './parameters';
import { Chi2 } from './student-t';

interface WishartParameters extends Validation, Covariance {
  /** Degrees of freedom ν, greater than p - 1. */
  df: DistributionParameter;
}

type WishartOrder = ['df', 'covarianceMatrix', 'precisionMatrix', 'scaleTril', 'validateArgs'];

/**
 * The distribution of Σ_i x_i x_iᵀ of `df` vectors x_i ~ N(0, Σ). Draws are made by Bartlett's decomposition; `sample` and
 * `rsample` return a promise, as in `Chi2`.
 *
 * @throws ArgumentError unless exactly one of the matrices is given
 */
export class Wishart extends Distribution<Promise<Tensor>> {
  constructor(...args: Arguments<WishartParameters, WishartOrder>) {
    const name = 'Wishart';
    const { df, validateArgs, ...given } = parseArgs<WishartParameters>(
      name,
      ['df'],
      { ...noMatrix, validateArgs: null },
      args,
      matrixKinds,
    );
    const [key, spread] = oneMatrix(name, given);
    expectParameter(name, 'df', df);
    const { shape } = spread;
    const p = shape.at(-1)!;
    if (shape.length < 2 || shape.at(-2) !== p) {
      throw new ShapeError(`${name}: expected ${key} [..., p, p], but got shape ${showShape(shape)}`);
    }
    const freedom = isTensor(df) ? df : filledLike(spread, df, []);
    const batch = broadcastShapes(name, [
      { shape: freedom.shape, dtype: freedom.dtype },
      { shape: shape.slice(0, -2), dtype: spread.dtype },
    ]);
    super(batch, [p, p], validateArgs);
    this.take({ df: freedom.expand(batch), [key]: spread.expand([...batch, p, p]) });
  }

  get df(): Tensor {
    return this.params.df!;
  }

  /** The number of rows and columns, p. */
  private get size(): number {
    return this.eventShape[0]!;
  }

  /** The lower triangular L of Σ = L Lᵀ. */
  get scaleTril(): Tensor {
    return this.params.scaleTril ?? this.once('scaleTril', () => this.normal().scaleTril);
  }

  /** Σ. */
  get covarianceMatrix(): Tensor {
    return this.normal().covarianceMatrix;
  }

  /** Σ⁻¹. */
  get precisionMatrix(): Tensor {
    return this.normal().precisionMatrix;
  }

  /** The normal distribution with the same Σ. */
  private normal(): MultivariateNormal {
    const { df, ...spread } = this.params;
    const loc = zeros([...this.batchShape, this.size], { dtype: df!.dtype });
    return new MultivariateNormal(loc, { ...spread, validateArgs: false });
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { ...matrixConstraints, df: greaterThan(this.size - 1) };
  }

  override get support(): Constraint {
    return positiveDefinite;
  }

  /** A number of each matrix, to multiply matrices by. */
  private perMatrix(x: Tensor): Tensor {
    return x.unsqueeze(-1).unsqueeze(-1);
  }

  override get mean(): Tensor {
    return this.perMatrix(this.df).mul(this.covarianceMatrix);
  }

  /** NaN for df ≤ p + 1. */
  override get mode(): Tensor {
    const factor = this.df.sub(this.size + 1);
    return this.perMatrix(factor.maskedFill(factor.le(0), Number.NaN)).mul(this.covarianceMatrix);
  }

  override get variance(): Tensor {
    const { covarianceMatrix } = this;
    const diagonal = covarianceMatrix.diagonal(0, -2, -1);
    const products = diagonal.unsqueeze(-1).mul(diagonal.unsqueeze(-2));
    return this.perMatrix(this.df).mul(covarianceMatrix.square().add(products));
  }

  /** The same draws as PyTorch's, which draws twice and keeps the second. */
  override rsample(...args: SampleArguments): Promise<Tensor> {
    const size = this.sampleShape('rsample', args);
    const twice = this.factors(size).then(() => this.factors(size));
    return twice.then((lower) => {
      const chol = this.scaleTril.matmul(lower);
      return chol.matmul(chol.mT);
    });
  }

  /** Bartlett's lower triangular matrices. */
  private factors(size: readonly number[]): Promise<Tensor> {
    const { size: p } = this;
    const { dtype } = this.df;
    const degrees = this.df.unsqueeze(-1).sub(arange(p, { dtype }));
    const squares = new Chi2(degrees, { validateArgs: false }).rsample(size);
    const shape = [...size, ...this.batchShape];
    return squares.then((drawn) => {
      const below = randn([...shape, (p * (p - 1)) / 2], { dtype });
      const roots = drawn.sqrt().clamp({ min: finfo(dtype).eps });
      // Row i of the part below the diagonal begins at i (i - 1) / 2.
      const rows = Array.from({ length: p }, (_, i) =>
        cat(
          [below.narrow(-1, (i * (i - 1)) / 2, i), roots.narrow(-1, i, 1), zeros([...shape, p - 1 - i], { dtype })],
          -1,
        ),
      );
      return stack(rows, -2);
    });
  }

  /** ½ p ln 2 + ½ ln det Σ. */
  private halfLogDet(): Tensor {
    return this.scaleTril
      .diagonal(0, -2, -1)
      .log()
      .sum(-1)
      .add((this.size * Math.LN2) / 2);
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    expectFloats('logProb', 'value', value);
    const { df, size: p } = this;
    const trace = linalg.solve(this.scaleTril.matmul(this.scaleTril.mT), value).diagonal(0, -2, -1).sum(-1);
    const [, logDet] = linalg.slogdet(value);
    return df
      .neg()
      .mul(this.halfLogDet())
      .sub(df.div(2).mvlgamma(p))
      .add(
        df
          .sub(p + 1)
          .div(2)
          .mul(logDet!),
      )
      .sub(trace.div(2));
  }

  override entropy(): Tensor {
    const { df, size: p } = this;
    const half = df.div(2);
    const slope = half
      .unsqueeze(-1)
      .sub(arange(p, { dtype: df.dtype }).div(2))
      .digamma()
      .sum(-1);
    return this.halfLogDet()
      .mul(p + 1)
      .add(half.mvlgamma(p))
      .sub(
        df
          .sub(p + 1)
          .div(2)
          .mul(slope),
      )
      .add(half.mul(p));
  }
}
