// Least squares on the host in double precision: without a penalty, with an L2 penalty, and with an L1 penalty.
import { symmetricEigen } from '../embedding/eigen';

/** The design matrix x [n, features], flattened, and the targets y. */
export interface Problem {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly n: number;
  readonly features: number;
}

/** The products of all pairs of rows, [n, n], or of columns, [features, features]. */
function gram({ x, n, features }: Problem, rows: boolean): Float64Array[] {
  const [size, length] = rows ? [n, features] : [features, n];
  const [major, minor] = rows ? [features, 1] : [1, features];
  const table = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += x[i * major + k * minor]! * x[j * major + k * minor]!;
      table[i]![j] = sum;
      table[j]![i] = sum;
    }
  }
  return table;
}

/** xᵀ v. */
function timesRows({ x, n, features }: Problem, v: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(features);
  for (let i = 0; i < n; i++) {
    for (let f = 0; f < features; f++) sums[f] = sums[f]! + x[i * features + f]! * v[i]!;
  }
  return sums;
}

/**
 * Of all w that minimise ‖y − x w‖², the one of the smallest norm, from the eigenvectors of the smaller of xᵀx and xxᵀ.
 * Singular values up to `cutoff` times the largest count as 0.
 */
export function leastNorm(problem: Problem, cutoff: number): Float64Array {
  const { y, n, features } = problem;
  const byRows = n < features;
  const size = byRows ? n : features;
  const { values, vectors } = symmetricEigen(
    gram(problem, byRows).flatMap((row) => Array.from(row)),
    size,
  );
  const right = byRows ? y : timesRows(problem, y);
  const least = cutoff * cutoff * (values[0] ?? 0);
  const solved = new Float64Array(size);
  values.forEach((value, k) => {
    if (!(value > least) || value <= 0) return;
    const vector = vectors[k]!;
    let along = 0;
    for (let i = 0; i < size; i++) along += vector[i]! * right[i]!;
    for (let i = 0; i < size; i++) solved[i] = solved[i]! + (along / value) * vector[i]!;
  });
  return byRows ? timesRows(problem, solved) : solved;
}

/**
 * The w that minimises ‖y − x w‖² + alpha ‖w‖², by Cholesky's decomposition of the smaller of xᵀx + alpha I and xxᵀ +
 * alpha I.
 */
export function ridge(problem: Problem, alpha: number): Float64Array {
  const { y, n, features } = problem;
  const byRows = n < features;
  const table = gram(problem, byRows);
  table.forEach((row, i) => {
    row[i] = row[i]! + alpha;
  });
  const solved = choleskySolve(table, byRows ? y : timesRows(problem, y));
  return byRows ? timesRows(problem, solved) : solved;
}

/** Solves a x = b for a positive definite a, which is overwritten. */
function choleskySolve(a: Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k++) sum -= a[i]![k]! * a[j]![k]!;
      a[i]![j] = i === j ? Math.sqrt(sum) : sum / a[j]![j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = x[i]! - a[i]![k]! * x[k]!;
    x[i] = x[i]! / a[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = x[i]! - a[k]![i]! * x[k]!;
    x[i] = x[i]! / a[i]![i]!;
  }
  return x;
}

/**
 * The w that minimises ½ ‖y − x w‖² + penalty ‖w‖₁, by coordinate descent (Friedman, Hastie & Tibshirani 2010), until
 * the duality gap is at most `tol` ‖y‖² or after `maxIter` rounds.
 */
export function lasso(
  problem: Problem,
  penalty: number,
  { maxIter, tol }: { maxIter: number; tol: number },
): Float64Array {
  const { x, y, n, features } = problem;
  const w = new Float64Array(features);
  const rest = y.slice();
  const norms = new Float64Array(features);
  for (let i = 0; i < n; i++) {
    for (let f = 0; f < features; f++) norms[f] = norms[f]! + x[i * features + f]! ** 2;
  }
  const target = tol * y.reduce((sum, value) => sum + value * value, 0);
  for (let round = 0; round < maxIter; round++) {
    let greatest = 0;
    let change = 0;
    for (let f = 0; f < features; f++) {
      if (norms[f] === 0) continue;
      const before = w[f]!;
      let along = norms[f]! * before;
      for (let i = 0; i < n; i++) along += x[i * features + f]! * rest[i]!;
      const after = (Math.sign(along) * Math.max(Math.abs(along) - penalty, 0)) / norms[f]!;
      if (after !== before) {
        for (let i = 0; i < n; i++) rest[i] = rest[i]! - (after - before) * x[i * features + f]!;
      }
      w[f] = after;
      change = Math.max(change, Math.abs(after - before));
      greatest = Math.max(greatest, Math.abs(after));
    }
    if ((greatest === 0 || change <= tol * greatest) && dualityGap(problem, w, rest, penalty) <= target) break;
  }
  return w;
}

/**
 * An upper bound of the objective's distance from its minimum: the residual, scaled to be feasible, is a point of the
 * dual problem.
 */
function dualityGap(problem: Problem, w: Float64Array, rest: Float64Array, penalty: number): number {
  const { y } = problem;
  const steepest = timesRows(problem, rest).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = steepest > penalty ? penalty / steepest : 1;
  let square = 0;
  let product = 0;
  for (let i = 0; i < rest.length; i++) {
    square += rest[i]! ** 2;
    product += rest[i]! * y[i]!;
  }
  const size = w.reduce((sum, value) => sum + Math.abs(value), 0);
  return 0.5 * square * (1 + scale * scale) + penalty * size - scale * product;
}
