// Lines `!pip install` of cells of Python. Stand-ins for micropip and packaging take the place of PyPI, of which they have three packages.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCells } from '../../support/notebook-cells';

const MICROPIP = `
import os, re
asked = []
index = {'needs-tokens': ['tokenizers>=0.22', 'httpx2'], 'plain-tool': [], 'needs-more': ['plain-tool', 'native-part>=2', "only-extra; extra == 'x'"], 'third.one': []}

async def install(requirement, deps=True):
    asked.append(requirement if deps else requirement + ' alone')
    name = re.split('[<>=!~]', requirement)[0].lower()
    if name not in index:
        raise ValueError(f"Can't find a pure Python 3 wheel for '{requirement}'.\\nSee the documentation.")
    needs = index[name]
    if deps and any('native' in need or 'tokenizers' in need for need in needs):
        raise ValueError("Can't find a pure Python 3 wheel for: 'native-part>=2'")
    module = name.replace('-', '_').replace('.', '_')
    about = f'/home/pyodide/{module}-1.2.dist-info'
    os.makedirs(about, exist_ok=True)
    with open(f'/home/pyodide/{module}.py', 'w') as file:
        file.write('there = True')
    with open(f'{about}/METADATA', 'w') as file:
        file.write(f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.2\\n' + ''.join(f'Requires-Dist: {need}\\n' for need in needs))
`;

const PACKAGING = `
class Requirement:
    def __init__(self, text):
        text, _, marker = text.partition(';')
        name = text.rstrip('>=0123456789.')
        self.name, self.specifier, self.marker = name, text[len(name):], Marker() if marker else None

class Marker:
    def evaluate(self, environment):
        return environment['extra'] == 'x'
`;

const cells = [
  `import os
os.makedirs('packaging', exist_ok=True)
open('packaging/__init__.py', 'w').close()
with open('micropip.py', 'w') as file:
    file.write(${JSON.stringify(MICROPIP)})
with open('packaging/requirements.py', 'w') as file:
    file.write(${JSON.stringify(PACKAGING)})`,
  `!pip install -q plain-tool 'torch>=2.0' torchvision matplotlib -i https://elsewhere.example # as on Colab
import plain_tool
print(plain_tool.there)`,
  `if not plain_tool.there:
    !pip install unreached
with open('list.txt', 'w') as file:
    file.write('needs-more>=1\\n')
%pip install --upgrade \\
    -r list.txt \\
    > /dev/null
import needs_more, micropip
print(micropip.asked)`,
  `!python -m pip install absent && echo done
!pip3 install git+https://example.org/some/tool
!nvidia-smi
print('goes on')
1 / 0`,
  `!pip install needs-tokens
import tokenizers, httpx2
from importlib.metadata import version
print(version('tokenizers') >= '0.22', tokenizers.AddedToken('[MASK]', special=True).content)`,
  `import zipfile
with zipfile.ZipFile('from_file-1.0-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('from_file.py', "there = 'from a file'")
    wheel.writestr('from_file-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: from-file\\nVersion: 1.0\\n')
!pip install from-file
import from_file
print(from_file.there)`,
  'pip install third.one; ls',
  `%%writefile -a made.py
def double(x):
    return 2 * x
`,
  '%%bash\nls -l | wc',
  `!wget https://example.org/a \\
  -O b
from made import double
print(double(21))`,
  `%matplotlib inline
from __future__ import (annotations,
    print_function)
def later(x: Unknown): pass
print(later.__annotations__)
await later(1)`,
];

/** What notebooks do with packages that the page has in a form of its own. */
const own = [
  `from importlib.metadata import version
from tqdm import __version__
from tqdm.contrib.concurrent import thread_map
from tqdm.std import tqdm
print(version('tqdm') == __version__, thread_map(lambda x: x * x, [1, 2, 3], max_workers=4))
class Bar(tqdm):
    def update(self, n=1):
        super().update(2 * n)
with Bar(range(3), 'doubled', disable=None) as bar:
    bar.update(2)
    bar.set_postfix(loss=0.5)
print(bar.n, bar.format_dict['total'], bar.postfix)`,
];

const folder = mkdtempSync(join(tmpdir(), 'lamplight-packages-'));

/** What the cells print, and how many failed. */
let told = '';
let failed = 0;
beforeAll(async () => {
  const ran = await runCells(join(folder, 'packages.md'), [...own, ...cells]);
  told = ran.told.join('── cell ');
  failed = ran.failed;
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('bars have the version of tqdm, and its other modules', () => {
  expect(told).toContain('True [1, 4, 9]');
  expect(told).toContain('4 3 loss=0.5');
});

test('packages are installed where the line stands, once, with what can be had of what they need', () => {
  expect(failed, told).toBe(2);
  expect(told).toContain('Installed plain-tool 1.2.');
  expect(told).toContain('Installed needs-more 1.2, without native-part, which did not come.');
  expect(told).toContain(
    "['plain-tool', 'needs-more>=1', 'needs-more>=1 alone', 'native-part>=2', 'native-part>=2 alone']",
  );
  expect(told).toContain(
    'Installed needs-tokens 1.2. In place of tokenizers, whose code is compiled, the page has a stand-in.',
  );
  expect(told).toContain('True [MASK]');
  expect(told).toContain('Installed from-file 1.0.');
  expect(told).toContain('from a file');
  expect(told).toContain("pip install: absent: Can't find a pure Python 3 wheel for 'absent'.");
  expect(told).toContain('pip install: git+https://example.org/some/tool is no name of PyPI');
  expect(told).toContain('goes on');
  // Line numbers stay behind lines that go on.
  expect(told).toMatch(/ZeroDivisionError[\s\S]*cell 5, line 5/);
  expect(told).toContain('Installed third-one 1.2.');
  expect(told).toContain('Writing made.py');
  expect(told).toContain('42');
  // As in IPython, other lines may stand above.
  expect(told).toContain("{'x': 'Unknown'}");
  expect(told).toMatch(/NoneType[\s\S]*cell 12, line 6/);
});
