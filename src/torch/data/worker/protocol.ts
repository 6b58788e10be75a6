// What a loader and its workers say to each other.
import type { Packed } from '../../crossing/hand-over';

/** Marks the messages of a loader among others that a program may send its worker. */
export const MARK = 'lamplight:data';

/** The messages that go to a worker. */
export type Order =
  /** Asks for `serving` once more: the first may have come before anybody listened. */
  | { readonly mark: typeof MARK; readonly kind: 'hello' }
  | Start
  | Fetch
  /** Another pass begins; open requests of the pass before need no answer. */
  | { readonly mark: typeof MARK; readonly kind: 'pass'; readonly pass: number };

export interface Start {
  readonly mark: typeof MARK;
  readonly kind: 'start';
  readonly id: number;
  readonly numWorkers: number;
  /** What the default generator of the worker is seeded with. */
  readonly seed: bigint;
  /** Where the generator goes on instead, in a run that is resumed. */
  readonly generator: Uint8Array | null;
  /** What the worker's copy of the data set is made of, where the loader has cloned it. */
  readonly state: unknown;
  /** The name of a lock that the worker holds for as long as it lives, where there are locks. */
  readonly lock: string | null;
}

export interface Fetch {
  readonly mark: typeof MARK;
  readonly kind: 'fetch';
  readonly pass: number;
  readonly task: number;
  /** What items are asked for by; of an iterable data set, how many are the next. */
  readonly addresses: readonly unknown[] | number;
  /** The indices of the items, for errors. */
  readonly samples: readonly number[] | null;
  /** Of an iterable data set: nothing, where fewer are left. */
  readonly dropLast: boolean;
}

/** The messages that come from a worker. */
export type Report =
  | { readonly mark: typeof MARK; readonly kind: 'serving'; readonly served: Served | null }
  /** It holds its lock. */
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

/** What a module of the user's serves. */
export interface Served {
  readonly name: string;
  /** Items of the data set, or of that which subsets of it lie around; null for an iterable one. */
  readonly length: number | null;
}

export interface BatchReport {
  readonly mark: typeof MARK;
  readonly kind: 'batch';
  readonly pass: number;
  readonly task: number;
  readonly items: Packed;
  /** The state of the worker's generator behind this batch, where the batch has drawn from it. */
  readonly generator: Uint8Array | null;
}

/** An error on its way. */
export interface Failure {
  /** Names of its class and of those above it. */
  readonly classes: readonly string[];
  readonly message: string;
  readonly stack: string | null;
  /** Its own properties, as far as they can be sent. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The index of the item; null where no single item failed. */
  readonly sample: number | null;
}

/** What a worker answered for a task. */
export type Answer =
  | { readonly kind: 'batch'; readonly items: Packed; readonly generator: Uint8Array | null }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly error: Error };

export const isMarked = (data: unknown): data is { readonly mark: typeof MARK } =>
  typeof data === 'object' && data !== null && Reflect.get(data, 'mark') === MARK;
