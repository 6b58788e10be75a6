// Checkpoints in a folder. Each is a file that is renamed to its final name once it is completely written.
import { FetchError } from '../../../engine/core/errors';
import { fileSystem, writeFileAtomically } from '../../../engine/gpu/node';
import type { Shelf, StoredCheckpoint } from './store';

/** The part of Node's `fs/promises` that is used here. */
interface Disk {
  mkdir(path: string, options: { recursive: boolean }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  rm(path: string): Promise<void>;
  stat(path: string): Promise<{ readonly size: number; readonly mtime: Date; isFile(): boolean }>;
}

/** The extension of a file that is still being written. */
const PART = /\.part$/;

/** @param folder its path; it is created when something is stored in it */
export function folderShelf(folder: string): Shelf {
  const disk = fileSystem() as unknown as Disk;
  const pathOf = (name: string): string => `${folder}/${fileName(name)}`;
  const factsOf = async (file: string): Promise<StoredCheckpoint[]> => {
    const entry = await disk.stat(`${folder}/${file}`).catch(() => null);
    return entry?.isFile() ? [{ name: decodeURIComponent(file), size: entry.size, savedAt: entry.mtime }] : [];
  };
  return {
    put: async (name, bytes) => {
      try {
        await disk.mkdir(folder, { recursive: true });
        await writeFileAtomically(fileSystem()!, pathOf(name), bytes);
      } catch (cause) {
        throw new FetchError(`CheckpointStore ${folder}: ${name} could not be written (${(cause as Error).message})`, {
          cause,
        });
      }
    },
    get: async (name) => ((await factsOf(fileName(name))).length > 0 ? pathOf(name) : null),
    list: async () => {
      const files = await disk.readdir(folder).catch(() => []);
      const own = files.filter((file) => !PART.test(file) && isName(file));
      return (await Promise.all(own.map(factsOf))).flat();
    },
    remove: (name) =>
      disk.rm(pathOf(name)).then(
        () => true,
        () => false,
      ),
  };
}

/** Encodes any name as the name of a file within the folder. */
const fileName = (name: string): string =>
  encodeURIComponent(name)
    .replace(/\*/g, '%2A')
    .replace(/^\./, '%2E')
    .replace(/\.part$/, '%2Epart');

/** Whether `fileName` could have made this file name. */
function isName(file: string): boolean {
  try {
    return fileName(decodeURIComponent(file)) === file;
  } catch {
    return false;
  }
}
