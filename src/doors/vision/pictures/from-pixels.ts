// Makes tensors of sources that the browser can draw. The pixels go to the GPU without passing through JavaScript.

import { ArgumentError, DTypeError, ShapeError, Tensor } from '../../../torch';
import { type Arguments, captured, isTensorObject as isTensor, parseArgs, showShape } from '../../../torch/inside';

/** Four bytes per pixel, row by row: an ImageData, or a similar object where the platform has none. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** A picture that `fromPixels` takes. */
export type PixelSource =
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame
  | ImageData
  | PixelData;

/** Options of `fromPixels`. */
export interface FromPixelsOptions {
  /** 3: red, green, blue; 4: alpha too; 1: grey. Default: 3. */
  channels?: 1 | 3 | 4;
  /** `float32` from 0 to 1, or `uint8` from 0 to 255. Default: float32. */
  dtype?: 'float32' | 'uint8';
}

interface PixelArguments extends FromPixelsOptions {
  source: PixelSource | readonly PixelSource[];
}

/**
 * Converts a picture to a tensor [C, H, W], or pictures of one size to [N, C, H, W]. A picture is an image, canvas,
 * video (its current frame), `ImageBitmap`, `VideoFrame` or `ImageData`, read at the time of the call. Colours are sRGB
 * and not multiplied by alpha: the bytes of `getImageData`, up to a difference of 1 where a canvas is translucent. Grey
 * follows ITU-R BT.601, as in Pillow. For a part of a picture, or another size:
 * `await createImageBitmap(picture, x, y, width, height, { resizeWidth })`.
 *
 *     const frame = vision.io.fromPixels(video);                        // float32 [3, H, W], 0 to 1
 *     const digits = vision.io.fromPixels(canvases, { channels: 1 });   // [N, 1, H, W]
 *
 * @throws ArgumentError if a source is no picture, has no pixels yet, or may not be read; ShapeError if sizes differ
 */
export function fromPixels(...args: Arguments<PixelArguments, ['source', 'channels', 'dtype']>): Tensor {
  const defaults = { channels: 3, dtype: 'float32' } as const;
  // An object of pixel data is not an object of named arguments.
  const given = args.length === 1 && isPixelData(args[0]) ? [args[0], {}] : args;
  const { source, channels, dtype } = parseArgs<PixelArguments>('fromPixels', ['source'], defaults, given);
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new ArgumentError(`fromPixels: expected 1, 3 or 4 channels, but got ${channels}`);
  }
  if (dtype !== 'float32' && dtype !== 'uint8') {
    throw new DTypeError(
      `fromPixels: expected dtype float32 or uint8, but got ${dtype}; convert it with .to('${dtype}')`,
    );
  }
  const pictures = Array.isArray(source) ? source.map(measure) : [measure(source as PixelSource)];
  const [first] = pictures;
  if (!first) throw new ArgumentError('fromPixels: expected at least one picture, but got an empty list');
  for (const { name, width, height } of pictures) {
    if (width !== first.width || height !== first.height) {
      throw new ShapeError(
        `fromPixels: expected pictures of one size, ${first.width}×${first.height}, but got ${name} of ${width}×${height}`,
      );
    }
  }
  const pixels = pictures.map(pixelsOf);
  return Tensor.of(captured(Array.isArray(source) ? pixels : pixels[0]!, { channels, dtype }));
}

/** Whether a value is a picture for `fromPixels`. */
export const isPixelSource = (value: unknown): value is PixelSource =>
  !isTensor(value) && (kindOf(value) in sizes || isPixelData(value));

interface Measured {
  readonly source: PixelSource;
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

type Size = readonly [width: number, height: number];
const ownSize = ({ width, height }: { width: number; height: number }): Size => [width, height];

/** How to get the size of each kind of picture. Kinds are names, because objects may come from another window. */
const sizes: Readonly<Record<string, (source: never) => Size>> = {
  ImageData: ownSize,
  ImageBitmap: ownSize,
  HTMLCanvasElement: ownSize,
  OffscreenCanvas: ownSize,
  HTMLImageElement: (image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight],
  HTMLVideoElement: (video: HTMLVideoElement) => [video.videoWidth, video.videoHeight],
  VideoFrame: (frame: VideoFrame) => [frame.displayWidth, frame.displayHeight],
};

/** Why a picture of a kind may have no pixels; ends the error message. */
const remedies: Readonly<Record<string, string>> = {
  ImageBitmap: '; it has been closed',
  VideoFrame: '; it has been closed',
  HTMLImageElement: '; await image.decode() first',
  HTMLVideoElement: "; wait for its 'loadeddata' event first",
};

const HAVE_CURRENT_DATA = 2; // HTMLMediaElement.HAVE_CURRENT_DATA

const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const isPixelData = (value: unknown): value is PixelData | ImageData =>
  typeof value === 'object' && value !== null && 'data' in value && 'width' in value && 'height' in value;

function measure(source: PixelSource): Measured {
  const kind = kindOf(source);
  const size = sizes[kind] ?? (isPixelData(source) ? ownSize : null);
  if (!size) {
    throw new ArgumentError(
      `fromPixels: expected an image, canvas, video, ImageBitmap, VideoFrame or ImageData, but got ${source === null ? 'null' : kind}`,
    );
  }
  const [width, height] = size(source as never);
  const waits = kind === 'HTMLVideoElement' && (source as HTMLVideoElement).readyState < HAVE_CURRENT_DATA;
  if (!(width > 0 && height > 0) || waits) {
    throw new ArgumentError(
      `fromPixels: expected a picture of at least one pixel, but got ${kind} ${waits ? 'without a frame' : `of ${width}×${height}`}${remedies[kind] ?? ''}`,
    );
  }
  return { source, name: kind, width, height };
}

/** What the engine takes: a picture that the browser can draw, or pixels, one word each. */
function pixelsOf({ source, name, width, height }: Measured) {
  if (!isPixelData(source)) return { source, name, width, height };
  const { data } = source;
  const bytes = data instanceof Uint8ClampedArray || data instanceof Uint8Array;
  if (!bytes || data.length !== 4 * width * height) {
    throw new ArgumentError(
      `fromPixels: expected ${name} with four bytes a pixel, ${showShape([height, width, 4])}, but got ` +
        (bytes ? `${data.length} bytes` : `a ${kindOf(data)}`),
    );
  }
  return { words: new Uint32Array(new Uint8Array(data).buffer), width, height };
}
