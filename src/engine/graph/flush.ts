// The flush: everything pending that must exist becomes one program and goes to the engine.
import { noteFailure, reopen } from '../compiler/contents';
import { engine, type JobExport } from '../compiler/engine';
import { TensorReleasedError } from '../core/errors';
import { hostPhase } from '../gpu/host-trace';
import { MAX_RUNS_AHEAD } from '../gpu/run-ahead';
import { stats } from '../gpu/stats';
import { dropRecipe } from './edges';
import { type Held, heldIn } from './hold-back';
import { isJournaling } from './journal';
import { type Grown, grownIfHere } from './late-growth';
import { apart, type Flush, type PendingStep } from './lost';
import { mode } from './mode';
import { buildProgram, cellsOf, number, placedNodes, SEPARATOR } from './program';
import {
  fewIngredientsOf,
  ingredientsOf,
  isCheap,
  leaveAsRecipe,
  makeRecipesOf,
  mayBeRecipe,
  recipesAmong,
} from './remake';
import { type Part, type Parts, partsOf } from './repeated-programs';
import { atTopLevel, pendingRoots, type Root, takeRoots, topScope } from './roots';
import { keepSaved, leaveToNext, lend, takeSpent } from './saved';
import { type Slice, sliceOf, sliceToCome } from './slices';
import type { Value } from './value';
import { inSequence, newWalk, visit, type Walk } from './walk';

/** At the top level a flush comes by itself past this many nodes or bytes of user-owned values. */
const MAX_PENDING_NODES = 4096;
const MAX_PENDING_BYTES = 1 << 28;

/** A new map for each flush that finds some: a cleared set keeps its old members alive until the next full collection. */
let releases = new Map<Value, () => boolean>();
const noValues: readonly Value[] = [];
const always = () => true;

/** Gives back a value's memory once everything recorded so far has run, if nobody needs it by then. */
export function releaseAfterFlush(value: Value, isFree: () => boolean = always): void {
  makeRecipesOf(value);
  releases.set(value, isFree);
}

/** Values that held-back work reads or makes are left to the next flush. */
function takeReleases(held: Held | null = null): readonly Value[] {
  if (releases.size === 0) return noValues;
  const all = [...releases];
  const stays = (value: Value): boolean => held !== null && (held.makes(value) || held.reads(value));
  releases = new Map(all.filter(([value]) => stays(value)));
  return all.filter(([value, isFree]) => !stays(value) && isFree()).map(([value]) => value);
}

/** Forgets the recorded work that has not been flushed. */
export function discardPending(): void {
  takeRoots();
  takeReleases();
  mode.recorded = 0;
  mode.pendingBytes = 0;
}

/** Keeps a long stretch of code without read-backs from piling up. */
export function flushIfLarge(): void {
  if (atTopLevel() && !mode.whole && (mode.recorded > MAX_PENDING_NODES || mode.pendingBytes > MAX_PENDING_BYTES))
    flush([], null, heldBack());
}

/**
 * What a flush that comes by itself leaves pending: the last repetitions of a loop, so that each of its flushes ends where a repetition does,
 * and the next knows the loop again.
 */
function heldBack(): Held | null {
  if (engine.hasLeftDevice) return null;
  const walk = newWalk();
  const roots = pendingRoots();
  try {
    for (const { value } of roots) if (!value.available) visit(value, walk);
  } catch {
    // The flush finds it again, and says whose it is.
    return null;
  }
  return heldIn(
    { nodes: inSequence(walk.order), slices: walk.slices, roots },
    { nodes: 2 * MAX_PENDING_NODES, bytes: MAX_PENDING_BYTES / 2 },
  );
}

/** Resolves when the GPU is at most two runs behind; throws the error of a lost device. */
export const backpressure = (): Promise<void> => engine.settle(MAX_RUNS_AHEAD);

/** Sends all pending work, except the held-back part, to the GPU without waiting for it; `wanted` values are kept too. */
export function flush(wanted: readonly Value[] = [], step: PendingStep | null = null, held: Held | null = null): void {
  const start = performance.now();
  if (held) sendAllBut(held);
  else submit(wanted, step);
  hostPhase('flush', start);
  stats.hostMilliseconds += performance.now() - start;
}

/** Sends all pending work so that `value` can be read; where it lies in a value that is stored anyway, it is not stored itself. */
export function flushToRead(value: Value): Slice | null {
  const slice = value.available ? null : (sliceOf(value) ?? sliceToCome(value));
  flush(slice ? [] : [value]);
  return slice;
}

function submit(wanted: readonly Value[], step: PendingStep | null): void {
  const whole: Flush = { roots: takeRoots(), wanted, step };
  const [sound, lost] = engine.hasLeftDevice ? apart(whole) : [whole, null];
  // It is sent first: the other may give back what both read.
  if (lost) sendRoots(lost, false);
  sendRoots(sound, true);
}

function sendAllBut(held: Held): void {
  const whole: Flush = { roots: takeRoots(({ value }) => held.makes(value)), wanted: [...held.needs], step: null };
  sendRoots(whole, true, held);
  mode.pendingBytes = held.bytes;
}

/** `givesBack`: memory that is needed no more goes back behind it. */
function sendRoots({ roots, wanted, step }: Flush, givesBack: boolean, held: Held | null = null): void {
  const chosen = choose({ roots, wanted, step }, held);
  const cut = cutIntoParts(chosen, roots);
  leaveUnstored(roots, chosen.exports);
  const work = cut.parts.length > 0 ? sendAllButLast(cut, chosen.exports, step) : { ...chosen, last: [] };
  sendLast(work, chosen.exports, givesBack ? goingBack(chosen.exports, held) : nothing, step);
}

/** What a flush runs, and by value that it stores, the root that holds the value, if one does. */
interface Chosen extends Walk {
  readonly exports: Map<Value, Root | null>;
}

/** What a flush, or a part of one, runs. */
interface Work extends Walk {
  readonly exports: ReadonlyMap<Value, Root | null>;
  /** What parts of the flush still read, and nothing after this one. */
  readonly last: readonly Value[];
  /** Values with room for more rows, by those that they are computed in the place of. */
  readonly long?: Grown;
}

/** Step 1 of a flush: chooses the values to store. Those are the wanted ones, the values of roots and those that gradients will read, except recipes. */
function choose({ roots, wanted, step }: Flush, held: Held | null): Chosen {
  const exports = new Map<Value, Root | null>();
  const walk = newWalk();
  const owners = new Map<Value, Root>();
  for (const root of roots) {
    root.value.shown = true;
    owners.set(root.value, root);
  }
  const want = (value: Value, isNeeded = true) => {
    if (value.available || exports.has(value)) return;
    if (!isNeeded && isCheap(value, { exports, releases })) return;
    // The root holds the value from now on, whoever asked for it, and returns to its earlier value if this one fails.
    const root = owners.get(value) ?? null;
    if (finds(value, root, walk, step)) exports.set(value, root);
  };
  for (const value of wanted) want(value);
  const candidates: Root[] = [];
  for (const root of roots) {
    if (root.value.available || !mayBeRecipe(root.value)) want(root.value, false);
    else candidates.push(root);
  }
  for (const root of roots) keepSaved(root.value, want, exports);
  for (const value of held?.needs ?? noValues) {
    if (exports.get(value) !== null) continue;
    // The program can see only the value that overwrote this one.
    if (value.overwritten && !value.lent) releaseAfterFlush(value);
    else if (!releases.has(value)) leaveToNext(value);
  }
  storeAllBut(candidates, exports, walk.mark, want);
  // What a recipe is needed for a second time is stored.
  for (const { outputs } of walk.order) {
    for (const y of outputs) if (y.recipe && !y.available && !exports.has(y)) exports.set(y, null);
  }
  return { ...walk, exports };
}

/** Step 2: cuts work that repeats into parts. Roots keep the values that one part leaves to others. */
function cutIntoParts({ order, slices, exports }: Chosen, roots: Flush['roots']): Parts {
  const cut = partsOf(inSequence(order), slices, exports);
  const stored = new Set(cut.parts.flatMap(({ stores }) => stores));
  for (const root of stored.size > 0 ? roots : []) {
    const { value } = root;
    if (stored.has(value) && !exports.has(value) && !isCheap(value, { exports, releases })) exports.set(value, root);
  }
  return cut;
}

/** Step 3: roots whose values are not computed by the flush hold a recipe, or contents that stand already. */
function leaveUnstored(roots: Flush['roots'], exports: Chosen['exports']): void {
  mode.recorded = 0;
  mode.pendingBytes = 0;
  for (const root of roots) {
    const { value } = root;
    if (root.scope === topScope && !isJournaling()) root.stands();
    if (exports.has(value) || value.failure) continue;
    if (!value.available) {
      value.recipe = !value.node!.op.cheap;
      const between: Value[] = [];
      leaveAsRecipe(root, ingredientsOf(value, { exports, releases }, Number.POSITIVE_INFINITY, between)!);
      for (const x of between) x.hung = true;
    }
    // A value on the host cannot fail, so the value that it replaces is free; a rehearsal puts it back.
    const isLoaded = value.available && root.settled !== value && isReplaced(root);
    if (isLoaded && !isJournaling()) releaseAfterFlush(root.settled!);
    root.settled = value;
    root.computed = value;
  }
}

/** Values whose memory goes back behind a flush: those that were released, and those that no gradient reads any more. */
interface GoingBack {
  readonly released: readonly Value[];
  readonly spent: readonly Value[];
}

const nothing: GoingBack = { released: noValues, spent: noValues };

function goingBack(exports: Chosen['exports'], held: Held | null): GoingBack {
  // What a recipe goes through has no memory to give back, and is needed to make it.
  const released = takeReleases(held).filter((value) => value.available || exports.has(value) || !value.hung);
  for (const value of released) value.leaving = 'its memory was given back';
  return { released, spent: takeSpent(held) };
}

/** Step 4: sends the last part, or the whole, and returns the freed buffers after it. */
function sendLast(work: Work, exports: Chosen['exports'], { released, spent }: GoingBack, step: PendingStep | null) {
  const releases = spent.length > 0 ? [...released, ...spent] : released;
  if (exports.size > 0) send(work, releases, step);
  else {
    step?.failed();
    for (const value of releases) engine.releaseLater(value);
  }
  // The submitted work finds the value; work recorded from now on does not.
  for (const value of spent) value.loan = 'returned';
  for (const value of work.last) {
    if (value.lent) value.loan = 'returned';
    else value.leaving = 'an in-place write has replaced it';
  }
}

/** Adds the nodes that must run for `value` to a walk; where that cannot be, it has failed. */
function finds(value: Value, root: Root | null, walk: Walk, step: PendingStep | null): boolean {
  try {
    visit(value, walk);
    return true;
  } catch (error) {
    noteFailure(value, error as Error);
    // Values that depend on a failed run are undone with it; reading one released too early stays an error.
    if (root && !(error instanceof TensorReleasedError)) {
      root.rollBack();
      step?.failed();
    }
    return false;
  }
}

/** Sends the parts of a flush but for the last, which it returns. */
function sendAllButLast(
  { parts, lengths, varies }: Parts,
  exports: ReadonlyMap<Value, Root | null>,
  step: PendingStep | null,
): Work {
  const replaced: Value[] = [];
  const workFor = ({ loops }: Part, values: Iterable<Value>, last: readonly Value[]): Work => {
    const walk = newWalk();
    const found = new Map<Value, Root | null>();
    for (const value of values) {
      const root = exports.get(value) ?? null;
      if (!value.available && finds(value, root, walk, step)) found.set(value, root);
    }
    inSequence(walk.order);
    const work = { ...walk, exports: found, last };
    const long = loops ? null : grownIfHere(walk.order, found.keys(), { lengths, varies });
    return long ? inRoom(work, long) : work;
  };
  // What users hold outlives the flush.
  const lentIn = ({ spends }: Part) => spends.filter((value) => !exports.has(value));
  for (const part of parts.slice(0, -1)) {
    const { stores } = part;
    const spends = lentIn(part);
    for (const value of stores) {
      const root = exports.get(value);
      // Later parts may read the value that it replaces.
      if (root && isReplaced(root)) replaced.push(root.settled!);
      if (root === undefined) lend(value);
    }
    send(workFor(part, stores, spends), [], null, true);
    for (const value of spends) value.loan = 'returned';
  }
  const rest = parts.at(-1)!;
  return workFor(rest, exports.keys(), [...replaced, ...lentIn(rest)]);
}

/** The same work with room for more rows. */
function inRoom(work: Work, { standIns, pieces }: Grown): Work {
  const walk = newWalk();
  // The first piece stands for all of them.
  for (const [leaf, [first]] of pieces) walk.slices.set(leaf, first!);
  for (const value of work.exports.keys()) visit(standIns.get(value)!, walk);
  inSequence(walk.order);
  return { ...work, ...walk, long: { standIns, pieces } };
}

/** Hands work to the engine. `isPart`: others of the flush come after it. */
function send(work: Work, releases: readonly Value[], step: PendingStep | null, isPart = false): void {
  const { order, slices, exports: wanted, last, long } = work;
  const { inputs, key, scalars } = number(work);
  const standIn = (value: Value): Value => long?.standIns.get(value) ?? value;
  const exports = asNumbered(wanted, standIn);
  key.push(SEPARATOR);
  const jobExports: JobExport[] = [];
  for (const [cell, root] of exports) {
    key.push(standIn(cell).number);
    jobExports.push({ cell, replaces: root && !isPart && isReplaced(root) ? root.settled : null });
  }
  // Another program: it copies values with room out of where it computes them, whatever their size.
  if (long) key.push(SEPARATOR);
  // The engine may build the program only when the device is there; by then the nodes may have dropped their edges.
  const edges = order.map((node) => node.reads);
  const placed = placedNodes(order);
  const before = new Map<Root, Value | null>();
  engine.submit({
    key,
    build() {
      const program = buildProgram({ order, edges, inputs, slices, placed }, [...exports.keys()].map(standIn));
      return long
        ? { ...program, roomy: [...exports.keys()].map((cell) => standIn(cell).numel > cell.numel) }
        : program;
    },
    ...cellsOf(inputs, slices, long?.pieces),
    exports: jobExports,
    scalars,
    slot: step?.slot ?? null,
    releases: last.length > 0 ? [...releases, ...last] : releases,
    ran: () => {
      for (const [value, root] of exports) {
        if (!root) continue;
        before.set(root, root.computed);
        root.computed = value;
      }
      step?.ran();
    },
    failed: () => {
      for (const [value, root] of exports) {
        // It can be made again.
        if (value.recipe && value.failure) reopen(value);
        // It had been sent to the GPU, which refused it.
        if (root?.computed === value) root.computed = before.get(root) ?? null;
        root?.rollBack();
      }
      step?.failed();
    },
  });
  for (const [value, root] of exports) {
    if (value.loan === 'returned') value.loan = 'lent';
    if (root && !isPart && isReplaced(root)) root.settled!.leaving = 'an in-place write has replaced it';
    if (root && root.value === value) root.settled = value;
    if (isJournaling()) continue;
    dropRecipe(value);
    if (root?.value === value) root.letGo();
  }
}

/** The wanted values, in the order in which they are computed: the same program, whether a value is read or flushed with others. */
const asNumbered = (
  wanted: ReadonlyMap<Value, Root | null>,
  standIn: (value: Value) => Value,
): ReadonlyMap<Value, Root | null> =>
  wanted.size === 1 ? wanted : new Map([...wanted].sort(([a], [b]) => standIn(a).number - standIn(b).number));

/** Whether the memory of what the root held before may go to the new value. */
const isReplaced = ({ settled }: Root): boolean => (settled?.overwritten ?? false) && !settled!.hung;

/** Adds candidates that do not stay recipes to the wanted values: those that nothing else reads, and those that would keep too much alive. */
function storeAllBut(
  candidates: readonly Root[],
  exports: ReadonlyMap<Value, unknown>,
  mark: number,
  want: (value: Value, isNeeded: boolean) => void,
): void {
  if (candidates.length === 0) return;
  const read: Root[] = [];
  // Those that read others come first.
  for (const root of candidates.toSorted((a, b) => b.value.node!.id - a.value.node!.id)) {
    if (exports.has(root.value)) continue;
    if (root.value.node!.mark === mark) read.push(root);
    else want(root.value, false);
  }
  // A value that no stored values can make is stored itself, so that later values can be made of it.
  const possible = new Map<Value, ReadonlySet<Value>>();
  for (const { value } of read.toReversed()) {
    const ingredients = fewIngredientsOf(value, { exports, releases });
    if (ingredients) possible.set(value, ingredients);
    else want(value, false);
  }
  const recipes = recipesAmong(possible);
  for (const value of possible.keys()) if (!recipes.has(value)) want(value, false);
}
