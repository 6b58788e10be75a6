// The graph of a file while it is being built: nodes, and the wires (values) between them. Wires are named at the end.
import type { DType, Shape } from '../../../torch';
import { elementsAsBytes } from '../../../torch/inside';
import type { LateBytes, LateTensor } from '../proto/encode';
import {
  ATTRIBUTE,
  type AttributeMessage,
  DATA,
  type NodeMessage,
  type TensorMessage,
  type ValueMessage,
} from '../proto/messages';
import { placeName } from './names';

/** A value of the file's graph. */
export interface Wire {
  /** Null until the graph is complete. */
  name: string | null;
  /** The node that computes this wire; null for inputs and initializers. */
  readonly node: GraphNode | null;
  readonly dtype: DType;
}

/** A float attribute. The wrapper tells it from an integer: JavaScript's 1 and 1.0 are the same number. */
export interface Float {
  readonly f: number;
}

export const f = (number: number): Float => ({ f: number });

/** Attributes by name: integers, floats, strings, and lists of integers or strings. */
export type Attributes = Readonly<
  Record<string, number | Float | string | readonly number[] | readonly string[] | undefined>
>;

interface GraphNode {
  readonly opType: string;
  readonly place: string;
  readonly inputs: readonly (Wire | null)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Wire[];
}

interface Initializer extends Wire {
  readonly shape: Shape;
  readonly content: Uint8Array | LateBytes;
  readonly place: string;
}

/** The data types of onnx.proto3 by our dtypes. */
export const DATA_TYPES: Readonly<Record<DType, number>> = {
  float32: DATA.float32,
  float16: DATA.float16,
  int32: DATA.int32,
  int64: DATA.int64,
  uint32: DATA.uint32,
  uint8: DATA.uint8,
  bool: DATA.bool,
};

export class Builder {
  /** The path of the module that the nodes added from now on belong to. */
  place = '';
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #known = new Map<string, Wire>();

  constructor(readonly opset: number) {}

  input(name: string, dtype: DType): Wire {
    return { name, node: null, dtype };
  }

  /** A weight. Its bytes are read only when the file is written. */
  weight(name: string, dtype: DType, shape: Shape, content: Uint8Array | LateBytes): Wire {
    return this.#initializer({ name, node: null, dtype, shape, content, place: '' });
  }

  /** Constant numbers of the graph. Equal small constants are stored once. */
  constant(dtype: DType, shape: Shape, numbers: ArrayLike<number>): Wire {
    const content = elementsAsBytes(dtype, numbers);
    const key = content.byteLength <= 256 ? `${dtype} ${shape.join()}: ${content.join()}` : null;
    const known = key === null ? undefined : this.#known.get(key);
    if (known) return known;
    const own = content.slice();
    const wire = this.#initializer({ name: null, node: null, dtype, shape, content: own, place: this.place });
    if (key !== null) this.#known.set(key, wire);
    return wire;
  }

  /** A list of int64. */
  ints(numbers: readonly number[]): Wire {
    return this.constant('int64', [numbers.length], numbers);
  }

  scalar(number: number, dtype: DType = 'float32'): Wire {
    return this.constant(dtype, [], [number]);
  }

  /** A list of int64 beyond 32 bits, such as the largest int64 as the end of a slice. */
  wide(numbers: readonly bigint[]): Wire {
    const key = `wide ${numbers.join()}`;
    const known = this.#known.get(key);
    if (known) return known;
    const content = new Uint8Array(BigInt64Array.from(numbers).buffer);
    const shape = [numbers.length];
    const wire = this.#initializer({ name: null, node: null, dtype: 'int64', shape, content, place: this.place });
    this.#known.set(key, wire);
    return wire;
  }

  /** Adds a node whose outputs have these dtypes. */
  node(opType: string, inputs: readonly (Wire | null)[], attributes: Attributes, dtypes: readonly DType[]): Wire[] {
    const outputs: Wire[] = [];
    const node: GraphNode = { opType, place: this.place, inputs, attributes, outputs };
    for (const dtype of dtypes) outputs.push({ name: null, node, dtype });
    this.#nodes.push(node);
    return outputs;
  }

  /** Adds a node with one output. Its dtype is that of the first input, unless given. */
  op(opType: string, inputs: readonly (Wire | null)[], attributes: Attributes = {}, dtype?: DType): Wire {
    return this.node(opType, inputs, attributes, [dtype ?? inputs[0]!.dtype])[0]!;
  }

  cast(x: Wire, dtype: DType): Wire {
    return x.dtype === dtype ? x : this.op('Cast', [x], { to: DATA_TYPES[dtype] }, dtype);
  }

  /** Gives an output its name. Inputs, weights and wires that already have another name go through an Identity node. */
  output(x: Wire, name: string): Wire {
    const own = x.node === null || x.name !== null ? this.op('Identity', [x]) : x;
    own.name = name;
    return own;
  }

  /** The nodes and initializers that the outputs depend on, now named. */
  finish(outputs: readonly Wire[], taken: readonly string[]): { nodes: NodeMessage[]; initializers: LateTensor[] } {
    const used = new Set<GraphNode | Wire>();
    const stack = [...outputs];
    while (stack.length > 0) {
      const wire = stack.pop()!;
      const owner = wire.node ?? wire;
      if (used.has(owner)) continue;
      used.add(owner);
      for (const input of wire.node?.inputs ?? []) if (input) stack.push(input);
    }
    const nodes = this.#nodes.filter((node) => used.has(node));
    const initializers = this.#initializers.filter((each) => used.has(each));
    const names = new Names([...taken, ...initializers.flatMap(({ name }) => (name === null ? [] : [name]))]);
    for (const each of initializers) each.name ??= names.fresh(placeName(each.place, 'Constant'));
    const messages = nodes.map(({ opType, place, inputs, attributes, outputs: own }): NodeMessage => {
      const name = names.fresh(placeName(place, opType));
      own.forEach((wire, i) => {
        wire.name ??= used.has(wire) || i === 0 || wire.node ? `${name}_output_${i}` : '';
      });
      return {
        name,
        opType,
        domain: '',
        inputs: inputs.map((input) => input?.name ?? ''),
        outputs: own.map((wire) => wire.name!),
        attributes: Object.entries(attributes).flatMap(([key, value]) =>
          value === undefined ? [] : [attributeMessage(key, value)],
        ),
      };
    });
    return { nodes: messages, initializers: initializers.map(tensorMessage) };
  }

  #initializer(wire: Initializer): Wire {
    this.#initializers.push(wire);
    return wire;
  }
}

/** Makes names unique: `Relu`, `Relu_1`, `Relu_2`. */
class Names {
  readonly #taken: Set<string>;
  readonly #counts = new Map<string, number>();

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  fresh(base: string): string {
    let count = this.#counts.get(base) ?? 0;
    const name = () => (count === 0 ? base : `${base}_${count}`);
    while (this.#taken.has(name())) count++;
    const found = name();
    this.#taken.add(found);
    this.#counts.set(base, count + 1);
    return found;
  }
}

function tensorMessage({ name, dtype, shape, content }: Initializer): LateTensor {
  const message: TensorMessage = {
    name: name!,
    dims: [...shape],
    dataType: DATA_TYPES[dtype],
    raw: content instanceof Uint8Array ? content : null,
    numbers: null,
    strings: null,
    external: null,
  };
  return content instanceof Uint8Array ? message : { ...message, late: content };
}

function attributeMessage(name: string, value: NonNullable<Attributes[string]>): AttributeMessage {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: value };
  if ('f' in value) return { name, type: ATTRIBUTE.float, f: value.f };
  if (isTexts(value)) return { name, type: ATTRIBUTE.strings, strings: [...value] };
  return { name, type: ATTRIBUTE.ints, ints: [...value] };
}

const isTexts = (list: readonly number[] | readonly string[]): list is readonly string[] => typeof list[0] === 'string';

/** The message of an input or output. */
export const valueMessage = (name: string, dtype: DType, shape: readonly (number | string)[]): ValueMessage => ({
  name,
  kind: 'tensor',
  dataType: DATA_TYPES[dtype],
  shape: [...shape],
});
