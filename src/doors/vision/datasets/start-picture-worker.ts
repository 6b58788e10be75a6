// Starts the workers of data sets whose pictures lie in files. Nothing that such a worker loads may import this module: its script would hold itself, and
// a bundler that builds scripts of workers inside out (Turbopack) never ends. `npm test -- doors` looks at every module that starts a worker.

import type { data } from '../../../torch';
import { type WebWorkerLike, warnOnce, workerHere, workerOr } from '../../../torch/inside';
import type { PictureFile } from './picture-file';
import { readPictureFile } from './read-picture-file';

interface Builtins {
  getBuiltinModule?(name: 'node:worker_threads'): { readonly Worker: new (url: URL) => data.WorkerLike };
  getBuiltinModule?(name: 'node:fs'): { existsSync(url: URL): boolean };
}

/** Starts a worker that reads pictures; where its script is missing, pictures are read on the main side, with a warning. */
export function startPictureWorker(): data.WorkerLike {
  const { process } = globalThis as { process?: Builtins };
  if (typeof Worker === 'undefined' && process?.getBuiltinModule) {
    // With a name for the address, lest a bundler looks for files of a page: one takes all that lie here for them.
    const here = import.meta.url;
    const script = new URL('picture-worker.js', here);
    if (!process.getBuiltinModule('node:fs').existsSync(script)) return missing();
    const { Worker: Thread } = process.getBuiltinModule('node:worker_threads');
    return new Thread(script);
  }
  try {
    return workerOr(new Worker(new URL('./picture-worker.ts', import.meta.url), { type: 'module' }), missing);
  } catch {
    // The browser takes no script of another origin.
    return missing();
  }
}

function missing(): WebWorkerLike {
  warnOnce(
    'DataLoader: expected the script of the workers that read pictures, but it could not be loaded, so that they are read on the main side; ' +
      'to a bundler that does not know workers (esbuild, Rollup) give node_modules/lamplight/dist/vision/datasets/picture-worker.js as a second entry, ' +
      'and serve what the library is made of from your own origin',
  );
  return workerHere(() => (address) => readPictureFile(address as PictureFile));
}
