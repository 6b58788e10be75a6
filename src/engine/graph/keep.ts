// What a flush keeps: the values that it stores, and those that it leaves to be made again. This depends on nodes and
// owners alone. This file changes nothing except the marks of a walk; flush.ts acts on the choice.
import { unwidened } from './record';
import { fewIngredientsOf, ingredientsOf, isCheap, mayBeRecipe, recipesAmong } from './remake';
import type { GraphRoot } from './roots';
import type { Node, Value } from './value';
import { newWalk, visit, type Walk } from './walk';

/** The values that a flush stores. Each maps to the root that holds it, or to null. */
export type Exports = ReadonlyMap<Value, GraphRoot | null>;

type Holder = Pick<GraphRoot, 'value'>;

/** What a flush keeps, and the nodes that it runs for that. */
export interface Kept<Root extends Holder = GraphRoot> extends Walk {
  readonly exports: Map<Value, Root | null>;
  /** The ingredients of the roots' values that are not stored, and the values between. */
  readonly left: ReadonlyMap<Root, readonly Value[]>;
  /** For each node whose gradient may come, the values that it reads. */
  readonly saved: ReadonlyMap<Node, readonly Value[]>;
  /** The values that cannot be had, with the roots that hold them. */
  readonly failed: ReadonlyMap<Value, { readonly root: Root | null; readonly error: Error }>;
}

const noValues: ReadonlySet<Value> = new Set();

/**
 * Chooses the values to store: the `wanted` values, the values of roots, and the values that gradients will read.
 * Of roots' values, recipes and `cheap` ones are not stored (see remake.ts). `passing`: wanted values that are given back
 * by the next flush, unless a root holds them.
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
  /** Values that are stored for longer than until the next flush, so that recipes can be made from them. */
  const stays = { has: (x: Value): boolean => exports.has(x) && (holders.has(x) || !passing.has(x)) };
  const want = (value: Value) => {
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
  const wantUnlessCheap = (value: Value) => {
    if (value.available || !isCheap(value, stays)) want(value);
  };
  for (const value of wanted) want(value);
  const candidates: Value[] = [];
  for (const value of holders.keys()) {
    if (value.available || !mayBeRecipe(value)) wantUnlessCheap(value);
    else candidates.push(value);
  }
  const saved = savedFor([...holders.keys()].filter((value) => !failed.has(value)));
  for (const values of saved.values()) for (const value of values) want(value);
  for (const value of storedOf(candidates, walk.mark, stays, wantUnlessCheap)) wantUnlessCheap(value);
  // If a flush reads a recipe that an earlier flush left, the recipe is stored after all.
  for (const { outputs } of walk.order) {
    for (const y of outputs) if (y.isRecipe && !exports.has(y)) exports.set(y, null);
  }
  const left = new Map<Root, readonly Value[]>();
  for (const [value, root] of holders) {
    if (value.available || exports.has(value) || failed.has(value)) continue;
    // A value in between may be stored later, and then it is what the recipe is made from.
    const between: Value[] = [];
    left.set(root, [...ingredientsOf(value, stays, Number.POSITIVE_INFINITY, between)!, ...between]);
  }
  return { ...walk, exports, left, saved, failed };
}

/**
 * The candidates that are stored rather than left as recipes: those that nothing in this flush reads, and those whose
 * ingredients would keep too much memory alive.
 */
function storedOf(
  candidates: readonly Value[],
  mark: number,
  stays: { has(value: Value): boolean },
  want: (value: Value) => void,
): Iterable<Value> {
  const read: Value[] = [];
  // Later nodes come first: if a candidate is stored, the candidates that it reads count as read.
  for (const value of candidates.toSorted((a, b) => b.node!.id - a.node!.id)) {
    if (stays.has(value)) continue;
    if (value.node!.mark === mark) read.push(value);
    else want(value);
  }
  // A candidate that cannot be made from stored values is stored itself, so that later candidates can be made from it.
  const possible = new Map<Value, ReadonlySet<Value>>();
  for (const value of read.toReversed()) {
    const ingredients = fewIngredientsOf(value, stays);
    if (ingredients) possible.set(value, ingredients);
    else want(value);
  }
  const recipes = recipesAmong(possible);
  return [...possible.keys()].filter((value) => !recipes.has(value));
}

/**
 * The nodes whose gradients are part of those of `values`, each with the values that its gradient will read. Nodes whose
 * saved values a flush has kept already are left out, with all nodes before them.
 */
function savedFor(values: readonly Value[]): ReadonlyMap<Node, readonly Value[]> {
  const saved = new Map<Node, Value[]>();
  const stack = values.toReversed();
  while (stack.length > 0) {
    const next = stack.pop()!;
    const node = next.maker;
    if (!node || !next.requiresGrad || next.sink || node.spent || node.cut || node.saved || saved.has(node)) continue;
    const read: Value[] = [];
    saved.set(node, read);
    const { inputs, outputs } = node.op.saves ?? {};
    if (node.keepsSaved) {
      for (const i of inputs ?? (outputs ? [] : node.inputs.keys()))
        if (i < node.inputs.length) read.push(unwidened(node.inputs[i]!));
      for (const o of outputs ?? []) read.push(node.outputs[o]!);
    }
    for (const x of node.inputs) if (x.requiresGrad) stack.push(x);
  }
  return saved;
}
