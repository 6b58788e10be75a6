// Fetches files of data sets once and keeps them: from the user's own address, or from where a data set is published.

import { FetchError, FileFormatError } from '../../../torch';
import { loadDownloads } from '../../../torch/inside';
import type { DownloadSettings } from './download-settings';
import type { FoundFile } from './found-file';
import { type DatasetRoot, diskPath, type Folder } from './source';

/** A file as its publisher has it. */
export interface Published {
  readonly file: string;
  /** Null if the publisher does not give a checksum. */
  readonly md5: string | null;
  /** Addresses to which the file's name is appended. */
  readonly mirrors: readonly string[];
}

/** Gets a published file, from any place. */
type Get = (
  dataset: string,
  file: Published,
  root: DatasetRoot,
  folder: string,
  settings: DownloadSettings,
) => Promise<FoundFile | null>;

/** A published file that an earlier visit kept, or null. Asks no server. */
const keptPublished: Get = async (_dataset, { file, md5, mirrors }, root, folder) => {
  const { findDownload } = await loadDownloads();
  for (const mirror of mirrors) {
    const at = await findDownload(addressOf(mirror, file), { md5, ...placeOf(file, root, folder) });
    if (at !== null) return { path: file, name: file, at };
  }
  return null;
};

/**
 * Downloads a published file from the first mirror that has it undamaged, and keeps it: in Node as `folder/file` below
 * `root`.
 *
 * @throws FetchError with the answer of each mirror
 */
const fetchPublished: Get = async (dataset, { file, md5, mirrors }, root, folder, { onProgress, signal }) => {
  const { download } = await loadDownloads();
  const failures: Error[] = [];
  for (const mirror of mirrors) {
    try {
      const at = await download(addressOf(mirror, file), { md5, onProgress, signal, ...placeOf(file, root, folder) });
      return { path: file, name: file, at };
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error as Error);
    }
  }
  // If a mirror sent wrong contents, this is reported as another error than a missing file.
  const damaged = failures.find((error) => error instanceof FileFormatError);
  const ErrorClass = damaged ? FileFormatError : FetchError;
  throw new ErrorClass(
    `${dataset}: expected ${file} from ${mirrors.length === 1 ? 'where it is published' : 'one of its mirrors'}, but got none (${failures.map(({ message }) => message).join('; ')}); ` +
      'serve the file from your own origin, and give its folder as root',
    { cause: damaged ?? failures[0] },
  );
};

/**
 * Finds a data set in its root or where it is published. If files are kept, those of earlier visits are tried before
 * any server, so that a second visit downloads nothing and works without a network.
 *
 * @param inFolder reads the data set from a folder; null if it is not there
 * @param published the same for published files, each fetched by `get`, which may return null
 */
export async function firstFound<T>(
  folder: Folder,
  settings: DownloadSettings,
  inFolder: (folder: Folder) => Promise<T | null>,
  published: (get: Get) => Promise<T | null>,
): Promise<T | null> {
  if (folder.kept) {
    // If only some of the files were kept, the code below fetches the others.
    const kept = await inFolder(folder.kept).catch(ignoreMissing);
    const found = kept ?? (await published(keptPublished));
    if (found) return found;
  }
  return (await inFolder(folder)) ?? (settings.download ? published(fetchPublished) : null);
}

/** Like `Promise.all`, but waits for all promises even if one fails, so that nothing keeps running after an error. */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

function ignoreMissing(error: unknown): null {
  if (error instanceof FetchError && error.status === 404) return null;
  throw error;
}

const addressOf = (mirror: string, file: string): string => mirror + encodeURIComponent(file);

/** Where to keep a published file on disk; in a page, files are kept by address instead. */
function placeOf(file: string, root: DatasetRoot, folder: string) {
  const disk = diskPath(root);
  const base = disk instanceof URL ? decodeURIComponent(disk.pathname) : disk;
  return base === null ? {} : { folder: base || '.', cacheName: folder ? `${folder}/${file}` : file };
}
