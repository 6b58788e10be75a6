// A cut: all protected contents as they are at one moment. If the device is lost, they return to the latest cut.
import { isOnDevice } from '../compiler/contents';
import { flush } from '../graph/flush';
import type { Value } from '../graph/value';
import { countingOptimizers, cutCount, protectedStorages, protectProgramTensors } from './protect';
import type { CopiedPart, Protected, Saved } from './protected';
import type { Storage } from './storage';

/** Contents that have to be copied. */
interface Source {
  readonly entry: Protected;
  readonly value: Value;
  readonly parts: readonly CopiedPart[];
}

/** A value that is not copied, because it can be made again. */
interface Made {
  readonly entry: Protected;
  readonly saved: Saved;
}

export interface Cut {
  readonly values: readonly Value[];
  /** For each value, memory that its copy may be written to, or null. */
  readonly rooms: readonly (ArrayBuffer | null)[];
  /** False once contents of a later moment have been kept, so that this cut is out of date. */
  readonly isLatest: boolean;
  /** Makes this cut the one to which everything returns. `contents` are those of the values. */
  keep(contents: readonly ArrayBuffer[]): void;
}

/**
 * Captures everything that is protected as it is now; null if a part of an optimizer's state is yet to be flushed. Must
 * be called after a flush.
 * @param all also takes all tensors that the program itself holds, however new or large they are
 */
export function captureCut(all: boolean): Cut | null {
  const optimizers = countingOptimizers();
  if (optimizers.some((optimizer) => optimizer.storages().some(isPending))) return null;
  protectProgramTensors(all);
  const cuts = cutCount();
  const slices = new Map<Storage, CopiedPart[]>();
  const alone: { readonly entry: Protected; readonly storage: Storage }[] = [];
  const before = new Map<Protected, Pick<Protected, 'kept' | 'noted'>>();
  for (const entry of protectedStorages()) {
    const storage = entry.storage.deref();
    if (entry.kind === 'made' || entry.kind === 'scratch' || !storage || storage.disposed || storage.voided) continue;
    before.set(entry, { kept: entry.kept, noted: entry.noted });
    const { slice } = storage;
    if (!slice) alone.push({ entry, storage });
    else {
      const part = partOf(entry, storage, slice.offset, isPending(slice.parent));
      const others = slices.get(slice.parent);
      if (others) others.push(part);
      else slices.set(slice.parent, [part]);
    }
  }
  const sources: Source[] = [];
  const made: Made[] = [];
  for (const { entry, storage } of alone) {
    const value = storage.flushed;
    if (!value || value.failure) continue;
    const pending = isPending(storage);
    const { current } = entry;
    if (current && !pending) made.push({ entry, saved: current });
    else if (value !== entry.copied) {
      const parts = entry.kind !== 'flat' ? [partOf(entry, storage, 0, pending)] : (slices.get(storage) ?? []);
      sources.push({ entry, value, parts });
    }
  }
  // A recipe is made from values on the device, which would be lost as well, so it is computed now.
  const recipes = sources.map(({ value }) => value).filter((value) => !value.available);
  if (recipes.length > 0) flush(recipes);
  const there = sources.filter(({ value }) => isThere(value));
  const commits = optimizers.map((optimizer) => optimizer.captureSteps());
  return {
    values: there.map(({ value }) => value),
    rooms: there.map(({ entry }) => entry.takeRoom()),
    get isLatest() {
      return cutCount() === cuts;
    },
    keep(contents) {
      // If an entry has been kept since then, it has a newer copy.
      const isOld = (entry: Protected) => entry.kept === before.get(entry)!.kept;
      for (const { entry, saved } of made) if (isOld(entry)) entry.kept = saved;
      there.forEach(({ entry, value, parts }, i) => {
        entry.arrived(
          value,
          contents[i]!,
          parts.filter((part) => isOld(part.entry)),
        );
      });
      for (const [entry, { noted }] of before) if (entry.noted === noted && !isNewer(entry)) entry.forgetNote();
      for (const commit of commits) commit();
    },
  };
}

/** Whether the contents that were pending when the cut was captured (`noted`) are newer than the copy. */
const isNewer = ({ noted, kept }: Protected): boolean =>
  noted !== null && !(kept !== null && kept.changes >= noted.changes);

const partOf = (entry: Protected, storage: Storage, offset: number, pending: boolean): CopiedPart => ({
  entry,
  storage,
  offset,
  changes: pending ? Number.NaN : storage.changes,
});

/** Whether the contents are yet to be flushed. */
function isPending(storage: Storage): boolean {
  const whole = storage.slice?.parent ?? storage;
  return whole.flushed !== whole.value && !whole.value.failure;
}

/** Whether there is something to copy. */
const isThere = (value: Value): boolean =>
  value.state.kind === 'scheduled' || (value.failure === null && isOnDevice(value));
