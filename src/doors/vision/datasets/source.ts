// Opens the place of a data set's files: an address, a path, files chosen or dropped in a page, or memory. All become
// the same kind of folder.
import { ArgumentError, type ByteSource, type DownloadProgress, FetchError } from '../../../torch';
import { answerOf, fileSystem, kindOf, loadDownloads } from '../../../torch/inside';
import type { FoundFile } from './found-file';

/**
 * The place of a data set: an address, or in Node a path; a `File`, `Blob` or bytes of an archive; files that were chosen
 * (`input.files`, with `webkitdirectory` a folder); a folder that was dropped or picked (`FileSystemDirectoryHandle`,
 * `FileSystemDirectoryEntry`); or an object of files by name.
 */
export type DatasetRoot =
  | string
  | URL
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | FileList
  | readonly File[]
  | FileSystemDirectoryHandle
  | FileSystemDirectoryEntry
  | { readonly [name: string]: ByteSource };

/** A place with files by name. */
export interface Folder {
  /** Its name in messages and printed text. */
  readonly name: string;
  /** The file at a path below the folder, or null. For an address, this fetches the file's contents. */
  find(path: string): Promise<FoundFile | null>;
  /**
   * All files below the folder, in no particular order.
   * @throws ArgumentError for an address
   */
  list(): Promise<Listing>;
  /** Only for an address whose files are kept: the files that earlier visits have kept. Asks no server. */
  readonly kept?: Folder;
}

export interface Listing {
  readonly files: readonly FoundFile[];
  /** Paths of folders, including empty ones if they are known. */
  readonly folders: readonly string[];
}

/** An opened root: a folder, or a single file such as an archive. */
export type Opened = { readonly folder: Folder } | { readonly file: FoundFile };

/** Whether files read from an address are kept for the next time, and how. */
export interface KeepSettings {
  readonly download?: boolean;
  readonly onProgress?: ((progress: DownloadProgress) => void) | null;
  readonly signal?: AbortSignal | null;
}

const ARCHIVE = /\.(tar|tgz|tar\.gz|zip)$/i;
const hasScheme = /^[a-z][a-z\d+.-]+:/i;

/**
 * Opens the place of a data set.
 * @throws ArgumentError if the value is not such a place
 */
export async function openRoot(dataset: string, root: DatasetRoot, settings: KeepSettings = {}): Promise<Opened> {
  if (typeof root === 'string' || root instanceof URL) return openAddress(root, settings);
  if (root instanceof Blob || root instanceof ArrayBuffer || ArrayBuffer.isView(root)) {
    const name = rootName(root) ?? 'the given bytes';
    return { file: { path: name, name, at: root } };
  }
  if (isDirectoryHandle(root) || isDirectoryEntry(root)) {
    const { files, folders } = await (isDirectoryHandle(root) ? walkHandle(root) : walkEntry(root));
    return { folder: listed(root.name, files, folders) };
  }
  if (isFileList(root)) return { folder: folderOfFiles([...root]) };
  if (Array.isArray(root) && root.every((file) => file instanceof File)) return { folder: folderOfFiles(root) };
  if (typeof root === 'object' && root !== null && !Array.isArray(root)) {
    const files = Object.entries(root as Record<string, ByteSource>);
    if (files.length > 0 && files.every(([, at]) => isByteSource(at))) {
      return {
        folder: listed(
          'the given files',
          files.map(([path, at]) => ({ path, at })),
        ),
      };
    }
  }
  throw new ArgumentError(
    `${dataset}: expected an address, a path, a File, files, a folder, bytes, or files by name, but got ${kindOf(root)}`,
  );
}

/** The name of a root in printed text; null for bytes, which have no name. */
export function rootName(root: DatasetRoot): string | null {
  if (typeof root === 'string') return root;
  if (root instanceof URL) return root.href;
  if (typeof File !== 'undefined' && root instanceof File) return root.name;
  if (isDirectoryHandle(root) || isDirectoryEntry(root)) return root.name;
  if (isFileList(root) || (Array.isArray(root) && root[0] instanceof File)) return topFolder([...(root as File[])]);
  return null;
}

/** A folder with a known list of files and of empty folders. */
export function listed(
  name: string,
  found: readonly Omit<FoundFile, 'name'>[],
  emptyFolders: readonly string[] = [],
): Folder {
  const files = found.map((file) => ({ ...file, name: `${name}/${file.path}` }));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const folders = new Set(emptyFolders);
  for (const { path } of files) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at));
  }
  return {
    name,
    find: async (path) => byPath.get(path) ?? null,
    list: async () => ({ files, folders: [...folders] }),
  };
}

/** The root as a path on disk, in Node; null for addresses and everything else. */
export function diskPath(root: DatasetRoot): string | URL | null {
  if (!fileSystem() || !(typeof root === 'string' || root instanceof URL)) return null;
  const address = String(root);
  if (address.startsWith('file:')) return new URL(address);
  return hasScheme.test(address) ? null : address;
}

async function openAddress(root: string | URL, settings: KeepSettings): Promise<Opened> {
  const path = diskPath(root);
  const address = String(root);
  if (path !== null) {
    const isFile = await fileSystem()!
      .stat(path === '' ? '.' : path)
      .then(
        (found) => found.isFile(),
        () => false,
      );
    return isFile ? { file: { path: address, name: address, at: root } } : { folder: diskFolder(address) };
  }
  if (!ARCHIVE.test(address.replace(/[?#].*$/, ''))) return { folder: addressFolder(address, settings) };
  const { download: keep, onProgress = null, signal = null } = settings;
  const at = keep ? await (await loadDownloads()).download(address, { onProgress, signal }) : address;
  return { file: { path: address, name: address, at } };
}

/** Joins `path` to `base`, which may be empty, with or without a slash at its end. */
const below = (base: string, path: string): string => (base === '' ? path : `${base.replace(/\/$/, '')}/${path}`);

/** A folder on disk, in Node, by its path or file address. */
function diskFolder(base: string): Folder {
  const fs = fileSystem()!;
  const located = (path: string): string | URL => {
    const whole = below(base, path);
    return whole.startsWith('file:') ? new URL(whole) : whole === '' ? '.' : whole;
  };
  const file = (path: string): FoundFile => ({ path, name: below(base, path), at: below(base, path) });
  const files: FoundFile[] = [];
  const folders: string[] = [];
  // Symbolic links are followed, because data sets are often linked; but not to a folder that contains the link.
  const walk = async (folder: string, above: ReadonlySet<string>): Promise<void> => {
    const real = await fs.realpath(located(folder));
    if (above.has(real)) return;
    for (const name of await fs.readdir(located(folder))) {
      const path = below(folder, name);
      const found = await fs.stat(located(path)).catch(() => null);
      if (found?.isFile()) files.push(file(path));
      if (!found?.isDirectory()) continue;
      folders.push(path);
      await walk(path, new Set([...above, real]));
    }
  };
  return {
    name: base,
    find: (path) =>
      fs.stat(located(path)).then(
        (found) => (found.isFile() ? file(path) : null),
        () => null,
      ),
    async list() {
      try {
        await walk('', new Set());
      } catch (cause) {
        throw new FetchError(`${base}: the folder could not be read (${(cause as Error).message})`, {
          cause,
          status: 404,
        });
      }
      return { files, folders };
    },
  };
}

function addressFolder(base: string, { download: keep, onProgress = null, signal = null }: KeepSettings): Folder {
  const list = async () => {
    throw new ArgumentError(
      `${base}: expected a folder whose files can be listed, but an address has no list; give an archive (.zip, .tar.gz), a dropped folder, or the files`,
    );
  };
  const kept: Folder = {
    name: base,
    async find(path) {
      const name = below(base, path);
      const at = await (await loadDownloads()).findDownload(name);
      return at === null ? null : { path, name, at };
    },
    list,
  };
  return {
    name: base,
    ...(keep && { kept }),
    async find(path) {
      const name = below(base, path);
      try {
        const keeper = keep ? await loadDownloads() : null;
        const at = keeper ? await keeper.download(name, { onProgress, signal }) : await (await answerOf(name)).blob();
        if (!(await isWebPage(at))) return { path, name, at };
        await keeper?.forgetDownload(name);
        return null;
      } catch (error) {
        if (error instanceof FetchError && error.status === 404) return null;
        throw error;
      }
    },
    list,
  };
}

/** Servers of single-page applications answer a wrong address with their page and status 200. */
async function isWebPage(file: string | Blob): Promise<boolean> {
  const head = await (typeof file === 'string' ? headOnDisk(file) : bytesOf(file.slice(0, HEAD)));
  return /^\s*<(!doctype|html)/i.test(String.fromCharCode(...head));
}

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

/** How many bytes are needed to recognize a web page. */
const HEAD = 40;

async function headOnDisk(path: string): Promise<Uint8Array> {
  const file = await fileSystem()!.open(path, 'r');
  try {
    const head = new Uint8Array(HEAD);
    const { bytesRead } = await file.read(head, 0, HEAD, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Chosen files as a folder: by their paths if a folder was chosen, else by their names. */
function folderOfFiles(files: readonly File[]): Folder {
  const top = topFolder(files);
  const cut = top === null ? 0 : top.length + 1;
  return listed(
    top ?? 'the given files',
    files.map((file) => ({
      path: (file.webkitRelativePath || file.name).slice(file.webkitRelativePath ? cut : 0),
      at: file,
    })),
  );
}

/** The top folder of all chosen files; null if there is none. */
function topFolder(files: readonly File[]): string | null {
  const tops = new Set(files.map(({ webkitRelativePath = '' }) => webkitRelativePath.split('/').slice(0, -1)[0] ?? ''));
  const [top = ''] = tops;
  return tops.size === 1 && top !== '' ? top : null;
}

interface Walked {
  readonly files: Omit<FoundFile, 'name'>[];
  readonly folders: string[];
}

async function walkHandle(
  folder: FileSystemDirectoryHandle,
  prefix = '',
  walked: Walked = { files: [], folders: [] },
): Promise<Walked> {
  const { entries } = folder as unknown as {
    entries(this: unknown): AsyncIterable<[string, FileSystemFileHandle | FileSystemDirectoryHandle]>;
  };
  for await (const [name, entry] of entries.call(folder)) {
    const path = prefix + name;
    if (entry.kind === 'file') {
      walked.files.push({ path, at: entry });
      continue;
    }
    walked.folders.push(path);
    await walkHandle(entry, `${path}/`, walked);
  }
  return walked;
}

async function walkEntry(
  folder: FileSystemDirectoryEntry,
  prefix = '',
  walked: Walked = { files: [], folders: [] },
): Promise<Walked> {
  const reader = folder.createReader();
  // Each call returns some of the entries, and none when all have been returned.
  for (let some = await entriesOf(reader); some.length > 0; some = await entriesOf(reader)) {
    for (const entry of some) {
      const path = prefix + entry.name;
      if (!isDirectoryEntry(entry)) {
        walked.files.push({ path, at: await fileOf(entry as FileSystemFileEntry) });
        continue;
      }
      walked.folders.push(path);
      await walkEntry(entry, `${path}/`, walked);
    }
  }
  return walked;
}

const entriesOf = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

const isDirectoryHandle = (root: unknown): root is FileSystemDirectoryHandle =>
  typeof root === 'object' && root !== null && 'kind' in root && root.kind === 'directory' && 'entries' in root;

const isDirectoryEntry = (root: unknown): root is FileSystemDirectoryEntry =>
  typeof root === 'object' && root !== null && 'createReader' in root;

const isFileList = (root: unknown): root is FileList => typeof FileList !== 'undefined' && root instanceof FileList;

const isByteSource = (at: unknown): at is ByteSource =>
  typeof at === 'string' ||
  at instanceof URL ||
  at instanceof Blob ||
  at instanceof ArrayBuffer ||
  ArrayBuffer.isView(at) ||
  (typeof Request !== 'undefined' && at instanceof Request);
