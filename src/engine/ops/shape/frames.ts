// Frames: the rows and columns of zeros that `pad` put around images. A convolution can skip them instead of reading
// them.
import type { Frame } from '../../compiler/ir';
import { contiguousStrides, numel, type Shape } from '../../core/meta';
import type { Value } from '../../graph/value';
import { type ScatterAttrs, scatterOp } from './shape';

/**
 * How many rows and columns of zeros surround the images x[N, C, H, W]; null if x was not made by padding H and W with
 * zeros.
 */
export function frameOf(x: Value): Frame | null {
  let at = x;
  // Look through operations that keep the elements, such as a reshape that adds dimensions of size 1.
  while (at.node?.op.sameBits && at.node.inputs[0]) at = at.node.inputs[0];
  const { node } = at;
  if (node?.op !== scatterOp || node.inputs.length > 1 || node.scalars[1] !== 0 || at.numel === 0) return null;
  const { window } = node.attrs as ScatterAttrs;
  let rest = node.scalars[0]!;
  const strides = contiguousStrides(at.shape);
  if (numel(window.shape) === 0 || strides.some((stride, d) => stride !== window.strides[d])) return null;
  const sides = at.shape.map((size, d) => {
    const before = Math.floor(rest / strides[d]!);
    rest -= before * strides[d]!;
    return [before, size - before - window.shape[d]!] as const;
  });
  const own = sides.filter((_, d) => at.shape[d] !== 1);
  if (!sameButOnes(at.shape, x.shape)) return null;
  let next = 0;
  const [images, channels, rows, cols] = x.shape.map((size) => (size === 1 ? ([0, 0] as const) : own[next++]!));
  return [...images!, ...channels!].some((n) => n > 0) ? null : ([...rows!, ...cols!] as unknown as Frame);
}

const sameButOnes = (a: Shape, b: Shape): boolean =>
  a.filter((n) => n !== 1).join() === b.filter((n) => n !== 1).join();
