// Files of data sets that are fetched once and kept: from the user's own address, or from where a data set is published.
import { FetchError } from '../../errors';
import { download } from '../../io/download';
import type { DownloadSettings } from './download-settings';
import { type DatasetRoot, diskPath, type FoundFile } from './source';

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
