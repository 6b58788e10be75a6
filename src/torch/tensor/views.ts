// Makes views of tensors, for the operations that return views.

import { IndexError, ShapeError } from '../../engine/core/errors';
import { showShape } from '../../engine/core/meta';
import { named } from '../../engine/graph/record';
import type { Value } from '../../engine/graph/value';
import { detach, reshape } from '../../engine/ops/shape/cast';
import { isDistinct, slice, stridedScatter } from '../../engine/ops/shape/shape';
import { parseSlice, resolveIndex } from '../../engine/storage/layout';
import { isWhole } from '../../engine/storage/storage';
import type { Tensor } from './tensor';

/**
 * Gives a view PyTorch's name of the gradient function, if it is composed of other views here but one operation in
 * PyTorch.
 */
export function called(input: Tensor, name: string, view: Tensor): Tensor {
  if (view.value !== input.value) named(view.value, name);
  return view;
}

/** Marks a view as one of several that a function returns; PyTorch refuses some in-place writes into such views. */
export function several(view: Tensor): Tensor {
  view.origin ??= 'several';
  return view;
}

/** @throws IndexError if the tensor has no dimensions */
export function needDims(input: Tensor, op: string): void {
  if (input.shape.length === 0)
    throw new IndexError(`${op}: expected a tensor with dimensions, but got one of shape []`);
}

/** A view of `length` indices of a dimension: start, start + step, … */
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

/** A view with only the given dimensions; every other dimension must have size 1. */
export function keepDims(input: Tensor, dims: readonly number[]): Tensor {
  const shape = dims.map((d) => input.shape[d]!);
  return input.makeView(
    reshape(input.value, shape),
    dims.map((d) => input.strides[d]!),
    input.offset,
  );
}

/**
 * A view of one index of a dimension; the dimension is removed. `op` is the name of the operation in errors, and `told`
 * the dimension.
 */
export function indexDim(input: Tensor, dim: number, index: number, op = 'at', told = dim): Tensor {
  const at = resolveIndex(op, index, input.shape[dim]!, told);
  const others = input.shape.map((_, k) => k).filter((k) => k !== dim);
  return called(input, 'SelectBackward0', keepDims(ranged(input, dim, at, 1, 1), others));
}

/** A view of a slice of a dimension, given as text such as '1:4' or '::2'. */
export function sliceDim(input: Tensor, dim: number, text: string): Tensor {
  const { start, length, step } = parseSlice(text, input.shape[dim]!);
  return ranged(input, dim, start, length, step);
}

/** A view of the whole tensor. */
export function aliasOf(input: Tensor): Tensor {
  return input.makeView(input.value, input.strides, input.offset);
}

/** The contents of the whole storage, in such a graph that gradients reach only the elements of this tensor. */
export function around(input: Tensor): Value {
  const { storage, shape, strides, offset } = input;
  const whole = input.whole();
  if (!whole.requiresGrad || isWhole(input, storage.shape) || !isDistinct(input)) return whole;
  return stridedScatter(detach(whole), input.value, shape, strides, offset);
}

/** Transposed matrices. `name` is the name of the operation in errors. */
export function turned(name: string, input: Tensor): Tensor {
  if (input.shape.length < 2) {
    throw new ShapeError(`${name}: expected matrices or batches of them, but got shape ${showShape(input.shape)}`);
  }
  return input.transpose(-2, -1);
}
