// Activations, dropout and flattening as layers.
import { nn } from '../../../../torch';
import type { Module } from '../../../../torch/inside';
import { fill, type LayerNode, pathOf, type Rule, rounded } from './layer';

/** A layer with one input, whose rank it keeps. */
const unary =
  (make: (node: LayerNode) => Module | null): Rule =>
  (node) => {
    const module = node.isFed(0) ? make(node) : null;
    return module && { module, path: null, rank: node.rank(0) };
  };

/** Whether a float32 of the file is (nearly) the other number. */
const isNear = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6;

/** The limits of a Clip. Before version 11 they are attributes. */
function limitsOf(node: LayerNode): readonly [number | null, number | null] {
  const { call } = node;
  if (call.opset < 11) return [call.float('min', -Infinity), call.float('max', Infinity)];
  return [node.has(1) ? node.number(1) : -Infinity, node.has(2) ? node.number(2) : Infinity];
}

const clip = unary((node) => {
  const [min, max] = limitsOf(node);
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max) || min > max) return null;
  return min === 0 && max === 6 ? new nn.ReLU6() : new nn.Hardtanh({ minVal: min, maxVal: max });
});

const prelu: Rule = (node) => {
  const slope = node.weight(1);
  const rank = node.rank(0);
  if (!slope || !node.isFed(0) || rank === null || slope.shape.length > rank) return null;
  // One slope per channel: shape [C, 1, …], covering all dimensions but the first.
  const [count = 1, ...rest] = slope.shape;
  const each = slope.shape.length === rank - 1 && rest.every((size) => size === 1);
  if (slope.shape.some((size) => size !== 1) && !each) return null;
  const flat = slope.shape.length === 1 ? slope : slope.reshaped([count]);
  const module = new nn.PReLU({ numParameters: 1 });
  module.numParameters = count;
  fill(module, { weight: flat });
  return { module, path: pathOf(slope), rank };
};

/** Over one axis. Before version 13, over all dimensions from the axis on. */
const rows = (make: (dim: number) => Module): Rule =>
  unary((node) => {
    const dim = node.call.int('axis', node.call.opset < 13 ? 1 : -1);
    const rank = node.rank(0);
    const isLast = dim === -1 || (rank !== null && dim === rank - 1);
    return node.call.opset >= 13 || isLast ? make(dim) : null;
  });

const dropout: Rule = (node) => {
  const { call } = node;
  const p = call.opset < 12 ? call.float('ratio', 0.5) : node.has(1) ? node.number(1) : 0.5;
  const fits = p !== null && p >= 0 && p <= 1 && !node.gives(1) && node.isFed(0);
  return fits ? { module: new nn.Dropout({ p: Number(p.toFixed(6)) }), path: null, rank: node.rank(0) } : null;
};

const flatten: Rule = (node) => {
  const isPlain = node.call.int('axis', 1) === 1 && node.isFed(0) && (node.rank(0) ?? 0) >= 2;
  return isPlain ? { module: new nn.Flatten(), path: null, rank: 2 } : null;
};

export const activationRules: Readonly<Record<string, Rule>> = {
  Relu: unary(() => new nn.ReLU()),
  LeakyRelu: unary(({ call }) => new nn.LeakyReLU({ negativeSlope: rounded(call.float('alpha', 0.01)) })),
  Elu: unary(({ call }) => new nn.ELU({ alpha: rounded(call.float('alpha', 1)) })),
  Celu: unary(({ call }) => new nn.CELU({ alpha: rounded(call.float('alpha', 1)) })),
  Selu: unary(({ call }) =>
    isNear(call.float('alpha', 1.6732632), 1.6732632) && isNear(call.float('gamma', 1.050701), 1.050701)
      ? new nn.SELU()
      : null,
  ),
  Sigmoid: unary(() => new nn.Sigmoid()),
  Tanh: unary(() => new nn.Tanh()),
  HardSigmoid: unary(({ call }) =>
    isNear(call.float('alpha', 0.2), 1 / 6) && isNear(call.float('beta', 0.5), 0.5) ? new nn.Hardsigmoid() : null,
  ),
  HardSwish: unary(() => new nn.Hardswish()),
  Softplus: unary(() => new nn.Softplus()),
  Softsign: unary(() => new nn.Softsign()),
  Mish: unary(() => new nn.Mish()),
  Swish: unary(({ call }) => (call.float('alpha', 1) === 1 ? new nn.SiLU() : null)),
  Gelu: unary(
    ({ call }) => new nn.GELU({ approximate: call.text('approximate', 'none') === 'tanh' ? 'tanh' : 'none' }),
  ),
  ThresholdedRelu: unary(({ call }) => new nn.Threshold(rounded(call.float('alpha', 1)), 0)),
  Softmax: rows((dim) => new nn.Softmax({ dim })),
  LogSoftmax: rows((dim) => new nn.LogSoftmax({ dim })),
  Clip: clip,
  PRelu: prelu,
  Dropout: dropout,
  Flatten: flatten,
};
