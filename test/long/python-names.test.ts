// Every name of PyTorch's packages that the library has is there in Python, too.
import { loadPython } from 'lamplight/python';
import { expect, test } from 'vitest';
import program from '../../scripts/checks/coverage-api/in-python.py?raw';
import { libraries } from '../../scripts/checks/coverage-api/libraries.mjs';
import { apiTable } from '../../scripts/checks/coverage-api/table.mjs';
import { PYODIDE } from '../support/python-suite';

const fixtures = import.meta.glob<{ cases: { name: string; names: string[] }[] }>('../fixtures/*api.json', {
  import: 'default',
});

test('names that the library has are there in Python', async () => {
  const python = await loadPython({ indexURL: PYODIDE });
  const doors = {
    torch: await import('lamplight'),
    vision: await import('lamplight/vision'),
    metrics: await import('lamplight/metrics'),
    interpret: await import('lamplight/interpret'),
    lightning: await import('lamplight/lightning'),
  };
  const here: Record<string, string[]> = {};
  for (const { family, spaces, reasons } of libraries) {
    const names = await fixtures[`../fixtures/${family}.json`]!();
    const theirs = Object.fromEntries(names.cases.map((each) => [each.name, each.names]));
    for (const { namespace, name, status } of apiTable(theirs, spaces(doors, names), reasons)) {
      if (status !== 'have') continue;
      here[namespace] ??= [];
      here[namespace].push(name);
    }
  }
  await python.run(program);
  const found = JSON.parse(
    (await python.run(`json.dumps(names_in_python(json.loads(${JSON.stringify(JSON.stringify(here))})))`)) as string,
  ) as Record<string, string[]>;
  const missing = Object.entries(here).flatMap(([namespace, names]) =>
    names.filter((name) => !found[namespace]!.includes(name)).map((name) => `${namespace}.${name}`),
  );
  expect(missing).toEqual([]);
});
