// Vector norms (Σ|x|^p)^(1/p) over dimensions, with PyTorch's gradients where a norm is 0.
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

/** 1 where x is not 0, else 0. As in PyTorch's norm for p = 0, the result requires a gradient but passes none to x. */
const nonzeroOp = pointwise({ name: 'nonzero', expr: 'select(1.0, 0.0, a0 == 0.0)', grads: [null] });

const rootOp = pointwise({
  name: 'normRoot',
  lib: [mathLib, powersLib],
  expr: 'math_pow_f32(a0, s0)',
  saves: 'ay',
  // y is 0 if the sum is 0 or, for p < 0, infinite. The formula would give NaN there; PyTorch's gradient is 0.
  grads: [(dy, { a, y, s }) => where(ne(y, 0), mul(dy, mul(pow(a, s[0]! - 1), s[0]!)), 0)],
});

/**
 * The p-norm of x over `dim` (null: all): (Σ|x|^p)^(1/p). For p = 0 it is the number of nonzero elements, for p = ∞ the
 * greatest and for p = -∞ the least |x|. Where a norm is 0, its gradient is 0.
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
  // For p < 1 the slope at 0 is infinite: as in PyTorch, an element of 0 gets a gradient of 0.
  const terms = p < 1 ? where(ne(x, 0), pow(where(ne(x, 0), size, 1), p), 0 ** p) : pow(size, p);
  return record(rootOp, [sum(terms, dim, keepdim)], undefined, [1 / p]);
}
