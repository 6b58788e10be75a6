// torch.special: mathematical functions under the names of scipy.special.

import { named } from '../../engine/graph/record';
import { withGradient } from '../../engine/ops/custom';
import * as ops from '../../engine/ops/pointwise/special';
import { callable } from './calling/callable';
import type { Operandish } from './calling/pointwise-args';
import { noGrad } from './calling/recording';
import { erfc, sigmoid } from './families/elementary';
import { digamma, igamma, igammac, lgamma, mvlgamma, xlogy } from './families/special';
import { floatOperands } from './float-operands';
import { Tensor } from './tensor';

export * from './bessel';
export { erf, erfc, exp2, expm1, log1p, round } from './families/elementary';
export { logSoftmax, logsumexp, softmax } from './families/reduce';
export { digamma, erfinv, i0, logit, polygamma, sinc, xlogy } from './families/special';
export {
  digamma as psi,
  igamma as gammainc,
  igammac as gammaincc,
  lgamma as gammaln,
  mvlgamma as multigammaln,
  sigmoid as expit,
};

/** The modified Bessel function of the first kind, of order 1. */
export const i1 = callable('i1(input)', (input: Tensor): Tensor => Tensor.of(ops.i1(input.value)));

/** input · ln(1 + other), and 0 where `input` is 0. One of the two may be a number. */
export const xlog1py = callable(
  'xlog1py(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor =>
    Tensor.of(named(ops.xlog1py(...floatOperands('xlog1py', input, other)), 'SpecialXlog1PyBackward0')),
);

/** -x ln x; 0 at 0, and -∞ for negative x. */
export const entr = callable('entr(input)', (input: Tensor): Tensor => {
  const value = noGrad(() =>
    xlogy(input, input).neg().where(input.ge(0).logicalOr(input.isnan()), Number.NEGATIVE_INFINITY),
  );
  // For negative x the slope is NaN, like the logarithm.
  const [result] = withGradient([input.value], [value.value], ([dy]) => [
    input.log().add(1).mul(Tensor.of(dy!)).neg().value,
  ]);
  return Tensor.of(named(result!, 'SpecialEntrBackward0'));
});

/** The distribution function of the standard normal distribution: the probability of a number ≤ input. */
export const ndtr = callable('ndtr(input)', (input: Tensor): Tensor => {
  const result = erfc(input.mul(-Math.SQRT1_2)).mul(0.5);
  named(result.value, 'MulBackward1');
  return result;
});
