// What operations on windows are told, for their kernels.
import { contiguousStrides, type Meta } from '../../core/meta';

export interface WindowAttrs {
  readonly dim: number;
  /** Elements of a window, and places between two of them. */
  readonly size: number;
  readonly dilation: number;
  /** Places between the starts of two windows. */
  readonly step: number;
  /** The length of the dimension that the windows come from. */
  readonly length: number;
  /** Dimension d of the result is dimension `order[d]` of [x's dimensions, with windows for `dim`; elements of a window]. */
  readonly order: readonly number[];
}

/** How many windows there are. */
export const countOf = ({ length, size, dilation, step }: WindowAttrs): number =>
  Math.floor((length - (size - 1) * dilation - 1) / step) + 1;

/** The strides of windows in order, by the dimensions of their plain shape. */
export function plainStrides(windows: Meta, { order }: WindowAttrs): number[] {
  const strides = contiguousStrides(windows.shape);
  return order.map((_, d) => strides[order.indexOf(d)]!);
}
