// The worker in which another library times rows of the benchmark, each step with the reading of one number.
import type { Library } from '../../../bench/libraries/library';
import { dependencies } from '../../../bench/package.json';
import { tables } from '../../../bench/rows';
import type { Jax, Tf } from '../../../bench/rows/row';
import type { PeerJob, PeerName, PeerNews } from './peers';

/** Steps in which a library compiles its kernels. */
const WARM = 4;

const addressOf = (name: keyof typeof dependencies, path: string): string =>
  `https://cdn.jsdelivr.net/npm/${name}@${dependencies[name]}/dist/${path}`;

const load = (name: keyof typeof dependencies, path: string) => import(/* @vite-ignore */ addressOf(name, path));

/** Fetches a library and starts it. Code of the benchmark that speaks to it comes with it. */
const open: Record<PeerName, () => Promise<Library>> = {
  async tfjs() {
    // Both put what they hold into the global `tf`.
    await load('@tensorflow/tfjs', 'tf.min.js');
    await load('@tensorflow/tfjs-backend-webgpu', 'tf-backend-webgpu.min.js');
    const { openTensorFlow } = await import('../../../bench/libraries/tensorflow');
    return openTensorFlow((globalThis as unknown as { tf: Tf }).tf);
  },
  async 'jax-js'() {
    const jax = (await load('@jax-js/jax', 'index.js')) as Jax;
    const { openJax } = await import('../../../bench/libraries/jax');
    return openJax(jax);
  },
  async 'ort-webgpu'() {
    const ort = await load('onnxruntime-web', 'ort.webgpu.min.mjs');
    const { openProvider } = await import('../../../bench/libraries/onnxruntime');
    return openProvider(ort, 'webgpu', addressOf('onnxruntime-web', ''));
  },
};

const tell = (news: PeerNews): void => postMessage(news);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const rows = new Map(Object.values(tables).flatMap((table) => table.rows.map((row) => [row.name, row] as const)));

async function median(library: Library, name: string, repeats: number): Promise<PeerNews> {
  const row = rows.get(name);
  if (!row) return { row: name, reason: 'the benchmark has no such row' };
  const work = await library.prepare(row);
  const times: number[] = [];
  for (let i = -WARM; i < repeats; i++) {
    const start = performance.now();
    await work.step();
    if (i >= 0) times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { row: name, milliseconds: times.sort((a, b) => a - b)[repeats >> 1] ?? 0 };
}

self.addEventListener('message', async ({ data: job }: MessageEvent<PeerJob>) => {
  let library: Library;
  try {
    library = await open[job.peer]();
  } catch (error) {
    tell({ failed: textOf(error) });
    return;
  }
  for (const row of job.rows) {
    try {
      tell(await median(library, row, job.repeats));
    } catch (error) {
      tell({ row, reason: textOf(error) });
    }
  }
  tell({ done: true });
});
