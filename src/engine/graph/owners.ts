// Owners: who needs the contents of a value. A value is stored while a tensor shows it, a gradient will read it, or a
// recipe is made from it. All changes of this are functions of this file.
import { noteStreaming } from '../compiler/contents';
import { isJournaling } from './journal';
import { type GraphRoot, topScope } from './roots';
import type { Node, Value } from './value';

type Hold =
  /** Nobody is known to need the value. */
  | 'new'
  /** A tensor holds it, which its scope may leave behind. */
  | 'held'
  /** A flush has found it in a tensor. Unless it has contents, it is a recipe. */
  | 'shown'
  /** It is stored for gradients, later parts or held-back work alone. It can be made again. */
  | 'lent'
  /** No tensor shows it any more. Its memory may go to the value in its place, or back. */
  | 'dropped'
  /** It was lent, and only work submitted before may read its memory. It is made again if anything else reads it. */
  | 'returned'
  /** Only work submitted before may read it. Anything else is an error. */
  | 'leaving';

/** What happens to a value, and what each hold becomes then. A hold that is not listed stays. */
const changes = {
  /** A tensor holds the value, or holds it again after a failed run. */
  taken: { new: 'held', dropped: 'held', leaving: 'held' },
  /** A flush has found the value in a root. */
  shown: { new: 'shown', held: 'shown', lent: 'shown', dropped: 'shown', leaving: 'shown' },
  /** A flush stores the value for nothing that a tensor shows; or tensors that showed it are gone. */
  lent: { new: 'lent', held: 'lent', shown: 'lent', dropped: 'lent' },
  /** An in-place write has put another value in its place, or its tensor was disposed of. */
  dropped: {
    new: 'dropped',
    held: 'dropped',
    shown: 'dropped',
    lent: 'dropped',
    returned: 'dropped',
    leaving: 'dropped',
  },
  /** Its memory goes back behind the work submitted so far. */
  givenBack: { new: 'leaving', held: 'leaving', shown: 'leaving', dropped: 'leaving', lent: 'returned' },
  /** A run stores it. */
  stored: { returned: 'lent' },
} as const satisfies Record<string, Partial<Record<Hold, Hold>>>;

/** The recipes that are made from a value. */
interface Recipes {
  roots: WeakRef<GraphRoot>[];
  /** When `roots` reaches this length, references to garbage-collected roots are removed. */
  limit: number;
}

/** Who needs the contents of a value. */
export class Owners {
  hold: Hold = 'new';
  /** The number of nodes whose gradients will read the stored contents. */
  gradients = 0;
  /** A value with recipes keeps its contents when an in-place write replaces it. */
  recipes: Recipes | null = null;
}

/** The owners of all values of which nobody has been noted yet. */
export const nobody: Readonly<Owners> = new Owners();

function of(value: Value): Owners {
  if (value.owners === nobody) value.owners = new Owners();
  return value.owners as Owners;
}

/** Notes what happens to a value. */
export function note(value: Value, change: keyof typeof changes): void {
  const owners = of(value);
  const next: Partial<Record<Hold, Hold>> = changes[change];
  owners.hold = next[owners.hold] ?? owners.hold;
}

/** The function that restores the holds of values as they are now. */
export function keepHolds(values: readonly Value[]): () => void {
  const holds = values.map(({ owners: { hold } }) => hold);
  return () => {
    values.forEach((value, i) => {
      of(value).hold = holds[i]!;
    });
  };
}

/** Notes that the gradient of `node` will read these stored values. */
export function saveFor(node: Node, values: readonly Value[]): void {
  for (const value of values) of(value).gradients++;
  node.saved = values;
}

/**
 * Called when the gradient of `node` has been computed for the last time, so the node no longer needs its saved values.
 */
export function giveUpSaved(node: Node): void {
  if (node.saved === null) return;
  for (const value of node.saved) if (--of(value).gradients === 0 && value.lent) parting.add(value);
  node.saved = null;
}

/** Notes that a flush did not store a root's value, because it can be made from `inputs` whenever it is needed. */
export function leaveAsRecipe(root: GraphRoot, inputs: Iterable<Value>): void {
  const reference = new WeakRef(root);
  for (const input of inputs) {
    if (!input.used) noteStreaming(input);
    const owners = of(input);
    owners.recipes ??= { roots: [], limit: 0 };
    const { recipes } = owners;
    recipes.roots.push(reference);
    if (recipes.roots.length < recipes.limit) continue;
    recipes.roots = recipes.roots.filter((other) => other.deref());
    recipes.limit = 2 * recipes.roots.length + 64;
  }
}

/** Has the next flush store the recipes that are made from `input`, since `input` will be gone afterwards. */
function storeRecipesOf(input: Value): void {
  const { recipes } = input.owners;
  // A rehearsal restores the input, and the recipes are still made from it then.
  for (const reference of (isJournaling() ? recipes?.roots : recipes?.roots.splice(0)) ?? []) {
    const root = reference.deref();
    if (root && !root.disposed && !root.value.lent) topScope.roots.push(root);
  }
}

/**
 * Values whose memory goes back after the next flush, unless somebody needs them again by then. A flush that takes some
 * makes a new set, since a cleared set keeps its old members alive until the next full garbage collection.
 */
let parting = new Set<Value>();

/** Gives the memory of a value that no tensor shows any more back after the next flush. */
export function giveBackLater(value: Value): void {
  storeRecipesOf(value);
  note(value, 'dropped');
  parting.add(value);
}

/** Keeps values for gradients only, because no tensor that the user holds refers to them any more. */
export function leaveToGradients(values: readonly Value[]): void {
  const left = values.filter(({ node, sink }) => node !== null && sink === null);
  for (const value of left) {
    note(value, 'lent');
    parting.add(value);
  }
  for (const value of left) storeRecipesOf(value);
}

/** Keeps a value that a flush stores for held-back work alone: the next flush gives it back. */
export function leaveToNext(value: Value): void {
  const { hold } = value.owners;
  if (hold === 'dropped') giveBackLater(value);
  else if (hold !== 'shown') {
    note(value, 'lent');
    parting.add(value);
  }
}

const none: readonly Value[] = [];

/**
 * Takes the values whose memory goes back after this flush, which stores the values for which `isStored` is true.
 * Values that held-back work reads or makes wait for the next flush, and so do lent ones whose run is still waiting.
 */
export function takeParting(
  heldBack: { reads(value: Value): boolean; makes(value: Value): boolean } | null,
  isStored: (value: Value) => boolean,
): readonly Value[] {
  if (parting.size === 0 || isJournaling()) return none;
  const taken: Value[] = [];
  const left = new Set<Value>();
  for (const value of parting) {
    const { hold, gradients } = value.owners;
    const isDropped = hold === 'dropped';
    if (!isDropped && (hold !== 'lent' || gradients > 0 || value.failure)) continue;
    const waits = !isDropped && value.allocation === null && value.state.kind === 'scheduled';
    if (waits || heldBack?.reads(value) || heldBack?.makes(value)) left.add(value);
    // A pending value between a recipe and its ingredients has no memory, and the recipe still depends on it.
    else if (isDropped ? value.available || isStored(value) || !value.hasRecipes : value.allocation !== null)
      taken.push(value);
  }
  parting = left;
  return taken;
}
