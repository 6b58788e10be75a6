// Matrices as products of simpler ones, for torch.linalg.

import { oneOf } from '../core/argument-kinds';
import { ArgumentError } from '../core/errors';
import { type Arguments, parseArgs } from '../core/options';
import { oneHot } from '../ops/indexing';
import * as ops from '../ops/linalg';
import { callable } from './callable';
import { eye, zeros } from './creation';
import { type NamedTensors, namedResults } from './named-results';
import { Tensor } from './tensor';

/** Which triangle of a matrix. */
export interface TriangleOptions {
  /** The upper triangle rather than the lower one, default false. */
  upper?: boolean;
}

/**
 * The lower triangle L of A = L Lᵀ, of symmetric positive-definite matrices [..., n, n], whose lower triangle is read; with `upper` its
 * transpose. A matrix that is not positive-definite is a LinAlgError when values are read.
 */
export const cholesky = callable('linalg.cholesky(A, ...)', (A: Tensor, options: TriangleOptions = {}): Tensor => {
  const { upper } = parseArgs<TriangleOptions>('linalg.cholesky', [], { upper: false }, [options]);
  ops.expectSquare('linalg.cholesky', A);
  const factor = Tensor.of(ops.cholesky((upper ? A.mT : A).value, 'linalg.cholesky'));
  return upper ? factor.mT : factor;
});

/** How rows change places. */
export interface PivotOptions {
  /** Let rows change places, default true; `false` is not supported. */
  pivot?: boolean;
}

function expectPivot(name: string, options: PivotOptions): void {
  const { pivot } = parseArgs<PivotOptions>(name, [], { pivot: true }, [options]);
  if (!pivot) throw new ArgumentError(`${name}: expected pivot true, but got false, which is not supported`);
}

/**
 * P A = L U in one matrix, L below the diagonal and U on and above it, and the pivots (int32, from 1 on): row i and row pivots[i] − 1 change
 * places, one i after another. A zero on U's diagonal is a LinAlgError when values are read; `lu` takes such matrices.
 */
export const luFactor = callable(
  'linalg.luFactor(A, ...)',
  (A: Tensor, options: PivotOptions = {}): NamedTensors<'LU', 'pivots'> => {
    expectPivot('linalg.luFactor', options);
    ops.expectMatrices('linalg.luFactor', A);
    const { lu: packed, pivots } = ops.luFactor(A.value, 'linalg.luFactor');
    return namedResults(['LU', 'pivots'], [Tensor.of(packed), Tensor.of(pivots)]);
  },
);

/** A = P L U: a permutation [..., m, m], a lower triangle [..., m, k] with ones on its diagonal, and an upper triangle [..., k, n]. */
export const lu = callable(
  'linalg.lu(A, ...)',
  (A: Tensor, options: PivotOptions = {}): NamedTensors<'P', 'L', 'U'> => {
    expectPivot('linalg.lu', options);
    ops.expectMatrices('linalg.lu', A);
    const [m, n] = A.shape.slice(-2) as [number, number];
    const k = Math.min(m, n);
    const { lu: value, order } = ops.luFactor(A.value, null);
    const packed = Tensor.of(value);
    const P = Tensor.of(oneHot(order, m)).mT.to('float32');
    const L = packed.narrow(-1, 0, k).tril(-1).add(eye(m, k));
    return namedResults(['P', 'L', 'U'], [P, L, packed.narrow(-2, 0, k).triu()]);
  },
);

/** How much of Q and R to compute. */
export interface QrOptions {
  /** `reduced` (default): Q [..., m, k], R [..., k, n] with k = min(m, n); `complete`: [..., m, m], [..., m, n]; `r`: R alone, Q is empty. */
  mode?: 'reduced' | 'complete' | 'r';
}

/** A = Q R: columns of length 1 at right angles, and an upper triangle, with LAPACK's signs. */
export const qr = callable(
  'linalg.qr(A, ...)',
  (A: Tensor, ...args: Arguments<QrOptions, ['mode']>): NamedTensors<'Q', 'R'> => {
    const { mode } = parseArgs<QrOptions>('linalg.qr', [], { mode: 'reduced' }, args, {
      mode: oneOf('reduced', 'complete', 'r'),
    });
    ops.expectMatrices('linalg.qr', A);
    const [q, r] = ops.qr(A.value, mode);
    return namedResults(['Q', 'R'], [q ? Tensor.of(q) : zeros(0), Tensor.of(r)]);
  },
);
