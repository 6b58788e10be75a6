// Methods that change shapes and have no function of the same name.

import { whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { isFloat, type Shape, sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import { windows } from '../../../engine/ops/pooling/windows';
import * as reduce from '../../../engine/ops/reduction/reduce';
import * as ops from '../../../engine/ops/shape/cast';
import { repeat as repeated } from '../../../engine/ops/shape/rearrange';
import * as shapes from '../../../engine/ops/shape/shape';
import { resolveShape, viewStrides } from '../../../engine/storage/layout';
import { type Sizes, sizesArg } from '../calling/sizes';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op, changing } = family();
export default methods;

/**
 * A view of the same memory in another shape; one size may be -1.
 * @throws ShapeError if the elements would have to move; use `reshape` then
 */
export const view = op('view(input, ...)', (input: Tensor, ...sizes: Sizes | [{ size: readonly number[] }]): Tensor => {
  if (typeof sizes[0] === 'string') {
    throw new ArgumentError(
      `view: expected sizes, but got '${sizes[0]}'; bits cannot be read as another dtype here, and .to('${sizes[0]}') converts the numbers`,
    );
  }
  const shape = resolveShape('view', sizesArg('view', 'size', sizes), input.numel());
  const strides = viewStrides(input.shape, input.strides, shape);
  if (!strides) {
    throw new ShapeError(
      `view: shape ${showShape(shape)} is not compatible with this tensor's shape ${showShape(input.shape)} and strides ${showShape(input.strides)} (a dimension spans non-contiguous memory); use reshape()`,
    );
  }
  return input.makeView(ops.reshape(input.value, shape), strides, input.offset);
});

/** `view` in the shape of `other`. */
export const viewAs = op('viewAs(input, other)', (input: Tensor, other: Tensor): Tensor => input.view(other.shape));

/** `reshape` to the shape of `other`. */
export const reshapeAs = op(
  'reshapeAs(input, other)',
  (input: Tensor, other: Tensor): Tensor => input.reshape(other.shape),
);

/** A view with dimensions of size 1 repeated to the given sizes; -1 keeps a size. New dimensions come first. */
export const expand = op(
  'expand(input, ...)',
  (input: Tensor, ...sizes: Sizes | [{ size: readonly number[] }]): Tensor => {
    const wanted = sizesArg('expand', 'size', sizes);
    const lead = wanted.length - input.shape.length;
    if (lead < 0)
      throw new ShapeError(
        `expand: expected at least ${input.shape.length} sizes for shape ${showShape(input.shape)}, but got ${showShape(wanted)}`,
      );
    const shape = wanted.map((size, d) => (size === -1 && d >= lead ? input.shape[d - lead]! : size));
    const strides = shape.map((size, d) => {
      const own = d < lead ? 1 : input.shape[d - lead]!;
      if (own === size && d >= lead) return input.strides[d - lead]!;
      if (own !== 1 || size < 0) {
        throw new ShapeError(
          `expand: the size ${size} must match the existing size ${own} at dimension ${d}, to expand ${showShape(input.shape)} to ${showShape(wanted)}`,
        );
      }
      return 0;
    });
    return input.makeView(reduce.expand(input.value, shape), strides, input.offset);
  },
);

/** `expand` to the shape of `other`. */
export const expandAs = op(
  'expandAs(input, other)',
  (input: Tensor, other: Tensor): Tensor => input.expand(other.shape),
);

/** A tensor whose elements lie in memory in row-major order: the tensor itself if they do already, else a copy. */
export const contiguous = op(
  'contiguous(input)',
  (input: Tensor): Tensor => (input.isContiguous() ? input : made(named(ops.identity(input.value), 'CloneBackward0'))),
);

/** The tensor summed down to `size`, which must broadcast to the tensor's shape. */
export const sumToSize = op('sumToSize(input, ...)', (input: Tensor, ...size: readonly number[] | [Shape]): Tensor => {
  const to = (Array.isArray(size[0]) ? size[0] : size) as Shape;
  const lead = input.shape.length - to.length;
  if (lead < 0 || to.some((n, d) => n !== 1 && n !== input.shape[lead + d])) {
    throw new ShapeError(
      `sumToSize: expected a size that broadcasts to ${showShape(input.shape)}, but got ${showShape(to)}`,
    );
  }
  if (sameShape(to, input.shape) && to.length > 0) return input;
  const wide = isFloat(input.dtype) ? input.value : ops.cast(input.value, 'int64');
  // As in PyTorch, summing a 0-d tensor to [] gives a copy.
  return made(to.length === input.shape.length && to.length === 0 ? ops.clone(wide) : reduce.sumTo(wide, to));
});

interface UnfoldOptions {
  /** The dimension. */
  dimension: number;
  size: number;
  step: number;
}

type UnfoldArgs = Arguments<UnfoldOptions, ['dimension', 'size', 'step']>;

/**
 * A view of sliding windows of `size` elements along a dimension, `step` apart; the elements of a window are a new last
 * dimension. Windows overlap if step < size; then only a fill can be written to them.
 */
export const unfold = op('unfold(input, ...)', (input: Tensor, ...args: UnfoldArgs): Tensor => {
  const { dimension, size, step } = parseArgs<UnfoldOptions>('unfold', ['dimension', 'size', 'step'], {}, args, {
    size: whole(0),
    step: whole(1),
  });
  const d = input.wrapDim('unfold', dimension);
  const { shape, strides, offset, value } = input;
  const x = shape.length === 0 ? ops.reshape(value, [1]) : value;
  const along = strides[d] ?? 1;
  const steps = shape.length === 0 ? [] : strides.map((stride, k) => (k === d ? stride * step : stride));
  if (shape.length === 0 && size === 1) return input.makeView(named(x, 'UnfoldBackward0'), [along], offset);
  return input.makeView(windows(x, d, { size, step }), [...steps, along], offset);
});

/**
 * A copy repeated the given number of times along each dimension. More counts than dimensions add leading dimensions.
 */
export const repeat = op(
  'repeat(input, ...)',
  (input: Tensor, ...counts: Sizes | [{ repeats: readonly number[] }]): Tensor =>
    made(repeated('repeat', input.value, sizesArg('repeat', 'repeats', counts))),
);

/**
 * Pads with a constant. The amounts are `[left, right, top, bottom, …]`, the last dimension first, as in PyTorch.
 * Negative amounts crop.
 */
export const pad = op(
  'pad(input, amounts: list, ...)',
  (
    input: Tensor,
    /** What is added in front of and behind each dimension, the last dimension first; negative amounts crop. */ amounts: readonly number[],
    options: { value?: number } = {},
  ): Tensor => {
    const { value } = parseArgs<{ value?: number }>('pad', [], { value: 0 }, [options]);
    const rank = input.shape.length;
    if (amounts.length % 2 !== 0 || amounts.length > 2 * rank) {
      throw new ArgumentError(
        `pad: expected an even number of at most ${2 * rank} amounts for shape ${showShape(input.shape)}, but got ${amounts.length}`,
      );
    }
    // PyTorch's fill value is a float, which does not wrap: for uint8 a negative one is an error.
    if (input.dtype === 'uint8' && value < 0) {
      throw new DTypeError(`pad: expected a value from 0 to 255 for uint8, but got ${value}`);
    }
    const before = new Array<number>(rank).fill(0);
    const after = new Array<number>(rank).fill(0);
    for (let i = 0; i < amounts.length / 2; i++) {
      before[rank - 1 - i] = amounts[2 * i]!;
      after[rank - 1 - i] = amounts[2 * i + 1]!;
    }
    return made(shapes.pad(input.value, before, after, value));
  },
);

// ── In place: change the shape of the tensor itself, over the same memory ──

/** `squeeze`, in place. */
export const squeeze_ = changing(
  'squeeze_(input, dim?: numbers)',
  (input: Tensor, dim?: number | readonly number[]): void => {
    const variant = dim === undefined ? 3 : typeof dim === 'number' ? 4 : 5;
    input.become((x) => x.squeeze(dim), `SqueezeBackward${variant}`);
  },
);

/** `unsqueeze`, in place. */
export const unsqueeze_ = changing(
  'unsqueeze_(input, dim: number)',
  (input: Tensor, dim: number): Tensor => input.become((x) => x.unsqueeze(dim), 'UnsqueezeBackward1'),
);

/** `transpose`, in place. */
export const transpose_ = changing(
  'transpose_(input, dim0: number, dim1: number)',
  (input: Tensor, /** The first of the two dimensions. */ dim0: number, dim1: number): Tensor =>
    input.become((x) => x.transpose(dim0, dim1), 'TransposeBackward1'),
);

/** `transpose_` by NumPy's name. */
export const swapaxes_ = changing(
  'swapaxes_(input, axis0: number, axis1: number)',
  (
    input: Tensor,
    /** The first of the two dimensions. */ axis0: number,
    /** The other of the two dimensions. */ axis1: number,
  ): Tensor => input.transpose_(axis0, axis1),
);

/** `transpose_` by another name. */
export const swapdims_ = changing(
  'swapdims_(input, dim0: number, dim1: number)',
  (input: Tensor, /** The first of the two dimensions. */ dim0: number, dim1: number): Tensor =>
    input.transpose_(dim0, dim1),
);

/** `t`, in place. */
export const t_ = changing('t_(input)', (input: Tensor): Tensor => input.become((x) => x.t(), 'TBackward1'));

/** `asStrided`, in place. */
export const asStrided_ = changing(
  'asStrided_(input, size: list, stride: list, storageOffset?: number)',
  (
    input: Tensor,
    size: Shape,
    stride: readonly number[],
    /** Where in the memory the view begins, in elements. */ storageOffset?: number,
  ): Tensor => input.become((x) => x.asStrided(size, stride, storageOffset ?? input.offset), 'AsStridedBackward1'),
);
