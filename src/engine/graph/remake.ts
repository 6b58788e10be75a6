// Recipes: values that tensors hold but a flush does not store, because they can be made again from values with contents
// (their ingredients) in about the time that reading them would take. And `cheap` values, which no flush stores.
import { byteLength } from '../core/meta';
import { SMALL_BYTES } from '../gpu/memory';
import type { Node, Value } from './value';

/** The maximum number of operations between a recipe and its ingredients, without the one that makes it. */
const MAX_NODES = 32;
/** The maximum number of operations that make a batch, summed over all of its items. */
const MAX_BATCH_NODES = 4096;
/** The maximum number of ingredients of a recipe. */
const MAX_INPUTS = 8;
/**
 * A value may always be left as a recipe if its ingredients take at most this many times its own bytes. That allows for
 * one input as large as the result, plus a bias.
 */
const MAX_RATIO = 1.125;
/**
 * The ratio for ingredients on the host, such as the items of a user's batch. It is higher because the host has more
 * memory, and because the garbage collector can see how much of it is used.
 */
const MAX_HOST_RATIO = 4;

/** Whether a value has contents, and keeps them: its memory neither goes back nor to another value. */
export const remains = ({ available, failure, owners: { hold } }: Value): boolean =>
  available && !failure && (hold === 'new' || hold === 'held' || hold === 'shown');

const isOnHost = (x: Value): boolean => x.contents !== null && x.allocation === null;

/**
 * Whether a value is a constant, or a batch made from values with contents. Such a value of a tensor is recomputed each
 * time rather than stored, whatever that costs.
 */
export function isCheap(value: Value, stored: Stored): boolean {
  const cheap = value.node?.op.cheap;
  if (!cheap) return false;
  const ingredients = ingredientsOf(value, stored, MAX_BATCH_NODES);
  if (!ingredients || cheap !== 'joined') return ingredients !== null;
  // An ingredient that an earlier flush has read is part of a data set, and stays in memory anyway. An ingredient that
  // was made for this batch stays only for the recipe, so its bytes count.
  const made = [...ingredients].filter((x) => !x.used);
  const onHost = made.filter(isOnHost).reduce((bytes, { contents }) => bytes + contents!.byteLength, 0);
  const onDevice = sum(made.filter((x) => !isOnHost(x)));
  return onHost / MAX_HOST_RATIO + onDevice / MAX_RATIO <= byteLength(value);
}

/** Whether a value could be a recipe: it is as cheap to make as to read, and large enough for the saving to matter. */
export const mayBeRecipe = (value: Value): boolean =>
  value.node?.op.remakes === true && byteLength(value) > SMALL_BYTES;

/** The values that a flush stores, and that stay. */
type Stored = Pick<ReadonlyMap<Value, unknown>, 'has'>;

/**
 * The ingredients of `value`: values with contents after the flush, from which it is made by its own operation after at
 * most `mostNodes` others, which have `remakes` or are slices. Null if there is no such way to make it. A batch may be
 * made by operations of any cost. The values that the others make are added to `between`.
 */
export function ingredientsOf(
  value: Value,
  stored: Stored,
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
    if (remains(next) || stored.has(next) || isCheap(next, stored)) {
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

/** `ingredientsOf`, limited to the number of operations that a recipe may have. */
export const fewIngredientsOf = (value: Value, stored: Stored): ReadonlySet<Value> | null =>
  ingredientsOf(value, stored, MAX_NODES);

/**
 * Chooses which of the possible recipes are not stored; the result has the ingredients of each. A recipe keeps its
 * ingredients alive, so recipes must not keep more memory alive than they save. A value whose ingredients take little
 * more than its own bytes may always be a recipe. Of the other values, only those are considered whose ingredients are
 * all no larger than the value itself. They all become recipes if the ingredients that nothing else keeps alive take no
 * more memory in total than these values would; otherwise none of them does.
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

/** The total size of values in bytes. A constant that is not stored takes none. */
function sum(values: Iterable<Value>): number {
  let bytes = 0;
  for (const value of values) if (value.available || !value.node?.op.constant) bytes += byteLength(value);
  return bytes;
}
