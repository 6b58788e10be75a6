// Checks what many indices add up to, and their order, with the kernels of processors and of GPUs: gradients of look-ups against PyTorch.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClose } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';

interface LookupCase extends FixtureCase {
  readonly rows: number;
  readonly width: number;
  readonly count: number;
  /** Nine of ten indices are the same. */
  readonly hot: boolean;
  readonly options: object;
}

const fixture = await loadFixture<LookupCase>('lookups');

const indexOf = ({ rows, count, hot }: LookupCase): Tensor => {
  const at = (i: number) => (hot && i % 10 !== 0 ? rows >> 1 : (i * 7919 + Math.floor(i / 13)) % rows);
  return torch.tensor(
    Int32Array.from({ length: count }, (_, i) => at(i)),
    { dtype: 'int64' },
  );
};

const gradientOf = ({ width, count }: LookupCase): Tensor => {
  const data = Float32Array.from({ length: count * width }, (_, i) => (((i * 7919) % 1009) - 504) / 512);
  return torch.tensor(data).reshape(count, width);
};

describe.each(['software', 'gpu'] as const)('with the kernels for %s', (kernels) => {
  beforeAll(() => torch.init({ kernels }));
  afterAll(() => torch.init());

  test.each(fixture.cases)('the gradient of $name', async (item) => {
    const { name, rows, width, options } = item;
    const table = torch.zeros(rows, width).requiresGrad_();
    nn.functional.embedding(indexOf(item), table, options).backward(gradientOf(item));
    await expectClose(table.grad!, fixture.tensor(`${name}/grad`));
  });

  test('terms are added in the order of their indices: the same bits as one by one, and at every run', async () => {
    const [n, m, width] = [300, 2000, 8];
    const index = torch.randint(0, n, [m]);
    const dy = torch.randn([m, width]);
    const run = () => torch.zeros(n, width).indexAdd(0, index, dy);
    const [first, again, places, terms] = await Promise.all([run().data(), run().data(), index.data(), dy.data()]);
    const expected = new Float32Array(n * width);
    for (let j = 0; j < m; j++) {
      for (let k = 0; k < width; k++) {
        const at = Number(places[j]) * width + k;
        expected[at] = Math.fround(expected[at]! + Number(terms[j * width + k]));
      }
    }
    expect(first).toEqual(expected);
    expect(again).toEqual(expected);
  });

  test('lists of their own for every column, the last of several, and the greatest', async () => {
    const [n, m] = [200, 5000];
    const index = torch.arange(m).mul(7919).remainder(n);
    const order = torch.arange(m).float();
    const columns = torch.stack([index, index.add(1).remainder(n)], 1);
    const results = [
      torch.zeros(n, 2).scatterAdd(0, columns, torch.stack([order, order], 1)),
      torch.zeros(n).scatter(0, index, order),
      torch.full([n], 4900.5).indexReduce(0, index, order, 'amax'),
      torch.ones(n).scatterReduce(0, index, order, 'mean', { includeSelf: false }),
      torch.ones(n).indexReduce(0, index.mul(0), order.remainder(2).add(0.5), 'prod'),
    ];
    const [sums, last, greatest, means, product] = await Promise.all(results.map(async (y) => await y.data()));
    const terms = Array.from({ length: n }, (): number[] => []);
    for (let j = 0; j < m; j++) terms[(j * 7919) % n]!.push(j);
    const total = terms.map((own) => own.reduce((a, b) => a + b, 0));
    expect(Array.from(sums!)).toEqual(total.flatMap((sum, k) => [sum, total[(k + n - 1) % n]!]));
    expect(Array.from(last!)).toEqual(terms.map((own) => own.at(-1)));
    expect(Array.from(greatest!)).toEqual(terms.map((own) => Math.max(4900.5, own.at(-1)!)));
    expect(Array.from(means!)).toEqual(terms.map((own, k) => Math.fround(total[k]! / own.length)));
    // ∏ of 2500 times 0.5 · 1.5, which underflows to 0 in the order of the indices.
    expect(Array.from(product!)).toEqual(terms.map((_, k) => (k === 0 ? 0 : 1)));
  });

  test('one hot place takes few terms an invocation, and few dispatches', async () => {
    const index = torch.zeros(2048, { dtype: 'int64' });
    const dy = torch.ones(2048, 64).add_(torch.zeros(1));
    const base = torch.rand([5000, 64]).floor();
    await torch.synchronize();
    const before = torch.gpu.stats().dispatches;
    const result = base.indexAdd(0, index, dy);
    expect(await result.at(0, 0).item()).toBe(2048);
    // Processors count and fold; GPUs wrap, sort, find the ends and fold. One more takes the element.
    expect(torch.gpu.stats().dispatches - before).toBeLessThanOrEqual(kernels === 'gpu' ? 5 : 3);
  });

  test('the order of equal elements, of every length', async () => {
    const lengths = [1, 16, 17, 100, 2048, 2049, 17_000];
    const found = await Promise.all(
      lengths.map(async (n) => {
        const x = torch.arange(n).mul(7919).remainder(97);
        const pairs = torch.stack([x.float(), x.neg().float()], 1);
        const orders = [x.argsort(), x.argsort(0, { descending: true }), pairs.argsort(0).at(':', 1)];
        return Promise.all(orders.map(async (order) => Array.from(await order.data(), Number)));
      }),
    );
    lengths.forEach((n, l) => {
      const keys = Array.from({ length: n }, (_, i) => (i * 7919) % 97);
      const ascending = keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
      const descending = keys.map((_, i) => i).sort((a, b) => keys[b]! - keys[a]! || a - b);
      expect(found[l]).toEqual([ascending, descending, descending]);
    });
  });
});
