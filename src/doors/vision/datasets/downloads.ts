// Files of data sets that are fetched once and kept: from the user's own address, or from where a data set is published.

import { FetchError, FileFormatError } from '../../../torch';
import { loadDownloads } from '../../../torch/inside';
import type { DownloadSettings } from './download-settings';
import type { FoundFile } from './found-file';
import { type DatasetRoot, diskPath, type Folder } from './source';

/** A file as its publisher has it. */
export interface Published {
  readonly file: string;
  /** Null where the publisher tells none. */
  readonly md5: string | null;
  /** Addresses that end before the file's name. */
  readonly mirrors: readonly string[];
}

/** A published file, wherever it comes from. */
type Get = (
  dataset: string,
  file: Published,
  root: DatasetRoot,
  folder: string,
  settings: DownloadSettings,
) => Promise<FoundFile | null>;

/** The published file that an earlier visit has kept; null where none has. No server is asked. */
const keptPublished: Get = async (_dataset, { file, md5, mirrors }, root, folder) => {
  const { findDownload } = await loadDownloads();
  for (const mirror of mirrors) {
    const at = await findDownload(addressOf(mirror, file), { md5, ...placeOf(file, root, folder) });
    if (at !== null) return { path: file, name: file, at };
  }
  return null;
};

/**
 * Downloads a published file, from the first mirror that has it whole, and keeps it: in Node as `folder/file` below `root`.
 *
 * @throws FetchError that tells what each mirror answered
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
  // Wrong contents are another error than a missing file.
  const damaged = failures.find((error) => error instanceof FileFormatError);
  const ErrorClass = damaged ? FileFormatError : FetchError;
  throw new ErrorClass(
    `${dataset}: expected ${file} from ${mirrors.length === 1 ? 'where it is published' : 'one of its mirrors'}, but got none (${failures.map(({ message }) => message).join('; ')}); ` +
      'serve the file from your own origin, and give its folder as root',
    { cause: damaged ?? failures[0] },
  );
};

/**
 * What a data set has in its root or where it is published. Where files are kept, those of earlier visits come before any server
 * is asked, so that a second visit downloads nothing, also without a network.
 *
 * @param inFolder what a folder has of the data set; null for nothing
 * @param published the same of published files, each by `get`, which may give null
 */
export async function firstFound<T>(
  folder: Folder,
  settings: DownloadSettings,
  inFolder: (folder: Folder) => Promise<T | null>,
  published: (get: Get) => Promise<T | null>,
): Promise<T | null> {
  if (folder.kept) {
    // Where a visit kept some of the files only, the others are asked for below.
    const kept = await inFolder(folder.kept).catch(ignoreMissing);
    const found = kept ?? (await published(keptPublished));
    if (found) return found;
  }
  return (await inFolder(folder)) ?? (settings.download ? published(fetchPublished) : null);
}

/** What all of them give; it ends when all have ended, so that nothing goes on behind an error. */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

function ignoreMissing(error: unknown): null {
  if (error instanceof FetchError && error.status === 404) return null;
  throw error;
}

const addressOf = (mirror: string, file: string): string => mirror + encodeURIComponent(file);

/** Where a published file is kept; in a page, by its address. */
function placeOf(file: string, root: DatasetRoot, folder: string) {
  const disk = diskPath(root);
  const base = disk instanceof URL ? decodeURIComponent(disk.pathname) : disk;
  return base === null ? {} : { folder: base || '.', cacheName: folder ? `${folder}/${file}` : file };
}
