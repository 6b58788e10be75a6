// `torch.load` for the zip archives that PyTorch has written since 1.6: a pickle, and a file for each storage.
import { FileFormatError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
import type { LoadedFile } from '../load';
import { unpickle } from '../pickle/unpickle';
import { Opaque } from '../pickle/values';
import type { Zip } from '../zip/zip';
import { contentsOf } from './contents';
import { foreignStorage, keepsForeign, pytorchGlobals, remedyFor, storageRef } from './globals';
import { pickleIn } from './pickle-name';

export async function load(file: LoadedFile): Promise<unknown> {
  const { reader, zip, maxBytes } = file;
  const { name } = reader;
  const pickle = zip && pickleIn(zip);
  if (!zip || pickle === null)
    throw new FileFormatError(`${name}: expected data.pkl in an archive of PyTorch's, but there is none`);
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (zip.has(`${folder}constants.pkl`)) {
    throw new FileFormatError(
      `${name}: expected what torch.save wrote, but this is a TorchScript program, as torch.jit.save writes; in Python, torch.save(torch.jit.load(…).state_dict(), …)`,
    );
  }
  const bytes = await zip.read(pickle);
  const { value } = unpickle(bytes, {
    name,
    find: pytorchGlobals(name, maxBytes),
    remedy: remedyFor,
    keepsForeign: keepsForeign(file),
    persistent: (id) => foreignStorage(id) ?? new Opaque(storageRef(name, id)),
  });
  const entry = (key: string) => `${folder}data/${key}`;
  return contentsOf(value, file, {
    name,
    little: (await byteOrder(zip, folder, name)) === 'little',
    place: (key) => zip.entry(entry(key)).offset,
    size: (key) => zip.entry(entry(key)).size,
    pieces: (key) => zip.pieces(entry(key)),
  });
}

/** The byte order that the archive states; older archives state none; they come from little-endian machines. */
async function byteOrder(zip: Zip, folder: string, name: string): Promise<'little' | 'big'> {
  if (!zip.has(`${folder}byteorder`)) return 'little';
  const order = new TextDecoder().decode(await zip.read(`${folder}byteorder`, { bound: 16 }));
  if (order === 'little' || order === 'big') return order;
  throw new FileFormatError(`${name}: expected byteorder little or big, but got ${shown(order)}`);
}
