// Quantisation in float: integers with a scale and a zero point, and their products.

import { full, maximum, minimum, type Tensor } from '../../../../torch';
import { numelOf as numel } from '../../../../torch/inside';
import { DATA } from '../../proto/messages';
import { axisOf, elements } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { expectType, noteType, rangeOf, typeName, typeOf } from '../element-type';
import { convolve, windowsOfWeight } from './convolution';
import { isMinifloat, roundedTo } from './minifloat';

/**
 * A scale or zero point, reshaped to broadcast with x: one number, one per index of the axis, or one per block of the
 * axis.
 */
function spread(v: Tensor, x: Tensor, axis: number, block: number): Tensor {
  if (v.numel() === 1 && v.dim() <= 1) return v.reshape([]);
  if (v.dim() === 1 && block === 0) return v.reshape(x.shape.map((_, d) => (d === axis ? -1 : 1)));
  const size = x.shape[axis]!;
  const each = block === 0 ? Math.ceil(size / v.shape[axis]!) : block;
  const parts = v.unsqueeze(axis + 1);
  const repeated = parts.expand(parts.shape.map((own, d) => (d === axis + 1 ? each : own)));
  const flat = repeated.reshape(v.shape.map((own, d) => (d === axis ? own * each : own)));
  return flat.narrow(axis, 0, size);
}

interface Terms {
  readonly scale: Tensor;
  readonly zero: Tensor | null;
}

function termsOf(call: Call, x: Tensor): Terms {
  const given = call.int('axis', 1);
  // With a single scale, the axis does not matter.
  const axis = call.tensor(1).numel() === 1 ? 0 : axisOf(call, given, x.dim());
  const block = call.int('block_size', 0);
  const zero = call.optionalTensor(2);
  return {
    scale: spread(call.tensor(1), x, axis, block),
    zero: zero && spread(zero.float(), x, axis, block),
  };
}

/** (x − zero point) · scale */
const DequantizeLinear: Operator = (call) => {
  const x = call.tensor(0);
  const { scale, zero } = termsOf(call, x);
  const numbers = unrounded.get(x) ?? x.float();
  const centred = zero ? numbers.sub(zero) : numbers;
  const type = call.int('output_dtype', 0);
  const y = centred.to(scale.dtype).mul(scale);
  return type === 0 ? y : y.to(expectType(call, type));
};

/**
 * For tensors that QuantizeLinear made: the floats before rounding. Gradients pass through these, as if nothing had
 * been rounded.
 */
const unrounded = new WeakMap<Tensor, Tensor>();

/** Rounds to integers, clamped to the range of the type. */
export function saturated(call: Call, x: Tensor, zero: Tensor | null, type: number): Tensor {
  if (isMinifloat(type)) return noteType(roundedTo(zero ? x.add(zero) : x, type, call.int('saturate', 1) === 1), type);
  const range = rangeOf(type) ?? call.fail(`quantisation to ${typeName(type)} is not supported`);
  const whole = x.requiresGrad ? x.add(x.round().sub(x).detach()) : x.round();
  const moved = (zero ? whole.add(zero) : whole).clamp(...range);
  const y = moved.round().to(expectType(call, type));
  if (x.requiresGrad) unrounded.set(y, moved);
  return noteType(y, type);
}

const QuantizeLinear: Operator = (call) => {
  const x = call.tensor(0);
  const { scale, zero } = termsOf(call, x);
  const type = call.has(2) ? typeOf(elements(call, 2)) : call.int('output_dtype', 0) || DATA.uint8;
  return saturated(call, x.float().div(scale.float()), zero, type);
};

/** Quantises a tensor to uint8 by its own minimum and maximum; also returns the scale and zero point. */
const DynamicQuantizeLinear: Operator = (call) => {
  const x = call.tensor(0);
  const least = minimum(x.min(), full([], 0, { dtype: 'float32' }));
  const greatest = maximum(x.max(), full([], 0, { dtype: 'float32' }));
  const scale = greatest.sub(least).div(255);
  const zero = least.neg().div(scale).round().clamp(0, 255);
  return [saturated(call, x.div(scale), zero, DATA.uint8), scale, zero.to('uint8')];
};

/** Input i minus its zero point, in float. `shape` reshapes the zero point to broadcast. */
function centred(call: Call, i: number, zero: number, shape: (v: Tensor) => Tensor): Tensor {
  const x = call.tensor(i).float();
  return call.has(zero) ? x.sub(shape(call.tensor(zero).float())) : x;
}

const same = (v: Tensor): Tensor => v;
/** One zero point per row of a matrix. */
const rows = (v: Tensor): Tensor => (v.dim() === 1 && v.numel() > 1 ? v.reshape([-1, 1]) : v);
/** One zero point per kernel. */
const kernels = (rank: number) => (v: Tensor) =>
  v.numel() > 1 ? v.reshape([-1, ...new Array<number>(rank - 1).fill(1)]) : v.reshape([]);

/** float32 represents all integers up to this exactly. */
const EXACT = 2 ** 24;
/** The largest magnitude of a byte minus a zero point. */
const MOST_BYTE = 255;

/**
 * A sum of `count` products of x with bytes, exact in integers. If float32 is exact for such sums, it is used directly.
 * For more terms, the lower four bits and the rest are multiplied separately. Beyond that, the sum is computed in
 * int32, which takes ten times as long.
 */
function exactly(x: Tensor, count: number, product: (x: Tensor, w: (w: Tensor) => Tensor) => Tensor): Tensor {
  const whole = (part: Tensor) => product(part, same).round().to('int32');
  if (count * MOST_BYTE ** 2 <= EXACT) return whole(x);
  if (count * MOST_BYTE * 16 > EXACT) return product(x.to('int32'), (w) => w.to('int32'));
  const low = x.remainder(16);
  return whole(x.sub(low).div(16)).mul(16).add(whole(low));
}

const MatMulInteger: Operator = (call) => {
  const [a, b] = [centred(call, 0, 2, rows), centred(call, 1, 3, same)];
  return exactly(a, a.shape.at(-1) ?? 1, (x, as) => x.matmul(as(b)));
};

const ConvInteger: Operator = (call) => {
  const [x, w] = [call.tensor(0), call.tensor(1)];
  const windows = windowsOfWeight(call, x, w);
  const weight = centred(call, 1, 3, kernels(w.dim()));
  return exactly(centred(call, 0, 2, same), numel(w.shape.slice(1)), (part, as) =>
    convolve(part, as(weight), null, windows, call.int('group', 1)),
  );
};

const QLinearMatMul: Operator = (call) => {
  const product = centred(call, 0, 2, rows).matmul(centred(call, 3, 5, same));
  const [a, b, y] = [rows(call.tensor(1)), call.tensor(4), call.tensor(6)];
  const scaled = product.mul(a.float()).mul(b.float()).div(y.float());
  return saturated(call, scaled, call.tensor(7).float(), typeOf(elements(call, 7)));
};

const QLinearConv: Operator = (call) => {
  const [x, w] = [call.tensor(0), call.tensor(3)];
  const windows = windowsOfWeight(call, x, w);
  const channels = (v: Tensor) => (v.numel() > 1 ? v.reshape([-1, ...windows.kernel.map(() => 1)]) : v.reshape([]));
  const bias = call.optionalTensor(8)?.float() ?? null;
  const weight = centred(call, 3, 5, kernels(w.dim()));
  const product = convolve(centred(call, 0, 2, same), weight, bias, windows, call.int('group', 1));
  const scale = call
    .tensor(1)
    .mul(channels(call.tensor(4)))
    .div(call.tensor(6));
  return saturated(call, product.mul(scale), call.tensor(7).float(), typeOf(elements(call, 7)));
};

export const quantization: Operators = {
  DequantizeLinear,
  QuantizeLinear,
  DynamicQuantizeLinear,
  MatMulInteger,
  ConvInteger,
  QLinearMatMul,
  QLinearConv,
};
