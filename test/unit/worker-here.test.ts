// Where the script of a worker cannot be loaded, what it was to read is read on the main side: the same batches, the same errors.
import { data } from 'lamplight';
import { expect, test, vi } from 'vitest';
import type { WorkerCopy } from '../../src/torch/data/worker/copy';
import { workerHere, workerOr } from '../../src/torch/data/worker/here';
import type { WebWorkerLike } from '../../src/torch/data/worker/thread';

/** A worker whose script is not there: its first word is an error that says nothing. */
function scriptless(message = ''): WebWorkerLike & { readonly terminate: () => void } {
  return {
    postMessage: () => undefined,
    addEventListener: (type, listener) => {
      if (type === 'error') setTimeout(() => listener(Object.assign(new Event('error'), { message })), 1);
    },
    terminate: vi.fn(),
  };
}

class Doubles extends data.Dataset<number> {
  constructor(readonly start: () => WebWorkerLike) {
    super();
  }

  override get length(): number {
    return 5;
  }

  override get(i: number): number {
    return 2 * i;
  }

  override workerCopy(): WorkerCopy<{ bytes: Uint8Array }, number> {
    return { start: this.start, state: 2, address: (i) => i, item: ({ bytes }) => bytes[0]! };
  }
}

let asked: number[] = [];
const open = (state: unknown) => async (address: unknown) => {
  const i = address as number;
  asked.push(i);
  if (i === 4) throw new RangeError('four is not to be had');
  return { bytes: Uint8Array.of((state as number) * i) };
};
const substituted = (message?: string) => () => workerOr(scriptless(message), () => workerHere(open));
const collateFn = (items: number[]) => items;

test('batches are read in their order, and each once', async () => {
  asked = [];
  const seen: number[][] = [];
  const loader = new data.DataLoader(new Doubles(substituted()), {
    sampler: [3, 1, 0, 2],
    batchSize: 2,
    numWorkers: 2,
    persistentWorkers: true,
    collateFn,
  });
  for (let pass = 0; pass < 2; pass++) for await (const batch of loader) seen.push(batch);
  loader.dispose();
  expect(seen).toEqual([
    [6, 2],
    [0, 4],
    [6, 2],
    [0, 4],
  ]);
  expect(asked.sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test('errors are those of a worker, and what has been let go reads no more', async () => {
  asked = [];
  const loader = new data.DataLoader(new Doubles(substituted()), { sampler: [0, 4, 1, 2], numWorkers: 1, collateFn });
  const read = async () => {
    for await (const _ of loader);
  };
  await expect(read()).rejects.toThrow(/^four is not to be had \(in DataLoader worker 0, sample 4\)$/);
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked.length).toBe(before);
});

test('a script that goes wrong is told of, not replaced', async () => {
  const loader = new data.DataLoader(new Doubles(substituted('SyntaxError: oh')), { numWorkers: 1 });
  const read = async () => {
    for await (const _ of loader);
  };
  await expect(read()).rejects.toThrow(/^DataLoader worker 0: SyntaxError: oh$/);
});
