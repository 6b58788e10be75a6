// Quantised operators of onnxruntime's domain. They dequantise, compute with ONNX's operators, and quantise again.

import { cat, type Tensor } from '../../../../torch';
import { axisOf, elements } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { typeOf } from '../element-type';
import { saturated } from './quantization';

/** The dequantised numbers of inputs i to i + 2: x, scale and zero point. */
const floatsAt = (call: Call, i: number): Tensor => {
  const x = call.tensor(i).float();
  return (call.has(i + 2) ? x.sub(call.tensor(i + 2).float()) : x).mul(call.tensor(i + 1));
};

/** Quantises floats with the scale and zero point of inputs i and i + 1. */
function quantized(call: Call, y: Tensor, i: number): Tensor {
  const [zero, type] = call.has(i + 1)
    ? [call.tensor(i + 1).float(), typeOf(elements(call, i + 1))]
    : [null, typeOf(elements(call, 0))];
  return saturated(call, y.div(call.tensor(i)), zero, type);
}

/** An operator of one tensor. Inputs: x, its scale and zero point, then those of the result. */
const unary =
  (fn: (x: Tensor, call: Call) => Tensor): Operator =>
  (call) =>
    quantized(call, fn(floatsAt(call, 0), call), 3);

/** An operator of two tensors that broadcast. */
const binary =
  (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) =>
    quantized(call, fn(floatsAt(call, 0), floatsAt(call, 3)), 6);

/**
 * alpha · A · B + C · (scales of A and B), with A and B transposed if the node says so. The result is float if it has
 * no scale.
 */
const QGemm: Operator = (call) => {
  const b = call.tensor(3).float();
  const zeros = call.tensor(5).float();
  const columns = (v: Tensor) => (v.numel() > 1 && call.int('transB', 0) === 1 ? v.reshape([-1, 1]) : v);
  const weights = b.sub(columns(zeros)).mul(columns(call.tensor(4)));
  const a = floatsAt(call, 0);
  const left = call.int('transA', 0) === 1 ? a.t() : a;
  const right = call.int('transB', 0) === 1 ? weights.t() : weights;
  const product = left.matmul(right).mul(call.float('alpha', 1));
  const y = call.has(6) ? product.add(call.tensor(6).float().mul(call.tensor(1)).mul(call.tensor(4))) : product;
  return call.has(7) ? quantized(call, y, 7) : y;
};

const QLinearConcat: Operator = (call) => {
  const count = Math.floor((call.inputs.length - 2) / 3);
  const parts = Array.from({ length: count }, (_, i) => floatsAt(call, 2 + 3 * i));
  const axis = axisOf(call, call.int('axis'), parts[0]?.dim() ?? 0);
  return quantized(call, cat(parts, axis), 0);
};

const QLinearGlobalAveragePool = unary((x, call) => {
  if (call.int('channels_last', 0) === 1) call.fail('channels_last is not supported');
  return x.mean(x.shape.map((_, d) => d).slice(2), true);
});

export const quantizedProducts: Operators = {
  QGemm,
  QLinearAdd: binary((a, b) => a.add(b)),
  QLinearMul: binary((a, b) => a.mul(b)),
  QLinearSigmoid: unary((x) => x.sigmoid()),
  QLinearConcat,
  QLinearGlobalAveragePool,
};
