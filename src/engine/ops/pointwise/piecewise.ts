// Activation functions defined piece by piece: hard and soft thresholds, Mish, PReLU, and the relatives of ELU.
import type { Text } from '../../compiler/texts';
import { record } from '../../graph/record';
import type { Value } from '../../graph/value';
import { storedNumber } from '../stored-number';
import { expNegative, sigmoid, tanh } from './activation';
import { add, mul, sub } from './arithmetic';
import { gt, le, logicalAnd, lt, where } from './compare';
import { pointwise } from './pointwise';

const mathLib: Text = '#math/libMath';

const math = [mathLib];

/** Whether low < x < high. */
const between = (x: Value, low: number, high: number): Value => logicalAnd(gt(x, low), lt(x, high));

const hardsigmoidOp = pointwise({
  name: 'hardsigmoid',
  lib: math,
  expr: 'math_min(math_max(a0 / 6.0 + 0.5, 0.0), 1.0)',
  saves: 'a',
  grads: [(dy, { a }) => where(between(a, -3, 3), mul(dy, 1 / 6), 0)],
});

/** min(max(x / 6 + 1/2, 0), 1). */
export const hardsigmoid = (x: Value): Value => record(hardsigmoidOp, [x], undefined);

const hardswishOp = pointwise({
  name: 'hardswish',
  expr: 'a0 * clamp(a0 / 6.0 + 0.5, 0.0, 1.0)',
  saves: 'a',
  grads: [
    (dy, { a }) => {
      const inside = where(between(a, -3, 3), mul(dy, add(mul(a, 1 / 3), 0.5)), 0);
      return where(lt(a, 3), inside, dy);
    },
  ],
});

/** x min(max(x / 6 + 1/2, 0), 1). */
export const hardswish = (x: Value): Value => record(hardswishOp, [x], undefined);

const hardshrinkOp = pointwise({
  name: 'hardshrink',
  expr: 'select(a0, 0.0, (a0 >= -s0) & (a0 <= s0))',
  saves: 'a',
  grads: [(dy, { a, s }) => where(inside(a, s[0]!), 0, dy)],
});
const softshrinkOp = pointwise({
  name: 'softshrink',
  expr: 'select(a0 - clamp(a0, -s0, s0), a0 * 0.0, (a0 >= -s0) & (a0 <= s0))',
  saves: 'a',
  grads: [(dy, { a, s }) => where(inside(a, s[0]!), 0, dy)],
});
const inside = (x: Value, bound: number): Value => logicalAnd(le(x, bound), le(mul(x, -1), bound));

/** x where |x| > bound, else 0. */
export const hardshrink = (x: Value, bound: number): Value => record(hardshrinkOp, [x], undefined, [bound]);

/** x moved towards 0 by `bound` where |x| > bound, else 0. */
export const softshrink = (x: Value, bound: number): Value => record(softshrinkOp, [x], undefined, [bound]);

const thresholdOp = pointwise({
  name: 'threshold',
  takes: 'number',
  expr: 'select(a0, s1, a0 <= s0)',
  saves: 'a',
  grads: [(dy, { a, s }) => where(le(a, s[0]!), 0, dy)],
});

/** x where x > bound, `value` elsewhere. */
export const threshold = (x: Value, bound: number, value: number): Value =>
  record(
    thresholdOp,
    [x],
    undefined,
    [bound, value].map((number) => storedNumber('threshold', number, x.dtype)),
  );

const mishOp = pointwise({
  name: 'mish',
  lib: math,
  expr: 'a0 * math_tanh(math_softplus(a0))',
  saves: 'a',
  // With t = tanh(softplus x): d/dx = t + x σ(x) (1 - t²)
  grads: [
    (dy, { a }) => {
      const t = tanh(record(softplusOp, [a], undefined));
      return mul(dy, add(t, mul(mul(a, sigmoid(a)), sub(1, mul(t, t)))));
    },
  ],
});
const softplusOp = pointwise({
  name: 'softplus',
  lib: math,
  expr: 'math_softplus(a0)',
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, sigmoid(a))],
});

/** x tanh(ln(1 + e^x)). */
export const mish = (x: Value): Value => record(mishOp, [x], undefined);

const celuSpec = { name: 'celu', lib: math, expr: 'select(a0, s0 * math_expm1(a0 / s0), a0 < 0.0)' };
const celuOp = pointwise({
  ...celuSpec,
  saves: 'a',
  grads: [(dy, { a, s }) => mul(dy, where(le(a, 0), expNegative(mul(a, 1 / s[0]!)), 1))],
});
const celuOverOp = pointwise({
  ...celuSpec,
  saves: 'y',
  grads: [(dy, { y, s }) => mul(dy, where(gt(y, 0), 1, add(mul(y, 1 / s[0]!), 1)))],
});

/**
 * x for x > 0, alpha (e^(x / alpha) - 1) elsewhere. The gradient reads x; with `over` (in place) it reads the result
 * instead.
 */
export const celu = (x: Value, alpha: number, over = false): Value =>
  record(over ? celuOverOp : celuOp, [x], undefined, [alpha]);

/** Klambauer et al. 2017: with these, activations tend to mean 0 and variance 1. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
const seluSpec = {
  name: 'selu',
  lib: math,
  expr: `${SELU_SCALE} * select(a0, ${SELU_ALPHA} * math_expm1(a0), a0 < 0.0)`,
};
const seluOp = pointwise({
  ...seluSpec,
  saves: 'a',
  grads: [(dy, { a }) => mul(dy, where(le(a, 0), mul(expNegative(a), SELU_SCALE * SELU_ALPHA), SELU_SCALE))],
});
const seluOverOp = pointwise({
  ...seluSpec,
  saves: 'y',
  grads: [(dy, { y }) => mul(dy, where(gt(y, 0), SELU_SCALE, add(y, SELU_SCALE * SELU_ALPHA)))],
});

/** scale · x for x > 0, scale · alpha (e^x - 1) elsewhere, with the constants above; `over` as in `celu`. */
export const selu = (x: Value, over = false): Value => record(over ? seluOverOp : seluOp, [x], undefined);

const preluOp = pointwise({
  name: 'prelu',
  expr: 'select(a0, a0 * a1, a0 <= 0.0)',
  saves: 'ab',
  grads: [(dy, { a, b }) => where(gt(a, 0), dy, mul(dy, b)), (dy, { a }) => where(gt(a, 0), 0, mul(dy, a))],
});

/** x for x > 0, weight · x elsewhere; the weight broadcasts. */
export const prelu = (x: Value, weight: Value): Value => record(preluOp, [x, weight], undefined);
