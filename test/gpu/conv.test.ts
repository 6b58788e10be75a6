// Checks convolution and its transpose against PyTorch, their gradients by finite differences, and the errors for what does not fit.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';
import { expectCase } from '../support/differentiable';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

type Size = number | [number, number];

interface ConvCase extends FixtureCase {
  readonly stride: Size;
  readonly padding: Size | 'same' | 'valid';
  readonly dilation: Size;
  readonly groups: number;
}

interface TransposedCase extends ConvCase {
  readonly padding: Size;
  readonly outputPadding: Size;
}

/** Sums of up to a few hundred products of standard normal numbers, in another order than PyTorch's float64. */
const tolerance = { rtol: 1e-5, atol: 2e-5 };

const conv = await loadFixture<ConvCase>('conv2d');
const transposed = await loadFixture<TransposedCase>('conv-transpose2d');

describe('conv2d', () => {
  test.concurrent.each(sampled(conv.cases, 12))('$name', async ({ name, stride, padding, dilation, groups }) => {
    const options = { stride, padding, dilation, groups };
    const call = ({ input, weight, bias }: Record<string, Tensor | undefined>) =>
      F.conv2d(input!, weight!, bias ?? null, options);
    await expectCase(conv, name, ['input', 'weight', 'bias'], call, tolerance);
  });

  test('tells what does not fit', () => {
    const x = torch.zeros(2, 3, 8, 8);
    const w = torch.zeros(5, 3, 3, 3);
    expect(() => F.conv2d(torch.zeros(28, 28), torch.zeros(5, 1, 3, 3))).toThrow(
      'conv2d: expected 4-D (or 3-D) input for 4-D weight [5, 1, 3, 3], but got 2-D input of shape [28, 28]',
    );
    expect(() => F.conv2d(x, torch.zeros(5, 4, 3, 3))).toThrow(
      'conv2d: expected input [2, 3, 8, 8] to have 4 channels for groups=1 and weight of shape [5, 4, 3, 3], but got 3 channels',
    );
    expect(() => F.conv2d(x, w, null, { groups: 2 })).toThrow(/multiple of groups=2.*\[5, 3, 3, 3\]/);
    expect(() => F.conv2d(torch.zeros(2, 3, 2, 8), w)).toThrow(
      'conv2d: expected a kernel no larger than the padded input, but got kernel 3 × 3 (dilation counted) for padded input 2 × 8',
    );
    expect(() => F.conv2d(x, w, torch.zeros(4))).toThrow(/^conv2d: expected bias of shape \[5\]/);
    expect(() => F.conv2d(x, w, null, { stride: 0 })).toThrow(torch.ArgumentError);
    expect(() => F.conv2d(x.to('int32'), w)).toThrow(torch.DTypeError);
    expect(() => F.conv2d(x, torch.zeros(5, 3, 3))).toThrow(torch.ShapeError);
  });
});

describe('convTranspose2d', () => {
  test.concurrent.each(sampled(transposed.cases, 12))(
    '$name',
    async ({ name, stride, padding, outputPadding, dilation, groups }) => {
      const options = { stride, padding, outputPadding, dilation, groups };
      const call = ({ input, weight, bias }: Record<string, Tensor | undefined>) =>
        F.convTranspose2d(input!, weight!, { bias: bias ?? null, ...options });
      await expectCase(transposed, name, ['input', 'weight', 'bias'], call, tolerance);
    },
  );

  test('tells what does not fit', () => {
    const x = torch.zeros(2, 3, 8, 8);
    const w = torch.zeros(3, 5, 3, 3);
    expect(() => F.convTranspose2d(torch.zeros(2, 4, 8, 8), w)).toThrow(/to have 3 channels.*but got 4 channels/);
    expect(() => F.convTranspose2d(x, w, { stride: 2, outputPadding: 2 })).toThrow(
      /outputPadding smaller than stride or dilation/,
    );
    expect(() => F.convTranspose2d(torch.zeros(1, 3, 1, 1), w, { padding: 2 })).toThrow(/output of at least 1 × 1/);
  });
});

describe('without a fixture', () => {
  test('a kernel of many taps, and one of a prime number of them', async () => {
    const x = torch.arange(64, { dtype: 'float32' }).div(64);
    const values = await x.data();
    for (const taps of [13, 26]) {
      const y = F.conv2d(x.reshape(1, 1, 1, 64), torch.ones(1, 1, 1, taps), { padding: [0, 5] });
      const at = (j: number) => Array.from({ length: taps }, (_, q) => values[j + q - 5] ?? 0);
      const expected = Array.from({ length: 64 + 10 - taps + 1 }, (_, j) => at(j).reduce((a, b) => a + b, 0));
      expectNumbers(await y.data(), expected, { atol: 1e-5 });
    }
  });

  test('no images give none, and a gradient of zeros', async () => {
    for (const groups of [1, 4]) {
      const x = torch.zeros([0, 4, 6, 6], { requiresGrad: true });
      const w = torch.ones([4, 4 / groups, 3, 3], { requiresGrad: true });
      const y = F.conv2d(x, w, { padding: 1, groups });
      expect(await y.tolist()).toEqual([]);
      y.sum().backward();
      expect(x.grad!.shape).toEqual([0, 4, 6, 6]);
      expect(Number(await w.grad!.abs().sum().item())).toBe(0);
    }
  });

  test('the gradient by weight adds up many images in a fixed order', async () => {
    torch.manualSeed(1);
    const x = torch.randn(300, 1, 12, 12);
    const w = torch.randn([4, 1, 3, 3], { requiresGrad: true });
    const runs = [];
    for (let run = 0; run < 2; run++) {
      const [dw] = torch.autograd.grad(F.conv2d(x, w, { padding: 1 }).square().sum(), [w]);
      runs.push(await dw!.data());
    }
    expect(runs[0]).toEqual(runs[1]);
  });
});
