// Tensors that the program itself holds at the top level. They are not protected from the start, as parameters are, but
// snapshots copy them, too.
import { byteLength } from '../core/meta';
import { lastNodeId } from '../graph/value';
import type { Storage } from './storage';

interface Candidate {
  readonly storage: WeakRef<Storage>;
  /** Set by the first snapshot that finds the tensor: its changes, and the id of the latest node at that time. */
  seen: { readonly changes: number; readonly node: number } | null;
}

/** Tensors without a copy yet. */
let waiting: Candidate[] = [];
/** At this many, and whenever their number has doubled, tensors that have been collected are removed. */
const FEW = 4096;
let many = FEW;

/**
 * A tensor of at most this many bytes is copied in any case. A larger one must have been used since the last snapshot:
 * the garbage collector may be about to take it.
 */
const SMALL = 1 << 10;
/** The maximum number of bytes that an automatic snapshot takes: of one such tensor, and of all. */
const MOST_BYTES = 1 << 26;
const MOST_BYTES_OF_ALL = 1 << 28;

/** Has the next snapshots copy the contents, if the program still holds them by then. */
export function noteProgramTensor(storage: Storage): void {
  waiting.push({ storage: new WeakRef(storage), seen: null });
  if (waiting.length < many) return;
  waiting = waiting.filter((candidate) => candidate.storage.deref());
  many = Math.max(FEW, 2 * waiting.length);
}

/**
 * The storages to protect from now on. For a snapshot that the user takes: all of them. For an automatic one: those
 * that the snapshot before found, that have been read or written since or are small, whose contents are not on the
 * host, and that fit beside `bytes`.
 */
export function takeProgramTensors(all: boolean, bytes: number): Storage[] {
  const taken: Storage[] = [];
  let room = MOST_BYTES_OF_ALL - bytes;
  const left: Candidate[] = [];
  for (const candidate of waiting) {
    const storage = candidate.storage.deref();
    if (!storage || storage.disposed || storage.uncopied || storage.slice) continue;
    const { flushed, isOnHost } = storage;
    const size = byteLength(storage);
    const fits = size <= Math.min(room, MOST_BYTES);
    const isDue = all || (fits && flushed?.available && isOfUse(candidate, storage, size));
    if (isDue && flushed && !flushed.failure && (all || !isOnHost)) {
      taken.push(storage);
      room -= size;
    } else left.push(candidate);
    candidate.seen ??= { changes: storage.changes, node: lastNodeId() };
  }
  waiting = left;
  return taken;
}

/** Whether the tensor has outlived the step that made it. */
function isOfUse({ seen }: Candidate, { flushed, changes }: Storage, size: number): boolean {
  return seen !== null && (size <= SMALL || changes > seen.changes || flushed!.used > seen.node);
}
