// Which nodes of a graph its outputs hang on; the others are left out.
import type { GraphMessage, NodeMessage } from '../proto/messages';

/** Names that a node reads: its inputs, and what the graphs within it take from around them. */
export function readsOf(node: NodeMessage): Set<string> {
  const names = new Set(node.inputs);
  for (const { g, graphs = [] } of node.attributes) {
    for (const graph of g ? [g, ...graphs] : graphs) for (const name of namesIn(graph)) names.add(name);
  }
  names.delete('');
  return names;
}

/** Every name that a graph reads, its own included, which does no harm. */
function namesIn({ nodes, outputs }: GraphMessage): Set<string> {
  const names = new Set(outputs.map(({ name }) => name));
  for (const node of nodes) for (const name of readsOf(node)) names.add(name);
  return names;
}

/** The nodes that the named values hang on, in their order, and how many of them read each name. */
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
