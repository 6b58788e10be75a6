// The operations that this folder records with. They are passed in rather than imported: a bundler would move modules
// that both this folder and the entry import to files of their own, and split the entry into pieces.
import type { Library } from '../ops/growth-library';

export let lib: Library;

export function computeWith(library: Library): void {
  lib = library;
}
