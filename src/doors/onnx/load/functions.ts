// Inlines a function: its nodes, with the attributes of the call filled in.
import type { AttributeMessage, FunctionMessage, GraphMessage, NodeMessage } from '../proto/messages';

type Given = ReadonlyMap<string, AttributeMessage>;

/** The nodes of a function as `call` runs them. */
export function substituted({ name, nodes, defaults }: FunctionMessage, call: NodeMessage): NodeMessage[] {
  const given: Given = new Map([...defaults, ...call.attributes].map((attribute) => [attribute.name, attribute]));
  const title = call.name || call.outputs[0] || name;
  return withGiven(nodes, given).map((node) => ({ ...node, name: node.name === '' ? title : `${title}.${node.name}` }));
}

const withGiven = (nodes: readonly NodeMessage[], given: Given): NodeMessage[] =>
  nodes.map((node) => ({ ...node, attributes: node.attributes.flatMap((attribute) => resolved(attribute, given)) }));

/** An attribute that refers to one of the call is replaced with it; if the call leaves it out, so does the node. */
function resolved(attribute: AttributeMessage, given: Given): AttributeMessage[] {
  const { refersTo, g, graphs } = attribute;
  if (refersTo !== undefined && refersTo !== '') {
    const value = given.get(refersTo);
    return value ? [{ ...value, name: attribute.name }] : [];
  }
  const inner = (graph: GraphMessage): GraphMessage => ({ ...graph, nodes: withGiven(graph.nodes, given) });
  if (g) return [{ ...attribute, g: inner(g) }];
  return graphs ? [{ ...attribute, graphs: graphs.map(inner) }] : [attribute];
}
