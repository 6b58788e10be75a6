// F's fractional max pooling: maxima of windows whose places are drawn at random.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectFloat } from '../../../engine/graph/record';
import { checked } from '../../tensor/calling/callable';
import { arange } from '../../tensor/creation/creation';
import { rand } from '../../tensor/creation/random';
import { cat } from '../../tensor/joining/cat-stack';
import type { Tensor } from '../../tensor/tensor';
import { type SizePerDim, sizesOf } from '../layers/sizes';

/** Options of `fractionalMaxPool2d` and `fractionalMaxPool3d`. */
export interface FractionalOptions<N extends 2 | 3> {
  /** The output's sizes; give either this or `outputRatio`. */
  outputSize?: SizePerDim<N> | null;
  /** The sizes of the output as shares of those of the input, between 0 and 1. */
  outputRatio?: number | readonly number[] | null;
  /** Also return the indices of the maxima in the flattened picture; default false. */
  returnIndices?: boolean;
}

interface FractionalArguments<N extends 2 | 3> extends FractionalOptions<N> {
  input: Tensor;
  kernelSize: SizePerDim<N>;
  /** One number from [0, 1) for each picture, channel and dimension, [N, C, dimensions]; default: drawn at random. */
  _randomSamples?: Tensor | null;
}

type FractionalOrder = ['input', 'kernelSize', 'outputSize', 'outputRatio', 'returnIndices', '_randomSamples'];

interface WithIndices<N extends 2 | 3> extends FractionalArguments<N> {
  returnIndices: true;
}

interface FractionalFunction<N extends 2 | 3> {
  (...args: Arguments<WithIndices<N>, FractionalOrder>): [values: Tensor, indices: Tensor];
  (...args: Arguments<FractionalArguments<N>, FractionalOrder>): Tensor;
}

/** The output's sizes, from whichever option is given. */
export function fractionalSizes(
  op: string,
  n: 2 | 3,
  { outputSize, outputRatio }: FractionalOptions<2 | 3>,
  size: readonly number[],
): readonly number[] {
  if ((outputSize == null) === (outputRatio == null)) {
    throw new ArgumentError(
      `${op}: expected either outputSize or outputRatio, but got ${outputSize == null ? 'neither' : 'both'}`,
    );
  }
  if (outputSize != null) return sizesOf(op, 'outputSize', outputSize as SizePerDim<typeof n>, n, 1);
  const ratios = typeof outputRatio === 'number' ? Array<number>(n).fill(outputRatio) : outputRatio!;
  if (ratios.length !== n || !ratios.every((ratio) => ratio > 0 && ratio < 1)) {
    throw new ArgumentError(`${op}: expected outputRatio between 0 and 1, but got ${showShape(ratios)}`);
  }
  return size.map((s, d) => Math.floor(s * ratios[d]!));
}

/** The starts of the windows along a dimension, [N, C, count]: steps of `alpha`, from a random start, and the last at the end. */
function startsOf(samples: Tensor, size: number, count: number, kernel: number): Tensor {
  const last = samples
    .mul(0)
    .to('int64')
    .add(size - kernel);
  if (count === 1) return last;
  const alpha = (size - kernel) / (count - 1);
  const steps = samples
    .add(arange(count - 1))
    .mul(alpha)
    .trunc();
  return cat([steps.sub(samples.mul(alpha).trunc()).to('int64'), last], 2);
}

function fractionalPool<N extends 2 | 3>(op: string, n: N): FractionalFunction<N> {
  const signature = `${op}(input, kernelSize: value, outputSize?: value, outputRatio?: value, returnIndices?: value, _randomSamples?, ...)`;
  return checked(signature, ((x: Tensor, ...args: readonly unknown[]) => {
    const defaults = { outputSize: null, outputRatio: null, returnIndices: false, _randomSamples: null };
    const o = parseArgs<FractionalArguments<N>>(op, ['kernelSize'] as never, defaults as never, args);
    const kernel: readonly number[] = sizesOf(op, 'kernelSize', o.kernelSize, n, 1);
    expectFloat(op, 'input', x);
    const rank = x.dim();
    if (rank !== n + 1 && rank !== n + 2) {
      throw new ShapeError(
        `${op}: expected ${n + 2}-D (or ${n + 1}-D) input, but got ${rank}-D input of shape ${showShape(x.shape)}`,
      );
    }
    const batched = rank === n + 2 ? x : x.unsqueeze(0);
    const [batch, channels] = batched.shape as [number, number];
    const size = batched.shape.slice(2);
    const out = fractionalSizes(op, n, o as FractionalOptions<2 | 3>, size);
    if (size.some((s, d) => out[d]! < 1 || out[d]! + kernel[d]! - 1 > s)) {
      throw new ShapeError(
        `${op}: expected an input of sizes of at least outputSize + kernelSize − 1, but got ${showShape(size)} for outputSize ${showShape(out)} and kernelSize ${showShape(kernel)}`,
      );
    }
    const samples = o._randomSamples ?? rand(batch, channels, n);
    if (samples.shape.join() !== [batch, channels, n].join()) {
      throw new ShapeError(
        `${op}: expected _randomSamples of shape ${showShape([batch, channels, n])}, but got ${showShape(samples.shape)}`,
      );
    }
    // The index of each window's elements in the flattened picture. Shape: [N, C, ...out, ...kernel].
    let places: Tensor | null = null;
    for (let d = 0; d < n; d++) {
      // In 2-D, PyTorch's samples list the dimensions from last to first.
      const sample = samples.narrow(2, n === 2 ? 1 - d : d, 1);
      const starts = startsOf(sample, size[d]!, out[d]!, kernel[d]!);
      const along = starts.unsqueeze(-1).add(arange(kernel[d]!));
      const shape = [batch, channels, ...Array<number>(2 * n).fill(1)];
      shape[2 + d] = out[d]!;
      shape[2 + n + d] = kernel[d]!;
      const spread = along.reshape(shape);
      places = places ? places.mul(size[d]!).add(spread) : spread;
    }
    const windows = numel(out);
    const flat = places!.reshape([batch, channels, windows * numel(kernel)]);
    const found = batched.reshape([batch, channels, numel(size)]).gather(2, flat);
    const [values, at] = found.reshape([batch, channels, windows, numel(kernel)]).max(-1);
    const shape = rank === n + 2 ? [batch, channels, ...out] : [channels, ...out];
    if (!o.returnIndices) return values.reshape(shape);
    const indices = flat.reshape([batch, channels, windows, numel(kernel)]).gather(3, at.unsqueeze(-1));
    return [values.reshape(shape), indices.reshape(shape)];
  }) as FractionalFunction<N>);
}

/** Maxima of windows at random places (Graham 2014). Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W']. */
export const fractionalMaxPool2d = fractionalPool('fractionalMaxPool2d', 2);

/** Maxima of windows at random places. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W']. */
export const fractionalMaxPool3d = fractionalPool('fractionalMaxPool3d', 3);
