// The parameters of distributions: tensors and numbers that broadcast, and conversions between probabilities and
// logits.

import { ArgumentError, broadcastTensors, finfo, full, type Shape, type Tensor } from '../../torch';
import { expectFloat, isTensorObject as isTensor, kindOf, sameShape } from '../../torch/inside';

/** Euler's constant. */
export const EULER = 0.5772156649015329;

/** A parameter: a tensor, or one number for all elements. */
export type DistributionParameter = Tensor | number;

/** @throws ArgumentError if the value is not a tensor */
export function expectTensor(op: string, name: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw new ArgumentError(`${op}: expected ${name} to be a tensor, but got ${kindOf(value)}`);
}

/** @throws ArgumentError if the value is neither a tensor nor a number */
export function expectParameter(op: string, name: string, value: unknown): asserts value is DistributionParameter {
  if (typeof value === 'number' || isTensor(value)) return;
  throw new ArgumentError(`${op}: expected ${name} to be a tensor or a number, but got ${kindOf(value)}`);
}

/**
 * @throws ArgumentError if the value is not a tensor
 * @throws DTypeError if it is not a float tensor
 */
export function expectFloats(op: string, name: string, value: unknown): asserts value is Tensor {
  expectTensor(op, name, value);
  expectFloat(op, name, value);
}

/**
 * Broadcasts parameters to float tensors of one shape. Numbers become tensors with the dtype of the first tensor, or
 * float32.
 * @throws ShapeError if the shapes do not broadcast
 * @throws DTypeError for integer tensors
 */
export function broadcastAll<Name extends string>(
  op: string,
  parameters: Readonly<Record<Name, DistributionParameter>>,
): Record<Name, Tensor> {
  const entries = Object.entries(parameters) as [Name, unknown][];
  for (const [name, value] of entries) {
    expectParameter(op, name, value);
    if (isTensor(value)) expectFloat(op, name, value);
  }
  const dtype = entries.map(([, value]) => value).find(isTensor)?.dtype ?? 'float32';
  const tensors = entries.map(([, value]) =>
    typeof value === 'number' ? full([], value, { dtype }) : (value as Tensor),
  );
  const same = tensors.every(({ shape }) => sameShape(shape, tensors[0]!.shape));
  const all = same ? tensors : broadcastTensors(...tensors);
  return Object.fromEntries(entries.map(([name], i) => [name, all[i]!])) as Record<Name, Tensor>;
}

/** Sums over the last `dims` dimensions. */
export function sumRightmost(value: Tensor, dims: number): Tensor {
  return dims === 0 ? value : value.flatten(value.shape.length - dims).sum(-1);
}

/**
 * Probabilities from logits: of one event per element if `isBinary`, otherwise of mutually exclusive categories along
 * the last dimension.
 */
export const logitsToProbs = (logits: Tensor, isBinary = false): Tensor =>
  isBinary ? logits.sigmoid() : logits.softmax(-1);

/** Probabilities clamped away from 0 and 1 by the dtype's epsilon. */
export function clampProbs(probs: Tensor): Tensor {
  const { eps } = finfo(probs.dtype);
  return probs.clamp(eps, 1 - eps);
}

/** Logits from probabilities, which are first clamped away from 0 and 1. */
export function probsToLogits(probs: Tensor, isBinary = false): Tensor {
  const clamped = clampProbs(probs);
  return isBinary ? clamped.log().sub(clamped.neg().log1p()) : clamped.log();
}

/** A tensor filled with one number, with the dtype and (by default) the shape of another. */
export const filledLike = (like: Tensor, value: number, shape: Shape = like.shape): Tensor =>
  full(shape, value, { dtype: like.dtype });

/** @throws ArgumentError unless exactly one of the alternatives is given */
export function expectOneOf(op: string, given: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(given);
  const there = names.filter((name) => given[name] !== null);
  if (there.length === 1) return;
  const list = names.map((name) => `'${name}'`).join(' or ');
  const got = there.length === 0 ? 'none' : there.map((name) => `'${name}'`).join(' and ');
  throw new ArgumentError(`${op}: expected exactly one of ${list}, but got ${got}`);
}

/** A parameter as a tensor. A number becomes a tensor with the dtype of `like`. */
export const tensorLike = (value: DistributionParameter, like: Tensor): Tensor =>
  isTensor(value) ? value : filledLike(like, value, []);
