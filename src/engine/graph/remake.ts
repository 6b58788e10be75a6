// Recipes: values that tensors show but a flush does not store, because they can be made again from values that stay,
// their ingredients. `Op.remakes` says for how long: until a flush reads the recipe, or always. An ingredient that is to
// go has its recipes stored first (`storeRecipesOf` in owners.ts), so that the limits here are about memory and time.
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

/** The values that the flush stores and that stay afterwards. Values that had contents before it are not among them. */
type Stays = Pick<ReadonlyMap<Value, unknown>, 'has'>;

/** Whether a value has contents, and keeps them: its memory neither goes back nor to another value. */
const remains = ({ available, failure, owners: { hold } }: Value): boolean =>
  available && !failure && (hold === 'new' || hold === 'held' || hold === 'shown');

const isOnHost = (x: Value): boolean => x.contents !== null && x.allocation === null;

/** Whether a value may be a recipe until a flush reads it: reading takes as long, and storing enough memory to matter. */
export const mayBeRemade = (value: Value): boolean =>
  value.node?.op.remakes === true && byteLength(value) > SMALL_BYTES;

/** Whether a value is always a recipe, whatever making it costs: a constant, or a batch whose ingredients stay. */
export function isAlwaysRemade(value: Value, stays: Stays): boolean {
  const remakes = value.node?.op.remakes;
  if (typeof remakes !== 'string') return false;
  const making = makingOf(value, stays, MAX_BATCH_NODES);
  if (!making || remakes !== 'joined') return making !== null;
  // An ingredient that an earlier flush has read is part of a data set, and stays in memory anyway. An ingredient that
  // was made for this batch stays only for the recipe, so its bytes count.
  const made = [...making.ingredients].filter((x) => !x.used);
  const onHost = made.filter(isOnHost).reduce((bytes, { contents }) => bytes + contents!.byteLength, 0);
  const onDevice = bytesOf(made.filter((x) => !isOnHost(x)));
  return onHost / MAX_HOST_RATIO + onDevice / MAX_RATIO <= byteLength(value);
}

/** How a value is made again. */
export interface Making {
  /** The values that have contents after the flush, from which it is made. */
  readonly ingredients: ReadonlySet<Value>;
  /** The values that are made on the way. */
  readonly between: readonly Value[];
}

/**
 * How `value` is made from values that stay: by its own operation after at most `mostNodes` others, which must be such
 * that recipes are made by, or slices. A batch may be made by operations of any cost. Null if there is no such way.
 */
export function makingOf(value: Value, stays: Stays, mostNodes = MAX_NODES): Making | null {
  const ingredients = new Set<Value>();
  const between: Value[] = [];
  const met = new Set<Node>();
  const { remakes } = value.node!.op;
  const isBatch = remakes === 'batch' || remakes === 'joined';
  const stack = [...value.node!.reads];
  while (stack.length > 0) {
    const next = stack.pop()!;
    const { node } = next;
    if (next.lent) return null;
    if (remains(next) || stays.has(next) || isAlwaysRemade(next, stays)) {
      ingredients.add(next);
      continue;
    }
    if (next.available || !node || node.bare || !(isBatch || node.op.remakes === true || node.op.run)) return null;
    if (met.has(node)) continue;
    met.add(node);
    between.push(next);
    if (met.size > mostNodes) return null;
    stack.push(...node.reads);
  }
  return { ingredients, between };
}

/**
 * Chooses which of the possible recipes are not stored, by their ingredients. A recipe keeps its ingredients alive, so
 * recipes must not keep more memory alive than they save. A value whose ingredients take little more than its own bytes
 * may always be a recipe. Of the other values, only those are considered whose ingredients are all no larger than the
 * value itself. They all become recipes if the ingredients that nothing else keeps alive take no more memory in total
 * than these values would; otherwise none of them does.
 */
export function recipesAmong(possible: ReadonlyMap<Value, ReadonlySet<Value>>): ReadonlySet<Value> {
  const recipes = new Set<Value>();
  const together = new Set<Value>();
  for (const [value, ingredients] of possible) {
    if (ingredients.size > MAX_INPUTS) continue;
    const most = MAX_RATIO * byteLength(value);
    if (bytesOf(ingredients) <= most) recipes.add(value);
    else if ([...ingredients].every((x) => byteLength(x) <= most)) together.add(value);
  }
  const ingredientsOf = (values: ReadonlySet<Value>) =>
    new Set([...values].flatMap((value) => [...possible.get(value)!]));
  const paid = ingredientsOf(recipes);
  const owed = [...ingredientsOf(together)].filter((x) => !x.hasRecipes && !paid.has(x));
  return bytesOf(owed) <= bytesOf(together) ? new Set([...recipes, ...together]) : recipes;
}

/** The bytes that values take together. A constant that is not stored takes none. */
function bytesOf(values: Iterable<Value>): number {
  let bytes = 0;
  for (const value of values) if (value.available || !value.node?.op.constant) bytes += byteLength(value);
  return bytes;
}
