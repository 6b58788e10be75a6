// Owns finding memory that outlives what it was computed for: every allocation of a call, but for those of the tensors that are kept.
import * as torch from 'lamplight';
import { Tensor } from 'lamplight';
import { type Allocation, Memory } from '../../src/engine/gpu/memory';
import { settled } from './settled';

let made: WeakRef<Allocation>[] = [];

const { allocate } = Memory.prototype;
Memory.prototype.allocate = function (this: Memory, ...args) {
  const allocation = allocate.apply(this, args);
  made.push(new WeakRef(allocation));
  return allocation;
};

/** The tensors within a result, a module or a metric, hidden ones too. */
export function tensorsIn(item: unknown, seen = new Set<object>()): Tensor[] {
  if ((typeof item !== 'object' && typeof item !== 'function') || item === null || seen.has(item)) return [];
  seen.add(item);
  if (item instanceof Tensor) return [item];
  if (ArrayBuffer.isView(item)) return [];
  if (item instanceof Map) return [...item.values()].flatMap((one) => tensorsIn(one, seen));
  return Reflect.ownKeys(item).flatMap((key) =>
    tensorsIn(Object.getOwnPropertyDescriptor(item, key)?.value as unknown, seen),
  );
}

/** What a call has left behind: its result, and all memory that it took. */
export interface Left {
  readonly name: string;
  readonly kept: unknown;
  readonly made: readonly WeakRef<Allocation>[];
}

/** Runs a call to its end on the GPU. */
export async function leftBy(name: string, call: () => unknown): Promise<Left> {
  made = [];
  const kept = await call();
  await torch.synchronize();
  const left = { name, kept, made };
  made = [];
  return left;
}

/** How a batch of calls keep more than `most` bytes beside the contents of their results, by name. */
export async function keepers(calls: readonly Left[], most = 0): Promise<string[]> {
  let found: string[] = [];
  // A run whose plan gets kernels of its own is kept until they are there, and what the collector takes may free more.
  for (let round = 0; round < 4; round++) {
    await settled();
    found = calls.flatMap((call) => tooMuch(call, most));
    if (found.length === 0) break;
  }
  return found;
}

function tooMuch({ name, kept, made }: Left, most: number): string[] {
  const own = new Set(tensorsIn(kept).map(({ storage }) => (storage.slice?.parent ?? storage).value.allocation));
  let bytes = 0;
  for (const reference of made) {
    const allocation = reference.deref();
    if (allocation && !allocation.lease.freed && !own.has(allocation)) bytes += allocation.bytes;
  }
  return bytes > most ? [`${name}: ${bytes} bytes beside its results`] : [];
}
