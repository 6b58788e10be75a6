// Decodes the bytes of an ONNX file to messages. Raw data stays a view of the file.
import type {
  AttributeMessage,
  DimMessage,
  FunctionMessage,
  GraphMessage,
  ModelMessage,
  NodeMessage,
  TensorMessage,
  ValueMessage,
} from './messages';
import { WireReader } from './wire';

/** The contents of a file; the graph may be missing. */
export type DecodedModel = Omit<ModelMessage, 'graph'> & { graph: GraphMessage | null };

/**
 * Decodes the model in a file.
 *
 * @throws FileFormatError if the bytes are not such a message; the error names the field
 */
export function decodeModel(bytes: Uint8Array, name: string): DecodedModel {
  const model: DecodedModel = {
    irVersion: 0,
    producerName: '',
    producerVersion: '',
    opsets: [],
    graph: null,
    functions: [],
    metadata: [],
  };
  return new WireReader(bytes, name).root(model, readModel);
}

/** ONNX's own domain has two names. */
const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

function readModel(field: number, model: DecodedModel, wire: WireReader): void {
  if (field === 1) model.irVersion = wire.int('ir_version');
  else if (field === 2) model.producerName = wire.text('producer_name');
  else if (field === 3) model.producerVersion = wire.text('producer_version');
  else if (field === 7) model.graph = wire.message('graph', model.graph ?? emptyGraph(), readGraph);
  else if (field === 8) model.opsets.push(wire.message('opset_import', { domain: '', version: 1 }, readOpset));
  else if (field === 14) model.metadata.push(wire.message('metadata_props', { key: '', value: '' }, readEntry));
  else if (field === 25) {
    const empty: FunctionMessage = {
      domain: '',
      name: '',
      inputs: [],
      outputs: [],
      attributes: [],
      defaults: [],
      nodes: [],
      opsets: [],
    };
    model.functions.push(wire.message(`functions[${model.functions.length}]`, empty, readFunction));
  }
}

function readOpset(field: number, opset: { domain: string; version: number }, wire: WireReader): void {
  if (field === 1) opset.domain = domainOf(wire.text('domain'));
  else if (field === 2) opset.version = wire.int('version');
}

function readEntry(field: number, entry: { key: string; value: string }, wire: WireReader): void {
  if (field === 1) entry.key = wire.text('key');
  else if (field === 2) entry.value = wire.text('value');
}

function readFunction(field: number, f: FunctionMessage, wire: WireReader): void {
  if (field === 1) f.name = wire.text('name');
  else if (field === 4) f.inputs.push(wire.text('input'));
  else if (field === 5) f.outputs.push(wire.text('output'));
  else if (field === 6) f.attributes.push(wire.text('attribute'));
  else if (field === 7) f.nodes.push(readNodeOf(f.nodes, wire));
  else if (field === 9) f.opsets.push(wire.message('opset_import', { domain: '', version: 1 }, readOpset));
  else if (field === 10) f.domain = domainOf(wire.text('domain'));
  else if (field === 11) f.defaults.push(readAttributeOf(f.defaults, wire, 'attribute_proto'));
}

const emptyGraph = (): GraphMessage => ({
  name: '',
  nodes: [],
  initializers: [],
  inputs: [],
  outputs: [],
  values: [],
});

function readGraph(field: number, graph: GraphMessage, wire: WireReader): void {
  if (field === 1) graph.nodes.push(readNodeOf(graph.nodes, wire));
  else if (field === 2) graph.name = wire.text('name');
  else if (field === 5) graph.initializers.push(readTensorOf(`initializer[${graph.initializers.length}]`, wire));
  else if (field === 11) graph.inputs.push(readValueOf(`input[${graph.inputs.length}]`, wire));
  else if (field === 12) graph.outputs.push(readValueOf(`output[${graph.outputs.length}]`, wire));
  else if (field === 13) graph.values.push(readValueOf(`value_info[${graph.values.length}]`, wire));
  else if (field === 15) wire.fail('expected dense tensors, but got a sparse initializer, which is not supported');
}

function readNodeOf(nodes: readonly NodeMessage[], wire: WireReader): NodeMessage {
  const empty: NodeMessage = { name: '', opType: '', domain: '', inputs: [], outputs: [], attributes: [] };
  return wire.message(`node[${nodes.length}]`, empty, readNode);
}

/** The metadata key under which PyTorch's exporter notes the modules of an operation, outermost first. */
const SCOPES = 'pkg.torch.onnx.name_scopes';

function readNode(field: number, node: NodeMessage, wire: WireReader): void {
  if (field === 1) node.inputs.push(wire.text('input'));
  else if (field === 2) node.outputs.push(wire.text('output'));
  else if (field === 3) node.name = wire.text('name');
  else if (field === 4) node.opType = wire.text('op_type');
  else if (field === 5) node.attributes.push(readAttributeOf(node.attributes, wire, 'attribute'));
  else if (field === 7) node.domain = domainOf(wire.text('domain'));
  else if (field === 9) {
    const { key, value } = wire.message('metadata_props', { key: '', value: '' }, readEntry);
    if (key === SCOPES) node.scopes = value;
  }
}

function readAttributeOf(attributes: readonly AttributeMessage[], wire: WireReader, field: string): AttributeMessage {
  return wire.message<AttributeMessage>(`${field}[${attributes.length}]`, { name: '', type: 0 }, readAttribute);
}

function readAttribute(field: number, attribute: AttributeMessage, wire: WireReader): void {
  if (field === 1) attribute.name = wire.text('name');
  else if (field === 2) attribute.f = wire.float('f');
  else if (field === 3) attribute.i = wire.int('i');
  else if (field === 4) attribute.s = wire.text('s');
  else if (field === 5) attribute.t = readTensorOf('t', wire);
  else if (field === 6) attribute.g = wire.message('g', emptyGraph(), readGraph);
  else if (field === 7) {
    attribute.floats ??= [];
    wire.floats('floats', attribute.floats);
  } else if (field === 8) {
    attribute.ints ??= [];
    wire.ints('ints', attribute.ints);
  } else if (field === 9) {
    attribute.strings ??= [];
    attribute.strings.push(wire.text('strings'));
  } else if (field === 10) {
    attribute.tensors ??= [];
    attribute.tensors.push(readTensorOf(`tensors[${attribute.tensors.length}]`, wire));
  } else if (field === 11) {
    attribute.graphs ??= [];
    attribute.graphs.push(wire.message(`graphs[${attribute.graphs.length}]`, emptyGraph(), readGraph));
  } else if (field === 20) attribute.type = wire.int('type');
  else if (field === 21) attribute.refersTo = wire.text('ref_attr_name');
}

/** A tensor while it is being read: its lists of numbers grow. */
interface TensorSoFar extends TensorMessage {
  list: number[];
  isExternal: boolean;
}

function readTensorOf(name: string, wire: WireReader): TensorMessage {
  const { list, isExternal, ...tensor } = wire.message<TensorSoFar>(
    name,
    {
      name: '',
      dims: [],
      dataType: 0,
      raw: null,
      numbers: null,
      strings: null,
      external: null,
      list: [],
      isExternal: false,
    },
    readTensor,
  );
  return {
    ...tensor,
    numbers: list.length > 0 ? list : null,
    external: isExternal ? (tensor.external ?? {}) : null,
  };
}

const EXTERNAL = 1;

function readTensor(field: number, tensor: TensorSoFar, wire: WireReader): void {
  if (field === 1) wire.ints('dims', tensor.dims);
  else if (field === 2) tensor.dataType = wire.int('data_type');
  else if (field === 3) wire.fail('expected whole tensors, but got one in segments, which is not supported');
  else if (field === 4) wire.floats('float_data', tensor.list);
  else if (field === 5) wire.ints('int32_data', tensor.list);
  else if (field === 6) {
    tensor.strings ??= [];
    tensor.strings.push(wire.text('string_data'));
  } else if (field === 7) wire.ints('int64_data', tensor.list);
  else if (field === 8) tensor.name = wire.text('name');
  else if (field === 9) tensor.raw = wire.bytes('raw_data');
  else if (field === 10) wire.doubles('double_data', tensor.list);
  else if (field === 11) wire.ints('uint64_data', tensor.list);
  else if (field === 13) {
    const { key, value } = wire.message('external_data', { key: '', value: '' }, readEntry);
    tensor.external ??= {};
    tensor.external[key] = value;
  } else if (field === 14) tensor.isExternal = wire.int('data_location') === EXTERNAL;
}

function readValueOf(name: string, wire: WireReader): ValueMessage {
  return wire.message<ValueMessage>(name, { name: '', kind: 'unknown', dataType: 0, shape: null }, readValue);
}

function readValue(field: number, value: ValueMessage, wire: WireReader): void {
  if (field === 1) value.name = wire.text('name');
  else if (field === 2) wire.message('type', value, readType);
}

function readType(field: number, value: ValueMessage, wire: WireReader): void {
  if (field === 1) {
    if (value.kind === 'unknown') value.kind = 'tensor';
    wire.message('tensor_type', value, readTensorType);
  } else if (field === 4) {
    value.kind = 'sequence';
    wire.message('sequence_type', value, readElementType);
  } else if (field === 9) {
    value.kind = 'optional';
    wire.message('optional_type', value, readElementType);
  } else if (field === 5) value.kind = 'map';
  else if (field === 8) value.kind = 'sparse';
}

function readElementType(field: number, value: ValueMessage, wire: WireReader): void {
  if (field === 1) wire.message('elem_type', value, readType);
}

function readTensorType(field: number, value: ValueMessage, wire: WireReader): void {
  if (field === 1) value.dataType = wire.int('elem_type');
  else if (field === 2) value.shape = wire.message('shape', [] as DimMessage[], readShape);
}

function readShape(field: number, shape: DimMessage[], wire: WireReader): void {
  if (field !== 1) return;
  const { dim } = wire.message(`dim[${shape.length}]`, { dim: null as DimMessage }, readDim);
  shape.push(dim);
}

function readDim(field: number, value: { dim: DimMessage }, wire: WireReader): void {
  if (field === 1) value.dim = wire.int('dim_value');
  else if (field === 2) value.dim = wire.text('dim_param') || null;
}
