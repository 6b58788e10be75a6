// The messages between a loader and its workers.
import type { BatchMessage } from '../../crossing/hand-over';

/** Distinguishes a loader's messages from others that a program may send to its worker. */
export const MARK = 'lamplight:data';

/** The messages to a worker. */
export type Order =
  /** Asks for `serving` again: the first such report may have been sent before anyone listened. */
  | { readonly mark: typeof MARK; readonly kind: 'hello' }
  | Start
  | Fetch
  /** A new pass begins; open requests of the previous pass need no answer. */
  | { readonly mark: typeof MARK; readonly kind: 'pass'; readonly pass: number };

export interface Start {
  readonly mark: typeof MARK;
  readonly kind: 'start';
  readonly id: number;
  readonly numWorkers: number;
  /** The seed of the worker's default generator. */
  readonly seed: bigint;
  /** In a resumed run, the state from which the generator starts instead. */
  readonly generator: Uint8Array | null;
  /** The state of the worker's copy of the data set, if the loader has cloned it. */
  readonly state: unknown;
  /** The name of a lock that the worker holds while it is alive; null if the platform has no locks. */
  readonly lock: string | null;
}

export interface Fetch {
  readonly mark: typeof MARK;
  readonly kind: 'fetch';
  readonly pass: number;
  readonly task: number;
  /** The addresses of the items; for an iterable data set, the number of items to read next. */
  readonly addresses: readonly unknown[] | number;
  /** The indices of the items, for errors. */
  readonly samples: readonly number[] | null;
  /** For an iterable data set: send nothing if fewer items are left. */
  readonly dropLast: boolean;
}

/** The messages from a worker. */
export type Report =
  | { readonly mark: typeof MARK; readonly kind: 'serving'; readonly served: Served | null }
  /** The worker holds its lock. */
  | { readonly mark: typeof MARK; readonly kind: 'locked' }
  | BatchReport
  | { readonly mark: typeof MARK; readonly kind: 'end'; readonly pass: number; readonly task: number }
  | {
      readonly mark: typeof MARK;
      readonly kind: 'failed';
      readonly pass: number;
      readonly task: number;
      readonly failure: Failure;
    };

/** Describes the data set that a user's module serves. */
export interface Served {
  readonly name: string;
  /** The number of items of the data set, or of the one under its subsets; null for an iterable one. */
  readonly length: number | null;
}

export interface BatchReport {
  readonly mark: typeof MARK;
  readonly kind: 'batch';
  readonly pass: number;
  readonly task: number;
  readonly items: BatchMessage;
  /** The state of the worker's generator after this batch, if the batch has drawn from it. */
  readonly generator: Uint8Array | null;
}

/** An error in a form that can be sent. */
export interface Failure {
  /** The names of the error's class and base classes. */
  readonly classes: readonly string[];
  readonly message: string;
  readonly stack: string | null;
  /** Those of the error's own properties that can be sent. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The index of the item; null if no single item failed. */
  readonly sample: number | null;
}

/** A worker's answer to a task. */
export type Answer =
  | { readonly kind: 'batch'; readonly items: BatchMessage; readonly generator: Uint8Array | null }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly error: Error };

export const isMarked = (data: unknown): data is { readonly mark: typeof MARK } =>
  typeof data === 'object' && data !== null && Reflect.get(data, 'mark') === MARK;
