// What code that makes items and batches can know of the worker that it runs in, or runs for.
import { closed } from '../../../engine/core/arity';
import { type Generator, type Seed, withDefaultGenerator } from '../../../engine/storage/random/generator';

/** A worker as seen from inside. */
export interface WorkerInfo {
  /** From 0 to numWorkers - 1. */
  readonly id: number;
  readonly numWorkers: number;
  /** What the worker's default generator was seeded with: the loader's base seed, plus id. */
  readonly seed: Seed;
  /** The worker's copy of the data set. */
  readonly dataset: unknown;
}

let current: WorkerInfo | null = null;

/**
 * In a worker of a DataLoader, and wherever the loader works for one (in `collateFn`, say): which one of how many it is, its seed and its data set.
 * Null elsewhere. An iterable data set takes its share by it.
 */
export const getWorkerInfo = /* @__PURE__ */ closed('getWorkerInfo', (): WorkerInfo | null => current);

/** Says that this thread is a worker. */
export function becomeWorker(info: WorkerInfo): void {
  current = info;
}

/** Runs `fn` as if in a worker: its generator is the default one. */
export function asWorker<T>(info: WorkerInfo, generator: Generator, fn: () => T): T {
  const before = current;
  current = info;
  try {
    return withDefaultGenerator(generator, fn);
  } finally {
    current = before;
  }
}

/** A seed as users see it: a number where that is exact. */
export const shownSeed = (seed: bigint): Seed => (seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed);
