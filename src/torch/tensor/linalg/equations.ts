// Inverses, determinants and linear equations, for torch.linalg.

import { flag } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { parseArgs } from '../../../engine/core/options';
import * as ops from '../../../engine/ops/linalg/linalg';
import { broadcastShapes } from '../../../engine/ops/shape/broadcast';
import { callable } from '../calling/callable';
import { type NamedResults, namedResults } from '../calling/named-results';
import { arange, zeros } from '../creation/creation';
import { Tensor } from '../tensor';

/** Options of linear equations. */
export interface SolveOptions {
  /** Whether A is on the left: true (default) solves A X = B, false solves X A = B. */
  left?: boolean;
}

/** Both operands, expanded to a common batch shape. */
export function batched(op: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const batch = broadcastShapes(
    op,
    [a, b].map(({ shape, dtype }) => ({ shape: shape.slice(0, -2), dtype })),
  );
  const whole = (x: Tensor) => x.expand([...batch, ...x.shape.slice(-2)]);
  return [whole(a), whole(b)];
}

/** @throws ShapeError or DTypeError unless A is square and has as many rows as B (without `left`, as many columns) */
export function expectRows(op: string, a: Tensor, b: Tensor, left: boolean): void {
  ops.expectSquare(op, a);
  ops.expectMatrices(op, b);
  if (b.shape.at(left ? -2 : -1) === a.shape.at(-1)) return;
  throw new ShapeError(
    `${op}: expected as many ${left ? 'rows' : 'columns'} of B as A has, but got shapes ${showShape(a.shape)} and ${showShape(b.shape)}`,
  );
}

/** A⁻¹ of square matrices [..., n, n]. If a matrix is singular, the next read-back throws a LinAlgError. */
export const inv = callable('linalg.inv(A)', (A: Tensor): Tensor => {
  ops.expectSquare('linalg.inv', A);
  return Tensor.of(ops.inverse(A.value, ops.luFactor(A.value, 'linalg.inv')));
});

/** Options of the functions that return `info`. */
export interface CheckOptions {
  /** Whether the next read-back throws a LinAlgError if there is no result. Default: false; then `info` tells. */
  checkErrors?: boolean;
}

const checkedAs = (name: string, options: CheckOptions): string | null =>
  parseArgs<CheckOptions>(name, [], { checkErrors: false }, [options]).checkErrors ? name : null;

/** The index, counted from 1, of the first false element, as int32; 0 if there is none. Shape: [..., n] → [...]. */
export function firstFalse(holds: Tensor): Tensor {
  const n = holds.shape.at(-1)!;
  if (n === 0) return zeros(holds.shape.slice(0, -1), { dtype: 'int32' });
  const left = arange(n, 0, -1, { dtype: 'int32' }).where(holds.logicalNot(), 0).amax(-1);
  return left
    .neg()
    .add(n + 1)
    .where(left.gt(0), 0);
}

/** The index, counted from 1, of the first zero on the diagonal of U; 0 if there is none. */
export const infoOf = (packed: Tensor): Tensor => firstFalse(packed.detach().diagonal(0, -2, -1).ne(0));

/**
 * `inv`, and `info`, int32 [...]: 0, or if a matrix is singular, the index (from 1) of the first zero on U's diagonal.
 * The inverse is meaningless then.
 */
export const invEx = callable(
  'linalg.invEx(A, ...)',
  (A: Tensor, options: CheckOptions = {}): NamedResults<'inverse', 'info'> => {
    const checked = checkedAs('linalg.invEx', options);
    ops.expectSquare('linalg.invEx', A);
    const factors = ops.luFactor(A.value, checked);
    const inverse = Tensor.of(ops.inverse(A.value, factors));
    return namedResults(['inverse', 'info'], [inverse, infoOf(Tensor.of(factors.lu))]);
  },
);

/**
 * The solution X of A X = B for square A. B is matrices [..., n, k], or vectors [..., n] if its shape is A's without
 * the last size. If A is singular, the next read-back throws a LinAlgError.
 */
export const solve = callable('linalg.solve(A, B, ...)', (A: Tensor, B: Tensor, options: SolveOptions = {}): Tensor => {
  const { left } = parseArgs<SolveOptions>('linalg.solve', [], { left: true }, [options]);
  return solved('linalg.solve', A, B, { left, checked: 'linalg.solve' })[0];
});

/**
 * `solve`, and `info`, int32 [...]: 0, or if A is singular, the index (from 1) of the first zero on U's diagonal. The
 * solution is meaningless then.
 */
export const solveEx = callable(
  'linalg.solveEx(A, B, ...)',
  (A: Tensor, B: Tensor, options: SolveOptions & CheckOptions = {}): NamedResults<'result', 'info'> => {
    const name = 'linalg.solveEx';
    const defaults = { left: true, checkErrors: false };
    const { left, checkErrors } = parseArgs<SolveOptions & CheckOptions>(name, [], defaults, [options]);
    return namedResults(['result', 'info'], solved(name, A, B, { left, checked: checkErrors ? name : null }));
  },
);

interface Solving {
  readonly left: boolean;
  readonly checked: string | null;
}

/** The solution X, and `info`. */
function solved(name: string, A: Tensor, B: Tensor, { left, checked }: Solving): [result: Tensor, info: Tensor] {
  ops.expectSquare(name, A);
  const isVector =
    B.shape.length === 1 || (B.shape.length === A.shape.length - 1 && B.shape.every((size, d) => size === A.shape[d]));
  if (isVector && !left) throw new ArgumentError(`${name}: expected matrices B for left false, but got a vector`);
  const [matrices, unknowns] = left ? [A, isVector ? B.unsqueeze(-1) : B] : [A.mT, B.mT];
  expectRows(name, matrices, unknowns, true);
  const [a, b] = batched(name, matrices, unknowns);
  const factors = ops.luFactor(a.value, checked);
  const result = Tensor.of(ops.solve(a.value, b.value, factors));
  return [isVector ? result.squeeze(-1) : left ? result : result.mT, infoOf(Tensor.of(factors.lu))];
}

/** Options of triangular systems. */
export interface SolveTriangularOptions {
  /** Whether A is an upper triangle rather than a lower one; the other triangle is not read. */
  upper: boolean;
  /** Whether A is on the left: true (default) solves A X = B, false solves X A = B. */
  left?: boolean;
  /** Whether A's diagonal counts as ones, whatever it holds. Default: false. */
  unitriangular?: boolean;
}

/** The solution X of A X = B for triangular A [..., n, n] and B [..., n, k]. */
export const solveTriangular = callable(
  'linalg.solveTriangular(A, B, ...)',
  (A: Tensor, B: Tensor, options: SolveTriangularOptions): Tensor => {
    const name = 'linalg.solveTriangular';
    const defaults = { left: true, unitriangular: false };
    const given = parseArgs<SolveTriangularOptions>(name, ['upper'], defaults, options ? [options] : [], {
      upper: flag,
    });
    const { upper, left, unitriangular: unit } = given;
    expectRows(name, A, B, left);
    const [a, b] = batched(name, A, B);
    if (left) return Tensor.of(ops.triangular(a.value, b.value, { upper, unit }));
    return Tensor.of(ops.triangular(a.mT.value, b.mT.value, { upper: !upper, unit })).mT;
  },
);

/** The determinants of square matrices [..., n, n]. */
export const det = callable('linalg.det(A)', (A: Tensor): Tensor => {
  ops.expectSquare('linalg.det', A);
  return Tensor.of(ops.det(A.value));
});

/** The sign of each determinant, and the logarithm of its absolute value; 0 and -∞ if a matrix is singular. */
export const slogdet = callable('linalg.slogdet(A)', (A: Tensor): NamedResults<'sign', 'logabsdet'> => {
  ops.expectSquare('linalg.slogdet', A);
  const [sign, logabsdet] = ops.slogdet(A.value);
  return namedResults(['sign', 'logabsdet'], [Tensor.of(sign), Tensor.of(logabsdet)]);
});
