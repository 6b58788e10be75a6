// Reads a picture into a tensor: with the browser's decoder, or in Node with the library's own for PNG.
import { FileFormatError } from '../errors';
import { type ByteSource, describeSource, readBytes } from '../io/bytes';
import { Picture } from './picture';
import { decodePng, isPng, type RgbImage } from './png';

/** Of a picture's file that comes compressed once more: pictures are, so that this gains next to nothing. */
const MAX_PICTURE_BYTES = 2 ** 28;

/**
 * Reads a picture from an address or path, a `File`, a `Blob`, or bytes as a picture [H, W, 3]: red, green, blue, without
 * colour management; an alpha channel is left out.
 *
 * A browser reads every format it knows; Node reads PNG of 8 bits a channel.
 *
 * @throws FetchError when the source cannot be read, FileFormatError when it is no picture that can be decoded
 */
export async function readImage(source: ByteSource): Promise<Picture> {
  const name = describeSource(source);
  const bytes = await readBytes(source, () => MAX_PICTURE_BYTES);
  const { width, height, rgb } = await (hasDecoder() ? decodeWithBrowser(bytes, name) : decodeAlone(bytes, name));
  return Picture.fromBytes(rgb, [height, width, 3]);
}

const hasDecoder = (): boolean => typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';

async function decodeWithBrowser(bytes: Uint8Array, name: string): Promise<RgbImage> {
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
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = rgba[4 * i + c]!;
  }
  return { width, height, rgb };
}

function decodeAlone(bytes: Uint8Array, name: string): Promise<RgbImage> {
  if (isPng(bytes)) return decodePng(bytes, name);
  throw new FileFormatError(
    `${name}: expected a PNG picture, the only kind that is read outside a browser; convert it`,
  );
}
