// Vite plugin that builds every module of src into a file of its own, whose imports stand as they are written. A bundler then sees
// `export * as nn` itself, and leaves out of a program what it does not name; a bundle would hold an object with everything in it.
// What modules import from elsewhere, shaders and packages, is built into them, or into a file that they share.
import { dirname, relative } from 'node:path';

/**
 * @param {string} src folder of the modules, ending in a slash
 * @returns {import('vite').Plugin}
 */
export function modulesApart(src) {
  /** @type {Set<string>} */
  const found = new Set();
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
  };
}

/** @param {string} path */
const toFile = (path) => path.replaceAll('\\', '/').replace(/\.ts$/, '.js');
