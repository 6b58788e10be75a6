// A file of a data set that was found: its place, and the source to read.
import type { ByteSource } from '../../../torch';

/** A file of a folder. It can be sent to a worker. */
export interface FoundFile {
  /** Where it is below the folder, with `/` between. */
  readonly path: string;
  /** How messages and lists of samples call it: `path` behind the folder's own name. */
  readonly name: string;
  readonly at: ByteSource | FileSystemFileHandle;
}

/** The source of a file that was found. */
export const sourceOf = async ({ at }: FoundFile): Promise<ByteSource> =>
  typeof at === 'object' && 'getFile' in at ? at.getFile() : at;
