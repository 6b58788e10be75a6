// Nn.utils.parametrizations: weight normalisation and spectral normalisation as parametrizations; orthogonal matrices.

import { noGrad } from '../../../engine/storage/mode';
import { randn } from '../../tensor/creation/random';
import type { Tensor } from '../../tensor/tensor';
import { normalize } from '../functional/distance';
import { Module } from '../module/module';
import { tensorNamed } from './named-tensors';
import { parametrize } from './parametrized';
import { type SpectralNormArgs, spectralNormArgs, type WeightNormArgs, weightNormArgs } from './weight-norm';

/** w = g v / ‖v‖, with the norm over all dimensions but one, or over all. */
class _WeightNorm extends Module {
  constructor(private readonly kept: number | null) {
    super();
  }

  private norms(v: Tensor): Tensor {
    if (this.kept === null) return v.norm();
    const dims = v.shape.map((_, d) => d).filter((d) => d !== this.kept);
    return v.norm(2, dims, { keepdim: v.dim() > 0 });
  }

  forward(g: Tensor, v: Tensor): Tensor {
    return v.mul(g.div(this.norms(v)));
  }

  rightInverse(weight: Tensor): [g: Tensor, v: Tensor] {
    return [this.norms(weight), weight];
  }
}

/** Weight normalisation (Salimans & Kingma 2016): magnitude and direction of a weight as `original0` and `original1`. */
export function weightNorm<M extends Module>(...args: WeightNormArgs<M>): M {
  const { module, name, dim } = weightNormArgs(args);
  return parametrize('weightNorm', module, name, new _WeightNorm(dim), true);
}

/** The number of power iterations at the start. */
const FIRST_ITERATIONS = 15;

/** w / σ, with σ the largest singular value, as found by power iteration. */
class _SpectralNorm extends Module {
  declare _u: Tensor;
  declare _v: Tensor;

  constructor(
    weight: Tensor,
    private readonly iterations: number,
    private readonly dim: number,
    private readonly eps: number,
  ) {
    super();
    if (weight.dim() < 2) return;
    const matrix = this.matrix(weight.detach());
    const [height, width] = matrix.shape as [number, number];
    this.registerBuffer('_u', noGrad(() => this.unit(randn(height))).retain());
    this.registerBuffer('_v', noGrad(() => this.unit(randn(width))).retain());
    this.iterate(matrix, FIRST_ITERATIONS);
  }

  private unit(x: Tensor): Tensor {
    return normalize(x, { dim: 0, eps: this.eps });
  }

  private matrix(weight: Tensor): Tensor {
    return weight.movedim(this.dim, 0).flatten(1);
  }

  private iterate(matrix: Tensor, count: number): void {
    noGrad(() => {
      for (let i = 0; i < count; i++) {
        this._u.copy_(this.unit(matrix.mv(this._v)));
        this._v.copy_(this.unit(matrix.t().mv(this._u)));
      }
    });
  }

  forward(weight: Tensor): Tensor {
    if (weight.dim() < 2) return this.unit(weight);
    const matrix = this.matrix(weight);
    if (this.training) this.iterate(matrix.detach(), this.iterations);
    // Clone both: the next use overwrites them, while backward of this use still needs them.
    return weight.div(this._u.clone().dot(matrix.mv(this._v.clone())));
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

/** Spectral normalisation (Miyato et al. 2018): a weight divided by its largest singular value. */
export function spectralNorm<M extends Module>(...args: SpectralNormArgs<M>): M {
  const { module, name, dim, nPowerIterations, eps } = spectralNormArgs(args);
  const norm = new _SpectralNorm(tensorNamed('spectralNorm', module, name), nPowerIterations, dim, eps);
  return parametrize('spectralNorm', module, name, norm, false);
}

export { orthogonal } from './orthogonal';
