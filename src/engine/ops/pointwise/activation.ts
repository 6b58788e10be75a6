// Activation functions, element by element.

import type { Text } from '../../compiler/texts';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { toFloat } from '../shape/cast';
import { add, exp, mul, neg, square, sub } from './arithmetic';
import { gt, le, where } from './compare';
import { byKind, pointwise } from './pointwise';

const mathLib: Text = '#math/libMath';
const erfLib: Text = '#functions/libErf';

const math = [mathLib];
const erf = [mathLib, erfLib];

/** dy where y > 0, else 0. */
const reluBackwardOp: Op<undefined> = pointwise({
  name: 'reluBackward',
  expr: 'select(a0, 0.0, a1 <= 0.0)',
  scales: true,
  saves: 'b',
  grads: [(dy, { b }) => record(reluBackwardOp, [dy, b], undefined), null],
});
const reluOp = pointwise({
  name: 'relu',
  takes: 'number',
  lib: math,
  expr: (dtype) => byKind('math_relu(a0)', dtype === 'int32' || dtype === 'int64' ? 'max(a0, 0)' : 'a0')(dtype),
  saves: 'y',
  grads: [(dy, { y }) => record(reluBackwardOp, [dy, y], undefined)],
});

/** max(x, 0), with gradient 0 at 0. */
export const relu = (x: Value): Value => record(reluOp, [x], undefined);

const leakyReluOp = pointwise({
  name: 'leakyRelu',
  expr: 'select(a0, a0 * s0, a0 < 0.0)',
  saves: 'a',
  grads: [(dy, { a, s }) => where(gt(a, 0), dy, mul(dy, s[0]!))],
});

/** x for x > 0, slope · x elsewhere. */
export const leakyRelu = (x: Value, slope = 0.01): Value => record(leakyReluOp, [x], undefined, [slope]);

const eluSpec = { name: 'elu', lib: math, expr: 'select(a0, s0 * math_expm1(a0), a0 < 0.0)' };
const eluOp = pointwise({
  ...eluSpec,
  saves: 'a',
  grads: [(dy, { a, s }) => mul(dy, where(le(a, 0), mul(expNegative(a), s[0]!), 1))],
});
const eluOverOp = pointwise({
  ...eluSpec,
  saves: 'y',
  grads: [(dy, { y, s }) => mul(dy, where(gt(y, 0), 1, add(y, s[0]!)))],
});

/**
 * e^x for negative x, else 1: finite everywhere, so the branch that `where` does not choose cannot add NaN to a
 * gradient.
 */
export const expNegative = (x: Value): Value => exp(where(gt(x, 0), 0, x));

/** x for x > 0, alpha (e^x - 1) elsewhere. The gradient reads x; with `over` (in place) it reads the result instead. */
export const elu = (x: Value, alpha = 1, over = false): Value =>
  record(over ? eluOverOp : eluOp, [x], undefined, [alpha]);

/**
 * A function whose derivative depends on its result y alone. `slope` is WGSL for dy times the derivative, with dy in
 * `a0` and y in `a1`; `bend` is the derivative of that derivative with respect to y.
 */
/* @__NO_SIDE_EFFECTS__ */
function ofResult(name: string, slope: string, bend: (y: Value) => Value): (x: Value) => Value {
  const backwardOp: Op<undefined> = pointwise({
    name: `${name}Backward`,
    expr: slope,
    scales: true,
    saves: 'ab',
    grads: [(g, { b: y }) => record(backwardOp, [g, y], undefined), (g, { a: dy, b: y }) => mul(mul(g, dy), bend(y))],
  });
  const op = pointwise({
    name,
    lib: math,
    expr: `math_${name}(a0)`,
    saves: 'y',
    grads: [(dy, { y }) => record(backwardOp, [dy, y], undefined)],
  });
  return (x) => record(op, [toFloat(x)], undefined);
}

/** tanh x. */
export const tanh = ofResult('tanh', 'a0 * (1.0 - a1 * a1)', (y) => mul(y, -2));
/** 1 / (1 + e^-x). */
export const sigmoid = ofResult('sigmoid', 'a0 * a1 * (1.0 - a1)', (y) => sub(1, mul(y, 2)));

const siluOp = pointwise({
  name: 'silu',
  lib: math,
  expr: 'a0 * math_sigmoid(a0)',
  saves: 'a',
  // d/dx x σ(x) = σ(x) (1 + x (1 - σ(x)))
  grads: [
    (dy, { a }) => {
      const s = sigmoid(a);
      return mul(dy, mul(s, add(mul(a, sub(1, s)), 1)));
    },
  ],
});

/** x σ(x). */
export const silu = (x: Value): Value => record(siluOp, [x], undefined);

const logSigmoidOp = pointwise({
  name: 'logSigmoid',
  lib: math,
  expr: '-math_softplus(-a0)',
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, sigmoid(neg(a)))],
});

/** ln σ(x), without overflow. */
export const logSigmoid = (x: Value): Value => record(logSigmoidOp, [x], undefined);

const softplusOp = pointwise({
  name: 'softplus',
  lib: math,
  expr: 'select(math_softplus(a0 * s0) / s0, a0, a0 * s0 > s1)',
  saves: 'a',
  grads: [(dy, { a, s }) => where(gt(mul(a, s[0]!), s[1]!), dy, mul(dy, sigmoid(mul(a, s[0]!))))],
});

/** ln(1 + e^(beta x)) / beta; x itself where beta x is over the threshold. */
export const softplus = (x: Value, beta = 1, threshold = 20): Value =>
  record(softplusOp, [x], undefined, [beta, threshold]);

/** φ(x), the density of the normal distribution. */
const normalDensityOp: Op<undefined> = pointwise({
  name: 'normalDensity',
  lib: erf,
  expr: 'erf_normal_density(a0)',
  saves: 'ay',
  grads: [(dy, { a, y }) => neg(mul(dy, mul(a, y)))],
});
const normalCdfOp: Op<undefined> = pointwise({
  name: 'normalCdf',
  lib: erf,
  expr: 'erf_normal_cdf(a0)',
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, record(normalDensityOp, [a], undefined))],
});
const geluOp = pointwise({
  name: 'gelu',
  lib: erf,
  expr: 'a0 * erf_normal_cdf(a0)',
  saves: 'a',
  // d/dx x Φ(x) = Φ(x) + x φ(x)
  grads: [
    (dy, { a }) => mul(dy, add(record(normalCdfOp, [a], undefined), mul(a, record(normalDensityOp, [a], undefined)))),
  ],
});

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
/** The cubic coefficient of the tanh form of GELU: Hendrycks & Gimpel 2016, arXiv:1606.08415. */
const GELU_CUBIC = 0.044715;
const geluTanhOp = pointwise({
  name: 'gelu',
  lib: math,
  expr: `0.5 * a0 * (1.0 + math_tanh(${SQRT_2_OVER_PI} * (a0 + ${GELU_CUBIC} * a0 * a0 * a0)))`,
  saves: 'a',
  grads: [
    (dy, { a }) => {
      const t = tanh(mul(mul(a, SQRT_2_OVER_PI), add(mul(square(a), GELU_CUBIC), 1)));
      const dt = mul(sub(1, square(t)), mul(add(mul(square(a), 3 * GELU_CUBIC), 1), SQRT_2_OVER_PI));
      return mul(mul(dy, 0.5), add(add(t, 1), mul(a, dt)));
    },
  ],
});

/** x Φ(x), where Φ is the standard normal distribution function; `'tanh'` uses the tanh approximation of it. */
export const gelu = (x: Value, approximate: 'none' | 'tanh' = 'none'): Value =>
  record(approximate === 'tanh' ? geluTanhOp : geluOp, [x], undefined);
