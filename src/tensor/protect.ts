// What is protected from a lost device: parameters, buffers and the state of optimizers, and what each of them goes back to.
import { engine } from '../compiler/engine';
import { byteLength, bytesPerElement, type DType } from '../compiler/meta';
import type { DeviceLostError } from '../errors';
import { type Recipe, recipeOf } from '../graph/recipe';
import { fromHost, withoutContents } from '../graph/record';
import { atTopLevel } from '../graph/roots';
import type { HostData, Value } from '../graph/value';
import type { Guard, Storage } from './storage';

/** Contents that a storage had, and can be given again. */
interface Saved {
  /** When, as `tick` counts: of two that fit, the later one counts. */
  readonly at: number;
  readonly make: Recipe;
  /** The value that had these contents. */
  readonly value: Value | null;
  /** All of them, on the host. */
  readonly data: HostData | null;
  /** Something else holds `data`, or part of it. */
  isShared: boolean;
}

let now = 0;

/** A moment later than all before. */
export const tick = (): number => ++now;

export class Protected implements Guard {
  readonly storage: WeakRef<Storage>;
  kept: Saved | null = null;
  /** The memory of the copy before the last: a copy leaves the last one whole until it has arrived. */
  private room: ArrayBuffer | null = null;

  constructor(
    storage: Storage,
    /**
     * `flat` holds the contents of others, which stand alone again when it is lost; `scratch` too, but those are lost with it;
     * `made` is made again by a function of its own.
     */
    readonly kind: 'own' | 'flat' | 'scratch' | 'made',
  ) {
    this.storage = new WeakRef(storage);
  }

  /**
   * Keeps what the contents are made of where they begin anew: an initialisation, or what a file held. What a module makes of
   * the contents before, such as running statistics, belongs to a step, of which a snapshot keeps all or nothing.
   */
  note(value: Value, before: Value | null): void {
    const make = recipeOf(value, atTopLevel() ? null : before);
    if (make) this.kept = { at: tick(), make, value, data: null, isShared: false };
  }

  moving(): void {
    this.kept = this.latest;
    this.room = null;
  }

  saved(): Value | null {
    return this.latest?.make() ?? null;
  }

  /** Notes what a copy of the contents at `at` holds. */
  copied(at: number, value: Value, contents: ArrayBuffer): void {
    // What was written meanwhile is newer.
    if (this.kept && this.kept.at > at) return;
    const { shape, dtype } = value;
    const data = asStored(contents, dtype);
    const { kept } = this;
    if (kept?.data && !kept.isShared) this.room = kept.data.buffer as ArrayBuffer;
    const copy: Saved = {
      at,
      make: () => {
        copy.isShared = true;
        return fromHost(data, shape, dtype);
      },
      value,
      data,
      isShared: false,
    };
    this.kept = copy;
  }

  /** Memory that the next copy may be written to; it is given once. */
  takeRoom(): ArrayBuffer | null {
    const { room } = this;
    this.room = null;
    return room;
  }

  /** The contents of a window, noted by itself or copied with the whole buffer. */
  get latest(): Saved | null {
    const storage = this.storage.deref();
    const home = storage?.window;
    const whole = home && entries.get(home.parent.id)?.kept;
    if (!home || !whole?.data || (this.kept && this.kept.at > whole.at)) return this.kept;
    const { shape, dtype } = storage!;
    const length = byteLength({ shape, dtype }) / bytesPerElement(dtype);
    const data = whole.data.subarray(home.offset, home.offset + length);
    whole.isShared = true;
    return { at: whole.at, make: () => fromHost(data, shape, dtype), value: null, data, isShared: true };
  }
}

/** What an optimizer counts beside its storages. */
export interface Counting {
  /** @internal Reads the counts; they are saved, in the place of those before, when the function is called. */
  captureSteps(): () => void;
  /** @internal Goes back to the counts that were saved, and tells the step. */
  restoreSteps(): number;
}

const entries = new Map<Storage['id'], Protected>();
const forget = new FinalizationRegistry<number>((id) => entries.delete(id));
const optimizers = new Set<WeakRef<Counting>>();

/** Called after everything has been restored. */
type Listener = (error: DeviceLostError, restoredTo: ReadonlyMap<Counting, number>) => void;

const listeners = new Set<Listener>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  engine.onLoss(restore);
}

/** Calls `listener` after a lost device, until the function that is returned is called. */
export function afterLoss(listener: Listener): () => void {
  listen();
  // The same function given twice counts twice.
  const own: Listener = (...args) => listener(...args);
  listeners.add(own);
  return () => {
    listeners.delete(own);
  };
}

/** Has the contents of this storage restored after a lost device: as they were first, until a snapshot has been taken of them. */
export function protect(storage: Storage): void {
  if (entries.has(storage.id)) return;
  const entry = add(storage, 'own');
  if (!storage.window) entry.note(storage.value, null);
}

/** Has this storage restored by `again`, which must not hold on to it. */
export function protectBy(storage: Storage, again: () => Value): void {
  add(storage, 'made').kept = { at: tick(), make: again, value: null, data: null, isShared: false };
}

/** Has the windows of this buffer stand alone after a lost device; those that are protected have their contents then. */
export function protectWindows(storage: Storage): void {
  add(storage, 'flat');
}

/** Has this buffer, and the windows of it, count as lost after a lost device. */
export function loseWithDevice(storage: Storage): void {
  add(storage, 'scratch');
}

function add(storage: Storage, kind: Protected['kind']): Protected {
  listen();
  const entry = new Protected(storage, kind);
  storage.guard = kind === 'own' ? entry : null;
  entries.set(storage.id, entry);
  forget.register(storage, storage.id);
  return entry;
}

/** Has an optimizer's counts go back with its storages. */
export function protectSteps(optimizer: Counting): void {
  listen();
  optimizers.add(new WeakRef(optimizer));
}

export const protectedStorages = (): Iterable<Protected> => entries.values();

/** Gives up the memory that is kept for the next copies. */
export function giveUpRoom(): void {
  for (const entry of entries.values()) entry.takeRoom();
}

export function countingOptimizers(): Counting[] {
  const found: Counting[] = [];
  for (const reference of optimizers) {
    const optimizer = reference.deref();
    if (optimizer) found.push(optimizer);
    else optimizers.delete(reference);
  }
  return found;
}

/** Forgets what windows had noted by themselves before `at`, when the buffers that they are windows of were copied. */
export function forgetNotes(at: number, copied: ReadonlySet<Storage>): void {
  for (const entry of entries.values()) {
    const parent = entry.storage.deref()?.window?.parent;
    if (parent && copied.has(parent) && entry.kept && entry.kept.at < at) entry.kept = null;
  }
}

function restore(error: DeviceLostError): void {
  const back: { readonly entry: Protected; readonly storage: Storage; readonly saved: Saved | null }[] = [];
  const flats: Storage[] = [];
  for (const entry of entries.values()) {
    const storage = entry.storage.deref();
    if (!storage || storage.disposed) continue;
    if (entry.kind === 'flat' || entry.kind === 'scratch') flats.push(storage);
    // What stands on the host is newer than any copy.
    else if (!storage.isOnHost) back.push({ entry, storage, saved: entry.latest });
  }
  for (const storage of flats) storage.forsake(error);
  let lost = 0;
  for (const { entry, storage, saved } of back) {
    if (!saved) lost++;
    storage.restore(saved?.make() ?? withoutContents(storage, error));
    entry.kept = saved && { ...saved, at: tick(), value: storage.value };
  }
  const restoredTo = new Map(countingOptimizers().map((optimizer) => [optimizer, optimizer.restoreSteps()]));
  error.message += sentence(back.length - lost, lost, [...restoredTo]);
  for (const listener of [...listeners]) {
    try {
      listener(error, restoredTo);
    } catch (problem) {
      // Whatever a listener throws is the program's own, and the others are told all the same.
      queueMicrotask(() => {
        throw problem;
      });
    }
  }
}

/** What became of what was protected, to follow the error's message. */
function sentence(restored: number, lost: number, steps: readonly (readonly [Counting, number])[]): string {
  const where = steps.length === 0 ? '' : ` (step ${steps.map(([, step]) => step).join(', ')})`;
  const weights = restored > 0 ? `. Weights are restored to their last snapshot${where}` : '';
  return lost > 0 ? `${weights}. Of ${lost} parameters or buffers there was none yet: load their state again` : weights;
}

function asStored(contents: ArrayBuffer, dtype: DType): HostData {
  if (dtype === 'float16') return new Uint16Array(contents);
  return dtype === 'float32' ? new Float32Array(contents) : new Int32Array(contents);
}
