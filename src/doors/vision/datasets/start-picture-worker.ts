// Starts the workers of data sets whose pictures are files. No module that such a worker loads may import this module:
// the worker's script would then contain itself, and a bundler that builds the scripts of workers from the inside out
// (Turbopack) never ends. `npm test -- doors` checks every module that starts a worker.

import type { data } from '../../../torch';
import { warnOnce, workerElseHere } from '../../../torch/inside';
import type { PictureFile } from './picture-file';
import { readPictureFile } from './read-picture-file';

interface Builtins {
  getBuiltinModule?(name: 'node:worker_threads'): { readonly Worker: new (url: URL) => data.WorkerLike };
  getBuiltinModule?(name: 'node:fs'): { existsSync(url: URL): boolean };
}

/**
 * Starts a worker that reads pictures. If its script is missing, this warns, and pictures are read on the main thread.
 */
export function startPictureWorker(): data.WorkerLike {
  const { process } = globalThis as { process?: Builtins };
  if (typeof Worker === 'undefined' && process?.getBuiltinModule) {
    // The address is in a variable, so that bundlers do not take it for an asset of a page: one bundler would include
    // all files of this folder.
    const here = import.meta.url;
    const script = new URL('picture-worker.js', here);
    if (process.getBuiltinModule('node:fs').existsSync(script)) {
      const { Worker: Thread } = process.getBuiltinModule('node:worker_threads');
      return new Thread(script);
    }
    return workerElseHere(() => null, open, missing);
  }
  // Browsers reject a worker script from another origin: `new Worker` throws.
  return workerElseHere(
    () => new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' }),
    open,
    missing,
  );
}

const open = () => (address: unknown) => readPictureFile(address as PictureFile);

function missing(): void {
  warnOnce(
    'DataLoader: expected the script of the workers that read pictures, but it could not be loaded, so that they are read on the main side; ' +
      'to a bundler that does not know workers (esbuild, Rollup) give node_modules/lamplight/dist/vision/datasets/picture-worker.js as a second entry, ' +
      'and serve what the library is made of from your own origin',
  );
}
