// The fan-in and fan-out of a weight, by which initial values are scaled.

import { ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import type { Tensor } from '../../tensor/tensor';

/** Inputs and outputs of one unit of a weight [out, in, ...kernel]; errors are those of `op`. */
export function fans(op: string, { shape }: Tensor): [fanIn: number, fanOut: number] {
  const [outputs, inputs, ...kernel] = shape;
  if (outputs === undefined || inputs === undefined) {
    throw new ShapeError(`${op}: expected a weight of at least 2 dimensions, but got shape ${showShape(shape)}`);
  }
  return [inputs * numel(kernel), outputs * numel(kernel)];
}
