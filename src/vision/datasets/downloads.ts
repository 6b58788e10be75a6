// Files of data sets that are fetched once and kept: from the user's own address, or from where a data set is published.
import { FetchError } from '../../errors';
import { type DownloadProgress, download } from '../../io/download';
import { type DatasetRoot, diskPath, type FoundFile } from './source';

/** Options of data sets that can be downloaded. */
export interface DownloadSettings {
  /**
   * Fetch what is not there: from `root` where that is an address, else, or if it has nothing, from where the data set is published.
   * In a page it is kept for the next visit, in Node below `root`. Default: false.
   */
  download?: boolean;
  /** Told how far a download is. Default: nobody. */
  onProgress?: ((progress: DownloadProgress) => void) | null;
  /** Breaks a download off; it goes on from there next time. */
  signal?: AbortSignal | null;
}

export const downloadDefaults = { download: false, onProgress: null, signal: null } as const;

/** A file as its publisher has it. */
export interface Published {
  readonly file: string;
  readonly md5: string;
  /** Addresses that end before the file's name. */
  readonly mirrors: readonly string[];
}

/**
 * Downloads a published file, from the first mirror that has it whole, and keeps it: in Node as `folder/file` below `root`.
 *
 * @throws FetchError that tells what each mirror answered
 */
export async function fetchPublished(
  dataset: string,
  { file, md5, mirrors }: Published,
  root: DatasetRoot,
  folder: string,
  { onProgress = null, signal = null }: DownloadSettings,
): Promise<FoundFile> {
  const disk = diskPath(root);
  const base = disk instanceof URL ? decodeURIComponent(disk.pathname) : disk;
  const place = base === null ? {} : { folder: base || '.', cacheName: folder ? `${folder}/${file}` : file };
  const failures: string[] = [];
  for (const mirror of mirrors) {
    try {
      const at = await download(mirror + file, { md5, onProgress, signal, ...place });
      return { path: file, name: file, at };
    } catch (error) {
      signal?.throwIfAborted();
      failures.push((error as Error).message);
    }
  }
  throw new FetchError(
    `${dataset}: expected ${file} from ${mirrors.length === 1 ? 'where it is published' : 'one of its mirrors'}, but got none (${failures.join('; ')}); ` +
      'serve the file from your own origin, and give its folder as root',
  );
}
