// Other libraries as the page sees them: each is fetched when it is asked for, and times rows in a worker of its own.
import { dependencies } from '../../../bench/package.json';

export const PEERS = {
  tfjs: { title: 'TensorFlow.js', version: dependencies['@tensorflow/tfjs'] },
  'jax-js': { title: 'jax-js', version: dependencies['@jax-js/jax'] },
  'ort-webgpu': { title: 'onnxruntime-web', version: dependencies['onnxruntime-web'] },
} as const;
export type PeerName = keyof typeof PEERS;

export interface PeerJob {
  readonly peer: PeerName;
  /** Names of the benchmark's rows. */
  readonly rows: readonly string[];
  readonly repeats: number;
}

/** What the worker tells: a median in milliseconds, why there is none, or why the library could not be opened. */
export type PeerNews =
  | { readonly row: string; readonly milliseconds: number }
  | { readonly row: string; readonly reason: string }
  | { readonly failed: string }
  | { readonly done: true };

/** Times rows in a library; what it holds goes with its worker. Resolves at the end. @throws Error where the library cannot be loaded */
export async function timePeer(job: PeerJob, heard: (news: PeerNews) => void): Promise<void> {
  const worker = new Worker(new URL('./peers-worker.ts', import.meta.url), { type: 'module', name: job.peer });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<PeerNews>) => {
        if ('failed' in data) reject(new Error(data.failed));
        else if ('done' in data) resolve();
        else heard(data);
      });
      worker.addEventListener('error', ({ message }) =>
        reject(new Error(message || 'its worker could not be started')),
      );
      worker.postMessage(job);
    });
  } finally {
    worker.terminate();
  }
}
