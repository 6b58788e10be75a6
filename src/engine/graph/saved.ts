// Saved values: a value that a flush stores only for gradients returns to the pool as soon as those gradients have been
// computed. Waiting for the garbage collector would take too long.
import { isJournaling } from './journal';
import { unwidened } from './record';
import { makeRecipesOf } from './remake';
import type { Node, Value } from './value';

/**
 * Lent values that may no longer be needed by any gradient. A flush that takes some makes a new set, since a cleared
 * set keeps its old members alive until the next full garbage collection.
 */
let spent = new Set<Value>();

/** Marks a value as lent: stored only for gradients. A value that has been given back stays `returned`. */
export function lend(value: Value): void {
  if (value.loan === 'none') value.loan = 'lent';
}

/** Notes, during a flush, that the gradient of `node` will read a value. `stored`: this flush stores the value. */
function saveFor(node: Node, value: Value, stored: boolean): void {
  // A rehearsal stores nothing. A value from the host has no node that could make it again, so it must not be given
  // back.
  if (isJournaling() || value.node === null) return;
  value.keepers++;
  if (node.saved) node.saved.push(value);
  else node.saved = [value];
  if (stored && !value.shown) lend(value);
}

/**
 * Called when the gradient of `node` has been computed for the last time, so the node no longer needs its saved values.
 */
export function giveUpSaved(node: Node): void {
  if (node.saved === null) return;
  for (const value of node.saved) if (--value.keepers === 0 && value.lent) spent.add(value);
  node.saved = null;
}

/** Marks values as needed only for gradients, because no tensor that the user holds refers to them any more. */
export function leaveToGradients(values: readonly Value[]): void {
  const left = values.filter(({ node, sink }) => node !== null && sink === null);
  for (const value of left) {
    value.shown = false;
    lend(value);
    spent.add(value);
  }
  for (const value of left) makeRecipesOf(value);
}

/** Keeps a value only for held-back work: the next flush gives it back, unless a gradient still reads it. */
export function leaveToNext(value: Value): void {
  lend(value);
  if (!isJournaling()) spent.add(value);
}

/**
 * Takes the lent values that no gradient reads after this flush. Values whose run is still waiting, and values that
 * held-back work reads, are left for the next flush.
 */
export function takeSpent(heldBack: { reads(value: Value): boolean } | null): readonly Value[] {
  if (spent.size === 0 || isJournaling()) return [];
  const free = [...spent].filter((x) => x.keepers === 0 && !x.shown && !x.failure && x.loan !== 'returned');
  const waits = (x: Value) => heldBack?.reads(x) || (x.allocation === null && x.state.kind === 'scheduled');
  spent = new Set(free.filter(waits));
  return free.filter((x) => x.allocation !== null && !waits(x));
}

/** Calls `want` with the values that later gradients of `value` will read, so that they outlive this flush. */
export function keepSaved(value: Value, want: (value: Value) => void, exports: Pick<ReadonlySet<Value>, 'has'>): void {
  const meet = (node: Node) => {
    const { savedKept } = node;
    node.savedKept = true;
    return !savedKept;
  };
  eachSaved(value, meet, (saved, node) => {
    want(saved);
    saveFor(node, saved, exports.has(saved));
  });
}

/**
 * Calls `save` with each value that later gradients of `value` will read. `meet` returns true the first time that it is
 * called with a node.
 */
export function eachSaved(value: Value, meet: (node: Node) => boolean, save: (saved: Value, node: Node) => void): void {
  const stack: Value[] = [value];
  while (stack.length > 0) {
    const next = stack.pop()!;
    const node = next.maker;
    if (!node || !next.requiresGrad || next.sink || node.spent || node.cut || !meet(node)) continue;
    const { inputs, outputs } = node.op.saves ?? {};
    if (node.keepsSaved) {
      for (const i of inputs ?? (outputs ? [] : node.inputs.keys()))
        if (i < node.inputs.length) save(unwidened(node.inputs[i]!), node);
      for (const o of outputs ?? []) save(node.outputs[o]!, node);
    }
    for (const x of node.inputs) if (x.requiresGrad) stack.push(x);
  }
}
