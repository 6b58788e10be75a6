// The operations that this folder records with. They are passed in rather than imported: if both this folder and the
// entry imported their modules, a bundler would split those modules off from the entry.
import type { Library } from '../ops/growth-library';

export let lib: Library;

export function computeWith(library: Library): void {
  lib = library;
}
