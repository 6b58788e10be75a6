// The checks shared by all random-access readers, and the reader for bytes in memory.
import { FetchError, FileFormatError } from '../../engine/core/errors';

/** A file whose parts can be read in any order. */
export interface Reader {
  /** The file's name in messages. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /**
   * The bytes from `start` to `end` (exclusive); they may share memory with the source, so callers must not write to
   * them.
   *
   * @throws FileFormatError if the file ends before `end`
   * @throws FetchError if the bytes cannot be read
   */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Random access to bytes in memory. */
export function memoryReader(bytes: Uint8Array, name: string): Reader {
  return reader(name, bytes.length, async (start, end) => bytes.subarray(start, end));
}

export type Read = (start: number, end: number) => Promise<Uint8Array>;

/** A reader that checks each request, and each result's length. */
export function reader(name: string, size: number, read: Read, close = async () => {}): Reader {
  return {
    name,
    size,
    close,
    read: async (start, end) => {
      if (!(start >= 0 && start <= end && end <= size)) {
        throw new FileFormatError(
          `${name}: expected bytes ${start} to ${end}, but the file has ${size}: it is truncated`,
        );
      }
      if (start === end) return new Uint8Array();
      const bytes = await read(start, end);
      if (bytes.length === end - start) return bytes;
      throw new FetchError(`${name}: expected ${end - start} bytes from byte ${start}, but got ${bytes.length}`);
    },
  };
}
