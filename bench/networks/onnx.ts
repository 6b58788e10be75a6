// Writes a network as an ONNX model (opset 17), in memory: the messages of onnx.proto3 that such networks need.
import { PbfWriter } from 'pbf';
import type { HostArray } from '../inputs';
import type { Graph, Layer } from './graph';
import { poolingMatrix } from './weights';

/** Fields of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3), by message. */
const fields = {
  model: { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 },
  opset: { version: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, opType: 4, attribute: 5 },
  attribute: { name: 1, f: 2, i: 3, ints: 8, type: 20 },
  tensor: { dims: 1, dataType: 2, name: 8, rawData: 9 },
  valueInfo: { name: 1, type: 2 },
  type: { tensorType: 1 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { value: 1 },
} as const;

/** AttributeProto.AttributeType */
const attributeTypes = { f: 1, i: 2, ints: 7 } as const;
/** TensorProto.DataType.FLOAT */
const FLOAT = 1;
const IR_VERSION = 8;
const OPSET = 17;

/** An attribute: a whole number, several, or a float32. */
type Attribute = number | readonly number[] | { readonly float: number };

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

function message(writer: PbfWriter, field: number, write: (writer: PbfWriter) => void): void {
  writer.writeMessage(field, (_, inner) => write(inner), undefined);
}

function writeAttribute(writer: PbfWriter, name: string, value: Attribute): void {
  const { name: nameField, type, f, i, ints } = fields.attribute;
  writer.writeStringField(nameField, name);
  if (typeof value === 'number') {
    writer.writeVarintField(i, value);
    writer.writeVarintField(type, attributeTypes.i);
  } else if ('float' in value) {
    writer.writeFloatField(f, value.float);
    writer.writeVarintField(type, attributeTypes.f);
  } else {
    for (const item of value) writer.writeVarintField(ints, item);
    writer.writeVarintField(type, attributeTypes.ints);
  }
}

function writeNode(writer: PbfWriter, { op, inputs, output, attributes = {} }: Node): void {
  for (const input of inputs) writer.writeStringField(fields.node.input, input);
  writer.writeStringField(fields.node.output, output);
  writer.writeStringField(fields.node.opType, op);
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, fields.node.attribute, (inner) => writeAttribute(inner, name, value));
  }
}

function writeTensor(writer: PbfWriter, name: string, { shape, data }: HostArray): void {
  for (const size of shape) writer.writeVarintField(fields.tensor.dims, size);
  writer.writeVarintField(fields.tensor.dataType, FLOAT);
  writer.writeStringField(fields.tensor.name, name);
  // Little-endian, as every machine is that has WebGPU.
  writer.writeBytesField(fields.tensor.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(writer: PbfWriter, name: string, shape: readonly number[]): void {
  writer.writeStringField(fields.valueInfo.name, name);
  message(writer, fields.valueInfo.type, (type) =>
    message(type, fields.type.tensorType, (tensor) => {
      tensor.writeVarintField(fields.tensorType.elementType, FLOAT);
      message(tensor, fields.tensorType.shape, (dimensions) => {
        for (const size of shape) {
          message(dimensions, fields.shape.dimension, (one) => one.writeVarintField(fields.dimension.value, size));
        }
      });
    }),
  );
}

const valueName = (value: number): string => `v${value}`;

/** What a layer is in ONNX, and constants that only ONNX needs for it. */
function translate(graph: Graph, layer: Layer): { nodes: Node[]; constants: Record<string, HostArray> } {
  const inputs = layer.inputs.map(valueName);
  const output = valueName(layer.output);
  const one = (op: string, more: readonly string[] = [], attributes: Node['attributes'] = {}) => ({
    nodes: [{ op, inputs: [...inputs, ...more], output, attributes }],
    constants: {},
  });
  switch (layer.op) {
    case 'conv':
    case 'convTranspose':
      return one(
        layer.op === 'conv' ? 'Conv' : 'ConvTranspose',
        layer.bias === null ? [layer.weight] : [layer.weight, layer.bias],
        {
          kernel_shape: layer.kernel,
          strides: layer.stride,
          pads: [...layer.padding, ...layer.padding],
          group: layer.groups,
        },
      );
    case 'maxPool':
    case 'avgPool':
      return one(layer.op === 'maxPool' ? 'MaxPool' : 'AveragePool', [], {
        kernel_shape: layer.kernel,
        strides: layer.stride,
        pads: [...layer.padding, ...layer.padding],
        ceil_mode: layer.overhang.some((size) => size > 0) ? 1 : 0,
      });
    case 'batchNorm':
      return one(
        'BatchNormalization',
        ['weight', 'bias', 'running_mean', 'running_var'].map((name) => `${layer.path}.${name}`),
        { epsilon: { float: layer.eps } },
      );
    case 'linear':
      return one('Gemm', layer.bias === null ? [layer.weight] : [layer.weight, layer.bias], { transB: 1 });
    case 'relu':
      return one('Relu');
    case 'relu6': {
      const bounds = { [`${output}.min`]: scalar(0), [`${output}.max`]: scalar(6) };
      return { ...one('Clip', Object.keys(bounds)), constants: bounds };
    }
    case 'flatten':
      return one('Flatten', [], { axis: 1 });
    case 'cat':
      return one('Concat', [], { axis: 1 });
    case 'add':
      return one('Add');
    case 'adaptiveAvgPool':
      return adaptivePool(graph, layer);
  }
}

const scalar = (value: number): HostArray => ({ shape: [], data: Float32Array.of(value) });

/** ONNX has no adaptive pooling: it is a mean, nothing, or a product on either side. */
function adaptivePool(graph: Graph, layer: Layer): ReturnType<typeof translate> {
  const [height, width] = graph.shapes[layer.inputs[0]!]!.slice(2) as [number, number];
  const [rows, columns] = graph.shapes[layer.output]!.slice(2) as [number, number];
  const input = valueName(layer.inputs[0]!);
  const output = valueName(layer.output);
  const only = (op: string) => ({ nodes: [{ op, inputs: [input], output }], constants: {} });
  if (rows === height && columns === width) return only('Identity');
  if (rows === 1 && columns === 1) return only('GlobalAveragePool');
  const across = poolingMatrix(width, columns);
  const turned = new Float32Array(width * columns);
  for (let i = 0; i < turned.length; i++) turned[i] = across.data[(i % columns) * width + Math.floor(i / columns)]!;
  return {
    nodes: [
      { op: 'MatMul', inputs: [`${output}.rows`, input], output: `${output}.tall` },
      { op: 'MatMul', inputs: [`${output}.tall`, `${output}.columns`], output },
    ],
    constants: {
      [`${output}.rows`]: poolingMatrix(height, rows),
      [`${output}.columns`]: { shape: [width, columns], data: turned },
    },
  };
}

/** The names of the model's input and output. */
export const onnxNames = (graph: Graph): { input: string; output: string } => ({
  input: valueName(0),
  output: valueName(graph.output),
});

/** The model's bytes. */
export function toOnnx(graph: Graph, weights: Readonly<Record<string, HostArray>>): Uint8Array {
  const layers = graph.layers.map((layer) => translate(graph, layer));
  const constants = Object.assign({}, weights, ...layers.map((layer) => layer.constants)) as Record<string, HostArray>;
  const { input, output } = onnxNames(graph);
  const writer = new PbfWriter();
  writer.writeVarintField(fields.model.irVersion, IR_VERSION);
  writer.writeStringField(fields.model.producerName, 'lamplight-bench');
  message(writer, fields.model.opsetImport, (opset) => opset.writeVarintField(fields.opset.version, OPSET));
  message(writer, fields.model.graph, (inner) => {
    for (const node of layers.flatMap(({ nodes }) => nodes)) {
      message(inner, fields.graph.node, (one) => writeNode(one, node));
    }
    inner.writeStringField(fields.graph.name, 'network');
    for (const [name, array] of Object.entries(constants)) {
      message(inner, fields.graph.initializer, (tensor) => writeTensor(tensor, name, array));
    }
    message(inner, fields.graph.input, (info) => writeValueInfo(info, input, graph.shapes[0]!));
    message(inner, fields.graph.output, (info) => writeValueInfo(info, output, graph.shapes[graph.output]!));
  });
  return writer.finish();
}
