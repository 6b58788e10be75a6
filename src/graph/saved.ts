// Saved values: what a flush stores for gradients alone goes back to the pool when these have been taken, whatever the collector does.
import { isJournaling } from './journal';
import { makeRecipesOf } from './recipes';
import type { Node, Value } from './value';

/** Made anew by each flush that takes some: a set that is cleared keeps what it held alive until the next full collection. */
let spent = new Set<Value>();

/** Notes at a flush that the gradient of `node` will read a value; `stored` says that this flush stores it. */
export function saveFor(node: Node, value: Value, stored: boolean): void {
  // A rehearsal stores nothing. What came from the host is not made again.
  if (isJournaling() || value.node === null) return;
  value.keepers++;
  if (node.saved) node.saved.push(value);
  else node.saved = [value];
  if (stored && !value.shown) value.lent = true;
}

/** The gradient of `node` has been taken for the last time. */
export function giveUpSaved(node: Node): void {
  if (node.saved === null) return;
  for (const value of node.saved) if (--value.keepers === 0 && value.lent) spent.add(value);
  node.saved = null;
}

/** Leaves values to gradients: the tensors that showed them are inner from now on. */
export function leaveToGradients(values: readonly Value[]): void {
  const left = values.filter(({ node, sink }) => node !== null && sink === null);
  for (const value of left) {
    value.shown = false;
    value.lent = true;
    spent.add(value);
  }
  for (const value of left) makeRecipesOf(value);
}

/** The lent values that no gradient reads after the flush under way; those that wait for their run are left to the next. */
export function takeSpent(): readonly Value[] {
  if (spent.size === 0 || isJournaling()) return [];
  const free = [...spent].filter((x) => x.keepers === 0 && !x.shown && !x.failure && !x.returned);
  spent = new Set(free.filter(({ allocation, scheduled }) => allocation === null && scheduled !== null));
  return free.filter(({ allocation }) => allocation !== null);
}
