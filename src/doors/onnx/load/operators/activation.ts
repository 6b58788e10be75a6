// Activations, element by element and along rows.
import { arange, nn, type Tensor } from '../../../../torch';
import { isFloat } from '../../../../torch/inside';
import { axisOf } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { unary } from './elementwise';

const Selu = unary((x, call) => {
  const alpha = call.float('alpha', 1.6732631921768188);
  return nn.functional.elu(x, { alpha }).mul(call.float('gamma', 1.0507010221481323));
});

const HardSigmoid = unary((x, call) => x.mul(call.float('alpha', 0.2)).add(call.float('beta', 0.5)).clamp(0, 1));

/** x − bias above lambd, x + bias below −lambd, 0 between. */
const Shrink = unary((x, call) => {
  const lambd = call.float('lambd', 0.5);
  const bias = call.float('bias', 0);
  const zero = x.mul(0);
  return x
    .sub(bias)
    .to(x.dtype)
    .where(x.gt(lambd), x.add(bias).to(x.dtype).where(x.lt(-lambd), zero));
});

const PRelu: Operator = (call) => {
  const [x, slope] = [call.tensor(0), call.tensor(1)];
  return x.where(x.ge(0), x.mul(slope));
};

const Gelu = unary((x, call) => {
  const approximate = call.text('approximate', 'none') === 'tanh' ? 'tanh' : 'none';
  return nn.functional.gelu(x, { approximate });
});

const Swish = unary((x, call) => x.mul(x.mul(call.float('alpha', 1)).sigmoid()));

/** Before version 13, all dimensions from the axis on form one row. */
const overRows =
  (fn: (x: Tensor, dim: number) => Tensor): Operator =>
  (call: Call) => {
    const x = call.tensor(0);
    const rank = x.shape.length;
    if (call.opset >= 13) return fn(x, axisOf(call, call.int('axis', -1), rank));
    const given = call.int('axis', 1);
    const axis = axisOf(call, given < 0 ? given + rank : given, rank + 1);
    const rows = x.shape.slice(0, axis).reduce((n, size) => n * size, 1);
    return fn(x.reshape([rows, -1]), 1).reshape(x.shape);
  };

/** 1 at the first of the largest elements, 0 elsewhere. */
const hardmax = (x: Tensor, dim: number): Tensor => {
  const places = x.argmax(dim, true);
  const shape = x.shape.map((size, d) => (d === dim ? size : 1));
  return arange(x.shape[dim]!).reshape(shape).eq(places).to(x.dtype);
};

export const activation: Operators = {
  Relu: unary((x) => (isFloat(x.dtype) ? nn.functional.relu(x) : x.clamp({ min: 0 })), { fn: (x) => Math.max(x, 0) }),
  Sigmoid: unary((x) => x.sigmoid()),
  Softplus: unary((x) => nn.functional.softplus(x)),
  Softsign: unary((x) => nn.functional.softsign(x)),
  HardSwish: unary((x) => nn.functional.hardswish(x)),
  Mish: unary((x) => nn.functional.mish(x)),
  Elu: unary((x, call) => nn.functional.elu(x, { alpha: call.float('alpha', 1) })),
  Celu: unary((x, call) => nn.functional.celu(x, { alpha: call.float('alpha', 1) })),
  LeakyRelu: unary((x, call) => nn.functional.leakyRelu(x, { negativeSlope: call.float('alpha', 0.01) })),
  ThresholdedRelu: unary((x, call) => x.where(x.gt(call.float('alpha', 1)), x.mul(0))),
  Selu,
  HardSigmoid,
  Shrink,
  PRelu,
  Gelu,
  Swish,
  Softmax: overRows((x, dim) => nn.functional.softmax(x, { dim })),
  LogSoftmax: overRows((x, dim) => nn.functional.logSoftmax(x, { dim })),
  Hardmax: overRows(hardmax),
};
