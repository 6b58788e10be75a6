// Builds the library (`vite build`), and serves or builds the demos as a multi-page site (`vite`, `vite build --mode demos`).
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';
import { folders } from './demos/build/folders.ts';
import { fragments } from './demos/build/fragments.ts';
import { gallery } from './demos/build/gallery.ts';
import { guide } from './demos/build/guide.ts';
import { mnist } from './demos/build/mnist-files.ts';
import { notebooks } from './demos/build/notebooks.ts';
import { offline, SERVICE_WORKER } from './demos/build/offline.ts';
import { pyodide } from './demos/build/pyodide.ts';
import { reference } from './demos/build/reference.ts';
import { search } from './demos/build/search.ts';
import { siteData } from './demos/build/site-data.ts';
import { stylesFirst } from './demos/build/styles-first.ts';
import { types } from './demos/build/types.ts';
import { classNames } from './scripts/class-names.mjs';
import { doorAliases, doors } from './scripts/doors.mjs';
import { modulesApart } from './scripts/modules-apart.mjs';
import { wgslStripped } from './scripts/wgsl-stripped.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The pages of the site: demos/index.html, every demos/<name>/index.html and every demos/gallery/<name>/index.html. */
function pages(): string[] {
  const folder = join(root, 'demos');
  const gallery = readdirSync(join(folder, 'gallery')).map((name) => join('gallery', name));
  return ['.', ...readdirSync(folder), ...gallery]
    .map((name) => join(folder, name, 'index.html'))
    .filter((file) => existsSync(file));
}

/**
 * Modules of the package, for bundlers and Node. Each is a source without its types, and what debuggers show: names, lines of code and the
 * comments of declarations stay. So no map is needed.
 */
const modules: UserConfig = {
  plugins: [
    modulesApart(
      join(root, 'src/'),
      doors.map(({ source }) => source),
    ),
    classNames(),
    wgslStripped(),
  ],
  logLevel: 'warn',
  build: {
    target: 'es2022',
    minify: false,
    lib: { entry: Object.fromEntries(doors.map(({ module, source }) => [module, source])), formats: ['es'] },
    rolldownOptions: {
      external: ['webgpu', 'comlink'],
      checks: { pluginTimings: false },
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
};

/**
 * The built modules for pages without a bundler: a file a door, and what the doors share. Their maps lead to the modules, which lie beside
 * them in the package (`scripts/line-maps.mjs`).
 */
const browser: UserConfig = {
  // The addresses of workers are beside the files that start them, wherever these lie.
  base: './',
  logLevel: 'warn',
  worker: { format: 'es', rolldownOptions: { output: { sourcemapExcludeSources: true } } },
  build: {
    target: 'es2022',
    outDir: 'dist/browser',
    minify: true,
    sourcemap: true,
    modulePreload: false,
    // They hold all of the library, whatever a page uses of it.
    chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
    rolldownOptions: {
      input: Object.fromEntries(doors.map(({ browser: name, module }) => [name, join(root, `dist/${module}.js`)])),
      external: ['webgpu'],
      preserveEntrySignatures: 'strict',
      checks: { pluginTimings: false },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'shared/[name]-[hash].js',
        sourcemapExcludeSources: true,
      },
    },
  },
};

/** What the demos are made of. */
const served = ['demos', 'packages/notebook', 'src', 'shaders', 'python', 'bench', 'node_modules'];

/**
 * Where the server looks for packages before any page needs them: a package that it finds later reloads every open page. Pages do not lead to
 * workers, nor those of the gallery to their scripts, so all modules of the pages are listed.
 */
const scanned = [
  '**/*.html',
  '**/*.ts',
  '../src/**/*-worker.ts',
  '../packages/notebook/**/*.ts',
  '!build/**',
  '!**/*.d.ts',
];

function demos(): UserConfig {
  return {
    root: join(root, 'demos'),
    base: './',
    appType: 'mpa',
    publicDir: false,
    plugins: [
      folders(join(root, 'demos'), ['/reference']),
      mnist(),
      siteData(join(root, 'demos')),
      gallery(join(root, 'demos/gallery')),
      notebooks(join(root, 'demos')),
      pyodide(),
      types(),
      fragments(join(root, 'demos/ui/fragments')),
      guide(root),
      search(root),
      classNames(),
      wgslStripped(),
      reference(
        join(root, 'scripts/reference.mjs'),
        join(root, 'node_modules/.cache/lamplight/reference'),
        join(root, 'demos/making/page.html'),
      ),
      stylesFirst(),
      offline(),
    ],
    resolve: { alias: doorAliases },
    // Not the checkout: whoever reaches the server may read what is listed here.
    server: { fs: { allow: served.map((folder) => join(root, folder)) } },
    worker: { format: 'es', plugins: () => [classNames(), wgslStripped()] },
    optimizeDeps: { entries: scanned },
    build: {
      target: 'es2022',
      outDir: join(root, 'demos-dist'),
      emptyOutDir: true,
      rolldownOptions: {
        input: [...pages(), join(root, 'demos/service-worker.ts')],
        // Its address is to stay: browsers ask there for a new version.
        output: {
          entryFileNames: ({ name }) => (`${name}.js` === SERVICE_WORKER ? SERVICE_WORKER : 'assets/[name]-[hash].js'),
        },
      },
    },
  };
}

export default defineConfig(({ command, mode }) => {
  if (command !== 'build' || mode === 'demos') return demos();
  return mode === 'browser' ? browser : modules;
});
