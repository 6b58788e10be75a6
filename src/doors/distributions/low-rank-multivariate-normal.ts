// Normal distributions whose covariance is a diagonal and a matrix of low rank.

import { eye, linalg, randn, ShapeError, type Tensor } from '../../torch';
import {
  type Arguments,
  broadcastOf as broadcastShapes,
  parseArgs,
  showShape,
  tensorKind as tensor,
} from '../../torch/inside';
import { type Constraint, independent, positive, real, realVector } from './constraints/constraints';
import {
  type Distribution,
  type SampleArguments,
  type Validation,
  type ValueArguments,
  validation,
} from './distribution';
import { MultivariateNormal, NormalOfVectors } from './multivariate-normal';
import { expectFloats } from './parameters';

interface LowRankParameters extends Validation {
  /** The mean. Shape: [...batch, n]. */
  loc: Tensor;
  /** W. Shape: [...batch, n, rank]. */
  covFactor: Tensor;
  /** The diagonal of D. Shape: [...batch, n]. */
  covDiag: Tensor;
}

/**
 * The normal distribution over vectors of n numbers with covariance W Wᵀ + D, D a diagonal. Only matrices as large as
 * the rank are factorised, by Woodbury's identity.
 */
export class LowRankMultivariateNormal extends NormalOfVectors {
  constructor(...args: Arguments<LowRankParameters, ['loc', 'covFactor', 'covDiag', 'validateArgs']>) {
    const name = 'LowRankMultivariateNormal';
    const { loc, covFactor, covDiag, validateArgs } = parseArgs<LowRankParameters>(
      name,
      ['loc', 'covFactor', 'covDiag'],
      validation,
      args,
      { loc: tensor, covFactor: tensor, covDiag: tensor },
    );
    for (const [key, value] of Object.entries({ loc, covFactor, covDiag })) expectFloats(name, key, value);
    const n = loc.shape.at(-1);
    if (n === undefined || covFactor.shape.length < 2 || covFactor.shape.at(-2) !== n || covDiag.shape.at(-1) !== n) {
      throw new ShapeError(
        `${name}: expected loc [..., n], covFactor [..., n, rank] and covDiag [..., n], but got shapes ${showShape(loc.shape)}, ${showShape(covFactor.shape)} and ${showShape(covDiag.shape)}`,
      );
    }
    const batch = broadcastShapes(name, [
      { shape: loc.shape.slice(0, -1), dtype: loc.dtype },
      { shape: covFactor.shape.slice(0, -2), dtype: covFactor.dtype },
      { shape: covDiag.shape.slice(0, -1), dtype: covDiag.dtype },
    ]);
    super(batch, [n], validateArgs);
    this.take({
      loc: loc.expand([...batch, n]),
      covFactor: covFactor.expand([...batch, n, covFactor.shape.at(-1)!]),
      covDiag: covDiag.expand([...batch, n]),
    });
  }

  /** W. */
  get covFactor(): Tensor {
    return this.params.covFactor!;
  }

  /** The diagonal of D. */
  get covDiag(): Tensor {
    return this.params.covDiag!;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { loc: realVector, covFactor: independent(real, 2), covDiag: independent(positive, 1) };
  }

  override get variance(): Tensor {
    return this.covFactor.square().sum(-1).add(this.covDiag);
  }

  /** D⁻¹ W, transposed. Shape: [...batch, rank, n]. @internal */
  get scaledFactor(): Tensor {
    return this.covFactor.mT.div(this.covDiag.unsqueeze(-2));
  }

  /** The lower triangular factor of I + Wᵀ D⁻¹ W. @internal */
  get capacitance(): Tensor {
    return this.once('capacitance', () => {
      const rank = this.covFactor.shape.at(-1)!;
      return linalg.cholesky(this.scaledFactor.matmul(this.covFactor).add(eye(rank, { dtype: this.loc.dtype })));
    });
  }

  /** The lower triangular L of W Wᵀ + D = L Lᵀ. */
  get scaleTril(): Tensor {
    return this.once('scaleTril', () => {
      const root = this.covDiag.sqrt().unsqueeze(-1);
      const scaled = this.covFactor.div(root);
      const n = this.eventShape[0]!;
      return root.mul(linalg.cholesky(scaled.matmul(scaled.mT).add(eye(n, { dtype: this.loc.dtype }))));
    });
  }

  /** W Wᵀ + D. */
  get covarianceMatrix(): Tensor {
    return this.covFactor.matmul(this.covFactor.mT).add(this.covDiag.diagEmbed());
  }

  /** The inverse of the covariance. */
  get precisionMatrix(): Tensor {
    const a = this.solved(this.scaledFactor);
    return this.covDiag.reciprocal().diagEmbed().sub(a.mT.matmul(a));
  }

  /** The capacitance's factor, solved for. @internal */
  solved(B: Tensor): Tensor {
    return linalg.solveTriangular(this.capacitance, B, { upper: false });
  }

  override rsample(...args: SampleArguments): Tensor {
    const shape = this.extendedShape('rsample', args);
    const { dtype } = this.loc;
    const along = randn([...shape.slice(0, -1), this.covFactor.shape.at(-1)!], { dtype });
    const apart = randn(shape, { dtype });
    return this.loc.add(this.covFactor.matmul(along.unsqueeze(-1)).squeeze(-1)).add(this.covDiag.sqrt().mul(apart));
  }

  /** ln det of the covariance. @internal */
  logDet(): Tensor {
    return this.capacitance.diagonal(0, -2, -1).log().sum(-1).mul(2).add(this.covDiag.log().sum(-1));
  }

  /** xᵀ (W Wᵀ + D)⁻¹ x. @internal */
  distances(x: Tensor): Tensor {
    const turned = this.scaledFactor.matmul(x.unsqueeze(-1));
    const columns = turned.expand([...x.shape.slice(0, -1), ...turned.shape.slice(-2)]);
    const lower = this.capacitance.expand([...columns.shape.slice(0, -2), ...this.capacitance.shape.slice(-2)]);
    const along = linalg.solveTriangular(lower, columns, { upper: false }).square().sum([-2, -1]);
    return x.square().div(this.covDiag).sum(-1).sub(along);
  }

  override logProb(...args: ValueArguments): Tensor {
    const x = this.valueFor('logProb', args).sub(this.loc);
    const constant = this.eventShape[0]! * Math.log(2 * Math.PI);
    return this.distances(x).add(this.logDet()).add(constant).mul(-0.5);
  }

  override entropy(): Tensor {
    return this.logDet()
      .add(this.eventShape[0]! * (1 + Math.log(2 * Math.PI)))
      .mul(0.5);
  }

  /** KL(this ‖ q). Shape: the batch shapes, broadcast. @internal */
  divergence(q: LowRankMultivariateNormal): Tensor {
    expectOneLength(this, q);
    const a = q.solved(q.scaledFactor);
    const trace = this.covDiag
      .div(q.covDiag)
      .sum(-1)
      .add(squares(this.covFactor.mul(q.covDiag.rsqrt().unsqueeze(-1))))
      .sub(squares(a.mul(this.covDiag.sqrt().unsqueeze(-2))))
      .sub(squares(a.matmul(this.covFactor)));
    return halfSum(q.logDet().sub(this.logDet()), trace, q.distances(q.loc.sub(this.loc)), this.eventShape[0]!);
  }
}

/** The sum of the squares of a matrix. */
const squares = (x: Tensor): Tensor => x.square().sum([-2, -1]);

const halfSum = (dets: Tensor, trace: Tensor, distance: Tensor, n: number): Tensor =>
  dets.add(trace).add(distance).sub(n).mul(0.5);

function expectOneLength(p: Distribution, q: Distribution): void {
  if (p.eventShape[0] === q.eventShape[0]) return;
  throw new ShapeError(
    `klDivergence: expected normal distributions of vectors of equal length, but got ${p.eventShape[0]} and ${q.eventShape[0]}`,
  );
}

/** KL(p ‖ q), where q has a covariance of low rank. Shape: the batch shapes, broadcast. */
export function toLowRank(p: MultivariateNormal, q: LowRankMultivariateNormal): Tensor {
  expectOneLength(p, q);
  const a = q.solved(q.scaledFactor);
  const trace = squares(p.scaleTril.mul(q.covDiag.rsqrt().unsqueeze(-1))).sub(squares(a.matmul(p.scaleTril)));
  const logDet = p.scaleTril.diagonal(0, -2, -1).log().sum(-1).mul(2);
  return halfSum(q.logDet().sub(logDet), trace, q.distances(q.loc.sub(p.loc)), p.eventShape[0]!);
}

/** KL(p ‖ q), where p has a covariance of low rank. Shape: the batch shapes, broadcast. */
export function fromLowRank(p: LowRankMultivariateNormal, q: MultivariateNormal): Tensor {
  expectOneLength(p, q);
  return new MultivariateNormal(p.loc, { scaleTril: p.scaleTril, validateArgs: false }).divergence(q);
}
