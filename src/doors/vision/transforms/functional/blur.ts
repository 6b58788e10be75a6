// Blur, noise and erasing of pictures.

import { ArgumentError, conv2d, nn, randnLike, ShapeError, Tensor } from '../../../../torch';
import {
  checked,
  fromHost,
  isFloat,
  isTensorObject as isTensor,
  kindOf,
  numelOf as numel,
  parseArgs,
  shown,
  showShape,
} from '../../../../torch/inside';
import { Picture } from '../../pictures/picture';
import { checkNumber } from '../arguments';
import { expectImage } from '../recoloring';
import { ofColors } from './color';

type Pair = readonly [x: number, y: number];

interface BlurArguments<T> {
  input: T;
  /** Odd; one number, or [x, y]. */
  kernelSize: number | readonly number[];
  /** Above 0; one number, or [x, y]. Default: 0.15 · kernelSize + 0.35. */
  sigma?: number | readonly number[] | null;
}

/** One number for both axes, or one for each; null if the value is neither. */
export function pairOf(given: unknown): Pair | null {
  const numbers: readonly unknown[] = Array.isArray(given) ? given : [given];
  const [x, y = x] = numbers;
  return numbers.length <= 2 && typeof x === 'number' && typeof y === 'number' ? [x, y] : null;
}

/** @throws ArgumentError unless both sizes are odd */
export function oddSizes(op: string, given: unknown): Pair {
  const sizes = Array.isArray(given) && given.length !== 2 ? null : pairOf(given);
  if (sizes?.every((size) => Number.isInteger(size) && size > 0 && size % 2 === 1)) return sizes;
  throw new ArgumentError(`${op}: expected kernelSize, one odd number or [x, y], but got ${shown(given)}`);
}

/** Blurs pictures by a Gaussian. Beyond the border, pictures are mirrored. */
export const gaussianBlur = checked(
  'gaussianBlur(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, kernelSize: number | readonly number[], sigma?: number | readonly number[] | null]
      | [input: T, kernelSize: number | readonly number[], named: { sigma?: number | readonly number[] | null }]
      | [input: T, named: Omit<BlurArguments<T>, 'input'>]
  ): T => {
    const o = parseArgs<BlurArguments<T>>('gaussianBlur', ['input', 'kernelSize'], { sigma: null }, args);
    const sizes = oddSizes('gaussianBlur', o.kernelSize);
    const sigma = o.sigma === null ? ([0.15 * sizes[0] + 0.35, 0.15 * sizes[1] + 0.35] as const) : pairOf(o.sigma);
    if (!sigma?.every((s) => s > 0)) {
      throw new ArgumentError(`gaussianBlur: expected sigma above 0, one number or [x, y], but got ${shown(o.sigma)}`);
    }
    return ofColors('gaussianBlur', o.input, (batch) => blurred('gaussianBlur', batch, sizes, [sigma]));
  },
);

/** The weights of neighbours along one axis; they add up to 1. */
function gaussianShares(size: number, sigma: number): readonly number[] {
  // torchvision writes this as exp(−x² / σ²) at steps of 1/√2 pixel.
  const weights = Array.from({ length: size }, (_, i) => Math.exp(-(((i - (size - 1) / 2) / sigma) ** 2) / 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Blurs pictures [N, C, H, W], each with its own sigmas, or all with the same. */
export function blurred(op: string, batch: Tensor, [width, height]: Pair, sigmas: readonly Pair[]): Tensor {
  expectImage(op, batch);
  const [pictures, channels, rows, columns] = batch.shape as [number, number, number, number];
  if (numel(batch.shape) === 0) return batch;
  if (width >> 1 >= columns || height >> 1 >= rows) {
    throw new ShapeError(
      `${op}: expected a kernel of at most ${2 * columns - 1} by ${2 * rows - 1} for pictures ${showShape(batch.shape)}, but got ${width} by ${height}`,
    );
  }
  const weights = new Float32Array(pictures * channels * height * width);
  for (let plane = 0; plane < pictures * channels; plane++) {
    const [x, y] = sigmas[Math.floor(plane / channels) % sigmas.length]!;
    const across = gaussianShares(width, x);
    const down = gaussianShares(height, y);
    down.forEach((share, row) => {
      across.forEach((other, column) => {
        weights[(plane * height + row) * width + column] = share * other;
      });
    });
  }
  const kernel = Tensor.of(fromHost(weights, [pictures * channels, 1, height, width], 'float32'));
  const [left, top] = [width >> 1, height >> 1];
  const planes = batch.to('float32').reshape([1, pictures * channels, rows, columns]);
  const wide = nn.functional.pad(planes, [left, left, top, top], { mode: 'reflect' });
  const made = conv2d(wide, kernel, { groups: pictures * channels }).reshape([...batch.shape]);
  return batch.dtype === 'uint8' ? made.round().to('uint8') : made.to(batch.dtype);
}

/** Options of the noise. */
export interface NoiseArguments {
  /** Default 0. */
  mean?: number;
  /** At least 0, for values from 0 to 1; for bytes it is multiplied by 255. Default 0.1. */
  sigma?: number;
  /** Clip values to 0 to 1, or to 0 to 255 for bytes; without clipping, bytes wrap around. Default true. */
  clip?: boolean;
}

/** The defaults of the noise options. */
export const noiseDefaults = { mean: 0, sigma: 0.1, clip: true };

/** Adds normal noise to pictures, drawn from the default generator. */
export const gaussianNoise = checked(
  'gaussianNoise(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, mean?: number, sigma?: number, clip?: boolean]
      | [input: T, named: NoiseArguments]
      | [input: T, mean: number, named: { sigma?: number; clip?: boolean }]
      | [input: T, mean: number, sigma: number, named: { clip?: boolean }]
  ): T => {
    const { input, mean, sigma, clip } = parseArgs<NoiseArguments & { input: T }>(
      'gaussianNoise',
      ['input'],
      noiseDefaults,
      args,
    );
    expectNoise('gaussianNoise', input, sigma);
    return ofColors('gaussianNoise', input, (batch) => {
      const scale = batch.dtype === 'uint8' ? 255 : 1;
      const noise = randnLike(batch, { dtype: 'float32' })
        .mul(sigma * scale)
        .add(mean * scale);
      return withNoise(batch, noise, clip);
    });
  },
);

/** @throws ArgumentError for a picture, as torchvision, and for a negative sigma */
export function expectNoise(op: string, input: unknown, sigma: number): void {
  if (input instanceof Picture)
    throw new ArgumentError(`${op}: expected a tensor, but got a picture; apply ToImage first`);
  if (!(sigma >= 0)) throw new ArgumentError(`${op}: expected sigma of at least 0, but got ${shown(sigma)}`);
}

/** Adds noise to pictures of the same shape. For bytes, the noise is truncated to whole numbers first. */
export function withNoise(batch: Tensor, noise: Tensor, clip: boolean): Tensor {
  expectImage('gaussianNoise', batch);
  if (isFloat(batch.dtype)) {
    const sum = batch.add(noise.to(batch.dtype));
    return clip ? sum.clamp(0, 1) : sum;
  }
  const sum = batch.to('int32').add(noise.to('int32'));
  return (clip ? sum.clamp(0, 255) : sum).to('uint8');
}

interface EraseArguments<T> {
  input: T;
  /** The first row. */
  i: number;
  /** The first column. */
  j: number;
  /** Rows. */
  h: number;
  /** Columns. */
  w: number;
  /** The new contents: [C, h, w], or a shape that broadcasts to this. */
  v: Tensor;
  /** Overwrite the input. Default false. */
  inplace?: boolean;
}

/** Overwrites a rectangle of pictures. */
export const erase = checked(
  'erase(input, ...)',
  <T extends Tensor>(
    ...args:
      | [input: T, i: number, j: number, h: number, w: number, v: Tensor, inplace?: boolean]
      | [input: T, i: number, j: number, h: number, w: number, v: Tensor, named: { inplace?: boolean }]
      | [input: T, named: Omit<EraseArguments<T>, 'input'>]
  ): T => {
    const required = ['input', 'i', 'j', 'h', 'w', 'v'] as const;
    const { input, i, j, h, w, v, inplace } = parseArgs<EraseArguments<T>>('erase', required, { inplace: false }, args);
    for (const [name, value] of Object.entries({ i, j, h, w })) checkNumber('erase', name, value);
    if (!isTensor(v)) throw new ArgumentError(`erase: expected v to be a tensor, but got ${kindOf(v)}`);
    if (inplace && !(input instanceof Picture)) {
      input.narrow(-2, i, h).narrow(-1, j, w).copy_(v.to(input.dtype));
      return input;
    }
    return ofColors('erase', input, (batch) => {
      const made = batch.clone();
      made.narrow(-2, i, h).narrow(-1, j, w).copy_(v.to(batch.dtype));
      return made;
    });
  },
);
