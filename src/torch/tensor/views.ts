// Owns how views of tensors are made for the operations that give them.

import { IndexError, ShapeError } from '../../engine/core/errors';
import { showShape } from '../../engine/core/meta';
import { named } from '../../engine/graph/record';
import type { Value } from '../../engine/graph/value';
import { detach, reshape } from '../../engine/ops/shape/cast';
import { isDistinct, slice, stridedScatter } from '../../engine/ops/shape/shape';
import { parseSlice, resolveIndex } from '../../engine/storage/layout';
import { isWhole } from '../../engine/storage/storage';
import type { Tensor } from './tensor';

/** Names the gradient function of a view that is one of PyTorch's own but here is made of others. */
export function called(input: Tensor, name: string, view: Tensor): Tensor {
  if (view.value !== input.value) named(view.value, name);
  return view;
}

/** A view that is one of several that one function gives. */
export function several(view: Tensor): Tensor {
  view.origin ??= 'several';
  return view;
}

/** @throws IndexError for a tensor without dimensions */
export function needDims(input: Tensor, op: string): void {
  if (input.shape.length === 0)
    throw new IndexError(`${op}: expected a tensor with dimensions, but got one of shape []`);
}

/** Every `step`-th of `length` indices of a dimension, from `start`. */
export function ranged(input: Tensor, dim: number, start: number, length: number, step: number): Tensor {
  const { shape, strides, offset, value } = input;
  const ranges = shape.map((size, d) =>
    d === dim ? { start, stop: start + length * step, step } : { start: 0, stop: size, step: 1 },
  );
  ranges[dim]!.stop = length === 0 ? start : start + (length - 1) * step + 1;
  return input.makeView(
    slice(value, ranges),
    strides.map((stride, d) => (d === dim ? stride * step : stride)),
    offset + start * strides[dim]!,
  );
}

/** A view of some dimensions, which are all those of size other than 1. */
export function keepDims(input: Tensor, dims: readonly number[]): Tensor {
  const shape = dims.map((d) => input.shape[d]!);
  return input.makeView(
    reshape(input.value, shape),
    dims.map((d) => input.strides[d]!),
    input.offset,
  );
}

/** One index of a dimension, which disappears; `op` names it in errors. */
export function indexDim(input: Tensor, dim: number, index: number, op = 'at'): Tensor {
  const at = resolveIndex(op, index, input.shape[dim]!, dim);
  const others = input.shape.map((_, k) => k).filter((k) => k !== dim);
  return called(input, 'SelectBackward0', keepDims(ranged(input, dim, at, 1, 1), others));
}

/** A slice of a dimension, as a text tells it. */
export function sliceDim(input: Tensor, dim: number, text: string): Tensor {
  const { start, length, step } = parseSlice(text, input.shape[dim]!);
  return ranged(input, dim, start, length, step);
}

/** A view of all of a tensor. */
export function aliasOf(input: Tensor): Tensor {
  return input.makeView(input.value, input.strides, input.offset);
}

/** The contents of the whole storage, in which gradients reach this tensor's elements alone. */
export function around(input: Tensor): Value {
  const { storage, shape, strides, offset } = input;
  const whole = input.whole();
  if (!whole.requiresGrad || isWhole(input, storage.shape) || !isDistinct(input)) return whole;
  return stridedScatter(detach(whole), input.value, shape, strides, offset);
}

/** Matrices transposed, for an operation of another name. */
export function turned(name: string, input: Tensor): Tensor {
  if (input.shape.length < 2) {
    throw new ShapeError(`${name}: expected matrices or batches of them, but got shape ${showShape(input.shape)}`);
  }
  return input.transpose(-2, -1);
}
