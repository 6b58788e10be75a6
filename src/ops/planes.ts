// The fields of kernels that read planes of one size and write planes of another.
import type { Fields } from '../compiler/ir';
import type { Shape } from '../core/meta';

/** Fields for the last two sizes of what a kernel reads, and of what it writes. */
export function planeParams(from: Shape, to: Shape): Fields {
  const [[inRows, inCols], [outRows, outCols]] = [from, to].map((shape) => shape.slice(-2) as [number, number]);
  return { inRows, inCols, outRows, outCols };
}
