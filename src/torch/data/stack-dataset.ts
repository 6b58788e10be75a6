// Data sets side by side: an item consists of one item of each.
import { ArgumentError } from '../../engine/core/errors';
import { isPlainObject } from '../../engine/core/options';
import type { Generator } from '../../engine/storage/random/generator';
import { Tensor } from '../tensor/tensor';
import { type DrawnIndices, drawnIn, type IndexArguments, type ItemsArguments, indexIn, indicesIn } from './arguments';
import { defaultCollate } from './collate';
import {
  type DataSource,
  Dataset,
  drawOf,
  type Items,
  itemAt,
  itemsTogether,
  lengthOf,
  readyBatch,
  resolveIndex,
} from './dataset';
import { batchOfItems, collated, isPromise, itemsOf } from './fetch';
import { inTurn } from './turns';
import { copiesOf, copyOf, readsFiles, type WorkerCopy, type WorkerCopyAnswer } from './worker/copy';
import type { PartAddresses } from './worker/parts';

type StackedDatasets = readonly DataSource<unknown>[] | Readonly<Record<string, DataSource<unknown>>>;

type ItemOf<D> = D extends Dataset<infer T> ? T : D extends readonly (infer T)[] ? T : never;
type AllItems<D> = ItemOf<D[keyof D & (D extends readonly unknown[] ? number : string)]>;

/** The items of data sets side by side; a promise if some have to be fetched. */
export type Stacked<D> = [Extract<AllItems<D>, PromiseLike<unknown>>] extends [never]
  ? { -readonly [K in keyof D]: ItemOf<D[K]> }
  : Promise<{ -readonly [K in keyof D]: Awaited<ItemOf<D[K]>> }>;

/** Retains the tensors in these values, so that they outlive the scope while other values are awaited. */
function outlasting<T>(values: T): T {
  if (values instanceof Tensor) values.retain();
  else if (Array.isArray(values) || isPlainObject(values)) Object.values(values).forEach(outlasting);
  return values;
}

/** The items of one part. */
const columnOf = (part: DataSource<unknown>, indices: readonly number[]): Items<unknown> =>
  itemsTogether(part, indices) ?? indices.map((i) => itemAt(part, i));

/** The batch of one part. */
const batchOfPart = (part: DataSource<unknown>, indices: readonly number[], draws?: readonly unknown[]): unknown =>
  readyBatch(part, indices, draws) ?? batchOfItems(part, indices, defaultCollate);

/**
 * Data sets of equal length side by side, given as a list or by name:
 *
 *     new data.StackDataset(images, texts)[0];                     // [images[0], texts[0]]
 *     new data.StackDataset({ image: images, text: texts })[0];    // { image: images[0], text: texts[0] }
 *
 * As in PyTorch, the items of a batch are fetched part by part.
 */
export class StackDataset<D extends StackedDatasets> extends Dataset<Stacked<D>> {
  /** The parts, in an array or by name. */
  readonly datasets: D;

  /**
   * @throws ArgumentError if there is no data set, or if they differ in length
   * @param datasets The data sets, in their order.
   */
  constructor(...datasets: D & readonly DataSource<unknown>[]);
  constructor(datasets: D);
  constructor(...datasets: unknown[]) {
    super();
    const named = datasets.some(isPlainObject);
    if (named && datasets.length > 1) {
      throw new ArgumentError(
        'StackDataset: expected data sets in a row or in an object by their names, but got both; name them all',
      );
    }
    this.datasets = (named ? datasets[0] : datasets) as D;
    const lengths = this.#parts.map(lengthOf);
    if (lengths.length === 0) throw new ArgumentError('StackDataset: expected at least one data set, but got none');
    if (lengths.some((length) => length !== lengths[0])) {
      throw new ArgumentError(`StackDataset: expected data sets of equal length, but got ${lengths.join(' and ')}`);
    }
  }

  override get length(): number {
    return lengthOf(this.#parts[0]!);
  }

  override get(...args: IndexArguments): Stacked<D> {
    const index = resolveIndex('StackDataset', indexIn('StackDataset', args), this.length);
    return this.#assembled(this.#each((part) => itemAt(part, index))) as Stacked<D>;
  }

  override getItems(...args: ItemsArguments): Items<Stacked<D>> {
    const indices = indicesIn('StackDataset.getItems', args);
    return this.#rows(
      indices,
      this.#each((part) => columnOf(part, indices)),
    );
  }

  /**
   * Calls `ask` for each part in order. If some parts read files, parts in memory wait for their turn, so that random
   * draws stay in order.
   */
  #each<T>(ask: (part: DataSource<unknown>, p: number) => T): T[] {
    const waits = readsFiles(this.#parts);
    return this.#parts.map((part, p) =>
      waits && copyOf(part) === 'here' ? (inTurn(null, () => ask(part, p)) as T) : ask(part, p),
    );
  }

  /** Items made from columns, each of which holds the items of one part. */
  #rows(indices: readonly number[], columns: readonly Items<unknown>[]): Items<Stacked<D>> {
    const rows = (ready: readonly (readonly unknown[])[]) =>
      indices.map((_, row) => this.#assembled(ready.map((column) => column[row])));
    if (!columns.some(isPromise)) return rows(columns as unknown[][]) as Items<Stacked<D>>;
    return Promise.all(outlasting(columns)).then(rows) as Items<Stacked<D>>;
  }

  override drawFor(index: number, generator: Generator): unknown {
    return this.#parts.map((part) => drawOf(part, index, generator));
  }

  override getBatch(indices: readonly number[], draws?: readonly unknown[]): unknown;
  override getBatch(named: DrawnIndices): unknown;
  override getBatch(...args: unknown[]): unknown {
    const { indices, draws } = drawnIn('StackDataset', args);
    const columns = this.#each((part, p) => {
      const drawn = draws?.map((each) => (each as readonly unknown[])[p]);
      return batchOfPart(part, indices, drawn);
    });
    return this.#assembled(columns);
  }

  /** @internal The copies of the parts. Parts in memory are read on the main side. */
  override workerCopy(): WorkerCopyAnswer {
    const copies = copiesOf(this.#parts);
    if (copies === null || copies === 'here') return copies;
    const parts = this.#parts;
    const read = copies.of.flatMap((copy, p) => (copy ? [p] : []));
    /** A column for each part: made from the data that workers have read, or by the part itself if it is in memory. */
    const columns = <T>(
      reads: readonly (readonly unknown[])[],
      ofRead: (copy: WorkerCopy, reads: readonly unknown[]) => T,
      ofPart: (part: DataSource<unknown>) => T,
    ): T[] =>
      parts.map((part, p) => {
        const copy = copies.of[p];
        const at = read.indexOf(p);
        return copy
          ? ofRead(
              copy,
              reads.map((each) => each[at]),
            )
          : ofPart(part);
      });
    const copy: WorkerCopy<readonly unknown[], unknown> = {
      start: copies.start,
      state: copies.state,
      address: (index): PartAddresses => read.map((p) => [p, copies.of[p]!.address(index)]),
      item: (reads, index) =>
        this.#assembled(
          columns(
            [reads],
            (of, [own]) => of.item(own, index),
            (part) => itemAt(part, index),
          ),
        ),
      items: (reads, indices) =>
        this.#rows(
          indices,
          columns<Items<unknown>>(
            reads,
            (of, own) => itemsOf(of, own, indices),
            (part) => columnOf(part, indices),
          ),
        ),
      batch: (reads, indices) =>
        this.#assembled(
          columns(
            reads,
            (of, own) => of.batch?.(own, indices) ?? collated(itemsOf(of, own, indices), defaultCollate),
            (part) => batchOfPart(part, indices),
          ),
        ),
    };
    return copy;
  }

  get #parts(): readonly DataSource<unknown>[] {
    return Object.values(this.datasets);
  }

  /** Joins the values of the parts, one each, in the form of items and batches: an array or an object. */
  #assembled(values: readonly unknown[]): unknown {
    if (values.some(isPromise)) return Promise.all(outlasting(values)).then((ready) => this.#assembled(ready));
    if (Array.isArray(this.datasets)) return values;
    return Object.fromEntries(Object.keys(this.datasets).map((name, p) => [name, values[p]]));
  }
}
