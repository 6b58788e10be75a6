// Recipes: values that a flush does not store although tensors hold them, because they can be made again cheaply from
// values with contents (their ingredients).
import { byteLength } from '../core/meta';
import { SMALL_BYTES } from '../gpu/memory';
import { type GraphRoot, topScope } from './roots';
import type { Node, Value } from './value';

/** The maximum number of operations that make a recipe. */
const MAX_NODES = 32;
/** The maximum number of operations that make a batch, all its items together. */
const MAX_BATCH_NODES = 4096;
/** The maximum number of ingredients of a recipe. */
const MAX_INPUTS = 8;
/**
 * A recipe may always stay if its ingredients have at most this many times its own bytes. An input as large as the
 * result, and a bias, are within this.
 */
const MAX_RATIO = 1.125;
/**
 * The same ratio, if ingredients are on the host, as the items of a user's batch are. The host has more memory, and the
 * garbage collector sees how much is used.
 */
const MAX_HOST_RATIO = 4;

interface Hanging {
  roots: WeakRef<GraphRoot>[];
  /** At this length, references to roots that have been collected are removed. */
  limit: number;
}

const hanging = new WeakMap<Value, Hanging>();

/** Notes that a flush did not store a root's value, because it can be made from `inputs` whenever it is needed. */
export function leaveAsRecipe(root: GraphRoot, inputs: Iterable<Value>): void {
  for (const input of inputs) {
    input.hung = true;
    const { state } = input;
    if (state.kind === 'onHost' && !state.memory && !input.used) state.streams = true;
    let entry = hanging.get(input);
    if (!entry) {
      entry = { roots: [], limit: 64 };
      hanging.set(input, entry);
    }
    entry.roots.push(new WeakRef(root));
    if (entry.roots.length < entry.limit) continue;
    entry.roots = entry.roots.filter((reference) => reference.deref());
    entry.limit = 2 * entry.roots.length + 64;
  }
}

/** Has the next flush store the recipes that are made from `input`, since `input` will be gone afterwards. */
export function makeRecipesOf(input: Value): void {
  for (const reference of hanging.get(input)?.roots ?? []) {
    const root = reference.deref();
    if (root && !root.disposed && !root.value.lent) topScope.roots.push(root);
  }
  hanging.delete(input);
}

/**
 * Whether a value has contents and still has them after the flush: nothing has overwritten it, and nobody has given it
 * back.
 */
export const remains = (x: Value, releases: Pick<ReadonlySet<Value>, 'has'>): boolean =>
  x.available && !x.overwritten && !x.failure && !x.gone && !x.leaving && !releases.has(x);

const isOnHost = (x: Value): boolean => x.contents !== null && x.allocation === null;

/**
 * Whether a value is a constant, or a batch made from values with contents. Such a value is always made again rather
 * than kept, at any cost.
 */
export function isCheap(value: Value, standing: Standing): boolean {
  const cheap = value.node?.op.cheap;
  if (!cheap) return false;
  const ingredients = ingredientsOf(value, standing, MAX_BATCH_NODES);
  if (!ingredients || cheap !== 'joined') return ingredients !== null;
  // An ingredient that an earlier flush has read is part of a data set, and stays anyway. One that was made for this
  // batch stays only for the recipe, so its bytes count.
  const made = [...ingredients].filter((x) => !x.used);
  const onHost = made.filter(isOnHost).reduce((bytes, { contents }) => bytes + contents!.byteLength, 0);
  const onDevice = sum(made.filter((x) => !isOnHost(x)));
  return onHost / MAX_HOST_RATIO + onDevice / MAX_RATIO <= byteLength(value);
}

/** Whether a value could be a recipe: as cheap to make as to read, and large enough to be worth it. */
export const mayBeRecipe = (value: Value): boolean =>
  value.node?.op.remakes === true && byteLength(value) > SMALL_BYTES;

/**
 * The facts by which a value is known to have contents after this flush: what the flush stores, and what it gives back.
 */
export interface Standing {
  readonly exports: ReadonlyMap<Value, unknown>;
  /** Values whose memory goes back after the flush. */
  readonly releases: Pick<ReadonlySet<Value>, 'has'>;
}

/**
 * The ingredients of `value`: values with contents after the flush, from which at most `mostNodes` cheap operations
 * make it. Null if it cannot be made so. A batch may be made by operations of any cost. The values in between are added
 * to `between`.
 */
export function ingredientsOf(
  value: Value,
  { exports, releases }: Standing,
  mostNodes = Number.POSITIVE_INFINITY,
  between: Value[] = [],
): ReadonlySet<Value> | null {
  const found = new Set<Value>();
  const met = new Set<Node>();
  const isBatch = typeof value.node!.op.cheap === 'string';
  const stack = [...value.node!.reads];
  while (stack.length > 0) {
    const next = stack.pop()!;
    const { node } = next;
    if (next.lent) return null;
    if (remains(next, releases) || exports.has(next) || isCheap(next, { exports, releases })) {
      found.add(next);
      continue;
    }
    if (next.available || !node || node.cut || !(isBatch || node.op.remakes || node.op.run)) return null;
    if (met.has(node)) continue;
    met.add(node);
    between.push(next);
    if (met.size > mostNodes) return null;
    stack.push(...node.reads);
  }
  return found;
}

/** `ingredientsOf`, by so few operations that the value may be left as a recipe. */
export const fewIngredientsOf = (value: Value, standing: Standing): ReadonlySet<Value> | null =>
  ingredientsOf(value, standing, MAX_NODES);

/**
 * Chooses which of the possible recipes are not stored; the result has the ingredients of each. A recipe keeps its
 * ingredients alive, so recipes must not keep more memory alive than they save. One whose ingredients take little more
 * than its own bytes may always stay. The others may stay together if no ingredient is larger than its recipe, and all
 * ingredients, except those that other recipes keep alive anyway, take no more than these recipes would.
 */
export function recipesAmong(possible: ReadonlyMap<Value, ReadonlySet<Value>>): ReadonlyMap<Value, ReadonlySet<Value>> {
  const recipes = new Map<Value, ReadonlySet<Value>>();
  const together = new Map<Value, ReadonlySet<Value>>();
  for (const [value, ingredients] of possible) {
    if (ingredients.size > MAX_INPUTS) continue;
    const most = MAX_RATIO * byteLength(value);
    if (sum(ingredients) <= most) recipes.set(value, ingredients);
    else if ([...ingredients].every((x) => byteLength(x) <= most)) together.set(value, ingredients);
  }
  const paid = new Set([...recipes.values()].flatMap((ingredients) => [...ingredients]));
  const owed = new Set<Value>();
  for (const ingredients of together.values()) for (const x of ingredients) if (!x.hung && !paid.has(x)) owed.add(x);
  if (sum(owed) <= sum(together.keys())) for (const [value, ingredients] of together) recipes.set(value, ingredients);
  return recipes;
}

/** The bytes that values take. A constant that is not stored takes none. */
function sum(values: Iterable<Value>): number {
  let bytes = 0;
  for (const value of values) if (value.available || !value.node?.op.constant) bytes += byteLength(value);
  return bytes;
}
