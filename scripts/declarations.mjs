// Finishes the type declarations of a build, so that they hold in every program: adds the file endings that Node's module
// resolution asks for, takes types of the platform from platform.d.ts, and leaves out what TypeScript 5.2 does not know.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const platform = fileURLToPath(new URL('platform.d.ts', import.meta.url));
const names = [...readFileSync(platform, 'utf8').matchAll(/^export type (\w+)/gm)].map(([, name]) => `${name}`);

for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts') || name === 'platform.d.ts') continue;
  const file = join(dist, name);
  const text = readFileSync(file, 'utf8');
  const complete = withPlatform(withoutBuffers(withEndings(text, name)), name);
  if (complete !== text) writeFileSync(file, complete);
}
copyFileSync(platform, join(dist, 'platform.d.ts'));

/**
 * @param {string} text
 * @param {string} name of the file
 */
function withEndings(text, name) {
  return text.replace(
    /\/\*[\s\S]*?\*\/|((?:from|import|module)\s*\(?\s*['"])(\.{1,2}(?:\/[^'"]*)?)(['"])/g,
    (found, before, path, after) => {
      // A comment's examples import what is the reader's.
      if (path === undefined) return found;
      const target = join(dirname(join(dist, name)), path);
      if (existsSync(`${target}.d.ts`)) return `${before}${path}.js${after}`;
      if (existsSync(join(target, 'index.d.ts'))) return `${before}${path.replace(/\/$/, '')}/index.js${after}`;
      throw new Error(`${name}: expected a declaration for ${path}, but the build has none`);
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
 * The import stands last, so that positions in the file stay what they were.
 * @param {string} text
 * @param {string} name of the file
 */
function withPlatform(text, name) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const used = names.filter((each) => new RegExp(`(?<![\\w.'"])${each}(?![\\w'"])`).test(code));
  if (used.length === 0) return text;
  const path = relative(dirname(name), 'platform.js').replaceAll('\\', '/');
  return `${text}import type { ${used.join(', ')} } from '${path.startsWith('.') ? path : `./${path}`}';\n`;
}
