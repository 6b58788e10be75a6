// The interface of a place for one download, which the page and the disk implement.
import { orAborted } from '../or-aborted';

/** The result of a download: a `Blob` in a page, the path of a file in Node. */
export type Kept = Blob | string;

/** Facts that distinguish one version of a file from another. */
export interface FileFacts {
  /** Its length in bytes; null if the server does not say. */
  readonly total: number | null;
  /** Its ETag, or else its date of modification; null if the server gives neither. */
  readonly version: string | null;
}

/** The part of a file that an earlier attempt has downloaded. */
export interface Begun extends FileFacts {
  readonly length: number;
}

/** The place of one file, which is empty, begun, or complete. */
export interface Slot {
  /**
   * Runs `work` while nobody else, in this or any other page or process, works on this slot. An abort ends the wait for
   * access; after that, `work` must watch the signal itself.
   */
  alone<T>(work: () => Promise<T>, signal?: AbortSignal | null): Promise<T>;
  /** The file, if it is complete. */
  found(): Promise<Kept | null>;
  begun(): Promise<Begun | null>;
  /** Starts the file from scratch. */
  begin(facts: FileFacts): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** Stores the bytes appended so far, so that they survive an interruption. */
  flush(): Promise<void>;
  /** The contents so far. */
  contents(): AsyncIterable<Uint8Array>;
  /** Makes the appended bytes the complete file. */
  keep(): Promise<Kept>;
  discard(): Promise<void>;
}

const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` when all work queued earlier under that name has ended, whether it succeeded or not. An abort ends the
 * wait.
 */
export async function inTurn<T>(name: string, work: () => Promise<T>, signal?: AbortSignal | null): Promise<T> {
  const turn = (queues.get(name) ?? Promise.resolve()).then(
    () => undefined,
    () => undefined,
  );
  const mine = turn.then(() => {
    signal?.throwIfAborted();
    return work();
  });
  queues.set(name, mine);
  const forget = () => {
    if (queues.get(name) === mine) queues.delete(name);
  };
  mine.then(forget, forget);
  await orAborted(turn, signal);
  return mine;
}
