// `getWorkerInfo`: describes the worker in which, or for which, the current code makes items or batches.
import { closed } from '../../../engine/core/arity';
import { type Generator, type Seed, withDefaultGenerator } from '../../../engine/storage/random/generator';

/** A worker, as seen by code that runs in it. */
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
 * Inside a worker of a DataLoader, and in code that the loader runs for a worker (such as `collateFn`): the worker's
 * id, the number of workers, and the worker's seed and data set. Null elsewhere. An iterable data set uses this to
 * select its share of the items.
 */
export const getWorkerInfo = /* @__PURE__ */ closed('getWorkerInfo', (): WorkerInfo | null => current);

/** Declares this thread a worker. */
export function becomeWorker(info: WorkerInfo): void {
  current = info;
}

/** Runs `fn` as if in a worker, with the worker's generator as the default one. */
export function asWorker<T>(info: WorkerInfo, generator: Generator, fn: () => T): T {
  const before = current;
  current = info;
  try {
    return withDefaultGenerator(generator, fn);
  } finally {
    current = before;
  }
}

/** A seed as users see it: a number if it is exact, else a bigint. */
export const shownSeed = (seed: bigint): Seed => (seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed);
