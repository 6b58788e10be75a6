// Row programs (softmax, cross entropy, layer norm) on lengths and layouts that take each of their ways, against plain loops.
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

const { functional: F } = torch.nn;

/** Numbers between -4 and 4, some of them equal. */
const scores = (count: number): number[] => Array.from({ length: count }, (_, i) => (((i * 7919) % 1009) - 504) / 126);

const tensorOf = (data: readonly number[], shape: readonly number[]) =>
  torch.tensor([...data], { dtype: torch.float32 }).reshape(shape);

const logSumExp = (row: readonly number[]): number => {
  const m = Math.max(...row);
  return m + Math.log(row.reduce((sum, v) => sum + Math.exp(v - m), 0));
};

describe('softmax and its logarithm', () => {
  test.each([
    [[1, 1], 1],
    [[5, 4], 1],
    [[3, 6], 1],
    [[7, 7], 1],
    [[2, 31], 1],
    [[600, 20], 1],
    [[9, 257], 1],
    [[17, 3000], 1],
    [[5, 4], 0],
    [[7, 12], 0],
    [[6, 3], 0],
    [[3, 5, 8], 1],
    [[3, 9, 7], 1],
    [[0, 4], 1],
    [[4, 0], 1],
  ])('of %j along %i', async (shape, dim) => {
    const count = shape.reduce((n, size) => n * size, 1);
    const inner = shape.slice(dim + 1).reduce((n, size) => n * size, 1);
    const n = shape[dim]!;
    const data = scores(count);
    const firstOf = (i: number) => i - (Math.floor(i / inner) % n) * inner;
    const shifts = new Map<number, number>();
    data.forEach((_, i) => {
      if (firstOf(i) === i) shifts.set(i, logSumExp(Array.from({ length: n }, (_, j) => data[i + j * inner]!)));
    });
    const expected = data.map((v, i) => v - shifts.get(firstOf(i))!);
    const x = tensorOf(data, shape);
    expectNumbers(await x.logSoftmax(dim).data(), expected, { rtol: 1e-5, atol: 2e-6 });
    expectNumbers(await x.softmax(dim).data(), expected.map(Math.exp));
  });

  test('masked scores have no share, wherever they are; a row of nothing else is NaN', async () => {
    for (const n of [5, 8, 40]) {
      const data = scores(n).map((v, i) => (i < n - 2 ? Number.NEGATIVE_INFINITY : v));
      const x = tensorOf(data, [1, n]);
      const [a, b] = data.slice(-2) as [number, number];
      const share = 1 / (1 + Math.exp(b - a));
      const expected = data.map((_, i) => (i < n - 2 ? 0 : i === n - 2 ? share : 1 - share));
      expectNumbers(await x.softmax(1).data(), expected);
      expectNumbers(await x.reshape(n, 1).softmax(0).data(), expected);
      expectNumbers(await x.reshape(n, 1).expand(n, 4).contiguous().softmax(0).at(':', 2).data(), expected);
      const nothing = torch.full([1, n], Number.NEGATIVE_INFINITY);
      expect(await nothing.softmax(1).sum().item()).toBeNaN();
    }
  });

  test('one NaN makes its row NaN, and no other', async () => {
    const x = tensorOf(scores(24), [3, 8]);
    x.at(1, 5).fill_(Number.NaN);
    const sums = await x.softmax(1).sum(1).data();
    expect(sums[1]).toBeNaN();
    expectNumbers([sums[0]!, sums[2]!] as number[], [1, 1]);
  });
});

describe('cross entropy', () => {
  test.each([
    [1, 1],
    [3, 4],
    [3, 7],
    [70, 10],
    [600, 12],
    [600, 33],
    [9, 1000],
    [5000, 3],
  ])('of %i rows of %i classes', async (n, classes) => {
    const data = scores(n * classes);
    const labels = Array.from({ length: n }, (_, i) => (i % 5 === 4 && n > 1 ? -100 : (i * 3) % classes));
    const rows = Array.from({ length: n }, (_, i) => data.slice(i * classes, (i + 1) * classes));
    const counted = labels.filter((label) => label >= 0).length;
    const losses = rows.map((row, i) => (labels[i]! < 0 ? 0 : logSumExp(row) - row[labels[i]!]!));
    const gradients = rows.flatMap((row, i) => {
      const shift = logSumExp(row);
      return row.map((v, c) => (labels[i]! < 0 ? 0 : (Math.exp(v - shift) - (c === labels[i] ? 1 : 0)) / counted));
    });
    const x = tensorOf(data, [n, classes]).requiresGrad_();
    const target = torch.tensor(labels);
    expectNumbers(await F.crossEntropy(x.detach(), target, { reduction: 'none' }).data(), losses);
    const loss = F.crossEntropy(x, target);
    loss.backward();
    expectNumbers([await loss.item()], [losses.reduce((a, b) => a + b, 0) / counted]);
    expectNumbers(await x.grad!.data(), gradients);
  });
});

describe('layer norm', () => {
  test.each([
    [1, 1],
    [3, 4],
    [3, 7],
    [700, 12],
    [5, 130],
    [600, 33],
  ])('of %i rows of %i, with a residual added where it is stored', async (n, length) => {
    const data = scores(n * length);
    const expected = data.map((v, i) => {
      const row = data.slice(i - (i % length), i - (i % length) + length);
      const mean = row.reduce((a, b) => a + b, 0) / length;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
      return ((v - mean) / Math.sqrt(variance + 1e-5)) * ((i % length) + 1) - (i % length) + v;
    });
    const x = tensorOf(data, [n, length]);
    const places = torch.arange(length).to(torch.float32);
    const y = torch.scope(() => F.layerNorm(x, [length], { weight: places.add(1), bias: places.neg() }).add(x));
    expectNumbers(await y.data(), expected, { rtol: 1e-5, atol: 1e-5 * length });
  });
});
