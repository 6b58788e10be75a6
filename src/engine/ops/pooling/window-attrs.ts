// Attributes of the operations on sliding windows, which their kernels share.
import { contiguousStrides, type Meta } from '../../core/meta';

export interface WindowAttrs {
  readonly dim: number;
  /** The number of elements in a window; `dilation` is the distance between two of them. */
  readonly size: number;
  readonly dilation: number;
  /** The distance between the starts of two windows. */
  readonly step: number;
  /** The length of the dimension that the windows come from. */
  readonly length: number;
  /**
   * Dimension d of the result is dimension `order[d]` of the plain shape: the dimensions of x, where `dim` counts
   * windows, and last the elements of a window.
   */
  readonly order: readonly number[];
}

/** The number of windows. */
export const countOf = ({ length, size, dilation, step }: WindowAttrs): number =>
  Math.floor((length - (size - 1) * dilation - 1) / step) + 1;

/** For each dimension of the plain shape, its stride in windows whose dimensions are permuted by `order`. */
export function plainStrides(windows: Meta, { order }: WindowAttrs): number[] {
  const strides = contiguousStrides(windows.shape);
  return order.map((_, d) => strides[order.indexOf(d)]!);
}
