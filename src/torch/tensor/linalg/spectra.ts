// Eigenvalues and singular values, and functions built on them (rank, pseudoinverse, least squares), for torch.linalg.

import { either, instance, number, oneOf, orNull, text } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import { withGradient } from '../../../engine/ops/custom';
import * as ops from '../../../engine/ops/linalg/linalg';
import { callable } from '../calling/callable';
import { type NamedResults, namedResults } from '../calling/named-results';
import { noGrad } from '../calling/recording';
import { eye, zeros } from '../creation/creation';
import { Tensor } from '../tensor';
import { inv } from './equations';

/** Options of eigenvalues of symmetric matrices. */
export interface EighOptions {
  /** Which triangle is read: `L` (default), the lower one, or `U`, the upper one. */
  UPLO?: 'L' | 'U';
}

function eighOf(name: string, A: Tensor, args: readonly unknown[]): readonly [Tensor, Tensor] {
  const { UPLO } = parseArgs<EighOptions>(name, [], { UPLO: 'L' }, args, { UPLO: oneOf('L', 'U') });
  ops.expectSquare(name, A);
  const [values, vectors] = ops.eigh(A.value, UPLO === 'U');
  return [Tensor.of(values), Tensor.of(vectors)];
}

/** The eigenvalues [..., n], ascending, and the eigenvectors, the columns of [..., n, n], of symmetric matrices. */
export const eigh = callable(
  'linalg.eigh(A, ...)',
  (A: Tensor, ...args: Arguments<EighOptions, ['UPLO']>): NamedResults<'eigenvalues', 'eigenvectors'> =>
    namedResults(['eigenvalues', 'eigenvectors'], eighOf('linalg.eigh', A, args)),
);

/** The eigenvalues [..., n] of symmetric matrices, ascending. */
export const eigvalsh = callable(
  'linalg.eigvalsh(A, ...)',
  (A: Tensor, ...args: Arguments<EighOptions, ['UPLO']>): Tensor => eighOf('linalg.eigvalsh', A, args)[0],
);

/** PyTorch's option for the method on CUDA. */
export interface DriverOptions {
  /** Accepted and ignored: there is only one method. */
  driver?: string | null;
}

/** Options of `svd`. */
export interface SvdOptions extends DriverOptions {
  /** Whether to return all m left and n right singular vectors (default: true) or only min(m, n) of each. */
  fullMatrices?: boolean;
}

/**
 * A = U diag(S) Vh: the k = min(m, n) singular values, descending, and the singular vectors U [..., m, m] and Vh [...,
 * n, n], or only k of each.
 */
export const svd = callable(
  'linalg.svd(A, ...)',
  (A: Tensor, ...args: Arguments<SvdOptions, ['fullMatrices']>): NamedResults<'U', 'S', 'Vh'> => {
    const { fullMatrices } = parseArgs<SvdOptions>('linalg.svd', [], { fullMatrices: true, driver: null }, args, {
      driver: orNull(text),
    });
    ops.expectMatrices('linalg.svd', A);
    const results = ops.svd(A.value, fullMatrices).map((value) => Tensor.of(value));
    return namedResults(['U', 'S', 'Vh'], results);
  },
);

/** The singular values [..., min(m, n)], descending. */
export const svdvals = callable('linalg.svdvals(A, ...)', (A: Tensor, options: DriverOptions = {}): Tensor => {
  parseArgs<DriverOptions>('linalg.svdvals', [], { driver: null }, [options], { driver: orNull(text) });
  return valuesOf('linalg.svdvals', A);
});

function valuesOf(name: string, A: Tensor): Tensor {
  ops.expectMatrices(name, A);
  return Tensor.of(ops.svd(A.value, false)[1]);
}

/** Options for which singular values count as zero. */
export interface ToleranceOptions {
  /** Singular values up to this count as zero; a number, or a tensor with one for each matrix. Default: 0. */
  atol?: number | Tensor | null;
  /**
   * So do values up to this fraction of the greatest. Default: max(m, n) · 2⁻²³, or 0 if a positive `atol` is given.
   */
  rtol?: number | Tensor | null;
  /** Whether A is symmetric; then cheaper eigenvalues replace singular values. Default: false. */
  hermitian?: boolean;
}

const tolerances = () => {
  const kind = orNull(either(number, instance(Tensor, 'a tensor')));
  return { atol: kind, rtol: kind };
};

/** The bound [..., 1] up to which singular values [..., k] count as zero. */
function bound(A: Tensor, values: Tensor, { atol, rtol }: ToleranceOptions): Tensor {
  const size = Math.max(...A.shape.slice(-2)) * ops.EPSILON;
  const each = (x: number | Tensor) => (typeof x === 'number' ? x : x.unsqueeze(-1));
  const absolute = values
    .amax(-1, { keepdim: true })
    .mul(0)
    .add(each(atol ?? 0));
  const fallback = typeof atol === 'number' && atol > 0 ? 0 : size;
  let share = values.amax(-1, { keepdim: true }).mul(each(rtol ?? fallback));
  if (atol instanceof Tensor && (rtol ?? null) === null) share = share.where(absolute.le(0), 0);
  return absolute.maximum(share);
}

const toleranceDefaults = { atol: null, rtol: null, hermitian: false };

/** The rank of matrices [..., m, n]: the number of singular values that do not count as zero, int64 [...]. */
export const matrixRank = callable('linalg.matrixRank(A, ...)', (A: Tensor, options: ToleranceOptions = {}): Tensor => {
  const name = 'linalg.matrixRank';
  const given = parseArgs<ToleranceOptions>(name, [], toleranceDefaults, [options], tolerances());
  ops.expectMatrices(name, A);
  return noGrad(() => {
    const values = given.hermitian ? eigvalsh(A).abs() : valuesOf(name, A);
    if (values.numel() === 0) return zeros(values.shape.slice(0, -1), { dtype: 'int64' });
    return values.gt(bound(A, values, given)).sum(-1);
  });
});

/** The pseudoinverse [..., n, m] of matrices [..., m, n]; singular values within the tolerance count as zero. */
export const pinv = callable('linalg.pinv(A, ...)', (A: Tensor, options: ToleranceOptions = {}): Tensor => {
  const name = 'linalg.pinv';
  const given = parseArgs<ToleranceOptions>(name, [], toleranceDefaults, [options], tolerances());
  ops.expectMatrices(name, A);
  return pseudoinverse(A, given);
});

function pseudoinverse(A: Tensor, given: ToleranceOptions): Tensor {
  if (A.numel() === 0) return A.mT.clone();
  const plain = noGrad(() => {
    const [U, S, Vh] = given.hermitian ? symmetricSvd(A) : svd(A, false);
    const kept = S.gt(bound(A, S, given));
    const inverse = S.reciprocal().where(kept, 0);
    return Vh.mT.mul(inverse.unsqueeze(-2)).matmul(U.mT);
  });
  // Source: Golub & Pereyra 1973; it holds where the rank does not change.
  const [value] = withGradient([A.value], [plain.value], ([dy]) => {
    const [P, g] = [Tensor.of(value!), Tensor.of(dy!)];
    const [Pt, gt] = [P.mT, g.mT];
    const [m, n] = A.shape.slice(-2) as [number, number];
    const own = Pt.matmul(g).matmul(Pt).neg();
    const across = eye(m).sub(A.matmul(P)).matmul(gt).matmul(P.matmul(Pt));
    const along = Pt.matmul(P)
      .matmul(gt)
      .matmul(eye(n).sub(P.matmul(A)));
    return [own.add(across).add(along).value];
  });
  return Tensor.of(named(value!, 'LinalgPinvBackward0'));
}

/** U, |w| and Vᵀ of symmetric A = V diag(w) Vᵀ. */
function symmetricSvd(A: Tensor): readonly [Tensor, Tensor, Tensor] {
  const [w, V] = eigh(A);
  return [V.mul(w.sign().unsqueeze(-2)), w.abs(), V.mT];
}

/** Options of least squares. */
export interface LstsqOptions {
  /**
   * A LAPACK function, which here decides only what is returned besides the solution; the method is always the same.
   * `gelsy` (default, also for null): the rank. `gels`: the residuals. `gelsd` and `gelss`: rank, residuals and
   * singular values.
   */
  driver?: 'gels' | 'gelsy' | 'gelsd' | 'gelss' | null;
  /** Singular values up to this fraction of the greatest count as zero. Default: max(m, n) · 2⁻²³. */
  rcond?: number | null;
}

/**
 * Least squares: the X that minimises ‖A X − B‖, and of these the one with the least ‖X‖, for A [..., m, n] and B [...,
 * m, k] or [..., m]. Also `residuals`, Σ (A X − B)² of each column if m > n, A's `rank`, and its `singularValues`;
 * results that the driver does not return are empty.
 */
export const lstsq = callable(
  'linalg.lstsq(A, B, ...)',
  (
    A: Tensor,
    B: Tensor,
    ...args: Arguments<LstsqOptions, ['rcond']>
  ): [solution: Tensor, residuals: Tensor, rank: Tensor, singularValues: Tensor] & {
    readonly [K in 'solution' | 'residuals' | 'rank' | 'singularValues']: Tensor;
  } => {
    const name = 'linalg.lstsq';
    const { rcond, driver } = parseArgs<LstsqOptions>(name, [], { rcond: null, driver: null }, args, {
      driver: orNull(oneOf('gels', 'gelsy', 'gelsd', 'gelss')),
      rcond: orNull(number),
    });
    ops.expectMatrices(name, A);
    const isVector = B.shape.length === A.shape.length - 1;
    if (B.shape.at(isVector ? -1 : -2) !== A.shape.at(-2)) {
      throw new ShapeError(
        `${name}: expected as many rows of B as A has, but got shapes ${showShape(A.shape)} and ${showShape(B.shape)}`,
      );
    }
    const inverse = pseudoinverse(A, { rtol: rcond });
    const columns = isVector ? B.unsqueeze(-1) : B;
    const X = inverse.matmul(columns);
    const some = driver !== null && driver !== 'gelsy' && A.shape.at(-2)! > A.shape.at(-1)!;
    const residuals = some ? A.matmul(X).sub(columns).square().sum(-2) : zeros(0);
    const rank = driver === 'gels' ? zeros(0, { dtype: 'int64' }) : matrixRank(A, { rtol: rcond });
    const singular = driver === 'gelsd' || driver === 'gelss' ? svdvals(A).detach() : zeros(0);
    const solution = isVector ? X.squeeze(-1) : X;
    for (const made of [solution, residuals]) if (made.requiresGrad) named(made.value, 'LinalgLstsqBackward0');
    return namedResults(['solution', 'residuals', 'rank', 'singularValues'], [solution, residuals, rank, singular]);
  },
);

/** Aⁿ for square matrices: the identity for n = 0, and powers of the inverse for n < 0. */
export const matrixPower = callable('linalg.matrixPower(A, n: number)', (A: Tensor, n: number): Tensor => {
  ops.expectSquare('linalg.matrixPower', A);
  if (!Number.isInteger(n)) throw new ArgumentError(`linalg.matrixPower: expected a whole n, but got ${n}`);
  if (n === 0)
    return A.mul(0)
      .nanToNum({ nan: 0 })
      .add(eye(A.shape.at(-1)!));
  let base = n < 0 ? inv(A) : A;
  let result: Tensor | null = null;
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result ? result.matmul(base) : base;
    if (left > 1) base = base.matmul(base);
  }
  return result!;
});
