// Every differentiable operation against finite differences, and its gradient against those of its own.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const { gradcheck, gradgradcheck } = torch.autograd;

type Make = () => Tensor;

/** A function and its inputs; `once` where the second derivative is not defined, or is zero everywhere. */
type Case = [name: string, fn: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Make[], once?: 'once'];

let seed = 0;

/** Numbers from [low, high), the same in every run. */
const uniform =
  (shape: number[], low: number, high: number): Make =>
  () =>
    torch
      .rand(shape, { generator: new torch.Generator().manualSeed(++seed) })
      .mul(high - low)
      .add(low)
      .detach()
      .requiresGrad_();

/** Of either sign, for functions that are smooth everywhere. */
const any = (...shape: number[]): Make => uniform(shape, -1.5, 1.5);

/** At least 0.4, away from where logarithms and roots bend. */
const positive = (...shape: number[]): Make => uniform(shape, 0.4, 1.6);

/** Of either sign, yet no nearer to 0 than 0.3: for functions with a kink there. */
const awayFromZero = (...shape: number[]): Make => {
  const make = uniform(shape, 0.3, 1.3);
  return () => {
    const x = make();
    const signs = torch.arange(x.numel()).remainder(2).mul(2).sub(1).view(shape);
    return x.mul(signs).detach().requiresGrad_();
  };
};

/** No two elements nearer than 0.1: for functions that pick some. */
const distinct =
  (...shape: number[]): Make =>
  () => {
    const n = shape.reduce((product, size) => product * size, 1);
    const order = torch.randperm(n, { generator: new torch.Generator().manualSeed(++seed) });
    return order
      .mul(0.1)
      .sub(n * 0.05)
      .view(shape)
      .detach()
      .requiresGrad_();
  };

const mask = (...shape: number[]): Tensor =>
  torch.rand(shape, { generator: new torch.Generator().manualSeed(7) }).gt(0.5);

const labels = torch.tensor([2, 0, 1, 2]);

const families: Record<string, Case[]> = {
  arithmetic: [
    ['add', (a, b) => a.add(b), [any(2, 3), any(3)]],
    ['add, alpha', (a, b) => a.add(b, { alpha: -0.7 }), [any(3), any(2, 1)]],
    ['add a number', (a) => a.add(3), [any(3)]],
    ['sub', (a, b) => a.sub(b), [any(2, 3), any(2, 1)]],
    ['mul', (a, b) => a.mul(b), [any(2, 3), any(3)]],
    ['mul by a number', (a) => a.mul(-2.5), [any(3)]],
    ['div', (a, b) => a.div(b), [any(2, 3), positive(3)]],
    ['div by a number', (a) => a.div(-4), [any(3)]],
    ['reciprocal', (a) => a.reciprocal(), [positive(4)]],
    ['neg', (a) => a.neg(), [any(4)]],
    ['square', (a) => a.square(), [any(4)]],
    ['pow 3', (a) => a.pow(3), [any(4)]],
    ['pow 0.5', (a) => a.pow(0.5), [positive(4)]],
    ['pow -1.5', (a) => a.pow(-1.5), [positive(4)]],
    ['pow of tensors', (a, b) => a.pow(b), [positive(2, 3), any(3)]],
    ['remainder', (a) => a.remainder(10), [positive(3)], 'once'],
    ['abs', (a) => a.abs(), [awayFromZero(5)], 'once'],
  ],
  functions: [
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
  ],
  'elementary functions': [
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
  ],
  activations: [
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
  ],
  choices: [
    ['maximum', (a, b) => a.maximum(b), [distinct(6), uniform([6], 5, 6)], 'once'],
    ['minimum', (a, b) => a.minimum(b), [distinct(6), uniform([1], 5, 6)], 'once'],
    ['clamp', (a) => a.clamp(-0.17, 0.13), [distinct(6)], 'once'],
    ['clamp, min alone', (a) => a.clamp({ min: 0.03 }), [distinct(6)], 'once'],
    ['where', (a, b) => a.where(mask(2, 3), b), [any(2, 3), any(3)], 'once'],
    ['maskedFill', (a) => a.maskedFill(mask(2, 3), 9), [any(2, 3)], 'once'],
  ],
  reductions: [
    ['sum', (a) => a.sum(), [any(2, 3)]],
    ['sum, dim', (a) => a.sum({ dim: [0, 2] }), [any(2, 3, 2)]],
    ['sum, keepdim', (a) => a.sum(1, { keepdim: true }), [any(2, 3)]],
    ['mean', (a) => a.mean(), [any(2, 3)]],
    ['mean, dim', (a) => a.mean({ dim: 0 }), [any(2, 3)]],
    ['prod', (a) => a.prod(), [any(4)]],
    ['prod, dim', (a) => a.prod({ dim: 1 }), [any(2, 3)]],
    ['cumsum', (a) => a.cumsum(1), [any(2, 4)]],
    ['cumprod', (a) => a.cumprod(1), [awayFromZero(2, 4)]],
    ['nansum', (a) => a.nansum(0), [any(2, 3)]],
    ['sort', (a) => a.sort({ descending: true })[0], [distinct(2, 4)]],
    ['topk', (a) => a.topk(2)[0], [distinct(2, 4)]],
    ['logsumexp', (a) => a.logsumexp(1), [any(2, 3)]],
    ['var', (a) => a.var(), [any(5)]],
    ['var, dim', (a) => a.var(1, { correction: 0 }), [any(2, 3)]],
    ['std', (a) => a.std(), [any(5)]],
    ['std, dim', (a) => a.std(0, { keepdim: true }), [any(3, 2)]],
    ['norm', (a) => a.norm(), [awayFromZero(5)]],
    ['norm 3, dim', (a) => a.norm(3, 1), [awayFromZero(2, 3)]],
    ['norm 1', (a) => a.norm(1), [awayFromZero(4)], 'once'],
    ['amax', (a) => a.amax(1), [distinct(2, 4)], 'once'],
    ['amin', (a) => a.amin(0), [distinct(3, 2)], 'once'],
    ['max', (a) => a.max(), [distinct(6)], 'once'],
    ['min', (a) => a.min(), [distinct(6)], 'once'],
    ['max, dim', (a) => torch.max(a, { dim: 1 })[0], [distinct(2, 4)], 'once'],
    ['min, dim', (a) => a.min(0, { keepdim: true })[0], [distinct(3, 2)], 'once'],
  ],
  shapes: [
    ['reshape', (a) => a.reshape(3, 2), [any(2, 3)]],
    ['view of a transposed part', (a) => a.t().at('1:').reshape(-1), [any(2, 3)]],
    ['permute', (a) => a.permute(2, 0, 1), [any(2, 3, 2)]],
    ['expand', (a) => a.expand(2, 2, 3), [any(2, 1, 3)]],
    ['squeeze, unsqueeze', (a) => a.squeeze(1).unsqueeze(0), [any(2, 1, 3)]],
    ['flatten', (a) => a.flatten(1), [any(2, 2, 2)]],
    ['at, number', (a) => a.at(1), [any(3, 2)]],
    ['at, column', (a) => a.at(':', -1), [any(3, 2)]],
    ['at, steps', (a) => a.at('::2', '1:'), [any(4, 3)]],
    ['at, list', (a) => a.at([2, 0, 2]), [any(3, 2)]],
    ['narrow', (a) => a.narrow(1, 1, 2), [any(2, 4)]],
    ['split', (a) => a.split([1, 2], 1), [any(2, 3)]],
    ['chunk', (a) => a.chunk(2), [any(4, 2)]],
    ['unbind', (a) => a.unbind(1), [any(2, 3)]],
    ['flip', (a) => a.flip(0, 1), [any(2, 3)]],
    ['cat', (a, b) => torch.cat([a, b, a], 1), [any(2, 3), any(2, 1)]],
    ['stack', (a, b) => torch.stack([a, b], 1), [any(2, 3), any(2, 3)]],
    ['clone', (a) => a.clone(), [any(3)]],
    ['pad', (a) => F.pad(a, [1, 2, 0, 1], { value: 3 }), [any(2, 3)]],
    ['pad that crops', (a) => F.pad(a, [-1, 1]), [any(2, 3)]],
    ['pad, reflect', (a) => F.pad(a, [2, 1], { mode: 'reflect' }), [any(2, 3)]],
    ['pad, replicate', (a) => F.pad(a, [2, 1], { mode: 'replicate' }), [any(2, 3)]],
    ['pad, circular', (a) => F.pad(a, [2, 1], { mode: 'circular' }), [any(2, 3)]],
    ['repeat', (a) => a.repeat(2, 1, 3), [any(2, 2)]],
    ['repeatInterleave', (a) => a.repeatInterleave([2, 0, 1], 1), [any(2, 3)]],
    ['roll', (a) => a.roll([1, -1], [0, 1]), [any(2, 3)]],
    ['rot90', (a) => a.rot90(), [any(2, 3)]],
    ['tril, triu', (a) => a.tril().add(a.triu(1)), [any(3, 3)]],
    ['diagonal', (a) => a.diagonal(1, 2, 0), [any(2, 2, 3)]],
    ['meshgrid', (a, b) => torch.meshgrid([a, b]), [any(2), any(3)]],
    ['gather', (a) => a.gather(1, torch.tensor([[1], [2]])), [any(2, 3)]],
    ['scatter', (a, b) => a.scatter(1, torch.tensor([[1], [2]]), b), [any(2, 3), any(2, 1)]],
    ['scatterAdd', (a, b) => a.scatterAdd(0, torch.tensor([[1, 1]]), b), [any(2, 3), any(2, 2)]],
    ['indexAdd', (a, b) => a.indexAdd(0, torch.tensor([1, 1]), b), [any(2, 2), any(2, 2)]],
    ['indexCopy', (a, b) => a.indexCopy(0, torch.tensor([2, 0]), b), [any(3, 2), any(2, 2)]],
    ['takeAlongDim', (a) => a.takeAlongDim(torch.tensor([[1], [0]]), 1), [any(2, 3)]],
    ['asStrided', (a) => a.asStrided([2, 2], [3, 1], 1), [any(6)]],
  ],
  'writes in place': [
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
    ['copy_ into a part', (a, b) => copyInto(a, b), [any(2, 3), any(2)]],
  ],
  products: [
    ['matmul', (a, b) => a.matmul(b), [any(2, 3), any(3, 4)]],
    ['matmul of a transposed', (a, b) => a.t().matmul(b), [any(3, 2), any(3, 4)]],
    ['matmul of vectors', (a, b) => a.matmul(b), [any(4), any(4)]],
    ['matrix times vector', (a, b) => a.matmul(b), [any(2, 3), any(3)]],
    ['vector times matrix', (a, b) => a.matmul(b), [any(2), any(2, 3)]],
    ['bmm', (a, b) => a.bmm(b), [any(2, 2, 3), any(2, 3, 2)]],
    ['matmul, broadcast', (a, b) => a.matmul(b), [any(2, 1, 2, 3), any(2, 3, 2)]],
    ['outer', (a, b) => a.outer(b), [any(2), any(3)]],
    ['addmm', (a, b, c) => a.addmm(b, c, { beta: 0.5, alpha: 2 }), [any(2), any(2, 3), any(3, 2)]],
    ['baddbmm', (a, b, c) => a.baddbmm(b, c), [any(2, 2, 2), any(2, 2, 3), any(2, 3, 2)]],
    ['einsum', (a, b) => torch.einsum('bij,bkj->ik', a, b), [any(2, 2, 3), any(2, 2, 3)]],
    ['tensordot', (a, b) => torch.tensordot(a, b, 1), [any(2, 3), any(3, 2)]],
    ['cdist', (a, b) => torch.cdist(a, b), [any(2, 3), uniform([2, 3], 2, 3)]],
    ['linear', (x, w, b) => F.linear(x, w, b), [any(2, 3), any(4, 3), any(4)]],
    ['linear without bias', (x, w) => F.linear(x, w), [any(2, 2, 3), any(2, 3)]],
  ],
  convolutions: [
    ['conv2d', (x, w, b) => F.conv2d(x, w, b), [any(1, 2, 4, 4), any(2, 2, 3, 3), any(2)]],
    [
      'conv2d, stride and padding',
      (x, w, b) => F.conv2d(x, w, b, { stride: [2, 1], padding: [1, 2] }),
      [any(2, 1, 4, 3), any(2, 1, 3, 2), any(2)],
    ],
    [
      'conv2d, dilation and groups',
      (x, w) => F.conv2d(x, w, null, { dilation: 2, groups: 2, padding: 1 }),
      [any(1, 2, 4, 4), any(4, 1, 2, 2)],
    ],
    ['convTranspose2d', (x, w, b) => F.convTranspose2d(x, w, b), [any(1, 2, 2, 3), any(2, 2, 2, 2), any(2)]],
    [
      'convTranspose2d, all options',
      (x, w) => F.convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1, groups: 2, dilation: 2 }),
      [any(1, 2, 2, 2), any(2, 1, 2, 2)],
    ],
    ['maxPool2d', (x) => F.maxPool2d(x, 2), [distinct(1, 2, 4, 4)], 'once'],
    [
      'maxPool2d, overlapping',
      (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
      [distinct(1, 1, 5, 4)],
      'once',
    ],
    ['avgPool2d', (x) => F.avgPool2d(x, 2), [any(1, 2, 4, 4)]],
    [
      'avgPool2d, padding',
      (x) => F.avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }),
      [any(1, 1, 5, 4)],
    ],
  ],
  normalisation: [
    ['layerNorm', (x) => F.layerNorm(x, [4]), [any(3, 4)]],
    ['layerNorm, weight', (x, w) => F.layerNorm(x, [3], w), [any(2, 3), any(3)]],
    ['layerNorm, bias', (x, b) => F.layerNorm(x, [3], null, b), [any(2, 3), any(3)]],
    ['layerNorm, affine', (x, w, b) => F.layerNorm(x, [2, 3], w, b), [any(2, 2, 3), any(2, 3), any(2, 3)]],
  ],
  losses: [
    ['crossEntropy', (x) => F.crossEntropy(x, labels), [any(4, 3)]],
    ['crossEntropy, sum', (x) => F.crossEntropy(x, labels, { reduction: 'sum' }), [any(4, 3)]],
    ['crossEntropy, none', (x) => F.crossEntropy(x, labels, { reduction: 'none' }), [any(4, 3)]],
    [
      'crossEntropy, weights',
      (x) => F.crossEntropy(x, labels, { weight: torch.tensor([0.5, 2, 1]), ignoreIndex: 0 }),
      [any(4, 3)],
    ],
    [
      'crossEntropy, all options',
      (x) =>
        F.crossEntropy(x, labels, {
          weight: torch.tensor([0.5, 2, 1]),
          ignoreIndex: 0,
          labelSmoothing: 0.2,
          reduction: 'none',
        }),
      [any(4, 3)],
    ],
    ['crossEntropy of probabilities', (x, p) => F.crossEntropy(x, p), [any(2, 3), positive(2, 3)]],
    ['nllLoss', (x) => F.nllLoss(F.logSoftmax(x, 1), labels), [any(4, 3)]],
    ['mseLoss', (x, y) => F.mseLoss(x, y), [any(2, 3), any(2, 3)]],
    ['l1Loss', (x, y) => F.l1Loss(x, y), [distinct(2, 3), uniform([2, 3], 2, 3)], 'once'],
    ['binaryCrossEntropyWithLogits', (x) => F.binaryCrossEntropyWithLogits(x, mask(2, 3).float()), [any(2, 3)]],
    [
      'binaryCrossEntropyWithLogits, weights',
      (x) =>
        F.binaryCrossEntropyWithLogits(x, mask(2, 3).float(), {
          weight: torch.tensor([1.5, 1, 2]),
          posWeight: torch.tensor([2, 0.5, 1]),
          reduction: 'sum',
        }),
      [any(2, 3)],
    ],
  ],
};

/** `b` written over the second column of a copy of `a`. */
function copyInto(a: Tensor, b: Tensor): Tensor {
  const copy = a.mul(2);
  copy.at(':', 1).copy_(b);
  return copy.mul(copy);
}

for (const [family, cases] of Object.entries(families)) {
  describe(family, () => {
    test.each(cases)('%s', async (_, fn, makes, once) => {
      const inputs = makes.map((make) => make());
      expect(await gradcheck(fn, inputs)).toBe(true);
      if (once !== 'once') expect(await gradgradcheck(fn, inputs, { atol: 0.002 })).toBe(true);
    });
  });
}
