// Loaders with workers over data sets that are made of others, some read in threads and some in memory: PyTorch's order and draws with any number of them.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import { data, type Tensor } from 'lamplight';
import { describe, expect, test, vi } from 'vitest';
import { inTurn } from '../../src/torch/data/turns';
import type { WorkerCopy } from '../../src/torch/data/worker/copy';
import { threads } from '../support/threads';

// Threads take their time to start where other processes keep the cores busy.
vi.setConfig({ testTimeout: 60_000 });

type Item = [number, number, number];

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/worker-parts.json', import.meta.url), 'utf8')) as {
  cases: { name: string; set: string; workers: number; batches: unknown[]; after: number }[];
};
const start = await threads('copies');
let started = 0;
const startCopies = () => {
  started++;
  return start(null);
};

const numbers = (x: Tensor): number[] => Array.from(x.storage.value.host!);
/** Item i with two draws, as a random transform makes them. */
const drawn = (i: number): Item => [i, numbers(torch.rand(1))[0]!, numbers(torch.randint(0, 1000, [1]))[0]!];

/** In memory. */
class Here extends data.Dataset<Item> {
  constructor(override readonly length: number) {
    super();
  }

  override get(i: number): Item {
    return drawn(i);
  }

  override workerCopy(): 'here' {
    return 'here';
  }
}

/** Read in a thread, or here after a while. */
class There extends data.Dataset<Promise<Item>> {
  constructor(override readonly length: number) {
    super();
  }

  override get(i: number): Promise<Item> {
    return inTurn(new Promise((resolve) => setTimeout(resolve, (11 * i) % 7)), () => drawn(i));
  }

  override workerCopy(): WorkerCopy<{ of: number; i: number }, Item> {
    return {
      start: startCopies,
      state: this.length,
      address: (i) => i,
      item: ({ of, i }) => {
        expect(of).toBe(this.length);
        return drawn(i);
      },
    };
  }
}

type Part = new (length: number) => data.Dataset<Item | Promise<Item>>;
const { ConcatDataset, StackDataset, Subset } = data;

const sets: Record<string, (A: Part, B: Part) => data.Dataset> = {
  concat: (A, B) => new ConcatDataset([new A(5), new B(8)]),
  stack: (A, B) => new StackDataset(new A(9), new B(9)),
  'subset of a stack': (A, B) => new Subset(new StackDataset(new A(9), new B(9)), [8, 6, 4, 2, 0, 1, 3]),
  'concat of stacks': (A, B) =>
    new ConcatDataset<unknown>([
      new Subset(new StackDataset(new A(6), new B(6)), [5, 3, 1]),
      new StackDataset(new B(4), new A(4)),
    ]),
  'stack of concats': (A, B) =>
    new StackDataset(
      new ConcatDataset([new A(3), new B(4)]),
      new Subset(new ConcatDataset([new B(5), new B(5)]), [9, 7, 5, 3, 1, 0, 2]),
    ),
};

async function run(dataset: data.Dataset, numWorkers: number) {
  torch.manualSeed(13);
  const loader = new data.DataLoader(dataset, {
    batchSize: 3,
    shuffle: true,
    numWorkers,
    collateFn: (items: unknown[]) => items,
  });
  const batches: unknown[] = [];
  for await (const batch of loader) batches.push(batch);
  return { batches, after: numbers(torch.rand(1))[0] };
}

describe('order and draws are PyTorch’s', () => {
  test.each(cases)('$name, read in threads', async ({ set, workers, batches, after }) => {
    const before = started;
    expect(await run(sets[set]!(There, There), workers)).toEqual({ batches, after });
    expect(started - before).toBe(workers);
  });

  const mixed = cases.filter(({ workers }) => workers !== 1);
  test.each(mixed)('$name, some in memory', async ({ set, workers, batches, after }) => {
    expect(await run(sets[set]!(There, Here), workers)).toEqual({ batches, after });
    expect(await run(sets[set]!(Here, There), workers)).toEqual({ batches, after });
  });

  test.each(cases)('$name, all in memory', async ({ set, workers, batches, after }) => {
    const before = started;
    expect(await run(sets[set]!(Here, Here), workers)).toEqual({ batches, after });
    expect(started).toBe(before);
  });
});

test('batches are collated as without workers', async () => {
  const dataset = new StackDataset({
    a: new There(4),
    both: new ConcatDataset<Item | Promise<Item>>([new Here(1), new There(3)]),
  });
  const shapes: unknown[] = [];
  for await (const { a, both } of new data.DataLoader(dataset, { batchSize: 2, numWorkers: 2 })) {
    shapes.push([a, both].map((columns) => (columns as unknown as Tensor[]).map(({ shape, dtype }) => [shape, dtype])));
  }
  const columns = [
    [[2], 'int64'],
    [[2], 'float32'],
    [[2], 'int64'],
  ];
  expect(shapes).toEqual([
    [columns, columns],
    [columns, columns],
  ]);
});

describe('methods of the user’s are called, never passed by', () => {
  const items = async (dataset: data.Dataset): Promise<unknown[]> => {
    const seen: unknown[] = [];
    const collateFn = (some: unknown[]) => some;
    for await (const batch of new data.DataLoader(dataset, { batchSize: 2, numWorkers: 2, collateFn }))
      seen.push(batch);
    return seen;
  };
  class Mine extends There {
    override async get(i: number): Promise<Item> {
      return [-i, 0, 0];
    }
  }
  class Halved extends Subset<Promise<Item>> {
    override async get(i: number): Promise<Item> {
      return [(await super.get(i))[0] / 2, 0, 0];
    }
  }

  test('in a subclass', async () => {
    const before = started;
    expect(await items(new Mine(3))).toEqual([
      [
        [-0, 0, 0],
        [-1, 0, 0],
      ],
      [[-2, 0, 0]],
    ]);
    expect(await items(new Halved(new There(9), [3, 5]))).toEqual([
      [
        [1.5, 0, 0],
        [2.5, 0, 0],
      ],
    ]);
    expect(started).toBe(before);
  });

  test('in a part, by assignment, and where batches are made', async () => {
    const part = new Subset(new Mine(3), [1]);
    expect(await items(new ConcatDataset([part, part]))).toEqual([
      [
        [-1, 0, 0],
        [-1, 0, 0],
      ],
    ]);
    const assigned = Object.assign(new There(1), { get: async () => 'mine' });
    expect(await items(assigned)).toEqual([['mine']]);
    class Batched extends There {
      override getBatch(indices: readonly number[]) {
        return indices.length;
      }
    }
    const lengths: unknown[] = [];
    for await (const batch of new data.DataLoader(new Batched(3), { batchSize: 2, numWorkers: 1 })) lengths.push(batch);
    expect(lengths).toEqual([2, 1]);
  });

  test('of a part that only a module of theirs can make, with an error that says so', () => {
    class Own extends data.Dataset<number> {
      override readonly length = 1;
      override get(): number {
        return 0;
      }
    }
    for (const dataset of [new ConcatDataset<unknown>([new There(1), new Own()]), new StackDataset(new Own(), [1])]) {
      expect(() => new data.DataLoader(dataset, { numWorkers: 1 })).toThrow(
        /expected the option worker with numWorkers > 0.*(Concat|Stack)Dataset has to be served there/,
      );
    }
  });
});
