// The operations that this folder records with. They are handed over rather than imported, because a bundler would move
// modules that both this folder and the entry import out of the entry, and cut the entry into pieces.
import type { Library } from '../ops/growth-library';

export let lib: Library;

export function computeWith(library: Library): void {
  lib = library;
}
