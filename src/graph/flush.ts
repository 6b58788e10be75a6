// The flush: everything pending that must exist becomes one program and goes to the engine.
import { noteFailure, reopen } from '../compiler/contents';
import { engine, type Job, type JobExport } from '../compiler/engine';
import type { Program, ProgramNode } from '../compiler/ir';
import { TensorReleasedError } from '../core/errors';
import type { Piece } from '../gpu/executable';
import { hostPhase } from '../gpu/host-trace';
import { MAX_RUNS_AHEAD } from '../gpu/lead';
import { stats } from '../gpu/stats';
import { type Grown, grownIfHere } from './growth';
import { type Held, heldIn } from './held';
import { isJournaling } from './journal';
import { apart, type Flush, type PendingStep } from './lost';
import { mode } from './mode';
import { type Part, type Parts, partsOf } from './parts';
import { isTracing, placeOf } from './places';
import { ingredientsOf, isCheap, leaveAsRecipe, makeRecipesOf, mayBeRecipe, recipesAmong } from './recipes';
import { atTopLevel, pendingRoots, type Root, takeRoots, topScope } from './roots';
import { eachSaved, keepSaved, leaveToNext, lend, takeSpent } from './saved';
import { offsetIsData, type Slice, sliceOf, sliceToCome } from './slices';
import { lastNodeId, type Node, newMark, type Value } from './value';

/** Separates the parts of a program's key; signatures and indices are not negative. Slices are negative, and below this. */
const SEPARATOR = -1;
const OFFSET = Number.NEGATIVE_INFINITY;

/** At the top level a flush comes by itself past this many nodes or bytes of user-owned values. */
const MAX_PENDING_NODES = 4096;
const MAX_PENDING_BYTES = 1 << 28;

/** Made anew for each flush that finds some: a set that is cleared keeps what it held alive until the next full collection. */
let releases = new Map<Value, () => boolean>();
const noValues: readonly Value[] = [];
const noOffsets: readonly undefined[] = [];
const always = () => true;

/** Gives back a value's memory once everything recorded so far has run, if nobody needs it by then. */
export function releaseAfterFlush(value: Value, isFree: () => boolean = always): void {
  makeRecipesOf(value);
  releases.set(value, isFree);
}

/** Those that what is held back reads, or still makes, are left to the next flush. */
function takeReleases(held: Held | null = null): readonly Value[] {
  if (releases.size === 0) return noValues;
  const all = [...releases];
  const stays = (value: Value): boolean => held !== null && (held.makes(value) || held.reads(value));
  releases = new Map(all.filter(([value]) => stays(value)));
  return all.filter(([value, isFree]) => !stays(value) && isFree()).map(([value]) => value);
}

/** Forgets what has been recorded and not flushed. */
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
  const order: Node[] = [];
  const slices: Slices = new Map();
  const mark = newMark();
  const roots = pendingRoots();
  try {
    for (const { value } of roots) if (!value.available) visit(value, order, slices, mark);
  } catch {
    // The flush finds it again, and says whose it is.
    return null;
  }
  return heldIn(
    { nodes: inSequence(order), slices, roots },
    { nodes: 2 * MAX_PENDING_NODES, bytes: MAX_PENDING_BYTES / 2 },
  );
}

/** Resolves when the GPU is at most two runs behind; throws the error of a lost device. */
export const backpressure = (): Promise<void> => engine.settle(MAX_RUNS_AHEAD);

/** Sends all pending work, but for what is held back, to the GPU without waiting for it; `wanted` values are kept too. */
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
  const exports = new Map<Value, Root | null>();
  const order: Node[] = [];
  const slices: Slices = new Map();
  const mark = newMark();
  const owners = new Map<Value, Root>();
  for (const root of roots) {
    root.value.shown = true;
    owners.set(root.value, root);
  }
  const want = (value: Value, isNeeded = true) => {
    if (value.available || exports.has(value)) return;
    if (!isNeeded && isCheap(value, { exports, releases })) return;
    // Whoever asks for it: the root holds it from now on, and goes back to what it held before where it fails.
    const root = owners.get(value) ?? null;
    if (finds(value, root, { order, slices, mark }, step)) exports.set(value, root);
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
    // What was written in its place is all that the program can still see.
    if (value.overwritten && !value.lent) releaseAfterFlush(value);
    else if (!releases.has(value)) leaveToNext(value);
  }
  storeAllBut(candidates, exports, mark, want);
  // What a recipe is needed for a second time is stored.
  for (const { outputs } of order) {
    for (const y of outputs) if (y.recipe && !y.available && !exports.has(y)) exports.set(y, null);
  }
  const cut = partsOf(inSequence(order), slices, exports);
  const { parts } = cut;
  if (parts.length > 0) {
    // What one part leaves to others is stored for as long as the flush takes; what users hold stays.
    const stored = new Set(parts.flatMap(({ stores }) => stores));
    for (const root of roots) {
      const { value } = root;
      if (stored.has(value) && !exports.has(value) && !isCheap(value, { exports, releases })) exports.set(value, root);
    }
  }
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
    // What stands on the host cannot fail, so what it replaces is needed no more; a rehearsal puts it back.
    const isLoaded = value.available && root.settled !== value && isReplaced(root);
    if (isLoaded && !isJournaling()) releaseAfterFlush(root.settled!);
    root.settled = value;
    root.computed = value;
  }
  const work = parts.length > 0 ? sendAllButLast(cut, exports, step) : { order, slices, mark, exports, last: [] };
  // What a recipe goes through has no memory to give back, and is needed to make it.
  const released = givesBack
    ? takeReleases(held).filter((value) => value.available || exports.has(value) || !value.hung)
    : noValues;
  for (const value of released) value.leaving = 'its memory was given back';
  const spent = givesBack ? takeSpent(held) : noValues;
  if (exports.size === 0) {
    step?.failed();
    for (const value of [...released, ...spent]) engine.releaseLater(value);
    for (const value of spent) value.loan = 'returned';
    return;
  }
  send(work, spent.length > 0 ? [...released, ...spent] : released, step);
  // The work that has been submitted finds it; what is recorded from now on does not.
  for (const value of spent) value.loan = 'returned';
  for (const value of work.last) {
    if (value.lent) value.loan = 'returned';
    else value.leaving = 'an in-place write has replaced it';
  }
}

/** The nodes that a run is made of, and the slices that they read. */
interface Walk {
  readonly order: Node[];
  readonly slices: Slices;
  readonly mark: number;
}

/** What a flush, or a part of one, runs. */
interface Work extends Walk {
  readonly exports: ReadonlyMap<Value, Root | null>;
  /** What parts of the flush still read, and nothing after this one. */
  readonly last: readonly Value[];
  /** Values with room for more rows, by those that they are computed in the place of. */
  readonly long?: Grown;
}

/** Adds the nodes that must run for `value` to a walk; where that cannot be, it has failed. */
function finds(value: Value, root: Root | null, { order, slices, mark }: Walk, step: PendingStep | null): boolean {
  try {
    visit(value, order, slices, mark);
    return true;
  } catch (error) {
    noteFailure(value, error as Error);
    // What hangs on a run that failed is undone with it; what was released too early stays a loud error.
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
    const walk: Walk = { order: [], slices: new Map(), mark: newMark() };
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
      // Later parts may read what it replaces.
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
  const slices: Slices = new Map();
  // The first piece stands for all of them.
  for (const [leaf, [first]] of pieces) slices.set(leaf, first!);
  const walk: Walk = { order: [], slices, mark: newMark() };
  for (const value of work.exports.keys()) visit(standIns.get(value)!, walk.order, slices, walk.mark);
  inSequence(walk.order);
  return { ...work, ...walk, long: { standIns, pieces } };
}

/** Hands work to the engine. `isPart`: others of the flush come after it. */
function send(
  { order, slices, mark, exports: wanted, last, long }: Work,
  releases: readonly Value[],
  step: PendingStep | null,
  isPart = false,
): void {
  const { inputs, key, scalars } = number(order, slices, mark);
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
    if (!isJournaling()) dropRecipe(value);
  }
}

/** What is wanted, in the order in which it is computed: the same program, whether a value is read or flushed with others. */
const asNumbered = (
  wanted: ReadonlyMap<Value, Root | null>,
  standIn: (value: Value) => Value,
): ReadonlyMap<Value, Root | null> =>
  wanted.size === 1 ? wanted : new Map([...wanted].sort(([a], [b]) => standIn(a).number - standIn(b).number));

/** Whether the memory of what the root held before may go to the new value. */
const isReplaced = ({ settled }: Root): boolean => (settled?.overwritten ?? false) && !settled!.hung;

/** Wants those of the candidates that do not stay recipes: what nothing else reads, and what would keep too much alive. */
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
  const values = read.map(({ value }) => value);
  const recipes = recipesAmong(values, { exports, releases });
  for (const root of read) if (!recipes.has(root.value)) want(root.value, false);
}

type Slices = Map<Value, Slice>;

/** Collects the nodes that must run for `value`, and the slices that they read; throws TensorReleasedError where a recipe's inputs are gone. */
function visit(value: Value, order: Node[], slices: Slices, mark: number): void {
  const stack: Value[] = [value];
  const before = order.length;
  while (stack.length > 0) {
    const next = stack.pop()!;
    const { node } = next;
    const lost = next.gone ?? next.leaving;
    if (next.available && !lost && !next.failure) continue;
    if (next.failure || lost || !node || node.cut) {
      for (const n of order.splice(before)) n.mark = 0;
      throw next.failure ?? releasedError(value, next);
    }
    if (node.mark === mark) continue;
    node.mark = mark;
    order.push(node);
    for (const x of node.reads) if (!isSlice(x, slices)) stack.push(x);
  }
}

function isSlice(x: Value, slices: Slices): boolean {
  if (x.available) return false;
  if (slices.has(x)) return true;
  const slice = sliceOf(x);
  if (slice) slices.set(x, slice);
  return slice !== null;
}

const GIVEN_BACK = 'it was stored for a gradient, which has been taken';

function releasedError(value: Value, missing: Value): Error {
  const name = value.node?.op.name ?? 'a tensor';
  const why = missing.gone ?? missing.leaving ?? (missing.loan === 'returned' ? GIVEN_BACK : 'it was not kept');
  const what =
    missing === value
      ? 'its value is gone'
      : `it would be made again from a value of ${missing.node?.op.name ?? 'a tensor'} that is gone`;
  return new TensorReleasedError(
    `the result of ${name}, of shape [${value.shape.join(', ')}], can no longer be had: ${what} (${why}). ` +
      'Tensors made inside a module, backward() or torch.scope() live no longer than it: call .retain() where it is made, or return it',
  );
}

/**
 * Sorts nodes as they were recorded, but for other names and views of values that stand, which come right before what reads them: a
 * parameter gets one when it is first looked at, and whether that was before or after others makes no other program.
 */
function inSequence(order: Node[]): Node[] {
  order.sort((a, b) => a.id - b.id);
  const names = new Set(order.filter(({ op, reads }) => (op.isName || op.views || op.run) && reads[0]!.available));
  // Where values are overwritten, everything stays in its place.
  if (names.size === 0 || order.some(({ op }) => op.inPlace)) return order;
  const sorted = order.splice(0);
  const late = new Set(names);
  for (const node of sorted) {
    if (names.has(node)) continue;
    for (const { node: maker } of node.reads) if (maker && late.delete(maker)) order.push(maker);
    order.push(node);
  }
  order.push(...late);
  return order;
}

/** Numbers the values, inputs first, and writes the program's key. The nodes of `order`, and no others, have this mark. */
function number(order: readonly Node[], slices: Slices, mark: number) {
  const inputs: Value[] = [];
  const key: number[] = [];
  const last = lastNodeId();
  for (const node of order) {
    for (const x of node.reads) {
      if (x.mark === mark || (x.node?.mark === mark && !x.available)) continue;
      x.mark = mark;
      x.number = inputs.length;
      x.used = last;
      const slice = slices.get(x);
      if (slice) slice.base.used = last;
      inputs.push(x);
      key.push(slice ? SEPARATOR - x.metaId : x.metaId);
    }
  }
  const scalars: number[] = [];
  let next = inputs.length;
  for (const node of order) {
    key.push(SEPARATOR, node.signature);
    for (const x of node.reads) key.push(x.number);
    // An output may have been computed before while another of the same node is wanted now; it is computed again unseen.
    for (const y of node.outputs) {
      if (y.mark !== mark) {
        y.mark = mark;
        y.number = next;
      }
      next++;
    }
    if (node.op.placed && !offsetIsData(node)) key.push(OFFSET, node.scalars[0]!);
    for (const s of node.scalars) scalars.push(s);
  }
  return { inputs, key, scalars };
}

/** What `number` gave; since then other flushes may have numbered the values anew. */
function numbersOf(order: readonly Node[], inputs: readonly Value[]): Map<Value, number> {
  const numbers = new Map(inputs.map((x, i) => [x, i]));
  let next = inputs.length;
  for (const { outputs } of order) {
    for (const y of outputs) {
      if (!numbers.has(y)) numbers.set(y, next);
      next++;
    }
  }
  return numbers;
}

/** The values whose contents the inputs of a program are, and for slices the bytes before them; behind them, what else lies in an input. */
function cellsOf(
  inputs: readonly Value[],
  slices: Slices,
  pieces?: Grown['pieces'],
): Pick<Job, 'inputs' | 'offsets' | 'joins'> {
  if (slices.size === 0) return { inputs, offsets: noOffsets };
  const cells = inputs.map((x) => slices.get(x)?.base ?? x);
  const offsets = inputs.map((x) => slices.get(x)?.offset);
  if (!pieces) return { inputs: cells, offsets };
  const joins = new Map<number, Piece[]>();
  inputs.forEach((x, i) => {
    const parts = pieces.get(x)?.map(({ base, offset, bytes }, k) => {
      if (k === 0) return { input: i, bytes };
      base.used = lastNodeId();
      offsets.push(offset);
      return { input: cells.push(base) - 1, bytes };
    });
    if (parts) joins.set(i, parts);
  });
  return { inputs: cells, offsets, joins };
}

/** The views whose offset is structure. By the time that the program is built, what they view may have contents. */
const placedNodes = (order: readonly Node[]): ReadonlySet<Node> =>
  new Set(order.filter((node) => node.op.placed && !offsetIsData(node)));

interface Recorded {
  readonly order: readonly Node[];
  readonly edges: readonly (readonly Value[])[];
  readonly inputs: readonly Value[];
  readonly slices: Slices;
  readonly placed: ReadonlySet<Node>;
}

function buildProgram({ order, edges, inputs, slices, placed }: Recorded, exports: readonly Value[]): Program {
  const numbers = numbersOf(order, inputs);
  const values = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  let scalarBase = 0;
  const nodes = order.map((node, n): ProgramNode => {
    const outputs = node.outputs.map(({ shape, dtype }) => values.push({ shape, dtype }) - 1);
    const built = {
      op: node.op,
      attrs: placed.has(node) ? { ...(node.attrs as object), offset: node.scalars[0] } : node.attrs,
      inputs: edges[n]!.map((x) => numbers.get(x)!),
      outputs,
      scalarBase,
      scalarCount: placed.has(node) ? 0 : node.scalars.length,
      ...(isTracing() && { place: placeOf(node) }),
    };
    scalarBase += node.scalars.length;
    return built;
  });
  return {
    values,
    inputCount: inputs.length,
    slices: inputs.map((x) => slices.has(x)),
    nodes,
    exports: exports.map((value) => numbers.get(value)!),
  };
}

/** What reading a pending value would run, if nothing else were pending, with what is stored for its gradient; null where it has been computed. */
export function pendingProgram(value: Value) {
  const order: Node[] = [];
  const slices: Slices = new Map();
  const mark = newMark();
  const wanted = new Set<Value>([value]);
  const met = new Set<Node>();
  const meet = (node: Node) => !node.savedKept && !met.has(node) && met.add(node).has(node);
  eachSaved(value, meet, (saved) => wanted.add(saved));
  const exports = [...wanted].filter((one) => !one.available);
  for (const one of exports) visit(one, order, slices, mark);
  if (order.length === 0) return null;
  const { inputs, key } = number(inSequence(order), slices, mark);
  exports.sort((a, b) => a.number - b.number);
  key.push(SEPARATOR, ...exports.map(({ number }) => number));
  const edges = order.map((node) => node.reads);
  const program = buildProgram({ order, edges, inputs, slices, placed: placedNodes(order) }, exports);
  return { key, inputs: cellsOf(inputs, slices).inputs, program };
}

/** Drops the edges of a node whose values exist and stay, once neither another output nor a gradient needs them. */
function dropRecipe({ node, lent }: Value): void {
  if (!node || node.cut || lent || (node.requiresGrad && !node.spent)) return;
  if (!node.outputs.every((y) => y.available)) return;
  node.inputs = [];
  node.reads = [];
  node.cut = true;
}
