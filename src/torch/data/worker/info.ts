// Owns `getWorkerInfo`, which tells code that makes items or batches about the worker in which, or for which, it runs.
import { closed } from '../../../engine/core/arity';
import { type Generator, type Seed, withDefaultGenerator } from '../../../engine/storage/random/generator';

/** A worker as seen from inside. */
export interface WorkerInfo {
  /** From 0 to numWorkers - 1. */
  readonly id: number;
  readonly numWorkers: number;
  /** The seed of the worker's default generator: the loader's base seed, plus id. */
  readonly seed: Seed;
  /** The worker's copy of the data set. */
  readonly dataset: unknown;
}

let current: WorkerInfo | null = null;

/**
 * In a worker of a DataLoader, and wherever the loader works for one (as in `collateFn`): its id, the number of
 * workers, its seed and its data set. Null elsewhere. An iterable data set uses this to take its share.
 */
export const getWorkerInfo = /* @__PURE__ */ closed('getWorkerInfo', (): WorkerInfo | null => current);

/** Declares this thread a worker. */
export function becomeWorker(info: WorkerInfo): void {
  current = info;
}

/** Runs `fn` as if in a worker, with its generator as the default one. */
export function asWorker<T>(info: WorkerInfo, generator: Generator, fn: () => T): T {
  const before = current;
  current = info;
  try {
    return withDefaultGenerator(generator, fn);
  } finally {
    current = before;
  }
}

/** A seed as users see it: a number if that is exact. */
export const shownSeed = (seed: bigint): Seed => (seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed);
