// The LKJ distribution, over Cholesky factors of correlation matrices.

import { ArgumentError, arange, cat, finfo, noGrad, randn, type Tensor, zeros } from '../../torch';
import { type Arguments, kinds, parseArgs } from '../../torch/inside';
import { Beta } from './beta';
import { type Constraint, corrCholesky, positive } from './constraints/constraints';
import { Distribution, type SampleArguments, type Validation, type ValueArguments } from './distribution';
import { broadcastAll, type DistributionParameter } from './parameters';

interface LKJCholeskyParameters extends Validation {
  /** The number of rows and columns, at least 2. */
  dim: number;
  /** η, default 1. */
  concentration?: DistributionParameter;
}

/**
 * The distribution of Cholesky factors L of correlation matrices L Lᵀ, whose density is proportional to det(L Lᵀ)^(η - 1):
 * uniform over the matrices for η = concentration = 1. Draws are made by the onion method: Lewandowski, Kurowicka and Joe
 * 2009. `sample` returns a promise, as in `Beta`; there is no `rsample`.
 */
export class LKJCholesky extends Distribution<Promise<Tensor>> {
  readonly dim: number;

  constructor(...args: Arguments<LKJCholeskyParameters, ['dim', 'concentration', 'validateArgs']>) {
    const name = 'LKJCholesky';
    const { dim, concentration, validateArgs } = parseArgs<LKJCholeskyParameters>(
      name,
      ['dim'],
      { concentration: 1, validateArgs: null },
      args,
      { dim: kinds.integer, concentration: kinds.anything },
    );
    if (dim < 2) throw new ArgumentError(`${name}: expected dim of at least 2, but got ${dim}`);
    const params = broadcastAll(name, { concentration });
    super(params.concentration.shape, [dim, dim], validateArgs);
    this.dim = dim;
    this.take(params);
  }

  get concentration(): Tensor {
    return this.params.concentration!;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { concentration: positive };
  }

  override get support(): Constraint {
    return corrCholesky;
  }

  /** The distribution of the squared lengths of the rows before the diagonal. */
  private rows(): Beta {
    const { dtype } = this.concentration;
    const offset = cat([zeros(1, { dtype }), arange(this.dim - 1, { dtype })]);
    const rest = this.concentration.add(0.5 * (this.dim - 2)).unsqueeze(-1);
    return new Beta(offset.add(0.5), rest.sub(offset.mul(0.5)), { validateArgs: false });
  }

  override sample(...args: SampleArguments): Promise<Tensor> {
    const { dtype } = this.concentration;
    const { tiny } = finfo(dtype);
    const shape = this.extendedShape('sample', args);
    return this.rows()
      .sample(this.sampleShape('sample', args))
      .then((squares) =>
        noGrad(() => {
          const normal = randn(shape, { dtype }).tril(-1);
          const sphere = normal.div(normal.norm(2, -1, { keepdim: true }).clamp({ min: tiny }));
          const below = squares.unsqueeze(-1).sqrt().mul(sphere);
          const rest = below.square().sum(-1).neg().add(1).clamp({ min: tiny }).sqrt();
          return below.add(rest.diagEmbed());
        }),
      );
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const { dim, concentration } = this;
    const order = arange(2, dim + 1, { dtype: concentration.dtype })
      .neg()
      .add(dim);
    const powers = concentration.sub(1).mul(2).unsqueeze(-1).add(order);
    const diagonal = value.diagonal(0, -2, -1).narrow(-1, 1, dim - 1);
    const alpha = concentration.add(0.5 * (dim - 1));
    const norm = alpha
      .sub(0.5)
      .mvlgamma(dim - 1)
      .add(0.5 * (dim - 1) * Math.log(Math.PI))
      .sub(alpha.lgamma().mul(dim - 1));
    return powers.mul(diagonal.log()).sum(-1).sub(norm);
  }
}
