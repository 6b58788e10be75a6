// Where one download is kept: what the keeping in a page and on a disk have in common.

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
  /** Runs `work` while nobody else, in this page or process or another, works on this slot. */
  alone<T>(work: () => Promise<T>): Promise<T>;
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

/** Runs `work` when all work queued here before under that name has ended, well or not. */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(name);
  const mine = (before ?? Promise.resolve()).then(work, work);
  queues.set(name, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(name) === mine) queues.delete(name);
  }
}
