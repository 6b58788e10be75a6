// A loader with workers that goes on where another run left it: every worker from the place and the draws that it had.
import type { Worker } from 'node:worker_threads';
import * as torch from 'lamplight';
import { data, type Tensor } from 'lamplight';
import { afterEach, expect, test, vi } from 'vitest';
import { partOf } from '../../support/sample';
import { datasets, type ServedTask } from '../../support/served-data';
import { threads } from '../../support/threads';

// Threads take their time to start where other processes keep the cores busy.
vi.setConfig({ testTimeout: 60_000 });

const start = await threads('data');
let started: Worker[] = [];
const doing = (task: ServedTask) => () => {
  const worker = start(task);
  started.push(worker);
  return worker;
};

afterEach(async () => {
  await Promise.all(started.map((worker) => worker.terminate()));
  started = [];
});

const plain = (item: unknown): unknown => {
  if (item instanceof torch.Tensor) return Array.from(item.storage.value.host!)[0];
  return Array.isArray(item) ? item.map(plain) : item;
};
const draw = () => plain(torch.rand(1));

type Loader = data.DataLoader<unknown, unknown>;

/** Items that the workers of the loader draw for, in threads, or on this side. */
const served = (options: object) => (): Loader =>
  new data.DataLoader<unknown, unknown>(datasets.drawing(7), {
    batchSize: 2,
    numWorkers: 2,
    shuffle: true,
    worker: doing({ kind: 'drawing', length: 7 }),
    collateFn: (items) => [plain(items), draw()],
    ...options,
  });
const here = (options: object) => (): Loader =>
  new data.DataLoader<unknown, unknown>([0, 1, 2, 3, 4, 5, 6], {
    batchSize: 2,
    numWorkers: 2,
    shuffle: true,
    collateFn: (items) => [items, draw()],
    ...options,
  });

class Counting extends data.IterableDataset<[number, Tensor]> {}
const streamed = (options: object) => (): Loader =>
  new data.DataLoader<unknown, unknown>(new Counting(), {
    batchSize: 2,
    numWorkers: 2,
    worker: doing({ kind: 'counting', length: 5 }),
    collateFn: (items) => [plain(items), draw()],
    ...options,
  });

async function run(loader: Loader, passes: number, goesOn: (steps: number) => boolean = () => true) {
  const steps: unknown[] = [];
  for (let pass = 0; pass < passes; pass++) {
    for await (const batch of loader) {
      steps.push([batch, draw()]);
      if (!goesOn(steps.length)) return steps;
    }
  }
  return steps;
}

test.each<[string, () => Loader, readonly number[]]>([
  ['items in memory', here({}), [1, 2, 3, 4, 5, 8]],
  ['items in memory, workers that stay', here({ persistentWorkers: true }), [1, 3, 4, 5, 7]],
  ['a generator of its own', here({ generator: new torch.Generator() }), [3]],
  ['threads', served({}), [1, 3, 6]],
  ['threads that stay', served({ persistentWorkers: true }), [2, 4, 5]],
  ['threads that read a stream', streamed({}), [2, 5, 7]],
  ['threads that read a stream, and stay', streamed({ persistentWorkers: true }), [8]],
])('%s: goes on as if it had not stopped', async (_, make, stops) => {
  const seeded = () => {
    torch.manualSeed(4);
    const loader = make();
    loader.generator?.manualSeed(7);
    return loader;
  };
  const whole = seeded();
  const unbroken = await run(whole, 2);
  whole.dispose();
  const inPass = unbroken.length / 2;
  for (const k of partOf(stops, 2)) {
    const first = seeded();
    const before = await run(first, 2, (steps) => steps < k);
    const saved = JSON.stringify(first.stateDict());
    first.dispose();
    torch.manualSeed(99);
    const second = make();
    second.loadStateDict(JSON.parse(saved));
    const after = await run(second, 2 - Math.floor((k - 1) / inPass));
    second.dispose();
    expect([...before, ...after]).toEqual(unbroken);
  }
});

test('the state of a pass is one of so many workers', async () => {
  const loader = here({})();
  await run(loader, 1, (steps) => steps < 2);
  const state = loader.stateDict();
  const load = (options: object) => () => here(options)().loadStateDict(state);
  expect(load({ numWorkers: 3 })).toThrow(/expected the state of a loader with numWorkers: 3, .* but got one with 2/);
  expect(load({ numWorkers: 0 })).toThrow(torch.StateDictError);
  for (const workers of [1, {}, { ...state.workers, generators: [null, null] }]) {
    expect(() => here({})().loadStateDict({ ...state, workers: workers as never })).toThrow(torch.StateDictError);
  }
});
