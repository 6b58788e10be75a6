// Reads a picture's file, from wherever it is.

import type { ByteSource } from '../../../torch';
import { type Arguments, describeSource, kinds, parseArgs, readBytes } from '../../../torch/inside';
import { decodePicture } from './decode';
import { Picture } from './picture';
import { expectMode, type ImageReadMode } from './raster';

/** Of a picture's file that comes compressed once more: pictures are, so that this gains next to nothing. */
const MAX_PICTURE_BYTES = 2 ** 28;

/** Options of `readImage`. */
export interface ReadImageOptions {
  /**
   * Which channels: `RGB`, `RGB_ALPHA`, `GRAY`, `GRAY_ALPHA`, `UNCHANGED`, those that the file has, of a PNG's
   * palette the numbers of its colours as in torchvision, or `PALETTE`, these numbers of PNG, BMP and TIFF, and an error where there is no palette. Default: RGB.
   */
  mode?: ImageReadMode;
  /** Turns and flips a JPEG or PNG as its Exif orientation says, so that the scene is upright. Default: false, as it is stored. */
  applyExifOrientation?: boolean;
}

interface ReadArguments extends ReadImageOptions {
  source: ByteSource;
}

/**
 * Reads a picture from an address or path, a `File`, a `Blob`, or bytes as a `Picture` [H, W, C], without colour management: red, green and blue,
 * unless `mode` says otherwise. An alpha channel that is not asked for is left out. The numbers are those of torchvision and Pillow, and the
 * same in a page and in Node.
 *
 * JPEG, PNG, BMP, TIFF, PPM, PGM and PBM are read everywhere; a browser reads every other format that it knows, Node WebP, GIF and AVIF by the
 * optional package `sharp`, which also reads JPEG faster. Of 16 bits a sample the upper eight are kept, of several pictures in a file the first.
 *
 *     const picture = await vision.io.readImage('imgs/dog.png');                           // uint8 [H, W, 3]
 *     const mask = await vision.io.readImage('mask.png', { mode: 'GRAY' });                // uint8 [H, W, 1]
 *     const photo = await vision.io.readImage('photo.jpg', { applyExifOrientation: true });
 *     const classes = await vision.io.readImage('SegmentationClass/2007_000032.png', { mode: 'PALETTE' });   // [H, W, 1], VOC's classes
 *
 * @throws FetchError when the source cannot be read, FileFormatError when it is no picture that can be decoded, or has no palette where one is meant
 */
export async function readImage(
  ...args: Arguments<ReadArguments, ['source', 'mode', 'applyExifOrientation']>
): Promise<Picture> {
  const { source, mode, applyExifOrientation } = parseArgs<ReadArguments>(
    'readImage',
    ['source'],
    { mode: 'RGB', applyExifOrientation: false },
    args,
    { applyExifOrientation: kinds.flag },
  );
  expectMode('readImage', mode);
  const name = describeSource(source);
  const raster = await decodePicture(
    await readBytes(source, () => MAX_PICTURE_BYTES),
    name,
    mode,
    applyExifOrientation,
  );
  return Picture.fromBytes(raster.bytes, [raster.height, raster.width, raster.channels]);
}
