// What a flush keeps: the values that it stores, and those that it leaves to be made again. This depends on nodes and
// owners alone. This file changes nothing except the marks of a walk; flush.ts acts on the choice.
import { unwidened } from './record';
import { isAlwaysRemade, makingOf, mayBeRemade, recipesAmong } from './remake';
import type { GraphRoot } from './roots';
import type { Node, Value } from './value';
import { newWalk, visit, type Walk } from './walk';

/** The values that a flush stores. Each maps to the root that holds it, or to null. */
export type Exports = ReadonlyMap<Value, GraphRoot | null>;

type Holder = Pick<GraphRoot, 'value'>;

/** What a flush keeps, and the nodes that it runs for that. */
export interface Kept<Root extends Holder = GraphRoot> extends Walk {
  readonly exports: Map<Value, Root | null>;
  /** For each root whose value is not stored: its ingredients, and the values that are made on the way from them. */
  readonly remade: ReadonlyMap<Root, readonly Value[]>;
  /** For each node whose gradient may come, the values that it reads. */
  readonly saved: ReadonlyMap<Node, readonly Value[]>;
  /** The values that cannot be had, with the roots that hold them. */
  readonly failed: ReadonlyMap<Value, { readonly root: Root | null; readonly error: Error }>;
}

const noValues: ReadonlySet<Value> = new Set();

/**
 * Chooses the values to store, by five rules in this order. A value that a rule stores counts for the rules after it.
 * `passing`: wanted values that are given back by the next flush, unless a root holds them.
 */
export function keep<Root extends Holder>(
  roots: ReadonlySet<Root>,
  wanted: readonly Value[] = [],
  passing: ReadonlySet<Value> = noValues,
): Kept<Root> {
  const walk = newWalk();
  const exports = new Map<Value, Root | null>();
  const failed = new Map<Value, { root: Root | null; error: Error }>();
  const holders = new Map<Value, Root>();
  for (const root of roots) holders.set(root.value, root);
  const stays = { has: (x: Value): boolean => exports.has(x) && (holders.has(x) || !passing.has(x)) };
  const store = (value: Value) => {
    if (value.available || exports.has(value) || failed.has(value)) return;
    // It belongs to its root no matter who asked for it, so that the root rolls back if the computation fails.
    const root = holders.get(value) ?? null;
    try {
      visit(value, walk);
      exports.set(value, root);
    } catch (error) {
      failed.set(value, { root, error: error as Error });
    }
  };
  // 1. Wanted values are stored.
  for (const value of wanted) store(value);
  // 2. Values that tensors show are stored, unless they may be recipes (see remake.ts).
  const shown = [...holders.keys()].filter(({ available }) => !available);
  for (const value of shown) if (!mayBeRemade(value) && !isAlwaysRemade(value, stays)) store(value);
  // 3. Values that gradients will read are stored.
  const saved = savedFor([...holders.keys()].filter((value) => !failed.has(value)));
  for (const values of saved.values()) for (const value of values) store(value);
  // 4. Of values that may be recipes until they are read, those that nothing in this flush reads are stored, and those
  // that cost too much.
  storeUnlessRemade(shown.filter(mayBeRemade), walk, stays, store);
  // 5. A recipe that an earlier flush has left until it is read is stored, if this flush reads it.
  for (const { outputs } of walk.order) {
    for (const y of outputs) if (y.storedWhenRead && !exports.has(y)) exports.set(y, null);
  }
  const remade = new Map<Root, readonly Value[]>();
  for (const [value, root] of holders) {
    if (value.available || exports.has(value) || failed.has(value)) continue;
    // A value in between may be stored later, and then it is what the recipe is made from.
    const { ingredients, between } = makingOf(value, stays, Number.POSITIVE_INFINITY)!;
    remade.set(root, [...ingredients, ...between]);
  }
  return { ...walk, exports, remade, saved, failed };
}

/**
 * Stores the candidates that are no recipes: those that nothing in this flush reads, those that cannot be made from
 * values that stay, and those whose ingredients would keep too much memory alive.
 */
function storeUnlessRemade(
  candidates: readonly Value[],
  { mark }: Walk,
  stays: { has(value: Value): boolean },
  store: (value: Value) => void,
): void {
  const read: Value[] = [];
  // The latest comes first: if it is stored, this flush reads the candidates that it is made from.
  for (const value of candidates.toSorted((a, b) => b.node!.id - a.node!.id)) {
    if (stays.has(value)) continue;
    if (value.node!.mark === mark) read.push(value);
    else store(value);
  }
  // The earliest comes first: if it is stored, later candidates can be made from it.
  const possible = new Map<Value, ReadonlySet<Value>>();
  for (const value of read.toReversed()) {
    const making = makingOf(value, stays);
    if (making) possible.set(value, making.ingredients);
    else store(value);
  }
  const recipes = recipesAmong(possible);
  for (const value of possible.keys()) if (!recipes.has(value)) store(value);
}

/**
 * The nodes whose gradients are part of those of the values `from`, each with the values that its gradient will read. Nodes whose
 * saved values a flush has kept already are left out, with all nodes before them.
 */
function savedFor(from: readonly Value[]): ReadonlyMap<Node, readonly Value[]> {
  const saved = new Map<Node, Value[]>();
  const stack = from.toReversed();
  while (stack.length > 0) {
    const next = stack.pop()!;
    const node = next.maker;
    if (!node || !next.requiresGrad || next.sink || node.spent || node.bare || node.saved || saved.has(node)) continue;
    const values: Value[] = [];
    saved.set(node, values);
    const { inputs, outputs } = node.op.saves ?? {};
    if (node.keepsSaved) {
      for (const i of inputs ?? (outputs ? [] : node.inputs.keys()))
        if (i < node.inputs.length) values.push(unwidened(node.inputs[i]!));
      for (const o of outputs ?? []) values.push(node.outputs[o]!);
    }
    for (const x of node.inputs) if (x.requiresGrad) stack.push(x);
  }
  return saved;
}
