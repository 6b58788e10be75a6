// Finds the two files of a set of MNIST's kind, in folders and archives or where they are published. It loads where none are given by hand.
import { ArgumentError, FetchError } from '../../errors';
import type { ByteSource } from '../../io/bytes';
import { shown } from '../../tensor/options';
import { archiveFolder, archiveKindOf } from './archive';
import type { DownloadSettings } from './download-settings';
import { fetchPublished } from './downloads';
import type { IdxSet } from './mnist-facts';
import { type DatasetRoot, type Folder, type FoundFile, openRoot, rootName, sourceOf } from './source';

/** A file that can be read, and how messages call it. */
export interface IdxFile {
  readonly name: string;
  readonly at: ByteSource;
}

export interface LocatedFiles {
  /** How printed text calls the place. */
  readonly place: string | null;
  /** That of the images first. */
  readonly files: readonly [IdxFile, IdxFile];
}

/**
 * The two files of a set, wherever they lie.
 * @throws FetchError when one of them is nowhere
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

async function find(
  set: IdxSet,
  root: DatasetRoot,
  options: DownloadSettings & { train: boolean },
): Promise<readonly [FoundFile, FoundFile]> {
  const { name } = set;
  if (typeof root !== 'string' && isEmptyObject(root)) {
    throw new ArgumentError(`${name}: expected a folder, an address, or { images, labels }, but got ${shown(root)}`);
  }
  const opened = await openRoot(name, root, options);
  const folder = 'folder' in opened ? opened.folder : await unpacked(name, opened.file);
  const stem = set.stem(options.train);
  const kinds = [`${stem}-images`, `${stem}-labels`] as const;
  const within = async (inside: Folder): Promise<[FoundFile | null, FoundFile | null]> =>
    Promise.all([pick(inside, set, kinds[0], 3), pick(inside, set, kinds[1], 1)]);
  const found = await within(folder);
  if (found[0] && found[1]) return [found[0], found[1]];
  for (const path of set.archives) {
    const archive = await folder.find(path);
    const inside = archive && (await within(await archiveFolder(archive, (path) => path.includes(stem))));
    if (inside?.[0] && inside[1]) return [inside[0], inside[1]];
  }
  if (options.download) {
    const files = await Promise.all(
      set.published(options.train).map((each) => fetchPublished(name, each, root, `${name}/raw`, options)),
    );
    if (files.length === 2) return [files[0]!, files[1]!];
    const inside = await within(await archiveFolder(files[0]!, (path) => path.includes(stem)));
    if (inside[0] && inside[1]) return [inside[0], inside[1]];
  }
  const missing = found[0] ? 1 : 0;
  throw new FetchError(
    `${name}: expected one of ${spellings(kinds[missing], missing === 0 ? 3 : 1).join(', ')} in ${folder.name}, but found none of them; ` +
      '`download: true` fetches them',
    { status: 404 },
  );
}

const isEmptyObject = (root: object): boolean =>
  Object.getPrototypeOf(root) === Object.prototype && Object.keys(root).length === 0;

async function unpacked(name: string, file: FoundFile): Promise<Folder> {
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
