// Pools regions of interest of a map into a fixed number of bins: RoIPool, RoIAlign, and their position-sensitive
// forms.

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
  parseArgs,
  roiPoolPlaces,
  shown,
} from '../../../torch/inside';

/**
 * Boxes [K, 5] whose first column is the picture's index, or a list with the boxes [L, 4] of each picture, as (x1, y1,
 * x2, y2).
 */
export type Regions = Tensor | readonly Tensor[];

/** One number for both, or height and width. */
export type RegionSize = number | readonly number[];

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

/** The number of bins along height and width. */
export function binsOf(op: string, outputSize: unknown): readonly [number, number] {
  const sizes = typeof outputSize === 'number' ? [outputSize, outputSize] : outputSize;
  if (Array.isArray(sizes) && sizes.length === 2 && sizes.every(bins.fits)) return sizes as unknown as [number, number];
  throw new ArgumentError(
    `${op}: expected outputSize of positive whole numbers up to ${MOST_BINS}, one or height and width, but got ${shown(outputSize)}`,
  );
}

/** Samples per bin along each axis in the form that kernels take: 0 means as many as the bin has pixels. */
export function ratioOf(op: string, samplingRatio: number): number {
  expectKind(op, 'samplingRatio', samplingRatio, samples);
  return Math.max(samplingRatio, 0);
}

/** A bin with more than 256² samples would block the device; no map has that many pixels in a bin. */
const samples = kinds.whole(-Number.MAX_SAFE_INTEGER, 256);
const scale = { spatialScale: kinds.finite };

interface Pooled {
  /** As the engine names the ways of pooling. */
  readonly kind: 'align' | 'alignHalf' | 'psAlign' | 'psPool';
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
  /** Factor from the boxes' coordinates to the map's. Default: 1. */
  spatialScale?: number;
  /** Samples per bin along each axis; with 0 or less, as many as a bin has pixels, rounded up. Default: −1. */
  samplingRatio?: number;
  /**
   * Shift coordinates by half a pixel, so that pixels' centres are where they belong. Default: false, as in the first
   * implementations.
   */
  aligned?: boolean;
}

/**
 * RoIAlign (He et al. 2017, arXiv:1703.06870): each bin of a region is the mean of bilinear samples. Shape: input [N,
 * C, H, W] and boxes [K, 5] of (picture, x1, y1, x2, y2), or a list of N tensors of boxes [L, 4] → [K, C,
 * ...outputSize]. Only the input gets a gradient.
 *
 *     ops.roiAlign(features, [boxes], 7, { spatialScale: 1 / 16, samplingRatio: 2 });
 *
 * @throws ShapeError, ArgumentError, DTypeError; IndexError, when values are read, if a picture's index is out of range
 */
export const roiAlign = callable(
  'roiAlign(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: RegionSize,
    ...args: Arguments<AlignArguments, ['spatialScale', 'samplingRatio', 'aligned']>
  ): Tensor => {
    const defaults = { spatialScale: 1, samplingRatio: -1, aligned: false };
    const { aligned: half, ...options } = parseArgs<AlignArguments>('roiAlign', [], defaults, args, scale);
    return aligned('roiAlign', input, boxes, outputSize, { kind: half ? 'alignHalf' : 'align', ...options });
  },
);

type RegionArguments = Omit<AlignArguments, 'aligned'>;

/**
 * Position-sensitive RoIAlign (Li et al. 2017, arXiv:1711.07264): `roiAlign` in which each bin reads its own channels.
 * Shape: input [N, C, H, W] and boxes as in `roiAlign` → [K, C / bins, ...outputSize].
 *
 * @throws as `roiAlign`, and ShapeError if C is not a multiple of the number of bins
 */
export const psRoiAlign = callable(
  'psRoiAlign(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: RegionSize,
    ...args: Arguments<RegionArguments, ['spatialScale', 'samplingRatio']>
  ): Tensor => {
    const defaults = { spatialScale: 1, samplingRatio: -1 };
    const options = parseArgs<RegionArguments>('psRoiAlign', [], defaults, args, scale);
    return aligned('psRoiAlign', input, boxes, outputSize, { kind: 'psAlign', ...options });
  },
);

type SpatialScaleArguments = Pick<AlignArguments, 'spatialScale'>;

/**
 * Position-sensitive RoIPool (Dai et al. 2016, arXiv:1605.06409): means over bins of whole pixels; each bin reads its
 * own channels. As in torchvision, the forward pass leaves out the input's last row and column, but the gradient
 * includes them. Shape: as `psRoiAlign`.
 *
 * @throws as `psRoiAlign`
 */
export const psRoiPool = callable(
  'psRoiPool(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: RegionSize,
    ...args: Arguments<SpatialScaleArguments, ['spatialScale']>
  ): Tensor => {
    const options = parseArgs<SpatialScaleArguments>('psRoiPool', [], { spatialScale: 1 }, args, scale);
    return aligned('psRoiPool', input, boxes, outputSize, { kind: 'psPool', samplingRatio: 1, ...options });
  },
);

/** The lowest float32: the result for a bin that contains only NaN. */
const LEAST = -3.4028234663852886e38;

/**
 * RoIPool (Girshick 2015, arXiv:1504.08083): maxima over bins of whole pixels; 0 for empty bins. Shape: input [N, C, H,
 * W] and boxes as in `roiAlign` → [K, C, ...outputSize]. The gradient goes to the first of equal maxima.
 *
 * @throws as `roiAlign`
 */
export const roiPool = callable(
  'roiPool(input, boxes: value, outputSize: numbers, ...)',
  (
    input: Tensor,
    boxes: Regions,
    outputSize: RegionSize,
    ...args: Arguments<SpatialScaleArguments, ['spatialScale']>
  ): Tensor => {
    const name = 'roiPool';
    const { spatialScale } = parseArgs<SpatialScaleArguments>(name, [], { spatialScale: 1 }, args, scale);
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
