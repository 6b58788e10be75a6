// Reads and decodes a picture's file, in a worker or on the main side; it knows no tensors.
import { readBytes } from '../../../torch/inside';
import { decodePicture } from '../pictures/decode';
import { sourceOf } from './found-file';
import { MAX_FILE_BYTES, type PictureFile, type PictureRead } from './picture-file';

/** @throws FetchError when it cannot be read, FileFormatError when it is no picture that can be decoded */
export async function readPictureFile(file: PictureFile): Promise<PictureRead> {
  const bytes = await readBytes(await sourceOf(file), () => MAX_FILE_BYTES);
  const { height, width, channels, bytes: pixels } = await decodePicture(bytes, file.name, 'RGB');
  return { height, width, channels, pixels };
}
