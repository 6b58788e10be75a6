// The nuclear norm of matrices, the sum of their singular values, from the polar decomposition A = (U Vᵀ) · (symmetric
// matrix).
import { named } from '../../graph/record';
import type { Value } from '../../graph/value';
import { withGradient } from '../custom';
import { div, mul, sub } from '../pointwise/arithmetic';
import { eq, where } from '../pointwise/compare';
import { sum } from '../reduction/reduce';
import { detach, inFloat32, reshape } from '../shape/cast';
import { permute } from '../shape/shape';
import { matmul } from './matmul';
import { vectorNorm } from './vector-norm';

/**
 * Each round multiplies a small singular value by 1.5. So a value of 2^-23 relative to the greatest, the smallest that
 * float32 tells from 0, is near 1 after 40 rounds; from there convergence is quadratic, and 5 more rounds suffice.
 */
const ROUNDS = 45;

function transposed(x: Value): Value {
  const rank = x.shape.length;
  return permute(x, [...x.shape.slice(0, -2).keys(), rank - 1, rank - 2]);
}

/** U Vᵀ of a = U Σ Vᵀ, by X ← 3/2 X − 1/2 X Xᵀ X (Björck and Bowie 1971) from a / ‖a‖. Shape: [..., m, n], kept. */
function orthogonalFactor(a: Value): Value {
  const [rows, columns] = a.shape.slice(-2) as [number, number];
  if (rows < columns) return transposed(orthogonalFactor(transposed(a)));
  const size = vectorNorm(a, 2, [-2, -1], true);
  let x = div(a, where(eq(size, 0), 1, size));
  for (let k = 0; k < ROUNDS; k++) x = sub(mul(x, 1.5), matmul(mul(x, 0.5), matmul(transposed(x), x)));
  return x;
}

/** The sum of the singular values of matrices [..., m, n], whose gradient is U Vᵀ. Shape: [...]. */
export function nuclearNorm(a: Value): Value {
  return inFloat32(a, (x) => {
    if (x.numel === 0) return sum(x, [-2, -1]);
    const factor = orthogonalFactor(x);
    const total = sum(mul(detach(x), detach(factor)), [-2, -1]);
    const [y] = withGradient([x], [total], ([dy]) => [mul(reshape(dy!, [...dy!.shape, 1, 1]), factor)]);
    return named(y!, 'LinalgVectorNormBackward0');
  });
}
