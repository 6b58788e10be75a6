// Owns how tensors, canvases and pixels become pictures of the page.
import { type Tensor as AnyTensor, vision } from 'lamplight';
import type { ShowOptions } from '../builtins';
import type { PictureOutput } from '../protocol';
import { isTensor } from './texts';

/** What the least sides of pictures are, in CSS pixels: of one by itself, and of one in a grid. */
const ALONE = 160;
const IN_GRID = 64;
/** Pictures of a batch that are shown. */
const MOST = 256;

type Colors = Pick<ShowOptions, 'cmap' | 'vmin' | 'vmax'>;

/** Pictures [C, H, W] or [H, W]; as one, or several that share a scale. */
export interface Pictures {
  readonly each: readonly AnyTensor[];
  readonly isBatch: boolean;
  /** How many there are in the batch. */
  readonly count: number;
}

const isChannels = (size: number | undefined): boolean => size === 1 || size === 3;

/** A tensor as pictures; null for one that is none. */
export function picturesOf(tensor: AnyTensor): Pictures | null {
  const { shape } = tensor;
  if (shape.length < 2 || shape.length > 4 || shape.includes(0)) return null;
  const isOne =
    shape.length === 2 || (shape.length === 3 && (isChannels(shape[0]) || (isChannels(shape[2]) && shape[1]! > 3)));
  if (isOne) return shape.length === 2 && Math.min(...shape) < 2 ? null : { each: [tensor], isBatch: false, count: 1 };
  if (shape.length === 4 && !isChannels(shape[1]) && !isChannels(shape[3])) {
    // Maps [N, C, H, W] with many channels: every channel is a picture.
    return picturesOf(tensor.reshape(-1, shape[2]!, shape[3]!));
  }
  const count = shape[0]!;
  const each = Array.from({ length: Math.min(count, MOST) }, (_, i) => tensor.at(i));
  return { each, isBatch: true, count };
}

/** The scale of pictures that are shown together. */
async function scaleOf(pictures: readonly AnyTensor[], { vmin, vmax }: Colors): Promise<Colors> {
  const [first] = pictures;
  if (!first || first.dtype === 'uint8' || first.dtype === 'bool') return { vmin, vmax };
  if (vmin !== undefined && vmax !== undefined) return { vmin, vmax };
  const ends = await Promise.all(pictures.flatMap((one) => [one.min().item(), one.max().item()]));
  const numbers = ends.map(Number).filter(Number.isFinite);
  let [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isColored = first.shape.length === 3 && (first.shape[0] === 3 || first.shape[2] === 3);
  // Colours of photographs are from 0 to 1.
  if (isColored && low >= 0 && high <= 1) [low, high] = [0, 1];
  return { vmin: vmin ?? low, vmax: vmax ?? high };
}

const sizeOf = ({ shape }: AnyTensor): readonly [height: number, width: number] => {
  if (shape.length === 2) return [shape[0]!, shape[1]!];
  return isChannels(shape[0]) ? [shape[1]!, shape[2]!] : [shape[0]!, shape[1]!];
};

/** Draws pictures in one scale. */
export async function drawAll(
  tensors: readonly AnyTensor[],
  { zoom, title = '', ...colors }: ShowOptions,
  inGrid: boolean,
): Promise<PictureOutput[]> {
  const pictures = tensors.map((tensor) => tensor.detach());
  const { vmin, vmax } = await scaleOf(pictures, colors);
  const options = {
    ...(colors.cmap !== undefined && { cmap: colors.cmap as vision.io.ColormapName }),
    ...(vmin !== undefined && { vmin }),
    ...(vmax !== undefined && { vmax }),
  };
  return Promise.all(
    pictures.map(async (picture) => {
      const canvas = new OffscreenCanvas(1, 1);
      await vision.io.draw(picture, canvas, options);
      const [height, width] = sizeOf(picture);
      return pictureOf(canvas, {
        zoom: zoom ?? zoomFor(width, height, inGrid),
        title,
        alt: `picture of ${width} × ${height} pixels`,
      });
    }),
  );
}

/** A whole number of screen pixels for one of a small picture. */
export function zoomFor(width: number, height: number, inGrid: boolean): number {
  return Math.max(1, Math.round((inGrid ? IN_GRID : ALONE) / Math.max(width, height)));
}

interface Shown {
  readonly zoom: number;
  readonly title: string;
  readonly alt: string;
}

/** A canvas as it is now. */
export async function pictureOf(canvas: OffscreenCanvas, { zoom, title, alt }: Shown): Promise<PictureOutput> {
  const png = await canvas.convertToBlob({ type: 'image/png' });
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
  (isTensor(thing) && picturesOf(thing)?.isBatch === false) ||
  thing instanceof OffscreenCanvas ||
  thing instanceof ImageData ||
  thing instanceof ImageBitmap ||
  thing instanceof Blob;
