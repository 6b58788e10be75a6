// Vite plugin that builds every module of src into a file of its own, whose imports stand as they are written. A bundler then sees
// `export * as nn` itself, and leaves out of a program what it does not name; a bundle would hold an object with everything in it.
// What modules import from elsewhere, shaders and packages, is built into them, or into a file that they share.
import { dirname, relative } from 'node:path';

/**
 * @param {string} src folder of the modules, ending in a slash
 * @param {readonly string[]} entries modules that the build makes files of by itself
 * @returns {import('vite').Plugin}
 */
export function modulesApart(src, entries) {
  const found = new Set(entries);
  return {
    name: 'lamplight:modules-apart',
    enforce: 'pre',
    resolveId: {
      filter: { id: /^\.{1,2}(\/|$)/ },
      async handler(source, importer, options) {
        const resolved = importer ? await this.resolve(source, importer, { ...options, skipSelf: true }) : null;
        if (!importer || !resolved?.id.startsWith(src) || !resolved.id.endsWith('.ts')) return null;
        if (!found.has(resolved.id)) {
          found.add(resolved.id);
          this.emitFile({ type: 'chunk', id: resolved.id, fileName: toFile(relative(src, resolved.id)) });
        }
        const path = toFile(relative(dirname(importer), resolved.id));
        return { id: path.startsWith('.') ? path : `./${path}`, external: true };
      },
    },
    // A worker's module is a file of its own too. The comment keeps Vite from bundling it here; bundlers of users are to do that.
    transform: {
      filter: { code: /new Worker\(\s*new URL\('/ },
      async handler(code, importer) {
        const [, source] = /new Worker\(\s*new URL\('([^']+)', import\.meta\.url\)/.exec(code) ?? [];
        const resolved = source ? await this.resolve(source, importer) : null;
        if (!source || !resolved) return null;
        if (!found.has(resolved.id)) {
          found.add(resolved.id);
          this.emitFile({ type: 'chunk', id: resolved.id, fileName: toFile(relative(src, resolved.id)) });
        }
        return { code: code.replace(`'${source}'`, `${IGNORED}'${toFile(source)}'`), map: null };
      },
    },
    renderChunk: (code) =>
      MARKED.test(code) ? { code: code.replace(MARKED, 'new Worker(new URL('), map: null } : null,
  };
}

const IGNORED = '/* @vite-ignore */ ';
/** Where it stands once the module is written out. */
const MARKED = /new Worker\(\s*new URL\(\s*\/\* @vite-ignore \*\/\s*/;

/** @param {string} path */
const toFile = (path) => path.replaceAll('\\', '/').replace(/\.ts$/, '.js');
