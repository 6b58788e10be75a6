// Growth: programs for greater sizes than there are. Their part is loaded once a flush repeats a subgraph whose length values hang on.
import { LatePart } from '../core/late';
import type { Lengths } from '../growth/grown-programs';
import type { Library } from '../ops/growth-library';
import type { Slice } from './slices';
import type { Node, Value } from './value';

/** What runs in the place of some nodes. */
export interface Grown {
  /** By value, the value with room that is stored in its place, and begins with the same elements. */
  readonly standIns: ReadonlyMap<Value, Value>;
  /** By input with room, the values that lie there one after another. */
  readonly pieces: ReadonlyMap<Value, readonly Slice[]>;
}

let library: Library;

/** Says what the part computes with. */
export function growWith(given: Library): void {
  library = given;
}

/** Until it is here, flushes run by programs of the sizes that they have. */
export const growth = new LatePart('growth', async () => (await import('../growth/grown-programs')).growing(library));

/** The same computations with room, where values have dimensions of one of the lengths; null where none has, or one cannot. */
export function grownIfHere(order: readonly Node[], stored: Iterable<Value>, lengths: Lengths): Grown | null {
  if (lengths.lengths.size === 0) return null;
  if (growth.here) return growth.here(order, stored, lengths);
  // A file that cannot be fetched is asked for again by the next such flush.
  growth.load().catch(() => {});
  return null;
}
