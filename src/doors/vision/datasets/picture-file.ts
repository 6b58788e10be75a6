// The messages between the page and a worker that reads pictures: the file, and the decoded picture.
import type { FoundFile } from './found-file';

/** Upper limit of the unpacked bytes of a picture file that is compressed once more. */
export const MAX_FILE_BYTES = 2 ** 28;

/** A file to be read by a worker: it can be sent, and means the same there. */
export type PictureFile = FoundFile;

/** A picture that a worker returns: uint8 [height, width, channels]. */
export interface PictureRead {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/**
 * Prepares a file for a worker. Relative addresses become absolute, because the worker's script may have another
 * address than the page.
 */
export function fileForWorker(file: FoundFile): PictureFile {
  const { at } = file;
  if (at instanceof URL) return { ...file, at: at.href };
  if (typeof at !== 'string' || typeof location === 'undefined') return file;
  const { document } = globalThis as { document?: { readonly baseURI: string } };
  return { ...file, at: new URL(at, document?.baseURI ?? location.href).href };
}
