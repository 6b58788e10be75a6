// Sizes that are one number or one for each dimension, such as kernels, strides and paddings.

import { listOf, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { expectKind, shown } from '../../../engine/core/options';

/** The number of dimensions that a layer slides over. */
export type Spatial = 1 | 2 | 3;

export type Tuple<N extends Spatial> = N extends 1
  ? [number]
  : N extends 2
    ? [number, number]
    : [number, number, number];

/** One number for all dimensions, plain or in a list; or one for each, outermost first. */
export type SizePerDim<N extends Spatial> = number | readonly [number] | Readonly<Tuple<N>>;

/** One number for both dimensions, or [height, width]. */
export type Size2d = SizePerDim<2>;

const several = ['', 'a list of one', 'a pair of them', 'a list of three'];

/**
 * One whole number of at least `least` for each of n dimensions; a list of one stands for all. An ArgumentError names
 * the layer and the argument.
 */
export function sizesOf<N extends Spatial>(
  layer: string,
  name: string,
  size: SizePerDim<N>,
  n: N,
  least = 0,
): Tuple<N> {
  const list: readonly unknown[] | null = Array.isArray(size) ? size : null;
  const sizes: unknown[] = [];
  for (let d = 0; d < n; d++) sizes.push(list ? list[list.length === 1 ? 0 : d] : size);
  const fits = (part: unknown) => Number.isInteger(part) && (part as number) >= least;
  if ((list && list.length !== n && list.length !== 1) || !sizes.every(fits)) {
    throw new ArgumentError(
      `${layer}: expected ${name} to be an integer ≥ ${least} or ${several[n]}, but got ${shown(size)}`,
    );
  }
  return sizes as Tuple<N>;
}

/**
 * The stride if it is given, else the window's size, so that windows lie side by side. An empty list counts as not
 * given.
 */
export const strideOf = <S>(stride: S | readonly [] | null | undefined, window: S): S =>
  stride === null || stride === undefined || (Array.isArray(stride) && stride.length === 0) ? window : (stride as S);

/** [height, width] of whole numbers of at least `least`; an ArgumentError names the layer and the argument. */
export const pair = (layer: string, name: string, size: Size2d, least = 0): [number, number] =>
  sizesOf<2>(layer, name, size, 2, least);

/** The maximum number of layers that one module may stack. */
export const MOST_LAYERS = 1024;

/** @throws ArgumentError if `value` is not a whole number from `least` to `most` */
export function wholeNumber(
  layer: string,
  name: string,
  value: number,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (!Number.isInteger(value) || value < least) {
    throw new ArgumentError(`${layer}: expected ${name} to be an integer ≥ ${least}, but got ${shown(value)}`);
  }
  if (value > most) throw new ArgumentError(`${layer}: expected ${name} to be at most ${most}, but got ${value}`);
  return value;
}

/** The output's size: the sizes after the channels, or the whole shape. */
export type OutputSize = readonly number[] | null;

const sizes = orNull(listOf(whole(0)));

/** Checks the output size that a call of `layer` was given; null leaves the size to the layer. */
export function calledSize(layer: string, given: OutputSize): OutputSize {
  expectKind(layer, 'outputSize', given, sizes);
  return given;
}
