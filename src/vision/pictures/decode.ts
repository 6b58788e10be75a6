// Decodes a picture's file: PNG by the library itself, all else by the browser's decoder, or in Node by the optional package `sharp`.
import { FileFormatError } from '../../core/errors';
import { decodePng, isPng } from './png';
import { type ImageReadMode, inMode, type Raster } from './raster';

/** Above this a picture is refused before its pixels are decoded. */
const MAX_PIXELS = 2 ** 28;

/**
 * A picture of a file's bytes with the channels of a mode.
 *
 * @param name how messages call the file
 * @throws FileFormatError when it is no picture that can be decoded here
 */
export async function decodePicture(bytes: Uint8Array, name: string, mode: ImageReadMode): Promise<Raster> {
  const decode = isPng(bytes) ? decodePng : hasDecoder() ? decodeWithBrowser : decodeWithSharp;
  return inMode(await decode(bytes, name), mode);
}

const hasDecoder = (): boolean => typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';

async function decodeWithBrowser(bytes: Uint8Array, name: string): Promise<Raster> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw new FileFormatError(`${name}: expected a picture, but the browser cannot decode it`, { cause });
  }
  const { width, height } = bitmap;
  try {
    if (width * height > MAX_PIXELS) throw tooLarge(name, width, height);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const raster: Raster = { width, height, channels: 4, bytes: new Uint8Array(data.buffer) };
    // A canvas has alpha always; the picture had some if it is not full everywhere.
    for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return raster;
    return inMode(raster, 'RGB');
  } finally {
    bitmap.close();
  }
}

const tooLarge = (name: string, width: number, height: number): FileFormatError =>
  new FileFormatError(`${name}: a size of ${width}×${height} pixels is not to be read`);

/** The part of `sharp` that is used here. */
export type Sharp = (
  bytes: Uint8Array,
  options: { readonly ignoreIcc: boolean; readonly limitInputPixels: number },
) => SharpPicture;

interface SharpPicture {
  metadata(): Promise<{ readonly space?: string }>;
  toColourspace(space: string): SharpPicture;
  raw(options: { readonly depth: 'uchar' }): SharpPicture;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<{
    readonly data: Uint8Array;
    readonly info: { readonly width: number; readonly height: number; readonly channels: number };
  }>;
}

/** `sharp`, an optional peer of Node users; null where it is not installed. */
async function importSharp(): Promise<Sharp | null> {
  const name = 'sharp';
  try {
    const module = (await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name)) as {
      default: Sharp;
    };
    return module.default;
  } catch {
    return null;
  }
}

/** Decodes with `sharp`, as Pillow does: without colour management, and as the picture is stored, however it was held. */
export async function decodeWithSharp(bytes: Uint8Array, name: string, load = importSharp): Promise<Raster> {
  const sharp = await load();
  if (!sharp) {
    throw new FileFormatError(
      `${name}: expected a PNG picture, the only kind that is read outside a browser by itself; others are read by the package sharp: run npm install sharp`,
    );
  }
  try {
    const picture = sharp(bytes, { ignoreIcc: true, limitInputPixels: MAX_PIXELS });
    const { space } = await picture.metadata();
    const plain = space === 'b-w' || space === 'grey16' ? picture.toColourspace('b-w') : picture.toColourspace('srgb');
    const { data, info } = await plain.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, channels: channels as Raster['channels'], bytes: data };
  } catch (cause) {
    throw new FileFormatError(`${name}: expected a picture, but sharp cannot decode it (${(cause as Error).message})`, {
      cause,
    });
  }
}
