// Small ONNX models that tests put together node by node.
import { encodeModel } from '../../src/doors/onnx/proto/encode';
import {
  ATTRIBUTE,
  type AttributeMessage,
  DATA,
  type DimMessage,
  type FunctionMessage,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from '../../src/doors/onnx/proto/messages';

type Given = number | string | readonly number[] | TensorMessage | GraphMessage;

/** A node; attributes of whole numbers are ints, `{ float: … }` is written as a tensor or by `floats`. */
export const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Given>> = {},
  more: Partial<NodeMessage> = {},
): NodeMessage => ({
  name: `the ${opType}`,
  opType,
  domain: '',
  inputs: [...inputs],
  outputs: [...outputs],
  attributes: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ...more,
});

function attribute(name: string, value: Given): AttributeMessage {
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: value };
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? { name, type: ATTRIBUTE.int, i: value }
      : { name, type: ATTRIBUTE.float, f: value };
  }
  if (Array.isArray(value)) return { name, type: ATTRIBUTE.ints, ints: [...(value as number[])] };
  if ('nodes' in value) return { name, type: ATTRIBUTE.graph, g: value };
  return { name, type: ATTRIBUTE.tensor, t: value as TensorMessage };
}

const arrays: Readonly<Record<number, (numbers: readonly number[]) => ArrayBufferView>> = {
  [DATA.float32]: (numbers) => Float32Array.from(numbers),
  [DATA.float64]: (numbers) => Float64Array.from(numbers),
  [DATA.int8]: (numbers) => Int8Array.from(numbers),
  [DATA.uint8]: (numbers) => Uint8Array.from(numbers),
  [DATA.bool]: (numbers) => Uint8Array.from(numbers),
  [DATA.int16]: (numbers) => Int16Array.from(numbers),
  [DATA.uint16]: (numbers) => Uint16Array.from(numbers),
  [DATA.float16]: (numbers) => Uint16Array.from(numbers),
  [DATA.bfloat16]: (numbers) => Uint16Array.from(numbers),
  [DATA.int32]: (numbers) => Int32Array.from(numbers),
  [DATA.int64]: (numbers) => BigInt64Array.from(numbers, BigInt),
};

/** A tensor; the numbers of float16 and bfloat16 are bits, those of other types without an array here bytes. */
export function tensor(
  name: string,
  dims: readonly number[],
  numbers: readonly number[],
  type: number = DATA.float32,
): TensorMessage {
  const { buffer, byteOffset, byteLength } = (arrays[type] ?? arrays[DATA.uint8]!)(numbers);
  const raw = new Uint8Array(buffer, byteOffset, byteLength);
  return { name, dims: [...dims], dataType: type, raw, numbers: null, strings: null, external: null };
}

export const value = (
  name: string,
  shape: readonly DimMessage[] | null = null,
  dataType: number = DATA.float32,
): ValueMessage => ({
  name,
  kind: 'tensor',
  dataType,
  shape: shape && [...shape],
});

export const graph = (parts: Partial<GraphMessage>): GraphMessage => ({
  name: 'graph',
  nodes: [],
  initializers: [],
  inputs: [],
  outputs: [],
  values: [],
  ...parts,
});

/** The bytes of a model. */
export function model(
  parts: Partial<GraphMessage>,
  {
    opset = 17,
    functions = [],
    domains = [],
    ...rest
  }: Partial<ModelMessage> & {
    readonly opset?: number;
    readonly functions?: FunctionMessage[];
    readonly domains?: readonly string[];
  } = {},
): Uint8Array {
  const pieces = encodeModel({
    irVersion: 8,
    producerName: 'a test',
    producerVersion: '1',
    opsets: [{ domain: '', version: opset }, ...domains.map((domain) => ({ domain, version: 1 }))],
    graph: graph(parts),
    functions,
    metadata: [],
    ...rest,
  });
  return Uint8Array.from(Buffer.concat(pieces as Uint8Array[]));
}

/** Models of a few nodes that use each part of the format. */
export function sampleModels(): Uint8Array[] {
  const x = value('x', ['n', 3, 5, 5]);
  const weights = Array.from({ length: 4 * 3 * 3 * 3 }, (_, i) => Math.sin(i));
  const branch = (op: string) => graph({ nodes: [node(op, ['a'], ['r'])], outputs: [value('r')] });
  const body = graph({
    nodes: [node('Add', ['v', 'v'], ['w']), node('Identity', ['k'], ['go'])],
    inputs: [value('i', [], DATA.int64), value('k', [], DATA.bool), value('v')],
    outputs: [value('go', [], DATA.bool), value('w')],
  });
  const double: FunctionMessage = {
    domain: 'mine',
    name: 'Twice',
    inputs: ['in'],
    outputs: ['out'],
    attributes: [],
    defaults: [],
    nodes: [node('Add', ['in', 'in'], ['out'])],
    opsets: [{ domain: '', version: 17 }],
  };
  return [
    model({
      nodes: [
        node('Conv', ['x', 'conv.weight', 'conv.bias'], ['a'], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }),
        node('BatchNormalization', ['a', 'conv.bias', 'conv.bias', 'conv.bias', 'var'], ['b'], { epsilon: 1e-5 }),
        node('Relu', ['b'], ['c']),
        node('MaxPool', ['c'], ['d'], { kernel_shape: [2, 2], strides: [2, 2] }),
        node('Flatten', ['d'], ['e']),
        node('Gemm', ['e', 'fc.weight'], ['y'], { transB: 1 }),
      ],
      initializers: [
        tensor('conv.weight', [4, 3, 3, 3], weights),
        tensor('conv.bias', [4], [1, 2, 3, 4]),
        tensor('var', [4], [1, 1, 1, 1]),
        tensor('fc.weight', [2, 16], weights.slice(0, 32)),
      ],
      inputs: [x],
      outputs: [value('y', ['n', 2])],
    }),
    model(
      {
        nodes: [
          node('Twice', ['a'], ['b'], {}, { domain: 'mine' }),
          node('If', ['c'], ['d'], { then_branch: branch('Relu'), else_branch: branch('Neg') }),
          node('Loop', ['m', '', 'd'], ['e'], { body }),
          node('Reshape', ['e', 'shape'], ['f']),
          node('Expand', ['f', 'wide'], ['g']),
          node('ConstantOfShape', ['wide'], ['h'], { value: tensor('', [1], [2]) }),
          node('Add', ['g', 'h'], ['y']),
        ],
        initializers: [
          tensor('c', [], [1], DATA.bool),
          tensor('m', [], [3], DATA.int64),
          tensor('shape', [3], [2, 1, -1], DATA.int64),
          tensor('wide', [3], [2, 4, 3], DATA.int64),
        ],
        inputs: [value('a', [6])],
        outputs: [value('y', [2, 4, 3])],
      },
      { functions: [double], domains: ['mine'] },
    ),
    model({
      nodes: [
        node('DequantizeLinear', ['w_quantized', 's', 'z'], ['w']),
        node('QuantizeLinear', ['x', 's', 'u'], ['q']),
        node('DequantizeLinear', ['q', 's', 'u'], ['d']),
        node('MatMul', ['d', 'w'], ['e']),
        node('Gather', ['table', 'i'], ['f']),
        node('Add', ['e', 'f'], ['g']),
        node('Slice', ['g', 'zero', 'i'], ['y']),
      ],
      initializers: [
        tensor('w_quantized', [2, 2], [2, -4, 5, 6], DATA.int8),
        tensor('s', [], [0.5]),
        tensor('z', [], [0], DATA.int8),
        tensor('u', [], [128], DATA.uint8),
        tensor('table', [3, 2], [0x3c00, 0, 0x3c00, 0, 0, 0], DATA.float16),
        tensor('i', [1], [2], DATA.int64),
        tensor('zero', [1], [0], DATA.int64),
        { ...tensor('other', [2], []), raw: null, numbers: [1, 2] },
      ],
      inputs: [value('x', ['n', 2])],
      outputs: [value('y')],
    }),
  ];
}
