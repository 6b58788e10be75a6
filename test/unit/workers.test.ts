// Loaders with workers, in threads of Node: PyTorch's order and draws, what crosses, errors, and workers that are let go.
import { readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import * as torch from 'lamplight';
import { data, type Tensor } from 'lamplight';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { caught } from '../support/caught';
import { sampled } from '../support/sample';
import { datasets, type ServedTask, seed } from '../support/served-data';
import { threads } from '../support/threads';

// Threads take their time to start where other processes keep the cores busy.
vi.setConfig({ testTimeout: 60_000 });

interface WorkersCase {
  name: string;
  workers: number;
  batch: number;
  seed: number;
  own: boolean;
  collate: boolean;
  seeding: boolean;
  length: number | null;
  shares: number[] | null;
  shuffle: boolean;
  dropLast: boolean;
  persistent: boolean;
  prefetch: number | null;
  passes: unknown[][];
  after: number[];
  ownAfter: number | null;
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/workers.json', import.meta.url), 'utf8')) as {
  cases: WorkersCase[];
};
const mapped = fixture.cases.filter(({ length }) => length !== null);

const start = await threads('data');
let started: { worker: Worker; ended: Promise<unknown> }[] = [];

/** The option `worker` of a loader whose workers do a task. */
const doing = (task: ServedTask) => () => {
  const worker = start(task);
  started.push({ worker, ended: new Promise((resolve) => worker.once('exit', resolve)) });
  return worker;
};

/** None of the workers that a test has started is left. */
const expectFree = async (count: number) => {
  expect(started.length).toBe(count);
  await Promise.all(started.map(({ ended }) => ended));
  started = [];
};

afterEach(async () => {
  await Promise.all(started.map(({ worker }) => worker.terminate()));
  started = [];
});

/** The numbers of a tensor that came from the host. */
const numbers = (x: Tensor): number[] => Array.from(x.storage.value.host!);
const plain = (item: unknown): unknown => {
  if (item instanceof torch.Tensor) return numbers(item)[0];
  return Array.isArray(item) ? item.map(plain) : item;
};
const draw = () => numbers(torch.rand(1))[0];

/** Both passes of a case, and what the default generator gives after the start and the end of each. */
async function run(c: WorkersCase, dataset: data.Dataset, options: object) {
  torch.manualSeed(c.seed);
  const generator = c.own ? new torch.Generator().manualSeed(5) : null;
  const loader = new data.DataLoader(dataset, {
    batchSize: c.batch,
    shuffle: c.shuffle,
    dropLast: c.dropLast,
    generator,
    numWorkers: c.workers,
    prefetchFactor: c.prefetch,
    persistentWorkers: c.persistent,
    collateFn: (items) => (c.collate ? [plain(items), draw()] : plain(items)),
    ...options,
  });
  const passes: unknown[][] = [];
  const after: unknown[] = [];
  for (let pass = 0; pass < 2; pass++) {
    const iterator = loader[Symbol.asyncIterator]();
    after.push(draw());
    const batches: unknown[] = [];
    for await (const batch of iterator) batches.push(batch);
    passes.push(batches);
    after.push(draw());
  }
  const ownAfter = generator && numbers(torch.rand(1, { generator }))[0];
  loader.dispose();
  return { passes, after, ownAfter };
}

describe('order and draws are PyTorch’s', () => {
  /** A data set whose items are in memory: nothing is read ahead, and each worker's draws are made for it. */
  const here = (length: number) => Object.assign(datasets.drawing(length), { workerCopy: () => 'here' as const });

  test.each(mapped)('$name, from memory', async (c) => {
    const workerInitFn = c.seeding ? seed : null;
    const got = await run(c, here(c.length!), { workerInitFn });
    expect(got).toEqual({ passes: c.passes, after: c.after, ownAfter: c.ownAfter });
  });

  // Where items and batches draw, PyTorch takes turns, which would keep a thread from reading ahead.
  const served = mapped.filter(({ collate, workers }) => !collate && workers > 0);
  // A thread takes a third of a second of a core to load the library.
  test.each(sampled(served, 3))('$name, served by threads', async (c) => {
    const worker = doing({ kind: 'drawing', length: c.length!, seeding: c.seeding });
    const got = await run(c, datasets.drawing(c.length!), { worker });
    expect(got).toEqual({ passes: c.passes, after: c.after, ownAfter: c.ownAfter });
    await expectFree(c.persistent ? c.workers : 2 * c.workers);
  });
});

describe('items', () => {
  test('arrive as what they were, and are collated', async () => {
    const dataset = datasets.everything(6);
    const here: unknown[] = [];
    const there: unknown[] = [];
    const read = async (into: unknown[], options: object) => {
      const collateFn = (items: unknown[]) => items;
      for await (const items of new data.DataLoader(dataset, { batchSize: 3, collateFn, ...options })) into.push(items);
    };
    await read(here, {});
    await read(there, { numWorkers: 2, worker: doing({ kind: 'everything', length: 6 }) });
    const shown = (value: unknown): unknown => {
      if (value instanceof torch.Tensor) return { shape: value.shape, dtype: value.dtype };
      if (Array.isArray(value)) return value.map(shown);
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shown(part)]));
    };
    expect(there.map(shown)).toEqual(here.map(shown));
    const item = (there as Record<string, Tensor>[][])[1]![2]!;
    expect(numbers(item.row!)).toEqual([6, 7, 8, 9, 10, 11]);
    expect(numbers(item.column!)).toEqual([6, 7, 8, 9, 10, 11]);
    expect(numbers(item.ones!)).toEqual([1, 1]);
    await expectFree(2);
  });

  test('of float16 arrive as they are held', async () => {
    const worker = doing({ kind: 'halves', length: 2 });
    const collateFn = ([item]: Tensor[]) => [item!.dtype, item!.shape, numbers(item!)];
    const seen: unknown[] = [];
    for await (const item of new data.DataLoader(datasets.halves(2), { numWorkers: 1, worker, collateFn }))
      seen.push(item);
    // 0, 0.5 and 1, and what makes whole words; then the same with 1 in front.
    expect(seen).toEqual([
      ['float16', [3], [0, 0x3800, 0x3c00, 0]],
      ['float16', [3], [0x3c00, 0x3800, 0x3c00, 0]],
    ]);
  });

  test('of a subset are asked for by the indices of the whole, whichever side has the subset', async () => {
    const whole = datasets.drawing(10);
    const part = new data.Subset(new data.Subset(whole, [9, 8, 7, 6, 5]), [0, 2, 4]);
    const collateFn = (items: [number, Tensor, Tensor][]) => items.map(([i]) => i);
    for (const kind of ['drawing', 'half'] as const) {
      const loader = new data.DataLoader(part, { batchSize: 2, numWorkers: 1, worker: doing({ kind }), collateFn });
      const seen: number[][] = [];
      for await (const batch of loader) seen.push(batch);
      expect(seen).toEqual([[9, 7], [5]]);
    }
    await expectFree(2);
  });

  test('know their worker', async () => {
    torch.manualSeed(3);
    const collateFn = (items: unknown[]) => [items, data.getWorkerInfo()!.id];
    const loader = new data.DataLoader(datasets.knowing(4), {
      numWorkers: 2,
      worker: doing({ kind: 'knowing', length: 4 }),
      collateFn,
    });
    const seen: unknown[] = [];
    for await (const batch of loader) seen.push(batch);
    const [[{ seed: first }]] = seen[0] as [[{ seed: string }]];
    const expected = [0, 1, 2, 3].map((i) => {
      const id = i % 2;
      return [[{ i, id, numWorkers: 2, seed: String(BigInt(first) + BigInt(id)), own: true }], id];
    });
    expect(seen).toEqual(expected);
    expect(data.getWorkerInfo()).toBeNull();
  });
});

describe('errors', () => {
  const failing = (index: number, options: object = {}) =>
    new data.DataLoader(datasets.failing(10), {
      sampler: [0, index],
      numWorkers: 1,
      worker: doing({ kind: 'failing' }),
      ...options,
    });
  test('of an item arrive as their class, with the sample, the worker and the stack', async () => {
    const error = await caught(failing(3));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('three is not to be had (in DataLoader worker 0, sample 3)');
    expect(error.stack).toMatch(/^RangeError: three is not to be had .*\n\s+at Failing\.get/);
    await expectFree(1);
  });

  test('keep what else they say', async () => {
    const error = await caught(failing(4));
    expect(error).toBeInstanceOf(torch.FetchError);
    expect(error).toMatchObject({ status: 404, name: 'FetchError' });
  });

  test.each<[string, number, RegExp]>([
    ['a class of the module’s own', 5, /^OddError: odd \(in DataLoader worker 0, sample 5\)$/],
    ['no error', 9, /it threw a text, which is not an Error/],
    ['an operation on tensors', 6, /^mul: expected no operations on tensors in a worker.*collateFn.*sample 6\)$/],
    ['something that cannot be sent', 7, /expected an item of data, but got a function at call/],
    ['the end of the worker', 8, /^DataLoader worker 0: it ended by itself, with exit code 0/],
  ])('%s is a WorkerError', async (_, index, message) => {
    const error = await caught(failing(index));
    expect(error).toBeInstanceOf(torch.WorkerError);
    expect(error.message).toMatch(message);
    await expectFree(1);
  });

  test.each<[string, ServedTask, RegExp]>([
    ['does not load', { kind: 'loads nothing' }, /DataLoader worker 0: RangeError: this module does not load/],
    [
      'serves nothing',
      { kind: 'serves nothing' },
      /ended by itself, with exit code 0; its module is to call data\.serve/,
    ],
    ['serves another data set', { kind: 'failing', length: 9 }, /of 10 items, but they serve Failing, of 9 items/],
  ])('a module that %s', async (_, task, message) => {
    const error = await caught(failing(0, { worker: doing(task) }));
    expect(error).toBeInstanceOf(torch.WorkerError);
    expect(error.message).toMatch(message);
    await expectFree(1);
  });

  test('a worker that cannot be started', async () => {
    const worker = () => {
      throw new SyntaxError('no such place');
    };
    const error = await caught(failing(0, { worker }));
    expect(error).toBeInstanceOf(torch.WorkerError);
    expect(error.message).toBe('DataLoader worker 0: it could not be started. no such place');
    expect((await caught(failing(0, { worker: () => ({}) }))).message).toMatch(
      /expected worker\(\) to return a Worker/,
    );
    const one = doing({ kind: 'failing' })();
    const twice = failing(0, { worker: () => one, numWorkers: 2 });
    expect((await caught(twice)).message).toMatch(/a new Worker at each call, but got one twice/);
  });

  test('a worker that takes longer than timeout', async () => {
    const error = await caught(failing(2, { timeout: 0.3 }));
    expect(error).toBeInstanceOf(torch.WorkerError);
    expect(error.message).toBe('DataLoader: timed out after 0.3 seconds');
    await expectFree(1);
  });
});

describe('workers are let go', () => {
  const loader = (options: object = {}) =>
    new data.DataLoader(datasets.drawing(40), {
      numWorkers: 2,
      worker: doing({ kind: 'drawing', length: 40 }),
      collateFn: (items) => items.length,
      ...options,
    });

  test('after break', async () => {
    for await (const _ of loader()) break;
    await expectFree(2);
  });

  test('after an error in the loop', async () => {
    const looping = (async () => {
      for await (const _ of loader()) throw new EvalError('mine');
    })();
    await expect(looping).rejects.toThrow(EvalError);
    await expectFree(2);
  });

  test('when the signal is aborted, whatever the loop is doing', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let seen = 0;
    const looping = (async () => {
      for await (const _ of loader({ signal: controller.signal })) {
        if (++seen < 3) continue;
        controller.abort(reason);
        await expectFree(2);
      }
    })();
    await expect(looping).rejects.toBe(reason);
    expect(seen).toBe(3);
    const aborted = (async () => {
      for await (const _ of loader({ signal: controller.signal, numWorkers: 0, worker: null }));
    })();
    await expect(aborted).rejects.toBe(reason);
  });

  test('when the signal is aborted while a batch is waited for', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 50);
    const options = { sampler: [2], worker: doing({ kind: 'failing' }), signal: controller.signal };
    const stuck = new data.DataLoader(datasets.failing(10), { numWorkers: 1, ...options });
    const waiting = (async () => {
      for await (const _ of stuck);
    })();
    await expect(waiting).rejects.toThrow('enough');
    await expectFree(1);
  });

  test('when the signal is aborted before they have come', async () => {
    const controller = new AbortController();
    const iterator = loader({ signal: controller.signal })[Symbol.asyncIterator]();
    const first = iterator.next();
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    await expectFree(2);
  });

  test('on dispose before they have come', async () => {
    const lasting = loader({ persistentWorkers: true });
    lasting[Symbol.asyncIterator]();
    lasting.dispose();
    await vi.waitFor(() => expect(started.length).toBe(2), 60_000);
    await expectFree(2);
    let batches = 0;
    for await (const _ of lasting) batches++;
    expect(batches).toBe(40);
    lasting.dispose();
    await expectFree(2);
  });

  test('on dispose while a batch is waited for', async () => {
    const options = { sampler: [2], worker: doing({ kind: 'failing' }), persistentWorkers: true };
    const stuck = new data.DataLoader(datasets.failing(10), { numWorkers: 1, ...options });
    const waiting = stuck[Symbol.asyncIterator]().next();
    setTimeout(() => stuck.dispose(), 50);
    await expect(waiting).rejects.toThrow(torch.WorkerError);
    await expect(waiting).rejects.toThrow('disposed of before the pass was over');
    await expectFree(1);
  });

  test('on dispose, where they live on between passes', async () => {
    const lasting = loader({ persistentWorkers: true });
    for await (const _ of lasting) break;
    let batches = 0;
    for await (const _ of lasting) batches++;
    expect(batches).toBe(40);
    expect(started.length).toBe(2);
    lasting.dispose();
    await expectFree(2);
  });

  test('when one has died between passes: the next has new ones', async () => {
    const lasting = loader({ persistentWorkers: true });
    for await (const _ of lasting) break;
    await started[0]!.worker.terminate();
    let batches = 0;
    for await (const _ of lasting) batches++;
    expect(batches).toBe(40);
    lasting.dispose();
    await expectFree(4);
  });
});

describe('options', () => {
  const items = [1, 2, 3];
  test.each<[string, object, RegExp]>([
    ['a negative numWorkers', { numWorkers: -1 }, /expected numWorkers to be an integer ≥ 0, but got number -1/],
    ['a prefetchFactor without workers', { prefetchFactor: 2 }, /expected no prefetchFactor without workers/],
    ['a prefetchFactor of 0', { numWorkers: 1, prefetchFactor: 0 }, /expected prefetchFactor to be an integer ≥ 1/],
    [
      'persistentWorkers without workers',
      { persistentWorkers: true },
      /expected numWorkers > 0 with persistentWorkers/,
    ],
    ['a negative timeout', { timeout: -1 }, /expected timeout to be a number of seconds ≥ 0/],
    ['a context', { multiprocessingContext: 'fork' }, /expected multiprocessingContext to be null/],
    ['a device', { pinMemoryDevice: 'cuda' }, /expected pinMemoryDevice to be ''/],
    ['batches out of order', { inOrder: false }, /expected inOrder to be true/],
    ['a worker that is no function', { worker: 'my-data.ts' }, /expected worker to be a function/],
    [
      'a workerInitFn beside a module',
      { numWorkers: 1, worker: () => null, workerInitFn: () => null },
      /write data\.serve\(dataset, \{ workerInitFn \}\)/,
    ],
  ])('%s is refused', (_, options, message) => {
    const make = () => new data.DataLoader(items, options);
    expect(make).toThrow(torch.ArgumentError);
    expect(make).toThrow(message);
  });

  test('a data set of one’s own has to be served', () => {
    const make = () => new data.DataLoader(datasets.drawing(3), { numWorkers: 2 });
    expect(make).toThrow(/expected the option worker with numWorkers > 0.* Drawing has to be served/);
  });

  test('serve says where it belongs', () => {
    expect(() => data.serve(items)).toThrow(torch.WorkerError);
    expect(() => data.serve(items)).toThrow(/data\.serve: expected to be called in a worker/);
  });

  test('have PyTorch’s defaults and places', () => {
    const loader = new data.DataLoader(items, { numWorkers: 1, pinMemory: true });
    const { numWorkers, prefetchFactor, persistentWorkers, pinMemory, timeout } = loader;
    expect({ numWorkers, prefetchFactor, persistentWorkers, pinMemory, timeout }).toEqual({
      numWorkers: 1,
      prefetchFactor: 2,
      persistentWorkers: false,
      pinMemory: true,
      timeout: 0,
    });
    expect(new data.DataLoader(items).prefetchFactor).toBeNull();
  });
});
