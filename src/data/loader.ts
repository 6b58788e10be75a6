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

/** Options of a DataLoader whose items are T and whose batches are B. */
export interface DataLoaderOptions<T, B> {
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
  readonly #collateFn: ((items: Awaited<T>[]) => B) | null;

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
      collateFn: null,
      dropLast: false,
      generator: null,
    };
    const o = parseArgs<Parameters<T, B>>('DataLoader', ['dataset'], defaults, args);
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

  /** Starts a pass. Like PyTorch it draws a seed at once, and the order when the first batch is asked for. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    drawBaseSeed(this.generator ?? undefined);
    return this.#batches();
  }

  async *#batches(): AsyncIterableIterator<B> {
    for (const indices of this.batchSampler) {
      await backpressure();
      snapshotIfDue();
      yield await this.#batch(indices);
    }
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
