// Elementwise arithmetic: sums, products, quotients, powers, extremes, and elementary functions.
import { type Tensor, zeros } from '../../../../torch';
import { isFloat, roundHalfEven } from '../../../../torch/inside';
import { elements } from '../arrange';
import type { Operator, Operators } from '../call';
import { rangeOf, typeOf } from '../element-type';
import { binary, type OnHost, tryOnHost, unary, variadic } from './elementwise';

/** Applies fn to a float tensor; an integer tensor is whole already. */
const whole = (x: Tensor, fn: (x: Tensor) => Tensor): Tensor => (isFloat(x.dtype) ? fn(x) : x);

const quotient = (a: number, b: number): number => a / b;

/** Integer quotients are rounded towards zero. */
const Div: Operator = (call) => {
  const fractions = isFloat(elements(call, 0).dtype);
  return (
    tryOnHost(call, { fn: fractions ? quotient : (a, b) => Math.trunc(a / b) }) ??
    divided(call.tensor(0), call.tensor(1))
  );
};

function divided(a: Tensor, b: Tensor): Tensor {
  return isFloat(a.dtype) ? a.div(b) : a.div(b, { roundingMode: 'trunc' }).to(a.dtype);
}

/** With `fmod` the result has the sign of the dividend, otherwise that of the divisor. */
const Mod: Operator = (call) => {
  const fmod = call.int('fmod', 0) === 1;
  const onHost: OnHost = { fn: fmod ? (a, b) => a % b : floorRemainder };
  const result = tryOnHost(call, onHost);
  if (result) return result;
  const [a, b] = [call.tensor(0), call.tensor(1)];
  return fmod ? a.fmod(b).to(a.dtype) : a.remainder(b).to(a.dtype);
};

function floorRemainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** The result has the type of the base. */
const Pow = binary((a, b) => (isFloat(a.dtype) ? a.pow(b.to(a.dtype)) : a.float().pow(b.float()).round().to(a.dtype)), {
  fn: (a, b) => a ** b,
});

const Mean: Operator = (call) => {
  const count = call.inputs.length;
  const sum = call.inputs.map((_, i) => call.tensor(i)).reduce((a, b) => a.add(b));
  return sum.div(count);
};

/** Clips a number. If only one limit is given, `lower` says which. */
const clipped =
  (lower: boolean) =>
  (x: number, ...limits: number[]): number => {
    const [first = x, second] = limits;
    if (second !== undefined) return Math.min(Math.max(x, first), second);
    return lower ? Math.max(x, first) : Math.min(x, first);
  };

/** Limits are attributes before version 11, and inputs since. */
const Clip: Operator = (call) => {
  const onHost = call.opset >= 11 && tryOnHost(call, { fn: clipped(call.has(1)) });
  if (onHost) return onHost;
  const x = call.tensor(0);
  if (call.opset < 11) return x.clamp(call.float('min', -Infinity), call.float('max', Infinity));
  const limit = (i: number) => (call.has(i) ? call.host(i)?.data[0] : undefined);
  const [least, greatest] = [limit(1), limit(2)];
  const y = least === undefined && call.has(1) ? x.maximum(call.tensor(1)) : x;
  const z = least === undefined && greatest === undefined ? y : y.clamp({ min: least ?? null, max: greatest ?? null });
  return greatest === undefined && call.has(2) ? z.minimum(call.tensor(2)) : z;
};

/** Bits shifted out of the type are lost. */
const BitShift: Operator = (call) => {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  if (call.text('direction') === 'RIGHT') return a.bitwiseRightShift(b);
  return narrowed(a.bitwiseLeftShift(b), typeOf(elements(call, 0)));
};

/** Wraps integers to a file type that is narrower than ours. */
function narrowed(x: Tensor, type: number): Tensor {
  const [least, greatest] = rangeOf(type) ?? [0, 2 ** 32];
  const values = greatest - least + 1;
  if (values > 2 ** 16) return x;
  return x
    .sub(least)
    .bitwiseAnd(values - 1)
    .add(least)
    .to(x.dtype);
}

const IsInf = unary((x, call) => {
  const above = call.int('detect_positive', 1) === 1;
  const below = call.int('detect_negative', 1) === 1;
  if (above && below) return x.isinf();
  if (above) return x.isposinf();
  return below ? x.isneginf() : zeros(x.shape, { dtype: 'bool' });
});

/** Functions whose tensor methods have the operator's name, but for the first letter. */
const named = [
  ...(['erf', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'] as const),
  ...(['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'] as const),
];

const elementary: Operators = Object.fromEntries(
  named.map((name) => [name[0]!.toUpperCase() + name.slice(1), unary((x) => x[name]())]),
);

export const arithmetic: Operators = {
  Add: binary((a, b) => a.add(b), { fn: (a, b) => a + b }),
  Sub: binary((a, b) => a.sub(b), { fn: (a, b) => a - b }),
  Mul: binary((a, b) => a.mul(b), { fn: (a, b) => a * b }),
  Div,
  Mod,
  Pow,
  Sum: variadic(
    (a, b) => a.add(b),
    (a, b) => a + b,
  ),
  Max: variadic((a, b) => a.maximum(b), Math.max),
  Min: variadic((a, b) => a.minimum(b), Math.min),
  Mean,
  Clip,
  BitShift,
  BitwiseAnd: binary((a, b) => a.bitwiseAnd(b)),
  BitwiseOr: binary((a, b) => a.bitwiseOr(b)),
  BitwiseXor: binary((a, b) => a.bitwiseXor(b)),
  BitwiseNot: (call) => narrowed(call.tensor(0).bitwiseNot(), typeOf(elements(call, 0))),
  IsInf,
  IsNaN: unary((x) => x.isnan()),
  Abs: unary((x) => x.abs(), { fn: Math.abs }),
  Neg: unary((x) => x.neg(), { fn: (x) => -x }),
  Sign: unary((x) => x.sign(), { fn: Math.sign }),
  Floor: unary((x) => whole(x, (y) => y.floor()), { fn: Math.floor }),
  Ceil: unary((x) => whole(x, (y) => y.ceil()), { fn: Math.ceil }),
  Round: unary((x) => whole(x, (y) => y.round()), { fn: roundHalfEven }),
  Reciprocal: unary((x) => x.reciprocal(), { fn: (x) => 1 / x }),
  Sqrt: unary((x) => x.sqrt(), { fn: Math.sqrt }),
  Exp: unary((x) => x.exp(), { fn: Math.exp }),
  Log: unary((x) => x.log(), { fn: Math.log }),
  ...elementary,
};
