// Protects contents from the loss of the device: parameters, buffers and the state of optimizers. Knows which of them
// must return to the same moment.
import { engine } from '../compiler/engine';
import type { DeviceLostError } from '../core/errors';
import { byteLength } from '../core/meta';
import { isJournaling } from '../graph/journal';
import { withoutContents } from '../graph/record';
import type { Value } from '../graph/value';
import { takeProgramTensors } from './program-tensors';
import { notes, Protected, type Saved } from './protected';
import type { Storage } from './storage';

/** An optimizer, or averages of weights. Its counts of steps must fit the contents of its storages. */
export interface StepCounting {
  /**
   * @internal The storages that a step changes. After a loss, all of them return to the same moment between two steps,
   * or none does.
   */
  storages(): Storage[];
  /** @internal Reads the counts. The returned function saves them in the place of those saved before. */
  captureSteps(): () => void;
  /**
   * @internal Called after the device was lost: goes back to the saved counts, or keeps the present ones. Returns the
   * step of an optimizer.
   */
  restoreSteps(toSaved: boolean): number | null;
}

const entries = new Map<Storage['id'], Protected>();
const forget = new FinalizationRegistry<number>((id) => entries.delete(id));
const optimizers = new Set<WeakRef<StepCounting>>();

/** Called after everything has been restored. */
type Listener = (error: DeviceLostError, restoredTo: ReadonlyMap<StepCounting, number>) => void;

const listeners = new Set<Listener>();
let listening = false;
/** Grows whenever contents are kept by other means than a snapshot. A snapshot under way is out of date then. */
let cuts = 0;
/** `notes.count` when `keepNoted` last searched for contents to keep. */
let looked = 0;

export const cutCount = (): number => cuts;

function listen(): void {
  if (listening) return;
  listening = true;
  engine.onLost(restore);
}

/** Calls `listener` after each loss of the device, until the returned function is called. */
export function afterLost(listener: Listener): () => void {
  listen();
  // A function of its own, so that a listener given twice is called twice.
  const own: Listener = (...args) => listener(...args);
  listeners.add(own);
  return () => {
    listeners.delete(own);
  };
}

/**
 * Has the contents of this storage restored after a loss of the device: those it has now, or those of the latest
 * snapshot once there is one. With `again`, that restores them; it must not hold on to the storage.
 */
export function protect(storage: Storage, again?: () => Value): void {
  if (again) {
    add(storage, 'made').kept = { make: again, changes: Number.NaN };
    return;
  }
  const known = entries.get(storage.id);
  if (known && known.kind !== 'program') return;
  const entry = known ?? add(storage, 'own');
  entry.kind = 'own';
  if (storage.slice) return;
  entry.note(storage.value, null);
  entry.keepCurrent();
}

/**
 * Protects tensors that the program itself holds, as they are at this snapshot. `all`: however large they are, and
 * recipes too.
 */
export function protectProgramTensors(all: boolean): void {
  let bytes = 0;
  for (const { kind, storage } of entries.values()) {
    const tensor = kind === 'program' && storage.deref();
    if (tensor && !tensor.disposed) bytes += byteLength(tensor);
  }
  for (const storage of takeProgramTensors(all, bytes)) add(storage, 'program');
}

/** Has the slices of this buffer stand alone after a loss of the device. Slices that are protected are restored. */
export function protectSlices(storage: Storage): void {
  add(storage, 'flat');
}

/** Has this buffer and its slices count as lost after a loss of the device. */
export function loseWithDevice(storage: Storage): void {
  add(storage, 'scratch');
}

function add(storage: Storage, kind: Protected['kind']): Protected {
  listen();
  const entry = new Protected(storage, kind);
  storage.guard = kind === 'own' || kind === 'program' ? entry : null;
  storage.uncopied = true;
  entries.set(storage.id, entry);
  forget.register(storage, storage.id);
  return entry;
}

/** Has an optimizer's counts return together with its storages. */
export function protectSteps(optimizer: StepCounting): void {
  listen();
  optimizers.add(new WeakRef(optimizer));
}

export const protectedStorages = (): Iterable<Protected> => entries.values();

/** Frees the memory that is kept for the next copies. */
export function giveUpRoom(): void {
  for (const entry of entries.values()) entry.takeRoom();
}

export function countingOptimizers(): StepCounting[] {
  const found: StepCounting[] = [];
  for (const reference of optimizers) {
    const optimizer = reference.deref();
    if (optimizer) found.push(optimizer);
    else optimizers.delete(reference);
  }
  return found;
}

/** Optimizers that share parameters, and averages of these, with all their storages. */
interface Together {
  readonly optimizers: StepCounting[];
  readonly entries: Set<Protected>;
}

function together(): Together[] {
  let groups: Together[] = [];
  for (const optimizer of countingOptimizers()) {
    const own = optimizer.storages().flatMap(({ id }) => entries.get(id) ?? []);
    const one: Together = { optimizers: [optimizer], entries: new Set(own) };
    const [others, shared] = [[] as Together[], [] as Together[]];
    for (const group of groups) (own.some((entry) => group.entries.has(entry)) ? shared : others).push(group);
    for (const group of shared) {
      one.optimizers.push(...group.optimizers);
      for (const entry of group.entries) one.entries.add(entry);
    }
    groups = [...others, one];
  }
  return groups;
}

const isCurrent = (entry: Protected): boolean => entry.current !== null;

/**
 * Must be called before a step, and after something has been loaded. From now on, contents that were noted are the ones
 * to return to. The parameters and the state of an optimizer change to them together, or not at all.
 */
export function keepNoted(): void {
  if (isJournaling() || notes.count === looked) return;
  looked = notes.count;
  const ofOptimizers = new Set<Protected>();
  for (const group of together()) {
    for (const entry of group.entries) ofOptimizers.add(entry);
    if (![...group.entries].every(isCurrent)) continue;
    for (const entry of group.entries) if (entry.keepCurrent()) cuts++;
    for (const optimizer of group.optimizers) optimizer.captureSteps()();
  }
  for (const entry of entries.values()) {
    if (entry.kind !== 'program' && !ofOptimizers.has(entry)) entry.keepCurrent();
  }
}

/** Must be called after the state of an optimizer has been loaded, because its counts have changed as well. */
export function stateLoaded(): void {
  if (isJournaling()) return;
  notes.count++;
  cuts++;
  keepNoted();
}

/** A storage that returns to the contents of another moment. */
interface Return {
  readonly entry: Protected;
  readonly storage: Storage;
  readonly saved: Saved | null;
}

function restore(error: DeviceLostError): void {
  cuts++;
  const restoredTo = new Map<StepCounting, number>();
  attempt(() => {
    const { returns, behind } = plan(error);
    let [restored, lost] = [0, 0];
    for (const back of returns) {
      const isBack = comeBack(back, error);
      if (back.entry.kind === 'program') continue;
      if (isBack) restored++;
      else lost++;
    }
    for (const optimizer of countingOptimizers()) {
      attempt(() => {
        const step = optimizer.restoreSteps(behind.has(optimizer));
        if (step !== null) restoredTo.set(optimizer, step);
      });
    }
    error.message += sentence(restored, lost, [...restoredTo.values()]);
  });
  for (const listener of [...listeners]) attempt(() => listener(error, restoredTo));
}

/** Decides to which contents each storage returns, and which optimizers' counts return as well. */
function plan(error: DeviceLostError): {
  readonly returns: readonly Return[];
  readonly behind: ReadonlySet<StepCounting>;
} {
  const behind = new Set<StepCounting>();
  const backToCut = new Set<Protected>();
  for (const { optimizers, entries } of together()) {
    if ([...entries].every(isCurrent)) continue;
    for (const optimizer of optimizers) behind.add(optimizer);
    for (const entry of entries) backToCut.add(entry);
  }
  const returns: Return[] = [];
  const flats: Storage[] = [];
  for (const entry of entries.values()) {
    const storage = entry.storage.deref();
    if (!storage || storage.disposed) continue;
    if (entry.kind === 'flat' || entry.kind === 'scratch') flats.push(storage);
    else {
      const current = backToCut.has(entry) ? null : entry.current;
      if (storage.isOnHost && current) {
        // Nothing is lost here. At the next loss, the storage returns to these contents or later ones.
        entry.keepCurrent();
        continue;
      }
      const saved = current ?? entry.kept ?? entry.noted;
      if (saved || entry.kind !== 'program') returns.push({ entry, storage, saved });
    }
  }
  for (const storage of flats) storage.forsake(error);
  return { returns, behind };
}

/** Restores one storage. Returns whether there was something to restore it from. */
function comeBack({ entry, storage, saved }: Return, error: DeviceLostError): boolean {
  const value = saved && attempt(saved.make);
  storage.restore(value ? entry.asBefore(value) : withoutContents(storage, error));
  if (value) entry.restored(saved);
  return Boolean(value);
}

/** The result of `run`. If it throws, the error is reported, and everything else goes on. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (problem) {
    console.error('Lamplight: after the loss of the GPU device', problem);
    return undefined;
  }
}

/** The sentence about the protected contents that is added to the error's message. */
function sentence(restored: number, lost: number, steps: readonly number[]): string {
  const where = steps.length === 0 ? '' : ` (step ${steps.join(', ')})`;
  const weights = restored > 0 ? `. Weights are restored to their last snapshot${where}` : '';
  return lost > 0 ? `${weights}. ${lost} parameters or buffers had no snapshot yet: load their state again` : weights;
}
