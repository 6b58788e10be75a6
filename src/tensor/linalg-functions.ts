// Functions of matrices at the top level, with the parameters that PyTorch has for them there.

import { type Arguments, parseArgs } from '../core/options';
import { callable } from './callable';
import { det as detOf, inv, slogdet as slogdetOf, solveTriangular } from './linalg-equations';
import { cholesky as choleskyOf, qr as qrOf, type TriangleOptions } from './linalg-factors';
import { pinv, matrixPower as powerOf, svd as svdOf, svdvals } from './linalg-spectra';
import { type NamedTensors, namedResults } from './named-results';
import type { Tensor } from './tensor';

/** `linalg.inv`: A⁻¹ of square matrices. */
export const inverse = callable('inverse(input)', (input: Tensor): Tensor => inv(input));

/** `linalg.det`: the determinants of square matrices. */
export const det = callable('det(input)', (input: Tensor): Tensor => detOf(input));

/** `linalg.slogdet`: the sign of determinants, and the logarithm of their sizes. */
export const slogdet = callable(
  'slogdet(input)',
  (input: Tensor): NamedTensors<'sign', 'logabsdet'> => slogdetOf(input),
);

/** The logarithm of determinants: -∞ where they are 0, NaN where they are below. */
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

/** The solution X of A X = B, by the factor of A = L Lᵀ that `cholesky` gives, or with `upper` of A = Lᵀ L. */
export const choleskySolve = callable(
  'choleskySolve(B, L, ...)',
  (B: Tensor, L: Tensor, ...args: Arguments<TriangleOptions, ['upper']>): Tensor => {
    const { upper } = parseArgs<TriangleOptions>('choleskySolve', [], { upper: false }, args);
    const lower = upper ? L.mT : L;
    return solveTriangular(lower.mT, solveTriangular(lower, B, { upper: false }), { upper: true });
  },
);

/** Which columns of Q. */
export interface SomeOptions {
  /** Only the first min(m, n), default true. */
  some?: boolean;
}

/** A = Q R: `linalg.qr`, reduced or complete. */
export const qr = callable(
  'qr(input, ...)',
  (input: Tensor, ...args: Arguments<SomeOptions, ['some']>): NamedTensors<'Q', 'R'> => {
    const { some } = parseArgs<SomeOptions>('qr', [], { some: true }, args);
    return qrOf(input, some ? 'reduced' : 'complete');
  },
);

/** Which singular vectors come with the values. */
export interface SingularOptions extends SomeOptions {
  /** Without them U and V are square, and 0; default true. */
  computeUv?: boolean;
}

/** A = U diag(S) Vᵀ: as `linalg.svd`, with V in the place of its transpose, and min(m, n) singular vectors unless `some` is false. */
export const svd = callable(
  'svd(input, ...)',
  (input: Tensor, ...args: Arguments<SingularOptions, ['some', 'computeUv']>): NamedTensors<'U', 'S', 'V'> => {
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

/** `linalg.pinv`: the pseudoinverse; singular values up to `rcond` (default 1e-15) of the greatest count as zero. */
export const pinverse = callable(
  'pinverse(input, ...)',
  (input: Tensor, ...args: Arguments<{ rcond?: number }, ['rcond']>): Tensor => {
    const { rcond } = parseArgs<{ rcond?: number }>('pinverse', [], { rcond: 1e-15 }, args);
    return pinv(input, { rtol: rcond });
  },
);

/** `linalg.matrixPower`: n factors of square matrices. */
export const matrixPower = callable(
  'matrixPower(input, n: number)',
  (input: Tensor, n: number): Tensor => powerOf(input, n),
);
