// A file of a data set that was found: where it is, and what can be read of it.
import type { ByteSource } from '../../io/bytes';

/** A file of a folder. It can be sent to a worker. */
export interface FoundFile {
  /** Where it is below the folder, with `/` between. */
  readonly path: string;
  /** How messages and lists of samples call it: `path` behind the folder's own name. */
  readonly name: string;
  readonly at: ByteSource | FileSystemFileHandle;
}

/** What can be read of a file that was found. */
export const sourceOf = async ({ at }: FoundFile): Promise<ByteSource> =>
  typeof at === 'object' && 'getFile' in at ? at.getFile() : at;
