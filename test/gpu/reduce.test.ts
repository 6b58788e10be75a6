// Checks reductions and their gradients against PyTorch, on awkward lengths and by properties.
import fc from 'fast-check';
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNumbers, fromFixture, type Tolerance } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface ReduceCase extends FixtureCase {
  readonly op: string;
  readonly input: string;
  readonly dim: readonly number[] | null;
  readonly keepdim: boolean;
  readonly options: {
    readonly correction?: number;
    readonly descending?: boolean;
    readonly k?: number;
    readonly largest?: boolean;
  };
}

const fixture = await loadFixture<ReduceCase>('reduce');

type Reduction = (x: Tensor, dim: number | readonly number[] | null, keepdim: boolean, options: object) => Tensor;

const reductions: Record<string, Reduction> = {
  sum: (x, dim, keepdim) => x.sum(dim, keepdim),
  mean: (x, dim, keepdim) => x.mean(dim, keepdim),
  prod: (x, dim, keepdim) => x.prod(dim, keepdim),
  amax: (x, dim, keepdim) => x.amax(dim, keepdim),
  amin: (x, dim, keepdim) => x.amin(dim, keepdim),
  any: (x, dim, keepdim) => x.any(dim, keepdim),
  all: (x, dim, keepdim) => x.all(dim, keepdim),
  logsumexp: (x, dim, keepdim) => x.logsumexp(dim, keepdim),
  var: (x, dim, keepdim, options) => x.var(dim, { keepdim, ...options }),
  std: (x, dim, keepdim, options) => x.std(dim, { keepdim, ...options }),
  argmax: (x, dim, keepdim) => x.argmax(dim as number | null, keepdim),
  argmin: (x, dim, keepdim) => x.argmin(dim as number | null, keepdim),
  max: (x) => x.max(),
  min: (x) => x.min(),
  softmax: (x, dim) => x.softmax(dim as number),
  logSoftmax: (x, dim) => x.logSoftmax(dim as number),
  cumsum: (x, dim) => x.cumsum(dim as number),
  cumprod: (x, dim) => x.cumprod(dim as number),
  nansum: (x, dim, keepdim) => x.nansum(dim, keepdim),
  countNonzero: (x, dim) => x.countNonzero(dim),
};

/** Those that give values and indices. */
const paired: Record<string, (x: Tensor, dim: number, keepdim: boolean, options: ReduceCase['options']) => Tensor[]> = {
  max: (x, dim, keepdim) => x.max(dim, keepdim),
  min: (x, dim, keepdim) => x.min(dim, keepdim),
  sort: (x, dim, _, options) => x.sort({ dim, ...options }),
  topk: (x, dim, _, { k = 1, ...options }) => x.topk(k, { dim, ...options }),
};

/** Products of a thousand factors, and variances of numbers near 1e3, lose digits in float32 whatever the order. */
const tolerances: Record<string, Tolerance> = {
  prod: { rtol: 1e-4, atol: 1e-7 },
  cumprod: { rtol: 1e-4 },
  cumsum: { rtol: 1e-4, atol: 1e-5 },
};

describe('against PyTorch', () => {
  test.each(sampled(fixture.cases, 64))('$name', async ({ name, op, input, dim, keepdim, options }) => {
    const x = fromFixture(fixture.tensor(input), true);
    const place = dim?.length === 1 ? dim[0]! : dim;
    const key = (part: string) => `${name}/${part}`;
    let output: Tensor;
    if (fixture.has(key('indices'))) {
      const [values, indices] = paired[op]!(x, place as number, keepdim, options) as [Tensor, Tensor];
      await expectClose(indices, fixture.tensor(key('indices')));
      await expectClose(values, fixture.tensor(key('values')));
      output = values;
    } else {
      output = reductions[op]!(x, place, keepdim, options);
      await expectClose(output, fixture.tensor(key('output')), tolerances[op]);
    }
    if (!fixture.has(key('grad'))) return;
    output.backward(fromFixture(fixture.tensor(key('dy'))));
    await expectClose(x.grad!, fixture.tensor(key('grad')), tolerances[op]);
  });
});

describe('accuracy', () => {
  test('a sum of a million floats is within 1e-6 of the exact one', async () => {
    torch.manualSeed(0);
    const x = torch.rand(1_000_000);
    const exact = Array.from(await x.data()).reduce((sum, value) => sum + Number(value), 0);
    expect(Math.abs((await x.sum().item()) / exact - 1)).toBeLessThan(1e-6);
    expect(Math.abs((await x.mean().item()) / (exact / 1e6) - 1)).toBeLessThan(1e-6);
  });

  test('the variance of 300,000 floats far from 0 is within 1e-5 of the exact one, for one output and for three', async () => {
    const x = torch.rand(3, 100_000).add(10);
    const exactOf = (values: ArrayLike<number>) => {
      const all = Array.from(values);
      const mean = all.reduce((sum, v) => sum + v, 0) / all.length;
      return all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (all.length - 1);
    };
    const data = await x.data();
    expectNumbers([await x.var().item()], [exactOf(data)], { rtol: 1e-5 });
    const rows = [0, 1, 2].map((r) => exactOf(data.slice(r * 100_000, (r + 1) * 100_000)));
    expectNumbers(await x.var(1).data(), rows, { rtol: 1e-5 });
  });

  test('argmax takes the first of equals in a long row', async () => {
    const x = torch.arange(300_000).remainder(1000);
    expect(await x.argmax().item()).toBe(999);
    expect(await x.neg().argmin().item()).toBe(999);
  });
});

describe('strips: reductions that several invocations share', () => {
  test.each([
    [[5000, 3], [0]],
    [[3, 5001], [1]],
    [
      [7, 3, 900],
      [0, 2],
    ],
    [
      [2, 65, 3, 129],
      [1, 3],
    ],
    [[100_003], [0]],
    [[100_004], [0]],
    [[1], [0]],
    [[3, 4], [1]],
    [[64, 4097], [1]],
    [[300, 64], [0]],
    [[5000, 4], [0]],
    [[6, 40, 12], [1]],
    [
      [3, 5, 8, 8],
      [0, 2, 3],
    ],
    [
      [8, 3, 7, 5],
      [0, 2, 3],
    ],
    [
      [9, 2, 33, 8],
      [0, 2],
    ],
  ])('%j over %j', async (shape, dims) => {
    const count = shape.reduce((n, size) => n * size, 1);
    const data = Array.from({ length: count }, (_, i) => ((i * 7919) % 1009) / 64 - 8);
    const groups = new Map<string, number[]>();
    data.forEach((value, i) => {
      let rest = i;
      const place: number[] = [];
      for (let d = shape.length - 1; d >= 0; d--) {
        if (!dims.includes(d)) place.unshift(rest % shape[d]!);
        rest = Math.floor(rest / shape[d]!);
      }
      const key = String(place);
      const group = groups.get(key);
      if (group) group.push(value);
      else groups.set(key, [value]);
    });
    const rows = [...groups.values()];
    const sums = rows.map((row) => row.reduce((a, b) => a + b, 0));
    const x = torch.tensor(data, { dtype: torch.float32 }).reshape(shape);
    expectNumbers(await x.sum(dims).data(), sums, { rtol: 1e-6, atol: 1e-3 });
    expectNumbers(
      await x.amin(dims).data(),
      rows.map((row) => row.reduce((a, b) => Math.min(a, b))),
    );
    const means = sums.map((sum, i) => sum / rows[i]!.length);
    const variances = rows.map((row, i) => row.reduce((a, b) => a + (b - means[i]!) ** 2, 0) / (row.length - 1));
    expectNumbers(await x.var(dims).data(), variances);
    if (dims.length > 1) return;
    expectNumbers(
      await x.argmax(dims[0]).data(),
      rows.map((row) => row.indexOf(row.reduce((a, b) => Math.max(a, b)))),
    );
  });
});

describe('extrema and their places', () => {
  /** Ties, both zeros, and a NaN in every fifth row, at the end of it and once more before. */
  const valueAt = (row: number, i: number, length: number): number => {
    if (row % 5 === 4 && (i === length - 1 || i === (row * 7) % length)) return Number.NaN;
    const value = (((row * length + i) * 7919) % 23) - 11;
    return value === 0 && i % 2 === 1 ? -0 : value;
  };
  const first = (row: readonly number[], beats: (a: number, b: number) => boolean): number => {
    const nan = row.findIndex(Number.isNaN);
    return nan >= 0 ? nan : row.reduce((best, value, i) => (beats(value, row[best]!) ? i : best), 0);
  };

  test('of rows and columns of every length', async () => {
    const lengths = [1, 6, 7, 31, 33, 65, 256, 257, 300, 1000];
    const cases = lengths.map((length) => {
      const rows = Array.from({ length: 12 }, (_, row) => Array.from({ length }, (_, i) => valueAt(row, i, length)));
      return { rows, x: torch.tensor(rows, { dtype: torch.float32 }) };
    });
    const found = await Promise.all(
      cases.map(async ({ x }) => {
        const [top, at] = x.max(1);
        const sums = x.nanToNum(3).sum(1);
        const columns = x.t().contiguous();
        const results = [at, x.argmin(1), top, sums, columns.argmax(0), columns.argmin(0)];
        return Promise.all(results.map(async (y) => Array.from(await y.data(), Number)));
      }),
    );
    found.forEach(([at, least, top, sums, columnAt, columnLeast], c) => {
      const { rows } = cases[c]!;
      const greatest = rows.map((row) => first(row, (a, b) => a > b));
      const smallest = rows.map((row) => first(row, (a, b) => a < b));
      expect(at).toEqual(greatest);
      expect(least).toEqual(smallest);
      expectNumbers(
        top!,
        rows.map((row, r) => row[greatest[r]!]!),
      );
      expect(sums).toEqual(rows.map((row) => row.reduce((a, b) => a + (Number.isNaN(b) ? 3 : b), 0)));
      expect(columnAt).toEqual(greatest);
      expect(columnLeast).toEqual(smallest);
    });
  });

  test('of a long row, of integers, of infinities alone', async () => {
    const long = torch.arange(40_000).remainder(39_000);
    const lowest = torch.full([2, 64], Number.NEGATIVE_INFINITY);
    const far = torch.zeros(100_000);
    far.at(77_777).fill_(Number.NaN);
    far.at(88_888).fill_(Number.NaN);
    const results = [long.argmax(), long.argmin(), lowest.argmax(1), far.argmax(), far.argmin(), far.max()];
    const [a, b, c, d, e, f] = await Promise.all(results.map(async (y) => Array.from(await y.data(), Number)));
    expect([a, b, c, d, e, f]).toEqual([[38_999], [0], [0, 0], [77_777], [77_777], [Number.NaN]]);
  });
});

describe('what is computed as a reduction loads', () => {
  test.each([
    [[1024], [0], [1]],
    [[1023], [0], [1023]],
    [[40, 64], [1], [64]],
    [[40, 64], [0], [64]],
    [[40, 64], [1], [40, 1]],
    [[40, 63], [1], [63]],
    [[40, 63], [0], [40, 1]],
    [
      [4, 6, 5, 8],
      [0, 2, 3],
      [6, 1, 1],
    ],
    [
      [4, 6, 5, 7],
      [0, 2, 3],
      [6, 1, 1],
    ],
    [[3, 200, 8], [1], [3, 1, 8]],
  ])('%j over %j with %j', async (shape, dims, other) => {
    const x = torch
      .arange(shape.reduce((n, size) => n * size, 1))
      .remainder(17)
      .to(torch.float32)
      .reshape(shape);
    const y = torch
      .arange(other.reduce((n, size) => n * size, 1))
      .remainder(5)
      .to(torch.float32)
      .reshape(other);
    const before = x.mul(y).add(1);
    const after = before.clone();
    await after.data();
    const sums = after.sum(dims);
    expectNumbers(await x.mul(y).add(1).sum(dims).data(), (await sums.data()) as Float32Array);
    expectNumbers(await x.mul(y).add(1).amax(dims).data(), (await after.amax(dims).data()) as Float32Array);
    const means = await after.mean(dims).data();
    expectNumbers(await torch.scope(() => x.mul(y).add(1).mean(dims)).data(), means as Float32Array);
  });

  test('NaN is the extremum wherever it is', async () => {
    for (const at of [0, 1, 2, 3, 5, 66]) {
      for (const n of [67, 68]) {
        const x = torch.zeros(n);
        x.at(at).fill_(Number.NaN);
        expect([await x.max().item(), await x.min().item(), await x.sum().item()]).toEqual([NaN, NaN, NaN]);
        expect(await x.reshape(n, 1).amax(0).item()).toBeNaN();
      }
    }
  });
});

describe('along a long row', () => {
  test('sums run on, from chunk to chunk', async () => {
    const sums = await torch.ones(70_001).cumsum(0).data();
    expectNumbers(
      sums,
      Array.from({ length: 70_001 }, (_, i) => i + 1),
    );
    expect(await torch.tensor([3, -1, 2]).cumsum(0).tolist()).toEqual([3, 2, 4]);
    expect(await torch.tensor([true, true, false]).cumsum(0).tolist()).toEqual([1, 2, 2]);
  });

  test('a permutation is sorted, and integers of either sign', async () => {
    const n = 20_011;
    const x = torch.arange(n).mul(7919).remainder(n);
    const [values, indices] = torch.sort(x);
    expectNumbers(
      await values.data(),
      Array.from({ length: n }, (_, i) => i),
    );
    expectNumbers(await x.at(indices).data(), await values.data());
    expect(await torch.tensor([3, -5, 0, -1]).sort(0, true)[0].tolist()).toEqual([3, 0, -1, -5]);
    expect(await torch.tensor([0.5, -0.5]).argsort().tolist()).toEqual([1, 0]);
  });
});

describe('integers and bools', () => {
  test('count in int64', async () => {
    const bools = torch.tensor([true, true, false]);
    expect(bools.sum().dtype).toBe('int64');
    expect(await bools.sum().item()).toBe(2);
    expect(await torch.tensor([255, 255], { dtype: torch.uint8 }).sum().item()).toBe(510);
    expect(await torch.tensor([2, 3, 4]).prod().item()).toBe(24);
  });

  test('have no mean', () => {
    expect(() => torch.tensor([1, 2]).mean()).toThrow(/mean: expected input of dtype float32, but got int64/);
  });
});

describe('errors', () => {
  test('of dimensions', () => {
    const x = torch.zeros(2, 3);
    expect(() => x.sum(2)).toThrow(/sum: expected a dimension from -2 to 1, but got 2/);
    expect(() => x.sum([0, -2])).toThrow(/dimension 0 appears twice/);
    expect(() => torch.zeros(0, 3).amax(0)).toThrow(/amax: expected at least one element/);
    expect(() => torch.zeros(0).argmax()).toThrow(/argmax: expected at least one element/);
  });
});

describe('properties', () => {
  const cases = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      dims: fc.subarray(
        shape.map((_, d) => d),
        { minLength: 1 },
      ),
    }),
  );

  test('sum, amax and the gradient of the sum of squares agree with loops, for any shape and dims', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, dims }) => {
        const count = shape.reduce((n, size) => n * size, 1);
        const data = Array.from({ length: count }, (_, i) => ((i * 37) % 101) - 50);
        const x = torch.tensor(data, { dtype: torch.float32 }).reshape(shape);
        const kept = shape.map((size, d) => (dims.includes(d) ? 1 : size));
        const sums = new Float32Array(kept.reduce((n, size) => n * size, 1));
        const peaks = new Float32Array(sums.length).fill(-1e3);
        data.forEach((value, i) => {
          let rest = i;
          let at = 0;
          let step = 1;
          for (let d = shape.length - 1; d >= 0; d--) {
            if (!dims.includes(d)) {
              at += (rest % shape[d]!) * step;
              step *= shape[d]!;
            }
            rest = Math.floor(rest / shape[d]!);
          }
          sums[at]! += value;
          peaks[at] = Math.max(peaks[at]!, value);
        });
        expect(x.sum(dims, true).shape).toEqual(kept);
        expectNumbers(await x.sum(dims).data(), sums);
        expectNumbers(await x.amax(dims).data(), peaks);
      }),
      { numRuns: 25 },
    );
  });
});

describe('softmax of few long rows', () => {
  test('sums to 1, with the gradient of its logarithm', async () => {
    torch.manualSeed(4);
    const x = torch.randn(2, 3000, { requiresGrad: true });
    expectNumbers(await x.softmax(1).sum(1).data(), [1, 1]);
    x.logSoftmax(1).at(':', 7).sum().backward();
    const expected = x.detach().softmax(1).neg();
    expected.at(':', 7).add_(1);
    expectNumbers(await x.grad!.data(), await expected.data());
  });

  test('is safe at ±1e3', async () => {
    const x = torch.zeros(1, 2000);
    x.at(0, 0).fill_(1000);
    x.at(0, 1).fill_(-1000);
    expectNumbers(await x.softmax(1).at(0, '0:3').data(), [1, 0, 0]);
    expectNumbers(await x.logSoftmax(1).at(0, '0:3').data(), [0, -2000, -1000]);
  });
});

test('a correction of null is the default', async () => {
  const x = torch.tensor([1, 2.5, 4]);
  expectNumbers(await torch.stack([x.var(0, { correction: null }), x.std({ correction: null })]).data(), [2.25, 1.5]);
});
