// The flush: gathers all pending work whose results are needed into one program, and hands it to the engine.
import { noteFailure, reopen } from '../compiler/contents';
import { engine } from '../compiler/engine';
import { DeviceLostError, TensorReleasedError } from '../core/errors';
import { hostPhase } from '../gpu/host-trace';
import { MAX_RUNS_AHEAD } from '../gpu/run-ahead';
import { stats } from '../gpu/stats';
import { dropEdges } from './edges';
import { type HeldBack, heldBackIn } from './hold-back';
import { isJournaling } from './journal';
import { type Exports, type Kept, keep } from './keep';
import { type Grown, growth } from './late-growth';
import { apart, type Flush, type PendingStep } from './lost';
import { mode } from './mode';
import { giveBackLater, leaveAsRecipe, leaveToNext, note, saveFor, takeParting } from './owners';
import { programOf, type Work } from './program';
import { isAlwaysRemade } from './remake';
import { cutWhereRepeated, type Part, type Parts } from './repeated-programs';
import { atTopLevel, type GraphRoot, pendingRoots, takeRoots, topScope } from './roots';
import { type Slice, sliceOf, sliceToCome } from './slices';
import type { Value } from './value';
import { inSequence, newWalk, visit } from './walk';

/**
 * Outside of scopes, a flush starts automatically once more nodes than this are pending, or more bytes of values that
 * users hold.
 */
const MAX_PENDING_NODES = 4096;
const MAX_PENDING_BYTES = 1 << 28;

const noValues: readonly Value[] = [];

/** Discards recorded work that has not been flushed. */
export function discardPending(): void {
  takeRoots();
  mode.recorded = 0;
  mode.pendingBytes = 0;
}

/**
 * Flushes if a lot of work is pending, so that it does not pile up during a long stretch of code without read-backs.
 */
export function flushIfLarge(): void {
  if (atTopLevel() && !mode.whole && (mode.recorded > MAX_PENDING_NODES || mode.pendingBytes > MAX_PENDING_BYTES))
    flush([], null, chooseHeldBack());
}

/**
 * Chooses the work that an automatic flush leaves pending: the last repetitions of a loop. Each such flush then ends
 * where a repetition ends, so the next one recognises the loop again.
 */
function chooseHeldBack(): HeldBack | null {
  if (engine.hasLeftDevice) return null;
  const walk = newWalk();
  const roots = pendingRoots();
  try {
    for (const { value } of roots) if (!value.available) visit(value, walk);
  } catch {
    // Ignored here: the flush runs into the same error, and reports it for the value concerned.
    return null;
  }
  return heldBackIn(
    { nodes: inSequence(walk.order), slices: walk.slices, roots },
    { nodes: 2 * MAX_PENDING_NODES, bytes: MAX_PENDING_BYTES / 2 },
  );
}

/** Resolves when the GPU is at most two runs behind; throws the error of a lost device. */
export const backpressure = (): Promise<void> => engine.settle(MAX_RUNS_AHEAD);

/**
 * Sends all pending work, except the held-back part, to the GPU without waiting for it. `wanted` values are stored even
 * if no tensor holds them.
 */
export function flush(
  wanted: readonly Value[] = [],
  step: PendingStep | null = null,
  heldBack: HeldBack | null = null,
): void {
  const start = performance.now();
  const whole: Flush = { roots: takeRoots(heldBack), wanted: heldBack ? [...heldBack.needs] : wanted, step };
  const [sound, lost] = engine.hasLeftDevice ? apart(whole) : [whole, null];
  // The lost part goes first, because the sound part may give back memory that both read.
  if (lost) sendRoots(lost, false);
  sendRoots(sound, true, heldBack);
  mode.recorded = 0;
  mode.pendingBytes = heldBack?.bytes ?? 0;
  hostPhase('flush', start);
  stats.hostMilliseconds += performance.now() - start;
}

/**
 * Sends all pending work so that `value` can be read. If `value` is a slice of a value that is stored anyway, it is not
 * stored separately, and the slice is returned.
 */
export function flushToRead(value: Value): Slice | null {
  const slice = value.available ? null : (sliceOf(value) ?? sliceToCome(value));
  flush(slice ? [] : [value]);
  return slice;
}

/**
 * Chooses, cuts and sends the work of some roots. `givesBack`: memory that is no longer needed is given back after the
 * run.
 */
function sendRoots({ roots, wanted, step }: Flush, givesBack: boolean, heldBack: HeldBack | null = null): void {
  const chosen = choose({ roots, wanted, step }, heldBack);
  const cut = cutIntoParts(chosen, roots);
  leaveUnstored(roots, chosen);
  const { work, spends } =
    cut.parts.length > 0 ? sendAllButLast(cut, chosen.exports, step) : { work: chosen, spends: noValues };
  const parting = givesBack ? takeParting(heldBack, (value) => chosen.exports.has(value)) : noValues;
  if (chosen.exports.size > 0) send(work, [...parting, ...spends], step);
  else {
    step?.failed();
    for (const value of parting) engine.releaseLater(value);
    for (const value of parting) note(value, 'givenBack');
  }
}

/**
 * Step 1 of a flush: chooses the values to store (see keep.ts). Notes who needs each of these values, and which values
 * cannot be had.
 */
function choose({ roots, wanted, step }: Flush, heldBack: HeldBack | null): Kept {
  const kept = keep(roots, wanted, heldBack?.needs);
  const { exports, failed, saved } = kept;
  for (const [value, { root, error }] of failed) fail(value, root, error, step);
  for (const [node, read] of saved) {
    // A rehearsal stores nothing. A value from the host has no node that could make it again, so it is not given back.
    const stored = isJournaling() ? noValues : read.filter((value) => value.node !== null);
    saveFor(node, stored);
    for (const value of stored) if (exports.get(value) === null && value.owners.hold !== 'shown') note(value, 'lent');
  }
  for (const value of heldBack?.needs ?? noValues) if (exports.get(value) === null) leaveToNext(value);
  return kept;
}

/**
 * Step 2 of a flush: cuts a loop into parts, which are programs that loops of other lengths share. If a root holds a
 * value that one part stores for a later part, the value is exported for that root.
 */
function cutIntoParts({ order, slices, exports }: Kept, roots: Flush['roots']): Parts {
  const cut = cutWhereRepeated(inSequence(order), slices, exports);
  // If the file cannot be fetched, the next flush that needs it tries again.
  if (cut.lengths.size > 0 && !growth.here) growth.load().catch(() => {});
  const stored = new Set(cut.parts.flatMap(({ stores }) => stores));
  for (const root of stored.size > 0 ? roots : []) {
    const { value } = root;
    if (stored.has(value) && !exports.has(value) && !isAlwaysRemade(value, exports)) exports.set(value, root);
  }
  return cut;
}

/**
 * Step 3 of a flush: notes of the roots whose values it does not store that it has found them. Each of them holds a recipe
 * or a value that already has contents.
 */
function leaveUnstored(roots: Flush['roots'], { exports, remade }: Kept): void {
  for (const root of roots) {
    const { value } = root;
    if (root.scope === topScope && !isJournaling()) root.stands();
    if (exports.has(value) || value.failure) continue;
    if (!value.available) leaveAsRecipe(root, remade.get(root) ?? noValues);
    // The new value already has its contents and cannot fail, so the value that it replaces can be released. A
    // rehearsal keeps that value, because it must restore it.
    const isLoaded = value.available && root.flushed !== value && isReplaced(root);
    if (isLoaded && !isJournaling()) giveBackLater(root.flushed!);
    note(value, 'shown');
    root.flushed = value;
    root.computed = value;
  }
}

/** Notes that a value cannot be had. */
function fail(value: Value, root: GraphRoot | null, error: Error, step: PendingStep | null): void {
  noteFailure(value, error);
  // If the value depends on a failed run, its root rolls back, too. If a value was released too early, that is a mistake
  // in the user's program, and the error must stay.
  if (!root || error instanceof TensorReleasedError) return;
  root.rollBack();
  step?.failed();
}

/** Sends all parts of a flush except the last, and returns the last one, with the values that it is the last to read. */
function sendAllButLast(
  { parts, lengths }: Parts,
  exports: Exports,
  step: PendingStep | null,
): { work: Work; spends: readonly Value[] } {
  const replaced: Value[] = [];
  const workFor = ({ loops }: Part, values: Iterable<Value>): Work => {
    const walk = newWalk();
    const found = new Map<Value, GraphRoot | null>();
    for (const value of values) {
      const root = exports.get(value) ?? null;
      if (value.available) continue;
      try {
        visit(value, walk);
        found.set(value, root);
      } catch (error) {
        fail(value, root, error as Error, step);
      }
    }
    inSequence(walk.order);
    const work = { ...walk, exports: found };
    const long = loops || lengths.size === 0 ? null : growth.here?.(walk.order, found.keys(), lengths);
    return long ? inRoom(work, long) : work;
  };
  // Exported values outlive the flush, so they are not given back after the last part that reads them.
  const lentIn = ({ spends }: Part) => spends.filter((value) => !exports.has(value));
  for (const part of parts.slice(0, -1)) {
    const { stores } = part;
    for (const value of stores) {
      const root = exports.get(value);
      // Later parts may still read the replaced value, so its memory is given back after the last part.
      if (root && isReplaced(root)) replaced.push(root.flushed!);
      if (root === undefined) note(value, 'lent');
    }
    send(workFor(part, stores), lentIn(part), null, true);
  }
  const rest = parts.at(-1)!;
  return { work: workFor(rest, exports.keys()), spends: [...replaced, ...lentIn(rest)] };
}

/** Changes work so that it runs on padded values. The program then serves other sizes as well. */
function inRoom(work: Work, { standIns, pieces }: Grown): Work {
  const walk = newWalk();
  // A walk has only one slice for each input, so the first piece represents all of them.
  for (const [leaf, [first]] of pieces) walk.slices.set(leaf, first!);
  for (const value of work.exports.keys()) visit(standIns.get(value)!, walk);
  inSequence(walk.order);
  return { ...work, ...walk, long: { standIns, pieces } };
}

/**
 * Hands work to the engine. The run may still read `releases`, whose memory is given back after it, but no work recorded
 * from now on can. `isPart`: more parts of the flush follow.
 */
function send(work: Work, releases: readonly Value[], step: PendingStep | null, isPart = false): void {
  const { exports, ...program } = programOf(work);
  const replacedIn = (root: GraphRoot | null): Value | null =>
    root && !isPart && isReplaced(root) ? root.flushed : null;
  const { ran, failed, keepsEdges } = outcomesOf(exports, step);
  engine.submit({
    ...program,
    exports: exports.map(([cell, root]) => ({ cell, replaces: replacedIn(root) })),
    slot: step?.slot ?? null,
    releases,
    ran,
    failed,
  });
  for (const [value, root] of exports) {
    const isShown = root?.value === value;
    note(value, 'stored');
    // Asked again: if the job has failed at once, its root has rolled back.
    const replaced = replacedIn(root);
    if (replaced) note(replaced, 'givenBack');
    if (isShown) {
      note(value, 'shown');
      root.flushed = value;
    }
    if (isJournaling()) continue;
    keepsEdges(value, dropEdges(value));
    if (isShown) root.letGo();
  }
  for (const value of releases) note(value, 'givenBack');
}

/** What happens when a job has run, and when it has failed. `keepsEdges` takes what restores the edges of a value. */
function outcomesOf(exports: readonly (readonly [Value, GraphRoot | null])[], step: PendingStep | null) {
  const before = new Map<GraphRoot, Value | null>();
  /**
   * The functions that restore the edges of recipes that are stored now. The edges of other values are never restored,
   * so nothing keeps them alive during the run.
   */
  const restores = new Map<Value, (() => void) | null>();
  for (const [value] of exports) if (value.storedWhenRead) restores.set(value, null);
  return {
    keepsEdges(value: Value, restore: (() => void) | null): void {
      if (restores.has(value)) restores.set(value, restore);
    },
    ran(): void {
      for (const [value, root] of exports) {
        if (!root) continue;
        before.set(root, root.computed);
        root.computed = value;
      }
      step?.ran();
    },
    failed(): void {
      for (const [value, root] of exports) {
        // A recipe can be made again, so it is pending rather than failed.
        if (restores.has(value) && value.failure) {
          // Contents lost with a device are restored from a snapshot instead.
          if (!(value.failure instanceof DeviceLostError)) restores.get(value)?.();
          reopen(value);
        }
        // This is the case if `ran` was called, but the GPU refused the run afterwards.
        if (root?.computed === value) root.computed = before.get(root) ?? null;
        root?.rollBack();
      }
      step?.failed();
    },
  };
}

/** Whether a new value may take over the memory of the root's previous value. */
const isReplaced = ({ flushed }: GraphRoot): boolean => flushed?.owners.hold === 'dropped' && !flushed.hasRecipes;
