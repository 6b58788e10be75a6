// The options of a DataLoader that concern workers: their values, and the errors for invalid ones.
import { ArgumentError } from '../../../engine/core/errors';
import { kindOf } from '../../../engine/core/kind-of';
import type { DataSource } from '../dataset';
import { copyOf } from './copy';
import type { WorkerLike } from './thread';
import type { Origin } from './workforce';

/** The options of loaders that concern workers. */
export interface WorkerOptions {
  /**
   * Number of workers that read ahead. The order of the batches does not depend on it; each worker has its own
   * generator for random draws, as in PyTorch. 0: items are made on demand. Default: 0.
   */
  numWorkers?: number;
  /** Has no effect: WebGPU itself pins the memory of uploads. Default: false. */
  pinMemory?: boolean;
  /** Seconds to wait for a worker's batch before throwing an error; 0: no limit. Default: 0. */
  timeout?: number;
  /**
   * Called once for each worker with its id, before its first item, with the worker's generator as the default one. A
   * module that serves a data set passes it to `data.serve(dataset, { workerInitFn })` instead, since a function cannot
   * be sent to a worker.
   */
  workerInitFn?: ((/** The number of the worker, from 0. */ workerId: number) => unknown) | null;
  /** Must be null: workers are Web Workers, or threads in Node. */
  multiprocessingContext?: null;
  /** Number of batches that each worker reads ahead. Default (null): 2 if there are workers. */
  prefetchFactor?: number | null;
  /** Whether to keep the workers between passes; `loader.dispose()` ends them. Default: false. */
  persistentWorkers?: boolean;
  /** Must be empty: there is one device. */
  pinMemoryDevice?: '';
  /** Must be true: the order of batches never depends on which worker is faster. */
  inOrder?: boolean;
  /**
   * Starts a worker whose module calls `data.serve(dataset)`, for the user's own data set: `() => new Worker(new
   * URL('./my-data.ts', import.meta.url), { type: 'module' })`. In Node, it may be a Worker of `node:worker_threads`.
   */
  worker?: (() => WorkerLike | Promise<WorkerLike>) | null;
  /** If the signal is aborted, the current pass ends: the loop throws the signal's reason, and the workers end. */
  signal?: AbortSignal | null;
}

/** @throws ArgumentError if an option is invalid, alone or together with others */
export function checkWorkerOptions(o: Required<WorkerOptions>): void {
  const bad = (text: string) => new ArgumentError(`DataLoader: ${text}`);
  if (!Number.isSafeInteger(o.numWorkers) || o.numWorkers < 0) {
    throw bad(`expected numWorkers to be an integer ≥ 0, but got ${kindOf(o.numWorkers)}; 0 reads without workers`);
  }
  if (typeof o.timeout !== 'number' || !(o.timeout >= 0)) {
    throw bad(`expected timeout to be a number of seconds ≥ 0, but got ${kindOf(o.timeout)}`);
  }
  if (o.prefetchFactor !== null) {
    if (o.numWorkers === 0)
      throw bad('expected no prefetchFactor without workers; give numWorkers > 0, or leave it out');
    if (!Number.isSafeInteger(o.prefetchFactor) || o.prefetchFactor < 1) {
      throw bad(`expected prefetchFactor to be an integer ≥ 1, but got ${kindOf(o.prefetchFactor)}`);
    }
  }
  if (o.persistentWorkers && o.numWorkers === 0) throw bad('expected numWorkers > 0 with persistentWorkers, but got 0');
  if (o.multiprocessingContext !== null) {
    throw bad('expected multiprocessingContext to be null: workers are Web Workers, or threads in Node; leave it out');
  }
  if (o.pinMemoryDevice !== '') throw bad("expected pinMemoryDevice to be '': there is one device; leave it out");
  if (o.inOrder !== true) {
    throw bad(
      'expected inOrder to be true: the order of batches never depends on which worker is faster; leave it out',
    );
  }
  for (const name of ['worker', 'workerInitFn'] as const) {
    if (o[name] !== null && typeof o[name] !== 'function') {
      throw bad(`expected ${name} to be a function, but got ${kindOf(o[name])}`);
    }
  }
  if (o.numWorkers > 0 && o.worker && o.workerInitFn) {
    throw bad(
      'expected workerInitFn where the data set is served, since a function cannot be sent to a worker; write data.serve(dataset, { workerInitFn }) in its module',
    );
  }
}

/**
 * Where items come from if there are workers.
 * @throws ArgumentError if no worker can read for the data set
 */
export function originOf(
  dataset: DataSource<unknown>,
  worker: Required<WorkerOptions>['worker'],
  iterable: boolean,
): Origin {
  if (worker) return { kind: 'served', start: worker, iterable };
  const copy = iterable ? null : copyOf(dataset);
  if (copy === 'here') return { kind: 'here' };
  if (copy) return { kind: 'cloned', copy };
  throw new ArgumentError(
    `DataLoader: expected the option worker with numWorkers > 0, since code cannot be cloned into a worker, so that ${dataset.constructor.name} has to be served there: write ` +
      "worker: () => new Worker(new URL('./my-data.ts', import.meta.url), { type: 'module' }), where that module calls data.serve(dataset)",
  );
}
