// The figures that the site's tests expect of courses: each belongs to one cell that is there, so that who changes a cell learns of it at once and not
// behind the run of a whole course.
import { readFileSync } from 'node:fs';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { codeCells, inLanguage } from 'lamplight-notebook/file/notebook';
import { describe, expect, test } from 'vitest';
import type { ExpectedCourse } from '../../site/courses/expected';
import { pythonCourses } from '../../site/courses/python';

const files = import.meta.glob<ExpectedCourse>('../../site/courses/*.ts', { import: 'default', eager: true });
const figures = Object.entries(files).filter(([, course]) => course?.cells);

const notebookOf = (name: string) =>
  fromMarkdown(readFileSync(new URL(`../../../demos/notebook/courses/${name}.md`, import.meta.url), 'utf8'));
const nameOf = (path: string) => /([\w-]+)\.ts$/.exec(path)?.[1] ?? path;
/** As texts are found in a page. */
const found = (text: string) => text.replace(/\s+/g, ' ').toLowerCase();

/** Those of the parts that not one cell has, but none or several. */
const astray = (parts: readonly string[], texts: readonly string[]) =>
  parts
    .map((part) => [part, texts.filter((text) => found(text).includes(found(part))).length] as const)
    .filter(([, count]) => count !== 1);

describe.each(figures.map(([path, { cells }]) => ({ name: nameOf(path), cells })))('$name', ({ name, cells }) => {
  test('names cells that are there, each one', () => {
    const all = inLanguage(notebookOf(name), 'typescript').cells.filter(({ kind }) => kind === 'code');
    const texts = all.map(({ text }) => text);
    expect(
      astray(
        cells.map(({ cell }) => cell),
        texts,
      ),
    ).toEqual([]);
  });
});

test.each(Object.entries(pythonCourses))('%s in Python has as many cells as PyTorch ran', (name, course) => {
  const cells = codeCells(inLanguage(notebookOf(name), 'python'), { short: true }).filter(({ check }) => !check);
  const texts = cells.map(({ text }) => text);
  expect(texts.length).toBe(course.cells.length);
  const missing = Object.keys(course.within ?? {}).filter((part) => !texts.some((text) => text.includes(part)));
  expect(missing).toEqual([]);
  expect(astray(Object.keys(course.pictures), texts)).toEqual([]);
});
