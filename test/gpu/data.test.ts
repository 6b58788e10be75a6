// Data sets and the loader: PyTorch's order, batches gathered on the device, collation, and bad options.
import * as torch from 'lamplight';
import { data, type Tensor, vision } from 'lamplight';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { fourPictures } from '../support/four-pictures';

interface LoaderCase extends FixtureCase {
  kind: string;
  seed: number;
  n: number;
  batchSize: number;
  shuffle: boolean;
  dropLast: boolean;
  generatorSeed: number | null;
  randnBetween: number;
  epochs: number[][][];
  randAfter: number[];
}

interface StepsCase extends FixtureCase {
  n: number;
  seed: number;
  afterIter: number;
  first: number[];
  afterFirst: number;
}

const fixture = await loadFixture('random');
const loaders = fixture.cases.filter((c): c is LoaderCase => (c as LoaderCase).kind === 'loader');

describe('order', () => {
  test.each(loaders)('$name: PyTorch’s batches, pass after pass', async (c) => {
    torch.manualSeed(c.seed);
    const dataset = new data.TensorDataset(torch.arange(c.n));
    const generator = c.generatorSeed === null ? null : new torch.Generator().manualSeed(c.generatorSeed);
    const loader = new data.DataLoader(dataset, {
      batchSize: c.batchSize,
      shuffle: c.shuffle,
      dropLast: c.dropLast,
      generator,
    });
    for (const epoch of c.epochs) {
      const batches: unknown[] = [];
      for await (const [indices] of loader) batches.push(await indices!.tolist());
      expect(batches).toEqual(epoch);
      expect(loader.length).toBe(epoch.length);
      if (c.randnBetween) torch.randn(c.randnBetween);
    }
    expect(await torch.rand(2).tolist()).toEqual(c.randAfter);
  });

  test('seeds are drawn when a pass starts and when its first batch is asked for', async () => {
    const c = fixture.cases.find(({ name }) => name === 'loader-steps') as StepsCase;
    torch.manualSeed(c.seed);
    const loader = new data.DataLoader(new data.TensorDataset(torch.arange(c.n)), { batchSize: 4, shuffle: true });
    const iterator = loader[Symbol.asyncIterator]();
    expect(await torch.rand(1).item()).toBe(c.afterIter);
    const first = await iterator.next();
    expect(await first.value[0].tolist()).toEqual(c.first);
    expect(await torch.rand(1).item()).toBe(c.afterFirst);
  });
});

describe('batches on the device', () => {
  const inputs = torch
    .arange(50 * 6)
    .reshape(50, 2, 3)
    .to('float32');
  const targets = torch.arange(50);

  test('hold the rows of every tensor', async () => {
    const loader = new data.DataLoader(new data.TensorDataset(inputs, targets), 20);
    const shapes: unknown[] = [];
    for await (const [x, y] of loader) {
      shapes.push([x.shape, y.shape, y.dtype]);
      expect(await x.at(':', 0, 0).tolist()).toEqual(((await y.tolist()) as number[]).map((i) => 6 * i));
    }
    expect(shapes).toEqual([
      [[20, 2, 3], [20], 'int64'],
      [[20, 2, 3], [20], 'int64'],
      [[10, 2, 3], [10], 'int64'],
    ]);
  });

  test('come from one gather a tensor, and only indices are uploaded', async () => {
    const x = torch.randn(64, 1000);
    const y = torch.arange(64);
    const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 16, shuffle: true });
    const steps: { dispatches: number; written: number }[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const [a, b] of loader) {
        const before = { ...torch.gpu.stats() };
        await a.data();
        await b.data();
        const after = torch.gpu.stats();
        steps.push({
          dispatches: after.dispatches - before.dispatches,
          written: after.dataBytesWritten - before.dataBytesWritten,
        });
      }
    }
    // The first steps upload the data set.
    for (const step of steps.slice(2)) {
      expect(step.dispatches).toBe(2);
      expect(step.written).toBeLessThanOrEqual(2 * 256);
    }
  });

  test('of a subset are gathered from the whole', async () => {
    const part = new data.Subset(new data.TensorDataset(targets), [7, 3, 40]);
    for await (const [y] of new data.DataLoader(part, { batchSize: 3 })) expect(await y!.tolist()).toEqual([7, 3, 40]);
  });
});

describe('data sets made of others, on the device', () => {
  const [a, b] = [torch.randn(40, 6), torch.randn(30, 6)];
  const [first, second] = [new data.TensorDataset(a, torch.arange(40)), new data.TensorDataset(b, torch.arange(30))];

  test('one after another: the rows of each, in the order asked for', async () => {
    const whole = first.add(second);
    const sampler = [3, 69, 40, 0, 39, 41];
    for await (const [x, y] of new data.DataLoader(whole, { batchSize: 6, sampler })) {
      expect(await y!.tolist()).toEqual([3, 29, 0, 0, 39, 1]);
      const rows = [a.at(3), b.at(29), b.at(0), a.at(0), a.at(39), b.at(1)];
      expect(await x!.tolist()).toEqual(await torch.stack(rows).tolist());
    }
  });

  test('side by side: a batch of each', async () => {
    const stack = new data.StackDataset({
      left: first,
      right: new data.Subset(second.add(first), [...Array(40).keys()]),
    });
    for await (const { left, right } of new data.DataLoader(stack, { batchSize: 3, sampler: [35, 2, 30] })) {
      expect([await left[1].tolist(), await right[1].tolist()]).toEqual([
        [35, 2, 30],
        [5, 2, 0],
      ]);
    }
  });

  test('random transforms draw as they do item by item, whichever part an item is of', async () => {
    const { Compose, RandomHorizontalFlip, RandomVerticalFlip, ToTensor } = vision.transforms;
    const batches: unknown[] = [];
    for (const byItem of [false, true]) {
      torch.manualSeed(11);
      const [first, second] = [0, 100].map((from) => {
        const flips = new Compose([new RandomHorizontalFlip(), new RandomVerticalFlip(), new ToTensor()]);
        const targetTransform = (label: number) => label + torch.randperm(1).shape[0]!;
        return fourPictures(from, { transform: byItem ? (picture) => flips(picture) : flips, targetTransform });
      });
      const whole = new data.Subset(first!.add(second!), [7, 1, 4, 0, 6, 2, 5]);
      for await (const [x, y] of new data.DataLoader(whole, { batchSize: 4, shuffle: true })) {
        batches.push([await x.tolist(), await y.tolist()]);
      }
      batches.push(await torch.rand(1).item());
    }
    expect(batches.slice(0, 3)).toEqual(batches.slice(3));
  });
});

class Squares extends data.Dataset<[Tensor, number]> {
  override get length() {
    return 5;
  }
  override get(index: number): [Tensor, number] {
    return [torch.tensor([index, index]), index * index];
  }
}

describe('one’s own data set', () => {
  test('is indexed, visited and collated', async () => {
    const squares = new Squares();
    expect(squares[3]![1]).toBe(9);
    expect([...squares].map(([, square]) => square)).toEqual([0, 1, 4, 9, 16]);
    const batches: unknown[] = [];
    for await (const [x, y] of new data.DataLoader(squares, { batchSize: 3 })) {
      expectTypeOf(x).toEqualTypeOf<Tensor>();
      expectTypeOf(y).toEqualTypeOf<Tensor>();
      batches.push([await x.tolist(), await y.tolist(), y.dtype]);
    }
    expect(batches).toEqual([
      [
        [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
        [0, 1, 4],
        'int64',
      ],
      [
        [
          [3, 3],
          [4, 4],
        ],
        [9, 16],
        'int64',
      ],
    ]);
  });

  test('may fetch its items', async () => {
    class Slow extends data.Dataset<Promise<[Tensor, string]>> {
      override get length() {
        return 2;
      }
      override async get(index: number): Promise<[Tensor, string]> {
        await new Promise((done) => setTimeout(done, 5));
        return [torch.tensor(index), `item ${index}`];
      }
    }
    for await (const [x, names] of new data.DataLoader(new Slow(), { batchSize: 2 })) {
      expect([await x.tolist(), names]).toEqual([
        [0, 1],
        ['item 0', 'item 1'],
      ]);
    }
  });

  test('may be an array, with a collateFn of one’s own', async () => {
    const pairs = [
      [torch.ones(2), 0.5],
      [torch.zeros(2), 1],
    ] as const;
    for await (const [x, y] of new data.DataLoader(pairs, { batchSize: 2 })) {
      expect([await x.tolist(), await y.tolist(), y.dtype]).toEqual([
        [
          [1, 1],
          [0, 0],
        ],
        [0.5, 1],
        'float32',
      ]);
    }
    const loader = new data.DataLoader([1, 2, 3], { batchSize: 2, collateFn: (items) => items.join('+') });
    const texts: string[] = [];
    for await (const text of loader) texts.push(text);
    expect(texts).toEqual(['1+2', '3']);
  });

  test('of objects and booleans is collated field by field', async () => {
    const batch = data.defaultCollate([
      { ok: true, x: Float32Array.of(1, 2) },
      { ok: false, x: Float32Array.of(3, 4) },
    ]);
    expect([await batch.ok.tolist(), await batch.x.tolist()]).toEqual([
      [true, false],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
  });

  test('of rows of a detached tensor has no gradient', async () => {
    const x = torch.arange(6).to('float32').reshape(3, 2).requiresGrad_().mul(2);
    const rows = x.detach();
    const batch = data.defaultCollate([rows.at(2), rows.at(0)]);
    expect(batch.requiresGrad).toBe(false);
    expect(await batch.tolist()).toEqual([
      [8, 10],
      [0, 2],
    ]);
  });
});

describe('bad use', () => {
  const items = [1, 2, 3];
  const make = (options: object) => () => new data.DataLoader(items, options);

  test.each<[string, () => unknown, RegExp]>([
    [
      'an unknown option',
      make({ batch_size: 2 }),
      /DataLoader: got an unknown argument 'batch_size'; did you mean 'batchSize'\?/,
    ],
    ['a batchSize of 0', make({ batchSize: 0 }), /expected batchSize to be a positive integer or null, but got 0/],
    [
      'sampler and shuffle',
      make({ shuffle: true, sampler: new data.SequentialSampler(items) }),
      /sampler and shuffle exclude each other/,
    ],
    ['batchSampler and batchSize', make({ batchSize: 2, batchSampler: [[0]] }), /batchSampler excludes batchSize/],
    [
      'a tensor shorter than another',
      () => new data.TensorDataset(torch.zeros(2), torch.zeros(3)),
      /one size in the first dimension, but got shapes \[2\] and \[3\]/,
    ],
    ['no tensor', () => new data.TensorDataset(), /expected at least one tensor/],
    [
      'an index past the end',
      () => new data.TensorDataset(torch.zeros(2)).get(2),
      /expected an index from -2 to 1, but got 2/,
    ],
    [
      'items of two kinds',
      () => data.defaultCollate([1, 'a']),
      /expected all items of a batch to be numbers, but one is of type string/,
    ],
    ['items of two lengths', () => data.defaultCollate([[1], [1, 2]]), /equal length, but got lengths 1 and 2/],
    ['items of no kind', () => data.defaultCollate([null]), /but got null; give the DataLoader a collateFn/],
  ])('%s is refused', (_, act, message) => {
    expect(act).toThrowError(torch.LamplightError);
    expect(act).toThrowError(message);
  });
});

test('first() gives the batch of PyTorch’s next(iter(loader)), and leaves its random numbers', async () => {
  torch.manualSeed(0);
  const loader = new data.DataLoader(new data.TensorDataset(torch.arange(8)), { batchSize: 2, shuffle: true });
  const batches = [(await loader.first())[0], (await loader.first())[0]];
  expect(await torch.stack(batches as Tensor[]).tolist()).toEqual([
    [2, 0],
    [0, 3],
  ]);
  expect(await torch.rand(1).item()).toBeCloseTo(0.4556, 4);
  await expect(new data.DataLoader([], { batchSize: 1 }).first()).rejects.toThrow(
    /^DataLoader\.first: expected at least one batch/,
  );
});
