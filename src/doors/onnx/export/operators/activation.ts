// Activation functions: ONNX's own operator if its version has one, otherwise the formula.
import { f, type Wire } from '../builder';
import type { Site, Translator, Translators } from '../site';
import { expressionOf } from './elementwise';

/** Scalar argument i of the node as an attribute. */
const scalar = (site: Site, i: number) => f(site.scalars[i]!);

const plain =
  (opType: string): Translator =>
  (site) =>
    site.op(opType, [site.in(0)]);

const times = (site: Site, x: Wire, factor: number): Wire => site.op('Mul', [x, site.scalar(factor, x.dtype)]);
const plus = (site: Site, x: Wire, addend: number): Wire => site.op('Add', [x, site.scalar(addend, x.dtype)]);

const gelu: Translator = (site) => {
  const x = site.in(0);
  const isTanh = expressionOf(site).includes('tanh');
  if (site.opset >= 20) return site.op('Gelu', [x], { approximate: isTanh ? 'tanh' : 'none' });
  if (!isTanh) {
    // x Φ(x), with Φ from the error function.
    const half = times(site, plus(site, site.op('Erf', [times(site, x, Math.SQRT1_2)]), 1), 0.5);
    return site.op('Mul', [x, half]);
  }
  const cubed = site.op('Mul', [site.op('Mul', [x, x]), x]);
  const inner = times(site, site.op('Add', [x, times(site, cubed, 0.044715)]), Math.sqrt(2 / Math.PI));
  return site.op('Mul', [x, times(site, plus(site, site.op('Tanh', [inner]), 1), 0.5)]);
};

const hardSigmoid = (site: Site): Wire => site.op('HardSigmoid', [site.in(0)], { alpha: f(1 / 6), beta: f(0.5) });

/** Above this, ln(1 + e^x) equals x in float32. */
const LINEAR = 20;

const softplus: Translator = (site) => {
  const x = site.in(0);
  const [beta, threshold] = site.scalars;
  if (beta === undefined || threshold === undefined) return site.op('Softplus', [x]);
  const scaled = beta === 1 ? x : times(site, x, beta);
  const y = site.op('Softplus', [scaled]);
  const unscaled = beta === 1 ? y : times(site, y, 1 / beta);
  if (threshold >= LINEAR) return unscaled;
  const past = site.op('Greater', [scaled, site.scalar(threshold, x.dtype)], {}, 'bool');
  return site.op('Where', [past, x, unscaled], {}, x.dtype);
};

const threshold: Translator = (site) => {
  const x = site.in(0);
  const below = site.op('LessOrEqual', [x, site.scalar(site.scalars[0]!, x.dtype)], {}, 'bool');
  return site.op('Where', [below, site.scalar(site.scalars[1]!, x.dtype), x], {}, x.dtype);
};

/** In attention, a row whose scores are all −∞ gets weights of 0; ONNX's Softmax would give NaN. */
const softmax: Translator = (site) => {
  const { dim, safe } = site.attrs<{ dim: number; safe?: boolean }>();
  const y = site.op('Softmax', [site.in(0)], { axis: dim });
  return safe ? site.op('Where', [site.op('IsNaN', [y], {}, 'bool'), site.scalar(0, y.dtype), y], {}, y.dtype) : y;
};

export const activation: Translators = {
  relu: plain('Relu'),
  tanh: plain('Tanh'),
  sigmoid: plain('Sigmoid'),
  softsign: plain('Softsign'),
  selu: plain('Selu'),
  leakyRelu: (site) => site.op('LeakyRelu', [site.in(0)], { alpha: scalar(site, 0) }),
  elu: (site) => site.op('Elu', [site.in(0)], { alpha: scalar(site, 0) }),
  celu: (site) => site.op('Celu', [site.in(0)], { alpha: scalar(site, 0) }),
  prelu: (site) => site.op('PRelu', [site.in(0), site.in(1)]),
  silu: (site) => site.op('Mul', [site.in(0), site.op('Sigmoid', [site.in(0)])]),
  logSigmoid: (site) => site.op('Neg', [site.op('Softplus', [site.op('Neg', [site.in(0)])])]),
  softplus,
  gelu,
  mish(site) {
    if (site.opset >= 18) return site.op('Mish', [site.in(0)]);
    return site.op('Mul', [site.in(0), site.op('Tanh', [site.op('Softplus', [site.in(0)])])]);
  },
  hardsigmoid: hardSigmoid,
  hardswish: (site) =>
    site.opset >= 14 ? site.op('HardSwish', [site.in(0)]) : site.op('Mul', [site.in(0), hardSigmoid(site)]),
  hardshrink: (site) => site.op('Shrink', [site.in(0)], { lambd: scalar(site, 0), bias: f(0) }),
  softshrink: (site) => site.op('Shrink', [site.in(0)], { lambd: scalar(site, 0), bias: scalar(site, 0) }),
  threshold,
  softmax,
  logSoftmax: (site) => site.op('LogSoftmax', [site.in(0)], { axis: site.attrs<{ dim: number }>().dim }),
};
