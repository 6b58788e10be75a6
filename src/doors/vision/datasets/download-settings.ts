// The options of data sets that can be downloaded.
import type { DownloadProgress } from '../../../torch';

/** Options of data sets that can be downloaded. */
export interface DownloadSettings {
  /**
   * Fetch missing files: from `root` if it is an address; else, or if they are missing there, from where the data set
   * is published. A page keeps them for the next visit; Node saves them below `root`. Default: false.
   */
  download?: boolean;
  /** Called with the progress of a download. Default: none. */
  onProgress?: ((progress: DownloadProgress) => void) | null;
  /** Aborts a download. The next attempt resumes it. */
  signal?: AbortSignal | null;
}

/** The defaults of picture data sets that can be downloaded, in the order of their arguments. */
export const pictureDefaults = {
  transform: null,
  targetTransform: null,
  download: false,
  onProgress: null,
  signal: null,
  transforms: null,
  limit: null,
} as const;
