// Reads a picture's file, from wherever it is.

import { type Arguments, parseArgs } from '../../core/options';
import { type ByteSource, describeSource, readBytes } from '../../io/bytes';
import { decodePicture } from './decode';
import { Picture } from './picture';
import { expectMode, type ImageReadMode } from './raster';

/** Of a picture's file that comes compressed once more: pictures are, so that this gains next to nothing. */
const MAX_PICTURE_BYTES = 2 ** 28;

/** Options of `readImage`. */
export interface ReadImageOptions {
  /** Which channels: `RGB`, `RGB_ALPHA`, `GRAY`, `GRAY_ALPHA`, or `UNCHANGED`, those that the file has. Default: RGB. */
  mode?: ImageReadMode;
}

interface ReadArguments extends ReadImageOptions {
  source: ByteSource;
}

/**
 * Reads a picture from an address or path, a `File`, a `Blob`, or bytes as a `Picture` [H, W, C], without colour management: red, green and blue,
 * unless `mode` says otherwise. An alpha channel that is not asked for is left out.
 *
 * PNG is read alike everywhere. A browser reads every other format that it knows; Node reads JPEG, WebP, AVIF, GIF and TIFF by the
 * optional package `sharp`.
 *
 *     const picture = await vision.io.readImage('imgs/dog.png');                     // uint8 [H, W, 3]
 *     const mask = await vision.io.readImage('mask.png', { mode: 'GRAY' });          // uint8 [H, W, 1]
 *
 * @throws FetchError when the source cannot be read, FileFormatError when it is no picture that can be decoded
 */
export async function readImage(...args: Arguments<ReadArguments, ['source', 'mode']>): Promise<Picture> {
  const { source, mode } = parseArgs<ReadArguments>('readImage', ['source'], { mode: 'RGB' }, args);
  expectMode('readImage', mode);
  const name = describeSource(source);
  const raster = await decodePicture(await readBytes(source, () => MAX_PICTURE_BYTES), name, mode);
  return Picture.fromBytes(raster.bytes, [raster.height, raster.width, raster.channels]);
}
