// Methods that overwrite a tensor with a number or with another tensor.

import { either, flag, real } from '../../../engine/core/argument-kinds';
import { ShapeError } from '../../../engine/core/errors';
import { numel, sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import type { Value } from '../../../engine/graph/value';
import { expand } from '../../../engine/ops/reduction/reduce';
import { cast, full } from '../../../engine/ops/shape/cast';
import { fillDiagonal } from '../../../engine/ops/shape/rearrange';
import { distinctView } from '../../../engine/ops/shape/shape';
import { TensorBase } from '../base';
import { replaced } from '../calling/operand';
import { type FillArgs, type FillOptions, numberOf } from '../calling/pointwise-args';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, changing } = family();
export default methods;

/**
 * A view that reaches each element of the tensor once, if its dimensions repeat elements or overlap; else the tensor
 * itself.
 */
function distinct(input: Tensor): Tensor {
  const view = distinctView(input);
  if (view === null || numel(view.shape) === input.numel()) return input;
  return input.asStrided(view.shape, view.strides, view.offset);
}

/** Writes a source, broadcast and cast to fit, into a tensor. */
function put(input: Tensor, name: string, source: Value): void {
  const { shape } = input;
  const lead = shape.length - source.shape.length;
  if (lead < 0 || source.shape.some((size, d) => size !== 1 && size !== shape[lead + d])) {
    throw new ShapeError(
      `${name}: expected a source that broadcasts to ${showShape(shape)}, but got ${showShape(source.shape)}`,
    );
  }
  const value = cast(source, input.dtype);
  input.assign(sameShape(value.shape, shape) ? value : expand(value, shape), true);
}

/** Overwrites the tensor with `source`, broadcast and cast to fit. */
export const copy_ = changing('copy_(input, src)', (input: Tensor, src: Tensor): void =>
  put(input, 'copy_', src.value),
);

/** Overwrites every element with a number, or with the number in a 0-d tensor. */
export const fill_ = changing('fill_(input, value: operand)', (input: Tensor, ...args: FillArgs): void => {
  const { value } = parseArgs<FillOptions>('fill_', ['value'], {}, args);
  const place = distinct(input);
  if (!(value instanceof TensorBase)) {
    place.assign(full(place.shape, numberOf('fill_', value), input.dtype, 'fill_'));
  } else if (value.shape.length === 0) put(place, 'fill_', value.value);
  else {
    throw new ShapeError(
      `fill_: expected a number or a 0-d tensor, but got shape ${showShape(value.shape)}; use copy_`,
    );
  }
});

/** `zero`, in place. */
export const zero_ = changing('zero_(input)', (input: Tensor): Tensor => input.fill_(0));

interface FillDiagonal {
  /** The number that every element is. */
  fillValue: number;
  /** Whether the diagonal begins again below in tall matrices. */
  wrap?: boolean;
}

/**
 * Writes a number where all indices are equal. With `wrap`, the diagonal starts again below the last column of a tall
 * matrix.
 */
export const fillDiagonal_ = changing(
  'fillDiagonal_(input, ...)',
  (input: Tensor, ...args: Arguments<FillDiagonal, ['fillValue', 'wrap']>): void => {
    const { fillValue, wrap } = parseArgs<FillDiagonal>('fillDiagonal_', ['fillValue'], { wrap: false }, args, {
      fillValue: either(real, flag),
    });
    replaced('fillDiagonal_', input, fillDiagonal(input.value, fillValue, wrap));
  },
);
