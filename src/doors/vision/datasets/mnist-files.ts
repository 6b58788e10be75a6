// Finds the two files of a data set like MNIST, in folders and archives or where they are published. Not loaded if the
// user gives the files.
import { ArgumentError, type ByteSource, FetchError } from '../../../torch';
import { shown } from '../../../torch/inside';
import type { DownloadSettings } from './download-settings';
import { allEnded, firstFound } from './downloads';
import { type FoundFile, sourceOf } from './found-file';
import type { IdxSet } from './mnist-facts';
import { type DatasetRoot, type Folder, openRoot, rootName } from './source';

/** A file that can be read, and its name in messages. */
export interface IdxFile {
  readonly name: string;
  readonly at: ByteSource;
}

export interface LocatedFiles {
  /** The place in printed text. */
  readonly place: string | null;
  /** The images' file comes first. */
  readonly files: readonly [IdxFile, IdxFile];
}

/**
 * Finds the two files of a set in any place.
 * @throws FetchError if a file cannot be found
 */
export async function locate(
  set: IdxSet,
  root: DatasetRoot,
  options: DownloadSettings & { train: boolean },
): Promise<LocatedFiles> {
  const found = await find(set, root, options);
  const [images, labels] = await Promise.all(
    found.map(async (file): Promise<IdxFile> => ({ name: file.name, at: await sourceOf(file) })),
  );
  return { place: rootName(root), files: [images!, labels!] };
}

async function find(set: IdxSet, root: DatasetRoot, options: DownloadSettings & { train: boolean }): Promise<Pair> {
  const { name } = set;
  if (typeof root !== 'string' && isEmptyObject(root)) {
    throw new ArgumentError(`${name}: expected a folder, an address, or { images, labels }, but got ${shown(root)}`);
  }
  const opened = await openRoot(name, root, options);
  const folder = 'folder' in opened ? opened.folder : await unpacked(name, opened.file);
  const stem = set.stem(options.train);
  const pair = await firstFound(
    folder,
    options,
    (place) => pairIn(set, stem, place),
    async (get) => {
      const files = await allEnded(
        set.published(options.train).map((each) => get(name, each, root, `${name}/raw`, options)),
      );
      if (files.length === 2) return wholePair(files);
      const [archive] = files;
      return archive ? pairIn(set, stem, await inArchive(archive, stem)) : null;
    },
  );
  if (pair) return pair;
  const hasImages = (await pick(folder, set, `${stem}-images`, 3)) !== null;
  const missing = hasImages ? spellings(`${stem}-labels`, 1) : spellings(`${stem}-images`, 3);
  throw new FetchError(
    `${name}: expected one of ${missing.join(', ')} in ${folder.name}, but found none of them; \`download: true\` fetches them`,
    { status: 404 },
  );
}

type Pair = readonly [images: FoundFile, labels: FoundFile];

const wholePair = ([images, labels]: readonly (FoundFile | null | undefined)[]): Pair | null =>
  images && labels ? [images, labels] : null;

/** The two files of a set in a folder: on their own, or in one of the set's archives. */
async function pairIn(set: IdxSet, stem: string, folder: Folder): Promise<Pair | null> {
  const find = async (inside: Folder) =>
    wholePair(await allEnded([pick(inside, set, `${stem}-images`, 3), pick(inside, set, `${stem}-labels`, 1)]));
  const found = await find(folder);
  if (found) return found;
  for (const path of set.archives) {
    const archive = await folder.find(path);
    const inside = archive && (await find(await inArchive(archive, stem)));
    if (inside) return inside;
  }
  return null;
}

/** Opens an archive with the files of a set as a folder. */
async function inArchive(archive: FoundFile, stem: string): Promise<Folder> {
  const { archiveFolder } = await import('./archive');
  return archiveFolder(archive, (path) => path.includes(stem));
}

const isEmptyObject = (root: object): boolean =>
  Object.getPrototypeOf(root) === Object.prototype && Object.keys(root).length === 0;

async function unpacked(name: string, file: FoundFile): Promise<Folder> {
  const { archiveFolder, archiveKindOf } = await import('./archive');
  if ((await archiveKindOf(await sourceOf(file))) !== null) return archiveFolder(file);
  throw new ArgumentError(
    `${name}: expected a folder, an archive, or { images, labels }, but got one file, ${file.name}`,
  );
}

/** The usual names of a file. */
const spellings = (stem: string, rank: number): string[] =>
  ['-', '.'].flatMap((joint) => ['', '.gz'].map((end) => `${stem}${joint}idx${rank}-ubyte${end}`));

/** The file under the first of its usual names that exists, in the first of the usual folders. */
async function pick(folder: Folder, { folders }: IdxSet, stem: string, rank: number): Promise<FoundFile | null> {
  for (const place of folders) {
    for (const name of spellings(stem, rank)) {
      const file = await folder.find(place === '' ? name : `${place}/${name}`);
      if (file) return file;
    }
  }
  return null;
}
