// The example programs of python/examples: what they print in the page, beside what PyTorch prints.
import { loadPython } from 'lamplight/python';
import { expect, test } from 'vitest';
import expected from '../../python/examples/expected.json';
import { expectNumbers } from '../support/close';
import { PYODIDE } from '../support/python-suite';

const sources = import.meta.glob<string>('../../python/examples/*.py', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const number = /-?\d+\.\d+/g;
const numbersOf = (line: string): number[] => (line.match(number) ?? []).map(Number);
const withoutNumbers = (line: string): string => line.replace(number, '…');

let printed = '';
const python = await loadPython({
  indexURL: PYODIDE,
  onOutput: (text) => {
    printed += text;
  },
});
python.pyodide.FS.mkdirTree('/examples');
for (const [path, text] of Object.entries(sources)) {
  python.pyodide.FS.writeFile(`/examples/${path.slice(path.lastIndexOf('/') + 1)}`, text);
}
await python.run('import sys; sys.path.insert(0, "/examples")');

test.for(Object.entries(expected))('%s prints what PyTorch prints', { timeout: 120_000 }, async ([name, lines]) => {
  printed = '';
  await python.run(`import ${name}; ${name}.main()`);
  const got = printed.trimEnd().split('\n');
  expect(got.map(withoutNumbers)).toEqual(lines.map(withoutNumbers));
  for (const [i, line] of lines.entries())
    expectNumbers(numbersOf(got[i]!), numbersOf(line), { rtol: 1e-3, atol: 1e-3 });
});
