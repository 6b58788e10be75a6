// The program's own tensors at the top level. They are not protected, but snapshots copy them too.
import { byteLength } from '../core/meta';
import { lastNodeId } from '../graph/value';
import type { Storage } from './storage';

interface Held {
  readonly storage: WeakRef<Storage>;
  /** At the first snapshot that found it: its changes, and the last node that there was. */
  seen: { readonly changes: number; readonly node: number } | null;
}

/** Those without a copy yet. */
let waiting: Held[] = [];
/** So many are looked through for what the collector has taken. */
const FEW = 4096;
let many = FEW;

/** A tensor of at most so many bytes is copied even if later steps cannot use it: the collector may be about to take it. */
const SMALL = 1 << 10;
/** Bytes of the tensors of the program that a snapshot takes by itself: of one, and of all. */
const MOST_BYTES = 1 << 26;
const MOST_BYTES_OF_ALL = 1 << 28;

/** Has the next snapshots take the contents, if the program still holds them. */
export function hold(storage: Storage): void {
  waiting.push({ storage: new WeakRef(storage), seen: null });
  if (waiting.length < many) return;
  waiting = waiting.filter((held) => held.storage.deref());
  many = Math.max(FEW, 2 * waiting.length);
}

/**
 * The storages protected from now on. All of them, or, for a snapshot taken by itself, those without contents on the host
 * that were there at the one before and have been read or written since, or are small, and find room beside `bytes`.
 */
export function takeHeld(all: boolean, bytes: number): Storage[] {
  const taken: Storage[] = [];
  let room = MOST_BYTES_OF_ALL - bytes;
  const left: Held[] = [];
  for (const held of waiting) {
    const storage = held.storage.deref();
    if (!storage || storage.disposed || storage.uncopied || storage.slice) continue;
    const { settled, isOnHost } = storage;
    const size = byteLength(storage);
    const fits = size <= Math.min(room, MOST_BYTES);
    const isDue = all || (fits && settled?.available && isOfUse(held, storage, size));
    if (isDue && settled && !settled.failure && (all || !isOnHost)) {
      taken.push(storage);
      room -= size;
    } else left.push(held);
    held.seen ??= { changes: storage.changes, node: lastNodeId() };
  }
  waiting = left;
  return taken;
}

/** Whether it has outlived the step that made it. */
function isOfUse({ seen }: Held, { settled, changes }: Storage, size: number): boolean {
  return seen !== null && (size <= SMALL || changes > seen.changes || settled!.used > seen.node);
}
