// Condition numbers, matrix functions, products of Householder reflections, and tensor equations, for torch.linalg.

import { integer, listOf, oneOf, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import { withGradient } from '../../../engine/ops/custom';
import * as ops from '../../../engine/ops/linalg/linalg';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { callable } from '../calling/callable';
import { type NamedResults, namedResults } from '../calling/named-results';
import { noGrad } from '../calling/recording';
import { eye, onesLike } from '../creation/creation';
import { matmul as product } from '../families/linear-algebra';
import { cat } from '../joining/cat-stack';
import { Tensor } from '../tensor';
import { inv, invEx, solve, solveTriangular } from './equations';
import { type MatrixOrd, matrixNorm } from './norms';
import { eigh, svd, svdvals } from './spectra';

/** The matrix product, for every combination of ranks that PyTorch has; the same as `torch.matmul`. */
export const matmul = callable(
  'linalg.matmul(input, other)',
  (input: Tensor, other: Tensor): Tensor => product(input, other),
);

/** Options of condition numbers. */
export interface CondOptions {
  /**
   * The norm. null (default) and 2: the greatest singular value divided by the least; the matrix need not be square.
   * -2: the least divided by the greatest.
   */
  p?: MatrixOrd | null;
}

/**
 * Condition numbers ‖A‖ ‖A⁻¹‖ of matrices [..., m, n]: by how much solving A X = B can amplify a relative error.
 * Infinity if A is singular.
 */
export const cond = callable('linalg.cond(A, ...)', (A: Tensor, ...args: Arguments<CondOptions, ['p']>): Tensor => {
  const name = 'linalg.cond';
  const { p } = parseArgs<CondOptions>(name, [], { p: null }, args, {
    p: orNull(oneOf('fro', 'nuc', 1, -1, 2, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)),
  });
  if (p === null || p === 2 || p === -2) {
    ops.expectMatrices(name, A);
    const values = svdvals(A);
    const [greatest, least] = [values.select(-1, 0), values.select(-1, -1)];
    return p === -2 ? least.div(greatest) : greatest.div(least);
  }
  ops.expectSquare(name, A);
  const { inverse, info } = invEx(A);
  const result = matrixNorm(A, { ord: p }).mul(matrixNorm(inverse, { ord: p }));
  return result.where(info.eq(0), Number.POSITIVE_INFINITY);
});

/** Options of `diagonal`. */
export interface DiagonalOptions {
  /** How far the diagonal is above the main one; negative: below. Default: 0. */
  offset?: number;
  /** The dimension of the rows. Default: -2. */
  dim1?: number;
  /** The dimension of the columns. Default: -1. */
  dim2?: number;
}

/** A view of the diagonals of matrices: `torch.diagonal` over the last two dimensions. */
export const diagonal = callable('linalg.diagonal(A, ...)', (A: Tensor, options: DiagonalOptions = {}): Tensor => {
  const { offset, dim1, dim2 } = parseArgs<DiagonalOptions>(
    'linalg.diagonal',
    [],
    { offset: 0, dim1: -2, dim2: -1 },
    [options],
    { offset: integer, dim1: integer, dim2: integer },
  );
  return A.diagonal(offset, dim1, dim2);
});

/**
 * The first n columns of the product of k reflections 1 − τᵢ vᵢ vᵢᵀ, as `geqrf` returns them: A [..., m, n] with vᵢ
 * below its diagonal, and tau [..., k].
 */
export const householderProduct = callable(
  'linalg.householderProduct(A, tau)',
  (A: Tensor, /** The factors of the reflections, [..., k]. */ tau: Tensor): Tensor => {
    const { m, n } = reflectionSizes('linalg.householderProduct', A, tau);
    if (m < n) {
      throw new ShapeError(
        `linalg.householderProduct: expected at least as many rows as columns, but got shape ${showShape(A.shape)}`,
      );
    }
    return reflect(A, tau, eye(m, n), false);
  },
);

/**
 * The sizes m and n of A.
 * @throws ShapeError or DTypeError unless tau fits A
 */
export function reflectionSizes(name: string, A: Tensor, tau: Tensor): { readonly m: number; readonly n: number } {
  ops.expectMatrices(name, A);
  const [m, n] = A.shape.slice(-2) as [number, number];
  const fits = tau.shape.length === A.shape.length - 1 && tau.shape.at(-1)! <= Math.min(m, n);
  if (fits && tau.shape.slice(0, -1).every((size, d) => size === A.shape[d])) return { m, n };
  throw new ShapeError(
    `${name}: expected tau [..., k] with at most ${Math.min(m, n)} elements for A of shape ${showShape(A.shape)}, but got shape ${showShape(tau.shape)}`,
  );
}

/**
 * Q x or Qᵀ x for Q = 1 − V T Vᵀ, where T = (1 + D striu(Vᵀ V))⁻¹ D and D = diag(τ).
 * Source: Schreiber & Van Loan 1989, "A storage-efficient WY representation for products of Householder transformations".
 */
export function reflect(A: Tensor, tau: Tensor, x: Tensor, transpose: boolean): Tensor {
  const [m, k] = [A.shape.at(-2)!, tau.shape.at(-1)!];
  const V = A.narrow(-1, 0, k).tril(-1).add(eye(m, k));
  const D = tau.unsqueeze(-1);
  const factor = D.mul(V.mT.matmul(V).triu(1));
  const along = V.mT.matmul(x);
  // For Qᵀ, Tᵀ = D (1 + striu(Vᵀ V)ᵀ D)⁻¹: the triangle is transposed, and D multiplies the solution instead of the
  // right-hand side.
  const inner = transpose
    ? D.mul(solveTriangular(factor.mT, along, { upper: false, unitriangular: true }))
    : solveTriangular(factor, D.mul(along), { upper: true, unitriangular: true });
  return x.sub(V.matmul(inner));
}

/**
 * Up to this 1-norm the polynomial of `matrixExp` is accurate to float32. Source: Bader, Blanes & Casas 2019, table 1,
 * degree 8.
 */
const TAYLOR_REACH = 0.5;
const TAYLOR_DEGREE = 8;
/**
 * The maximum number of squarings: enough for 1-norms up to 2¹⁹. The exponentials of most larger matrices overflow
 * float32.
 */
const MOST_SQUARINGS = 20;

/** Σ Aᵏ / k! of square matrices [..., n, n], by scaling and squaring. */
export const matrixExp = callable('linalg.matrixExp(A)', (A: Tensor): Tensor => {
  ops.expectSquare('linalg.matrixExp', A);
  return exponential(A);
});

function exponential(A: Tensor): Tensor {
  if (A.numel() === 0) return A.clone();
  const plain = noGrad(() => squared(A));
  // Source: Mathias 1996, "A chain rule for matrix functions".
  const [value] = withGradient([A.value], [plain.value], ([dy]) => {
    const n = A.shape.at(-1)!;
    const flipped = A.mT;
    const dY = Tensor.of(dy!);
    const both = cat([cat([flipped, dY], -1), cat([flipped.mul(0), flipped], -1)], -2);
    return [exponential(both).narrow(-2, 0, n).narrow(-1, n, n).value];
  });
  return Tensor.of(named(value!, 'LinalgMatrixExpBackward0'));
}

/** The matrix exponential by scaling and squaring, without a gradient. */
function squared(A: Tensor): Tensor {
  const norms = matrixNorm(A, { ord: 1, keepdim: true });
  const squarings = norms.div(TAYLOR_REACH).log2().ceil().clamp({ min: 0, max: MOST_SQUARINGS });
  const scaled = A.mul(squarings.neg().exp2());
  const one = eye(A.shape.at(-1)!);
  let result = scaled.div(TAYLOR_DEGREE).add(one);
  for (let k = TAYLOR_DEGREE - 1; k > 0; k--) result = scaled.matmul(result).div(k).add(one);
  for (let k = 0; k < MOST_SQUARINGS; k++) result = result.matmul(result).where(squarings.gt(k), result);
  return result;
}

/**
 * The symmetric positive-definite X with X X = A, for symmetric positive-definite A [..., n, n]; reads only the lower
 * triangle.
 */
export const matrixSqrth = callable('linalg.matrixSqrth(A)', (A: Tensor): Tensor => {
  ops.expectSquare('linalg.matrixSqrth', A);
  const [w, V] = eigh(A);
  return V.mul(w.sqrt().unsqueeze(-2)).matmul(V.mT);
});

/**
 * The polar decomposition A = U H of matrices [..., m, n], m ≥ n: U has orthonormal columns, H is symmetric and
 * positive semidefinite.
 */
export const polar = callable('linalg.polar(A)', (A: Tensor): NamedResults<'U', 'H'> => {
  ops.expectMatrices('linalg.polar', A);
  if (A.shape.at(-2)! < A.shape.at(-1)!) {
    throw new ShapeError(
      `linalg.polar: expected at least as many rows as columns, but got shape ${showShape(A.shape)}`,
    );
  }
  const [U, S, Vh] = svd(A, false);
  return namedResults(['U', 'H'], [U.matmul(Vh), Vh.mT.mul(S.unsqueeze(-2)).matmul(Vh)]);
});

const numel = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/**
 * The inverse of A as a linear map from the dimensions from `ind` on to the dimensions before. `tensordot(tensorinv(A),
 * B, ind)` equals `tensorsolve(A, B)`.
 */
export const tensorinv = callable(
  'linalg.tensorinv(A, ...)',
  (A: Tensor, ...args: Arguments<{ ind?: number }, ['ind']>): Tensor => {
    const name = 'linalg.tensorinv';
    const { ind } = parseArgs<{ ind?: number }>(name, [], { ind: 2 }, args, { ind: whole(1) });
    const [first, last] = [A.shape.slice(0, ind), A.shape.slice(ind)];
    const n = numel(last);
    if (numel(first) !== n) {
      throw new ShapeError(
        `${name}: expected the first ${ind} sizes to have the product of the others, but got shape ${showShape(A.shape)}`,
      );
    }
    return inv(A.reshape(n, n)).reshape([...last, ...first]);
  },
);

/** Options of `tensorsolve`. */
export interface TensorsolveOptions {
  /** Dimensions of A that are moved to its end before solving; null (default): none. */
  dims?: readonly number[] | null;
}

/**
 * The solution X of `tensordot(A, X, X.dim())` = B. A has the sizes of B, then those of X; both have the same number of
 * elements.
 */
export const tensorsolve = callable(
  'linalg.tensorsolve(A, B, ...)',
  (A: Tensor, B: Tensor, ...args: Arguments<TensorsolveOptions, ['dims']>): Tensor => {
    const name = 'linalg.tensorsolve';
    const { dims } = parseArgs<TensorsolveOptions>(name, [], { dims: null }, args, { dims: orNull(listOf(integer)) });
    const rank = A.shape.length;
    const ends = (dims ?? []).map((d) => resolveDim(name, d, rank));
    if (new Set(ends).size < ends.length) {
      throw new ArgumentError(`${name}: expected dims to differ, but got ${showShape(dims!)}`);
    }
    const moved = A.movedim(
      ends,
      ends.map((_, i) => rank - ends.length + i),
    );
    const shape = moved.shape.slice(B.shape.length);
    if (moved.numel() !== B.numel() ** 2 || numel(shape) !== B.numel()) {
      throw new ShapeError(
        `${name}: expected A with the sizes of B, followed by sizes of the same product, but got shapes ${showShape(A.shape)} and ${showShape(B.shape)}`,
      );
    }
    return solve(moved.reshape(B.numel(), B.numel()), B.flatten()).reshape(shape);
  },
);

/** Options of `vander`. */
export interface VanderOptions {
  /** The number of powers, from x⁰ on; null (default): as many as x has elements. */
  N?: number | null;
}

/** Vandermonde matrices of vectors [..., n]: the powers x⁰ … xᴺ⁻¹ of every element. Shape: [..., n, N]. */
export const vander = callable(
  'linalg.vander(x, ...)',
  (x: Tensor, ...args: Arguments<VanderOptions, ['N']>): Tensor => {
    const name = 'linalg.vander';
    const { N } = parseArgs<VanderOptions>(name, [], { N: null }, args, { N: orNull(whole(2)) });
    const vectors = x.shape.length === 0 ? x.unsqueeze(0) : x;
    const count = N ?? vectors.shape.at(-1)!;
    if (count < 2)
      throw new ArgumentError(`${name}: expected N of at least 2, but got ${count}, the number of elements of x`);
    const numbers = vectors.dtype === 'float32' ? vectors : vectors.to('int64');
    const factors = numbers.unsqueeze(-1).expand([...vectors.shape, count - 1]);
    return cat([onesLike(numbers.unsqueeze(-1)), factors.cumprod(-1)], -1);
  },
);
