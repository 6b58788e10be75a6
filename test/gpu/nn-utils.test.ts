// Checks what nn and nn.utils have around layers: fused normalisation, sequences padded to one length, buffers and parameters by name.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

const { utils } = nn;

/** A normalisation whose statistics are not those of the start. */
function trained<B extends nn.BatchNorm1d | nn.BatchNorm2d>(norm: B): B {
  const shape = norm.runningMean!.shape;
  torch.noGrad(() => {
    norm.runningMean!.copy_(torch.randn(shape));
    norm.runningVar!.copy_(torch.rand(shape).add(0.5));
    norm.weight?.copy_(torch.randn(shape));
    norm.bias?.copy_(torch.randn(shape));
  });
  return norm;
}

describe('fusion', () => {
  test.each<[string, () => nn.Conv2d | nn.ConvTranspose2d, boolean]>([
    ['a convolution', () => new nn.Conv2d(3, 4, 2), false],
    ['one without bias, in groups', () => new nn.Conv2d(4, 4, 2, { groups: 2, bias: false }), false],
    ['a transposed convolution', () => new nn.ConvTranspose2d(3, 4, 2, { stride: 2 }), true],
  ])('of %s does what both layers do', async (_, make, transpose) => {
    torch.manualSeed(0);
    const conv = make().eval();
    const norm = trained(new nn.BatchNorm2d(4)).eval();
    const x = torch.randn(2, conv.inChannels, 4, 5);
    const fused = utils.fusion.fuseConvBnEval(conv, norm, transpose);
    expect(fused).toBeInstanceOf(conv.constructor);
    const expected = norm(conv(x) as Tensor);
    expectNumbers(await (fused(x) as Tensor).data(), await expected.data(), { atol: 2e-6 });
    expect(fused.weight.requiresGrad).toBe(true);
    expect(fused.bias!.requiresGrad).toBe(conv.bias !== null);
  });

  test('of a linear layer does what both layers do, and training is refused', async () => {
    torch.manualSeed(1);
    const linear = new nn.Linear(3, 4).eval();
    const norm = trained(new nn.BatchNorm1d(4)).eval();
    const x = torch.randn(5, 3);
    expectNumbers(await utils.fuseLinearBnEval(linear, norm)(x).data(), await norm(linear(x)).data(), { atol: 1e-6 });
    expect(() => utils.fuseLinearBnEval(linear.train(), norm)).toThrow(
      /fuseLinearBnEval: expected both layers in eval/,
    );
    const bare = new nn.BatchNorm1d(4, { trackRunningStats: false }).eval();
    expect(() => utils.fuseLinearBnEval(linear.eval(), bare)).toThrow(/BatchNorm1d with running statistics/);
  });
});

describe('sequences', () => {
  const [a, b] = [
    torch.tensor([[1, 2]]),
    torch.tensor([
      [3, 4],
      [5, 6],
      [7, 8],
    ]),
  ];

  test('are padded to the longest, on either side, and unpadded', async () => {
    const padded = utils.rnn.padSequence([a, b], { batchFirst: true, paddingValue: -1 });
    expect(await padded.tolist()).toEqual([
      [
        [1, 2],
        [-1, -1],
        [-1, -1],
      ],
      [
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    ]);
    const left = utils.rnn.padSequence([a, b], { paddingSide: 'left' });
    expect(await left.tolist()).toEqual([
      [
        [0, 0],
        [3, 4],
      ],
      [
        [0, 0],
        [5, 6],
      ],
      [
        [1, 2],
        [7, 8],
      ],
    ]);
    const back = utils.rnn.unpadSequence(padded, [1, 3], true);
    expect(await Promise.all(back.map((x) => x.tolist()))).toEqual([await a.tolist(), await b.tolist()]);
  });

  test('say what they want', () => {
    expect(() => utils.rnn.padSequence([a, torch.ones(2, 3)])).toThrow(/differ only in length.*\[1, 2\] and \[2, 3\]/);
    expect(() => utils.rnn.padSequence([])).toThrow(/at least one sequence/);
    expect(() => utils.rnn.unpadSequence(b, torch.tensor([1]).add(1))).toThrow(/as numbers, but got a tensor that/);
    expect(() => utils.rnn.unpadSequence(b, torch.tensor([1]))).toThrow(/expected 2 lengths, but got 1/);
  });
});

test('skipInit leaves the generator where it was', async () => {
  torch.manualSeed(3);
  const expected = await torch.rand(2).tolist();
  torch.manualSeed(3);
  const layer = utils.skipInit(nn.Linear, 5, 1);
  expect(layer.weight.shape).toEqual([1, 5]);
  expect(await torch.rand(2).tolist()).toEqual(expected);
});

test('buffers and parameters by name are part of the module, as PyTorch prints and saves them', async () => {
  class Scaled extends nn.Module {
    scales = new nn.ParameterDict({ b: new nn.Parameter(torch.ones(2, 3)), a: torch.zeros(2) });
    mean = new nn.Buffer(torch.ones(2));
    count = new nn.Buffer(torch.zeros(1), { persistent: false });
    forward(x: Tensor): Tensor {
      return x.sub(this.mean).mul(this.scales.get('a'));
    }
  }
  const scaled = new Scaled();
  const lines = [
    '(a): Parameter containing: [torch.FloatTensor of size 2]',
    '(b): Parameter containing: [torch.FloatTensor of size 2x3]',
  ];
  expect(`${scaled}`).toBe(`Scaled(\n  (scales): ParameterDict(\n      ${lines[0]}\n      ${lines[1]}\n  )\n)`);
  expect(Object.keys(scaled.stateDict())).toEqual(['mean', 'scales.a', 'scales.b']);
  expect(scaled.namedBuffers().map(([name]) => name)).toEqual(['mean', 'count']);
  expect(scaled.namedParameters().map(([name]) => name)).toEqual(['scales.a', 'scales.b']);
  scaled(torch.ones(2).mul(3)).sum().backward();
  expect(await scaled.scales.get('a').grad!.tolist()).toEqual([2, 2]);
  const copy = torch.deepcopy(scaled);
  copy.loadStateDict({ ...scaled.stateDict(), mean: torch.ones(2).mul(5) });
  expect(await copy.mean.tolist()).toEqual([5, 5]);
  expect(await scaled.mean.tolist()).toEqual([1, 1]);
  expect(Object.keys(copy.stateDict())).toEqual(['mean', 'scales.a', 'scales.b']);
  expect(copy.scales.pop('b').shape).toEqual([2, 3]);
  expect([copy.scales.length, copy.scales.has('b'), scaled.scales.has('b')]).toEqual([1, false, true]);
  expect(() => copy.scales.get('b')).toThrow(/^get: no parameter is named 'b'; their names are \["a"\]$/);
});

describe('parametrize', () => {
  const { parametrize } = utils;

  class Symmetric extends nn.Module {
    forward(x: Tensor): Tensor {
      return x.triu().add(x.triu(1).t());
    }
  }

  class Scaled extends nn.Module {
    forward(x: Tensor): Tensor {
      return x.mul(2);
    }
    rightInverse(value: Tensor): Tensor {
      return value.div(2);
    }
  }

  test('a tensor is a function of a parameter, one after another, until that is removed', async () => {
    torch.manualSeed(2);
    const layer = new nn.Linear(3, 3);
    const original = layer.weight;
    parametrize.registerParametrization(layer, 'weight', new Symmetric());
    expect([parametrize.isParametrized(layer), parametrize.isParametrized(layer, 'bias')]).toEqual([true, false]);
    expect(Object.keys(layer.stateDict())).toEqual(['bias', 'parametrizations.weight.original']);
    expect(layer).toBeInstanceOf(nn.Linear);
    expect(await torch.equal(layer.weight, layer.weight.t())).toBe(true);
    layer(torch.ones(1, 3)).sum().backward();
    expect(original.grad!.shape).toEqual([3, 3]);
    const twice = () => [layer.weight, layer.weight] as const;
    const [first, again] = parametrize.cached(twice);
    expect([again === first, twice()[0] === first]).toEqual([true, false]);

    const copy = torch.deepcopy(layer);
    torch.noGrad(() => original.zero_());
    expect(await copy.weight.abs().sum().item()).toBeGreaterThan(0);
    expect(await layer.weight.abs().sum().item()).toBe(0);

    parametrize.registerParametrization(copy, 'weight', new Scaled());
    const doubled = await copy.weight.tolist();
    parametrize.removeParametrizations(copy, 'weight');
    expect(`${copy}`).toBe('Linear(in_features=3, out_features=3, bias=True)');
    expect(copy.weight).toBeInstanceOf(nn.Parameter);
    expect(await copy.weight.tolist()).toEqual(doubled);
    parametrize.removeParametrizations(layer, 'weight', { leaveParametrized: false });
    expect(layer.weight).toBe(original);
  });

  test('the value at the start stays where there is a right inverse, and may be assigned', async () => {
    const layer = parametrize.registerParametrization(new nn.Linear(2, 2), 'weight', new Scaled());
    const before = await layer.weight.tolist();
    const [[, original]] = layer.namedParameters().slice(1) as [[string, nn.Parameter]];
    expect(await original.mul(2).tolist()).toEqual(before);
    Reflect.set(layer, 'weight', torch.eye(2));
    expect(await original.tolist()).toEqual([
      [0.5, 0],
      [0, 0.5],
    ]);
  });

  test('says what it wants', () => {
    const layer = new nn.Linear(3, 2);
    expect(() => parametrize.registerParametrization(layer, 'scale', new Symmetric())).toThrow(
      /named 'scale', but Linear/,
    );
    class Sum extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.sum(0);
      }
    }
    expect(() => parametrize.registerParametrization(layer, 'weight', new Sum())).toThrow(
      /keeps shape \[2, 3\].*\[3\]/,
    );
    expect(() => parametrize.removeParametrizations(layer, 'weight')).toThrow(/'weight' of Linear to be parametrized/);
    parametrize.registerParametrization(layer, 'weight', new Scaled());
    expect(() => parametrize.registerParametrization(layer, 'weight', new Sum())).toThrow(
      /keeps shape \[2, 3\].*\[3\]/,
    );
    expect(layer(torch.ones(1, 3)).shape).toEqual([1, 2]);
  });

  test('a second one takes the mode of the module, too', async () => {
    class OfMode extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.mul(this.training ? 2 : 3);
      }
    }
    const layer = new nn.Linear(1, 1);
    torch.noGrad(() => layer.weight.fill_(1));
    layer.eval();
    for (const one of [new OfMode(), new OfMode()]) parametrize.registerParametrization(layer, 'weight', one);
    expect(await layer.weight.tolist()).toEqual([[9]]);
  });
});

describe('norms of gradients', () => {
  const layer = () => {
    const linear = new nn.Linear(2, 1);
    linear.weight.grad = torch.tensor([[3, 4]], { dtype: 'float32' });
    linear.bias!.grad = torch.tensor([12], { dtype: 'float32' });
    return linear;
  };

  test('are taken and limited apart', async () => {
    const linear = layer();
    const grads = linear.parameters().map(({ grad }) => grad!);
    const total = utils.getTotalNorm(grads);
    expect(await total.item()).toBe(13);
    expect(await utils.getTotalNorm(grads, { normType: Infinity }).item()).toBe(12);
    expect(await utils.getTotalNorm([]).item()).toBe(0);
    utils.clipGradsWithNorm_(linear.parameters(), 6.5, total);
    expectNumbers(await grads[0]!.data(), [1.5, 2]);
    expectNumbers(await grads[1]!.data(), [6]);
    utils.clipGradsWithNorm_(linear.parameters(), { maxNorm: 100, totalNorm: total });
    expectNumbers(await grads[0]!.data(), [1.5, 2]);
  });

  test("take 'inf' for the largest absolute value", async () => {
    const linear = layer();
    const before = await Promise.all([linear.weight.grad!, linear.bias!.grad!].map((x) => x.abs().max().item()));
    const total = utils.clipGradNorm_(linear.parameters(), 0.5, 'inf');
    expect(await total.item()).toBe(Math.max(...before));
    expect(await utils.getTotalNorm([linear.weight.grad!, linear.bias!.grad!], 'inf').item()).toBeCloseTo(0.5, 6);
  });

  test('take options by name, and refuse those that need a read-back or another implementation', async () => {
    const linear = layer();
    utils.clipGradValue_(linear.parameters(), { clipValue: 3.5 });
    expectNumbers(await linear.weight.grad!.data(), [3, 3.5]);
    const loosely = (options: object) => options as { maxNorm: number; clipValue: number };
    expect(() => utils.clipGradNorm_(linear.parameters(), loosely({ maxNorm: 1, errorIfNonfinite: true }))).toThrow(
      /^clipGradNorm_: got an unknown argument 'errorIfNonfinite'; read the norm that is returned/,
    );
    expect(() => utils.clipGradValue_(linear.parameters(), loosely({ clipValue: 1, foreach: true }))).toThrow(
      /^clipGradValue_: got an unknown argument 'foreach'; all tensors are handled in one dispatch anyway/,
    );
    expect([new nn.MultiheadAttention(8, 2).headDim, new nn.PReLU({ init: 0.3 }).init]).toEqual([4, 0.3]);
  });
});
