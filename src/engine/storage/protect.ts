// The contents protected from a lost device: parameters, buffers and the state of optimizers, and which of them belong together.
import { engine } from '../compiler/engine';
import type { DeviceLostError } from '../core/errors';
import { byteLength } from '../core/meta';
import { isJournaling } from '../graph/journal';
import { withoutContents } from '../graph/record';
import type { Value } from '../graph/value';
import { takeHeld } from './program-tensors';
import { notes, Protected, type Saved } from './protected';
import type { Storage } from './storage';

/** An optimizer, or averages: its counts belong to the contents of its storages. */
export interface Counting {
  /** @internal The storages that a step changes, which come back as they were between two steps, or none of them does. */
  storages(): Storage[];
  /** @internal Reads the counts; they are saved, in the place of those before, when the function is called. */
  captureSteps(): () => void;
  /** @internal The device is lost: goes back to the counts that were saved, or stays at those of now. Tells the step of an optimizer. */
  restoreSteps(toSaved: boolean): number | null;
}

const entries = new Map<Storage['id'], Protected>();
const forget = new FinalizationRegistry<number>((id) => entries.delete(id));
const optimizers = new Set<WeakRef<Counting>>();

/** Called after everything has been restored. */
type Listener = (error: DeviceLostError, restoredTo: ReadonlyMap<Counting, number>) => void;

const listeners = new Set<Listener>();
let listening = false;
/** Grows when contents are kept by another way than by the copies under way, which are of the past then. */
let cuts = 0;
/** `notes.count` at the last search for contents to keep. */
let looked = 0;

export const cutCount = (): number => cuts;

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
  const known = entries.get(storage.id);
  if (known && known.kind !== 'held') return;
  const entry = known ?? add(storage, 'own');
  entry.kind = 'own';
  if (storage.slice) return;
  entry.note(storage.value, null);
  entry.keepCurrent();
}

/** Has what the program holds itself come back after a lost device as it was at a snapshot; `all`: however large, and recipes too. */
export function protectHeld(all: boolean): void {
  let bytes = 0;
  for (const { kind, storage } of entries.values()) {
    const held = kind === 'held' && storage.deref();
    if (held && !held.disposed) bytes += byteLength(held);
  }
  for (const storage of takeHeld(all, bytes)) add(storage, 'held');
}

/** Has this storage restored by `again`, which must not hold on to it. */
export function protectBy(storage: Storage, again: () => Value): void {
  add(storage, 'made').kept = { make: again, changes: Number.NaN };
}

/** Has the slices of this buffer stand alone after a lost device; those that are protected have their contents then. */
export function protectSlices(storage: Storage): void {
  add(storage, 'flat');
}

/** Has this buffer, and the slices of it, count as lost after a lost device. */
export function loseWithDevice(storage: Storage): void {
  add(storage, 'scratch');
}

function add(storage: Storage, kind: Protected['kind']): Protected {
  listen();
  const entry = new Protected(storage, kind);
  storage.guard = kind === 'own' || kind === 'held' ? entry : null;
  storage.uncopied = true;
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

/** Optimizers that share parameters, or averages, with all their storages. */
interface Together {
  readonly optimizers: Counting[];
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
 * Belongs before a step, and behind what loads: contents that have been noted are gone back to from now on, those of an optimizer's
 * parameters and state together or not at all.
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
    if (entry.kind !== 'held' && !ofOptimizers.has(entry)) entry.keepCurrent();
  }
}

/** Belongs behind the loading of an optimizer's state, whose counts are other ones too. */
export function stateLoaded(): void {
  if (isJournaling()) return;
  notes.count++;
  cuts++;
  keepNoted();
}

/** Something that goes back to the contents of another moment. */
interface Return {
  readonly entry: Protected;
  readonly storage: Storage;
  readonly saved: Saved | null;
}

function restore(error: DeviceLostError): void {
  cuts++;
  const restoredTo = new Map<Counting, number>();
  attempt(() => {
    const { returns, behind } = plan(error);
    let [restored, lost] = [0, 0];
    for (const back of returns) {
      const isBack = comeBack(back, error);
      if (back.entry.kind === 'held') continue;
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

/** The contents to which each storage returns, and the optimizers whose counts return too. */
function plan(error: DeviceLostError): { readonly returns: readonly Return[]; readonly behind: ReadonlySet<Counting> } {
  const behind = new Set<Counting>();
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
        // The next loss goes back no further than this one.
        entry.keepCurrent();
        continue;
      }
      const saved = current ?? entry.kept ?? entry.noted;
      if (saved || entry.kind !== 'held') returns.push({ entry, storage, saved });
    }
  }
  for (const storage of flats) storage.forsake(error);
  return { returns, behind };
}

/** Whether there was something to go back to. */
function comeBack({ entry, storage, saved }: Return, error: DeviceLostError): boolean {
  const value = saved && attempt(saved.make);
  storage.restore(value ? entry.asBefore(value) : withoutContents(storage, error));
  if (value) entry.restored(saved);
  return Boolean(value);
}

/** The result of `run`; an error is reported, and prevents nothing. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (problem) {
    console.error('Lamplight: after the loss of the GPU device', problem);
    return undefined;
  }
}

/** The outcome for protected contents, to follow the error's message. */
function sentence(restored: number, lost: number, steps: readonly number[]): string {
  const where = steps.length === 0 ? '' : ` (step ${steps.join(', ')})`;
  const weights = restored > 0 ? `. Weights are restored to their last snapshot${where}` : '';
  return lost > 0 ? `${weights}. Of ${lost} parameters or buffers there was none yet: load their state again` : weights;
}
