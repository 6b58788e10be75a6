// A file that was found for a data set: its path, and the source to read it from.
import type { ByteSource } from '../../../torch';

/** A file of a folder. It can be sent to a worker. */
export interface FoundFile {
  /** Path below the folder, with `/` between names. */
  readonly path: string;
  /** Its name in messages and in lists of samples: the folder's own name and `path`. */
  readonly name: string;
  readonly at: ByteSource | FileSystemFileHandle;
}

/** The source from which a found file can be read. */
export const sourceOf = async ({ at }: FoundFile): Promise<ByteSource> =>
  typeof at === 'object' && 'getFile' in at ? at.getFile() : at;
