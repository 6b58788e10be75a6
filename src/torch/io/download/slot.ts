// Where one download is kept: what the keeping in a page and on a disk have in common.
import { orAborted } from '../or-aborted';

/** What a download gives: a `Blob` in a page, the path of a file in Node. */
export type Kept = Blob | string;

/** What tells one version of a file from another. */
export interface FileFacts {
  /** Its length in bytes; null where the server does not say. */
  readonly total: number | null;
  /** Its ETag, or else when it was modified; null where the server says neither. */
  readonly version: string | null;
}

/** What an earlier attempt has left of a file. */
export interface Begun extends FileFacts {
  readonly length: number;
}

/** The place of one file: empty, begun, or holding it. */
export interface Slot {
  /**
   * Runs `work` while nobody else, in this page or process or another, works on this slot. An abort ends the wait for its turn; `work` sees
   * by itself what comes later.
   */
  alone<T>(work: () => Promise<T>, signal?: AbortSignal | null): Promise<T>;
  /** The file, if all of it is here. */
  found(): Promise<Kept | null>;
  begun(): Promise<Begun | null>;
  /** Begins anew. */
  begin(facts: FileFacts): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** After it, the bytes appended so far outlast a break. */
  flush(): Promise<void>;
  /** The contents so far. */
  contents(): AsyncIterable<Uint8Array>;
  /** Makes the appended bytes the file. */
  keep(): Promise<Kept>;
  discard(): Promise<void>;
}

const queues = new Map<string, Promise<unknown>>();

/** Runs `work` when all work queued here before under that name has ended, well or not; an abort ends the wait for that. */
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
