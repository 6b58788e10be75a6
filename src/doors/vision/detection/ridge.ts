// Ridge regression: least squares with a penalty on the size of the weights.
import { ArgumentError, type Tensor } from '../../../torch';
import { numbersOf, tensorOf } from './host';

/**
 * Replaces a symmetric matrix A by its Cholesky factor: the lower triangle L with A = L Lᵀ, row by row. Returns false
 * if A is not positive definite.
 */
function cholesky(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i === j && !(sum > 0)) return false;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  }
  return true;
}

/** Solves L Lᵀ X = B in place of B [n, columns]. */
function solve(l: Float64Array, n: number, b: Float64Array, columns: number): void {
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * columns + c]!;
      for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k * columns + c]!;
      b[i * columns + c] = sum / l[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * columns + c]!;
      for (let k = i + 1; k < n; k++) sum -= l[k * n + i]! * b[k * columns + c]!;
      b[i * columns + c] = sum / l[i * n + i]!;
    }
  }
}

/**
 * W = argmin ‖x Wᵀ − y‖² + λ ‖W‖², the solution of (xᵀx + λ) Wᵀ = xᵀy. If there are fewer rows than features, W = zᵀx
 * with (x xᵀ + λ) z = y. The device computes the products; the host solves the system in double precision. Shape: x [K,
 * D] and y [K, T] → [T, D].
 */
export async function ridgeRegression(name: string, x: Tensor, y: Tensor, ridge: number): Promise<Tensor> {
  const [rows, features] = x.shape as readonly [number, number];
  const columns = y.shape[1]!;
  const isDual = rows < features;
  const n = isDual ? rows : features;
  const turned = x.transpose(0, 1);
  const [products, sides] = await numbersOf(isDual ? [x.matmul(turned), y] : [turned.matmul(x), turned.matmul(y)]);
  const system = Float64Array.from(products!);
  for (let i = 0; i < n; i++) system[i * n + i]! += ridge;
  if (!cholesky(system, n)) {
    throw new ArgumentError(
      `${name}: expected finite features that determine the weights, but they do not; give a ridge greater than 0`,
    );
  }
  const solution = Float64Array.from(sides!);
  solve(system, n, solution, columns);
  const found = tensorOf(Float32Array.from(solution), [n, columns], 'float32').transpose(0, 1);
  return isDual ? found.matmul(x) : found.contiguous();
}
