// The record of one storage that is protected from the loss of the device: the contents that it can be given again, and
// from which moment they are.
import { byteLength, bytesPerElement, type DType } from '../core/meta';
import { isJournaling } from '../graph/journal';
import { type Rebuild, rebuildOf } from '../graph/rebuild';
import { fromHost } from '../graph/record';
import { atTopLevel } from '../graph/roots';
import type { HostData, Value } from '../graph/value';
import { withLostGraph } from '../ops/lost-graph';
import type { Guard, Storage } from './storage';

/** Contents that a storage had, and can be given again. */
export interface Saved {
  readonly make: Rebuild;
  /**
   * The storage's count of changes at that time. If the count is greater now, the contents are others. NaN if further
   * writes were pending.
   */
  readonly changes: number;
}

/**
 * Bytes that were copied from the device to the host at once: those of a storage, or of the slices of a flat buffer.
 */
interface Copy {
  readonly data: HostData;
  readonly of: ReadonlySet<Protected>;
  /** Something else holds `data`, or a part of it, so that the memory cannot be used for another copy. */
  isShared: boolean;
}

export class Protected implements Guard {
  readonly storage: WeakRef<Storage>;
  /** The contents at the latest cut, which is the same moment for everything that is protected. */
  kept: Saved | null = null;
  private lastNote: (Saved & { readonly undos: number }) | null = null;
  /** The value of the last copy. */
  copied: Value | null = null;
  private copy: Copy | null = null;
  /**
   * The memory of the copy before the last one, for the next copy: the last one must stay whole until the next has
   * arrived.
   */
  private room: ArrayBuffer | null = null;

  constructor(
    storage: Storage,
    /**
     * `own` is a parameter or a buffer. `program` is a tensor that the program itself holds. `flat` is a buffer of which
     * others are slices; if it is lost, they stand alone. `scratch` is such a buffer whose slices are lost with it.
     * `made` is restored by a function of its own.
     */
    public kind: 'own' | 'program' | 'flat' | 'scratch' | 'made',
  ) {
    this.storage = new WeakRef(storage);
  }

  /**
   * Notes how to make new contents again. If a module computes them from the old contents, as it does with running
   * statistics, they belong to a step. Only a snapshot keeps these, together with the whole step.
   */
  note(value: Value, before: Value | null): void {
    // A rehearsal undoes its writes, so they are not noted.
    if (isJournaling()) return;
    const make = rebuildOf(value, atTopLevel() ? null : before);
    if (!make) return;
    const { changes, undos } = this.storage.deref()!;
    this.lastNote = { make, changes, undos };
    notes.count++;
  }

  /**
   * Contents set since then that do not depend on earlier contents, such as an initialisation or what a file held. What has been written is
   * none of them once it is taken back, by itself or with the whole buffer that this is a slice of.
   */
  get noted(): Saved | null {
    return this.lastNote?.undos === this.storage.deref()?.undos ? this.lastNote : null;
  }

  forgetNote(): void {
    this.lastNote = null;
  }

  saved(): Value | null {
    const value = (this.current ?? this.kept ?? this.noted)?.make();
    return value ? this.asBefore(value) : null;
  }

  /** `value` in the place of the lost contents. For a tensor of the program, backward through it is an error. */
  asBefore(value: Value): Value {
    const before = this.kind === 'program' && this.storage.deref()?.value;
    return before ? withLostGraph(before, value) : value;
  }

  /** How to make the present contents again; null if that is not possible. */
  get current(): Saved | null {
    const storage = this.storage.deref();
    if (!storage) return null;
    const { changes } = storage;
    if (this.kept?.changes === changes) return this.kept;
    if (this.noted?.changes === changes) return this.noted;
    const make = storage.isOnHost ? rebuildOf(storage.value) : null;
    return make && { make, changes };
  }

  /**
   * Makes the present contents the ones to return to, if they can be made again. Returns whether they replace others
   * or are the first.
   */
  keepCurrent(): boolean {
    const { current } = this;
    if (!current || current === this.kept) return false;
    this.kept = current;
    this.lastNote = null;
    return true;
  }

  /** Called when the contents have been restored from `saved`. */
  restored(saved: Saved): void {
    this.kept = { make: saved.make, changes: this.storage.deref()!.changes };
    this.lastNote = null;
  }

  /**
   * Takes a copy of the contents. `parts` are the storages in it: the slices of a flat buffer, or this storage alone.
   */
  arrived(value: Value, contents: ArrayBuffer, parts: readonly CopiedPart[]): void {
    const { copy } = this;
    const of = new Set(parts.map(({ entry }) => entry));
    // The memory of the last copy is free for another if no slice needs it. A slice that has left the buffer still
    // does.
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

  /** Memory that the next copy may be written to, or null. It is given away only once. */
  takeRoom(): ArrayBuffer | null {
    const { room } = this;
    this.room = null;
    return room;
  }
}

/** A storage's place in the copied memory, and its count of changes at the moment of the copy. */
export interface CopiedPart {
  readonly entry: Protected;
  readonly storage: Storage;
  readonly offset: number;
  readonly changes: number;
}

/** A counter of notes; if it has not changed, there is nothing to scan. */
export const notes = { count: 0 };

function asStored(contents: ArrayBuffer, dtype: DType): HostData {
  if (dtype === 'float16') return new Uint16Array(contents);
  return dtype === 'float32' ? new Float32Array(contents) : new Int32Array(contents);
}
