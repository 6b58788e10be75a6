// Nn.utils.parametrizations.orthogonal: matrices that stay orthogonal while their parameters are learnt.

import { oneOf, orNull, text } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { eye, zeros } from '../../tensor/creation/creation';
import { randn } from '../../tensor/creation/random';
import { cat } from '../../tensor/joining/cat-stack';
import { householderProduct, matrixExp, solve } from '../../tensor/linalg';
import { geqrf } from '../../tensor/linalg/top-level';
import type { Tensor } from '../../tensor/tensor';
import { finfo } from '../../tensor/types/type-info';
import { Module } from '../module/module';
import { tensorNamed } from './named-tensors';
import { aModule, parametrize } from './parametrized';

type OrthogonalMap = 'matrix_exp' | 'cayley' | 'householder';

/** Q of the QR decomposition whose R has a positive diagonal. */
function orthonormal(A: Tensor): Tensor {
  const [reflections, tau] = geqrf(A);
  return householderProduct(reflections, tau).mul(reflections.diagonal(0, -2, -1).sign().unsqueeze(-2));
}

/** A matrix [n, k] with at least as many rows as columns: the transposed one of those that are wide. */
function upright(matrix: Tensor): { isWide: boolean; tall: Tensor; n: number; k: number } {
  const isWide = matrix.size(-2) < matrix.size(-1);
  const tall = isWide ? matrix.mT : matrix;
  return { isWide, tall, n: tall.size(-2), k: tall.size(-1) };
}

/** Matrices with orthonormal columns (rows, where they are wide) as a function of any matrix. */
class _Orthogonal extends Module {
  /** The matrix that Q is a multiple of, so that the parameter stays near 0: Lezcano-Casado 2019, arXiv:1909.09501. */
  declare base: Tensor | null;

  constructor(
    private readonly map: OrthogonalMap,
    private readonly hasBase: boolean,
  ) {
    super();
    if (hasBase) this.registerBuffer('base', null);
  }

  forward(X: Tensor): Tensor {
    const { isWide, tall: x, n, k } = upright(X);
    const product = this.map === 'householder' ? this.reflected(x) : this.turned(x.tril(), n, k);
    const q = this.base ? this.base.matmul(product) : product;
    return isWide ? q.mT : q;
  }

  private reflected(x: Tensor): Tensor {
    const A = x.tril(-1);
    const tau = A.square().sum(-2).add(1).reciprocal().mul(2);
    // The diagonal holds signs alone, which are not learnt.
    const signs = x.detach().diagonal(0, -2, -1).trunc().unsqueeze(-2);
    return householderProduct(A, tau).mul(signs);
  }

  /** Of the antisymmetric matrix below whose diagonal x stands. */
  private turned(x: Tensor, n: number, k: number): Tensor {
    const square = n === k ? x : cat([x, zeros([...x.shape.slice(0, -1), n - k], { dtype: x.dtype })], -1);
    const A = square.sub(square.mT);
    if (this.map === 'matrix_exp') return matrixExp(A).narrow(-1, 0, k);
    const half = A.mul(0.5);
    const one = eye(n, { dtype: x.dtype });
    return solve(one.sub(half), one.add(half)).narrow(-1, 0, k);
  }

  rightInverse(Q: Tensor): Tensor {
    const { isWide, tall: q, n, k } = upright(Q);
    if (!this.hasBase) {
      if (this.map !== 'householder') {
        throw new ArgumentError(
          `orthogonal: expected useTrivialization true, since no matrix is known that ${this.map} turns into the weight`,
        );
      }
      const [reflections, tau] = geqrf(q);
      const signs = reflections.diagonal(0, -2, -1).sign();
      const kept = signs.where(tau.ne(0), signs.neg());
      const A = kept.unsqueeze(-2).where(eye(n, k, { dtype: 'bool' }), reflections);
      return isWide ? A.mT : A;
    }
    const whole = n === k ? q : cat([q, randn([...q.shape.slice(0, -1), n - k], { dtype: q.dtype })], -1);
    const made = orthonormal(whole);
    if (n > k) this.base = made.retain();
    else {
      const apart = q.mT
        .matmul(q)
        .sub(eye(n, { dtype: q.dtype }))
        .abs();
      const isOrthogonal = apart.amax([-2, -1], { keepdim: true }).le(10 * n * finfo(q.dtype).eps);
      this.base = q.where(isOrthogonal, made).retain();
    }
    return eye(Q.size(-2), Q.size(-1), { dtype: Q.dtype }).neg().expand(Q.shape).clone();
  }
}

interface OrthogonalArguments<M extends Module> {
  module: M;
  /** The name of the weight, default 'weight'. */
  name?: string;
  /** How any matrix becomes an orthogonal one; default: 'matrix_exp' for square matrices, else 'householder'. */
  orthogonalMap?: OrthogonalMap | null;
  /** Whether the parameter is learnt relative to the initial matrix, which a buffer `base` keeps; default true. */
  useTrivialization?: boolean;
}

/**
 * Makes a matrix orthogonal, or its columns orthonormal (its rows where it is wide), whatever its parameter is. It begins
 * as the old weight, orthonormalised.
 *
 *     const layer = nn.utils.parametrizations.orthogonal(new nn.Linear(20, 40));
 *     layer.weight.t().matmul(layer.weight);   // the identity
 */
export function orthogonal<M extends Module>(
  ...args: Arguments<OrthogonalArguments<M>, ['module', 'name', 'orthogonalMap', 'useTrivialization']>
): M {
  const { module, name, orthogonalMap, useTrivialization } = parseArgs<OrthogonalArguments<M>>(
    'orthogonal',
    ['module'],
    { name: 'weight', orthogonalMap: null, useTrivialization: true },
    args,
    { module: aModule, name: text, orthogonalMap: orNull(oneOf('matrix_exp', 'cayley', 'householder')) },
  );
  const { shape } = tensorNamed('orthogonal', module, name);
  if (shape.length < 2) {
    throw new ShapeError(`orthogonal: expected a matrix or a batch of matrices, but got shape ${showShape(shape)}`);
  }
  const map = orthogonalMap ?? (shape.at(-1) === shape.at(-2) ? 'matrix_exp' : 'householder');
  return parametrize('orthogonal', module, name, new _Orthogonal(map, useTrivialization), true);
}
