// Data sets: what can be asked for its length and for an item by index.

import { ArgumentError, IndexError } from '../errors';
import { Printable } from '../printable';
import { kindOf } from '../tensor/options';
import type { WorkerCopyAnswer } from './worker/copy';

/**
 * Base of data sets. A subclass defines `length` and `get(index)`:
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
    // Only names that no object has reach the end of the prototype chain, so nothing else pays for the look-up by index.
    Object.setPrototypeOf(Dataset.prototype, new Proxy(Printable.prototype, { get: getIndexed }));
  }

  /** The number of items. */
  abstract get length(): number;

  /** Item `index`. A subclass whose items have to be fetched may return a promise: `Dataset<Promise<T>>`. */
  abstract get(index: number): T;

  /**
   * The items at `indices`, already collated: what a DataLoader yields for them. A data set that lives on the device defines it to make
   * the whole batch with one gather. It may return null when it cannot do that.
   */
  getBatch?(indices: readonly number[]): unknown;

  /** @internal How the workers of a loader read for this data set; without it only a module of the user's can. */
  workerCopy?(): WorkerCopyAnswer;

  /** `Squares(length=100)`. */
  override toString(): string {
    return `${this.constructor.name}(length=${this.length})`;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    const length = lengthOf(this);
    for (let i = 0; i < length; i++) yield this.get(i);
  }
}

/** What a loader reads: a Dataset, or an array of items. */
export type DataSource<T> = Dataset<T> | readonly T[];

/** Item `index` of a data set or array. */
export function itemAt<T>(source: DataSource<T>, index: number): T {
  return source instanceof Dataset ? source.get(index) : source[index]!;
}

/**
 * How many items there are.
 * @throws ArgumentError for a data set that does not say so, which types would refuse
 */
export function lengthOf(source: { readonly length: number } | null | undefined): number {
  const length: unknown = source?.length;
  if (typeof length === 'number') return length;
  throw new ArgumentError(
    `${source?.constructor.name ?? 'data'}: expected a data set that has a length, as in get length() { return 100; }, but got ${kindOf(length)}`,
  );
}

/** `index` with negative ones counted from the end; throws an IndexError outside [-length, length). */
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
