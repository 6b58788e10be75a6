// A node that one of our modules computes, and the view of a node that rules have.

import { nn, type Tensor } from '../../../../torch';
import { type Module, protect } from '../../../../torch/inside';
import type { NodeMessage } from '../../proto/messages';
import { Call } from '../call';
import { type Known, Slot, Weight } from '../known';
import { ownerOf, scopeOf } from '../names';
import type { Outputs } from '../plan';
import { HostArray } from '../values';

/** A module in the place of a node. */
export interface Layer {
  readonly module: Module;
  /** Where the names of its weights put it; null where they do not tell. */
  readonly path: string[] | null;
  /** Which inputs of the node it is called with, default the first. */
  readonly inputs?: readonly number[];
  /** Makes the arguments of its call, where these are not those inputs as they are. */
  readonly prepare?: (inputs: readonly Tensor[]) => readonly unknown[];
  /** Default: its result is the one output. */
  readonly outputs?: Outputs;
  /** The rank of its output, where that is known. */
  readonly rank?: number | null;
  /** Nodes behind this one that it computes too, in order; its output is that of the last. */
  readonly takes?: readonly NodeMessage[];
}

/** A node whose inputs are known as far as they are. */
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

  /** Input i where it is a weight of that rank. */
  weight(i: number, rank?: number): Weight | null {
    const value = this.known[i];
    if (!(value instanceof Weight) || (rank !== undefined && value.shape.length !== rank)) return null;
    const place = scopeOf(this.node)?.join('.') ?? '';
    return place === '' ? value : value.at(place);
  }

  /** Whether input i comes with each call. */
  isFed(i: number): boolean {
    return this.known[i] instanceof Slot;
  }

  /** The rank of input i, where it is known. */
  rank(i: number): number | null {
    const value = this.known[i];
    return value instanceof Slot ? value.rank : null;
  }

  has(i: number): boolean {
    return (this.known[i] ?? null) !== null;
  }

  /** The one node that reads the output; null where there are several, or none. */
  get next(): NextNode | null {
    return this.around.nextOf(this.node);
  }

  /** Whether anything reads output i. */
  gives(i: number): boolean {
    const name = this.node.outputs[i] ?? '';
    return name !== '' && this.around.isRead(name);
  }

  /** The one number of input i; null where it is left out, or not known. */
  number(i: number): number | null {
    const value = this.known[i];
    const host = value instanceof Weight ? value.host : value instanceof HostArray ? value : null;
    return host?.numel === 1 ? host.data[0]! : null;
  }
}

/** The nodes around one. */
export interface Around {
  /** The one node that reads the output of another; null where there are several, or none. */
  nextOf(node: NodeMessage): NextNode | null;
  /** Whether anything reads a value. */
  isRead(name: string): boolean;
  /** The node that gives a value. */
  producerOf(name: string): NodeMessage | null;
}

/** The node behind another, as far as a rule may take it in. */
export interface NextNode {
  readonly node: NodeMessage;
  /** Its inputs as far as they are known now. */
  readonly known: readonly (Known | null)[];
}

/** Makes the layer of a node; null where none fits exactly. */
export type Rule = (node: LayerNode) => Layer | null;

/** The parameter of a weight: the same wherever it is used. */
export function parameterOf(weight: Weight): nn.Parameter {
  weight.parameter ??= new nn.Parameter(weight.tensor);
  return weight.parameter;
}

/** Gives a module its parameters, which were small ones. */
export function fill(module: Module, parameters: Readonly<Record<string, Weight | null>>): void {
  for (const [key, weight] of Object.entries(parameters)) {
    Reflect.set(module, key, weight && parameterOf(weight));
  }
}

/** Gives a module a buffer. */
export function fillBuffer(module: Module, key: string, { tensor }: Weight): void {
  const own = tensor.clone();
  own.retain();
  protect(own.storage);
  Reflect.set(module, key, own);
}

/** The path by the name of the weight, or else by that of the bias. */
export const pathOf = (weight: Weight | null, bias: Weight | null = null): string[] | null =>
  (weight && ownerOf(weight.name, ['weight'])) ?? (bias && ownerOf(bias.name, ['bias']));

/** Sizes that are the same on both sides; null for others. ONNX lists those in front first. */
export function symmetric(pads: readonly number[]): number[] | null {
  const half = pads.length / 2;
  const front = pads.slice(0, half);
  return front.every((size, d) => size === pads[half + d] && size >= 0) ? front : null;
}

/** A float32 of the file as it was written in decimals: the shortest that is the same in float32. */
export function rounded(number: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(number.toPrecision(digits));
    if (Math.fround(short) === Math.fround(number)) return short;
  }
  return number;
}
