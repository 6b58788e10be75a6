// The matrix functions at the top level of torch, whose parameters differ from those of torch.linalg, as in PyTorch.

import { ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import { withGradient } from '../../../engine/ops/custom';
import * as ops from '../../../engine/ops/linalg/linalg';
import { sumTo } from '../../../engine/ops/reduction/reduce';
import { noGrad } from '../../../engine/storage/mode';
import { callable } from '../calling/callable';
import { type NamedResults, namedResults } from '../calling/named-results';
import { eye, zeros } from '../creation/creation';
import { Tensor } from '../tensor';
import { det as detOf, inv, slogdet as slogdetOf, solveTriangular } from './equations';
import {
  cholesky as choleskyOf,
  luSolve as luSolveOf,
  permutation,
  qr as qrOf,
  rowOrder,
  type TriangleOptions,
  triangles,
} from './factors';
import { matrixExp as expOf, householderProduct, reflect, reflectionSizes } from './matrix-functions';
import { pinv, matrixPower as powerOf, svd as svdOf, svdvals } from './spectra';

/** `linalg.inv`: A⁻¹ of square matrices. */
export const inverse = callable('inverse(input)', (input: Tensor): Tensor => inv(input));

/** `linalg.det`: the determinants of square matrices. */
export const det = callable('det(input)', (input: Tensor): Tensor => detOf(input));

/** `linalg.slogdet`: the sign of each determinant, and the logarithm of its absolute value. */
export const slogdet = callable(
  'slogdet(input)',
  (input: Tensor): NamedResults<'sign', 'logabsdet'> => slogdetOf(input),
);

/** The logarithm of determinants; -∞ for 0, and NaN for negative ones. */
export const logdet = callable('logdet(input)', (input: Tensor): Tensor => {
  const [sign, logabsdet] = slogdetOf(input);
  return logabsdet.where(sign.ge(0), Number.NaN);
});

/** `linalg.cholesky`: the lower triangle L of A = L Lᵀ, or its transpose. */
export const cholesky = callable(
  'cholesky(input, ...)',
  (input: Tensor, ...args: Arguments<TriangleOptions, ['upper']>): Tensor =>
    choleskyOf(input, parseArgs<TriangleOptions>('cholesky', [], { upper: false }, args)),
);

/** The solution X of A X = B, from the factor L of A = L Lᵀ that `cholesky` returned, or with `upper` of A = Lᵀ L. */
export const choleskySolve = callable(
  'choleskySolve(B, L, ...)',
  (B: Tensor, /** The Cholesky factor. */ L: Tensor, ...args: Arguments<TriangleOptions, ['upper']>): Tensor => {
    const { upper } = parseArgs<TriangleOptions>('choleskySolve', [], { upper: false }, args);
    return byFactor(B, L, upper, 'CholeskySolveBackward0');
  },
);

/**
 * The solution. Its gradient with respect to L is −(G Xᵀ + X Gᵀ) L, with `upper` −L (G Xᵀ + X Gᵀ), where G is the
 * gradient with respect to B. As in PyTorch, it covers all of L, as if the factor were a full matrix and not a
 * triangle.
 */
function byFactor(B: Tensor, L: Tensor, upper: boolean, gradName: string): Tensor {
  const solved = (b: Tensor) => {
    const lower = upper ? L.mT : L;
    return solveTriangular(lower.mT, solveTriangular(lower, b, { upper: false }), { upper: true });
  };
  const plain = noGrad(() => solved(B));
  const [value] = withGradient([B.value, L.value], [plain.value], ([dy]) => {
    const [X, G] = [Tensor.of(value!), solved(Tensor.of(dy!))];
    const half = G.matmul(X.mT);
    const both = half.add(half.mT).neg();
    const byL = upper ? L.matmul(both) : both.matmul(L);
    return [sumTo(G.value, B.shape), sumTo(byL.value, L.shape)];
  });
  return Tensor.of(named(value!, gradName));
}

/** A⁻¹, from the factor L of A = L Lᵀ that `cholesky` returned, or with `upper` of A = Lᵀ L. */
export const choleskyInverse = callable(
  'choleskyInverse(L, ...)',
  (/** The Cholesky factor. */ L: Tensor, ...args: Arguments<TriangleOptions, ['upper']>): Tensor => {
    const { upper } = parseArgs<TriangleOptions>('choleskyInverse', [], { upper: false }, args);
    ops.expectSquare('choleskyInverse', L);
    return byFactor(eye(L.shape.at(-1)!), L, upper, 'CholeskyInverseBackward0');
  },
);

/** The solution X of A X = b, from the factors that `linalg.luFactor` returned; b is the input, [..., n, k]. */
export const luSolve = callable(
  'luSolve(input, LUData, LUPivots)',
  (
    input: Tensor,
    /** L and U in one matrix, [..., n, n]. */ LUData: Tensor,
    /** The rows that were exchanged, int32 [..., n]. */ LUPivots: Tensor,
  ): Tensor => luSolveOf(LUData, LUPivots, input),
);

/** Which parts `luUnpack` returns. */
export interface UnpackOptions {
  /** Whether to return L and U; otherwise they are empty. Default: true. */
  unpackData?: boolean;
  /** Whether to return P; otherwise it is empty. Default: true. */
  unpackPivots?: boolean;
}

/** P, L and U of A = P L U, from the factors that `linalg.luFactor` returned. */
export const luUnpack = callable(
  'luUnpack(LUData, LUPivots, ...)',
  (
    /** L and U in one matrix, [..., n, n]. */
    LUData: Tensor,
    /** The rows that were exchanged, int32 [..., n]. */
    LUPivots: Tensor,
    ...args: Arguments<UnpackOptions, ['unpackData', 'unpackPivots']>
  ): NamedResults<'P', 'L', 'U'> => {
    const defaults = { unpackData: true, unpackPivots: true };
    const { unpackData, unpackPivots } = parseArgs<UnpackOptions>('luUnpack', [], defaults, args);
    ops.expectMatrices('luUnpack', LUData);
    const order = rowOrder('luUnpack', LUData, LUPivots);
    const [L, U] = unpackData ? triangles(LUData) : [zeros(0), zeros(0)];
    return namedResults(['P', 'L', 'U'], [unpackPivots ? permutation(order) : zeros(0), L, U]);
  },
);

/** Σ Aᵏ / k! of square matrices: `linalg.matrixExp`. */
export const matrixExp = callable('matrixExp(input)', (input: Tensor): Tensor => expOf(input));

/**
 * R of A = Q R with the Householder vectors, whose reflections multiply to Q, below its diagonal; and their factors
 * tau. No gradient.
 */
export const geqrf = callable('geqrf(input)', (input: Tensor): NamedResults<'a', 'tau'> => {
  ops.expectMatrices('geqrf', input);
  return namedResults(
    ['a', 'tau'],
    ops.reflected(input.value).map((value) => Tensor.of(value)),
  );
});

/**
 * The first n columns of the product of the reflections that `geqrf` returned: `linalg.householderProduct`.
 *
 * @param input the Householder vectors, below the diagonal of [..., m, n]
 * @param input2 their factors tau, [..., k]
 */
export const orgqr = callable(
  'orgqr(input, input2)',
  (input: Tensor, input2: Tensor): Tensor => householderProduct(input, input2),
);

/** Options of `ormqr`. */
export interface OrmqrOptions {
  /** Whether Q is the left factor (Q C) or the right one (C Q). Default: true. */
  left?: boolean;
  /** Whether to use Qᵀ instead of Q. Default: false. */
  transpose?: boolean;
}

/**
 * Q C or C Q, with `transpose` Qᵀ C or C Qᵀ, where Q [..., m, m] is the product of the reflections that `geqrf`
 * returned.
 */
export const ormqr = callable(
  'ormqr(input, tau, other, ...)',
  (
    input: Tensor,
    /** The factors of the reflections, [..., k]. */ tau: Tensor,
    other: Tensor,
    ...args: Arguments<OrmqrOptions, ['left', 'transpose']>
  ): Tensor => {
    const { left, transpose } = parseArgs<OrmqrOptions>('ormqr', [], { left: true, transpose: false }, args);
    const { m } = reflectionSizes('ormqr', input, tau);
    ops.expectMatrices('ormqr', other);
    if (other.shape.at(left ? -2 : -1) !== m) {
      throw new ShapeError(
        `ormqr: expected other with ${m} ${left ? 'rows' : 'columns'}, the number of rows of input, but got shapes ${showShape(input.shape)} and ${showShape(other.shape)}`,
      );
    }
    return left ? reflect(input, tau, other, transpose) : reflect(input, tau, other.mT, !transpose).mT;
  },
);

/** Options of the reduced forms. */
export interface SomeOptions {
  /** Whether to return only the first min(m, n) columns. Default: true. */
  some?: boolean;
}

/** A = Q R: `linalg.qr`, reduced or complete. */
export const qr = callable(
  'qr(input, ...)',
  (input: Tensor, ...args: Arguments<SomeOptions, ['some']>): NamedResults<'Q', 'R'> => {
    const { some } = parseArgs<SomeOptions>('qr', [], { some: true }, args);
    return qrOf(input, some ? 'reduced' : 'complete');
  },
);

/** Options of `svd`. */
export interface SingularOptions extends SomeOptions {
  /** Whether to compute U and V; otherwise both are square matrices of zeros. Default: true. */
  computeUv?: boolean;
}

/**
 * A = U diag(S) Vᵀ, like `linalg.svd`, but with V instead of its transpose, and only min(m, n) vectors unless `some` is
 * false.
 */
export const svd = callable(
  'svd(input, ...)',
  (input: Tensor, ...args: Arguments<SingularOptions, ['some', 'computeUv']>): NamedResults<'U', 'S', 'V'> => {
    const { some, computeUv } = parseArgs<SingularOptions>('svd', [], { some: true, computeUv: true }, args);
    if (!computeUv) {
      const [rows = 0, columns = 0] = input.shape.slice(-2);
      const square = (n: number): Tensor => input.newZeros([...input.shape.slice(0, -2), n, n]);
      return namedResults(['U', 'S', 'V'], [square(rows), svdvals(input), square(columns)]);
    }
    const [U, S, Vh] = svdOf(input, !some);
    return namedResults(['U', 'S', 'V'], [U, S, Vh.mT]);
  },
);

/** `linalg.pinv`: the pseudoinverse. Singular values up to `rcond` (default 1e-15) times the greatest count as zero. */
export const pinverse = callable(
  'pinverse(input, ...)',
  (input: Tensor, ...args: Arguments<{ rcond?: number }, ['rcond']>): Tensor => {
    const { rcond } = parseArgs<{ rcond?: number }>('pinverse', [], { rcond: 1e-15 }, args);
    return pinv(input, { rtol: rcond });
  },
);

/** `linalg.matrixPower`: Aⁿ for square matrices. */
export const matrixPower = callable(
  'matrixPower(input, n: number)',
  (input: Tensor, n: number): Tensor => powerOf(input, n),
);
