// Finds the nodes that a graph's outputs depend on; the others are left out.
import type { GraphMessage, NodeMessage } from '../proto/messages';

/** The names that a node reads: its inputs, and the outer values that its nested graphs read. */
export function readsOf(node: NodeMessage): Set<string> {
  const names = new Set(node.inputs);
  for (const { g, graphs = [] } of node.attributes) {
    for (const graph of g ? [g, ...graphs] : graphs) for (const name of namesIn(graph)) names.add(name);
  }
  names.delete('');
  return names;
}

/** All names that a graph reads. They include its own values, which does no harm. */
function namesIn({ nodes, outputs }: GraphMessage): Set<string> {
  const names = new Set(outputs.map(({ name }) => name));
  for (const node of nodes) for (const name of readsOf(node)) names.add(name);
  return names;
}

/** The nodes that the named values depend on, in order, and how many of these nodes read each name. */
export function liveNodes(
  nodes: readonly NodeMessage[],
  wanted: readonly string[],
): { readonly live: readonly NodeMessage[]; readonly readers: ReadonlyMap<string, number> } {
  const readers = new Map<string, number>();
  const count = (name: string) => readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const name of wanted) count(name);
  const live: NodeMessage[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== '' && readers.has(name))) continue;
    live.push(node);
    for (const name of readsOf(node)) count(name);
  }
  return { live: live.reverse(), readers };
}
