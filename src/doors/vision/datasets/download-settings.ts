// The options of data sets that can be downloaded.
import type { DownloadProgress } from '../../../torch';

/** Options of data sets that can be downloaded. */
export interface DownloadSettings {
  /**
   * Fetch missing files: from `root` if it is an address, else, or if it has nothing, from where the data set is published.
   * In a page it is kept for the next visit, in Node below `root`. Default: false.
   */
  download?: boolean;
  /** Told how far a download is. Default: nobody. */
  onProgress?: ((progress: DownloadProgress) => void) | null;
  /** Breaks a download off; it goes on from there next time. */
  signal?: AbortSignal | null;
}

/** The defaults of data sets of pictures that can be downloaded, in their order. */
export const pictureDefaults = {
  transform: null,
  targetTransform: null,
  download: false,
  onProgress: null,
  signal: null,
  transforms: null,
  limit: null,
} as const;
