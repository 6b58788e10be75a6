// A network as TensorBoard shows it: messages of tensorflow/core/framework/graph.proto.
import { type Bytes, message, nested, text, whole } from './protobuf';
import { shapeOf } from './summaries';

/** An operation, a parameter, an input or an output. */
export interface GraphNode {
  /** Scopes and a name of its own, between slashes. */
  readonly name: string;
  /** As TorchScript names it. */
  readonly kind: string;
  /** The names of nodes. */
  readonly inputs: readonly string[];
  readonly shape: readonly number[];
  readonly attributes: string;
}

/** What PyTorch writes, as TensorFlow did. */
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

/** The field of an event that says on what a graph ran: TensorBoard asks for a device. */
export const ranField = (): number[] => {
  const stats = message(1, message(1, text(1, '/device:CPU:0')));
  return message(8, text(1, 'step1'), nested(2, stats));
};

/** A graph as a text, a node a line. */
export const graphText = (nodes: readonly GraphNode[]): string =>
  nodes
    .map(
      ({ name, kind, inputs, shape }) =>
        `%${name} [${shape.join(', ')}] = ${kind}(${inputs.map((input) => `%${input}`).join(', ')})`,
    )
    .join('\n');
