// The worker of data sets whose pictures lie in files: it reads and decodes them, and knows no tensors.
import { serveCopies } from '../../data/worker/serve-copies';
import { readBytes } from '../../io/bytes';
import { decodePicture } from '../decode';
import { MAX_FILE_BYTES, type PictureFile, type PictureRead } from './picture-file';
import { sourceOf } from './source';

async function read(file: PictureFile): Promise<PictureRead> {
  const bytes = await readBytes(await sourceOf(file), () => MAX_FILE_BYTES);
  const { height, width, channels, bytes: pixels } = await decodePicture(bytes, file.name, 'RGB');
  return { height, width, channels, pixels };
}

serveCopies(() => (address) => read(address as PictureFile));
