// The example programs of python/examples: what they print in the page, beside what PyTorch prints.
import { loadPython } from 'lamplight/python';
import { test } from 'vitest';
import expected from '../../python/examples/expected.json';
import { expectPrinted } from '../support/printed-lines';
import { PYODIDE } from '../support/python-suite';
import { partOf } from '../support/sample';

const sources = import.meta.glob<string>('../../python/examples/*.py', {
  query: '?raw',
  import: 'default',
  eager: true,
});

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

test.for(partOf(Object.entries(expected), 4))(
  '%s prints what PyTorch prints',
  { timeout: 120_000 },
  async ([name, lines]) => {
    printed = '';
    await python.run(`import ${name}; ${name}.main()`);
    expectPrinted(printed, lines);
  },
);
