// Encodes messages as protobuf, the reverse of `decode`. The bytes of weights are read piece by piece, while the file
// is written.
import { PbfWriter } from 'pbf';
import type {
  AttributeMessage,
  FunctionMessage,
  GraphMessage,
  ModelMessage,
  NodeMessage,
  TensorMessage,
  ValueMessage,
} from './messages';

/** Bytes that are read only when they are written. */
export interface LateBytes {
  readonly byteLength: number;
  read(): Promise<Uint8Array>;
}

/** A part of a file. */
export type Piece = Uint8Array | LateBytes;

/** A tensor whose bytes may be read late; `late` then replaces `raw`. */
export interface LateTensor extends TensorMessage {
  late?: LateBytes;
}

type Fields = (writer: PbfWriter) => void;

/** Field numbers of the messages of onnx.proto3. */
const MODEL = { irVersion: 1, producerName: 2, producerVersion: 3, graph: 7, opsets: 8, metadata: 14, functions: 25 };
const GRAPH = { nodes: 1, name: 2, initializers: 5, inputs: 11, outputs: 12, values: 13 };
const NODE = { inputs: 1, outputs: 2, name: 3, opType: 4, attributes: 5, domain: 7 };
const FUNCTION = { name: 1, inputs: 4, outputs: 5, attributes: 6, nodes: 7, opsets: 9, domain: 10, defaults: 11 };
const TENSOR = { dims: 1, dataType: 2, strings: 6, name: 8, raw: 9, doubles: 10, external: 13, location: 14 };
const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, t: 5, g: 6, floats: 7, ints: 8, strings: 9, tensors: 10, graphs: 11 };
const ATTRIBUTE_TYPE = 20;
const ATTRIBUTE_REFERS_TO = 21;
/** `TensorProto.DataLocation.EXTERNAL`. */
const EXTERNAL = 1;
/** The wire type of length-delimited fields. */
const WITH_LENGTH = 2;

const encoder = new TextEncoder();

const message = (writer: PbfWriter, field: number, fields: Fields): void => {
  writer.writeMessage(field, (_: null, inner) => fields(inner), null);
};

const texts = (writer: PbfWriter, field: number, list: readonly string[]): void => {
  for (const each of list) writer.writeStringField(field, each);
};

const ints = (writer: PbfWriter, field: number, list: readonly number[]): void => {
  for (const each of list) writer.writeVarintField(field, each);
};

const pair =
  (key: string, value: string): Fields =>
  (writer) => {
    writer.writeStringField(1, key);
    writer.writeStringField(2, value);
  };

const opset =
  ({ domain, version }: { domain: string; version: number }): Fields =>
  (writer) => {
    if (domain !== '') writer.writeStringField(1, domain);
    writer.writeVarintField(2, version);
  };

/** The fields of a tensor, except its bytes. */
const tensorHead =
  ({ name, dims, dataType, numbers, strings, external }: TensorMessage): Fields =>
  (writer) => {
    ints(writer, TENSOR.dims, dims);
    writer.writeVarintField(TENSOR.dataType, dataType);
    for (const each of strings ?? []) writer.writeBytesField(TENSOR.strings, encoder.encode(each));
    if (name !== '') writer.writeStringField(TENSOR.name, name);
    if (numbers) writer.writePackedDouble(TENSOR.doubles, Array.from(numbers));
    if (!external) return;
    for (const [key, value] of Object.entries(external)) message(writer, TENSOR.external, pair(key, value));
    writer.writeVarintField(TENSOR.location, EXTERNAL);
  };

const tensor =
  (from: TensorMessage): Fields =>
  (writer) => {
    tensorHead(from)(writer);
    if (from.raw) writer.writeBytesField(TENSOR.raw, from.raw);
  };

const attribute =
  (from: AttributeMessage): Fields =>
  (writer) => {
    writer.writeStringField(ATTRIBUTE.name, from.name);
    if (from.f !== undefined) writer.writeFloatField(ATTRIBUTE.f, from.f);
    if (from.i !== undefined) writer.writeVarintField(ATTRIBUTE.i, from.i);
    if (from.s !== undefined) writer.writeBytesField(ATTRIBUTE.s, encoder.encode(from.s));
    if (from.t) message(writer, ATTRIBUTE.t, tensor(from.t));
    if (from.g) message(writer, ATTRIBUTE.g, graph(from.g));
    for (const each of from.floats ?? []) writer.writeFloatField(ATTRIBUTE.floats, each);
    ints(writer, ATTRIBUTE.ints, from.ints ?? []);
    for (const each of from.strings ?? []) writer.writeBytesField(ATTRIBUTE.strings, encoder.encode(each));
    for (const each of from.tensors ?? []) message(writer, ATTRIBUTE.tensors, tensor(each));
    for (const each of from.graphs ?? []) message(writer, ATTRIBUTE.graphs, graph(each));
    writer.writeVarintField(ATTRIBUTE_TYPE, from.type);
    if (from.refersTo) writer.writeStringField(ATTRIBUTE_REFERS_TO, from.refersTo);
  };

const node =
  (from: NodeMessage): Fields =>
  (writer) => {
    texts(writer, NODE.inputs, from.inputs);
    texts(writer, NODE.outputs, from.outputs);
    if (from.name !== '') writer.writeStringField(NODE.name, from.name);
    writer.writeStringField(NODE.opType, from.opType);
    for (const each of from.attributes) message(writer, NODE.attributes, attribute(each));
    if (from.domain !== '') writer.writeStringField(NODE.domain, from.domain);
  };

/** ValueInfoProto: a name and a TypeProto, of a tensor or of a sequence of tensors. */
const valueInfo =
  ({ name, kind, dataType, shape }: ValueMessage): Fields =>
  (writer) => {
    writer.writeStringField(1, name);
    const ofTensor: Fields = (type) => {
      type.writeVarintField(1, dataType);
      if (!shape) return;
      message(type, 2, (dims) => {
        for (const size of shape) {
          message(dims, 1, (dim) => {
            if (typeof size === 'number') dim.writeVarintField(1, size);
            else if (size !== null) dim.writeStringField(2, size);
          });
        }
      });
    };
    if (kind === 'tensor') message(writer, 2, (type) => message(type, 1, ofTensor));
    if (kind === 'sequence') {
      message(writer, 2, (type) =>
        message(type, 4, (items) => message(items, 1, (item) => message(item, 1, ofTensor))),
      );
    }
  };

/** The fields of a graph before its initializers, and those after. */
const graphHead =
  ({ nodes, name }: GraphMessage): Fields =>
  (writer) => {
    for (const each of nodes) message(writer, GRAPH.nodes, node(each));
    writer.writeStringField(GRAPH.name, name);
  };

const graphTail =
  ({ inputs, outputs, values }: GraphMessage): Fields =>
  (writer) => {
    for (const each of inputs) message(writer, GRAPH.inputs, valueInfo(each));
    for (const each of outputs) message(writer, GRAPH.outputs, valueInfo(each));
    for (const each of values) message(writer, GRAPH.values, valueInfo(each));
  };

const graph =
  (from: GraphMessage): Fields =>
  (writer) => {
    graphHead(from)(writer);
    for (const each of from.initializers) message(writer, GRAPH.initializers, tensor(each));
    graphTail(from)(writer);
  };

const functionFields =
  (from: FunctionMessage): Fields =>
  (writer) => {
    writer.writeStringField(FUNCTION.name, from.name);
    texts(writer, FUNCTION.inputs, from.inputs);
    texts(writer, FUNCTION.outputs, from.outputs);
    texts(writer, FUNCTION.attributes, from.attributes);
    for (const each of from.nodes) message(writer, FUNCTION.nodes, node(each));
    for (const each of from.opsets) message(writer, FUNCTION.opsets, opset(each));
    if (from.domain !== '') writer.writeStringField(FUNCTION.domain, from.domain);
    for (const each of from.defaults) message(writer, FUNCTION.defaults, attribute(each));
  };

const modelHead =
  (model: ModelMessage): Fields =>
  (writer) => {
    writer.writeVarintField(MODEL.irVersion, model.irVersion);
    if (model.producerName !== '') writer.writeStringField(MODEL.producerName, model.producerName);
    if (model.producerVersion !== '') writer.writeStringField(MODEL.producerVersion, model.producerVersion);
    for (const each of model.opsets) message(writer, MODEL.opsets, opset(each));
    for (const { key, value } of model.metadata) message(writer, MODEL.metadata, pair(key, value));
    for (const each of model.functions) message(writer, MODEL.functions, functionFields(each));
  };

function bytesOf(fields: Fields): Uint8Array {
  const writer = new PbfWriter();
  fields(writer);
  return writer.finish();
}

/** The tag and length that precede a message or bytes. */
const opening = (field: number, length: number): Uint8Array =>
  bytesOf((writer) => {
    writer.writeTag(field, WITH_LENGTH);
    writer.writeVarint(length);
  });

const lengthOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

function initializer(from: LateTensor): Piece[] {
  const head = bytesOf(tensorHead(from));
  const content = from.late ?? from.raw;
  const pieces: Piece[] = content ? [head, opening(TENSOR.raw, content.byteLength), content] : [head];
  return [opening(GRAPH.initializers, lengthOf(pieces)), ...pieces];
}

/** The pieces of a file. The bytes of initializers are read when their piece is written. */
export function encodeModel(model: ModelMessage): Piece[] {
  const { graph } = model;
  const contents = [
    bytesOf(graphHead(graph)),
    ...graph.initializers.flatMap((each) => initializer(each)),
    bytesOf(graphTail(graph)),
  ];
  return [bytesOf(modelHead(model)), opening(MODEL.graph, lengthOf(contents)), ...contents];
}
