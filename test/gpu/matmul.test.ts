// Checks matrix products and linear against PyTorch, their gradients by finite differences, long sums, and errors.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';
import { expectCase } from '../support/differentiable';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const F = nn.functional;

interface MatmulCase extends FixtureCase {
  readonly op: 'matmul' | 'linear';
  /** Which of a and b are stored transposed. */
  readonly transposed?: string;
}

const fixture = await loadFixture<MatmulCase>('matmul');

/** Sums of up to a few hundred products of standard normal numbers, in another order than PyTorch's float64. */
const tolerance = { rtol: 1e-5, atol: 2e-5 };

test.each(fixture.cases)('$name', async ({ name, op, transposed = '' }) => {
  if (op === 'linear') {
    const call = ({ input, weight, bias }: Record<string, Tensor | undefined>) => F.linear(input!, weight!, bias);
    return expectCase(fixture, name, ['input', 'weight', 'bias'], call, tolerance);
  }
  const turned = (x: Tensor, key: string) => (transposed.includes(key) ? x.transpose(-1, -2) : x);
  const call = ({ a, b }: Record<string, Tensor | undefined>) => turned(a!, 'a').matmul(turned(b!, 'b'));
  return expectCase(fixture, name, ['a', 'b'], call, tolerance);
});

test.each([
  [
    [3, 4],
    [4, 2],
  ],
  [
    [2, 3, 4],
    [4, 2],
  ],
  [
    [2, 1, 2, 3],
    [3, 3, 2],
  ],
  [[4], [4]],
  [[5], [2, 5, 3]],
])('first and second gradients of %o by %o by finite differences', async (shapeA, shapeB) => {
  torch.manualSeed(0);
  const a = torch.randn(shapeA!, { requiresGrad: true });
  const b = torch.randn(shapeB!, { requiresGrad: true });
  await torch.autograd.gradcheck((a, b) => a.matmul(b), [a, b]);
  await torch.autograd.gradgradcheck((a, b) => a.matmul(b), [a, b]);
});

test('gradients of linear by finite differences', async () => {
  torch.manualSeed(0);
  const x = torch.randn([2, 3, 4], { requiresGrad: true });
  const w = torch.randn([5, 4], { requiresGrad: true });
  const b = torch.randn([5], { requiresGrad: true });
  await torch.autograd.gradcheck((x, w, b) => F.linear(x, w, b), [x, w, b]);
  await torch.autograd.gradgradcheck((x, w, b) => F.linear(x, w, b), [x, w, b]);
});

test('a weight of one dimension leaves no output dimension', async () => {
  const y = F.linear(torch.ones(2, 3), torch.tensor([1, 2, 3.5]), torch.tensor(0.5));
  expect(await y.tolist()).toEqual([7, 7]);
});

describe('long sums', () => {
  test.each([1, 31, 32, 33, 4097])('of %i products', async (n) => {
    const row = torch.ones(3, n);
    expectNumbers(await row.matmul(torch.ones(n, 2)).data(), new Array(6).fill(n));
    expectNumbers(
      await F.linear(row, torch.ones(2, n), torch.tensor([0.5, 1])).data(),
      [0.5, 1, 0.5, 1, 0.5, 1].map((b) => n + b),
    );
  });

  test('of none are zero, or the bias', async () => {
    expect(await torch.ones(2, 0).matmul(torch.ones(0, 3)).tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await F.linear(torch.ones(2, 0), torch.ones(1, 0), torch.tensor([1.5])).tolist()).toEqual([[1.5], [1.5]]);
    expect(torch.ones(0, 2).matmul(torch.ones(2, 3)).shape).toEqual([0, 3]);
  });
});

test('batch dimensions broadcast in any pattern', async () => {
  torch.manualSeed(0);
  const a = torch.randn(2, 1, 3, 1, 2, 1, 2, 3);
  const b = torch.randn(1, 2, 1, 2, 1, 3, 3, 2);
  const y = a.matmul(b);
  expect(y.shape).toEqual([2, 2, 3, 2, 2, 3, 2, 2]);
  const expected = a.unsqueeze(-1).mul(b.unsqueeze(-3)).sum(-2);
  expectNumbers(await y.data(), await expected.data(), tolerance);
});

test('tells what does not fit', () => {
  expect(() => torch.ones(2, 3).matmul(torch.ones(4, 5))).toThrow(
    'matmul: expected as many columns in the first operand as rows in the second, but got 3 and 4 in [2, 3] and [4, 5]',
  );
  expect(() => torch.ones(2, 2, 3).matmul(torch.ones(3, 3, 5))).toThrow(torch.ShapeError);
  expect(() => torch.ones([]).matmul(torch.ones(3))).toThrow(/^matmul: expected operands of at least one dimension/);
  expect(() => torch.ones(2, 3).matmul(torch.ones([3, 2], { dtype: 'int32' }))).toThrow(torch.DTypeError);
  expect(() => F.linear(torch.ones(2, 3), torch.ones(4, 5))).toThrow(
    'linear: expected input [..., in] for weight [out, in], but got input [2, 3] for weight [4, 5]',
  );
});
