// Reads a picture file from any source.

import type { ByteSource } from '../../../torch';
import { type Arguments, describeSource, kinds, parseArgs, readBytes } from '../../../torch/inside';
import { decodePicture } from './decode';
import { Picture } from './picture';
import { expectMode, type ImageReadMode } from './raster';

/**
 * Upper limit of the unpacked bytes of a picture file that is compressed once more. Pictures are compressed already, so
 * this gains next to nothing.
 */
const MAX_PICTURE_BYTES = 2 ** 28;

/** Options of `readImage`. */
export interface ReadImageOptions {
  /**
   * The channels to read: `RGB`, `RGB_ALPHA`, `GRAY` or `GRAY_ALPHA`. `UNCHANGED` reads those of the file, and the
   * palette indices of a PNG with a palette, as torchvision does. `PALETTE` reads the palette indices of a PNG, BMP or
   * TIFF, and throws if there is no palette. Default: RGB.
   */
  mode?: ImageReadMode;
  /**
   * Turn and flip a JPEG or PNG by its Exif orientation, so that the scene is upright. Default: false, the stored
   * orientation.
   */
  applyExifOrientation?: boolean;
}

interface ReadArguments extends ReadImageOptions {
  source: ByteSource;
}

/**
 * Reads a picture from an address or path, a `File`, a `Blob`, or bytes, and returns a `Picture` [H, W, C] without
 * colour management: red, green and blue, unless `mode` says otherwise. Unwanted alpha is dropped. The values equal
 * those of torchvision and Pillow, in a page as in Node.
 *
 * JPEG, PNG, BMP, TIFF, PPM, PGM and PBM are read everywhere. A browser also reads every other format that it knows;
 * Node reads WebP, GIF and AVIF with the optional package `sharp`, which also reads JPEG faster. Of 16 bits per sample,
 * the upper eight are kept; of several pictures in a file, the first is read.
 *
 *     const picture = await vision.io.readImage('imgs/dog.png');                           // uint8 [H, W, 3]
 *     const mask = await vision.io.readImage('mask.png', { mode: 'GRAY' });                // uint8 [H, W, 1]
 *     const photo = await vision.io.readImage('photo.jpg', { applyExifOrientation: true });
 *     const classes = await vision.io.readImage('SegmentationClass/2007_000032.png', { mode: 'PALETTE' });   // [H, W, 1], VOC's classes
 *
 * @throws FetchError if the source cannot be read, FileFormatError if it cannot be decoded as a picture, or has no
 * palette for mode PALETTE
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
