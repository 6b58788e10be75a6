// Operators of onnxruntime's domain, with which its optimizer and quantiser replace ONNX's.
import { nn, type Tensor } from '../../../../torch';
import type { Call, Operator, Operators } from '../call';
import { quantizedProducts } from './microsoft-quantized';
import { quantization } from './quantization';

/** Input 0, plus the bias if there is one. */
const biased = (call: Call): Tensor => (call.has(1) ? call.tensor(0).add(call.tensor(1)) : call.tensor(0));

const swapped = (x: Tensor, swaps: boolean): Tensor => (swaps ? x.transpose(-2, -1) : x);

/** alpha · A · B for batches of matrices, with A and B transposed if the node says so. */
const FusedMatMul: Operator = (call) => {
  if (call.int('transBatchA', 0) === 1 || call.int('transBatchB', 0) === 1) {
    call.fail('transBatchA and transBatchB are not supported');
  }
  const a = swapped(call.tensor(0), call.int('transA', 0) === 1);
  const b = swapped(call.tensor(1), call.int('transB', 0) === 1);
  const alpha = call.float('alpha', 1);
  const product = a.matmul(b);
  return alpha === 1 ? product : product.mul(alpha);
};

/** Layer normalisation of input + residual + bias. The sum is the fourth output. */
const SkipLayerNormalization: Operator = (call) => {
  const sum = call.tensor(0).add(call.tensor(1));
  const whole = call.has(4) ? sum.add(call.tensor(4)) : sum;
  const settings = { weight: call.tensor(2), bias: call.optionalTensor(3), eps: call.float('epsilon', 1e-12) };
  return [nn.functional.layerNorm(whole, whole.shape.slice(-1), settings), null, null, whole];
};

/** x · sigmoid(alpha · x) */
const QuickGelu: Operator = (call) => {
  const x = call.tensor(0);
  return x.mul(x.mul(call.float('alpha', 1.702)).sigmoid());
};

const own: Operators = {
  Gelu: (call) => nn.functional.gelu(call.tensor(0)),
  BiasGelu: (call) => nn.functional.gelu(biased(call)),
  FastGelu: (call) => nn.functional.gelu(biased(call), { approximate: 'tanh' }),
  QuickGelu,
  FusedMatMul,
  ...quantizedProducts,
  SkipLayerNormalization,
  // For int16 and int4, which ONNX's own operators lacked at first.
  QuantizeLinear: quantization.QuantizeLinear!,
  DequantizeLinear: quantization.DequantizeLinear!,
};

export const microsoft: Operators = Object.fromEntries(
  Object.entries(own).map(([name, operator]) => [`com.microsoft.${name}`, operator]),
);
