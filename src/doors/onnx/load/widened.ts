// float16 models on devices without float16: nodes that would produce float16 produce float32.
import { type AttributeMessage, DATA, type ModelMessage, type NodeMessage } from '../proto/messages';
import { hostArrayOf } from './tensors';

/** Attributes that give the type of a result. */
const types: ReadonlySet<string> = new Set(['to', 'dtype', 'output_dtype', 'stash_type']);

/** Makes the nodes of a model produce float32. Its tensors are widened when they are read. */
export function widen({ graph, functions }: ModelMessage): void {
  widenNodes(graph.nodes);
  for (const { nodes } of functions) widenNodes(nodes);
}

function widenNodes(nodes: readonly NodeMessage[]): void {
  for (const node of nodes) {
    node.attributes = node.attributes.map(widened);
    for (const { g, graphs = [] } of node.attributes) {
      for (const graph of g ? [g, ...graphs] : graphs) widenNodes(graph.nodes);
    }
  }
}

function widened(attribute: AttributeMessage): AttributeMessage {
  const { name, i, t } = attribute;
  if (i === DATA.float16 && types.has(name)) return { ...attribute, i: DATA.float32 };
  if (t?.dataType !== DATA.float16) return attribute;
  const { data } = hostArrayOf(t, { half: false });
  return { ...attribute, t: { ...t, dataType: DATA.float32, raw: null, numbers: data } };
}
