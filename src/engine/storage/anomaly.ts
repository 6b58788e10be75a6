// Shows a watcher every gradient that backward computes.
import type { Node, Value } from '../graph/value';

export type Watcher = (node: Node, index: number, gradient: Value) => void;

const watching: { watcher: Watcher | null } = { watcher: null };

/** Shows gradient `index` of a node's inputs to the watcher, if there is one. */
export function showGradient(node: Node, index: number, gradient: Value): void {
  watching.watcher?.(node, index, gradient);
}

/** Sets the watcher. The returned function puts the previous watcher back. */
export function watchGradients(watcher: Watcher): () => void {
  const before = watching.watcher;
  watching.watcher = watcher;
  return () => {
    watching.watcher = before;
  };
}
