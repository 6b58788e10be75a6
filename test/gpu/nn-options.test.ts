// Checks options of PyTorch's layers and functions by name and by position. Numbers are PyTorch 2.15's.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

const F = nn.functional;

describe('options', () => {
  test('that functions take by name', async () => {
    const given = torch.tensor([
      [-2, -0.4, 0.3, 1],
      [0.2, 3, -1, 8],
    ]);
    const cases: [Tensor, number[]][] = [
      [F.glu(given, { dim: 0 }), [-1.0996679067611694, -0.3810296654701233, 0.0806824341416359, 0.9996646642684937]],
      [F.hardshrink(given, { lambd: 0.35 }).at(0), [-2, -0.4, 0, 1]],
      [F.softshrink(given, { lambd: 0.25 }).at(0), [-1.75, -0.15, 0.05, 0.75]],
      [F.linear(given, torch.tensor([[1, 2, 3, 4.5]]), { bias: torch.tensor([0.5]) }), [3.1, 39.7]],
      [
        F.bilinear(torch.ones(1, 2), torch.ones(1, 2), torch.ones(1, 2, 2), {
          bias: torch.tensor([3], { dtype: 'float32' }),
        }),
        [7],
      ],
    ];
    for (const [y, expected] of cases) expectNumbers(await y.data(), expected);
    const image = torch.arange(16, { dtype: 'float32' }).reshape(1, 4, 2, 2);
    const alike: [Tensor, Tensor][] = [
      [F.groupNorm(image, { numGroups: 2 }), F.groupNorm(image, 2)],
      [F.layerNorm(image, { normalizedShape: [2, 2], eps: 1 }), F.layerNorm(image, [2, 2], null, null, 1)],
      [F.rmsNorm(image, { normalizedShape: [2] }), F.rmsNorm(image, [2])],
      [F.adaptiveAvgPool2d(image, { outputSize: 1 }), F.adaptiveAvgPool2d(image, 1)],
      [F.pixelShuffle(image, { upscaleFactor: 2 }), F.pixelShuffle(image, 2)],
      [F.pixelUnshuffle(image, { downscaleFactor: 2 }), F.pixelUnshuffle(image, 2)],
    ];
    for (const [named, placed] of alike) expectNumbers(await named.data(), await placed.data());
    expect(nn.init.calculateGain('leaky_relu', { param: 0.2 })).toBeCloseTo(1.3867504905630728, 12);
    expect(nn.init.calculateGain('leaky_relu', null)).toBeCloseTo(1.4141428569978354, 12);
    expect(() => F.glu(given, { axis: 0 } as never)).toThrow(/^glu: got an unknown argument 'axis'/);
  });

  test('of a call that asks for a size', async () => {
    const x = torch.tensor([[[1, 5, 2, 3, 7]]], { dtype: 'float32' });
    const [maxima, indices] = F.maxPool1d(x, 2, { returnIndices: true });
    const unpool = new nn.MaxUnpool1d(2);
    expectNumbers(await unpool(maxima, indices, [5]).data(), [0, 5, 0, 3, 0]);
    expectNumbers(await unpool(maxima, indices, { outputSize: [1, 1, 5] }).data(), [0, 5, 0, 3, 0]);
    expect(() => unpool(maxima, indices, { size: [5] } as never)).toThrow(
      /^MaxUnpool1d: got an unknown argument 'size'/,
    );
    const grow = new nn.ConvTranspose1d(1, 1, 3, { stride: 2 });
    expect(grow(torch.ones(1, 1, 2), [6]).shape).toEqual([1, 1, 6]);
    expect(new nn.LazyConvTranspose1d(1, 3, { stride: 2 })(torch.ones(1, 1, 2), { outputSize: [6] }).shape).toEqual([
      1, 1, 6,
    ]);
    expect(new nn.EmbeddingBag(5, 3, null, 2, false, 'sum').mode).toBe('sum');
  });
});

test.each<[string, (x: Tensor) => Tensor, number[]]>([
  ['relu_', (x) => F.relu_(x), [0, 0, 0.3, 1]],
  ['elu_', (x) => F.elu_(x, 0.5), [-0.4323323667049408, -0.1648399829864502, 0.3, 1]],
  ['celu_', (x) => F.celu_(x, { alpha: 0.5 }), [-0.49084219336509705, -0.27533552050590515, 0.3, 1]],
  ['selu_', (x) => F.selu_(x), [-1.5201665163040161, -0.5796101093292236, 0.3152103126049042, 1.0507010221481323]],
  ['leakyRelu_', (x) => F.leakyRelu_(x, { negativeSlope: 0.1 }), [-0.2, -0.04, 0.3, 1]],
  ['hardtanh_', (x) => F.hardtanh_(x, -0.5, 0.5), [-0.5, -0.4, 0.3, 0.5]],
  ['threshold_', (x) => F.threshold_(x, 0.1, 9), [9, 9, 0.3, 1]],
  ['rrelu_', (x) => F.rrelu_(x), [-0.4583333432674408, -0.09166666865348816, 0.3, 1]],
])('%s writes into its input', async (_name, f, expected) => {
  const x = torch.tensor([-2, -0.4, 0.3, 1]);
  expect(f(x)).toBe(x);
  expectNumbers(await x.data(), expected);
});
