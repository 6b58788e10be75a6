// Vite plugin that serves the library as one module. Its sources are a thousand, and every page, worker and process of the tests would
// ask for each of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';
import { classNames } from '../../scripts/class-names.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const src = `${root}src/`;

/**
 * Whether stacks of errors lead to the sources. The map is twice as large as the library, and each server and page reads it: whole
 * runs, which are to be short, do without.
 */
const isTraced = process.env.LAMPLIGHT_WHOLE !== '1';

/**
 * An empty map behind a module without one. For each frame of each error's stack Vite looks for a map in the text of the frame's module,
 * from its end and without keeping that there is none: in five megabytes, that was most of the time of tests which provoke errors. The
 * words of the comment are joined, or Vite would look for a map in this file, too.
 */
const EMPTY_MAP = `
//# ${'sourceMapping'}URL=data:application/json;base64,${btoa('{"version":3,"sources":[],"names":[],"mappings":""}')}
`;

/** What the library imports from elsewhere in a page. */
const packages = ['comlink', '@noble/hashes/legacy.js', '@noble/hashes/sha2.js', 'papaparse', 'umap-js'];

/** By its path below src without an ending, what is served: the library, and for each source an import of what it exports from there. */
type Bundle = ReadonlyMap<string, Rolldown.OutputChunk>;

let bundle: Promise<Bundle> | undefined;

/** The modules that start workers by their address, and those workers: these are served as they are written. */
function apart(sources: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const source of sources) {
    const [, worker] = /new Worker\(new URL\('([^']+)', import\.meta\.url\)/.exec(readFileSync(source, 'utf8')) ?? [];
    if (worker && existsSync(resolve(dirname(source), worker))) found.add(source).add(resolve(dirname(source), worker));
  }
  return found;
}

async function bundled(): Promise<Bundle> {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const sources = files.map((path) => `${src}${path.replaceAll('\\', '/')}`);
  const left = apart(sources);
  const entries = sources.filter((source) => !left.has(source)).map((source) => source.slice(src.length, -3));
  const result = await build({
    configFile: false,
    root,
    plugins: [
      classNames(),
      {
        name: 'lamplight:apart',
        enforce: 'pre',
        resolveId(source, importer) {
          const id = importer && source.startsWith('.') ? `${resolve(dirname(importer), source)}.ts` : source;
          return left.has(id) ? { id: `./${relative(src, id)}`, external: true } : undefined;
        },
      },
    ],
    logLevel: 'error',
    build: {
      write: false,
      target: 'esnext',
      minify: false,
      sourcemap: isTraced,
      lib: { entry: Object.fromEntries(entries.map((entry) => [entry, `${src}${entry}.ts`])), formats: ['es'] },
      rolldownOptions: {
        // Packages, which no path leads to.
        external: /^[\w@]/,
        output: {
          // Annotations tell Vite which imports it leaves alone.
          comments: isTraced || { annotation: true, legal: false, jsdoc: false },
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          codeSplitting: { groups: [{ name: 'library' }] },
        },
      },
    },
  });
  const [{ output }] = result as Rolldown.RolldownOutput[];
  return new Map(output.flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName.slice(0, -3), chunk]] : [])));
}

type Transform = (this: unknown, code: string, id: string) => unknown;

/** Vitest's plugin that has pages tell it of each `import()`. */
interface Injector {
  transform: Transform;
}

/** Spares the library, whose syntax tree takes a server of pages seconds to make: of its own imports nobody is told. */
const besidesLibrary = (transform: Transform): Transform =>
  function (code, id) {
    return id === `${src}library.js` ? undefined : transform.call(this, code, id);
  };

/** Does nothing where files are watched: what changes is then served as it is written. */
export function oneModule(): Plugin {
  let isWatched = false;
  return {
    name: 'lamplight:one-module',
    enforce: 'pre',
    apply: 'serve',
    // Found late, a package is bundled in the middle of a run, and the page loads anew.
    config: () => ({ optimizeDeps: { include: packages } }),
    configResolved({ server, plugins }) {
      isWatched = server.watch !== null;
      const injector = plugins.find(({ name }) => name === 'vitest:browser:esm-injector') as Injector | undefined;
      if (injector) injector.transform = besidesLibrary(injector.transform);
    },
    async resolveId(source, importer) {
      // From one file of the bundle to another.
      if (!importer?.startsWith(src) || !source.endsWith('.js')) return undefined;
      const name = relative(src, resolve(dirname(importer), source)).slice(0, -3);
      const chunk = (await bundle)?.get(name);
      return chunk && `${src}${name}${chunk.isEntry ? '.ts' : '.js'}`;
    },
    async load(id) {
      if (isWatched || !id.startsWith(src) || !/\.[jt]s$/.test(id)) return undefined;
      bundle ??= bundled();
      const chunk = (await bundle).get(id.slice(src.length, -3));
      if (!chunk) return undefined;
      return chunk.map ? { code: chunk.code, map: chunk.map } : { code: chunk.code + EMPTY_MAP, map: { mappings: '' } };
    },
  };
}
