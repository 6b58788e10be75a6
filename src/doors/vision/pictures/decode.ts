// Decodes a picture's file: PNG, BMP, TIFF and Netpbm by the library itself, and so JPEG of CMYK; all else by the browser's decoder, or in Node by the
// optional package `sharp`.
import { FileFormatError } from '../../../torch';
import { orientationOf, saidUpright, upright } from './exif';
import { componentsOf, isJpeg } from './jpeg/segments';
import { decodePng, isPng, readPng } from './png';
import { type ImageReadMode, inMode, type Raster } from './raster';

/** Above this a picture is refused before its pixels are decoded. */
const MAX_PIXELS = 2 ** 28;

type Decode = (bytes: Uint8Array, name: string) => Raster | Promise<Raster>;

/**
 * A picture of a file's bytes with the channels of a mode; `turns` has it upright where a JPEG or PNG says how the camera was held.
 *
 * @param name how messages call the file
 * @throws FileFormatError when it is no picture that can be decoded here
 */
export async function decodePicture(
  bytes: Uint8Array,
  name: string,
  mode: ImageReadMode,
  turns = false,
): Promise<Raster> {
  const raster = await inOwnMode(bytes, name, mode);
  return turns ? upright(raster, orientationOf(bytes)) : raster;
}

async function inOwnMode(bytes: Uint8Array, name: string, mode: ImageReadMode): Promise<Raster> {
  if (mode === 'PALETTE') return indicesOf(bytes, name);
  if (mode === 'UNCHANGED' && isPng(bytes)) return unchangedPng(bytes, name);
  // What a JPEG holds as brightness is not quite that of its colours, which are cut off at 0 and 255.
  const isGrey = (mode === 'GRAY' || mode === 'GRAY_ALPHA') && isJpeg(bytes) && componentsOf(bytes) === 3;
  const raster = isGrey
    ? (await import('./jpeg/decode-jpeg')).decodeJpeg(bytes, name, true)
    : await decoderOf(bytes)(bytes, name);
  return inMode(raster, mode);
}

/** The channels that a PNG itself has, as torchvision reads them: of a palette the numbers, and no alpha for a single transparent colour. */
async function unchangedPng(bytes: Uint8Array, name: string): Promise<Raster> {
  const read = await readPng(bytes, name, true);
  if ('palette' in read) return { width: read.width, height: read.height, channels: 1, bytes: read.indices };
  const hasAlpha = bytes[25] === 4 || bytes[25] === 6;
  return hasAlpha ? read : inMode(read, read.channels < 3 ? 'GRAY' : 'RGB');
}

const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d && bytes.length > 26;
const isPnm = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1]! >= 0x31 && bytes[1]! <= 0x36;
const isTiff = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x49 && bytes[1] === 0x49 && bytes[2] === 42 && bytes[3] === 0) ||
  (bytes[0] === 0x4d && bytes[1] === 0x4d && bytes[2] === 0 && bytes[3] === 42);

function decoderOf(bytes: Uint8Array): Decode {
  if (isPng(bytes)) return decodePng;
  if (isBmp(bytes)) return async (...args) => (await import('./bmp')).decodeBmp(...args);
  if (isPnm(bytes)) return async (...args) => (await import('./pnm')).decodePnm(...args);
  if (isTiff(bytes)) return async (...args) => (await import('./tiff')).decodeTiff(...args);
  // Browsers, and sharp, make other colours of ink than Pillow.
  if (isJpeg(bytes) && componentsOf(bytes) === 4) return decodeHere;
  return hasDecoder() ? decodeWithBrowser : decodeWithSharp;
}

const decodeHere: Decode = async (...args) => (await import('./jpeg/decode-jpeg')).decodeJpeg(...args);

/** The numbers of a palette's colours, one for each pixel. */
async function indicesOf(bytes: Uint8Array, name: string): Promise<Raster> {
  const read = isPng(bytes)
    ? await readPng(bytes, name, true)
    : isBmp(bytes)
      ? (await import('./bmp')).readBmp(bytes, name)
      : isTiff(bytes)
        ? await (await import('./tiff')).readTiff(bytes, name)
        : null;
  if (read && 'palette' in read) {
    return { width: read.width, height: read.height, channels: 1, bytes: read.indices };
  }
  throw new FileFormatError(
    `${name}: expected a PNG, BMP or TIFF picture with a palette for mode PALETTE, but it has none; leave mode out, or give GRAY`,
  );
}

const hasDecoder = (): boolean => typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';

async function decodeWithBrowser(bytes: Uint8Array, name: string): Promise<Raster> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([saidUpright(bytes) as Uint8Array<ArrayBuffer>]), {
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
    for (let i = 3; i < data.length; i += 4)
      if (data[i] !== 255) return { ...raster, bytes: unmultiplied(bitmap) ?? raster.bytes };
    return inMode(raster, isJpeg(bytes) && componentsOf(bytes) === 1 ? 'GRAY' : 'RGB');
  } finally {
    bitmap.close();
  }
}

/** The pixels of a picture with alpha, whose colours a canvas holds only as multiplied by it; null where there is no WebGL. */
function unmultiplied(bitmap: ImageBitmap): Uint8Array | null {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return null;
  const pixels = new Uint8Array(4 * width * height);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(
    gl.FRAMEBUFFER,
    gl.COLOR_ATTACHMENT0,
    gl.TEXTURE_2D,
    gl.getParameter(gl.TEXTURE_BINDING_2D),
    0,
  );
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  const isRead = gl.getError() === gl.NO_ERROR;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return isRead ? pixels : null;
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
  if (!sharp && isJpeg(bytes)) return decodeHere(bytes, name);
  if (!sharp) {
    throw new FileFormatError(
      `${name}: expected a PNG, JPEG, BMP, TIFF, PPM, PGM or PBM picture, the kinds that are read outside a browser by themselves; others are read by the package sharp: run npm install sharp`,
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
