// NumPy-style broadcasting of shapes.

import { ShapeError } from '../../core/errors';
import { type Meta, type Shape, showShape } from '../../core/meta';

/**
 * The shape that all inputs broadcast to.
 * @throws ShapeError, which names the op and every shape, if they do not broadcast
 */
export function broadcastShapes(op: string, inputs: readonly Meta[]): Shape {
  const rank = Math.max(0, ...inputs.map((x) => x.shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const { shape } of inputs) {
    const lead = rank - shape.length;
    for (let d = 0; d < shape.length; d++) {
      const size = shape[d]!;
      if (size === 1 || size === result[lead + d]) continue;
      if (result[lead + d] !== 1) {
        const shapes = inputs.map((x) => showShape(x.shape)).join(' and ');
        throw new ShapeError(
          `${op}: expected shapes that broadcast together, but got ${shapes}, which differ in dimension ${lead + d} (sizes must be equal or 1)`,
        );
      }
      result[lead + d] = size;
    }
  }
  return result;
}
