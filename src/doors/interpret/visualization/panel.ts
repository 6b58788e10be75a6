// Renders attributions as pixels: heat maps, alone or over the picture, and pictures masked by them.
import { ArgumentError, ShapeError, type Tensor } from '../../../torch';
import type { Colormap, Pixels } from '../../draw/colormap';
import { expectName, expectSign, normalized, Scale, type VisualizeSign } from './normalize';

/** How an attribution is drawn; the names are Captum's. */
export type ImageVisualizationMethod =
  | 'heat_map'
  | 'blended_heat_map'
  | 'original_image'
  | 'masked_image'
  | 'alpha_scaling';

const METHODS: readonly ImageVisualizationMethod[] = [
  'heat_map',
  'blended_heat_map',
  'original_image',
  'masked_image',
  'alpha_scaling',
];

/** The values of a picture, [height, width, channels]. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** How a panel shows an attribution. */
export interface PanelSettings {
  readonly method: ImageVisualizationMethod;
  readonly sign: VisualizeSign;
  readonly outlierPerc: number;
  readonly cmap: Colormap | null;
  readonly alphaOverlay: number;
}

export interface Panel {
  readonly pixels: Pixels;
  /** The colours of a heat map; null for a method without one. */
  readonly scale: Scale | null;
}

/**
 * Checks for a tensor [H, W], [C, H, W] or [H, W, C]. Channels are first if that dimension is 1 or 3; otherwise last if
 * that dimension is 1 to 4; otherwise first.
 *
 * @throws ShapeError for other shapes
 */
export function expectRaster(op: string, what: string, tensor: Tensor): void {
  const { shape } = tensor;
  if ((shape.length !== 2 && shape.length !== 3) || tensor.numel() === 0) {
    throw new ShapeError(
      `${op}: expected ${what} [H, W], [C, H, W] or [H, W, C] of at least one pixel, but got shape [${shape.join(', ')}]` +
        (shape.length === 4 ? '; take one of the batch by .at(0)' : ''),
    );
  }
}

/** Reads back a tensor of such a shape. */
export async function rasterOf(tensor: Tensor): Promise<Raster> {
  const { shape } = tensor;
  const given = Float32Array.from(await tensor.detach().data(), Number);
  const [a, b, c = 1] = shape as [number, number, number?];
  if (shape.length === 2) return { height: a, width: b, channels: 1, values: given };
  if (a !== 1 && a !== 3 && c <= 4) return { height: a, width: b, channels: c, values: given };
  const pixels = b * c;
  const values = given.map((_, i) => given[(i % a) * pixels + Math.floor(i / a)]!);
  return { height: b, width: c, channels: a, values };
}

/** Attributions of pixels: the sums over channels, in float32. */
export const summed = ({ channels, values }: Raster): Float32Array =>
  Float32Array.from({ length: values.length / channels }, (_, pixel) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum = Math.fround(sum + values[pixel * channels + c]!);
    return sum;
  });

/** The picture as whole numbers from 0 to 255. If no value is above 1, the picture counts as from 0 to 1. */
export function inBytes(op: string, picture: Raster): Raster {
  if (picture.channels !== 1 && picture.channels !== 3) {
    throw new ShapeError(`${op}: expected originalImage with 1 or 3 channels, but got ${picture.channels}`);
  }
  const factor = picture.values.some((value) => value > 1) ? 1 : 255;
  return { ...picture, values: picture.values.map((value) => byteOf(value * factor)) };
}

/** Truncated to a whole number, then clamped to 0…255, as in Captum. */
const byteOf = (value: number): number => Math.min(255, Math.max(0, Math.trunc(value)));

/** @throws ArgumentError for settings that cannot be drawn */
export function expectPanel(op: string, { method, sign }: PanelSettings, original: unknown): void {
  expectName(op, 'method', method, METHODS);
  expectSign(op, sign);
  if (original === null && method !== 'heat_map') {
    throw new ArgumentError(
      `${op}: expected originalImage, which '${method}' shows, but got none; 'heat_map' needs none`,
    );
  }
  if (sign === 'all' && (method === 'masked_image' || method === 'alpha_scaling')) {
    throw new ArgumentError(
      `${op}: expected sign 'positive', 'negative' or 'absolute_value' for '${method}', which cannot show both signs, but got 'all'`,
    );
  }
}

/** The pixels of a panel; `original` is in bytes. */
export function panelOf(op: string, attr: Raster, original: Raster | null, settings: PanelSettings): Panel {
  const { method, sign, outlierPerc, cmap, alphaOverlay } = settings;
  const { height, width } = attr;
  if (original && (original.height !== height || original.width !== width)) {
    throw new ShapeError(
      `${op}: expected attr and originalImage of one size, but got ${height} × ${width} and ${original.height} × ${original.width}`,
    );
  }
  const paint = (color: (pixel: number, channel: number) => number): Pixels => {
    const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let c = 0; c < 3; c++) rgba[4 * pixel + c] = color(pixel, c);
    }
    return { width, height, rgba };
  };
  const colorOf = ({ channels, values }: Raster, pixel: number, c: number): number =>
    values[pixel * channels + (channels === 3 ? c : 0)]!;
  if (method === 'original_image') return { pixels: paint((pixel, c) => colorOf(original!, pixel, c)), scale: null };
  const attributed = normalized(op, summed(attr), sign, outlierPerc);
  if (method === 'masked_image') {
    return { pixels: paint((pixel, c) => byteOf(colorOf(original!, pixel, c) * attributed[pixel]!)), scale: null };
  }
  if (method === 'alpha_scaling') {
    const over = (pixel: number, c: number): number => {
      const alpha = byteOf(attributed[pixel]! * 255) / 255;
      return colorOf(original!, pixel, c) * alpha + 255 * (1 - alpha);
    };
    return { pixels: paint(over), scale: null };
  }
  const scale = new Scale(op, sign, cmap);
  const heat = (pixel: number, c: number): number => scale.table[scale.at(attributed[pixel]!) + c]!;
  if (method === 'heat_map') return { pixels: paint(heat), scale };
  const grey = greyOf(original!);
  const blended = (pixel: number, c: number): number =>
    heat(pixel, c) * alphaOverlay + grey[pixel]! * (1 - alphaOverlay);
  return { pixels: paint(blended), scale };
}

/** The mean of the channels, scaled from black at its minimum to white at its maximum. */
function greyOf({ channels, values }: Raster): Float32Array {
  const means = Float32Array.from({ length: values.length / channels }, (_, pixel) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[pixel * channels + c]!;
    return sum / channels;
  });
  const [low, high] = means.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [255, 0]);
  return means.map((value) => (high > low ? Math.min(255, Math.floor(((value - low) / (high - low)) * 256)) : 0));
}
