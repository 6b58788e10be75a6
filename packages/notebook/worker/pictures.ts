// Owns how tensors, canvases and pixels become pictures of the page.
import { type Tensor as AnyTensor, type DType, tensor, vision } from 'lamplight';
import type { ShowOptions } from '../builtins';
import type { PictureOutput } from '../protocol';
import { CanvasError } from './gpu-canvas';
import { isTensor } from './texts';

/** What the least sides of pictures are, in CSS pixels: of one by itself, and of one in a grid. */
const ALONE = 160;
const IN_GRID = 64;
/** Pictures of a batch that are shown. */
const MOST = 256;

type Colors = Pick<ShowOptions, 'cmap' | 'vmin' | 'vmax'>;

/** A picture [C, H, W], [H, W, C] or [H, W] whose numbers are at hand. */
interface Raster {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** How a tensor is one picture or several. */
interface Layout {
  /** The shape of each picture. */
  readonly shape: readonly number[];
  readonly count: number;
  readonly isBatch: boolean;
}

const isChannels = (size: number | undefined): boolean => size === 1 || size === 3;

/** Null for a tensor that is no picture. */
export function layoutOf({ shape }: AnyTensor): Layout | null {
  const { length } = shape;
  if (length < 2 || length > 4 || shape.includes(0)) return null;
  if (length === 2) return Math.min(...shape) < 2 ? null : { shape, count: 1, isBatch: false };
  if (length === 3) {
    const isOne = isChannels(shape[0]) || (isChannels(shape[2]) && shape[1]! > 3);
    return isOne ? { shape, count: 1, isBatch: false } : { shape: shape.slice(1), count: shape[0]!, isBatch: true };
  }
  if (isChannels(shape[1]) || isChannels(shape[3])) return { shape: shape.slice(1), count: shape[0]!, isBatch: true };
  // Maps of many channels: every channel is a picture.
  return { shape: shape.slice(2), count: shape[0]! * shape[1]!, isBatch: true };
}

async function rastersOf(tensor: AnyTensor): Promise<Raster[]> {
  const layout = layoutOf(tensor);
  if (!layout) throw new TypeError(`show: expected a picture, but got a tensor of shape [${tensor.shape.join(', ')}]`);
  const { dtype } = tensor;
  const numbers = await tensor.detach().data();
  const size = layout.shape.reduce((all, one) => all * one, 1);
  return Array.from({ length: Math.min(layout.count, MOST) }, (_, i) => ({
    data: numbers.subarray(i * size, (i + 1) * size),
    shape: layout.shape,
    dtype,
  }));
}

/** The scale of pictures that are shown together. */
function scaleOf(rasters: readonly Raster[], { vmin, vmax }: Colors): Colors {
  const [first] = rasters;
  if (!first || first.dtype === 'uint8' || first.dtype === 'bool') return { vmin, vmax };
  if (vmin !== undefined && vmax !== undefined) return { vmin, vmax };
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { data } of rasters) {
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return { vmin, vmax };
  const [depth, , last] = first.shape;
  const isColored = first.shape.length === 3 && (depth === 3 || (depth !== 1 && last === 3));
  // Colours of photographs are from 0 to 1.
  if (isColored && low >= 0 && high <= 1) [low, high] = [0, 1];
  return { vmin: vmin ?? low, vmax: vmax ?? high };
}

const sizeOf = (shape: readonly number[]): readonly [height: number, width: number] => {
  if (shape.length === 2) return [shape[0]!, shape[1]!];
  return isChannels(shape[0]) ? [shape[1]!, shape[2]!] : [shape[0]!, shape[1]!];
};

/** Draws tensors, each of one picture or several, in one scale. */
export async function drawAll(
  tensors: readonly AnyTensor[],
  { zoom, title = '', ...colors }: ShowOptions,
  inGrid: boolean,
): Promise<PictureOutput[]> {
  const rasters = (await Promise.all(tensors.map(rastersOf))).flat();
  const { vmin = null, vmax = null } = scaleOf(rasters, colors);
  const cmap = (colors.cmap ?? 'gray') as vision.io.Colormap;
  return Promise.all(
    rasters.map(async ({ data, shape, dtype }) => {
      const canvas = new OffscreenCanvas(1, 1);
      // Channels are first where both may be: [1, 3, 3] is one sheet, as a kernel is, and no strip of three colours.
      const sheet = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
      await vision.io.draw(tensor(Array.from(data), { dtype }).reshape(sheet), canvas, { cmap, vmin, vmax });
      const [height, width] = sizeOf(shape);
      const shown = zoom ?? zoomFor(width, height, inGrid);
      return pictureOf(canvas, { zoom: shown, title, alt: `picture of ${width} × ${height} pixels` });
    }),
  );
}

/** A whole number of screen pixels for one of a small picture. */
export function zoomFor(width: number, height: number, inGrid: boolean): number {
  return Math.max(1, Math.round((inGrid ? IN_GRID : ALONE) / Math.max(width, height)));
}

/** @throws CanvasError where the browser cannot read it, as some cannot read one that a GPU draws on */
async function bytesOf(canvas: OffscreenCanvas): Promise<Blob> {
  try {
    return await canvas.convertToBlob({ type: 'image/png' });
  } catch (cause) {
    throw new CanvasError('show: expected a canvas that the browser can read, but got one that it cannot', { cause });
  }
}

interface Shown {
  readonly zoom: number;
  readonly title: string;
  readonly alt: string;
}

/** A canvas as it is now. */
export async function pictureOf(canvas: OffscreenCanvas, { zoom, title, alt }: Shown): Promise<PictureOutput> {
  const png = await bytesOf(canvas);
  const [width, height] = [canvas.width * zoom, canvas.height * zoom];
  return { kind: 'picture', png, dark: null, width, height, pixelated: zoom > 1, title, alt: title || alt };
}

/** Anything else that is a picture, on a canvas; null for what is none. */
export async function canvasOf(thing: unknown): Promise<OffscreenCanvas | null> {
  if (thing instanceof OffscreenCanvas) return thing;
  if (thing instanceof Blob) return canvasOf(await createImageBitmap(thing));
  if (!(thing instanceof ImageData) && !(thing instanceof ImageBitmap)) return null;
  const canvas = new OffscreenCanvas(thing.width, thing.height);
  const pen = canvas.getContext('2d')!;
  if (thing instanceof ImageData) pen.putImageData(thing, 0, 0);
  else pen.drawImage(thing, 0, 0);
  return canvas;
}

export const isPicture = (thing: unknown): boolean =>
  (isTensor(thing) && layoutOf(thing)?.isBatch === false) ||
  thing instanceof OffscreenCanvas ||
  thing instanceof ImageData ||
  thing instanceof ImageBitmap ||
  thing instanceof Blob;
