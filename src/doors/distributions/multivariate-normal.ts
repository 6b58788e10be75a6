// The multivariate normal distribution.

import { ArgumentError, eye, linalg, randn, ShapeError, type Tensor } from '../../torch';
import {
  type Arguments,
  broadcastOf as broadcastShapes,
  kinds,
  parseArgs,
  showShape,
  tensorKind as tensor,
} from '../../torch/inside';
import { type Constraint, lowerCholesky, positiveDefinite, realVector } from './constraints/constraints';
import { Distribution, type SampleArguments, type Validation, type ValueArguments } from './distribution';
import { expectFloats } from './parameters';

/** The matrix that gives a covariance; exactly one is required. */
export interface Covariance {
  /** Σ, symmetric and positive-definite. Shape: [...batch, n, n], like the two matrices below. */
  covarianceMatrix?: Tensor | null;
  /** Σ⁻¹. */
  precisionMatrix?: Tensor | null;
  /**
   * The lower triangular L of Σ = L Lᵀ, with a positive diagonal. Passing this matrix saves a Cholesky decomposition.
   */
  scaleTril?: Tensor | null;
}

interface MultivariateNormalParameters extends Validation, Covariance {
  /** The mean. Shape: [...batch, n]. */
  loc: Tensor;
}

type MultivariateNormalOrder = ['loc', 'covarianceMatrix', 'precisionMatrix', 'scaleTril', 'validateArgs'];

const matrices = ['covarianceMatrix', 'precisionMatrix', 'scaleTril'] as const;

/** None of the matrices. */
export const noMatrix = { covarianceMatrix: null, precisionMatrix: null, scaleTril: null };

const matrix = kinds.orNull(tensor);

/** What each of the matrices may be. */
export const matrixKinds = { covarianceMatrix: matrix, precisionMatrix: matrix, scaleTril: matrix };

/** What each of them is. */
export const matrixConstraints = {
  covarianceMatrix: positiveDefinite,
  precisionMatrix: positiveDefinite,
  scaleTril: lowerCholesky,
};

/** The name of the one matrix that is given, and the matrix. */
export function oneMatrix(
  name: string,
  given: Readonly<Required<Covariance>>,
): readonly [key: keyof Covariance, matrix: Tensor] {
  const [key, ...others] = matrices.filter((each) => given[each] !== null);
  if (key === undefined || others.length > 0) {
    throw new ArgumentError(
      `${name}: expected one of ${matrices.join(', ')}, but got ${key === undefined ? 'none' : [key, ...others].join(', ')}`,
    );
  }
  const spread = given[key]!;
  expectFloats(name, key, spread);
  return [key, spread];
}

/** The common part of normal distributions over vectors. */
export abstract class NormalOfVectors extends Distribution {
  get loc(): Tensor {
    return this.params.loc!;
  }

  override get support(): Constraint {
    return realVector;
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }
}

/**
 * The normal distribution over vectors of n numbers, defined by one of three matrices.
 *
 *     p(x) = exp(-½ (x - loc)ᵀ Σ⁻¹ (x - loc)) / √((2π)ⁿ det Σ)
 *
 *     const d = new MultivariateNormal(torch.zeros(2), torch.tensor([[2, 1], [1, 2]]));
 *     d.logProb(d.sample([5])).shape;   // [5]
 *
 * If the matrix is not positive-definite, a LinAlgError is thrown when a value is read.
 *
 * @throws ArgumentError unless exactly one of the matrices is given
 * @throws ShapeError if the matrix does not match the size of `loc`
 */
export class MultivariateNormal extends NormalOfVectors {
  constructor(...args: Arguments<MultivariateNormalParameters, MultivariateNormalOrder>) {
    const name = 'MultivariateNormal';
    const { loc, validateArgs, ...given } = parseArgs<MultivariateNormalParameters>(
      name,
      ['loc'],
      { ...noMatrix, validateArgs: null },
      args,
      { loc: tensor, ...matrixKinds },
    );
    const [key, spread] = oneMatrix(name, given);
    expectFloats(name, 'loc', loc);
    const n = loc.shape.at(-1);
    if (n === undefined || spread.shape.length < 2 || spread.shape.slice(-2).some((size) => size !== n)) {
      throw new ShapeError(
        `${name}: expected loc [..., n] and ${key} [..., n, n], but got shapes ${showShape(loc.shape)} and ${showShape(spread.shape)}`,
      );
    }
    const batch = broadcastShapes(name, [
      { shape: loc.shape.slice(0, -1), dtype: loc.dtype },
      { shape: spread.shape.slice(0, -2), dtype: spread.dtype },
    ]);
    super(batch, [n], validateArgs);
    this.take({ loc: loc.expand([...batch, n]), [key]: spread.expand([...batch, n, n]) });
  }

  /** The lower triangular L of Σ = L Lᵀ. */
  get scaleTril(): Tensor {
    const { scaleTril, covarianceMatrix, precisionMatrix } = this.params;
    if (scaleTril) return scaleTril;
    return this.once('scaleTril', () => {
      if (covarianceMatrix) return linalg.cholesky(covarianceMatrix);
      // Reverse the rows and columns of Σ⁻¹, factorise, reverse again and transpose: this is L⁻¹.
      const reversed = linalg.cholesky(precisionMatrix!.flip([-2, -1])).flip([-2, -1]).mT;
      return this.solved(reversed, eye(this.eventShape[0]!, { dtype: reversed.dtype }));
    });
  }

  /** Σ. */
  get covarianceMatrix(): Tensor {
    return this.params.covarianceMatrix ?? this.scaleTril.matmul(this.scaleTril.mT);
  }

  /** Σ⁻¹. */
  get precisionMatrix(): Tensor {
    if (this.params.precisionMatrix) return this.params.precisionMatrix;
    const inverse = this.solved(this.scaleTril, eye(this.eventShape[0]!, { dtype: this.loc.dtype }));
    return inverse.mT.matmul(inverse);
  }

  private solved(lower: Tensor, B: Tensor): Tensor {
    return linalg.solveTriangular(lower, B, { upper: false });
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { loc: realVector, ...matrixConstraints };
  }

  /** The diagonal of Σ. */
  override get variance(): Tensor {
    return this.scaleTril.square().sum(-1);
  }

  override rsample(...args: SampleArguments): Tensor {
    const noise = randn(this.extendedShape('rsample', args), { dtype: this.loc.dtype });
    return this.loc.add(this.scaleTril.matmul(noise.unsqueeze(-1)).squeeze(-1));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const distance = this.distances(value.sub(this.loc));
    return distance
      .add(this.eventShape[0]! * Math.log(2 * Math.PI))
      .mul(-0.5)
      .sub(this.halfLogDet());
  }

  override entropy(): Tensor {
    return this.halfLogDet().add(0.5 * this.eventShape[0]! * (1 + Math.log(2 * Math.PI)));
  }

  /** ½ ln det Σ. Shape: [...batch]. */
  private halfLogDet(): Tensor {
    return this.scaleTril.diagonal(0, -2, -1).log().sum(-1);
  }

  /** xᵀ Σ⁻¹ x (the squared Mahalanobis distance). Shape: [...any, ...batch, n] → [...any, ...batch]. */
  private distances(x: Tensor): Tensor {
    const { batchShape, eventShape } = this;
    const any = x.shape.slice(0, x.shape.length - batchShape.length - 1);
    // All values of a distribution become columns of a single triangular solve.
    const columns = x.reshape([-1, ...batchShape, ...eventShape]).movedim(0, -1);
    const squares = this.solved(this.scaleTril, columns).square().sum(-2);
    return squares.movedim(-1, 0).reshape([...any, ...batchShape]);
  }

  /** KL(this ‖ q). Shape: the batch shapes, broadcast. @internal */
  divergence(q: MultivariateNormal): Tensor {
    const [n] = this.eventShape as readonly [number];
    if (q.eventShape[0] !== n) {
      throw new ShapeError(
        `klDivergence: expected two MultivariateNormal of vectors of equal length, but got ${n} and ${q.eventShape[0]}`,
      );
    }
    const both = q.solved(q.scaleTril, this.scaleTril);
    const apart = q.solved(q.scaleTril, q.loc.sub(this.loc).unsqueeze(-1)).squeeze(-1);
    const squares = both.square().sum([-2, -1]).add(apart.square().sum(-1));
    return q.halfLogDet().sub(this.halfLogDet()).add(squares.sub(n).mul(0.5));
  }
}
