// A call of an operator: gives operators their inputs and attributes, and throws errors that name the node.
import { FileFormatError, Tensor } from '../../../torch';
import type { GraphMessage, NodeMessage, TensorMessage } from '../proto/messages';
import { hostOf, tensorOf } from './convert';
import { HostArray, type OnnxValue, Sequence } from './values';

/** Computes the outputs of a node: one value, or a list. An output that the node does not name may be null. */
export type Operator = (call: Call) => OnnxValue | readonly (OnnxValue | null)[];

/** Operators by key: the name, or for other domains than ONNX's domain and name, such as 'com.microsoft.Gelu'. */
export type Operators = Readonly<Record<string, Operator>>;

export class Call {
  constructor(
    readonly node: NodeMessage,
    /** The version of the operator set that the node follows. */
    readonly opset: number,
    readonly inputs: readonly (OnnxValue | null)[],
    /** Whether the network trains: dropout and batch normalisation then work as in training. */
    readonly training: boolean,
  ) {}

  /** Whether input i is given. */
  has(i: number): boolean {
    return (this.inputs[i] ?? null) !== null;
  }

  /** Whether the graph names output i. */
  wants(i: number): boolean {
    return (this.node.outputs[i] ?? '') !== '';
  }

  value(i: number): OnnxValue {
    return this.inputs[i] ?? this.fail(`expected input ${i}, but it is left out`);
  }

  /** Input i as a tensor; numbers on the host become one. */
  tensor(i: number): Tensor {
    const value = this.value(i);
    if (value instanceof Sequence) return this.fail(`expected input ${i} to be a tensor, but got a sequence`);
    return value instanceof Tensor ? value : tensorOf(value);
  }

  optionalTensor(i: number): Tensor | null {
    return this.has(i) ? this.tensor(i) : null;
  }

  sequence(i: number): Sequence {
    const value = this.value(i);
    return value instanceof Sequence ? value : this.fail(`expected input ${i} to be a sequence, but got a tensor`);
  }

  /**
   * Input i if its numbers are on the host (an array, or a tensor that was made from one). Null if only the device has
   * them.
   */
  host(i: number): HostArray | null {
    const value = this.value(i);
    if (value instanceof HostArray) return value;
    return value instanceof Tensor ? hostOf(value) : null;
  }

  /** The numbers of input i. They decide shapes, so they must be known before anything is computed. */
  numbers(i: number): number[] {
    const host = this.host(i);
    if (host) return Array.from(host.data);
    return this.fail(
      `input ${i} ('${this.node.inputs[i]}') decides a shape, but its numbers depend on the data of the call and lie on the device; ` +
        'networks whose shapes depend on data cannot run',
    );
  }

  optionalNumbers(i: number): number[] | null {
    return this.has(i) ? this.numbers(i) : null;
  }

  /** The only number of input i. */
  number(i: number): number {
    const [number, ...more] = this.numbers(i);
    return number !== undefined && more.length === 0 ? number : this.fail(`expected input ${i} to be one number`);
  }

  /** An integer attribute. Without a fallback the attribute is required. */
  int(name: string, fallback?: number): number {
    return this.#attribute(name, 'i', fallback);
  }

  float(name: string, fallback?: number): number {
    return this.#attribute(name, 'f', fallback);
  }

  text(name: string, fallback?: string): string {
    return this.#attribute(name, 's', fallback);
  }

  tensorAttribute(name: string): TensorMessage | null {
    return this.#find(name)?.t ?? null;
  }

  graph(name: string): GraphMessage {
    return this.#find(name)?.g ?? this.fail(`expected attribute '${name}', a graph`);
  }

  ints(name: string): number[] | null;
  ints(name: string, fallback: readonly number[]): number[];
  ints(name: string, fallback: readonly number[] | null = null): number[] | null {
    return this.#find(name)?.ints ?? (fallback && [...fallback]);
  }

  floats(name: string): number[] | null {
    return this.#find(name)?.floats ?? null;
  }

  texts(name: string): string[] | null {
    return this.#find(name)?.strings ?? null;
  }

  /** @throws FileFormatError, naming the node */
  fail(message: string): never {
    throw new FileFormatError(`${nodeTitle(this.node)}: ${message}`);
  }

  #find(name: string) {
    return this.node.attributes.find((attribute) => attribute.name === name);
  }

  #attribute<K extends 'i' | 'f' | 's', T>(name: string, key: K, fallback: T | undefined): T {
    const value = this.#find(name)?.[key] ?? fallback;
    if (value === undefined) return this.fail(`expected attribute '${name}', but it is left out`);
    return value as T;
  }
}

/** The key of a node's operator. */
export const operatorKey = ({ domain, opType }: NodeMessage): string =>
  domain === '' ? opType : `${domain}.${opType}`;

/** How errors name a node: by its own name, or if it has none, by its first output. */
export const nodeTitle = (node: NodeMessage): string =>
  `onnx: node '${node.name || node.outputs[0] || '?'}' (${operatorKey(node)})`;
