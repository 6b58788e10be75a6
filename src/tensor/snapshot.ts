// Snapshots: host copies of parameters and optimizer state, from which they come back after a lost device.
import { engine } from '../compiler/engine';
import { byteLength, type DType } from '../compiler/meta';
import { flush } from '../graph/flush';
import { fromHost } from '../graph/record';
import type { HostData, Value } from '../graph/value';
import type { Storage } from './storage';

/** The least time between two snapshots that are taken by the way, in milliseconds. */
const MIN_INTERVAL = 1000;
/** Bytes of snapshot allowed per millisecond of training, so that large models are copied less often. */
const BYTES_PER_MILLISECOND = 20_000;

interface Protected {
  /** Makes the contents anew, where that is better than a copy. */
  readonly again: ((storage: Storage) => Value) | null;
  readonly storage: WeakRef<Storage>;
  /** The value that `copy` was made of. */
  value: Value | null;
  copy: HostData | null;
}

const entries = new Map<Storage['id'], Protected>();
const forget = new FinalizationRegistry<number>((id) => entries.delete(id));
let due = 0;
let running: Promise<void> | null = null;

/**
 * Has this storage restored if the device is lost: by `again` if given, else from a copy on the host that is made from time
 * to time. `again` must not hold on to the storage.
 */
export function protect(storage: Storage, again: ((storage: Storage) => Value) | null = null): void {
  if (entries.has(storage.id)) return;
  if (entries.size === 0) engine.onLoss(restore);
  entries.set(storage.id, { again, storage: new WeakRef(storage), value: null, copy: null });
  forget.register(storage, storage.id);
}

/**
 * Copies all parameters and optimizer state that have changed to the host, from where they are restored if the GPU device is
 * lost. Happens by itself from time to time at read-backs.
 */
export async function snapshot(): Promise<void> {
  flush();
  await engine.settle(0);
  await running;
  await take();
}

/** Takes a snapshot beside a read-back if the last one is old enough; never waits. */
export function snapshotIfDue(): void {
  if (entries.size === 0 || running || performance.now() < due) return;
  running = take()
    .catch(() => {}) // a lost device reports itself at the read-back
    .finally(() => {
      running = null;
    });
}

async function take(): Promise<void> {
  const changed: { entry: Protected; value: Value; storage: Storage }[] = [];
  for (const entry of entries.values()) {
    const storage = entry.storage.deref();
    if (entry.again || !storage || storage.disposed || storage.window) continue;
    const { value } = storage;
    if (value !== entry.value && value.allocation) changed.push({ entry, value, storage });
  }
  const reading = changed.length > 0 ? engine.readNow(changed.map(({ value }) => value)) : null;
  if (!reading) return;
  const contents = await reading;
  changed.forEach(({ entry, value, storage }, i) => {
    entry.value = value;
    entry.copy = asStored(contents[i]!, storage.dtype);
  });
  const bytes = changed.reduce((sum, { value }) => sum + byteLength(value), 0);
  due = performance.now() + Math.max(MIN_INTERVAL, bytes / BYTES_PER_MILLISECOND);
}

function asStored(contents: ArrayBuffer, dtype: DType): HostData {
  if (dtype === 'float16') return new Uint16Array(contents);
  return dtype === 'float32' ? new Float32Array(contents) : new Int32Array(contents);
}

function restore(): void {
  for (const { storage: reference, again, copy } of entries.values()) {
    const storage = reference.deref();
    if (!storage || storage.window) continue;
    if (again) storage.set(again(storage));
    else if (copy) storage.set(fromHost(copy.slice(), storage.shape, storage.dtype));
  }
}
