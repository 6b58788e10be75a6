// Checks matrix products and linear against PyTorch, their gradients by finite differences, long sums, and errors.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';
import { expectCase } from '../support/differentiable';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

const products = {
  mv: torch.mv,
  dot: torch.dot,
  outer: torch.outer,
  addmm: torch.addmm,
  baddbmm: torch.baddbmm,
  tensordot: torch.tensordot,
  cdist: torch.cdist,
};

interface MatmulCase extends FixtureCase {
  readonly op: 'matmul' | 'linear' | 'einsum' | keyof typeof products;
  /** Names of the tensors, and the arguments after them, of the other products. */
  readonly inputs?: readonly string[];
  readonly args?: readonly unknown[];
  /** Which of a and b are stored transposed. */
  readonly transposed?: string;
}

const fixture = await loadFixture<MatmulCase>('matmul');

/** Sums of up to a few hundred products of standard normal numbers, in another order than PyTorch's float64. */
const tolerance = { rtol: 1e-5, atol: 2e-5 };

test.concurrent.each(sampled(fixture.cases, 3))(
  '$name',
  async ({ name, op, transposed = '', inputs = [], args = [] }) => {
    if (op === 'einsum' || op in products) {
      const call = (given: Record<string, Tensor | undefined>) => {
        const xs = inputs.map((key) => given[key]!);
        if (op === 'einsum') return torch.einsum(args[0] as string, ...xs);
        return (products[op as 'mv'] as (...all: unknown[]) => Tensor)(...xs, ...args);
      };
      return expectCase(fixture, name, inputs, call, tolerance);
    }
    if (op === 'linear') {
      const call = ({ input, weight, bias }: Record<string, Tensor | undefined>) => F.linear(input!, weight!, bias);
      return expectCase(fixture, name, ['input', 'weight', 'bias'], call, tolerance);
    }
    const turned = (x: Tensor, key: string) => (transposed.includes(key) ? x.transpose(-1, -2) : x);
    const call = ({ a, b }: Record<string, Tensor | undefined>) => turned(a!, 'a').matmul(turned(b!, 'b'));
    return expectCase(fixture, name, ['a', 'b'], call, tolerance);
  },
);

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

test.each([
  [5, 33, 7],
  [1, 100, 50],
  [65, 30, 1],
  [64, 3000, 3],
  [1, 20000, 1],
])('what follows a product of %i by %i by %i in its kernel gives what it gives after it', async (m, k, n) => {
  torch.manualSeed(0);
  const [x, w, b, scale] = [torch.randn(m, k), torch.randn(n, k), torch.randn(n), torch.randn(m, n)];
  const product = F.linear(x, w, b);
  await product.data();
  const apart = F.gelu(product).mul(scale);
  const fused = torch.scope(() => F.gelu(F.linear(x, w, b)).mul(scale));
  expectNumbers(await fused.data(), await apart.data(), tolerance);
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

test('distances of equal rows have a gradient of 0, and other norms their values', async () => {
  const x = torch.tensor(
    [
      [1, 2],
      [4, 6],
    ],
    { dtype: torch.float32, requiresGrad: true },
  );
  torch.cdist(x, x.detach()).sum().backward();
  expectNumbers(await x.grad!.data(), [-0.6, -0.8, 0.6, 0.8]);
  const other = torch.tensor([[1, 9]], { dtype: torch.float32 });
  expectNumbers(await torch.cdist(x, other, { p: 0 }).data(), [1, 2]);
  expectNumbers(await torch.cdist(x, other, { p: Number.POSITIVE_INFINITY }).data(), [7, 3]);
});

test('products name what does not fit', () => {
  const x = torch.ones(2, 3);
  expect(() => torch.dot(x, x)).toThrow(/dot: expected tensors of 1 and 1 dimensions/);
  expect(() => torch.einsum('ij,jk->ik', x, x)).toThrow(/einsum: expected one size for 'j', but got 3 and 2/);
  expect(() => torch.einsum('ij->k', x)).toThrow(/einsum: expected each letter of the result once/);
  expect(() => torch.einsum('i', x)).toThrow(/einsum: expected 1 dimensions for 'i', but got shape \[2, 3\]/);
  expect(() => torch.tensordot(x, x, 1)).toThrow(/tensordot: expected equal sizes/);
});
