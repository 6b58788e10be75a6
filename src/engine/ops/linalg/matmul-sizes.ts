// The sizes of matrix products, and the strides by which kernels walk the batches of both operands.
import { ShapeError } from '../../core/errors';
import { contiguousStrides, type Meta, type Shape, showShape } from '../../core/meta';

/** The greatest number of batch dimensions that the kernels can walk, after merging. */
export const BATCH_DIMS = 4;

export interface MatmulAttrs {
  /** The first operand is stored as [..., K, M]. */
  readonly transposeA: boolean;
  /** The second operand is stored as [..., N, K]. */
  readonly transposeB: boolean;
}

/**
 * Rows and columns of the result, and the length of each sum.
 * @throws ShapeError if the columns of the first operand and the rows of the second differ in number
 */
export function matmulSizes(a: Meta, b: Meta, { transposeA, transposeB }: MatmulAttrs) {
  const [a0, a1] = a.shape.slice(-2) as [number, number];
  const [b0, b1] = b.shape.slice(-2) as [number, number];
  const [rows, inner] = transposeA ? [a1, a0] : [a0, a1];
  const [innerB, cols] = transposeB ? [b1, b0] : [b0, b1];
  if (inner !== innerB) {
    const shown = ({ shape }: Meta, transposed: boolean) => `${showShape(shape)}${transposed ? ' (transposed)' : ''}`;
    throw new ShapeError(
      `matmul: expected as many columns in the first operand as rows in the second, but got ${inner} and ${innerB} in ${shown(a, transposeA)} and ${shown(b, transposeB)}`,
    );
  }
  return { rows, cols, inner };
}

/** An operand: contiguous, unless it has strides. */
export type Operand = Meta & { readonly strides?: readonly number[] };

/**
 * The batch dimensions, each with its size and, for both operands, its stride in elements (0 where an operand
 * broadcasts). Dimensions that one stride walks through are merged; the list is padded to at least BATCH_DIMS.
 */
export function batchSteps(batch: Shape, a: Operand, b: Operand) {
  const steps = ({ shape, strides = contiguousStrides(shape) }: Operand) => {
    const lead = batch.length - (shape.length - 2);
    return batch.map((_, d) => (d < lead || shape[d - lead] === 1 ? 0 : strides[d - lead]!));
  };
  const stepsA = steps(a);
  const stepsB = steps(b);
  const dims: { size: number; a: number; b: number }[] = [];
  for (let d = batch.length - 1; d >= 0; d--) {
    const dim = { size: batch[d]!, a: stepsA[d]!, b: stepsB[d]! };
    const inside = dims[0];
    if (dim.size === 1) continue;
    if (inside && dim.a === inside.a * inside.size && dim.b === inside.b * inside.size) inside.size *= dim.size;
    else dims.unshift(dim);
  }
  while (dims.length < BATCH_DIMS) dims.unshift({ size: 1, a: 0, b: 0 });
  return dims;
}
