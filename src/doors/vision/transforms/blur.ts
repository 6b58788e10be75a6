// Transforms that blur pictures, add noise, erase a part, or multiply by a matrix: GaussianBlur, GaussianNoise,
// RandomErasing, LinearTransformation.

import { ArgumentError, DTypeError, type Generator, ShapeError, Tensor } from '../../../torch';
import {
  type Arguments,
  defaultGenerator,
  fillNormal,
  fromHost,
  isFloat,
  kinds,
  parseArgs,
  shown,
  showShape,
  tensorKind as tensor,
} from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { BoundingBoxes, Mask } from '../tv-tensors';
import { type BatchKind, PictureTransform, RandomTransform } from './base';
import { isInside, whereDrawn } from './batch';
import { randomInt, randomSides, uniform } from './draws';
import {
  blurred,
  erase,
  expectNoise,
  gaussianNoise,
  type NoiseArguments,
  noiseDefaults,
  oddSizes,
  pairOf,
  withNoise,
} from './functional/blur';
import type { PictureInfo } from './info';
import { float, floatList, floats, plain, printed, tuple } from './printed';
import { expectImage } from './recoloring';

type Pair = readonly [number, number];

interface GaussianBlurArguments {
  /** Odd; one number, or [x, y]. */
  kernelSize: number | readonly number[];
  /** Above 0; one number, or [min, max] to draw from. Default [0.1, 2]. */
  sigma?: number | readonly number[];
}

/** Blurs each picture by a Gaussian with a random sigma. */
export class GaussianBlur extends PictureTransform<{ readonly sigma: number }> {
  readonly kernelSize: Pair;
  readonly sigma: Pair;

  constructor(...args: Arguments<GaussianBlurArguments, ['kernelSize', 'sigma']>) {
    super();
    const o = parseArgs<GaussianBlurArguments>('GaussianBlur', ['kernelSize'], { sigma: [0.1, 2] }, args);
    this.kernelSize = oddSizes('GaussianBlur', o.kernelSize);
    const sigma = pairOf(o.sigma);
    if (!sigma || !(sigma[0] > 0 && sigma[0] <= sigma[1])) {
      throw new ArgumentError(
        `GaussianBlur: expected sigma above 0, one number or [min, max], but got ${shown(o.sigma)}`,
      );
    }
    this.sigma = sigma;
  }

  override draw(_info: PictureInfo, generator: Generator = defaultGenerator()): { readonly sigma: number } {
    return { sigma: uniform(...this.sigma, generator) };
  }

  override apply(batch: Tensor, draws: readonly ({ readonly sigma: number } | null)[]): Tensor {
    const sigmas = draws.map((draw): Pair => (draw ? [draw.sigma, draw.sigma] : [1, 1]));
    return whereDrawn(draws, blurred('GaussianBlur', batch, this.kernelSize, sigmas), batch);
  }

  override extraRepr(): string {
    return printed(this, { kernelSize: tuple, sigma: floatList });
  }
}

/** Adds normal noise, drawn for each element. Takes tensors and images. */
export class GaussianNoise extends PictureTransform<{ readonly noise: Float32Array }> {
  readonly mean: number;
  readonly sigma: number;
  readonly clip: boolean;

  constructor(...args: Arguments<NoiseArguments, ['mean', 'sigma', 'clip']>) {
    super();
    const o = parseArgs<NoiseArguments>('GaussianNoise', [], noiseDefaults, args);
    expectNoise('GaussianNoise', null, o.sigma);
    this.mean = o.mean;
    this.sigma = o.sigma;
    this.clip = o.clip;
  }

  override draw({ channels, height, width }: PictureInfo, generator = defaultGenerator()): { noise: Float32Array } {
    return { noise: fillNormal(new Float32Array(channels * height * width), 0, 1, generator) };
  }

  /** `transform` draws the noise itself, as one tensor for all pictures of an input. */
  override makeParams(): null {
    return null;
  }

  override transform(input: unknown): unknown {
    if (input instanceof BoundingBoxes || input instanceof Mask) return input;
    expectNoise('GaussianNoise', input, this.sigma);
    const { mean, sigma, clip } = this;
    return gaussianNoise(input as Tensor, { mean, sigma, clip });
  }

  override apply(batch: Tensor, draws: readonly ({ readonly noise: Float32Array } | null)[]): Tensor {
    const size = batch.numel() / draws.length;
    const numbers = new Float32Array(size * draws.length);
    draws.forEach((draw, i) => {
      if (draw) numbers.set(draw.noise, i * size);
    });
    const scale = isFloat(batch.dtype) ? 1 : 255;
    const noise = Tensor.of(fromHost(numbers, [...batch.shape], 'float32'));
    const made = withNoise(batch, noise.mul(this.sigma * scale).add(this.mean * scale), this.clip);
    return whereDrawn(draws, made, batch);
  }

  override batchKind(kind: BatchKind): BatchKind | null {
    return kind === 'picture' ? null : kind;
  }

  override extraRepr(): string {
    return printed(this, { mean: float, sigma: float, clip: plain });
  }
}

interface ErasingArguments {
  /** Default 0.5. */
  p?: number;
  /** Smallest and largest fraction of the picture's area. Default [0.02, 0.33]. */
  scale?: readonly number[];
  /** Smallest and largest ratio of height to width. Default [0.3, 3.3]. */
  ratio?: readonly number[];
  /** The fill of the erased area: one number, one per channel, or `'random'` for normal noise. Default 0. */
  value?: number | readonly number[] | 'random';
  /** Erase in place if the input is a single tensor. Default false. */
  inplace?: boolean;
}

/** A rectangle to erase, with its noise if the fill is random. */
interface Erased {
  readonly i: number;
  readonly j: number;
  readonly h: number;
  readonly w: number;
  readonly noise: Float32Array | null;
}

const TRIES = 10;

const isColour = (value: unknown): boolean => {
  const list = [value].flat();
  return list.length > 0 && list.every(Number.isFinite);
};

/** Erases a rectangle of each picture with probability `p`. */
export class RandomErasing extends RandomTransform<Erased | null> {
  readonly scale: Pair;
  readonly ratio: Pair;
  /** The fill; null for random noise. */
  readonly value: readonly number[] | null;
  readonly inplace: boolean;

  constructor(...args: Arguments<ErasingArguments, ['p', 'scale', 'ratio', 'value', 'inplace']>) {
    const defaults = { p: 0.5, scale: [0.02, 0.33], ratio: [0.3, 3.3], value: 0, inplace: false };
    const o = parseArgs<ErasingArguments>('RandomErasing', [], defaults, args, { value: kinds.anything });
    super(o.p);
    const pair = (name: 'scale' | 'ratio', low: number, high: number): Pair => {
      const range = o[name];
      if (Array.isArray(range) && range.length === 2 && low <= range[0] && range[0] <= range[1] && range[1] <= high) {
        return [range[0], range[1]];
      }
      throw new ArgumentError(
        `RandomErasing: expected ${name} [min, max] from ${low} to ${high}, but got ${shown(range)}`,
      );
    };
    this.scale = pair('scale', 0, 1);
    this.ratio = pair('ratio', Number.MIN_VALUE, Number.POSITIVE_INFINITY);
    const value: unknown = o.value;
    if (value !== 'random' && !isColour(value)) {
      throw new ArgumentError(
        `RandomErasing: expected value, a number, a list of them or 'random', but got ${shown(value)}`,
      );
    }
    this.value = value === 'random' ? null : ([value].flat() as number[]);
    this.inplace = o.inplace;
  }

  protected override drawn({ channels, height, width }: PictureInfo, generator: Generator): Erased | null {
    this.checkValue(channels);
    for (let tries = 0; tries < TRIES; tries++) {
      const [h, w] = randomSides(height * width, this.scale, this.ratio, generator);
      if (h >= height || w >= width) continue;
      const noise = this.value ? null : fillNormal(new Float32Array(channels * h * w), 0, 1, generator);
      const i = randomInt(0, height - h + 1, generator);
      return { i, j: randomInt(0, width - w + 1, generator), h, w, noise };
    }
    return null;
  }

  private checkValue(channels: number): void {
    if (!this.value || this.value.length === 1 || this.value.length === channels) return;
    throw new ArgumentError(
      `RandomErasing: expected value, one number or one for each of ${channels} channels, but got ${shown(this.value)}`,
    );
  }

  override transform(input: unknown, draw: unknown): unknown {
    const one =
      input instanceof Tensor && !(input instanceof Picture || input instanceof BoundingBoxes || input instanceof Mask);
    if (!this.inplace || draw === null || !one) return super.transform(input, draw);
    const { i, j, h, w, noise } = draw as Erased;
    const image = input as Tensor;
    const numbers = noise ?? Float32Array.from(this.value!);
    const shape = noise ? [image.shape.at(-3) ?? 1, h, w] : [numbers.length, 1, 1];
    return erase(image, i, j, h, w, Tensor.of(fromHost(numbers, shape, 'float32')), { inplace: true });
  }

  override apply(batch: Tensor, draws: readonly (Erased | null)[]): Tensor {
    expectImage('RandomErasing', batch);
    const [pictures, channels, height, width] = batch.shape as [number, number, number, number];
    const bounds = new Int32Array(4 * pictures);
    draws.forEach((draw, n) => {
      if (draw) bounds.set([draw.i, draw.i + draw.h, draw.j, draw.j + draw.w], 4 * n);
    });
    const rectangles = Tensor.of(fromHost(bounds, [pictures, 4, 1, 1], 'int32'));
    const inside = isInside(
      [height, width],
      [0, 1, 2, 3].map((at) => rectangles.narrow(1, at, 1)),
    );
    return this.contents(draws, [pictures, channels, height, width]).to(batch.dtype).where(inside, batch);
  }

  /** The fill of the rectangles: [N, C, H, W], or one number per channel. */
  private contents(draws: readonly (Erased | null)[], shape: readonly [number, number, number, number]): Tensor {
    const [pictures, channels, height, width] = shape;
    if (this.value) {
      this.checkValue(channels);
      return Tensor.of(fromHost(Float32Array.from(this.value), [1, this.value.length, 1, 1], 'float32'));
    }
    const numbers = new Float32Array(pictures * channels * height * width);
    draws.forEach((draw, n) => {
      if (!draw?.noise) return;
      const { i, j, h, w, noise } = draw;
      for (let line = 0; line < channels * h; line++) {
        const row = (n * channels + Math.floor(line / h)) * height + i + (line % h);
        numbers.set(noise.subarray(line * w, (line + 1) * w), row * width + j);
      }
    });
    return Tensor.of(fromHost(numbers, shape, 'float32'));
  }

  override extraRepr(): string {
    return printed(this, { p: float, scale: floats, ratio: floats, value: floatList, inplace: plain });
  }
}

interface LinearTransformationArguments {
  /** [D, D], D = C · H · W. */
  transformationMatrix: Tensor;
  /** [D]. */
  meanVector: Tensor;
}

/**
 * Flattens each picture to a row of numbers, subtracts the mean, and multiplies by a matrix: whitening, for example.
 * Takes tensors and images.
 */
export class LinearTransformation extends PictureTransform {
  readonly transformationMatrix: Tensor;
  readonly meanVector: Tensor;

  /** @throws ShapeError unless the matrix is square and the mean has its length */
  constructor(...args: Arguments<LinearTransformationArguments, ['transformationMatrix', 'meanVector']>) {
    super();
    const names = ['transformationMatrix', 'meanVector'] as const;
    const { transformationMatrix: matrix, meanVector: mean } = parseArgs<LinearTransformationArguments>(
      'LinearTransformation',
      names,
      {},
      args,
      { transformationMatrix: tensor, meanVector: tensor },
    );
    const [rows, columns] = matrix.shape;
    if (matrix.shape.length !== 2 || rows !== columns) {
      throw new ShapeError(`LinearTransformation: expected a square matrix, but got shape ${showShape(matrix.shape)}`);
    }
    if (mean.shape[0] !== rows || mean.shape.length !== 1) {
      throw new ShapeError(
        `LinearTransformation: expected a mean of length ${rows} for a matrix ${showShape(matrix.shape)}, but got shape ${showShape(mean.shape)}`,
      );
    }
    if (matrix.dtype !== mean.dtype) {
      throw new DTypeError(
        `LinearTransformation: expected a matrix and a mean of one dtype, but got ${matrix.dtype} and ${mean.dtype}`,
      );
    }
    this.transformationMatrix = matrix;
    this.meanVector = mean;
  }

  protected override checkInputs(leaves: readonly unknown[]): void {
    if (leaves.some((leaf) => leaf instanceof Picture)) {
      throw new ArgumentError('LinearTransformation: expected a tensor, but got a picture; apply ToImage first');
    }
  }

  override apply(batch: Tensor): Tensor {
    const { transformationMatrix, meanVector } = this;
    const size = batch.shape.slice(1).reduce((product, n) => product * n, 1);
    if (size !== meanVector.shape[0]) {
      throw new ShapeError(
        `LinearTransformation: expected pictures of ${meanVector.shape[0]} numbers, but got ${size}: shape ${showShape(batch.shape)}`,
      );
    }
    return batch
      .reshape([-1, size])
      .sub(meanVector)
      .mm(transformationMatrix)
      .reshape([...batch.shape]);
  }

  override batchKind(kind: BatchKind): BatchKind | null {
    return kind === 'picture' ? null : kind;
  }
}
