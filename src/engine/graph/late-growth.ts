// Growth: programs on padded values, which serve every size up to the padded one. Their code, src/engine/growth, is
// loaded when a loop is first cut into parts and sizes of values depend on the number of repetitions.
import { LatePart } from '../core/late';
import type { Library } from '../ops/growth-library';
import type { Slice } from './slices';
import type { Value } from './value';

/** The padded values that are computed instead of the recorded ones. */
export interface Grown {
  /**
   * For each stored value, the padded value that is stored instead. Its first elements are the elements of the stored
   * value.
   */
  readonly standIns: ReadonlyMap<Value, Value>;
  /** For each padded input, the slices that are copied into it, one after another. */
  readonly pieces: ReadonlyMap<Value, readonly Slice[]>;
}

let library: Library;

/** Sets the operations that src/engine/growth records with. Its lib.ts says why they are not imported. */
export function growWith(given: Library): void {
  library = given;
}

/** The code of src/engine/growth. Until it is loaded, flushes run programs of their actual sizes. */
export const growth = new LatePart('growth', async () => (await import('../growth/grown-programs')).grownBy(library));
