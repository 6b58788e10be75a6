// Which tests the words after `npm test --` ask for: files by their paths, or else tests by their names.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * What Vitest is asked for: parts of paths, and the tests in these files whose name matches; all of them without `name`.
 * @typedef {{ paths: string[], name?: string }} Selection
 */

/**
 * A word that is part of a path selects files. Where none is, the words are looked for in names, whatever their case: those of
 * tests are often made from fixtures, so every file is asked that holds the words itself, imports them, or reads them.
 * @param {readonly string[]} words
 * @param {readonly string[]} files paths of all tests
 * @param {(file: string) => string} holds everything that names of tests in a file can come from
 * @returns {Selection | undefined} undefined where nothing fits
 */
export function select(words, files, holds) {
  const byPath = words.filter((word) => files.some((file) => file.includes(word)));
  if (byPath.length === words.length) return { paths: [...words] };
  const inFiles = byPath.length === 0 ? files : files.filter((file) => byPath.some((word) => file.includes(word)));
  const names = words.filter((word) => !byPath.includes(word));
  const paths = inFiles.filter((file) => {
    const text = holds(file).toLowerCase();
    return names.some((word) => text.includes(word.toLowerCase()));
  });
  return paths.length === 0 ? undefined : { paths, name: names.map(anyCase).join('|') };
}

/**
 * A pattern that matches the word in any case.
 * @param {string} word
 */
function anyCase(word) {
  return word
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}

/**
 * The test files below a folder, as paths from `root`.
 * @param {string} root
 * @param {string} folder
 */
export function testFiles(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

/**
 * The text of a test file, of what it imports from test/, and the fixtures that any of these names in quotes.
 * @param {string} root
 */
export function sourcesOf(root) {
  const fixtures = readdirSync(join(root, 'test/fixtures')).filter((file) => file.endsWith('.json'));
  /** @type {Map<string, string>} */
  const texts = new Map();
  /** @param {string} file */
  const read = (file) => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(join(root, file), 'utf8');
    texts.set(file, text);
    return text;
  };
  /** @param {string} file @param {Set<string>} seen @returns {string} */
  const gather = (file, seen) => {
    if (seen.has(file)) return '';
    seen.add(file);
    const text = read(file);
    const imports = [...text.matchAll(/from '(\.[^']*)'/g)].map(([, path]) => join(dirname(file), `${path}`));
    const own = imports
      .flatMap((path) => [`${path}.ts`, path, join(path, 'index.ts')])
      .filter(
        (path) => path.replaceAll('\\', '/').startsWith('test/') && /\.ts$/.test(path) && existsSync(join(root, path)),
      );
    const named = fixtures.filter((fixture) => text.includes(`'${basename(fixture, '.json')}'`));
    return [
      text,
      ...own.map((path) => gather(path, seen)),
      ...named.map((name) => read(join('test/fixtures', name))),
    ].join('\n');
  };
  return (/** @type {string} */ file) => gather(file, new Set());
}
