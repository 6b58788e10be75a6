// Matrix factorisations (Cholesky, LU, LDL, QR) for torch.linalg.

import { oneOf } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { oneHot } from '../../../engine/ops/indexing/indexing';
import * as ops from '../../../engine/ops/linalg/linalg';
import { callable } from '../calling/callable';
import { type NamedResults, namedResults } from '../calling/named-results';
import { eye, zeros } from '../creation/creation';
import { Tensor } from '../tensor';
import { batched, type CheckOptions, expectRows, firstFalse, infoOf, type SolveOptions } from './equations';

/** Options for the triangle of a matrix. */
export interface TriangleOptions {
  /** Whether to use the upper triangle instead of the lower one. Default: false. */
  upper?: boolean;
}

/**
 * The Cholesky factor L of A = L Lᵀ (lower triangular) of symmetric positive-definite matrices [..., n, n], of which
 * only the lower triangle is read. With `upper`, Lᵀ, from the upper triangle. If a matrix is not positive-definite, the
 * next read-back throws a LinAlgError.
 */
export const cholesky = callable('linalg.cholesky(A, ...)', (A: Tensor, options: TriangleOptions = {}): Tensor => {
  const { upper } = parseArgs<TriangleOptions>('linalg.cholesky', [], { upper: false }, [options]);
  return triangleOf('linalg.cholesky', A, upper, 'linalg.cholesky');
});

function triangleOf(name: string, A: Tensor, upper: boolean, checked: string | null): Tensor {
  ops.expectSquare(name, A);
  const factor = Tensor.of(ops.cholesky((upper ? A.mT : A).value, checked));
  return upper ? factor.mT : factor;
}

/**
 * `cholesky`, and `info`, int32 [...]: 0, or the order of the first leading minor that is not positive. L is
 * meaningless then.
 */
export const choleskyEx = callable(
  'linalg.choleskyEx(A, ...)',
  (A: Tensor, options: TriangleOptions & CheckOptions = {}): NamedResults<'L', 'info'> => {
    const name = 'linalg.choleskyEx';
    const defaults = { upper: false, checkErrors: false };
    const { upper, checkErrors } = parseArgs<TriangleOptions & CheckOptions>(name, [], defaults, [options]);
    const L = triangleOf(name, A, upper, checkErrors ? name : null);
    return namedResults(['L', 'info'], [L, firstFalse(L.detach().diagonal(0, -2, -1).gt(0))]);
  },
);

/** Options of pivoting. */
export interface PivotOptions {
  /** Whether rows are exchanged for stability. Default: true; `false` is not supported. */
  pivot?: boolean;
}

function expectPivot(name: string, pivot: boolean): void {
  if (!pivot) throw new ArgumentError(`${name}: expected pivot true, but got false, which is not supported`);
}

/**
 * P A = L U packed in one matrix, with L below the diagonal and U on and above it; and the pivots (int32, counted from
 * 1): for i = 0, 1, …, row i was exchanged with row pivots[i] − 1. If U has a zero on its diagonal, the next read-back
 * throws a LinAlgError; `luFactorEx` and `lu` accept such matrices.
 */
export const luFactor = callable(
  'linalg.luFactor(A, ...)',
  (A: Tensor, options: PivotOptions = {}): NamedResults<'LU', 'pivots'> => {
    const { pivot } = parseArgs<PivotOptions>('linalg.luFactor', [], { pivot: true }, [options]);
    return namedResults(['LU', 'pivots'], packed('linalg.luFactor', A, pivot, 'linalg.luFactor'));
  },
);

/** `luFactor`, and `info`, int32 [...]: 0, or the index (from 1) of the first zero on U's diagonal. */
export const luFactorEx = callable(
  'linalg.luFactorEx(A, ...)',
  (A: Tensor, options: PivotOptions & CheckOptions = {}): NamedResults<'LU', 'pivots', 'info'> => {
    const name = 'linalg.luFactorEx';
    const defaults = { pivot: true, checkErrors: false };
    const { pivot, checkErrors } = parseArgs<PivotOptions & CheckOptions>(name, [], defaults, [options]);
    const factors = packed(name, A, pivot, checkErrors ? name : null);
    return namedResults(['LU', 'pivots', 'info'], [...factors, infoOf(factors[0])]);
  },
);

/** L and U packed in one matrix, and the pivots. */
function packed(name: string, A: Tensor, pivot: boolean, checked: string | null): [LU: Tensor, pivots: Tensor] {
  expectPivot(name, pivot);
  ops.expectMatrices(name, A);
  const { lu: value, pivots } = ops.luFactor(A.value, checked);
  return [Tensor.of(value), Tensor.of(pivots)];
}

/** A = P L U: a permutation [..., m, m], a lower triangle [..., m, k] with ones on its diagonal, and an upper triangle [..., k, n]. */
export const lu = callable(
  'linalg.lu(A, ...)',
  (A: Tensor, options: PivotOptions = {}): NamedResults<'P', 'L', 'U'> => {
    const { pivot } = parseArgs<PivotOptions>('linalg.lu', [], { pivot: true }, [options]);
    expectPivot('linalg.lu', pivot);
    ops.expectMatrices('linalg.lu', A);
    const { lu: value, order } = ops.luFactor(A.value, null);
    return namedResults(['P', 'L', 'U'], [permutation(Tensor.of(order)), ...triangles(Tensor.of(value))]);
  },
);

/** The permutation P of A = P L U, from the order of the rows of A. */
export const permutation = (order: Tensor): Tensor => {
  const rows = order.shape.at(-1)!;
  return rows === 0 ? zeros([...order.shape, 0]) : Tensor.of(oneHot(order.value, rows)).mT.to('float32');
};

/** L and U as separate matrices. */
export function triangles(both: Tensor): [L: Tensor, U: Tensor] {
  const [m, n] = both.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  return [both.narrow(-1, 0, k).tril(-1).add(eye(m, k)), both.narrow(-2, 0, k).triu()];
}

/** Options of solving by LU factors. */
export interface LuSolveOptions extends SolveOptions {
  /** Whether to solve with Aᵀ instead of A. Default: false. */
  adjoint?: boolean;
}

/**
 * The solution X of A X = B, from the factors that `luFactor` returned: LU [..., n, n] and pivots [..., n]. B is [...,
 * n, k].
 */
export const luSolve = callable(
  'linalg.luSolve(LU, pivots, B, ...)',
  (
    /** L and U in one matrix, [..., n, n]. */ LU: Tensor,
    /** The rows that were exchanged, int32 [..., n], as `luFactor` gives them. */ pivots: Tensor,
    B: Tensor,
    options: LuSolveOptions = {},
  ): Tensor => {
    const name = 'linalg.luSolve';
    const { left, adjoint } = parseArgs<LuSolveOptions>(name, [], { left: true, adjoint: false }, [options]);
    expectRows(name, LU, B, left);
    const [lu, b] = batched(name, LU, left ? B : B.mT);
    const order = rowOrder(name, LU, pivots).expand(lu.shape.slice(0, -1));
    const X = Tensor.of(ops.luSolve({ lu: lu.value, order: order.value }, b.value, adjoint === left));
    return left ? X : X.mT;
  },
);

/** @throws ShapeError unless the pivots fit the factors; `argument` is the name of the factors in the error */
function expectPivots(name: string, argument: string, factors: Tensor, pivots: Tensor): void {
  const steps = [...factors.shape.slice(0, -2), Math.min(...factors.shape.slice(-2))];
  if (sameShape(pivots.shape, steps) && pivots.dtype === 'int32') return;
  throw new ShapeError(
    `${name}: expected pivots of dtype int32 and shape ${showShape(steps)} for ${argument} of shape ${showShape(factors.shape)}, but got ${pivots.dtype} ${showShape(pivots.shape)}`,
  );
}

/** The order of A's rows that results from the pivots. */
export function rowOrder(name: string, LU: Tensor, pivots: Tensor): Tensor {
  expectPivots(name, 'LU', LU, pivots);
  return Tensor.of(ops.orderOf(pivots.value, LU.shape.at(-2)!));
}

/** Options of the LDL factorisation. */
export interface LdlOptions {
  /** Whether complex matrices are Hermitian. Accepted and ignored, since all matrices are real. Default: false. */
  hermitian?: boolean;
}

/** L and D packed in one matrix, the pivots, and `info`. */
function ldlOf(name: string, A: Tensor, checked: string | null): Tensor[] {
  ops.expectSquare(name, A);
  return ops.ldlFactor(A.value, checked).map((value) => Tensor.of(value));
}

/**
 * A = P L D Lᵀ Pᵀ of symmetric matrices [..., n, n], of which only the lower triangle is read. L and D are packed in
 * one matrix: D, of blocks of 1 × 1 and 2 × 2, on the diagonal, and L below. The pivots are LAPACK's (int32, counted
 * from 1; negative for both rows of a 2 × 2 block). If D has a zero on its diagonal, the next read-back throws a
 * LinAlgError. No gradient.
 */
export const ldlFactor = callable(
  'linalg.ldlFactor(A, ...)',
  (A: Tensor, options: LdlOptions = {}): NamedResults<'LD', 'pivots'> => {
    const name = 'linalg.ldlFactor';
    parseArgs<LdlOptions>(name, [], { hermitian: false }, [options]);
    return namedResults(['LD', 'pivots'], ldlOf(name, A, name).slice(0, 2));
  },
);

/** `ldlFactor`, and `info`, int32 [...]: 0, or the index (from 1) of the first zero on D's diagonal. */
export const ldlFactorEx = callable(
  'linalg.ldlFactorEx(A, ...)',
  (A: Tensor, options: LdlOptions & CheckOptions = {}): NamedResults<'LD', 'pivots', 'info'> => {
    const name = 'linalg.ldlFactorEx';
    const defaults = { hermitian: false, checkErrors: false };
    const { checkErrors } = parseArgs<LdlOptions & CheckOptions>(name, [], defaults, [options]);
    return namedResults(['LD', 'pivots', 'info'], ldlOf(name, A, checkErrors ? name : null));
  },
);

/**
 * The solution X of A X = B, from the factors that `ldlFactor` returned: LD [..., n, n] and pivots [..., n]. B is [...,
 * n, k]. No gradient.
 */
export const ldlSolve = callable(
  'linalg.ldlSolve(LD, pivots, B, ...)',
  (
    /** The factors L and D in one matrix, [..., n, n]. */ LD: Tensor,
    /** The rows that were exchanged, int32 [..., n], as `luFactor` gives them. */ pivots: Tensor,
    B: Tensor,
    options: LdlOptions = {},
  ): Tensor => {
    const name = 'linalg.ldlSolve';
    parseArgs<LdlOptions>(name, [], { hermitian: false }, [options]);
    expectRows(name, LD, B, true);
    expectPivots(name, 'LD', LD, pivots);
    const [ld, b] = batched(name, LD, B);
    return Tensor.of(ops.ldlSolve(ld.value, pivots.expand(ld.shape.slice(0, -1)).value, b.value));
  },
);

/** Options of the QR factorisation. */
export interface QrOptions {
  /**
   * `reduced` (default): Q [..., m, k], R [..., k, n], k = min(m, n). `complete`: [..., m, m], [..., m, n]. `r`: only
   * R; Q is empty.
   */
  mode?: 'reduced' | 'complete' | 'r';
}

/** A = Q R, where Q has orthonormal columns and R is upper triangular, with LAPACK's signs. */
export const qr = callable(
  'linalg.qr(A, ...)',
  (A: Tensor, ...args: Arguments<QrOptions, ['mode']>): NamedResults<'Q', 'R'> => {
    const { mode } = parseArgs<QrOptions>('linalg.qr', [], { mode: 'reduced' }, args, {
      mode: oneOf('reduced', 'complete', 'r'),
    });
    ops.expectMatrices('linalg.qr', A);
    const [q, r] = ops.qr(A.value, mode);
    return namedResults(['Q', 'R'], [q ? Tensor.of(q) : zeros(0), Tensor.of(r)]);
  },
);
