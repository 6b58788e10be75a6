// The most that numbers in a file may ask for: sizes are checked before anything is allocated.
import type { Shape } from '../../../torch';
import { numelOf as numel, showShape } from '../../../torch/inside';

/** Elements of a tensor: 1 GB of float32. */
export const MOST_ELEMENTS = 2 ** 28;

/**
 * The shape, where it is one and not too large.
 *
 * @param fail throws the error of the node that asks for it
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
