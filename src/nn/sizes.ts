// Owns sizes given as one number or as a pair, as kernels, strides and paddings are.
import { ArgumentError } from '../errors';

/** One number for both dimensions, or [height, width]. */
export type Size2d = number | readonly [number, number];

/** [height, width] of whole numbers of at least `least`, or an ArgumentError that names the layer and the argument. */
export function pair(layer: string, name: string, size: Size2d, least = 0): [number, number] {
  const both: readonly unknown[] = Array.isArray(size) ? size : [size, size];
  if (both.length !== 2 || !both.every((n) => Number.isInteger(n) && (n as number) >= least)) {
    throw new ArgumentError(
      `${layer}: expected ${name} to be an integer ≥ ${least} or a pair of them, but got ${JSON.stringify(size)}`,
    );
  }
  return [both[0] as number, both[1] as number];
}

/** Throws an ArgumentError unless `value` is a whole number of at least `least`. */
export function wholeNumber(layer: string, name: string, value: number, least = 0): number {
  if (!Number.isInteger(value) || value < least) {
    throw new ArgumentError(`${layer}: expected ${name} to be an integer ≥ ${least}, but got ${JSON.stringify(value)}`);
  }
  return value;
}
