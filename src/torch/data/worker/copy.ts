// Describes how a loader's workers can read for a data set of this library.
import type { DataSource, Dataset } from '../dataset';
import { type PartsState, partsState } from './parts';
import type { WorkerLike } from './thread';

/**
 * How workers read for a data set of this library: each has a copy of the parts that fetch and decode, and sends plain
 * data (numbers, strings, typed arrays, nested in arrays and objects). The main side makes items and batches from it,
 * so that transforms run there, on the device, a batch at a time. Meanwhile the worker's own generator is the default
 * one, so transforms draw from it, batch by batch in order.
 */
export interface WorkerCopy<Read = unknown, Item = unknown> {
  /** Starts a worker whose module calls `serveCopies`. */
  start(): WorkerLike;
  /**
   * The state of the copy in the worker: anything that can be cloned structurally, including files and their handles.
   */
  readonly state: unknown;
  /** The address at which the copy reads item `index`. The address is cloned, too. */
  address(index: number): unknown;
  /** Makes item `index` from what a worker has read for it; a promise if a part in memory returns one. */
  item(/** A part of the file. */ read: Read, index: number): Item;
  /** Makes the items together; null if they must be made one after another. */
  items?(
    /** Parts of files. */
    reads: readonly Read[],
    indices: readonly number[],
  ): readonly Item[] | Promise<readonly Awaited<Item>[]> | null;
  /**
   * Makes the batch from what a worker has read, as `getBatch` would; null if it has to be made from items.
   * @param reads Parts of files.
   */
  batch?(reads: readonly Read[], indices: readonly number[]): unknown;
}

/**
 * A data set's answer to a loader with workers. `'here'`: its items are in memory or on the device, or made by code
 * that cannot be cloned but may run here; then nothing is read ahead, and no worker is started. Null: items can be made
 * in a worker only if the user provides a worker module.
 */
export type WorkerCopyAnswer<Item = unknown> = WorkerCopy<never, Item> | 'here' | null;

/** How workers read for a data set or an array; an array's items are in memory. */
export function copyOf(source: DataSource<unknown>): WorkerCopyAnswer {
  if (Array.isArray(source)) return 'here';
  const dataset = source as Dataset;
  return isChanged(dataset) ? 'here' : (dataset.workerCopy?.() ?? null);
}

/** The methods that make items and batches on the main side. */
const MAKERS = ['get', 'getItems', 'getBatch', 'drawFor', 'transformed'];

/**
 * Whether the user has replaced methods of a data set that can be copied, in a subclass or by assignment. A copy would
 * ignore the user's methods, so they are called here.
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

/** How workers read for a data set that consists of others: for those parts that can be copied. */
export function copiesOf(parts: readonly DataSource<unknown>[]): PartCopies | 'here' | null {
  const answers = parts.map(copyOf);
  if (answers.includes(null)) return null;
  const of = answers.map((answer) => (answer === 'here' ? null : (answer as WorkerCopy)));
  const [first, ...rest] = of.filter((copy) => copy !== null);
  if (!first) return 'here';
  // Each worker must be able to read for all parts.
  if (rest.some(({ start }) => start !== first.start)) return null;
  return { start: first.start, state: partsState(of.map((copy) => copy && { state: copy.state })), of };
}

/** Whether some part reads its items from files on demand. */
export const readsFiles = (parts: readonly DataSource<unknown>[]): boolean =>
  parts.some((part) => {
    const copy = copyOf(part);
    return copy !== null && copy !== 'here';
  });
