// Decodes picture files. The library itself decodes PNG, BMP, TIFF, Netpbm and CMYK JPEG; the browser's decoder, or in
// Node the optional package `sharp`, decodes everything else.
import { FileFormatError } from '../../../torch';
import { orientationOf, saidUpright, upright } from './exif';
import { componentsOf, isJpeg } from './jpeg/segments';
import { decodePng, isPng, readPng } from './png';
import { type ImageReadMode, inMode, type Raster } from './raster';

/** Pictures of more pixels are rejected before decoding. */
const MAX_PIXELS = 2 ** 28;

type Decode = (bytes: Uint8Array, name: string) => Raster | Promise<Raster>;

/**
 * Decodes a file to the channels of a mode. With `turns`, a JPEG or PNG is turned upright by its camera orientation.
 *
 * @param name the file's name in messages
 * @throws FileFormatError if the file cannot be decoded here
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
  // The brightness stored in a JPEG differs slightly from that of its decoded colours, which are clipped at 0 and 255.
  // So grey is read from the file directly.
  const isGrey = (mode === 'GRAY' || mode === 'GRAY_ALPHA') && isJpeg(bytes) && componentsOf(bytes) === 3;
  const raster = isGrey
    ? (await import('./jpeg/decode-jpeg')).decodeJpeg(bytes, name, true)
    : await decoderOf(bytes)(bytes, name);
  return inMode(raster, mode);
}

/**
 * The channels of a PNG as torchvision reads them: the indices of a palette, and no alpha for a single transparent
 * colour.
 */
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
  // Browsers and sharp convert CMYK to other colours than Pillow does.
  if (isJpeg(bytes) && componentsOf(bytes) === 4) return decodeHere;
  return hasDecoder() ? decodeWithBrowser : decodeWithSharp;
}

const decodeHere: Decode = async (...args) => (await import('./jpeg/decode-jpeg')).decodeJpeg(...args);

/** The palette index of each pixel. */
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
    // A canvas always has alpha; the picture had alpha only if some pixel is not opaque.
    for (let i = 3; i < data.length; i += 4)
      if (data[i] !== 255) return { ...raster, bytes: unmultiplied(bitmap) ?? raster.bytes };
    return inMode(raster, isJpeg(bytes) && componentsOf(bytes) === 1 ? 'GRAY' : 'RGB');
  } finally {
    bitmap.close();
  }
}

/**
 * The pixels of a picture with alpha, read through WebGL, because a 2d canvas stores colours multiplied by alpha. Null
 * without WebGL.
 */
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

/** The part of sharp's interface that is used here. */
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

/** The optional peer dependency `sharp` of Node users; null if it is not installed. */
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

/** Decodes with `sharp` in the way of Pillow: without colour management, and in the stored orientation. */
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
