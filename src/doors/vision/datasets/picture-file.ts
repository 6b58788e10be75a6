// A picture's file on its way to a worker that reads it, and the picture that comes back.
import type { FoundFile } from './found-file';

/** Of a picture's file that comes compressed once more. */
export const MAX_FILE_BYTES = 2 ** 28;

/** A file as a worker is asked for it: it can be sent there, and means the same there. */
export type PictureFile = FoundFile;

/** A picture as a worker hands it over: uint8 [height, width, channels]. */
export interface PictureRead {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** A file for a worker, whose own address may be another than the page's: relative addresses are made whole. */
export function fileForWorker(file: FoundFile): PictureFile {
  const { at } = file;
  if (at instanceof URL) return { ...file, at: at.href };
  if (typeof at !== 'string' || typeof location === 'undefined') return file;
  const { document } = globalThis as { document?: { readonly baseURI: string } };
  return { ...file, at: new URL(at, document?.baseURI ?? location.href).href };
}
