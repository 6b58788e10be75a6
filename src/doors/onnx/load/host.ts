// Arithmetic on the host: broadcasts, gathers, concatenates and reduces the small arrays that decide shapes and axes.
import type { Shape } from '../../../torch';
import {
  broadcastOf as broadcastShapes,
  contiguousStrides,
  fromHalf,
  numelOf as numel,
  toHalf,
} from '../../../torch/inside';
import type { Call } from './call';
import { HostArray, type HostType } from './values';

/** Arrays with more elements become tensors; the ones that decide shapes are small. */
export const MOST_ON_HOST = 4096;

/** Rounds a number to what each type can hold. int64 is exact up to 2^53. */
const holds: Readonly<Record<HostType, (number: number) => number>> = {
  float32: Math.fround,
  float16: (number) => fromHalf(toHalf(number)),
  int64: Math.trunc,
  int32: (number) => number | 0,
  uint32: (number) => number >>> 0,
  uint8: (number) => number & 255,
  bool: (number) => (number === 0 ? 0 : 1),
};

/** An array of the numbers, rounded to `dtype`. */
export function hostArray(shape: Shape, dtype: HostType, numbers: ArrayLike<number>): HostArray {
  return new HostArray(shape, dtype, Array.from(numbers, holds[dtype]));
}

/** The inputs of a call, if all are arrays on the host and small enough to be computed there; else null. */
export function hostInputs({ inputs }: Call): HostArray[] | null {
  const given = inputs.filter((input) => input !== null);
  const small = given.every((input) => input instanceof HostArray && input.numel <= MOST_ON_HOST);
  return small && given.length > 0 ? (given as HostArray[]) : null;
}

/** Whether a result of this shape is small enough to be computed on the host. */
export const isSmall = (shape: Shape): boolean => numel(shape) <= MOST_ON_HOST;

/**
 * Gathers elements of x: `places[d][i]` is the data offset of index i in dimension d, so that y[i, j, …] =
 * data[places[0][i] + places[1][j] + …].
 */
export function pickOnHost(x: HostArray, places: readonly (readonly number[])[]): HostArray {
  return new HostArray(
    places.map((along) => along.length),
    x.dtype,
    offsets(places).map((place) => x.data[place]!),
  );
}

/** All sums of one number from each list, in row-major order. */
const offsets = (places: readonly (readonly number[])[]): number[] =>
  places.reduce<number[]>((sums, along) => sums.flatMap((sum) => along.map((step) => sum + step)), [0]);

/** For each dimension of a shape: the row-major data offset of each index. */
export function placesOf(shape: Shape): number[][] {
  const strides = contiguousStrides(shape);
  return shape.map((size, d) => Array.from({ length: size }, (_, i) => i * strides[d]!));
}

/** x expanded along its dimensions of size 1 and along new leading dimensions. */
export function expandOnHost(x: HostArray, shape: Shape): HostArray {
  const own = placesOf(x.shape);
  const front = shape.length - x.shape.length;
  const places = shape.map((size, d) => {
    const along = own[d - front];
    return along?.length === size ? along : new Array<number>(size).fill(0);
  });
  return pickOnHost(x, places);
}

/** Applies fn to the elements of the inputs, which broadcast. */
export function computeOnHost(
  name: string,
  inputs: readonly HostArray[],
  dtype: HostType,
  fn: (...numbers: number[]) => number,
): HostArray | null {
  const shape = broadcastShapes(name, inputs);
  if (!isSmall(shape)) return null;
  const spread = inputs.map((x) => expandOnHost(x, shape).data);
  const numbers = Array.from({ length: numel(shape) }, (_, i) => fn(...spread.map((data) => data[i]!)));
  return hostArray(shape, dtype, numbers);
}

/** Concatenates arrays along an axis. The first array gives the type. */
export function concatOnHost(arrays: readonly HostArray[], axis: number): HostArray {
  const [first] = arrays;
  const rows = (x: HostArray) => numel(x.shape.slice(axis));
  const count = numel(first!.shape.slice(0, axis));
  const data: number[] = [];
  for (let row = 0; row < count; row++) {
    for (const x of arrays) for (let i = 0; i < rows(x); i++) data.push(x.data[row * rows(x) + i]!);
  }
  const size = arrays.reduce((total, x) => total + x.shape[axis]!, 0);
  return new HostArray(
    first!.shape.map((own, d) => (d === axis ? size : own)),
    first!.dtype,
    data,
  );
}

/** Applies fn to the elements along the axes; these keep size 1. */
export function reduceOnHost(x: HostArray, axes: readonly number[], fn: (numbers: number[]) => number): HostArray {
  const own = placesOf(x.shape);
  const shape = x.shape.map((size, d) => (axes.includes(d) ? 1 : size));
  const kept = own.map((along, d) => (axes.includes(d) ? [0] : along));
  const steps = offsets(axes.map((d) => own[d]!));
  const numbers = offsets(kept).map((start) => fn(steps.map((step) => x.data[start + step]!)));
  return hostArray(shape, x.dtype, numbers);
}
