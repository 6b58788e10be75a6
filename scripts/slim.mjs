// Makes the built modules smaller, and leaves them readable: a comment that the declarations hold too, where editors read it, is left out,
// and packages of others that are built in are minified.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from 'rolldown/utils';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** A comment of a declaration on lines of its own; what marks calls without effects is for bundlers. */
const COMMENT = /^[ \t]*\/\*\*(?:(?!\*\/|[@#]__)[\s\S])*\*\/[ \t]*\n/gm;

/** Marks of the files that a chunk is made of. */
const REGION = /^\/\/ (\S+\/)/gm;

/** What a comment says, however it is laid out. @param {string} comment */
const words = (comment) =>
  comment
    .replace(/^[ \t]*\/?\*+\/?/gm, ' ')
    .replace(/\*\/\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim();

/** @param {string} ending */
const files = (ending) =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !/^browser[\\/]/.test(name))
    .map((name) => join(dist, name));

/** Whether a chunk is made of packages alone. @param {string} code */
function isOfOthers(code) {
  const regions = [...code.matchAll(REGION)].map(([, path]) => `${path}`);
  return regions.length > 0 && regions.every((path) => path.startsWith('node_modules/'));
}

const declared = new Set(
  files('.d.ts').flatMap((file) => (readFileSync(file, 'utf8').match(COMMENT) ?? []).map(words)),
);
for (const file of files('.js')) {
  const code = readFileSync(file, 'utf8');
  const slim = isOfOthers(code)
    ? minifySync(file, code, { module: true }).code
    : code.replace(COMMENT, (comment) => (declared.has(words(comment)) ? '' : comment));
  if (slim !== code) writeFileSync(file, slim);
}
