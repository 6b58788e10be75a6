// Inverses, determinants and equations of matrices, for torch.linalg.

import { flag } from '../core/argument-kinds';
import { ArgumentError, ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { parseArgs } from '../core/options';
import { broadcastShapes } from '../ops/broadcast';
import * as ops from '../ops/linalg';
import { callable } from './callable';
import { type NamedTensors, namedResults } from './named-results';
import { Tensor } from './tensor';

/** On which side of the unknowns A stands. */
export interface SolveOptions {
  /** A X = B by default, X A = B with `false`. */
  left?: boolean;
}

/** Both with equal batches. */
function batched(op: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const batch = broadcastShapes(
    op,
    [a, b].map(({ shape, dtype }) => ({ shape: shape.slice(0, -2), dtype })),
  );
  const whole = (x: Tensor) => x.expand([...batch, ...x.shape.slice(-2)]);
  return [whole(a), whole(b)];
}

function expectRows(op: string, a: Tensor, b: Tensor, left: boolean): void {
  ops.expectSquare(op, a);
  ops.expectMatrices(op, b);
  if (b.shape.at(left ? -2 : -1) === a.shape.at(-1)) return;
  throw new ShapeError(
    `${op}: expected as many ${left ? 'rows' : 'columns'} of B as A has, but got shapes ${showShape(a.shape)} and ${showShape(b.shape)}`,
  );
}

/** A⁻¹ of square matrices [..., n, n]. A singular one is a LinAlgError when values are read. */
export const inv = callable('linalg.inv(A)', (A: Tensor): Tensor => {
  ops.expectSquare('linalg.inv', A);
  return Tensor.of(ops.inverse(A.value, 'linalg.inv'));
});

/**
 * The solution X of A X = B for square A; B is a vector [..., n], where its shape is A's without the last size, or matrices
 * [..., n, k]. A singular A is a LinAlgError when values are read.
 */
export const solve = callable('linalg.solve(A, B, ...)', (A: Tensor, B: Tensor, options: SolveOptions = {}): Tensor => {
  const { left } = parseArgs<SolveOptions>('linalg.solve', [], { left: true }, [options]);
  ops.expectSquare('linalg.solve', A);
  const isVector =
    B.shape.length === 1 || (B.shape.length === A.shape.length - 1 && B.shape.every((size, d) => size === A.shape[d]));
  if (isVector) {
    if (!left) throw new ArgumentError('linalg.solve: expected matrices B for left false, but got a vector');
    return solveMatrices(A, B.unsqueeze(-1)).squeeze(-1);
  }
  return left ? solveMatrices(A, B) : solveMatrices(A.mT, B.mT).mT;
});

function solveMatrices(A: Tensor, B: Tensor): Tensor {
  expectRows('linalg.solve', A, B, true);
  const [a, b] = batched('linalg.solve', A, B);
  return Tensor.of(ops.solve(a.value, b.value, 'linalg.solve'));
}

/** How a triangular system is read. */
export interface SolveTriangularOptions {
  /** Whether A is an upper triangle rather than a lower one; the other triangle is not read. */
  upper: boolean;
  /** A X = B by default, X A = B with `false`. */
  left?: boolean;
  /** Take A's diagonal for ones, default false. */
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

/** The sign of the determinants, and the logarithm of their sizes: 0 and -∞ where a matrix is singular. */
export const slogdet = callable('linalg.slogdet(A)', (A: Tensor): NamedTensors<'sign', 'logabsdet'> => {
  ops.expectSquare('linalg.slogdet', A);
  const [sign, logabsdet] = ops.slogdet(A.value);
  return namedResults(['sign', 'logabsdet'], [Tensor.of(sign), Tensor.of(logabsdet)]);
});
