// The order in which random numbers fill a tensor: the order of its memory, as in PyTorch's CPU loops, whatever the
// order of its dimensions.
import { contiguousStrides, numel, type Shape } from '../../core/meta';

/** The dimensions from the longest stride to the shortest; null if they are in that order already. */
function dimsByStride(shape: Shape, strides: readonly number[]): number[] | null {
  const dims = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  const sorted = [...dims].sort((a, b) => strides[b]! - strides[a]!);
  return sorted.every((d, i) => d === dims[i]) ? null : sorted;
}

/** Has `fill` put numbers into `out` in the order of memory, then moves them, so that the elements are in row-major order. */
export function fillInMemoryOrder<T extends Float32Array | Int32Array | Uint32Array>(
  out: T,
  shape: Shape,
  strides: readonly number[],
  fill: (out: T) => unknown,
): void {
  const order = dimsByStride(shape, strides);
  fill(out);
  if (!order || out.length === 0) return;
  const drawn = out.slice();
  const steps = order.map((d) => numel(shape.slice(d + 1)));
  const index = order.map(() => 0);
  let at = 0;
  for (const number of drawn) {
    out[at] = number;
    for (let k = order.length - 1; k >= 0; k--) {
      at += steps[k]!;
      if (++index[k]! < shape[order[k]!]!) break;
      at -= steps[k]! * index[k]!;
      index[k] = 0;
    }
  }
}

/**
 * `fillInMemoryOrder` for a new tensor that is made like one of this shape and these strides. PyTorch gives it the same
 * order of memory, unless the other's memory has gaps. `fill` is told whether that order is row-major.
 */
export function fillLike<T extends Float32Array | Int32Array | Uint32Array>(
  out: T,
  shape: Shape,
  strides: readonly number[],
  fill: (out: T, rowMajor: boolean) => unknown,
): void {
  const like = isDense(shape, strides) ? strides : contiguousStrides(shape);
  fillInMemoryOrder(out, shape, like, (numbers) => fill(numbers, dimsByStride(shape, like) === null));
}

/** Whether the elements fill a range of memory without gaps, in whatever order. */
function isDense(shape: Shape, strides: readonly number[]): boolean {
  const dims = dimsByStride(shape, strides) ?? shape.map((_, d) => d);
  let step = 1;
  for (const d of [...dims].reverse()) {
    if (shape[d] === 1) continue;
    if (strides[d] !== step) return false;
    step *= shape[d]!;
  }
  return true;
}
