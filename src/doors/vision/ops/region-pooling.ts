// Regions of interest of maps, pooled into bins of one number: RoIPool, RoIAlign, and their position-sensitive forms.

import { ArgumentError, cat, full, ShapeError, Tensor } from '../../../torch';
import {
  type Arguments,
  roiAlign as align,
  callable,
  expectFloat,
  expectKind,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  type Pooling,
  parseArgs,
  roiPoolPlaces,
  shown,
} from '../../../torch/inside';

/** Boxes [K, 5] whose first column is the picture, or for each picture its boxes [L, 4], as (x1, y1, x2, y2). */
export type Regions = Tensor | readonly Tensor[];

/** One number for both, or height and width. */
export type OutputSize = number | readonly number[];

/** @throws ShapeError unless the value is a map [N, C, H, W]; float16 is computed as float32 */
function expectMap(op: string, input: Tensor): void {
  if (input.dim() !== 4) {
    throw new ShapeError(`${op}: expected input [N, C, H, W], but got shape [${input.shape.join(', ')}]`);
  }
  expectFloat(op, 'input', input);
}

/** Regions [K, 5] as float32, without a gradient. */
export function regionsOf(op: string, boxes: unknown): Tensor {
  if (isTensor(boxes)) {
    if (boxes.dim() === 2 && boxes.shape[1] === 5) return boxes.detach().float();
    throw new ShapeError(
      `${op}: expected boxes [K, 5], or a list of boxes [L, 4], but got shape [${boxes.shape.join(', ')}]`,
    );
  }
  if (!Array.isArray(boxes) || boxes.length === 0) {
    throw new ArgumentError(`${op}: expected boxes [K, 5], or a list of boxes [L, 4], but got ${kindOf(boxes)}`);
  }
  const lists = boxes as readonly unknown[];
  const parts = lists.map((part, picture) => {
    if (!isTensor(part))
      throw new ArgumentError(`${op}: expected a list of tensors, but at ${picture} got ${kindOf(part)}`);
    if (part.dim() !== 2 || part.shape[1] !== 4) {
      throw new ShapeError(
        `${op}: expected a list of boxes [L, 4], but at ${picture} got shape [${part.shape.join(', ')}]`,
      );
    }
    return cat([full([part.shape[0]!, 1], picture, { dtype: 'float32' }), part.detach().float()], 1);
  });
  return cat(parts);
}

const MOST_BINS = 4096;
const bins = kinds.whole(1, MOST_BINS);

/** Bins along height and width. */
export function binsOf(op: string, outputSize: unknown): readonly [number, number] {
  const sizes = typeof outputSize === 'number' ? [outputSize, outputSize] : outputSize;
  if (Array.isArray(sizes) && sizes.length === 2 && sizes.every(bins.fits)) return sizes as unknown as [number, number];
  throw new ArgumentError(
    `${op}: expected outputSize of positive whole numbers up to ${MOST_BINS}, one or height and width, but got ${shown(outputSize)}`,
  );
}

/** Samples of a bin along each axis as kernels take them: 0 for as many as its pixels. */
export function ratioOf(op: string, samplingRatio: number): number {
  expectKind(op, 'samplingRatio', samplingRatio, samples);
  return Math.max(samplingRatio, 0);
}

/** A bin of more samples than 256² would hold the device up; maps have fewer pixels in a bin. */
const samples = kinds.whole(-Number.MAX_SAFE_INTEGER, 256);
const scale = { spatialScale: kinds.finite };

interface Pooled {
  readonly kind: Pooling;
  readonly spatialScale: number;
  readonly samplingRatio: number;
}

function aligned(op: string, input: Tensor, boxes: unknown, size: unknown, { kind, ...options }: Pooled): Tensor {
  const out = binsOf(op, size);
  const ratio = ratioOf(op, options.samplingRatio);
  const regions = regionsOf(op, boxes);
  const wide = input.float();
  expectMap(op, wide);
  const maps = [{ map: wide.value, scale: options.spatialScale }];
  return Tensor.of(align(regions.value, null, maps, { kind, out, ratio, asked: op })).to(input.dtype);
}

interface AlignArguments {
  /** What coordinates of boxes are multiplied by to be those of the input. Default: 1. */
  spatialScale?: number;
  /** Samples of a bin along each axis; 0 or less for as many as a bin has pixels, rounded up. Default: −1. */
  samplingRatio?: number;
  /** Pixels' centres lie half a pixel from their corners, as they do. Default: false, as the first implementations had it. */
  aligned?: boolean;
}

/**
 * RoIAlign (He et al. 2017, arXiv:1703.06870): each region's bins, as means of bilinear samples. Shape: input [N, C, H, W] and boxes [K, 5] of
 * (picture, x1, y1, x2, y2), or a list of N tensors of boxes [L, 4] → [K, C, ...outputSize]. The gradient is the input's.
 *
 *     ops.roiAlign(features, [boxes], 7, { spatialScale: 1 / 16, samplingRatio: 2 });
 *
 * @throws ShapeError, ArgumentError, DTypeError; IndexError, when values are read, for a picture that there is not
 */
export const roiAlign = callable(
  'roiAlign(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: OutputSize,
    ...args: Arguments<AlignArguments, ['spatialScale', 'samplingRatio', 'aligned']>
  ): Tensor => {
    const defaults = { spatialScale: 1, samplingRatio: -1, aligned: false };
    const { aligned: half, ...options } = parseArgs<AlignArguments>('roiAlign', [], defaults, args, scale);
    return aligned('roiAlign', input, boxes, outputSize, { kind: half ? 'alignHalf' : 'align', ...options });
  },
);

type SampleArguments = Omit<AlignArguments, 'aligned'>;

/**
 * Position-sensitive RoIAlign (Li et al. 2017, arXiv:1711.07264): `roiAlign` in which each bin reads channels of its own. Shape: input
 * [N, C, H, W] and boxes as of `roiAlign` → [K, C / bins, ...outputSize].
 *
 * @throws as `roiAlign`, and ShapeError where C is no multiple of the number of bins
 */
export const psRoiAlign = callable(
  'psRoiAlign(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: OutputSize,
    ...args: Arguments<SampleArguments, ['spatialScale', 'samplingRatio']>
  ): Tensor => {
    const defaults = { spatialScale: 1, samplingRatio: -1 };
    const options = parseArgs<SampleArguments>('psRoiAlign', [], defaults, args, scale);
    return aligned('psRoiAlign', input, boxes, outputSize, { kind: 'psAlign', ...options });
  },
);

type ScaleArguments = Pick<AlignArguments, 'spatialScale'>;

/**
 * Position-sensitive RoIPool (Dai et al. 2016, arXiv:1605.06409): means of bins of whole pixels; each bin reads channels of its own. As
 * in torchvision, bins end before the last row and column of the input, but their gradients do not. Shape: as of `psRoiAlign`.
 *
 * @throws as `psRoiAlign`
 */
export const psRoiPool = callable(
  'psRoiPool(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: OutputSize,
    ...args: Arguments<ScaleArguments, ['spatialScale']>
  ): Tensor => {
    const options = parseArgs<ScaleArguments>('psRoiPool', [], { spatialScale: 1 }, args, scale);
    return aligned('psRoiPool', input, boxes, outputSize, { kind: 'psPool', samplingRatio: 1, ...options });
  },
);

/** The least float32, which stands for the maximum of a bin without numbers. */
const LEAST = -3.4028234663852886e38;

/**
 * RoIPool (Girshick 2015, arXiv:1504.08083): maxima of bins of whole pixels; 0 for bins without any. Shape: input [N, C, H, W] and boxes as of
 * `roiAlign` → [K, C, ...outputSize]. The gradient goes to the first of equal maxima.
 *
 * @throws as `roiAlign`
 */
export const roiPool = callable(
  'roiPool(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: OutputSize,
    ...args: Arguments<ScaleArguments, ['spatialScale']>
  ): Tensor => {
    const name = 'roiPool';
    const { spatialScale } = parseArgs<ScaleArguments>(name, [], { spatialScale: 1 }, args, scale);
    const out = binsOf(name, outputSize);
    const regions = regionsOf(name, boxes);
    const wide = input.float();
    expectMap(name, wide);
    const places = Tensor.of(roiPoolPlaces(regions.value, wide.value, spatialScale, out));
    const flat = wide.flatten();
    const padded = flat.numel() > 0 ? flat : cat([flat, full([1], 0)]);
    const maxima = padded.indexSelect(0, places.clamp(0).flatten()).reshape([...places.shape]);
    return maxima.maskedFill(places.eq(-1), 0).maskedFill(places.eq(-2), LEAST).to(input.dtype);
  },
);
