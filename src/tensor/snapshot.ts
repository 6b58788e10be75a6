// Snapshots: host copies of parameters and optimizer state, from which they come back after a lost device.
import { engine } from '../compiler/engine';
import { byteLength } from '../compiler/meta';
import { flush } from '../graph/flush';
import { fromHost } from '../graph/record';
import type { HostData, Value } from '../graph/value';
import { full } from '../ops/cast';
import type { Storage } from './storage';

/** The least time between two snapshots that are taken by the way, in milliseconds. */
const MIN_INTERVAL = 1000;
/** Bytes of snapshot allowed per millisecond of training, so that large models are copied less often. */
const BYTES_PER_MILLISECOND = 20_000;

interface Protected {
  /** False for contents that are not worth keeping: zeros take their place. */
  readonly kept: boolean;
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
 * Has this storage copied to the host from time to time, and restored if the device is lost; with `kept: false` it is not
 * copied, and comes back as zeros.
 */
export function protect(storage: Storage, { kept = true }: { kept?: boolean } = {}): void {
  if (entries.has(storage.id)) return;
  if (entries.size === 0) engine.onLoss(restore);
  entries.set(storage.id, { kept, storage: new WeakRef(storage), value: null, copy: null });
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
    if (!entry.kept || !storage || storage.disposed || storage.window) continue;
    const { value } = storage;
    if (value !== entry.value && value.allocation) changed.push({ entry, value, storage });
  }
  const reading = changed.length > 0 ? engine.readNow(changed.map(({ value }) => value)) : null;
  if (!reading) return;
  const contents = await reading;
  changed.forEach(({ entry, value, storage }, i) => {
    entry.value = value;
    entry.copy = storage.dtype === 'float32' ? new Float32Array(contents[i]!) : new Int32Array(contents[i]!);
  });
  const bytes = changed.reduce((sum, { value }) => sum + byteLength(value), 0);
  due = performance.now() + Math.max(MIN_INTERVAL, bytes / BYTES_PER_MILLISECOND);
}

function restore(): void {
  for (const { storage: reference, kept, copy } of entries.values()) {
    const storage = reference.deref();
    if (!storage || storage.window) continue;
    if (copy) storage.set(fromHost(copy.slice(), storage.shape, storage.dtype));
    else if (!kept) storage.set(full(storage.shape, 0, storage.dtype));
  }
}
