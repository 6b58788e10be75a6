// Recipes: values of user code that a flush does not store, because they can be made again at any time from values that stand.
import { byteLength } from '../core/meta';
import { SMALL_BYTES } from '../gpu/memory';
import { type Root, topScope } from './roots';
import type { Node, Value } from './value';

/** Operations that making a recipe takes at most. */
const MAX_NODES = 32;
/** The same for a batch, all its items together. */
const MAX_BATCH_NODES = 4096;
/** Values that a recipe hangs on at most. */
const MAX_INPUTS = 8;
/** How many times its own bytes a recipe, alone, may hang on: room for a bias beside it. */
const MAX_RATIO = 1.125;
/** The same where they are on the host, for batches of items that users make: there is more room, and the collector sees it. */
const MAX_HOST_RATIO = 4;

interface Hanging {
  roots: WeakRef<Root>[];
  /** The length at which those that nobody holds are left out. */
  limit: number;
}

const hanging = new WeakMap<Value, Hanging>();

/** Notes that a root was not made at a flush, because it can be made from `inputs` whenever it is needed. */
export function leaveAsRecipe(root: Root, inputs: Iterable<Value>): void {
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

/** Has the roots that hang on `input` made at the next flush, after which `input` will not be there. */
export function makeRecipesOf(input: Value): void {
  for (const reference of hanging.get(input)?.roots ?? []) {
    const root = reference.deref();
    if (root && !root.disposed && !root.value.lent) topScope.roots.push(root);
  }
  hanging.delete(input);
}

/** Whether a value has contents, and will have them after the flush: nothing has overwritten it, nobody has given it back. */
export const remains = (x: Value, releases: Pick<ReadonlySet<Value>, 'has'>): boolean =>
  x.available && !x.overwritten && !x.failure && !x.gone && !x.leaving && !releases.has(x);

const isOnHost = (x: Value): boolean => x.contents !== null && x.allocation === null;

/** A constant, or a batch made of values with contents: made again rather than kept, at any cost. */
export function isCheap(value: Value, standing: Standing): boolean {
  const cheap = value.node?.op.cheap;
  if (!cheap) return false;
  const ingredients = ingredientsOf(value, standing, MAX_BATCH_NODES);
  if (!ingredients || cheap !== 'joined') return ingredients !== null;
  // An ingredient that an earlier flush has read is a data set; one made for this batch may go with it.
  const made = [...ingredients].filter((x) => !x.used);
  const onHost = made.filter(isOnHost).reduce((bytes, { contents }) => bytes + contents!.byteLength, 0);
  const onDevice = sum(made.filter((x) => !isOnHost(x)));
  return onHost / MAX_HOST_RATIO + onDevice / MAX_RATIO <= byteLength(value);
}

/** Whether a value that is not stored could be a recipe: as cheap to make as to read, and worth the memory. */
export const mayBeRecipe = (value: Value): boolean =>
  value.node?.op.remakes === true && byteLength(value) > SMALL_BYTES;

/** What the values of a flush stand on. */
export interface Standing {
  readonly exports: ReadonlyMap<Value, unknown>;
  /** Values whose memory goes back after the flush. */
  readonly releases: Pick<ReadonlySet<Value>, 'has'>;
}

/**
 * The values that stand after the flush and that `value` can be made from by cheap operations, at most so many; null if there are
 * no such values. A batch is made again by any operations. The values made between go to `between`.
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

/** The same, by so few operations that the value may be left as a recipe. */
export const fewIngredientsOf = (value: Value, standing: Standing): ReadonlySet<Value> | null =>
  ingredientsOf(value, standing, MAX_NODES);

/**
 * The values that are not stored, of those that the flush reads, each with its ingredients. A recipe keeps its ingredients alive.
 * A single one therefore retains little more than its own bytes. Several together, each with ingredients no larger than itself, retain
 * no more than they would take, apart from ingredients of other recipes.
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

/** Bytes that values take; a constant that is nowhere takes none. */
function sum(values: Iterable<Value>): number {
  let bytes = 0;
  for (const value of values) if (value.available || !value.node?.op.constant) bytes += byteLength(value);
  return bytes;
}
