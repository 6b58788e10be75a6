// The messages of onnx.proto3 that a model is made of, as plain objects. `decode` reads them, `encode` writes them.

/** A file: a graph, and which version of each operator set its nodes follow. */
export interface ModelMessage {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  /** Versions by domain; the domain of ONNX itself is ''. */
  opsets: { domain: string; version: number }[];
  graph: GraphMessage;
  functions: FunctionMessage[];
  metadata: { key: string; value: string }[];
}

export interface GraphMessage {
  name: string;
  nodes: NodeMessage[];
  initializers: TensorMessage[];
  inputs: ValueMessage[];
  outputs: ValueMessage[];
  /** Types and shapes of what lies between, where the file says them. */
  values: ValueMessage[];
}

/** Nodes that stand for one, by its domain and name. */
export interface FunctionMessage {
  domain: string;
  name: string;
  inputs: string[];
  outputs: string[];
  /** Names of attributes without a default. */
  attributes: string[];
  /** Attributes with one. */
  defaults: AttributeMessage[];
  nodes: NodeMessage[];
  opsets: { domain: string; version: number }[];
}

export interface NodeMessage {
  name: string;
  opType: string;
  /** '' is the domain of ONNX; 'ai.onnx' is written as '' too. */
  domain: string;
  /** Names of values; '' where an optional one is left out. */
  inputs: string[];
  outputs: string[];
  attributes: AttributeMessage[];
  /** The modules that the operation lies in, as PyTorch's exporter notes them: a list of paths in Python's notation. */
  scopes?: string;
}

/** The numbers of `AttributeProto.AttributeType`. */
export const ATTRIBUTE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  typeProto: 13,
} as const;

/** One of the values is there, by `type`. */
export interface AttributeMessage {
  name: string;
  type: number;
  /** In functions: the attribute of the calling node that gives the value. */
  refersTo?: string;
  f?: number;
  i?: number;
  s?: string;
  t?: TensorMessage;
  g?: GraphMessage;
  floats?: number[];
  ints?: number[];
  strings?: string[];
  tensors?: TensorMessage[];
  graphs?: GraphMessage[];
}

/** The numbers of `TensorProto.DataType`. */
export const DATA = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
} as const;

export interface TensorMessage {
  name: string;
  dims: number[];
  /** One of `DATA`. */
  dataType: number;
  /** Little-endian bytes: a view of the file. Null where the numbers stand in a list, or in another file. */
  raw: Uint8Array | null;
  /** Numbers that stand in a list of the message: of `float_data`, `int32_data`, `int64_data`, `double_data` or `uint64_data`. */
  numbers: ArrayLike<number> | null;
  strings: string[] | null;
  /** Where the bytes stand in another file: `location`, `offset`, `length`. */
  external: Record<string, string> | null;
}

/** A dimension: a size, the name of one that is open, or null where nothing is known. */
export type DimMessage = number | string | null;

/** An input, an output or a value between. */
export interface ValueMessage {
  name: string;
  kind: 'tensor' | 'sequence' | 'optional' | 'map' | 'sparse' | 'unknown';
  /** One of `DATA`, of a tensor or of the items of a sequence; 0 where it is unknown. */
  dataType: number;
  /** Null where the rank is unknown. */
  shape: DimMessage[] | null;
}
