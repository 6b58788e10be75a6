// A node that one of our modules computes, and what the rules see of a node.

import { nn, type Tensor } from '../../../../torch';
import { type Module, protect } from '../../../../torch/inside';
import type { NodeMessage } from '../../proto/messages';
import { Call } from '../call';
import { type Known, Slot, Weight } from '../known';
import { ownerOf, scopeOf } from '../names';
import type { Outputs } from '../plan';
import { HostArray } from '../values';

/** A module that computes a node. */
export interface Layer {
  readonly module: Module;
  /** The path that the names of the weights give; null if they give none. */
  readonly path: string[] | null;
  /** The indices of the node's inputs that the module is called with. Default: the first. */
  readonly inputs?: readonly number[];
  /** Makes the arguments of the module's call. Default: the inputs themselves. */
  readonly prepare?: (inputs: readonly Tensor[]) => readonly unknown[];
  /** Makes the node's outputs from the module's result. Default: the result is the only output. */
  readonly outputs?: Outputs;
  /** The rank of the module's result, if known. */
  readonly rank?: number | null;
  /** The following nodes that the module computes too, in order. Its result is the output of the last. */
  readonly takes?: readonly NodeMessage[];
}

/** A node, with its inputs as far as the loader knows them: numbers, weights, or slots. */
export class LayerNode {
  readonly call: Call;

  constructor(
    readonly node: NodeMessage,
    opset: number,
    readonly known: readonly (Known | null)[],
    readonly around: Around,
  ) {
    this.call = new Call(
      node,
      opset,
      known.map((value) =>
        value instanceof Weight ? (value.host ?? value.tensor) : value instanceof Slot ? null : value,
      ),
      false,
    );
  }

  /** Input i, if it is a weight of that rank. */
  weight(i: number, rank?: number): Weight | null {
    const value = this.known[i];
    if (!(value instanceof Weight) || (rank !== undefined && value.shape.length !== rank)) return null;
    const place = scopeOf(this.node)?.join('.') ?? '';
    return place === '' ? value : value.at(place);
  }

  /** Whether input i changes from call to call. */
  isFed(i: number): boolean {
    return this.known[i] instanceof Slot;
  }

  /** The rank of input i, if known. */
  rank(i: number): number | null {
    const value = this.known[i];
    return value instanceof Slot ? value.rank : null;
  }

  has(i: number): boolean {
    return (this.known[i] ?? null) !== null;
  }

  /** The only node that reads the output; null if there is none, or more than one. */
  get next(): NextNode | null {
    return this.around.nextOf(this.node);
  }

  /** Whether anything reads output i. */
  gives(i: number): boolean {
    const name = this.node.outputs[i] ?? '';
    return name !== '' && this.around.isRead(name);
  }

  /** The number of input i; null if the input is left out or its number is unknown. */
  number(i: number): number | null {
    const value = this.known[i];
    const host = value instanceof Weight ? value.host : value instanceof HostArray ? value : null;
    return host?.numel === 1 ? host.data[0]! : null;
  }
}

/** The neighbours of a node. */
export interface Around {
  /** The only node that reads a node's output; null if there is none, or more than one. */
  nextOf(node: NodeMessage): NextNode | null;
  /** Whether anything reads a value. */
  isRead(name: string): boolean;
  /** The node that computes a value. */
  producerOf(name: string): NodeMessage | null;
}

/** A following node that a rule may absorb into its layer. */
export interface NextNode {
  readonly node: NodeMessage;
  /** Its inputs, as far as they are known. */
  readonly known: readonly (Known | null)[];
}

/** Makes the layer of a node; null if no layer matches exactly. */
export type Rule = (node: LayerNode) => Layer | null;

/** The parameter of a weight: the same wherever it is used. */
export function parameterOf(weight: Weight): nn.Parameter {
  weight.parameter ??= new nn.Parameter(weight.tensor);
  return weight.parameter;
}

/** Replaces a module's parameters, which were made small. */
export function fill(module: Module, parameters: Readonly<Record<string, Weight | null>>): void {
  for (const [key, weight] of Object.entries(parameters)) {
    Reflect.set(module, key, weight && parameterOf(weight));
  }
}

/** Replaces a buffer of a module. */
export function fillBuffer(module: Module, key: string, { tensor }: Weight): void {
  const own = tensor.clone();
  own.retain();
  protect(own.storage);
  Reflect.set(module, key, own);
}

/** The path in the name of the weight, or else in that of the bias. */
export const pathOf = (weight: Weight | null, bias: Weight | null = null): string[] | null =>
  (weight && ownerOf(weight.name, ['weight'])) ?? (bias && ownerOf(bias.name, ['bias']));

/** Padding as one number per dimension; null if both sides differ. ONNX lists the front sides first. */
export function symmetric(pads: readonly number[]): number[] | null {
  const half = pads.length / 2;
  const front = pads.slice(0, half);
  return front.every((size, d) => size === pads[half + d] && size >= 0) ? front : null;
}

/** A float32 of the file as the decimal it was written from: the shortest that rounds to the same float32. */
export function rounded(number: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(number.toPrecision(digits));
    if (Math.fround(short) === Math.fround(number)) return short;
  }
  return number;
}
