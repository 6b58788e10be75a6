// The flush: everything pending that must exist becomes one program and goes to the engine.
import { engine, type JobExport } from '../compiler/engine';
import type { Program, ProgramNode } from '../compiler/ir';
import { TensorReleasedError } from '../errors';
import { hostPhase } from '../gpu/host-trace';
import { stats } from '../gpu/stats';
import { isJournaling } from './journal';
import { mode } from './mode';
import { isTracing, placeOf } from './places';
import { unwidened } from './record';
import { atTopLevel, leaveAsRecipe, makeRecipesOf, type Root, takeRoots } from './roots';
import { type Node, newMark, type Value } from './value';

/** Separates the parts of a program's key; signatures and indices are not negative. */
const SEPARATOR = -1;

/** At the top level a flush comes by itself past this many nodes or bytes of user-owned values. */
const MAX_PENDING_NODES = 4096;
const MAX_PENDING_BYTES = 1 << 28;

/** Made anew for each flush that finds some: a set that is cleared keeps what it held alive until the next full collection. */
let releases = new Set<Value>();
const noValues: readonly Value[] = [];

/** Gives back a value's memory once everything recorded so far has run. */
export function releaseAfterFlush(value: Value): void {
  makeRecipesOf(value);
  releases.add(value);
}

function takeReleases(): readonly Value[] {
  if (releases.size === 0) return noValues;
  const taken = [...releases];
  releases = new Set();
  return taken;
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
  if (atTopLevel() && (mode.recorded > MAX_PENDING_NODES || mode.pendingBytes > MAX_PENDING_BYTES)) flush();
}

/** Runs that a data loader lets be unfinished before it waits. */
const MAX_RUNS_AHEAD = 2;

/** Resolves when the GPU is at most two runs behind; throws the error of a lost device. */
export const backpressure = (): Promise<void> => engine.settle(MAX_RUNS_AHEAD);

/** Sends all pending work to the GPU without waiting for it; `wanted` values are kept too. */
export function flush(wanted: readonly Value[] = []): void {
  const start = performance.now();
  submit(wanted);
  hostPhase('flush', start);
  stats.hostMilliseconds += performance.now() - start;
}

function submit(wanted: readonly Value[]): void {
  const roots = takeRoots();
  const exports = new Map<Value, Root | null>();
  const order: Node[] = [];
  const mark = newMark();
  const want = (value: Value, root: Root | null) => {
    if (value.available || exports.has(value)) return;
    if (root !== null && isRecipe(value)) return;
    try {
      visit(value, order, mark);
      exports.set(value, root);
    } catch (error) {
      value.failure = error as Error;
      // What hangs on a run that failed is undone with it; what was released too early stays a loud error.
      if (!(error instanceof TensorReleasedError)) root?.rollBack();
    }
  };
  for (const value of wanted) want(value, null);
  for (const root of roots) want(root.value, root);
  for (const root of roots) keepSaved(root.value, want);
  mode.recorded = 0;
  mode.pendingBytes = 0;
  for (const root of roots) {
    if (exports.has(root.value) || root.value.failure) continue;
    if (!root.value.available) leaveAsRecipe(root, root.value.node!.inputs);
    root.settled = root.value;
    root.computed = root.value;
  }
  const released = takeReleases();
  for (const value of released) value.leaving = 'its memory was given back';
  if (exports.size === 0) {
    for (const value of released) engine.releaseLater(value);
    return;
  }

  order.sort((a, b) => a.id - b.id);
  const { inputs, key, scalars } = number(order, mark);
  key.push(SEPARATOR);
  const jobExports: JobExport[] = [];
  for (const [cell, root] of exports) {
    key.push(cell.number);
    jobExports.push({ cell, replaces: root?.settled?.overwritten ? root.settled : null });
  }
  // The engine may build the program only when the device is there; by then the nodes may have dropped their edges.
  const edges = order.map((node) => node.reads);
  engine.submit({
    key,
    build: () => buildProgram(order, edges, inputs, [...exports.keys()]),
    inputs,
    exports: jobExports,
    scalars,
    releases: released,
    ran: () => {
      for (const [value, root] of exports) if (root) root.computed = value;
    },
    failed: () => {
      for (const root of exports.values()) root?.rollBack();
    },
  });
  for (const [value, root] of exports) {
    if (root?.settled?.overwritten) root.settled.leaving = 'an in-place write has replaced it';
    if (root && root.value === value) root.settled = value;
    if (!isJournaling()) dropRecipe(value);
  }
}

/** A user's value that is as cheap to make again as to keep: a batch gathered from a data set. */
const isRecipe = (value: Value): boolean =>
  value.node?.op.cheap === true && value.node.inputs.every((x) => x.available && !x.overwritten && !releases.has(x));

/** Collects the nodes that must run for `value`; throws TensorReleasedError where a recipe's inputs are gone. */
function visit(value: Value, order: Node[], mark: number): void {
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
    for (const x of node.reads) stack.push(x);
  }
}

function releasedError(value: Value, missing: Value): Error {
  const name = value.node?.op.name ?? 'a tensor';
  const why = missing.gone ?? missing.leaving ?? 'it was not kept';
  const what =
    missing === value
      ? 'its value is gone'
      : `it would be made again from a value of ${missing.node?.op.name ?? 'a tensor'} that is gone`;
  return new TensorReleasedError(
    `the result of ${name}, of shape [${value.shape.join(', ')}], can no longer be had: ${what} (${why}). ` +
      'Tensors made inside a module, backward() or torch.scope() live no longer than it: call .retain() where it is made, or return it',
  );
}

/** Asks for what later gradients of `value` will read, so that it outlives this flush. */
function keepSaved(value: Value, want: (value: Value, root: null) => void): void {
  const stack: Value[] = [value];
  while (stack.length > 0) {
    const next = stack.pop()!;
    const { node } = next;
    if (!node || !next.requiresGrad || next.sink || node.spent || node.savedKept || node.cut) continue;
    node.savedKept = true;
    const { inputs, outputs } = node.op.saves ?? {};
    if (node.keepsSaved) {
      for (const i of inputs ?? (outputs ? [] : node.inputs.keys()))
        if (i < node.inputs.length) want(unwidened(node.inputs[i]!), null);
      for (const o of outputs ?? []) want(node.outputs[o]!, null);
    }
    for (const x of node.inputs) if (x.requiresGrad) stack.push(x);
  }
}

/** Numbers the values, inputs first, and writes the program's key. The nodes of `order`, and no others, have this mark. */
function number(order: readonly Node[], mark: number) {
  const inputs: Value[] = [];
  const key: number[] = [];
  for (const node of order) {
    for (const x of node.reads) {
      if (x.mark === mark || (x.node?.mark === mark && !x.available)) continue;
      x.mark = mark;
      x.number = inputs.length;
      inputs.push(x);
      key.push(x.metaId);
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

function buildProgram(
  order: readonly Node[],
  edges: readonly (readonly Value[])[],
  inputs: readonly Value[],
  exports: readonly Value[],
): Program {
  const numbers = numbersOf(order, inputs);
  const values = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  let scalarBase = 0;
  const nodes = order.map((node, n): ProgramNode => {
    const outputs = node.outputs.map(({ shape, dtype }) => values.push({ shape, dtype }) - 1);
    const built = {
      op: node.op,
      attrs: node.attrs,
      inputs: edges[n]!.map((x) => numbers.get(x)!),
      outputs,
      scalarBase,
      scalarCount: node.scalars.length,
      ...(isTracing() && { place: placeOf(node) }),
    };
    scalarBase += node.scalars.length;
    return built;
  });
  return { values, inputCount: inputs.length, nodes, exports: exports.map((value) => numbers.get(value)!) };
}

/** What reading values that are pending would run, each alone; null where they have been computed. */
export function pendingProgram(wanted: readonly Value[]) {
  const order: Node[] = [];
  const mark = newMark();
  const exports = wanted.filter((value) => !value.available);
  for (const value of exports) visit(value, order, mark);
  if (order.length === 0) return null;
  order.sort((a, b) => a.id - b.id);
  const { inputs, key } = number(order, mark);
  key.push(SEPARATOR, ...exports.map((value) => value.number));
  const edges = order.map((node) => node.reads);
  return { key, inputs, program: buildProgram(order, edges, inputs, exports) };
}

/** Drops the edges of a node whose values exist, once neither another output nor a gradient needs them. */
function dropRecipe({ node }: Value): void {
  if (!node || node.cut || (node.requiresGrad && !node.spent)) return;
  if (!node.outputs.every((y) => y.available)) return;
  node.inputs = [];
  node.reads = [];
  node.cut = true;
}
