// Draws the boxes for a training step: a fixed number, in a fixed proportion, with the same random draws as
// torchvision.

import type { Tensor } from '../../../torch';
import {
  type Arguments,
  Callable,
  expectKind,
  parseArgs,
  drawPermutation as randperm,
  tensors,
} from '../../../torch/inside';
import { detectorKinds } from './detector-kinds';
import { numbersOf, tensorOf } from './host';

/** Options of `BalancedPositiveNegativeSampler`. */
export interface SamplerOptions {
  /** The number of anchors or boxes drawn a picture. */
  batchSizePerImage: number;
  /** The fraction of a sample that may be positive. */
  positiveFraction: number;
}

/** Indices of the boxes of a sample, each list in ascending order. */
export interface Sample {
  readonly positive: Int32Array;
  readonly negative: Int32Array;
}

/**
 * Draws at most `batchSizePerImage` boxes of each picture, at most `positiveFraction` of them positive: labels of 1 or
 * more are positive, 0 is negative, and boxes with lower labels are never drawn. A call returns masks of both (uint8),
 * as a promise, because it reads the labels:
 *
 *     const [positive, negative] = await sampler(labels);   // lists, one a picture
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the call signature is what Callable gives every object.
export class BalancedPositiveNegativeSampler extends Callable {
  readonly batchSizePerImage: number;
  readonly positiveFraction: number;

  constructor(...args: Arguments<SamplerOptions, ['batchSizePerImage', 'positiveFraction']>) {
    super((self, [labels]) => (self as BalancedPositiveNegativeSampler).masks(labels as readonly Tensor[]));
    const required = ['batchSizePerImage', 'positiveFraction'] as const;
    const o = parseArgs<SamplerOptions>('BalancedPositiveNegativeSampler', required, {}, args, detectorKinds);
    this.batchSizePerImage = o.batchSizePerImage;
    this.positiveFraction = o.positiveFraction;
  }

  protected async masks(labels: readonly Tensor[]): Promise<[positive: Tensor[], negative: Tensor[]]> {
    expectKind('BalancedPositiveNegativeSampler', 'labels', labels, tensors);
    const samples = (await numbersOf(labels)).map((numbers) => this.sample(numbers));
    const mask = (indices: Int32Array, { shape }: Tensor): Tensor => {
      const chosen = new Uint32Array(shape[0]!);
      for (const index of indices) chosen[index] = 1;
      return tensorOf(chosen, shape, 'uint8');
    };
    return [
      samples.map(({ positive }, i) => mask(positive, labels[i]!)),
      samples.map(({ negative }, i) => mask(negative, labels[i]!)),
    ];
  }

  /** @internal Draws from one picture's labels: one `randperm` of all positives, then one of all negatives. */
  sample(labels: ArrayLike<number>): Sample {
    const positives: number[] = [];
    const negatives: number[] = [];
    for (let i = 0; i < labels.length; i++) {
      if (labels[i]! >= 1) positives.push(i);
      else if (labels[i] === 0) negatives.push(i);
    }
    const most = Math.min(positives.length, Math.floor(this.batchSizePerImage * this.positiveFraction));
    const rest = Math.min(negatives.length, this.batchSizePerImage - most);
    const drawn = (from: readonly number[], count: number) =>
      randperm(from.length)
        .subarray(0, count)
        .map((place) => from[place]!)
        .sort();
    return { positive: drawn(positives, most), negative: drawn(negatives, rest) };
  }
}

export interface BalancedPositiveNegativeSampler {
  (/** The box of each proposal. */ matchedIdxs: readonly Tensor[]): Promise<[positive: Tensor[], negative: Tensor[]]>;
  toString(): string;
}
