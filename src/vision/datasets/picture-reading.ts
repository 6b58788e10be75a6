// How data sets whose pictures lie in files have them read in workers.
import type { WorkerLike } from '../../data/worker/thread';
import type { FoundFile } from './source';

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

interface Builtins {
  readonly getBuiltinModule?: (name: 'node:worker_threads') => { readonly Worker: new (url: URL) => WorkerLike };
}

/** Starts a worker that reads pictures. */
export function startPictureWorker(): WorkerLike {
  const { process } = globalThis as { process?: Builtins };
  if (typeof Worker === 'undefined' && process?.getBuiltinModule) {
    // With a name for the address, lest a bundler looks for files of a page: one takes all that lie here for them.
    const here = import.meta.url;
    const { Worker: Thread } = process.getBuiltinModule('node:worker_threads');
    return new Thread(new URL('picture-worker.js', here));
  }
  return new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' });
}

/** A file for a worker, whose own address may be another than the page's: relative addresses are made whole. */
export function fileForWorker(file: FoundFile): PictureFile {
  const { at } = file;
  if (at instanceof URL) return { ...file, at: at.href };
  if (typeof at !== 'string' || typeof location === 'undefined') return file;
  const { document } = globalThis as { document?: { readonly baseURI: string } };
  return { ...file, at: new URL(at, document?.baseURI ?? location.href).href };
}
