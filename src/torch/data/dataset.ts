// Data sets: those with a length and items by index, and streams of items. ConcatDataset and ChainDataset are in this
// module, too, because the method `add` of every data set returns one.

import { iterable, type Kind } from '../../engine/core/argument-kinds';
import { closeInherited } from '../../engine/core/arity';
import { ArgumentError, IndexError } from '../../engine/core/errors';
import { objectAt } from '../../engine/core/object-argument';
import { kindOf, parseArgs } from '../../engine/core/options';
import { Printable } from '../../engine/core/printable';
import { defaultGenerator, Generator } from '../../engine/storage/random/generator';
import { type DrawnIndices, drawnIn, type IndexArguments, type ItemsArguments, indexIn, indicesIn } from './arguments';
import { pickRows } from './pick-rows';
import { inTurn } from './turns';
import { copiesOf, copyOf, readsFiles, type WorkerCopy, type WorkerCopyAnswer } from './worker/copy';
import type { PartAddresses } from './worker/parts';

/**
 * Base class of data sets. A subclass defines `length` and `get(index)`:
 *
 *     class Squares extends data.Dataset<[Tensor, number]> {
 *       get length() { return 100; }
 *       get(i: number): [Tensor, number] { return [torch.tensor([i]), i * i]; }
 *     }
 *
 * `dataset[3]` is `dataset.get(3)`, and `for (const item of dataset)` visits every item.
 */
export abstract class Dataset<T = unknown> extends Printable {
  readonly [index: number]: T;

  static {
    // The proxy is at the end of the prototype chain. Only names that neither the object nor its classes define, such
    // as `3`, reach it, so all other look-ups cost nothing extra.
    Object.setPrototypeOf(Dataset.prototype, new Proxy(Printable.prototype, { get: getIndexed }));
  }

  constructor(...none: []) {
    super();
    parseArgs(this.constructor.name, [], {}, none);
    const base = Object.getPrototypeOf(Dataset.prototype) as object;
    closeInherited(Object.getPrototypeOf(this) as object, base, ['toString', 'extraRepr']);
  }

  /** The number of items. */
  abstract get length(): number;

  /** Item `index`. If items have to be fetched, a subclass may return promises: `Dataset<Promise<T>>`. */
  abstract get(index: number): T;

  /**
   * The items at `indices`, already collated: the batch that a DataLoader yields. A data set on the device defines this
   * to make the whole batch with one gather; the method returns null if it cannot make this batch. `draws` holds the
   * results of `drawFor` for the items, if it was called.
   * @param draws What was drawn at random for each item.
   */
  getBatch?(indices: readonly number[], draws?: readonly unknown[]): unknown;

  /**
   * The random draws that `getBatch` needs for one item, made in advance. A data set whose batches are random defines
   * this, so that a ConcatDataset can draw random numbers in the order of the items, whichever part each belongs to.
   */
  drawFor?(index: number, generator: Generator): unknown;

  /**
   * The items at `indices`: PyTorch's `__getitems__`. A data set defines this if it can fetch items faster together.
   * Null means that these items must be fetched one by one.
   */
  getItems?(indices: readonly number[]): Items<T> | null;

  /**
   * @internal How the workers of a loader read for this data set; without this method, the user has to provide a worker
   * module.
   */
  workerCopy?(): WorkerCopyAnswer;

  /** `Squares(length=100)`. */
  override toString(): string {
    return `${this.constructor.name}(length=${this.length})`;
  }

  /** This data set followed by another: PyTorch's `+`. */
  add<U>(other: DataSource<U>): Dataset<T | U>;
  add<U>(named: Other<DataSource<U>>): Dataset<T | U>;
  add<U>(...args: unknown[]): Dataset<T | U> {
    return new ConcatDataset<T | U>([this, otherIn<U>(this, args)]);
  }

  *[Symbol.iterator](): Iterator<T> {
    const length = lengthOf(this);
    for (let i = 0; i < length; i++) yield this.get(i);
  }
}

/**
 * Base class of data sets that are streams. A subclass defines `[Symbol.iterator]`, or `[Symbol.asyncIterator]` if
 * items have to be awaited, and `length` if it is known:
 *
 *     class Lines extends data.IterableDataset<string> {
 *       async *[Symbol.asyncIterator]() { for await (const line of file.readLines()) yield line; }
 *     }
 *
 * Each pass of a DataLoader asks for a new iterator. The loader accepts neither shuffle nor sampler, because the stream
 * determines the order.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a length is there only where the subclass gives one.
export abstract class IterableDataset<T = unknown> extends Dataset<T> {
  /** @throws ArgumentError always: a stream has no items by index */
  override get(_index: number): T {
    throw new ArgumentError(
      `${this.constructor.name}: expected a data set that has items by index, but an IterableDataset has none; visit it with for await`,
    );
  }

  // biome-ignore lint/correctness/useYield: what iterates defines it anew.
  override *[Symbol.iterator](): Iterator<T> {
    throw new ArgumentError(
      Symbol.asyncIterator in this
        ? `${this.constructor.name}: expected for await, since its items have to be waited for, but got a synchronous loop`
        : `${this.constructor.name}: expected a method [Symbol.iterator] or [Symbol.asyncIterator], but it has none`,
    );
  }

  /** This stream followed by another: PyTorch's `+`. */
  override add<U>(other: IterableDataset<U>): ChainDataset<T | U>;
  override add<U>(other: DataSource<U>): ChainDataset<T | U>;
  override add<U>(named: Other<DataSource<U>>): ChainDataset<T | U>;
  override add<U>(...args: unknown[]): ChainDataset<T | U> {
    return new ChainDataset<T | U>([this, otherIn<U>(this, args) as IterableDataset<U>]);
  }

  override toString(): string {
    return this.length === undefined ? `${this.constructor.name}()` : super.toString();
  }
}

export interface IterableDataset<T> {
  /** The number of items if the subclass defines it; else undefined. */
  readonly length: number;
  [Symbol.asyncIterator]?(): AsyncIterator<T>;
}

/** Data sets one after another: items 0, 1, … of the first, then those of the second, and so on. */
export class ConcatDataset<T = unknown> extends Dataset<T> {
  readonly datasets: readonly DataSource<T>[];
  /**
   * The cumulative lengths: part p holds the items from `cumulativeSizes[p - 1]` to `cumulativeSizes[p]` (exclusive).
   */
  readonly cumulativeSizes: readonly number[];

  /**
   * @throws ArgumentError if there is no data set, or if one is an IterableDataset
   * @param datasets The data sets, in their order.
   */
  constructor(datasets: Iterable<DataSource<T>>);
  constructor(named: Datasets<DataSource<T>>);
  constructor(...args: unknown[]) {
    super();
    this.datasets = [...datasetsIn<DataSource<T>>('ConcatDataset', args)];
    if (this.datasets.length === 0) {
      throw new ArgumentError('ConcatDataset: expected at least one data set, but got none');
    }
    if (this.datasets.some((part) => part instanceof IterableDataset)) {
      throw new ArgumentError('ConcatDataset: expected no IterableDataset, but got one; use ChainDataset');
    }
    let total = 0;
    this.cumulativeSizes = this.datasets.map((part) => {
      total += lengthOf(part);
      return total;
    });
  }

  override get length(): number {
    return this.cumulativeSizes.at(-1)!;
  }

  override get(...args: IndexArguments): T {
    const [part, at] = this.#place(indexIn('ConcatDataset', args));
    return itemAt(this.datasets[part]!, at);
  }

  override drawFor(index: number, generator: Generator): unknown {
    const [part, at] = this.#place(index);
    return drawOf(this.datasets[part]!, at, generator);
  }

  /**
   * If all items belong to one part, that part makes the batch. Otherwise each part makes a batch of full size, and
   * rows are picked from these batches, so that the operations are the same whichever parts the items belong to.
   */
  override getBatch(indices: readonly number[], draws?: readonly unknown[]): unknown;
  override getBatch(named: DrawnIndices): unknown;
  override getBatch(...args: unknown[]): unknown {
    const { indices, draws } = drawnIn('ConcatDataset', args);
    const places = indices.map((index) => this.#place(index));
    const [first] = places;
    if (!first) return null;
    const isOne = places.every(([part]) => part === first[0]);
    // If parts read files, return null, so that `getItems` reads each file once.
    if (!isOne && readsFiles(this.datasets)) return null;
    const make = (drawn: readonly unknown[]): unknown =>
      isOne
        ? readyBatch(
            this.datasets[first[0]]!,
            places.map(([, at]) => at),
            drawn,
          )
        : this.#mixed(places, drawn);
    if (draws) return make(draws);
    const generator = defaultGenerator();
    const before = generator.getState();
    const batch = make(indices.map((index) => this.drawFor(index, generator)));
    // The items will be made one by one instead and will draw for themselves, so undo these draws.
    if (batch === null) generator.setState(before);
    return batch;
  }

  #mixed(places: readonly (readonly [part: number, at: number])[], draws: readonly unknown[]): unknown {
    const parts = this.datasets.filter((source) => lengthOf(source) > 0);
    if (parts.length > MOST_PARTS) return null;
    const batches: unknown[] = [];
    for (const source of parts) {
      const own = places.map(([part]) => this.datasets[part] === source);
      // Rows of other parts are filled with item 0, drawn from a separate generator, so that they do not affect other
      // draws.
      const other = source instanceof Dataset && source.drawFor ? source.drawFor(0, new Generator()) : undefined;
      const batch = readyBatch(
        source,
        places.map(([, at], row) => (own[row] ? at : 0)),
        draws.map((draw, row) => (own[row] ? draw : other)),
      );
      if (batch === null) return null;
      batches.push(batch);
    }
    return pickRows(
      batches,
      places.map(([part]) => parts.indexOf(this.datasets[part]!)),
    );
  }

  /**
   * Items are made in the order of the indices even if their files arrive in a different order, so that random draws do
   * not depend on the order of arrival.
   */
  override getItems(...args: ItemsArguments): Items<T> | null {
    const indices = indicesIn('ConcatDataset.getItems', args);
    if (!readsFiles(this.datasets)) return null;
    return indices.map((index) => {
      const [part, at] = this.#place(index);
      const source = this.datasets[part]!;
      return copyOf(source) === 'here' ? (inTurn(null, () => itemAt(source, at)) as T) : itemAt(source, at);
    });
  }

  /** @internal The copies of the parts. Parts in memory are read on the main side. */
  override workerCopy(): WorkerCopyAnswer {
    const copies = copiesOf(this.datasets);
    if (copies === null || copies === 'here') return copies;
    const copy: WorkerCopy<readonly unknown[], unknown> = {
      start: copies.start,
      state: copies.state,
      address: (index): PartAddresses => {
        const [part, at] = this.#place(index);
        const of = copies.of[part];
        return of ? [[part, of.address(at)]] : [];
      },
      item: ([read], index) => {
        const [part, at] = this.#place(index);
        const of = copies.of[part];
        return of ? of.item(read, at) : itemAt(this.datasets[part]!, at);
      },
      batch: (reads, indices) => {
        const places = indices.map((index) => this.#place(index));
        const [part] = places[0]!;
        const of = copies.of[part];
        if (!of?.batch || places.some(([other]) => other !== part)) return null;
        return of.batch(
          reads.map(([read]) => read),
          places.map(([, at]) => at),
        );
      },
    };
    return copy;
  }

  #place(index: number): [part: number, at: number] {
    const i = resolveIndex('ConcatDataset', index, this.length);
    const part = this.cumulativeSizes.findIndex((end) => i < end);
    return [part, part === 0 ? i : i - this.cumulativeSizes[part - 1]!];
  }
}

/**
 * If there are more parts than this, most of the gathered rows would be dropped, so making items one by one is cheaper.
 */
const MOST_PARTS = 8;

/** Streams one after another. A synchronous loop works if all of them are synchronous; `for await` always works. */
export class ChainDataset<T = unknown> extends IterableDataset<T> {
  readonly datasets: Iterable<IterableDataset<T>>;

  constructor(/** The data sets, in their order. */ datasets: Iterable<IterableDataset<T>>);
  constructor(named: Datasets<IterableDataset<T>>);
  constructor(...args: unknown[]) {
    super();
    this.datasets = datasetsIn<IterableDataset<T>>('ChainDataset', args);
  }

  /**
   * The sum of the lengths.
   * @throws ArgumentError if a part has no length
   */
  override get length(): number {
    return [...this.#parts()].reduce((total, part) => total + lengthOf(part), 0);
  }

  override *[Symbol.iterator](): Iterator<T> {
    for (const part of this.#parts()) yield* { [Symbol.iterator]: () => part[Symbol.iterator]() };
  }

  override async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (const part of this.#parts()) for await (const item of part) yield item as T;
  }

  override toString(): string {
    return 'ChainDataset()';
  }

  *#parts(): Iterable<IterableDataset<T>> {
    for (const part of this.datasets) {
      if (!(part instanceof IterableDataset)) {
        throw new ArgumentError(`ChainDataset: expected IterableDatasets only, but got ${kindOf(part)}`);
      }
      yield part;
    }
  }
}

interface Datasets<D> {
  datasets: Iterable<D>;
}

function datasetsIn<D>(name: string, args: readonly unknown[]): Iterable<D> {
  const given = objectAt(name, ['datasets'], 0, args);
  return parseArgs<Datasets<D>>(name, ['datasets'], {}, given, { datasets: iterable }).datasets;
}

interface Other<D> {
  other: D;
}

function otherIn<U>(dataset: Dataset, args: readonly unknown[]): DataSource<U> {
  const name = `${dataset.constructor.name}.add`;
  return parseArgs<Other<DataSource<U>>>(name, ['other'], {}, args, { other: dataSource }).other;
}

/** `T`, excluded from inference: `NoInfer` for TypeScript before 5.4. */
export type Known<T> = [T][T extends unknown ? 0 : never];

/** The items of a batch; promises if they have to be fetched. */
export type Items<T> = readonly T[] | Promise<readonly Awaited<Known<T>>[]>;

/** The source of a loader's items: a Dataset, or an array of items. */
export type DataSource<T> = Dataset<T> | readonly T[];

/** Item `index` of a data set or array. */
export function itemAt<T>(source: DataSource<T>, index: number): T {
  return source instanceof Dataset ? source.get(index) : source.at(index)!;
}

/** The result of `getItems`; null if the data set has no such method. */
export function itemsTogether<T>(source: DataSource<T>, indices: readonly number[]): Items<T> | null {
  return source instanceof Dataset && standIns(source).includes('getItems') ? source.getItems!(indices) : null;
}

/** The result of `getBatch`; null if the data set has no such method, or cannot make this batch. */
export function readyBatch(
  source: DataSource<unknown>,
  indices: readonly number[],
  draws?: readonly unknown[],
): unknown {
  if (!(source instanceof Dataset) || standIns(source)[0] !== 'getBatch') return null;
  return (source.drawFor ? source.getBatch!(indices, draws) : source.getBatch!(indices)) ?? null;
}

/** The draws that a data set makes in advance for an item; undefined if it makes none. */
export function drawOf(source: DataSource<unknown>, index: number, generator: Generator): unknown {
  return source instanceof Dataset ? source.drawFor?.(index, generator) : undefined;
}

/**
 * The methods that may be used instead of `get`, the fastest first. If a subclass overrides `get` but not these
 * methods, they are left out, because the inherited methods would ignore the new `get`.
 */
function standIns(dataset: Dataset): ('getBatch' | 'getItems')[] {
  const found: ('getBatch' | 'getItems')[] = [];
  for (let at: object | null = dataset; at !== null && at !== Dataset.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of ['getBatch', 'getItems'] as const) {
      if (Object.hasOwn(at, name) && !found.includes(name)) found.push(name);
    }
    if (Object.hasOwn(at, 'get')) break;
  }
  return found;
}

/** The kind of a loader's `dataset` argument: items come by index, or one after another. */
export const dataSource: Kind = {
  words: 'a data set, with get and length, or a list',
  fits: (value) =>
    isObject(value) && ['length', 'get', Symbol.iterator, Symbol.asyncIterator].some((key) => key in value),
};

/** A data set or a list that has a length. */
export const sized: Kind = {
  words: 'a data set or a list, which has a length',
  fits: (value) => isObject(value) && 'length' in value,
};

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/**
 * The number of items.
 * @throws ArgumentError if the data set has no length, which the types rule out
 */
export function lengthOf(source: { readonly length: number } | null | undefined): number {
  const length: unknown = source?.length;
  if (typeof length === 'number' && typeof source !== 'string') return length;
  if (source instanceof Promise) throw new ArgumentError(`data: expected a data set, but got ${kindOf(source)}`);
  throw new ArgumentError(
    `${source?.constructor.name ?? 'data'}: expected a data set that has a length, as in get length() { return 100; }, but got ${kindOf(length)}`,
  );
}

/**
 * The index counted from the start: a negative `index` counts from the end. Throws an IndexError outside [-length,
 * length).
 */
export function resolveIndex(name: string, index: number, length: number): number {
  if (!Number.isInteger(index) || index < -length || index >= length) {
    const range = length > 0 ? `an index from ${-length} to ${length - 1}` : 'no index, since it is empty';
    throw new IndexError(`${name}: expected ${range}, but got ${index}`);
  }
  return index < 0 ? index + length : index;
}

function getIndexed(target: object, key: string | symbol, receiver: unknown): unknown {
  if (typeof key === 'string' && /^-?\d+$/.test(key) && receiver instanceof Dataset) return receiver.get(Number(key));
  return Reflect.get(target, key, receiver);
}
