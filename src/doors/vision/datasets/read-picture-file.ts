// Reads and decodes a picture file, in a worker or on the main thread. This module must not load tensors.
import { readBytes } from '../../../torch/inside';
import { decodePicture } from '../pictures/decode';
import { sourceOf } from './found-file';
import { MAX_FILE_BYTES, type PictureFile, type PictureRead } from './picture-file';

/** @throws FetchError if the file cannot be read, FileFormatError if it cannot be decoded as a picture */
export async function readPictureFile(file: PictureFile): Promise<PictureRead> {
  const bytes = await readBytes(await sourceOf(file), () => MAX_FILE_BYTES);
  const { height, width, channels, bytes: pixels } = await decodePicture(bytes, file.name, 'RGB');
  return { height, width, channels, pixels };
}
