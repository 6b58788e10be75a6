// The walk through a training step in src/engine/graph/README.md: each file that it names is there, and has the names that follow.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

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
