// `npm test -- word`: a word is a part of the path of a test file, or else of the name of a test.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projects, projectsOf } from '../../scripts/projects.mjs';
import { select, sourcesOf, testFiles } from '../../scripts/selection.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = ['test/unit/loss.test.ts', 'test/gpu/loss.test.ts', 'test/gpu/layers.test.ts'];
const texts: Record<string, string> = {
  'test/gpu/layers.test.ts': "test('Linear of three dimensions')",
  'test/gpu/loss.test.ts': "test('a mean')",
};
const holds = (file: string) => texts[file] ?? '';

test('a word that is part of a path selects files', () => {
  expect(select(['loss'], files, holds)).toEqual({ paths: ['loss'] });
  expect(select(['gpu/loss', 'layers'], files, holds)).toEqual({ paths: ['gpu/loss', 'layers'] });
});

test('any other selects tests by their names, whatever the case, in the files where it occurs', () => {
  const found = select(['linear'], files, holds);
  expect(found?.paths).toEqual(['test/gpu/layers.test.ts']);
  expect('Linear of three dimensions').toMatch(new RegExp(`${found?.name}`));
  expect(select(['gpu', 'mean'], files, holds)?.paths).toEqual(['test/gpu/loss.test.ts']);
});

test('signs of patterns stand for themselves', () => {
  const found = select(['f(x)'], files, () => 'f(X) g');
  expect('F(x)').toMatch(new RegExp(`${found?.name}`));
  expect('fx').not.toMatch(new RegExp(`${found?.name}`));
});

test('nothing is found where no path and no text holds the word', () => {
  expect(select(['parabola'], files, holds)).toBeUndefined();
});

test('names that come from fixtures and from shared cases are found as well', () => {
  const found = select(['atan2'], testFiles(root, 'test/gpu'), sourcesOf(root));
  expect(found?.paths).toContain('test/gpu/pointwise.test.ts');
  expect(found?.paths).toContain('test/gpu/gradcheck.test.ts');
});

test('names that come from anywhere in a file are looked for where no other holds the word', () => {
  const found = select(['parabola'], files, (file, anywhere) =>
    anywhere && file.includes('layers') ? 'parabola' : '',
  );
  expect(found?.paths).toEqual(['test/gpu/layers.test.ts']);
});

test('only the projects start that hold a file', () => {
  expect(projectsOf(['test/unit/notebook/files.test.ts'])).toEqual(['unit']);
  expect(projectsOf(['test/gpu/alone/tune.test.ts', 'test/gpu/loss.test.ts'])).toEqual(['gpu-too', 'alone']);
  expect(projectsOf(['test/long/timing/smooth.test.ts'])).toEqual(['long-timing']);
  const all = ['test/unit', 'test/gpu', 'test/python', 'test/node', 'test/e2e', 'test/long', 'test/site'];
  const everyFile = all.flatMap((folder) => testFiles(root, folder));
  expect(projectsOf(everyFile)).toEqual(Object.keys(projects));
  expect(everyFile.filter((file) => projectsOf([file]).length !== 1)).toEqual([]);
});
