// The record of one storage protected from a lost device: the contents that it can be given again, and since when.
import { byteLength, bytesPerElement, type DType } from '../core/meta';
import { isJournaling } from '../graph/journal';
import { type Recipe, recipeOf } from '../graph/rebuild';
import { fromHost } from '../graph/record';
import { atTopLevel } from '../graph/roots';
import type { HostData, Value } from '../graph/value';
import { afterLossOf } from '../ops/lost-graph';
import type { Guard, Storage } from './storage';

/** Contents that a storage had, and can be given again. */
export interface Saved {
  readonly make: Recipe;
  /** Writes that the storage had seen by then: after more of them it holds other contents. NaN where more were pending. */
  readonly changes: number;
}

/** Bytes on the host that were copied from the device at once: all of a storage, or of the slices of a flat buffer. */
interface Copy {
  readonly data: HostData;
  readonly of: ReadonlySet<Protected>;
  /** Something else holds `data`, or part of it. */
  isShared: boolean;
}

export class Protected implements Guard {
  readonly storage: WeakRef<Storage>;
  /** The contents at the last cut: those of everything that is protected belong to one moment. */
  kept: Saved | null = null;
  /** Contents that began anew since, such as an initialisation, or what a file held. */
  noted: Saved | null = null;
  /** The value of the last copy. */
  copied: Value | null = null;
  private copy: Copy | null = null;
  /** The memory of the copy before the last: a copy leaves the last one whole until it has arrived. */
  private room: ArrayBuffer | null = null;

  constructor(
    storage: Storage,
    /**
     * `flat` holds the contents of others, which stand alone again when it is lost; `scratch` too, but those are lost with it;
     * `made` is made again by a function of its own. `held` is a tensor of the program's own.
     */
    public kind: 'own' | 'held' | 'flat' | 'scratch' | 'made',
  ) {
    this.storage = new WeakRef(storage);
  }

  /**
   * Notes the ingredients of new contents. A value that a module computes from the old contents, such as running
   * statistics, belongs to a step, which a snapshot keeps whole or not at all.
   */
  note(value: Value, before: Value | null): void {
    // A rehearsal undoes its writes.
    if (isJournaling()) return;
    const make = recipeOf(value, atTopLevel() ? null : before);
    if (!make) return;
    this.noted = { make, changes: this.storage.deref()!.changes };
    notes.count++;
  }

  undone(): void {
    this.noted = null;
  }

  saved(): Value | null {
    const value = (this.current ?? this.kept ?? this.noted)?.make();
    return value ? this.asBefore(value) : null;
  }

  /** `value` in the place of the lost contents. */
  asBefore(value: Value): Value {
    const before = this.kind === 'held' && this.storage.deref()?.value;
    return before ? afterLossOf(before, value) : value;
  }

  /** The source of the present contents, if they can be made again. */
  get current(): Saved | null {
    const storage = this.storage.deref();
    if (!storage) return null;
    const { changes } = storage;
    if (this.kept?.changes === changes) return this.kept;
    if (this.noted?.changes === changes) return this.noted;
    const make = storage.isOnHost ? recipeOf(storage.value) : null;
    return make && { make, changes };
  }

  /** Makes the source of the present contents the one to return to, if there is one. Returns whether it differs from the one before. */
  keepCurrent(): boolean {
    const { current } = this;
    if (!current || current === this.kept) return false;
    this.kept = current;
    this.noted = null;
    return true;
  }

  /** The contents are these from now on. */
  restored(saved: Saved): void {
    this.kept = { make: saved.make, changes: this.storage.deref()!.changes };
    this.noted = null;
  }

  /** Takes a copy of the contents that holds these storages as slices, or only this one if there are none. */
  arrived(value: Value, contents: ArrayBuffer, parts: readonly CopiedPart[]): void {
    const { copy } = this;
    const of = new Set(parts.map(({ entry }) => entry));
    // A copy without owners may be written over; a slice that has left goes on from its part of it.
    const isFree = copy && !copy.isShared && [...copy.of].every((entry) => of.has(entry));
    this.room = isFree ? (copy.data.buffer as ArrayBuffer) : null;
    const data = asStored(contents, value.dtype);
    const next: Copy = { data, of, isShared: false };
    for (const { entry, offset, storage, changes } of parts) {
      const { shape, dtype } = storage;
      const length = byteLength({ shape, dtype }) / bytesPerElement(dtype);
      const make = () => {
        next.isShared = true;
        return fromHost(data.subarray(offset, offset + length), shape, dtype);
      };
      entry.kept = { make, changes };
      if (entry !== this) entry.copy = entry.copied = null;
    }
    this.copy = next;
    this.copied = value;
  }

  /** Memory that the next copy may be written to; it is given once. */
  takeRoom(): ArrayBuffer | null {
    const { room } = this;
    this.room = null;
    return room;
  }
}

/** A storage within the copied memory, as it is at that moment. */
export interface CopiedPart {
  readonly entry: Protected;
  readonly storage: Storage;
  readonly offset: number;
  readonly changes: number;
}

/** How often something was noted: where nothing was, nothing need be looked through. */
export const notes = { count: 0 };

function asStored(contents: ArrayBuffer, dtype: DType): HostData {
  if (dtype === 'float16') return new Uint16Array(contents);
  return dtype === 'float32' ? new Float32Array(contents) : new Int32Array(contents);
}
