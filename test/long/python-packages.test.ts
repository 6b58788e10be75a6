// Packages of PyPI, unchanged, on the Python door: small networks of timm and transformers give PyTorch's numbers.
import { expect, test } from 'vitest';
import { answered } from '../../scripts/checks/packages/answered';
import { asked, compared, type Outcome, started } from '../../scripts/checks/packages/compared.mjs';
import expected from '../../scripts/checks/packages/expected.json';
import { packages } from '../../scripts/checks/packages/list.mjs';
import timm from '../../scripts/checks/packages/programs/timm.py?raw';
import transformers from '../../scripts/checks/packages/programs/transformers.py?raw';
import run from '../../scripts/checks/packages/run.py?raw';
import wheels from '../../scripts/checks/packages/wheels.json';
import { partOf } from '../support/sample';

const standIns = import.meta.glob<string>('../../packages/notebook/worker/python/compiled/*.py', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const programs: Readonly<Record<string, string>> = { timm, transformers };
const names = wheels.map(({ url }) => url.slice(url.lastIndexOf('/') + 1));
const reached = (await fetch(`/wheels/${names[0]}`)).ok;

test('wheels are listed by their address and their sum', () => {
  for (const { url, sha256 } of wheels) {
    expect(url).toMatch(/^https:\/\/files\.pythonhosted\.org\/packages\/.+-none-any\.whl$/);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

for (const [name, program] of partOf(Object.entries(programs), 2)) {
  const said = reached ? `${name} gives PyTorch's numbers` : `${name} is left out: PyPI cannot be reached`;
  test.skipIf(!reached)(said, { timeout: 900_000 }, async () => {
    const { module, needs } = packages[name]!;
    const wanted = new Set([name, ...needs]);
    const text = await answered({
      archives: names.filter((each) => wanted.has(each.slice(0, each.indexOf('-')))).map((each) => `/wheels/${each}`),
      texts: [
        ['/harness/run.py', run],
        ...Object.entries(standIns).map(
          ([path, text]) => [`/harness/${path.slice(path.lastIndexOf('/') + 1)}`, text] as const,
        ),
      ],
      code: started('/harness', '/archives', '/packages', asked(module, program)),
    });
    expect(compared(JSON.parse(text) as Outcome, (expected as Readonly<Record<string, Outcome>>)[name]!).lines).toEqual(
      [],
    );
  });
}
