// Limits on the sizes that a file may ask for; sizes are checked before anything is allocated.
import type { Shape } from '../../../torch';
import { numelOf as numel, showShape } from '../../../torch/inside';

/** The maximum number of elements of a tensor: 1 GB in float32. */
export const MOST_ELEMENTS = 2 ** 28;

/**
 * The shape, if it is valid and not too large.
 *
 * @param fail throws the error of the node that asks for the shape
 */
export function boundedShape(shape: Shape, fail: (message: string) => never): Shape {
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    fail(`expected sizes of at least 0, but got ${showShape(shape)}`);
  }
  if (numel(shape) > MOST_ELEMENTS) {
    fail(`expected at most 2^28 elements, but got shape ${showShape(shape)}`);
  }
  return shape;
}
