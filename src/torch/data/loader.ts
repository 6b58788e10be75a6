// The loader: batches of a data set, in PyTorch's order, as an async iterator that keeps pace with the device.

import { callback, count, flag, iterable, orNull } from '../../engine/core/argument-kinds';
import { closeInherited } from '../../engine/core/arity';
import { ArgumentError } from '../../engine/core/errors';
import { objectAt } from '../../engine/core/object-argument';
import { type Arguments, kindOf, parseArgs } from '../../engine/core/options';
import { warnOnce } from '../../engine/core/warnings';
import { backpressure } from '../../engine/graph/flush';
import { lastNodeId } from '../../engine/graph/value';
import type { Generator } from '../../engine/storage/random/generator';
import { drawBaseSeed } from '../../engine/storage/random/shuffle';
import { snapshotIfDue } from '../../engine/storage/snapshot';
import { tensorOf } from '../crossing/host-tensors';
import { scope } from '../tensor/scope';
import { type Collated, defaultCollate } from './collate';
import { type DataSource, dataSource, IterableDataset, lengthOf } from './dataset';
import { batchOfReads, batchOfReady, type Collate, converted, fetchBatch, groupsOf } from './fetch';
import { LoaderPosition, type LoaderState, type Progress } from './loader-state';
import { BatchSampler, RandomSampler, type Sampler, SequentialSampler } from './sampler';
import { checkWorkerOptions, originOf, type WorkerOptions } from './worker/options';
import type { Pass, PassOptions } from './worker/pass';
import { type Origin, Workforce } from './worker/workforce';

/** The default number of batches that each worker reads ahead, as in PyTorch. */
const PREFETCHED = 2;

/** Closes the workers of a loader that has been garbage-collected. */
const forgotten = new FinalizationRegistry<Workforce>((workforce) => void workforce.close());

/** Keeps the loop at most two steps ahead of the device. */
async function waitForDevice(): Promise<void> {
  await backpressure();
  snapshotIfDue();
}

/** Options of a DataLoader whose items are T and whose batches are B. */
export interface DataLoaderOptions<T, B> extends WorkerOptions {
  /** Number of items per batch. Default: 1. */
  batchSize?: number;
  /** Whether to draw a new random order for each pass. Default: false. */
  shuffle?: boolean | null;
  /** The order of the items, instead of `shuffle`. */
  sampler?: Sampler | null;
  /** The indices of each batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: Sampler<readonly number[]> | null;
  /** Makes a batch out of its items. Default: `defaultCollate`. */
  collateFn?: ((/** The items, in their order. */ items: Awaited<T>[]) => B) | null;
  /** Whether to leave out the last batch if it is smaller than the others. Default: false. */
  dropLast?: boolean;
  /** The generator for the random order. Default: the default generator, as seeded by `torch.manualSeed`. */
  generator?: Generator | null;
}

/** Options of a DataLoader that yields single items, without batches. */
export interface ItemLoaderOptions<T, B> extends Omit<DataLoaderOptions<T, B>, 'batchSize' | 'collateFn' | 'dropLast'> {
  batchSize: null;
  /** Converts an item. TypeScript requires it; if JavaScript code leaves it out, typed arrays become tensors. */
  collateFn: (/** An item of the data set. */ item: Awaited<T>) => B;
}

interface Parameters<T, B> extends Omit<DataLoaderOptions<T, B>, 'batchSize'> {
  dataset: DataSource<T>;
  batchSize?: number | null;
}

/**
 * Visits a data set batch by batch:
 *
 *     const loader = new data.DataLoader(dataset, { batchSize: 64, shuffle: true });
 *     for await (const [inputs, targets] of loader) { … }
 *
 * Each `for await` is one pass. With the same `torch.manualSeed`, it visits the items in the order of PyTorch. The
 * iterator waits before a batch while the device is more than two steps behind, so that a loop that reads nothing back cannot
 * run ahead without bound.
 *
 * @throws ArgumentError if an option is unknown, options exclude each other, or batchSize is not a positive integer
 */
export class DataLoader<T, B = Collated<Awaited<T>>> implements AsyncIterable<B> {
  readonly dataset: DataSource<T>;
  /** Null if a `batchSampler` makes the batches, or if items are given one by one. */
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** Null if a `batchSampler` makes the batches, or for an IterableDataset. */
  readonly sampler: Sampler | null;
  /** Null if items are given one by one, or for an IterableDataset. */
  readonly batchSampler: Sampler<readonly number[]> | null;
  readonly generator: Generator | null;
  readonly numWorkers: number;
  /** Number of batches that each worker reads ahead; null without workers. */
  readonly prefetchFactor: number | null;
  readonly persistentWorkers: boolean;
  readonly pinMemory: boolean;
  /** Seconds to wait for a worker's batch; 0: no limit. */
  readonly timeout: number;
  /** Null for `defaultCollate`. */
  readonly #collateFn: Collate<T, B> | null;
  readonly #position: LoaderPosition;
  /** The length that an IterableDataset reported when the loader's length was read. */
  #said: number | null = null;
  readonly #workers: Required<WorkerOptions>;
  readonly #given: Parameters<T, B>;
  /** Where workers get items from; null without workers. */
  readonly #origin: Origin | null;
  /** Workers that are kept between passes. */
  #workforce: Workforce | null = null;

  constructor(dataset: DataSource<T>, options?: DataLoaderOptions<T, B>);
  constructor(dataset: DataSource<T>, batchSize: number, options?: DataLoaderOptions<T, B>);
  constructor(dataset: DataSource<T>, batchSize: number, shuffle: boolean, options?: DataLoaderOptions<T, B>);
  constructor(options: DataLoaderOptions<T, B> & { dataset: DataSource<T> });
  constructor(dataset: DataSource<T>, options: ItemLoaderOptions<T, B>);
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
    const o = parseArgs<Parameters<T, B>>('DataLoader', ['dataset'], defaults, args, {
      dataset: dataSource,
      batchSize: orNull(count),
      shuffle: orNull(flag),
      sampler: orNull(iterable),
      batchSampler: orNull(iterable),
      collateFn: orNull(callback),
    });
    checkWorkerOptions(o);
    closeInherited(Object.getPrototypeOf(this) as object, Object.prototype, ['stateDict', 'first', 'dispose']);
    this.#given = o;
    this.#workers = o;
    this.numWorkers = o.numWorkers;
    this.prefetchFactor = o.numWorkers > 0 ? (o.prefetchFactor ?? PREFETCHED) : null;
    this.persistentWorkers = o.persistentWorkers;
    this.pinMemory = o.pinMemory;
    this.timeout = o.timeout;
    this.#origin = o.numWorkers > 0 ? originOf(o.dataset, o.worker, o.dataset instanceof IterableDataset) : null;
    this.dataset = o.dataset;
    this.dropLast = o.dropLast;
    this.generator = o.generator;
    const [sampler, batchSampler] = samplersOf(o);
    this.batchSize = o.batchSampler ? null : o.batchSize;
    this.sampler = sampler;
    this.batchSampler = batchSampler;
    this.#collateFn = o.batchSize === null ? ofOne(o.collateFn as ((item: unknown) => B) | null) : o.collateFn;
    const { dataset, generator, numWorkers } = this;
    const wrapped = batchSampler instanceof BatchSampler ? batchSampler.sampler : null;
    this.#position = new LoaderPosition({
      dataset,
      generator,
      samplers: [batchSampler, sampler, wrapped],
      numWorkers,
    });
  }

  /** A loader with the same options, except that `sampler` gives the order of the items. */
  withSampler(...args: Arguments<{ sampler: Sampler }, ['sampler']>): DataLoader<T, B> {
    const name = 'DataLoader.withSampler';
    const { sampler } = parseArgs<{ sampler: Sampler }>(name, ['sampler'], {}, args, { sampler: iterable });
    return new DataLoader({ ...this.#given, shuffle: null, sampler } as DataLoaderOptions<T, B> & {
      dataset: DataSource<T>;
    });
  }

  /** The number of batches in a pass. */
  get length(): number {
    if (!(this.dataset instanceof IterableDataset)) return (this.batchSampler ?? this.sampler!).length;
    this.#said = lengthOf(this.dataset);
    const batches = this.#said / (this.batchSize ?? 1);
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /**
   * The position of the latest pass and the states of the random generators: plain data, to be saved with a checkpoint.
   * After `loadStateDict`, the next pass of another loader with the same data set and options continues after the last
   * batch given, in the same order and with the same random numbers as without the interruption. After the end of a
   * pass, the state is that of the start of the next pass.
   *
   * The state includes the default generator, which the next pass sets when it starts. A sampler or a data set with
   * `stateDict()` and `loadStateDict()` saves its own state; any other sampler is run again up to the position, and an
   * IterableDataset is read again.
   */
  stateDict(): LoaderState {
    return this.#position.state();
  }

  /**
   * Makes the next pass resume from a state that `stateDict()` returned.
   * @throws StateDictError if the state is not a loader's; and when that pass starts, if the data set or the order
   * differs
   */
  loadStateDict(named: { stateDict: LoaderState }): void;
  loadStateDict(state: LoaderState): void;
  loadStateDict(...args: unknown[]): void {
    const name = 'DataLoader.loadStateDict';
    const given = objectAt(name, ['stateDict'], 0, args);
    this.#position.load(parseArgs<{ stateDict: LoaderState }>(name, ['stateDict'], {}, given).stateDict);
  }

  /**
   * Starts a pass. As in PyTorch, a seed is drawn immediately. The order is drawn when the first batch is requested;
   * with workers, immediately.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    const baseSeed = () => drawBaseSeed(this.generator ?? undefined);
    if (this.#origin) return this.#ahead(this.#origin, baseSeed);
    const progress = this.#position.begin(baseSeed);
    return this.dataset instanceof IterableDataset ? this.#ofStream(this.dataset, progress) : this.#batches(progress);
  }

  /**
   * Batches are waited for, so a plain `for` loop cannot visit them. The required parameter makes TypeScript refuse such
   * a loop.
   *
   * @deprecated Write `for await (const batch of loader)`.
   * @throws ArgumentError always
   */
  [Symbol.iterator](_write: 'for await (const batch of loader)'): never {
    throw new ArgumentError('DataLoader: expected for await (const batch of loader), but got a loop without await');
  }

  /**
   * The first batch of a new pass, which then ends: PyTorch's `next(iter(loader))`, with the same random numbers.
   *
   *     const [images, labels] = await loader.first();
   *
   * @throws ArgumentError if there is no batch
   */
  async first(): Promise<B> {
    for await (const batch of this) return batch;
    throw new ArgumentError('DataLoader.first: expected at least one batch, but the loader has none');
  }

  async *#batches(progress: Progress): AsyncIterableIterator<B> {
    for (const indices of progress.rest(this.#order())) {
      this.#workers.signal?.throwIfAborted();
      await waitForDevice();
      const batch = await fetchBatch(this.dataset, indices, this.#collateFn);
      progress.given(indices, this.#isShort(indices));
      yield batch;
    }
    progress.end();
  }

  async *#ofStream(dataset: IterableDataset<T>, progress: Progress): AsyncIterableIterator<B> {
    const collate = this.#collateFn ?? (defaultCollate as unknown as Collate<T, B>);
    const before = () => {
      this.#workers.signal?.throwIfAborted();
      return waitForDevice();
    };
    const count = this.#counter(progress);
    let since = lastNodeId();
    for await (const items of progress.restOf(groupsOf(dataset, this.batchSize ?? 1, this.dropLast, before))) {
      count(items.length);
      const batch = batchOfReady(items, collate, since);
      progress.given(null, this.#isShort(items));
      yield batch;
      since = lastNodeId();
    }
    progress.end();
  }

  /** The indices of each batch. */
  #order(): Iterable<readonly number[]> {
    return this.batchSampler ?? oneByOne(this.sampler!);
  }

  /** Whether a batch is smaller than `batchSize`, as only the last one can be. */
  #isShort(items: readonly unknown[]): boolean {
    return this.batchSize !== null && items.length < this.batchSize;
  }

  /** Counts the items of an IterableDataset, and warns if there are more than its length said. */
  #counter(progress: Progress): (items: number) => void {
    const { dataset } = this;
    const said = this.#said;
    let count = progress.resumedAt * (this.batchSize ?? 1);
    return (items) => {
      count += items;
      if (said === null || count <= said) return;
      warnOnce(
        `DataLoader: expected ${dataset} to give ${said} items, as its length says, but got more; mend its length, which loader.length is reckoned from`,
      );
    };
  }

  /** A pass with workers, which read its batches ahead. */
  #ahead(origin: Origin, baseSeed: () => bigint): AsyncIterableIterator<B> {
    // The existing workers are not at the position from which this pass starts.
    if (this.#position.isLoaded) this.dispose();
    const live = this.#workforce?.isOver ? null : this.#workforce;
    const progress = this.#position.begin(live ? () => live.baseSeed : baseSeed);
    const workforce = live ?? this.#newWorkforce(origin, progress);
    this.#position.workforce = workforce;
    progress.workersBegun = workforce.state();
    const { numWorkers, dropLast, timeout } = this;
    const { signal } = this.#workers;
    const isStream = this.dataset instanceof IterableDataset;
    const count = this.#counter(progress);
    const ahead = numWorkers * this.prefetchFactor!;
    const batches: PassOptions<B>['batches'] = isStream ? endless(this.batchSize ?? 1) : progress.rest(this.#order());
    const options: PassOptions<B> = {
      workforce,
      numWorkers,
      ahead,
      batches: drawn(batches, ahead),
      dropLast,
      timeout,
      signal: signal ?? null,
      first: isStream ? 0 : progress.resumedAt,
      waitForDevice,
      tensorOf,
      make: (read, indices) =>
        read ? this.#collated(origin, read, indices, count) : fetchBatch(this.dataset, indices, this.#collateFn),
    };
    const pass = import('./worker/pass').then((loaded) => new loaded.Pass(options));
    // The error is thrown when a batch is requested, so ignore it here.
    pass.catch(() => undefined);
    return this.#handOut(pass, workforce, progress);
  }

  async *#handOut(begun: Promise<Pass<B>>, workforce: Workforce, progress: Progress): AsyncIterableIterator<B> {
    const { signal } = this.#workers;
    const isStream = this.dataset instanceof IterableDataset;
    // Close the workers at once, even if the loop is busy or waits for a batch.
    const letGo = () => void workforce.close();
    signal?.addEventListener('abort', letGo);
    try {
      const pass = await begun;
      if (isStream) await progress.overtake((batches) => pass.skip(batches), workforce);
      for (let next = await pass.next(); next; next = await pass.next()) {
        const { batch, indices } = next;
        progress.given(isStream ? null : indices, !isStream && this.#isShort(indices));
        yield batch;
      }
      if (!this.persistentWorkers) this.#position.workforce = null;
      progress.end();
    } finally {
      signal?.removeEventListener('abort', letGo);
      if (!this.persistentWorkers || workforce.isOver) await workforce.close();
    }
  }

  #newWorkforce(origin: Origin, { baseSeed, workers }: Progress): Workforce {
    const { dataset, numWorkers } = this;
    const { workerInitFn } = this.#workers;
    const workforce = new Workforce({ dataset, origin, numWorkers, baseSeed, workerInitFn, resumed: workers });
    if (this.persistentWorkers) {
      this.#workforce = workforce;
      forgotten.register(this, workforce);
    }
    return workforce;
  }

  /**
   * Ends workers that are kept between passes. A loader need not be disposed of: its workers also end when it is
   * garbage-collected.
   */
  dispose(): void {
    void this.#workforce?.close();
    this.#workforce = null;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The batch made from what a worker has read. */
  #collated(
    origin: Origin,
    read: () => unknown[],
    indices: readonly number[],
    count: (items: number) => void,
  ): B | Promise<B> {
    const collate = this.#collateFn ?? (defaultCollate as unknown as Collate<T, B>);
    // The items are inner tensors of this scope, so only the batch stays on the device.
    if (origin.kind !== 'cloned') {
      return scope(() => {
        const items = read();
        count(items.length);
        return collate(items as Awaited<T>[]);
      });
    }
    return batchOfReads(origin.copy, read(), indices, collate, this.#collateFn === null);
  }
}

/** The samplers of items and of batches that the options ask for; null if there is none. */
function samplersOf<T, B>(
  o: Required<Parameters<T, B>>,
): [sampler: Sampler | null, batchSampler: Sampler<readonly number[]> | null] {
  const isStream = o.dataset instanceof IterableDataset;
  const refused = isStream && (['shuffle', 'sampler', 'batchSampler'] as const).find((name) => o[name]);
  if (refused) {
    throw new ArgumentError(
      `DataLoader: expected no ${refused} with an IterableDataset, whose order is its own, but got ${kindOf(o[refused])}; leave it out`,
    );
  }
  if (o.batchSampler) {
    if (o.batchSize !== 1 || o.shuffle || o.sampler || o.dropLast) {
      throw new ArgumentError(
        'DataLoader: batchSampler excludes batchSize, shuffle, sampler and dropLast; leave those out',
      );
    }
    return [null, o.batchSampler];
  }
  if (o.sampler && o.shuffle)
    throw new ArgumentError('DataLoader: sampler and shuffle exclude each other; leave one out');
  if (o.batchSize === null && o.dropLast) {
    throw new ArgumentError('DataLoader: batchSize: null gives item by item, which excludes dropLast; leave one out');
  }
  if (isStream) return [null, null];
  const sampler =
    o.sampler ??
    (o.shuffle ? new RandomSampler(o.dataset, { generator: o.generator }) : new SequentialSampler(o.dataset));
  return [sampler, o.batchSize === null ? null : new BatchSampler(sampler, o.batchSize, o.dropLast)];
}

/** Passes an iterator's values on, but draws the first `count` of them immediately. */
function drawn<I>(from: Iterator<I>, count: number): Iterator<I> {
  const first = Array.from({ length: count }, () => from.next());
  return { next: () => first.shift() ?? from.next() };
}

/** Yields, for each batch of an IterableDataset, how many items it should have: always `size`. */
function* endless(size: number): IterableIterator<number> {
  for (;;) yield size;
}

function* oneByOne(sampler: Sampler): IterableIterator<[number]> {
  for (const index of sampler) yield [index];
}

/** Makes a collate function that converts a single item. */
const ofOne =
  <T, B>(convert: ((item: unknown) => B) | null): Collate<T, B> =>
  ([item]) =>
    (convert ?? (converted as (item: unknown) => B))(item);
