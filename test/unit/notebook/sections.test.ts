// Each course teaches every section of the text that it follows: test/site/courses/sections/<course>.json says where, as rows of
// { "source": "s0: Pooling Layers", "at": "s0-convolution#pooling" }. The names of all sections, and how many words of prose each text has, stand in sources.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { renderText } from 'lamplight-notebook/render/text';
import { describe, expect, test } from 'vitest';
import { wordsOf } from '../../../demos/build/reading';
import sources from './sources.json';

interface Row {
  readonly source: string;
  readonly at: string;
}

const courses = fileURLToPath(new URL('../../../demos/notebook/courses/', import.meta.url));
const tables = fileURLToPath(new URL('../../site/courses/sections/', import.meta.url));
const notebooks = new Map(
  readdirSync(courses)
    .filter((file) => file.endsWith('.md'))
    .map((file) => [file.slice(0, -'.md'.length), fromMarkdown(readFileSync(courses + file, 'utf8'))] as const),
);
/** Courses that say where each section is taught. */
const told = Object.entries(sources).filter(([name]) => existsSync(`${tables}${name}.json`));

const anchors = new Map<string, ReadonlySet<string>>();
function anchorsOf(name: string): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { kind, text } of notebooks.get(name)?.cells ?? []) if (kind === 'text') renderText(text, ids);
  anchors.set(name, ids);
  return ids;
}
const plain = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Whether a row is of a section: behind the mark of the text stands its name, or its name with more words. */
const isOf = ({ source }: Row, section: string): boolean => {
  const said = plain(source.replace(/^[^:]*:/, ''));
  return said === plain(section) || ` ${said} `.includes(` ${plain(section)} `);
};

describe.each(told)('%s', (name, { sections, words }) => {
  const rows = JSON.parse(readFileSync(`${tables}${name}.json`, 'utf8')) as Row[];

  test('names every section of its source', () => {
    expect(sections.filter((section) => !rows.some((row) => isOf(row, section)))).toEqual([]);
  });

  test('leads to headings that are there', () => {
    const lost = rows.filter(({ at }) => {
      const [course = '', anchor = ''] = at.split('#');
      return !(anchors.get(course) ?? anchorsOf(course)).has(anchor);
    });
    expect(lost).toEqual([]);
  });

  test('has at least the words of its source', () => {
    expect(wordsOf(notebooks.get(name)!)).toBeGreaterThanOrEqual(words);
  });
});

test('every course of the path has a text that it follows', () => {
  const onPath = [...notebooks].filter(([, { front }]) => front.step !== null).map(([name]) => name);
  expect(onPath.filter((name) => !(name in sources))).toEqual([]);
});
