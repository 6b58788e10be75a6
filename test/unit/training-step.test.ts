// src/engine/graph/README.md: each file that its walk through a training step names is there, and has the names that follow; and its glossary
// has an entry for every field of a value that changes, and for every member of an operation. Links in all READMEs of src lead to files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** The glossary's entries: the words before the colon of each. */
const entriesOf = (text: string): Set<string> =>
  new Set(
    [...text.slice(text.indexOf('## Glossary')).matchAll(/^- ((?:`\w+`(?:, )?)+):/gm)].flatMap(([, words]) =>
      [...words!.matchAll(/\w+/g)].map(([word]) => word),
    ),
  );

/** The lines of a class or an interface, without its comments and its closing brace. */
const bodyOf = (text: string, head: string): string =>
  text
    .slice(text.indexOf(head))
    .split('\n}')[0]!
    .replace(/\/\*[\s\S]*?\*\//g, '');

const page = readFileSync('src/engine/graph/README.md', 'utf8');
const steps = page.split('\n').filter((line) => line.startsWith('- `src/'));

/** By file of a line, the names that follow it. */
const named = steps.flatMap((line) => {
  const files: { file: string; names: string[] }[] = [];
  for (const [, text] of line.matchAll(/`([^`]+)`/g)) {
    if (text!.startsWith('src/')) files.push({ file: text!, names: [] });
    else if (/^\w+$/.test(text!)) files.at(-1)!.names.push(text!);
  }
  return files;
});

test('the walk through a training step is there', () => {
  expect(steps.length).toBeGreaterThan(30);
});

test.each(named)('the walk through a training step names what $file has', ({ file, names }) => {
  expect(existsSync(file), file).toBe(true);
  const text = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

const text = readFileSync('src/engine/graph/value.ts', 'utf8');
const value = bodyOf(text, 'export class Value ');
const fields = [...value.matchAll(/^ {2}(?:private )?(\w+)(?:: .*)? = .*;$/gm)].map(([, name]) => name!);
const given = [...value.matchAll(/^ {4}public (\w+):/gm)].map(([, name]) => name!);

test.each([...fields, ...given])('one file changes the field %s of a value', (field) => {
  const files = ['src/engine', 'src/torch/tensor'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  const changes = new RegExp(`(?<!\\bthis|\\bstate)\\.${field} (?:\\+|\\?\\?)?= `);
  const own = new RegExp(`\\bthis\\.${field} = `).test(value) ? 1 : 0;
  const others = files.filter((file) => file.endsWith('.ts') && changes.test(readFileSync(file, 'utf8')));
  expect(others.length + own, others.join()).toBe(1);
});

test('one file changes what a state holds', () => {
  const files = readdirSync('src/engine', { recursive: true, encoding: 'utf8' }).map((path) =>
    join('src/engine', path),
  );
  const changes = /\bstate\.(?:memory|data|uploaded|streams) = /;
  const changing = files.filter((file) => file.endsWith('.ts') && changes.test(readFileSync(file, 'utf8')));
  expect(changing).toEqual(['src/engine/compiler/contents.ts']);
});

test('the glossary has an entry for every field of a value that changes, and for every member of an operation', () => {
  const members = [...bodyOf(text, 'export interface Op<').matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(
    ([, name]) => name!,
  );
  expect(fields).toEqual(expect.arrayContaining(['state', 'owners', 'memory', 'number']));
  expect(given).toEqual(['node']);
  expect(fields.length + given.length).toBeLessThanOrEqual(8);
  expect(members).toEqual(expect.arrayContaining(['gradName', 'infer', 'vjp', 'growth']));
  const entries = entriesOf(page);
  expect([...fields, ...given, ...members].filter((name) => !entries.has(name))).toEqual([]);
});

test('the glossary has few entries: more than that nobody holds in mind', () => {
  const glossary = page.slice(page.indexOf('## Glossary'));
  expect(glossary.match(/^- `/gm)!.length).toBeLessThanOrEqual(25);
});

test('every link in a README of the sources leads to a file or a folder', () => {
  const pages = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('README.md'));
  expect(pages.length).toBeGreaterThan(6);
  const links = pages.flatMap((path) =>
    [...readFileSync(join('src', path), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to]) =>
      join('src', dirname(path), to!),
    ),
  );
  expect(links.length).toBeGreaterThan(60);
  expect(links.filter((to) => !existsSync(to))).toEqual([]);
});
