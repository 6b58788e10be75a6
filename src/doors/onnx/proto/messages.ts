// The messages of onnx.proto3 that make up a model, as plain objects. `decode` reads them, `encode` writes them.

/** A file: a graph, and the version of each operator set that its nodes follow. */
export interface ModelMessage {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  /** Versions by domain. ONNX's own domain is ''. */
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
  /** Types and shapes of intermediate values, if the file gives them. */
  values: ValueMessage[];
}

/** A function: nodes that together replace a node with its domain and name. */
export interface FunctionMessage {
  domain: string;
  name: string;
  inputs: string[];
  outputs: string[];
  /** Names of attributes without a default. */
  attributes: string[];
  /** Attributes with a default. */
  defaults: AttributeMessage[];
  nodes: NodeMessage[];
  opsets: { domain: string; version: number }[];
}

export interface NodeMessage {
  name: string;
  opType: string;
  /** '' is ONNX's own domain; 'ai.onnx' is turned into ''. */
  domain: string;
  /** Names of values; '' if an optional input is left out. */
  inputs: string[];
  outputs: string[];
  attributes: AttributeMessage[];
  /**
   * The modules that the operation belongs to, as PyTorch's exporter notes them: a list of paths in Python's notation.
   */
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

/** One of the value fields is set, depending on `type`. */
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
  /** Little-endian bytes: a view of the file. Null if the numbers are in a list or in an external file. */
  raw: Uint8Array | null;
  /**
   * The numbers, if they are in one of the message's lists: `float_data`, `int32_data`, `int64_data`, `double_data` or
   * `uint64_data`.
   */
  numbers: ArrayLike<number> | null;
  strings: string[] | null;
  /** Where the bytes are in an external file: `location`, `offset`, `length`. */
  external: Record<string, string> | null;
}

/** A dimension: a size, the name of a dynamic size, or null if unknown. */
export type DimMessage = number | string | null;

/** An input, an output or an intermediate value. */
export interface ValueMessage {
  name: string;
  kind: 'tensor' | 'sequence' | 'optional' | 'map' | 'sparse' | 'unknown';
  /** One of `DATA`: the type of a tensor, or of the items of a sequence; 0 if unknown. */
  dataType: number;
  /** Null if the rank is unknown. */
  shape: DimMessage[] | null;
}
