// The options of a DataLoader that concern workers: their values, and the errors for values that make no sense here.
import { ArgumentError } from '../../../engine/core/errors';
import { kindOf } from '../../../engine/core/kind-of';
import type { DataSource } from '../dataset';
import { copyOf } from './copy';
import type { WorkerLike } from './thread';
import type { Origin } from './workforce';

/** What loaders take for their workers. */
export interface WorkerOptions {
  /**
   * Workers that read ahead. Batches come in the same order with any number of them; random draws for items come from a generator a worker, as
   * in PyTorch. 0: items are made when they are asked for. Default: 0.
   */
  numWorkers?: number;
  /**
   * No effect: WebGPU pins the memory of uploads by itself. Default: false.
   */
  pinMemory?: boolean;
  /** Seconds to wait for a batch of a worker before that is an error; 0: for ever. Default: 0. */
  timeout?: number;
  /**
   * Called once for each worker with its number, with its generator as the default one, before its first item. A module that serves a data set gives it to
   * `data.serve(dataset, { workerInitFn })` instead, since a function cannot be sent there.
   */
  workerInitFn?: ((workerId: number) => unknown) | null;
  /** Only null: workers are Web Workers, or threads in Node. */
  multiprocessingContext?: null;
  /** Batches that each worker reads ahead. Default: 2 with workers, which null stands for. */
  prefetchFactor?: number | null;
  /** Workers live on between passes; `loader.dispose()` lets them go. Default: false. */
  persistentWorkers?: boolean;
  /** Only the empty text: there is one device. */
  pinMemoryDevice?: '';
  /** Only true: the order of batches never depends on which worker is faster. */
  inOrder?: boolean;
  /**
   * Starts a worker whose module calls `data.serve(dataset)`, for a data set of one's own:
   * `() => new Worker(new URL('./my-data.ts', import.meta.url), { type: 'module' })`. In Node a Worker of `node:worker_threads` will do.
   */
  worker?: (() => WorkerLike | Promise<WorkerLike>) | null;
  /** Ends a pass when it is aborted: the loop throws its reason, and the workers are let go. */
  signal?: AbortSignal | null;
}

/** @throws ArgumentError for options that make no sense, alone or together */
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
 * Where items come from when there are workers.
 * @throws ArgumentError for a data set that no worker can have
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
