// Starts the workers of data sets whose pictures lie in files. Nothing that such a worker loads may import this module: its script would hold itself, and
// a bundler that builds scripts of workers inside out (Turbopack) never ends.
import type { WorkerLike } from '../../data/worker/thread';

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
