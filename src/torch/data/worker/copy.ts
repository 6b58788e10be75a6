// What a data set says of itself so that a loader's workers can read for it.
import type { DataSource, Dataset } from '../dataset';
import { type PartsState, partsState } from './parts';
import type { WorkerLike } from './thread';

/**
 * How workers read for a data set of this library: each has a copy of the parts that fetch and decode, and hands over plain data (numbers, strings,
 * typed arrays, nested in arrays and objects). The main side makes items and batches of it, so that transforms run there, on the device, by batch.
 * Random draws of transforms come from the worker's own generator, batch by batch in order: it is the default generator meanwhile.
 */
export interface WorkerCopy<Read = unknown, Item = unknown> {
  /** Starts a worker whose module calls `serveCopies`. */
  start(): WorkerLike;
  /** What the copy in the worker is made of: whatever structured cloning takes, among it files and their handles. */
  readonly state: unknown;
  /** What a copy is asked for where the data set is asked for item `index`; cloned too. */
  address(index: number): unknown;
  /** Item `index`, of what a worker has read for it; a promise where the item of a part in memory is one. */
  item(read: Read, index: number): Item;
  /** The items, where they are not made one after another; null where they are. */
  items?(
    reads: readonly Read[],
    indices: readonly number[],
  ): readonly Item[] | Promise<readonly Awaited<Item>[]> | null;
  /** The batch, as `getBatch` would make it, of what a worker has read; null where it has to be made of items. */
  batch?(reads: readonly Read[], indices: readonly number[]): unknown;
}

/**
 * What a data set answers when a loader with workers asks. `'here'`: its items are in memory or on the device, or made by code that cannot be cloned but may run here: nothing is
 * is read ahead, and no worker is started. Null: only a module of the user's can make its items elsewhere.
 */
export type WorkerCopyAnswer<Item = unknown> = WorkerCopy<never, Item> | 'here' | null;

/** How workers read for a data set or an array, whose items are in memory. */
export function copyOf(source: DataSource<unknown>): WorkerCopyAnswer {
  if (Array.isArray(source)) return 'here';
  const dataset = source as Dataset;
  return isChanged(dataset) ? 'here' : (dataset.workerCopy?.() ?? null);
}

/** The methods that make items and batches on the main side. */
const MAKERS = ['get', 'getItems', 'getBatch', 'drawFor', 'transformed'];

/**
 * Whether a data set that can be copied has been given methods of the user's, in a subclass or by assignment, which a copy would pass by. They are called here then.
 */
function isChanged(dataset: Dataset): boolean {
  let changed = false;
  for (let at: object | null = dataset; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, 'workerCopy')) return changed;
    changed ||= MAKERS.some((name) => Object.hasOwn(at as object, name));
  }
  return false;
}

/** The copies of parts: null for those in memory. */
export interface PartCopies {
  start(): WorkerLike;
  readonly state: PartsState;
  readonly of: readonly (WorkerCopy | null)[];
}

/** How workers read for a data set that is made of others, as far as its parts say. */
export function copiesOf(parts: readonly DataSource<unknown>[]): PartCopies | 'here' | null {
  const answers = parts.map(copyOf);
  if (answers.includes(null)) return null;
  const of = answers.map((answer) => (answer === 'here' ? null : (answer as WorkerCopy)));
  const [first, ...rest] = of.filter((copy) => copy !== null);
  if (!first) return 'here';
  // One worker reads for all of them.
  if (rest.some(({ start }) => start !== first.start)) return null;
  return { start: first.start, state: partsState(of.map((copy) => copy && { state: copy.state })), of };
}

/** Whether some part reads its items from files when they are asked for. */
export const readsFiles = (parts: readonly DataSource<unknown>[]): boolean =>
  parts.some((part) => {
    const copy = copyOf(part);
    return copy !== null && copy !== 'here';
  });
