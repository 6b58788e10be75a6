// Encodes a network's graph for TensorBoard: messages of tensorflow/core/framework/graph.proto.
import { type Bytes, message, nested, text, whole } from './protobuf';
import { shapeOf } from './summaries';

/** An operation, a parameter, an input or an output. */
export interface GraphNode {
  /** The scopes and the node's own name, separated by slashes. */
  readonly name: string;
  /** The operation's name in TorchScript. */
  readonly kind: string;
  /** The names of the nodes that provide the node's inputs. */
  readonly inputs: readonly string[];
  readonly shape: readonly number[];
  readonly attributes: string;
}

/** The producer version that PyTorch writes. */
const PRODUCER = 22;

/** An entry of `attr`, a map from names to AttrValues. */
const attribute = (name: string, value: Bytes): number[] => message(5, text(1, name), nested(2, value));

const nodeDef = ({ name, kind, inputs, shape, attributes }: GraphNode): number[] =>
  message(
    1,
    text(1, name),
    text(2, kind),
    ...inputs.map((input) => text(3, input)),
    attribute('_output_shapes', message(1, shapeOf(7, shape))),
    attribute('attr', text(2, attributes)),
  );

export const graphDef = (nodes: readonly GraphNode[]): number[] => [
  ...nodes.flatMap(nodeDef),
  ...message(4, whole(1, PRODUCER)),
];

/** The field of an event that holds a graph. */
export const graphField = (nodes: readonly GraphNode[]): number[] => nested(4, graphDef(nodes));

/** The field of an event that names the device on which a graph ran; TensorBoard requires it. */
export const ranField = (): number[] => {
  const stats = message(1, message(1, text(1, '/device:CPU:0')));
  return message(8, text(1, 'step1'), nested(2, stats));
};

/** A graph as text, one node per line. */
export const graphText = (nodes: readonly GraphNode[]): string =>
  nodes
    .map(
      ({ name, kind, inputs, shape }) =>
        `%${name} [${shape.join(', ')}] = ${kind}(${inputs.map((input) => `%${input}`).join(', ')})`,
    )
    .join('\n');
