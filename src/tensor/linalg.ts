// torch.linalg: norms, equations, factors, eigenvalues and singular values of matrices.

export { LinAlgError } from '../core/errors';
export {
  det,
  inv,
  type SolveOptions,
  type SolveTriangularOptions,
  slogdet,
  solve,
  solveTriangular,
} from './linalg-equations';
export { cholesky, lu, luFactor, type PivotOptions, type QrOptions, qr, type TriangleOptions } from './linalg-factors';
export {
  cross,
  type MatrixNormOptions,
  type MatrixOrd,
  matrixNorm,
  multiDot,
  type NormOptions,
  norm,
  type VectorNormOptions,
  vecdot,
  vectorNorm,
} from './linalg-norms';
export {
  type DriverOptions,
  type EighOptions,
  eigh,
  eigvalsh,
  type LstsqOptions,
  lstsq,
  matrixPower,
  matrixRank,
  pinv,
  type SvdOptions,
  svd,
  svdvals,
  type ToleranceOptions,
} from './linalg-spectra';
