// `serve`: a user's module calls it in a worker to serve a data set to the loader that started the worker.
import { ArgumentError, WorkerError } from '../../../engine/core/errors';
import { kindOf, parseArgs } from '../../../engine/core/options';
import { mode } from '../../../engine/graph/mode';
import { numbersOf, refusal } from '../../crossing/host-tensors';
import { type DataSource, type Dataset, IterableDataset, itemAt, lengthOf } from '../dataset';
import { rootOf } from '../subset';
import { answer, enter, type Source } from './answering';
import type { Served } from './protocol';

/** The values that `serve` takes: a data set, an array of items, or an iterable. */
export type Servable<T = unknown> = Dataset<T> | readonly T[] | AsyncIterable<T> | Iterable<T>;

/** Options of `data.serve`. */
export interface ServeOptions {
  /**
   * Called once in each worker with the worker's id, after its generator has been seeded and before the first item. May
   * be asynchronous.
   */
  workerInitFn?: ((/** The number of the worker, from 0. */ workerId: number) => unknown) | null;
}

/**
 * Serves `dataset` from a worker to the DataLoader that started it. `my-data.ts`:
 *
 *     import { data } from 'lamplight';
 *     data.serve(new MyData());
 *
 * and on the main side
 *
 *     new data.DataLoader(new MyData(), {
 *       batchSize: 64, numWorkers: 2,
 *       worker: () => new Worker(new URL('./my-data.ts', import.meta.url), { type: 'module' }),
 *     });
 *
 * Define the data set in a separate module that both sides import. If the worker's module imported the module that
 * starts the worker, its script would contain itself, and some bundlers (Turbopack) would never finish.
 *
 * Items are made in the worker and collated on the main side. They may be numbers, strings, typed arrays, and tensors
 * of host data (`torch.tensor(bytes)`, `torch.rand(2)`, pictures; also views of these), nested in arrays and objects.
 * Operations on tensors are refused: they belong in `collateFn`, or in transforms of whole batches, on the main side. A
 * promise of a data set is accepted, too, such as `data.serve(vision.datasets.MNIST('mnist/'))`.
 *
 * @throws WorkerError if this thread is not a worker
 */
export function serve<T>(dataset: Servable<T> | Promise<Servable<T>>, options: ServeOptions = {}): void {
  const { workerInitFn } = parseArgs<ServeOptions>('serve', [], { workerInitFn: null }, [options]);
  if (workerInitFn !== null && typeof workerInitFn !== 'function') {
    throw new ArgumentError(`serve: expected workerInitFn to be a function, but got ${kindOf(workerInitFn)}`);
  }
  const ready = Promise.resolve(dataset);
  answer({
    served: ready.then(describe),
    async open(start) {
      const served = await ready;
      mode.refusal = refusal;
      enter(start, served);
      await workerInitFn?.(start.id);
      return sourceOf(served);
    },
    numbersOf,
  });
}

const isMapped = (dataset: Servable): dataset is Dataset | readonly unknown[] =>
  Array.isArray(dataset) ||
  (typeof Reflect.get(dataset, 'get') === 'function' && !(dataset instanceof IterableDataset));

function describe(dataset: Servable): Served {
  if (typeof dataset !== 'object' || dataset === null) {
    throw new ArgumentError(`serve: expected a data set, but got ${kindOf(dataset)}`);
  }
  const root = rootOf(dataset);
  const name = root.constructor.name;
  if (isMapped(root)) return { name, length: lengthOf(root) };
  if (Symbol.asyncIterator in root || Symbol.iterator in root) return { name, length: null };
  throw new ArgumentError(
    `serve: expected a data set with length and get(index), or one to iterate, but got ${kindOf(dataset)}`,
  );
}

function sourceOf(dataset: Servable): Source {
  const root = rootOf(dataset);
  if (isMapped(root)) return { dataset, read: (index) => itemAt(root as DataSource<unknown>, index as number) };
  return {
    dataset,
    read: () => {
      throw new WorkerError(
        `${root.constructor.name}: expected a data set with get(index), but it can only be iterated`,
      );
    },
    iterate: () => (Symbol.asyncIterator in root ? root[Symbol.asyncIterator]() : root[Symbol.iterator]()),
  };
}
