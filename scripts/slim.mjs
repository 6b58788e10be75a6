// Makes the built modules smaller, and leaves them readable: comments of declarations are left out, since editors read them in the .d.ts and
// contributors in src, and packages of others that are built in are minified.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from 'rolldown/utils';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** A comment of a declaration on lines of its own; what marks calls without effects is for bundlers. */
const COMMENT = /^[ \t]*\/\*\*(?:(?!\*\/|[@#]__)[\s\S])*\*\/[ \t]*\n/gm;

/** Marks of the files that a chunk is made of. */
const REGION = /^\/\/ (\S+\/)/gm;

const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js') && !/^browser[\\/]/.test(name))
  .map((name) => join(dist, name));

/** Whether a chunk is made of packages alone. @param {string} code */
function isOfOthers(code) {
  const regions = [...code.matchAll(REGION)].map(([, path]) => `${path}`);
  return regions.length > 0 && regions.every((path) => path.startsWith('node_modules/'));
}

for (const file of modules) {
  const code = readFileSync(file, 'utf8');
  const slim = isOfOthers(code) ? minifySync(file, code, { module: true }).code : code.replace(COMMENT, '');
  if (slim !== code) writeFileSync(file, slim);
}
