// What a data set says of itself so that a loader's workers can read for it.
import type { DataSource, Dataset } from '../dataset';
import type { WorkerLike } from './thread';

/**
 * How workers read for a data set of this library: each has a copy of what is needed to fetch and decode, and hands over plain data (numbers, strings,
 * typed arrays, nested in arrays and objects). The main side makes items and batches of it, so that transforms run there, on the device, by batch.
 * What these draw at random comes from the worker's own generator, batch by batch in its order: that is the default generator meanwhile.
 */
export interface WorkerCopy<Read = unknown, Item = unknown> {
  /** Starts a worker whose module calls `serveCopies`. */
  start(): WorkerLike;
  /** What the copy in the worker is made of: whatever structured cloning takes, among it files and their handles. */
  readonly state: unknown;
  /** What a copy is asked for where the data set is asked for item `index`; cloned too. */
  address(index: number): unknown;
  /** Item `index`, of what a worker has read for it. */
  item(read: Read, index: number): Item;
  /** The batch, as `getBatch` would make it, of what a worker has read; null where it has to be made of items. */
  batch?(reads: readonly Read[], indices: readonly number[]): unknown;
}

/**
 * What a data set answers when a loader with workers asks. `'here'`: its items are in memory or on the device, so that nothing is to be read ahead and
 * no worker is started. Null: only a module of the user's can make its items elsewhere.
 */
export type WorkerCopyAnswer<Item = unknown> = WorkerCopy<never, Item> | 'here' | null;

/** How workers read for a data set or an array, whose items are in memory. */
export const copyOf = (source: DataSource<unknown>): WorkerCopyAnswer =>
  Array.isArray(source) ? 'here' : ((source as Dataset).workerCopy?.() ?? null);
