// Checks modules on the device: layers against their functions, training and evaluation, gradients of modules, and nn.utils.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

async function expectClose(actual: Tensor, expected: Tensor, tolerance = 1e-5): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = await Promise.all([actual.data(), expected.data()]);
  a.forEach((value, i) => {
    expect(Math.abs(value - b[i]!)).toBeLessThanOrEqual(tolerance);
  });
}

describe('layers', () => {
  test('are their functions, with their own weights', async () => {
    torch.manualSeed(0);
    const image = torch.randn(2, 3, 9, 8);
    const conv = new nn.Conv2d(3, 4, 3, { stride: 2, padding: [1, 0] });
    await expectClose(conv(image), F.conv2d(image, conv.weight, conv.bias, { stride: 2, padding: [1, 0] }));
    const up = new nn.ConvTranspose2d(3, 4, 3, { stride: 2, bias: false });
    await expectClose(up(image), F.convTranspose2d(image, up.weight, { stride: 2 }));
    const linear = new nn.Linear(8, 5);
    await expectClose(linear(image), image.matmul(linear.weight.t()).add(linear.bias!));
    const norm = new nn.LayerNorm([9, 8]);
    const mean = image.mean([2, 3], { keepdim: true });
    const deviation = image.sub(mean);
    const variance = deviation.square().mean([2, 3], { keepdim: true });
    await expectClose(norm(image), deviation.div(variance.add(1e-5).sqrt()));
    await expectClose(new nn.Flatten()(image), image.reshape(2, -1), 0);
    await expectClose(new nn.Unflatten(1, [3, 1])(image), image.unsqueeze(2), 0);
    await expectClose(new nn.Softmax()(image), F.softmax(image, 1), 0);
    const [values, indices] = new nn.MaxPool2d([9, 8], { returnIndices: true })(image);
    await expectClose(values.flatten(), image.amax([2, 3]).flatten(), 0);
    await expectClose(indices.flatten(), image.flatten(2).argmax(2).flatten(), 0);
    await expectClose(new nn.AvgPool2d([1, 8])(image), image.mean(3, { keepdim: true }));
  });

  test.each(['reflect', 'replicate', 'circular'] as const)('Conv2d surrounds its input by mode %s', async (mode) => {
    const x = torch.arange(12, { dtype: 'float32' }).reshape(1, 1, 3, 4);
    const around = { reflect: [1, 0, 1, 2, 3, 2], replicate: [0, 0, 1, 2, 3, 3], circular: [3, 0, 1, 2, 3, 0] }[mode];
    const padded = F.pad(x.at(0), [1, 1], { mode });
    expect(await padded.at(0, 0).tolist()).toEqual(around);
    const conv = new nn.Conv2d(1, 2, 3, { padding: 'same', paddingMode: mode });
    await expectClose(conv(x), F.conv2d(F.pad(x, [1, 1, 1, 1], { mode }), conv.weight, conv.bias));
  });

  test('ConvTranspose2d restores the size that it is asked for', () => {
    const up = new nn.ConvTranspose2d(1, 1, 3, { stride: 2, padding: 1 });
    const x = torch.zeros(1, 1, 4, 4);
    expect(up(x, { outputSize: [8, 7] }).shape).toEqual([1, 1, 8, 7]);
    expect(() => up(x, { outputSize: [9, 7] })).toThrow('expected outputSize between [7, 7] and [8, 8]');
  });

  test('in-place activations write into their input', async () => {
    const x = torch.tensor([-1, 2], { dtype: 'float32' });
    const y = new nn.ReLU({ inplace: true })(x);
    expect([await x.tolist(), await y.tolist()]).toEqual([
      [0, 2],
      [0, 2],
    ]);
    const w = torch.tensor([-1, 2], { dtype: 'float32', requiresGrad: true });
    new nn.ReLU(true)(w.mul(3)).sum().backward();
    expect(await w.grad!.tolist()).toEqual([0, 3]);
  });

  test('losses reduce as they are told', async () => {
    const input = torch.tensor([[1, 2, 3]], { dtype: 'float32' });
    const target = torch.tensor([2], { dtype: 'int64' });
    const loss = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 3;
    expect(await new nn.CrossEntropyLoss()(input, target).item()).toBeCloseTo(loss, 5);
    expect(await new nn.NLLLoss()(F.logSoftmax(input, 1), target).item()).toBeCloseTo(loss, 5);
    const zeros = torch.zeros(1, 3);
    expect(await new nn.MSELoss({ reduction: 'sum' })(input, zeros).item()).toBe(14);
    expect(await new nn.L1Loss()(input, zeros).item()).toBe(2);
    expect(await new nn.BCEWithLogitsLoss()(zeros, zeros).item()).toBeCloseTo(Math.log(2), 6);
  });
});

describe('modules', () => {
  test('a lazy layer trains with an optimizer made before its first batch', async () => {
    torch.manualSeed(0);
    const model = new nn.Sequential(new nn.LazyLinear(4), new nn.Tanh(), new nn.LazyLinear(1));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
    const x = torch.randn(16, 3);
    const y = x.sum(1, { keepdim: true });
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      optimizer.zeroGrad();
      const loss = F.mseLoss(model(x), y);
      loss.backward();
      optimizer.step();
      losses.push(await loss.item());
    }
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 5);
  });

  test('evaluation still gives gradients, also after the numbers were read', async () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2));
    const x = torch.randn(5, 3);
    model(x).square().sum().backward();
    const trained = model.parameters().map((p) => p.grad!);
    model.zeroGrad();
    const y = model.eval()(x).square().sum();
    await y.item();
    y.backward();
    for (const [i, p] of model.parameters().entries()) await expectClose(p.grad!, trained[i]!);
  });

  test('a parameter prints as PyTorch prints it', async () => {
    const { cases } = await loadFixture<FixtureCase & { text: string }>('text');
    const parameter = new nn.Parameter(torch.tensor([[1, 2.5]]));
    expect(await parameter.text()).toBe(cases.find(({ name }) => name === 'parameter')!.text);
  });

  test('a shared module gathers the gradients of all its calls', async () => {
    const linear = new nn.Linear(2, 2);
    const twice = new nn.Sequential(linear, linear);
    expect(twice.parameters()).toHaveLength(2);
    const x = torch.ones(1, 2);
    linear(linear(x)).sum().backward();
    const expected = linear.weight.grad!;
    twice.zeroGrad();
    twice(x).sum().backward();
    await expectClose(linear.weight.grad!, expected, 0);
  });

  test('state dicts copy between models, and zeroGrad fills with zeros where asked', async () => {
    const [from, to] = [new nn.Conv2d(1, 2, 3), new nn.Conv2d(1, 2, 3)];
    to.loadStateDict(from.stateDict());
    await expectClose(to.weight, from.weight, 0);
    from(torch.ones(1, 1, 3, 3))
      .sum()
      .backward();
    from.zeroGrad({ setToNone: false });
    expect(await from.bias!.grad!.tolist()).toEqual([0, 0]);
  });

  test('what a hook keeps can be read later', async () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
    const kept: Tensor[] = [];
    const handle = model[0]!.registerForwardHook((_, __, y) => void kept.push(y));
    const y = model(torch.ones(1, 2));
    handle.remove();
    await expectClose(y, kept[0]!.relu());
  });
});

describe('nn.utils', () => {
  test('clipGradNorm_ scales gradients that are too long, and only those', async () => {
    const [a, b] = [torch.ones(2, { requiresGrad: true }), torch.ones(1, { requiresGrad: true })];
    a.mul(2).sum().add(b.sum()).backward();
    expect(await nn.utils.clipGradNorm_([a, b], 10).item()).toBeCloseTo(3, 5);
    expect(await a.grad!.tolist()).toEqual([2, 2]);
    expect(await nn.utils.clipGradNorm_([a, b], { maxNorm: 1.5 }).item()).toBeCloseTo(3, 5);
    expect((await a.grad!.data())[0]).toBeCloseTo(1, 4);
    expect(await nn.utils.clipGradNorm_([a, b], 1, Number.POSITIVE_INFINITY).item()).toBeCloseTo(1, 4);
  });

  // Four steps of Adam with two groups of parameters; PyTorch's numbers. From the second on the gradients lie in flat buffers.
  test.each([
    [
      2,
      [45.5223083, 9.003335, 27.7889023, 32.2246552],
      [0.1381225, 0.2412879, 0.0790336, 0.5034477, 0.5852991, 0.2332266, 0.1765578, -0.1571155],
      [0.506656, 0.6365867, -0.7403835, 0.8020027, 1.0362432, -1.0005651],
    ],
    [
      1,
      [114.600006, 15.2000093, 73.8323517, 89.8175964],
      [0.1491807, 0.2532165, 0.0735624, 0.5286934, 0.6110269, 0.220841, 0.1838993, -0.155774],
      [0.2023341, 0.2547398, -0.2925676, 0.3128913, 0.4045173, -0.3889181],
    ],
    [
      Number.POSITIVE_INFINITY,
      [26.3999996, 8.1000004, 13.1727047, 13.8458662],
      [0.1185377, 0.2208526, 0.0936784, 0.4667273, 0.5504998, 0.2621734, 0.1648552, -0.1615289],
      [0.9589649, 1.2018219, -1.4197533, 1.5431722, 2, -1.8885514],
    ],
    [
      3,
      [34.5537758, 8.2976933, 20.3238468, 23.0154953],
      [0.1328714, 0.2356684, 0.0820932, 0.4911664, 0.5734873, 0.241525, 0.17312, -0.1577333],
      [0.6717007, 0.8431188, -0.9865935, 1.0625238, 1.3733988, -1.3223212],
    ],
    [
      null,
      [],
      [0.1622399, 0.2763588, 0.0537958, 0.5157021, 0.6157021, 0.284298, 0.1687619, -0.1404479],
      [1.5, 1.5, -1.5, 1.5, 1.5, -1.5],
    ],
  ])('clipping between backward and step follows PyTorch: norm %s', async (normType, norms, params, gradient) => {
    const w = torch.arange(6).div(10).reshape(2, 3).requiresGrad_();
    const b = torch.tensor([0.1, -0.2], { requiresGrad: true });
    const optimizer = new optim.Adam([{ params: [w] }, { params: [b], lr: 0.05 }], { lr: 0.1 });
    const x = torch.tensor([1, 2, 3, 4, 5, -6], { dtype: 'float32' }).reshape(2, 3);
    const found: number[] = [];
    for (let step = 0; step < 4; step++) {
      optimizer.zeroGrad();
      x.matmul(w.t())
        .add(b)
        .sub(torch.tensor([1, 2]))
        .square()
        .sum()
        .backward();
      if (normType === null) nn.utils.clipGradValue_([w, b], 1.5);
      else found.push(await nn.utils.clipGradNorm_([w, b], 2, normType).item());
      optimizer.step();
    }
    found.forEach((norm, i) => {
      expect(Math.abs(norm / norms[i]! - 1)).toBeLessThan(1e-5);
    });
    await expectClose(torch.cat([w.flatten(), b]), torch.tensor(params), 2e-5);
    await expectClose(w.grad!.flatten(), torch.tensor(gradient), 2e-4);
  });

  test('a step whose gradients are not finite leaves no trace in the norms of later ones', async () => {
    const w = torch.ones(3, { requiresGrad: true });
    const optimizer = new optim.SGD([w], { lr: 0 });
    const norms: number[] = [];
    for (const factor of [1, Number.NaN, 2, Number.POSITIVE_INFINITY, 2]) {
      optimizer.zeroGrad();
      w.mul(factor).sum().backward();
      norms.push(await nn.utils.clipGradNorm_([w], 1).item());
      optimizer.step();
    }
    expect(norms[2]).toBeCloseTo(2 * Math.sqrt(3), 5);
    expect(norms[4]).toBeCloseTo(2 * Math.sqrt(3), 5);
    expect(norms[1]).toBeNaN();
    expect(norms[3]).toBe(Number.POSITIVE_INFINITY);
  });

  test('parameters go into a vector and back', async () => {
    const linear = new nn.Linear(3, 2);
    const vector = nn.utils.parametersToVector(linear.parameters());
    expect(vector.shape).toEqual([8]);
    nn.utils.vectorToParameters(torch.arange(8, { dtype: 'float32' }), linear.parameters());
    expect([await linear.weight.tolist(), await linear.bias!.tolist()]).toEqual([
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [6, 7],
    ]);
    expect(() => nn.utils.vectorToParameters(torch.zeros(7), linear.parameters())).toThrow(torch.ShapeError);
  });
});
