// Cases of gradcheck: arithmetic, elementary functions, activations, and choices between elements.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { any, awayFromZero, distinct, type Gradcheck, mask, positive, uniform } from './inputs';

const F = nn.functional;

export const arithmetic: Gradcheck[] = [
  ['add', (a, b) => a.add(b), [any(2, 3), any(3)]],
  ['add, alpha', (a, b) => a.add(b, { alpha: -0.7 }), [any(3), any(2, 1)]],
  ['add a number', (a) => a.add(3), [any(3)]],
  ['sub', (a, b) => a.sub(b), [any(2, 3), any(2, 1)]],
  ['mul', (a, b) => a.mul(b), [any(2, 3), any(3)]],
  ['mul by a number', (a) => a.mul(-2.5), [any(3)]],
  ['div', (a, b) => a.div(b), [any(2, 3), positive(3)]],
  ['div by a number', (a) => a.div(-4), [any(3)]],
  ['div, of a number', (a) => torch.div(3, a), [positive(4)]],
  ['reciprocal', (a) => a.reciprocal(), [positive(4)]],
  ['neg', (a) => a.neg(), [any(4)]],
  ['square', (a) => a.square(), [any(4)]],
  ['pow 3', (a) => a.pow(3), [any(4)]],
  ['pow 0.5', (a) => a.pow(0.5), [positive(4)]],
  ['pow -1.5', (a) => a.pow(-1.5), [positive(4)]],
  ['pow of tensors', (a, b) => a.pow(b), [positive(2, 3), any(3)]],
  ['pow of a number', (a) => torch.pow(1.7, a), [any(4)]],
  ['remainder', (a) => a.remainder(10), [positive(3)], 'once'],
  ['abs', (a) => a.abs(), [awayFromZero(5)], 'once'],
  ['div, rounded to 0', (a) => a.div(3, { roundingMode: 'trunc' }).add(a), [positive(3)], 'once'],
  ['floorDivide', (a) => a.floorDivide(10).add(a), [positive(3)], 'once'],
  [
    'div, rounded, and floorDivide by tensors',
    (a, b) => a.div(b, { roundingMode: 'trunc' }).add(a.floorDivide(b)).add(a).add(b),
    [positive(3), uniform([3], 5, 6)],
    'once',
  ],
  ['fmod, remainder of tensors', (a, b) => a.fmod(b).add(a.remainder(b)), [positive(3), uniform([3], 5, 6)], 'once'],
  ['sign', (a) => a.sign().add(a), [awayFromZero(3)], 'once'],
  [
    'floor, ceil, round, trunc',
    (a) => a.floor().add(a.ceil()).add(a.round()).add(a.trunc()).add(a),
    [uniform([4], 0.1, 0.4)],
    'once',
  ],
  ['to float32 and back', (a) => a.clone().to('float32'), [any(3)]],
];

export const functions: Gradcheck[] = [
  ['exp', (a) => a.exp(), [any(5)]],
  ['expm1', (a) => a.expm1(), [any(5)]],
  ['log', (a) => a.log(), [positive(5)]],
  ['log1p', (a) => a.log1p(), [positive(5)]],
  ['sqrt', (a) => a.sqrt(), [positive(5)]],
  ['rsqrt', (a) => a.rsqrt(), [positive(5)]],
  ['sin', (a) => a.sin(), [any(5)]],
  ['cos', (a) => a.cos(), [any(5)]],
  ['tanh', (a) => a.tanh(), [any(5)]],
  ['sigmoid', (a) => a.sigmoid(), [any(5)]],
];

export const elementary: Gradcheck[] = [
  ['exp2', (a) => a.exp2(), [any(4)]],
  ['log2', (a) => a.log2(), [positive(4)]],
  ['log10', (a) => a.log10(), [positive(4)]],
  ['tan', (a) => a.mul(0.5).tan(), [any(4)]],
  ['asin', (a) => a.mul(0.4).asin(), [any(4)]],
  ['acos', (a) => a.mul(0.4).acos(), [any(4)]],
  ['atan', (a) => a.atan(), [any(4)]],
  ['atan2', (a, b) => a.atan2(b), [positive(2, 3), awayFromZero(3)]],
  ['sinh', (a) => a.sinh(), [any(4)]],
  ['cosh', (a) => a.cosh(), [any(4)]],
  ['asinh', (a) => a.asinh(), [any(4)]],
  ['acosh', (a) => a.add(1).acosh(), [positive(4)]],
  ['atanh', (a) => a.mul(0.4).atanh(), [any(4)]],
  ['erf', (a) => a.erf(), [any(4)]],
  ['erfc', (a) => a.erfc(), [any(4)]],
  ['frac', (a) => a.mul(0.5).frac(), [positive(4)], 'once'],
  ['fmod', (a) => a.fmod(10), [positive(4)], 'once'],
  ['lerp', (a, b, w) => a.lerp(b, w), [any(2, 3), any(3), any(2, 1)]],
  ['lerp by a number', (a, b) => a.lerp(b, 0.3), [any(3), any(3)]],
  ['addcmul', (a, b, c) => a.addcmul(b, c, { value: -0.5 }), [any(2, 3), any(3), any(2, 1)]],
  ['addcdiv', (a, b, c) => a.addcdiv(b, c, { value: 0.5 }), [any(2, 3), any(3), positive(2, 1)]],
  ['nanToNum', (a) => a.nanToNum(), [any(4)], 'once'],
  ['softsign', (a) => F.softsign(a), [awayFromZero(4)]],
];

export const activations: Gradcheck[] = [
  ['relu', (a) => F.relu(a), [awayFromZero(6)], 'once'],
  ['relu6', (a) => F.relu6(a.mul(5)), [awayFromZero(6)], 'once'],
  ['leakyRelu', (a) => F.leakyRelu(a, 0.2), [awayFromZero(6)], 'once'],
  ['hardtanh', (a) => F.hardtanh(a, { minVal: -1.5, maxVal: 0.2 }), [awayFromZero(6)], 'once'],
  ['elu', (a) => F.elu(a, { alpha: 1.3 }), [awayFromZero(6)]],
  ['silu', (a) => F.silu(a), [any(6)]],
  ['gelu', (a) => F.gelu(a), [any(6)]],
  ['gelu by tanh', (a) => F.gelu(a, { approximate: 'tanh' }), [any(6)]],
  ['softplus', (a) => F.softplus(a, { beta: 1.5 }), [any(6)]],
  ['logsigmoid', (a) => F.logsigmoid(a), [any(6)]],
  ['tanh', (a) => F.tanh(a), [any(6)]],
  ['sigmoid', (a) => F.sigmoid(a), [any(6)]],
  ['softmax', (a) => F.softmax(a, 1), [any(2, 3)]],
  ['softmax of dimension 0', (a) => a.softmax(0), [any(3, 2)]],
  ['logSoftmax', (a) => F.logSoftmax(a, -1), [any(2, 3)]],
  ['mish', (a) => F.mish(a), [any(6)]],
  ['selu', (a) => F.selu(a), [awayFromZero(6)]],
  ['celu', (a) => F.celu(a, 0.7), [awayFromZero(6)]],
  ['tanhshrink', (a) => F.tanhshrink(a), [any(6)]],
  ['hardswish', (a) => F.hardswish(a), [awayFromZero(6)]],
  ['hardsigmoid', (a) => F.hardsigmoid(a), [any(6)], 'once'],
  ['hardshrink', (a) => F.hardshrink(a, 0.2), [awayFromZero(6)], 'once'],
  ['softshrink', (a) => F.softshrink(a, 0.2), [awayFromZero(6)], 'once'],
  ['threshold', (a) => F.threshold(a, 0.1, 3), [awayFromZero(6)], 'once'],
  ['glu', (a) => F.glu(a), [any(2, 4)]],
  ['prelu', (a, w) => F.prelu(a, w), [awayFromZero(2, 3), any(3)]],
  ['rrelu', (a) => F.rrelu(a, { training: false }), [awayFromZero(6)], 'once'],
  ['softmin', (a) => F.softmin(a, 1), [any(2, 3)]],
];

export const choices: Gradcheck[] = [
  ['maximum', (a, b) => a.maximum(b), [distinct(6), uniform([6], 5, 6)], 'once'],
  ['minimum', (a, b) => a.minimum(b), [distinct(6), uniform([1], 5, 6)], 'once'],
  ['clamp', (a) => a.clamp(-0.17, 0.13).square(), [distinct(6)]],
  ['clamp, min alone', (a) => a.clamp({ min: 0.03 }).square(), [distinct(6)]],
  ['where', (a, b) => a.where(mask(2, 3), b), [any(2, 3), any(3)], 'once'],
  ['maskedFill', (a) => a.maskedFill(mask(2, 3), 9), [any(2, 3)], 'once'],
  ['clamp, max alone', (a) => a.clamp({ max: 0.03 }).square(), [distinct(6)]],
  ['where, numbers', (a) => torch.where(mask(2, 3), a, 2).add(torch.where(mask(2, 3), 2, a)), [any(2, 3)], 'once'],
  ['maskedScatter', (a, b) => a.maskedScatter(torch.tensor([true, false, true]), b), [any(3), any(3)]],
];

export const inPlace: Gradcheck[] = [
  ['mul_ on a result', (a, b) => a.mul(1).mul_(b), [any(2, 3), any(3)]],
  [
    'div_, pow_, abs_ and clamp_',
    (a, b) => a.mul(1).div_(b).pow_(2).add_(b).abs_().clamp_(0, 40),
    [any(4), positive(4)],
  ],
  [
    'inplace activations',
    (a) => F.silu(F.leakyRelu(a.mul(1), { inplace: true }), { inplace: true }),
    [awayFromZero(4)],
  ],
  [
    'inplace activations whose gradient reads the result',
    (a) => {
      const elu = F.elu(a.mul(1), { alpha: 1.3, inplace: true });
      const celu = F.celu(a.mul(1), { alpha: 0.7, inplace: true });
      return elu.add(celu).add(F.selu(a.mul(1), { inplace: true }));
    },
    [awayFromZero(6)],
  ],
  ['copy_ into a part', (a, b) => copyInto(a, b), [any(2, 3), any(2)]],
];

/** `b` written over the second column of a copy of `a`. */
function copyInto(a: Tensor, b: Tensor): Tensor {
  const copy = a.mul(2);
  copy.at(':', 1).copy_(b);
  return copy.mul(copy);
}
