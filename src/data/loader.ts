// The loader: batches of a data set, in PyTorch's order, as an async iterator that keeps pace with the device.
import { ArgumentError } from '../errors';
import { backpressure } from '../graph/flush';
import { parseArgs } from '../tensor/options';
import type { Generator } from '../tensor/random/generator';
import { drawBaseSeed } from '../tensor/random/shuffle';
import { scope } from '../tensor/scope';
import { snapshotIfDue } from '../tensor/snapshot';
import { type Collated, defaultCollate } from './collate';
import { type DataSource, Dataset, itemAt } from './dataset';
import { BatchSampler, RandomSampler, type Sampler, SequentialSampler } from './sampler';
import { tensorOf } from './worker/host-tensors';
import { checkWorkerOptions, originOf, type WorkerOptions } from './worker/options';
import { type Packed, unpack } from './worker/pack';
import { Pass } from './worker/pass';
import { type Origin, Workforce } from './worker/workforce';

/** Batches that each worker reads ahead: PyTorch's number. */
const PREFETCHED = 2;

/** Has the workers of a loader that nobody holds any more let go. */
const forgotten = new FinalizationRegistry<Workforce>((workforce) => void workforce.close());

/** Keeps the loop at most two steps ahead of the device. */
async function pace(): Promise<void> {
  await backpressure();
  snapshotIfDue();
}

/** Options of a DataLoader whose items are T and whose batches are B. */
export interface DataLoaderOptions<T, B> extends WorkerOptions {
  /** Items a batch. Default: 1. */
  batchSize?: number;
  /** A new random order each pass. Default: false. */
  shuffle?: boolean | null;
  /** The order of the items, instead of `shuffle`. */
  sampler?: Sampler | null;
  /** The indices of each batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: Sampler<readonly number[]> | null;
  /** Makes a batch out of its items. Default: `defaultCollate`. */
  collateFn?: ((items: Awaited<T>[]) => B) | null;
  /** Leave out the last batch when it is smaller than the others. Default: false. */
  dropLast?: boolean;
  /** Where the random order comes from. Default: the default generator, as seeded by `torch.manualSeed`. */
  generator?: Generator | null;
}

interface Parameters<T, B> extends DataLoaderOptions<T, B> {
  dataset: DataSource<T>;
}

/**
 * Visits a data set batch by batch:
 *
 *     const loader = new data.DataLoader(dataset, { batchSize: 64, shuffle: true });
 *     for await (const [inputs, targets] of loader) { … }
 *
 * Each `for await` is one pass. After the same `torch.manualSeed` the passes come in PyTorch's order. The iterator waits before a batch
 * while the device is more than two steps behind, so that a loop that reads nothing back cannot run ahead without bound.
 */
export class DataLoader<T, B = Collated<Awaited<T>>> implements AsyncIterable<B> {
  readonly dataset: DataSource<T>;
  /** Null when a `batchSampler` decides. */
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** Null when a `batchSampler` decides. */
  readonly sampler: Sampler | null;
  readonly batchSampler: Sampler<readonly number[]>;
  readonly generator: Generator | null;
  readonly numWorkers: number;
  /** Batches that each worker reads ahead; null without workers. */
  readonly prefetchFactor: number | null;
  readonly persistentWorkers: boolean;
  readonly pinMemory: boolean;
  /** Seconds to wait for a batch of a worker; 0: for ever. */
  readonly timeout: number;
  readonly #collateFn: ((items: Awaited<T>[]) => B) | null;
  readonly #workers: Required<WorkerOptions>;
  /** Where workers get items from; null without workers. */
  readonly #origin: Origin | null;
  /** Workers that live on between passes. */
  #workforce: Workforce | null = null;

  /** @throws ArgumentError for an unknown option, for options that exclude each other, and for a batchSize that is no positive integer */
  constructor(dataset: DataSource<T>, options?: DataLoaderOptions<T, B>);
  constructor(dataset: DataSource<T>, batchSize: number, options?: DataLoaderOptions<T, B>);
  constructor(dataset: DataSource<T>, batchSize: number, shuffle: boolean, options?: DataLoaderOptions<T, B>);
  constructor(options: DataLoaderOptions<T, B> & { dataset: DataSource<T> });
  constructor(...args: unknown[]) {
    const defaults = {
      batchSize: 1,
      shuffle: null,
      sampler: null,
      batchSampler: null,
      numWorkers: 0,
      collateFn: null,
      pinMemory: false,
      dropLast: false,
      timeout: 0,
      workerInitFn: null,
      multiprocessingContext: null,
      generator: null,
      prefetchFactor: null,
      persistentWorkers: false,
      pinMemoryDevice: '' as const,
      inOrder: true,
      worker: null,
      signal: null,
    };
    const o = parseArgs<Parameters<T, B>>('DataLoader', ['dataset'], defaults, args);
    checkWorkerOptions(o);
    this.#workers = o;
    this.numWorkers = o.numWorkers;
    this.prefetchFactor = o.numWorkers > 0 ? (o.prefetchFactor ?? PREFETCHED) : null;
    this.persistentWorkers = o.persistentWorkers;
    this.pinMemory = o.pinMemory;
    this.timeout = o.timeout;
    this.#origin = o.numWorkers > 0 ? originOf(o.dataset, o.worker, false) : null;
    this.dataset = o.dataset;
    this.dropLast = o.dropLast;
    this.generator = o.generator;
    this.#collateFn = o.collateFn;
    if (o.batchSampler) {
      if (o.batchSize !== 1 || o.shuffle || o.sampler || o.dropLast) {
        throw new ArgumentError(
          'DataLoader: batchSampler excludes batchSize, shuffle, sampler and dropLast; leave those out',
        );
      }
      this.batchSize = null;
      this.sampler = null;
      this.batchSampler = o.batchSampler;
      return;
    }
    if (o.sampler && o.shuffle)
      throw new ArgumentError('DataLoader: sampler and shuffle exclude each other; leave one out');
    if (!Number.isSafeInteger(o.batchSize) || o.batchSize <= 0) {
      throw new ArgumentError(`DataLoader: expected batchSize to be a positive integer, but got ${o.batchSize}`);
    }
    this.batchSize = o.batchSize;
    this.sampler =
      o.sampler ??
      (o.shuffle ? new RandomSampler(o.dataset, { generator: o.generator }) : new SequentialSampler(o.dataset));
    this.batchSampler = new BatchSampler(this.sampler, o.batchSize, o.dropLast);
  }

  /** The number of batches in a pass. */
  get length(): number {
    return this.batchSampler.length;
  }

  /** Starts a pass. Like PyTorch it draws a seed at once, and the order when the first batch is asked for: with workers, at once. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    if (this.#origin) return this.#ahead(this.#origin);
    drawBaseSeed(this.generator ?? undefined);
    return this.#batches();
  }

  async *#batches(): AsyncIterableIterator<B> {
    for (const indices of this.batchSampler) {
      this.#workers.signal?.throwIfAborted();
      await pace();
      yield await this.#batch(indices);
    }
  }

  /** A pass whose batches workers read ahead. */
  #ahead(origin: Origin): AsyncIterableIterator<B> {
    const { numWorkers, dropLast, timeout } = this;
    const { signal } = this.#workers;
    const batches = this.batchSampler[Symbol.iterator]();
    const workforce = this.#workersOf(origin);
    const pass = new Pass<B>({
      workforce,
      numWorkers,
      ahead: numWorkers * this.prefetchFactor!,
      batches,
      dropLast,
      timeout,
      signal: signal ?? null,
      first: 0,
      pace,
      make: (read, indices) => (read ? this.#collated(origin, read, indices) : this.#batch(indices)),
    });
    return this.#handOut(pass, workforce);
  }

  async *#handOut(pass: Pass<B>, workforce: Workforce): AsyncIterableIterator<B> {
    const { signal } = this.#workers;
    // The loop may be busy with something else, or waiting for it.
    const letGo = () => void workforce.close();
    signal?.addEventListener('abort', letGo);
    try {
      for (let next = await pass.next(); next; next = await pass.next()) yield next.batch;
    } finally {
      signal?.removeEventListener('abort', letGo);
      if (!this.persistentWorkers || workforce.isOver) await workforce.close();
    }
  }

  #workersOf(origin: Origin): Workforce {
    if (this.#workforce && !this.#workforce.isOver) return this.#workforce;
    const { dataset, numWorkers } = this;
    const baseSeed = drawBaseSeed(this.generator ?? undefined);
    const { workerInitFn } = this.#workers;
    const workforce = new Workforce({ dataset, origin, numWorkers, baseSeed, workerInitFn, resumed: null });
    if (this.persistentWorkers) {
      this.#workforce = workforce;
      forgotten.register(this, workforce);
    }
    return workforce;
  }

  /** Lets go workers that live on between passes. A loader need not be disposed of: they end with it. */
  dispose(): void {
    void this.#workforce?.close();
    this.#workforce = null;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The batch of what a worker has read. */
  #collated(origin: Origin, read: Packed, indices: readonly number[]): B | Promise<B> {
    const collate = this.#collateFn ?? (defaultCollate as unknown as (items: Awaited<T>[]) => B);
    // Within a scope, as in #batch.
    return scope(() => {
      const items = unpack(read, tensorOf);
      if (origin.kind !== 'cloned') return collate(items as Awaited<T>[]);
      const { copy } = origin;
      const batch = this.#collateFn ? null : copy.batch?.(items, indices);
      return batch ? (batch as B) : collate(items.map((item, i) => copy.item(item, indices[i]!)) as Awaited<T>[]);
    });
  }

  #batch(indices: readonly number[]): B | Promise<B> {
    const { dataset } = this;
    if (!this.#collateFn && dataset instanceof Dataset) {
      const batch = dataset.getBatch?.(indices);
      if (batch) return batch as B;
    }
    const collate = this.#collateFn ?? (defaultCollate as unknown as (items: Awaited<T>[]) => B);
    const first = itemAt(dataset, indices[0]!);
    const rest = indices.slice(1);
    // Within a scope the items are inner tensors: only the batch is kept on the device.
    if (!isPromise(first)) {
      return scope(() => collate([first, ...rest.map((index) => itemAt(dataset, index))] as Awaited<T>[]));
    }
    const items = Promise.all([first, ...rest.map((index) => itemAt(dataset, index))]);
    return items.then((ready) => scope(() => collate(ready)));
  }
}

const isPromise = (item: unknown): boolean => typeof (item as { then?: unknown } | null)?.then === 'function';
