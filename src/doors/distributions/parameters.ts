// Owns the parameters of distributions: tensors or numbers of one shape, probabilities and their logits.

import { ArgumentError, broadcastTensors, finfo, type Shape, Tensor } from '../../torch';
import { expectFloat, fullValue as full, isTensorObject as isTensor, kindOf, sameShape } from '../../torch/inside';

/** Euler's constant. */
export const EULER = 0.5772156649015329;

/** A parameter: a tensor, or one number for all. */
export type Parameter = Tensor | number;

/** @throws ArgumentError where no tensor stands in the place of one */
export function expectTensor(op: string, name: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw new ArgumentError(`${op}: expected ${name} to be a tensor, but got ${kindOf(value)}`);
}

/** @throws ArgumentError where neither a tensor nor a number stands in the place of one */
export function expectParameter(op: string, name: string, value: unknown): asserts value is Parameter {
  if (typeof value === 'number' || isTensor(value)) return;
  throw new ArgumentError(`${op}: expected ${name} to be a tensor or a number, but got ${kindOf(value)}`);
}

/** @throws DTypeError, ArgumentError unless a value is a tensor of floats */
export function expectFloats(op: string, name: string, value: unknown): asserts value is Tensor {
  expectTensor(op, name, value);
  expectFloat(op, name, value);
}

/**
 * Parameters as tensors of one shape and floats: numbers become tensors of the dtype of the first tensor, or float32.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for tensors of whole numbers
 */
export function broadcastAll<Name extends string>(
  op: string,
  parameters: Readonly<Record<Name, Parameter>>,
): Record<Name, Tensor> {
  const entries = Object.entries(parameters) as [Name, unknown][];
  for (const [name, value] of entries) {
    expectParameter(op, name, value);
    if (isTensor(value)) expectFloat(op, name, value);
  }
  const dtype = entries.map(([, value]) => value).find(isTensor)?.dtype ?? 'float32';
  const tensors = entries.map(([, value]) =>
    typeof value === 'number' ? Tensor.of(full([], value, dtype)) : (value as Tensor),
  );
  const same = tensors.every(({ shape }) => sameShape(shape, tensors[0]!.shape));
  const all = same ? tensors : broadcastTensors(...tensors);
  return Object.fromEntries(entries.map(([name], i) => [name, all[i]!])) as Record<Name, Tensor>;
}

/** The sum over the last `dims` dimensions. */
export function sumRightmost(value: Tensor, dims: number): Tensor {
  return dims === 0 ? value : value.flatten(value.shape.length - dims).sum(-1);
}

/** Probabilities by logits: of one event each, or, over the last dimension, of several that exclude each other. */
export const logitsToProbs = (logits: Tensor, isBinary = false): Tensor =>
  isBinary ? logits.sigmoid() : logits.softmax(-1);

/** Probabilities held away from 0 and 1 by the dtype's epsilon. */
export function clampProbs(probs: Tensor): Tensor {
  const { eps } = finfo(probs.dtype);
  return probs.clamp(eps, 1 - eps);
}

/** Logits by probabilities, which are held away from 0 and 1 first. */
export function probsToLogits(probs: Tensor, isBinary = false): Tensor {
  const held = clampProbs(probs);
  return isBinary ? held.log().sub(held.neg().log1p()) : held.log();
}

/** A tensor of one number, in the likeness of another. */
export const filledLike = (like: Tensor, value: number, shape: Shape = like.shape): Tensor =>
  Tensor.of(full(shape, value, like.dtype));

/** @throws ArgumentError unless exactly one of the alternatives is given */
export function expectOneOf(op: string, given: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(given);
  const there = names.filter((name) => given[name] !== null);
  if (there.length === 1) return;
  const list = names.map((name) => `'${name}'`).join(' or ');
  const got = there.length === 0 ? 'none' : there.map((name) => `'${name}'`).join(' and ');
  throw new ArgumentError(`${op}: expected exactly one of ${list}, but got ${got}`);
}

/** A parameter as a tensor, a number as one of the dtype of another tensor. */
export const tensorLike = (value: Parameter, like: Tensor): Tensor =>
  isTensor(value) ? value : filledLike(like, value, []);
