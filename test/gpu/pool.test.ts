// Checks max and average pooling against PyTorch, their gradients by finite differences, and the errors for what does not fit.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { expectCase } from '../support/differentiable';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

type Size = number | [number, number];

interface PoolCase extends FixtureCase {
  readonly kernelSize: Size;
  readonly stride: Size | null;
  readonly padding: Size;
  readonly ceilMode: boolean;
}

interface MaxCase extends PoolCase {
  readonly dilation: Size;
}

interface AvgCase extends PoolCase {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

const maxima = await loadFixture<MaxCase>('max-pool2d');
const means = await loadFixture<AvgCase>('avg-pool2d');

describe('maxPool2d', () => {
  test.each(maxima.cases)('$name', async ({ name, kernelSize, ...options }) => {
    const call = ({ input }: Record<string, Tensor | undefined>) => F.maxPool2d(input!, { kernelSize, ...options });
    await expectCase(maxima, name, ['input'], call);
    const x = fromFixture(maxima.tensor(`${name}/input`));
    const [values, indices] = F.maxPool2d(x, kernelSize, { ...options, returnIndices: true });
    await expectClose(values, maxima.tensor(`${name}/output`), { rtol: 0, atol: 0 });
    await expectClose(indices, maxima.tensor(`${name}/indices`));
  });

  test('tells what does not fit', () => {
    expect(() => F.maxPool2d(torch.zeros(8, 8), 2)).toThrow(
      'maxPool2d: expected 4-D (or 3-D) input, but got 2-D input of shape [8, 8]',
    );
    expect(() => F.maxPool2d(torch.zeros(1, 1, 8, 8), { kernelSize: 2, padding: 2 })).toThrow(
      'maxPool2d: expected padding of at most half of the kernel, but got padding [2, 2] for kernel [2, 2]',
    );
    expect(() => F.maxPool2d(torch.zeros(1, 1, 3, 8), 4)).toThrow(
      /^maxPool2d: .*but got 0 × 2 \(output size too small\)/,
    );
    expect(() => F.maxPool2d(torch.zeros(1, 1, 8, 8).to('bool'), 2)).toThrow(torch.DTypeError);
  });
});

describe('avgPool2d', () => {
  test.each(means.cases)('$name', async ({ name, ...options }) => {
    const call = ({ input }: Record<string, Tensor | undefined>) => F.avgPool2d(input!, options);
    await expectCase(means, name, ['input'], call);
  });

  test('tells what does not fit', () => {
    const x = torch.zeros(1, 1, 8, 8);
    expect(() => F.avgPool2d(x, { kernelSize: 2, divisorOverride: 0 })).toThrow(/^avgPool2d: expected divisorOverride/);
    expect(() => F.avgPool2d(x, 9)).toThrow(/^avgPool2d: .*output size too small/);
    expect(() => F.avgPool2d(torch.zeros(8), 2)).toThrow(torch.ShapeError);
  });
});
