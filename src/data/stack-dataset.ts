// Data sets side by side: an item is made of one item of each.
import { ArgumentError } from '../errors';
import { isPlainObject } from '../tensor/options';
import type { Generator } from '../tensor/random/generator';
import { defaultCollate } from './collate';
import { type DataSource, Dataset, drawOf, type Items, itemAt, itemsTogether, lengthOf, readyBatch } from './dataset';
import { batchOfItems, isPromise } from './fetch';

type Parts = readonly DataSource<unknown>[] | Readonly<Record<string, DataSource<unknown>>>;

type ItemOf<D> = D extends Dataset<infer T> ? T : D extends readonly (infer T)[] ? T : never;
type AllItems<D> = ItemOf<D[keyof D & (D extends readonly unknown[] ? number : string)]>;

/** The items of data sets side by side; a promise where some have to be fetched. */
export type Stacked<D> = [Extract<AllItems<D>, PromiseLike<unknown>>] extends [never]
  ? { -readonly [K in keyof D]: ItemOf<D[K]> }
  : Promise<{ -readonly [K in keyof D]: Awaited<ItemOf<D[K]>> }>;

/**
 * Data sets of equal length side by side, given in a row or by names:
 *
 *     new data.StackDataset(images, texts)[0];                     // [images[0], texts[0]]
 *     new data.StackDataset({ image: images, text: texts })[0];    // { image: images[0], text: texts[0] }
 *
 * As in PyTorch the items of a batch are fetched part by part.
 */
export class StackDataset<D extends Parts> extends Dataset<Stacked<D>> {
  /** The parts, in an array or by their names. */
  readonly datasets: D;

  /** @throws ArgumentError when there is no data set, or when they differ in length */
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

  override get(index: number): Stacked<D> {
    return this.#assembled(this.#parts.map((part) => itemAt(part, index))) as Stacked<D>;
  }

  override getItems(indices: readonly number[]): Items<Stacked<D>> {
    const columns = this.#parts.map((part) => itemsTogether(part, indices) ?? indices.map((i) => itemAt(part, i)));
    const rows = (ready: readonly (readonly unknown[])[]) =>
      indices.map((_, row) => this.#assembled(ready.map((column) => column[row])));
    const items = columns.some(isPromise) ? Promise.all(columns).then(rows) : rows(columns as unknown[][]);
    return items as Items<Stacked<D>>;
  }

  override drawFor(index: number, generator: Generator): unknown {
    return this.#parts.map((part) => drawOf(part, index, generator));
  }

  override getBatch(indices: readonly number[], draws?: readonly unknown[]): unknown {
    const columns = this.#parts.map((part, p) => {
      const drawn = draws?.map((each) => (each as readonly unknown[])[p]);
      return readyBatch(part, indices, drawn) ?? batchOfItems(part, indices, defaultCollate);
    });
    return this.#assembled(columns);
  }

  get #parts(): readonly DataSource<unknown>[] {
    return Object.values(this.datasets);
  }

  /** A value of each part, as items and batches hold them. */
  #assembled(values: readonly unknown[]): unknown {
    if (values.some(isPromise)) return Promise.all(values).then((ready) => this.#assembled(ready));
    if (Array.isArray(this.datasets)) return values;
    return Object.fromEntries(Object.keys(this.datasets).map((name, p) => [name, values[p]]));
  }
}
