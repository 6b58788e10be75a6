// What this part computes with. It is handed over rather than imported: for what both import, a bundler would cut the entry in pieces.
import type { Library } from '../ops/growth-library';

export let lib: Library;

export function computeWith(library: Library): void {
  lib = library;
}
