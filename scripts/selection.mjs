// Which tests the words after `npm test --` ask for: files by their paths, or else tests by their names.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * What Vitest is asked for: parts of paths, and the tests in these files whose name matches; all of them without `name`.
 * @typedef {{ paths: string[], name?: string }} Selection
 */

/**
 * A word that is part of a path selects files. Where none is, the words are looked for in names, whatever their case: those that are
 * written out, in tables and in fixtures. Only where none of these holds a word, every file is asked that may make such a name.
 * @param {readonly string[]} words
 * @param {readonly string[]} files paths of all tests
 * @param {(file: string, anywhere: boolean) => string} holds what names of tests in a file come from, or anything they can come from
 * @returns {Selection | undefined} undefined where nothing fits
 */
export function select(words, files, holds) {
  const byPath = words.filter((word) => files.some((file) => file.includes(word)));
  if (byPath.length === words.length) return { paths: [...words] };
  const inFiles = byPath.length === 0 ? files : files.filter((file) => byPath.some((word) => file.includes(word)));
  const names = words.filter((word) => !byPath.includes(word));
  const holding = (/** @type {boolean} */ anywhere) =>
    inFiles.filter((file) => {
      const text = holds(file, anywhere).toLowerCase();
      return names.some((word) => text.includes(word.toLowerCase()));
    });
  const sure = holding(false);
  const paths = sure.length > 0 ? sure : holding(true);
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

/** A text in quotes. */
const TEXT = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/;

/** A test or a group of them, with what it is called where that is written out, or with the text that it is made from. */
const TITLE = new RegExp(`\\b(?:test|it|describe)(?:\\.(?!each)\\w+)*\\(\\s*(${TEXT.source})`, 'g');

/** A table of cases, up to the name that they share. */
const TABLE = /\.each(?:<[^(]*>)?\(\[([\s\S]*?)\](?: as const)?\)\(\s*('[^'\n]*'|`[^`]*`)/g;

/** A case of a list: what it is called comes first, or as its `name`. */
const CASE = /(?:\[|\bname:)\s*('[^'\n]*')/g;

/** A fixture that is read. */
const FIXTURE = /\bload\w*(?:<[^(]*>)?\(\s*'([\w-]+)'/g;

/**
 * What names of tests in a file come from: the names that are written out, texts in tables, and names of cases in what it imports from
 * test/ and in the fixtures that any of these reads. Names may also come from anything in the file, in what it imports from test/, and in all of these fixtures.
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
  /** The modules below test/ that a file imports. @param {string} file */
  const importsOf = (file) =>
    [...read(file).matchAll(/from '(\.[^']*)'/g)]
      .map(([, path]) => join(dirname(file), `${path}`))
      .flatMap((path) => [`${path}.ts`, path, join(path, 'index.ts')])
      .filter(
        (path) => path.replaceAll('\\', '/').startsWith('test/') && /\.ts$/.test(path) && existsSync(join(root, path)),
      );
  /** A file with all that it imports. @param {string} file @param {Set<string>} [seen] @returns {Set<string>} */
  const withImports = (file, seen = new Set()) => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const each of importsOf(file)) withImports(each, seen);
    return seen;
  };
  /** @param {string} file */
  const anything = (file) => {
    const all = [...withImports(file)].map(read).join('\n');
    const named = fixtures.filter((fixture) => all.includes(`'${basename(fixture, '.json')}'`));
    return [all, ...named.map((name) => read(join('test/fixtures', name)))].join('\n');
  };
  /** @param {string} file */
  const titles = (file) => {
    const text = read(file);
    const all = [...withImports(file)].map(read).join('\n');
    const named = fixtures.filter((fixture) =>
      [...all.matchAll(FIXTURE)].some(([, name]) => `${name}.json` === fixture),
    );
    return [
      ...[...text.matchAll(TITLE)].map(([, title]) => title),
      ...[...text.matchAll(TABLE)].flatMap(([, table, title]) => [
        ...(table?.match(new RegExp(TEXT, 'g')) ?? []),
        title,
      ]),
      ...[...all.matchAll(CASE)].map(([, name]) => name),
      ...named.flatMap((name) => read(join('test/fixtures', name)).match(/"name": *"[^"]*"/g) ?? []),
    ].join('\n');
  };
  return (/** @type {string} */ file, /** @type {boolean} */ anywhere) => (anywhere ? anything(file) : titles(file));
}
