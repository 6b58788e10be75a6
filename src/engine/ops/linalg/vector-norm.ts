// Vector norms: (Σ|x|^p)^(1/p) over dimensions, with PyTorch's gradients where a norm is zero.
import type { Text } from '../../compiler/texts';
import { named, record } from '../../graph/record';
import type { Value } from '../../graph/value';
import { abs, div, mul, pow, square } from '../pointwise/arithmetic';
import { ne, where } from '../pointwise/compare';
import { pointwise } from '../pointwise/pointwise';
import { amax, amin, type Dims, sum } from '../reduction/reduce';
import { inFloat32 } from '../shape/cast';

const mathLib: Text = '#math/libMath';
const powersLib: Text = '#functions/libPowers';

const squareRootOp = pointwise({
  name: 'normRoot',
  expr: 'sqrt(a0)',
  saves: 'y',
  grads: [(dy, { y }) => where(ne(y, 0), div(dy, mul(y, 2)), 0)],
});

/** 1 where x is not 0; takes part in the graph, and passes on no gradient, as PyTorch's norm of p = 0. */
const nonzeroOp = pointwise({ name: 'nonzero', expr: 'select(1.0, 0.0, a0 == 0.0)', grads: [null] });

const rootOp = pointwise({
  name: 'normRoot',
  lib: [mathLib, powersLib],
  expr: 'math_pow_f32(a0, s0)',
  saves: 'ay',
  // Of a sum without bound no element is a share.
  grads: [(dy, { a, y, s }) => where(ne(y, 0), mul(dy, mul(pow(a, s[0]! - 1), s[0]!)), 0)],
});

/**
 * The p-norm of x over `dim` (null: all): (Σ|x|^p)^(1/p); the number of nonzeros for p = 0, the greatest and least |x| for
 * p = ±∞. The gradient where a norm is 0 is 0.
 */
export function vectorNorm(x: Value, p: number, dim: Dims, keepdim: boolean): Value {
  return named(
    inFloat32(x, (wide) => norm(wide, p, dim, keepdim)),
    'LinalgVectorNormBackward0',
  );
}

function norm(x: Value, p: number, dim: Dims, keepdim: boolean): Value {
  if (p === Number.POSITIVE_INFINITY) return amax(abs(x), dim, keepdim);
  if (p === Number.NEGATIVE_INFINITY) return amin(abs(x), dim, keepdim);
  if (p === 0) return sum(record(nonzeroOp, [x], undefined), dim, keepdim);
  if (p === 1) return sum(abs(x), dim, keepdim);
  if (p === 2) return record(squareRootOp, [sum(square(x), dim, keepdim)], undefined);
  const size = abs(x);
  // For p < 1 the slope at 0 has no bound: there is no gradient there, as in PyTorch.
  const terms = p < 1 ? where(ne(x, 0), pow(where(ne(x, 0), size, 1), p), 0 ** p) : pow(size, p);
  return record(rootOp, [sum(terms, dim, keepdim)], undefined, [1 / p]);
}
