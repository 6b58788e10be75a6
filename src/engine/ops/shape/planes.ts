// Uniform fields of kernels that read planes (H × W) of one size and write planes of another.
import type { ParamFields } from '../../compiler/ir';
import type { Shape } from '../../core/meta';

/** Fields for the rows and columns of the planes that a kernel reads, and of the planes that it writes. */
export function planeParams(from: Shape, to: Shape): ParamFields {
  const [[inRows, inCols], [outRows, outCols]] = [from, to].map((shape) => shape.slice(-2) as [number, number]);
  return { inRows, inCols, outRows, outCols };
}
