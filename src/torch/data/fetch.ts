// Makes a batch: by the data set itself, from its items, or from the next items of a stream.

import { closed } from '../../engine/core/arity';
import { isPlainObject, missingArguments } from '../../engine/core/options';
import { lastNodeId } from '../../engine/graph/value';
import { tensor } from '../tensor/creation/creation';
import { scope, takeIn } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { defaultCollate } from './collate';
import { type DataSource, type Items, type IterableDataset, itemAt, itemsTogether, readyBatch } from './dataset';
import type { WorkerCopy } from './worker/copy';

/** Makes a batch from items. */
export type Collate<T, B> = (items: Awaited<T>[]) => B;

/** The batch of the items at `indices`; without `collate`, the data set makes the batch if it can. */
export function fetchBatch<T, B>(
  dataset: DataSource<T>,
  indices: readonly number[],
  collate: Collate<T, B> | null,
): B | Promise<B> {
  const batch = collate ? null : readyBatch(dataset, indices);
  if (batch !== null) return batch as B | Promise<B>;
  return batchOfItems(dataset, indices, collate ?? (defaultCollate as unknown as Collate<T, B>));
}

/** The batch made from items that are fetched together if the data set can, else one by one. */
export function batchOfItems<T, B>(
  dataset: DataSource<T>,
  indices: readonly number[],
  collate: Collate<T, B>,
): B | Promise<B> {
  const since = lastNodeId();
  const { together } = scope(() => ({ together: itemsTogether(dataset, indices) }));
  if (together) return collated(together, collate, since);
  // The items are inner tensors of this scope, so only the batch stays on the device.
  const { batch, promised } = scope((): { batch?: B; promised?: Promise<Awaited<T>[]> } => {
    const items = indices.map((index) => itemAt(dataset, index));
    return isPromise(items[0]) ? { promised: Promise.all(items) } : { batch: collate(items as Awaited<T>[]) };
  });
  return promised ? collated(promised, collate, since) : batch!;
}

/** The batch of `items`, made once all have arrived; `since` is the last node recorded before the items were made. */
export function collated<T, B>(items: Items<T>, collate: Collate<T, B>, since = lastNodeId()): B | Promise<B> {
  if (!isPromise(items) && !items.some(isPromise)) return batchOfReady([...items] as Awaited<T>[], collate, since);
  return Promise.resolve(items)
    .then((some) => Promise.all(some))
    .then((ready) => batchOfReady(ready, collate, since));
}

/**
 * The batch of items that have arrived. Tensors made after node `since` are inner (they are not kept), unless someone
 * has retained them.
 */
export function batchOfReady<T, B>(items: Awaited<T>[], collate: Collate<T, B>, since: number): B {
  return scope(() => {
    takeIn(items, since);
    return collate(items);
  });
}

/** The items made from what workers have read. */
export const itemsOf = (copy: WorkerCopy, reads: readonly unknown[], indices: readonly number[]): Items<unknown> =>
  copy.items?.(reads, indices) ?? reads.map((read, i) => copy.item(read, indices[i]!));

/**
 * The batch made from what workers have read for copies of a data set. If `whole`, the data set makes the batch if it
 * can; otherwise `collate` makes it.
 */
export function batchOfReads<T, B>(
  copy: WorkerCopy,
  reads: readonly unknown[],
  indices: readonly number[],
  collate: Collate<T, B>,
  whole: boolean,
): B | Promise<B> {
  const { batch, items } = scope(() => {
    const made = whole ? (copy.batch?.(reads, indices) ?? null) : null;
    if (made !== null) return { batch: made, items: null };
    const parts = itemsOf(copy, reads, indices) as Items<T>;
    // Parts in memory may have items that must be awaited.
    const isReady = !isPromise(parts) && !parts.some(isPromise);
    return isReady ? { batch: collate([...parts] as Awaited<T>[]), items: null } : { batch: null, items: parts };
  });
  return items ? collated(items, collate) : (batch as B | Promise<B>);
}

/** The items of a stream in groups of `size`. Each group is read on demand, after `before` has been awaited. */
export async function* groupsOf<T>(
  dataset: IterableDataset<T>,
  size: number,
  dropLast: boolean,
  before: () => Promise<void>,
): AsyncIterableIterator<Awaited<T>[]> {
  let group: Awaited<T>[] = [];
  await before();
  for await (const item of oneByOne(dataset)) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
    await before();
  }
  if (group.length > 0 && !dropLast) yield group;
}

/** The items of a stream. If an item is made synchronously, the intermediate tensors are inner: they are not kept. */
async function* oneByOne<T>(dataset: IterableDataset<T>): AsyncIterableIterator<Awaited<T>> {
  const items: AsyncIterator<T> | Iterator<T> = dataset[Symbol.asyncIterator]?.() ?? dataset[Symbol.iterator]();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await scope(() => ({ next: items.next() })).next;
      isOver = done === true;
      if (isOver) return;
      yield await value;
    }
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    if (!isOver) await items.return?.();
  }
}

/** The type that `defaultConvert` returns for an item of type T. */
export type Converted<T> = T extends Tensor
  ? T
  : T extends ArrayBufferView
    ? Tensor
    : T extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { -readonly [K in keyof T]: Converted<T[K]> }
      : T;

/**
 * Converts an item as a loader without batches does: typed arrays, also those inside arrays and objects, become
 * tensors; anything else stays as it is.
 */
export const defaultConvert = /* @__PURE__ */ closed('defaultConvert', <T>(data: T): Converted<T> => {
  if (data === undefined) throw missingArguments('defaultConvert', ['data'], {});
  return converted(data) as Converted<T>;
});

/** `defaultConvert`, but `undefined` is allowed as an item. */
export function converted(item: unknown): unknown {
  if (ArrayBuffer.isView(item) && !(item instanceof DataView)) return tensor(item as Float32Array);
  if (Array.isArray(item)) return item.map(converted);
  if (!isPlainObject(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, converted(value)]));
}

export const isPromise = (item: unknown): item is Promise<unknown> =>
  typeof (item as { then?: unknown } | null)?.then === 'function';
