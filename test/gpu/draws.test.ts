// Checks random numbers in place, by weights and by rates against PyTorch's, and what the generator gives after them.
import * as torch from 'lamplight';
import { nn, type Tensor, zeros } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface Draw extends FixtureCase {
  readonly op: string;
  readonly seed: number;
  /** Drawn from a generator of its own. */
  readonly own: boolean;
  readonly inputs: number;
  readonly args: readonly unknown[];
  readonly size?: readonly number[];
  readonly layout?: 'plain' | 'transposed' | 'strided';
  readonly dtype?: torch.DType;
}

const fixture = await loadFixture<Draw>('draws');

/** Formulas of sines and logarithms, which processors round the last bit of their own way. */
const near = { rtol: 1e-6, atol: 1e-6 };
const exact = { rtol: 0, atol: 0 };
const formulas = ['normal', 'normal_', 'logNormal_', 'exponential_', 'cauchy_', 'randnLike', 'gumbelSoftmax'];

function laidOut({ size, layout, dtype }: Draw): Tensor {
  const [rows, columns] = size as [number, number];
  if (layout === 'transposed') return zeros([columns, rows], { dtype }).t();
  if (layout === 'strided') return zeros([rows, 2 * columns], { dtype }).at(':', '::2');
  return zeros([...size!], { dtype });
}

test.each(fixture.cases)('$name', async (item) => {
  const { name, op, seed, own, inputs, args } = item;
  const generator = own ? new torch.Generator().manualSeed(seed) : null;
  torch.manualSeed(own ? seed + 100 : seed);
  const xs = Array.from({ length: inputs }, (_, i) => fromFixture(fixture.tensor(`${name}/x${i}`)));
  const all = [...(item.size ? [laidOut(item)] : []), ...xs, ...args];
  const options = generator ? [{ generator }] : [];
  const [first, ...rest] = all as [Tensor, ...unknown[]];
  const call = (
    op.endsWith('_')
      ? Reflect.get(first, op).bind(first, ...rest)
      : (Reflect.get(torch, op) ?? Reflect.get(nn.functional, op)).bind(null, ...all)
  ) as (...options: unknown[]) => Tensor | Promise<Tensor>;
  const output = await call(...options);
  const next = torch.rand(2, { generator });
  await expectClose(output, fixture.tensor(`${name}/output`), formulas.includes(op) ? near : exact);
  await expectClose(next, fixture.tensor(`${name}/next`), exact);
});

describe('in place', () => {
  test('fills the view alone, and its gradient ends', async () => {
    const x = zeros(4, 6);
    x.at(1, ':3').uniform_(1, 2);
    const filled = (await x.gt(0).tolist()) as boolean[][];
    expect(filled.map((row) => row.filter(Boolean).length)).toEqual([0, 3, 0, 0]);

    const leaf = torch.ones([5], { requiresGrad: true });
    expect(() => leaf.normal_()).toThrow(torch.AutogradError);
    torch.noGrad(() => leaf.uniform_());
    expect(leaf.requiresGrad).toBe(true);
    const y = leaf.mul(2);
    y.exponential_();
    y.sum().backward();
    expect(await leaf.grad!.tolist()).toEqual([0, 0, 0, 0, 0]);
  });

  test('takes arguments by name', async () => {
    torch.manualSeed(3);
    const expected = await zeros(9).normal_(2, 0.5).tolist();
    torch.manualSeed(3);
    expect(await zeros(9).normal_({ std: 0.5, mean: 2 }).tolist()).toEqual(expected);
    torch.manualSeed(3);
    expect(await zeros(9).normal_(2, { std: 0.5, generator: null }).tolist()).toEqual(expected);
  });

  test('says what it cannot draw', () => {
    const x = zeros(3);
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => x.uniform_(2, 1), /uniform_: expected from ≤ to/],
      [() => x.normal_(0, -1), /normal_: expected std ≥ 0, but got -1/],
      [() => x.logNormal_(0, 0), /logNormal_: expected std > 0, but got 0/],
      [() => x.exponential_(0), /exponential_: expected lambda > 0, but got 0/],
      [() => x.cauchy_(0, -1), /cauchy_: expected sigma > 0, but got -1/],
      [() => x.geometric_(1), /geometric_: expected p in \(0, 1\), but got 1/],
      [() => x.geometric_({} as never), /geometric_: missing 1 required argument: 'p'/],
      [() => x.bernoulli_(2), /bernoulli_: expected p in \[0, 1\], but got 2/],
      [() => x.bernoulli_(torch.ones(2)), /broadcast/],
      [
        () => x.bernoulli_(torch.ones([2, 3])),
        /bernoulli_: expected probabilities that broadcast to \[3\], but got \[2, 3\]/,
      ],
      [() => x.random_(3, 3), /random_: expected whole numbers from < to, but got from 3 and to 3/],
      [() => x.to('uint8').random_(300), /random_: expected numbers from 0 to 255 for uint8/],
      [() => x.to('int64').random_(), /random_: expected bounds for int64, of which only 32 bits are held here/],
      [() => x.to('int64').uniform_(), /uniform_: expected a tensor of floats, but got int64/],
      [() => x.uniform_({ low: 1 } as never), /unknown argument 'low'/],
      [() => torch.randintLike(x, 0), /low < high, but got low 0 and high 0/],
      [() => torch.bernoulli(x.to('int64')), /probabilities of dtype float32, but got int64/],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
  });
});

describe('multinomial', () => {
  test('says what it cannot draw from', () => {
    const x = torch.ones(2);
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => x.multinomial(3), /at most 2 samples without replacement, but got 3/],
      [() => x.multinomial(0), /numSamples of at least 1, but got 0/],
      [() => torch.multinomial(x.to('int64'), 1), /weights of dtype float32, but got int64/],
      [() => torch.ones(2, 2, 2).multinomial(1), /\[n\] or \[rows, n\], but got shape \[2, 2, 2\]/],
      [() => torch.ones(2, 0).multinomial(1, true), /from 1 to 2²⁴ categories, but got 0/],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
  });

  test.each([
    ['negative', [1, -1]],
    ['infinite', [1, Number.POSITIVE_INFINITY]],
    ['NaN', [Number.NaN, 1]],
    ['all 0', [0, 0]],
  ])('%s weights are reported when they are read', async (_, weights) => {
    for (const replacement of [false, true]) {
      const sample = torch
        .tensor([[1, 2], weights])
        .to('float32')
        .multinomial(2, replacement);
      await expect(sample.data()).rejects.toThrow(
        /multinomial: expected weights that are finite, .* but row 1 has others/,
      );
    }
    expect(await torch.ones(1).multinomial(1).item()).toBe(0);
  });

  test('no rows give no samples', async () => {
    expect(torch.ones(0, 3).multinomial(2).shape).toEqual([0, 2]);
    expect(await torch.ones(0, 3).multinomial(2, true).tolist()).toEqual([]);
  });
});

test('rates must be rates', async () => {
  await expect(torch.poisson(torch.tensor([1, -1.5]))).rejects.toThrow(
    /poisson: expected rates of at least 0, but got -1.5/,
  );
  await expect(torch.poisson(torch.tensor([1]))).rejects.toThrow(/rates of dtype float32, but got int64/);
  await expect(torch.binomial(torch.tensor([1]), torch.ones(1))).rejects.toThrow(
    /count of dtype float32, but got int64/,
  );
});
