// The frequencies of the elements of a spectrum, and the order that has frequency 0 in the middle.

import { features, number } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { expectKind } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import { cast } from '../../../engine/ops/shape/cast';
import { resolveDims } from '../../../engine/ops/shape/dims';
import { callable } from '../calling/callable';
import { type TensorOptions, tensorOptions, withTensorOptions } from '../calling/sizes';
import { makeTensor } from '../creation/make-leaf';
import type { Tensor } from '../tensor';

interface Sampling {
  /** The number of samples, the length of the transform. */
  n: number;
  /** The distance between two samples. Default: 1. */
  d?: number;
}

type FrequencyArgs =
  | [n: number, d: number, options?: TensorOptions]
  | [n: number, named?: TensorOptions & Pick<Sampling, 'd'>]
  | [named: TensorOptions & Sampling];

function frequencies(name: string, args: readonly unknown[], numbers: (n: number) => Float32Array): Tensor {
  const { given, options } = withTensorOptions<Sampling>(name, ['n'], { d: 1 }, args);
  const { n, d } = given;
  const { dtype, requiresGrad } = tensorOptions(name, options, 'float32');
  expectKind(name, 'n', n, features);
  expectKind(name, 'd', d, number);
  if (d === 0)
    throw new ArgumentError(`${name}: expected d, the distance between two samples, to differ from 0, but got 0`);
  const per = Math.fround(1 / (n * d));
  const value = fromHost(
    numbers(n).map((k) => k * per),
    [numbers(n).length],
    'float32',
  );
  return makeTensor(name, cast(value, dtype), requiresGrad);
}

/**
 * The frequencies of the elements of a spectrum, in cycles by unit of `d`: [0, 1, …, ⌈n/2⌉ − 1, −⌊n/2⌋, …, −1] / (d n).
 * Shape: [n].
 */
export const fftfreq = (...args: FrequencyArgs): Tensor =>
  frequencies('fft.fftfreq', args, (n) => Float32Array.from({ length: n }, (_, k) => (2 * k < n ? k : k - n)));

/** The frequencies of the elements of half a spectrum: [0, 1, …, ⌊n/2⌋] / (d n). Shape: [⌊n/2⌋ + 1]. */
export const rfftfreq = (...args: FrequencyArgs): Tensor =>
  frequencies('fft.rfftfreq', args, (n) => Float32Array.from({ length: Math.floor(n / 2) + 1 }, (_, k) => k));

function rolled(
  name: string,
  input: Tensor,
  dim: number | readonly number[] | null,
  by: (size: number) => number,
): Tensor {
  const dims = resolveDims(name, dim, input.shape.length);
  return input.roll(
    dims.map((d) => by(input.shape[d]!)),
    dims,
  );
}

/**
 * Brings frequency 0 from the beginning of each dimension to its middle, ⌊size / 2⌋. `dim`: the dimension or dimensions,
 * by default all; for pairs, all but the last.
 */
export const fftshift = callable(
  'fft.fftshift(input, dim?: value)',
  (input: Tensor, dim: number | readonly number[] | null = null): Tensor =>
    rolled('fft.fftshift', input, dim, (size) => Math.floor(size / 2)),
);

/** The inverse of `fftshift`. */
export const ifftshift = callable(
  'fft.ifftshift(input, dim?: value)',
  (input: Tensor, dim: number | readonly number[] | null = null): Tensor =>
    rolled('fft.ifftshift', input, dim, (size) => Math.ceil(size / 2)),
);
