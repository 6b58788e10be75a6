// Completes the declarations that TypeScript writes, so that they hold in every program: adds the file endings that Node's module
// resolution asks for, takes types of the platform from platform.d.ts, and leaves out what TypeScript 5.2 does not know.
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const platform = fileURLToPath(new URL('../platform.d.ts', import.meta.url));
export const platformTypes = [...readFileSync(platform, 'utf8').matchAll(/^export type (\w+)/gm)].map(
  ([, name]) => `${name}`,
);

/** What the path of a module begins with whose declarations another module adds to; a path from the folder follows. */
export const ADDED_TO = 'added-to:';

/**
 * @param {string} text of a declaration
 * @param {string} folder where the declarations are
 * @param {string} name of the file there
 */
export const completed = (text, folder, name) => withPlatform(withoutBuffers(withEndings(text, folder, name)), name);

/** @param {string} folder where the declarations are */
export const copyPlatform = (folder) => copyFileSync(platform, join(folder, 'platform.d.ts'));

/**
 * @param {string} text
 * @param {string} folder
 * @param {string} name of the file
 */
function withEndings(text, folder, name) {
  return text.replace(
    /\/\*[\s\S]*?\*\/|((?:from|import|module)\s*\(?\s*['"])(\.{1,2}(?:\/[^'"]*)?)(['"])/g,
    (found, before, path, after) => {
      // A comment's examples import what is the reader's, and texts are not declared.
      if (path === undefined || path.endsWith('?raw')) return found;
      const target = join(dirname(name), path).replaceAll('\\', '/');
      const file = [target, join(target, 'index')].find((each) => existsSync(join(folder, `${each}.d.ts`)));
      if (!file) throw new Error(`${name}: expected a declaration for ${path}, but the build has none`);
      if (before.startsWith('module')) return `${before}${ADDED_TO}${file}${after}`;
      return `${before}${pathTo(file, name)}.js${after}`;
    },
  );
}

/**
 * Typed arrays have had an argument since TypeScript 5.7.
 * @param {string} text
 */
function withoutBuffers(text) {
  return text.replace(/\b(\w+Array|DataView)<ArrayBuffer(?:Like)?>/g, '$1');
}

/**
 * @param {string} text
 * @param {string} name of the file
 */
function withPlatform(text, name) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const used = platformTypes.filter((each) => new RegExp(`(?<![\\w.'"])${each}(?![\\w'"])`).test(code));
  if (used.length === 0) return text;
  return `${text}import type { ${used.join(', ')} } from '${pathTo('platform', name)}.js';\n`;
}

/**
 * The path that a file imports another one by.
 * @param {string} file
 * @param {string} name of the importing file
 */
function pathTo(file, name) {
  const path = relative(dirname(name), file).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}
