// Packages that stand in for Matplotlib and Pillow in cells of Python, and how they give way to these. Small packages take the place of both.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRunner } from '../../../scripts/checks/notebook/runner.mjs';
import { runCells } from '../../support/notebook-cells';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-stand-ins-'));
let notebooks: Awaited<ReturnType<typeof openRunner>>;
beforeAll(async () => {
  notebooks = await openRunner();
}, 120_000);
afterAll(async () => {
  await notebooks?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What cells print, cell by cell. */
const told = async (...cells: string[]) =>
  (await runCells(join(folder, 'cells.md'), cells, { runner: notebooks })).told;

/** Matplotlib as far as the notebook's backend asks for it: a figure is a picture of 4 × 2 pixels. */
const MATPLOTLIB = `
import os
files = {
    '__init__': "__version__ = '3.10.8'",
    'pyplot': '''
from ._pylab_helpers import Gcf
class Figure:
    dpi = 100
    def savefig(self, file, **_):
        import torch
        from torchvision.io import encode_png
        file.write(bytes(encode_png(torch.zeros(3, 2, 4, dtype=torch.uint8)).tolist()))
def plot(*_):
    manager = type('Manager', (), {})()
    manager.canvas = type('Canvas', (), {})()
    manager.canvas.figure = Figure()
    Gcf.managers.append(manager)
''',
    'ticker': 'class MaxNLocator: pass',
    '_pylab_helpers': '''
class Gcf:
    managers = []
    @classmethod
    def get_all_fig_managers(cls): return list(cls.managers)
    @classmethod
    def destroy_all(cls): cls.managers.clear()
''',
    'backend_bases': 'class FigureManagerBase: pass',
    'backends/__init__': '',
    'backends/backend_agg': 'class FigureCanvasAgg: pass',
}
def write(folder='.'):
    os.makedirs(f'{folder}/matplotlib/backends', exist_ok=True)
    for name, text in files.items():
        with open(f'{folder}/matplotlib/{name}.py', 'w') as file: file.write(text)
`;

test('what a stand-in lacks is looked for in the distribution, and one sentence says that it could not be fetched', async () => {
  const [parts, names, had] = await told(
    'from PIL import Image, ImageCms',
    'import matplotlib.ticker as ticker',
    'from PIL import Image, ImageOps, ImageDraw\nimport matplotlib.pyplot as plt, matplotlib.cm\nfrom matplotlib import animation, patches\nimport matplotlib_inline.backend_inline as inline\ninline.set_matplotlib_formats("svg")\nprint(ImageOps.__name__)',
  );
  expect(parts).toMatch(/PIL: could not be fetched from https:\/\/cdn\.jsdelivr\.net\/pyodide\/.* \(Failed to fetch\)/);
  expect(parts).toMatch(
    /cannot import name 'ImageCms' from 'PIL'\s+It comes from Pyodide's distribution, which could not be fetched\./,
  );
  expect(names).toContain('matplotlib: could not be fetched');
  expect(names).toMatch(/No module named 'matplotlib\.ticker'\s+It comes from Pyodide's distribution/);
  expect(had).toContain('PIL.ImageOps');
  expect(had).not.toContain('fetched');
});

test('a package itself takes the place of its stand-in once it has come, and its figures are shown', async () => {
  const [before, after, forced] = await told(
    `import torch, torchvision
import matplotlib.pyplot as plt
from PIL import Image
old = Image.new('RGB', (2, 2))
plt.plot([1, 2])
${MATPLOTLIB}
write()
os.makedirs('PIL')
open('PIL/__init__.py', 'w').close()
with open('PIL/Image.py', 'w') as file: file.write('there = True')`,
    `import matplotlib.pyplot, PIL.Image
from matplotlib.ticker import MaxNLocator
print(PIL.Image.there, old.size, torchvision.transforms.functional.to_tensor(old).shape)
matplotlib.pyplot.plot([1, 2])
plt.plot([1, 2])
plt.show()`,
    'matplotlib.pyplot.Figure()',
  );
  expect(before).toContain('[plot ]');
  expect(after).toContain('True (2, 2) torch.Size([3, 2, 2])');
  expect(after).toContain('[plot ]');
  // Two pixels of the file are one of the page.
  expect(after).toContain('[picture 2 × 1] figure');
  expect(forced).toContain('[picture 2 × 1] figure');
});

test('pip install --force-reinstall fetches a package that has a stand-in', async () => {
  const [cell] = await told(
    `${MATPLOTLIB}
import matplotlib.pyplot
os.makedirs('packaging')
open('packaging/__init__.py', 'w').close()
with open('packaging/requirements.py', 'w') as file: file.write('Requirement = None')
with open('micropip.py', 'w') as file: file.write('''
import __main__, os
async def install(name, deps=True):
    __main__.write()
    os.makedirs('matplotlib-3.10.8.dist-info')
    with open('matplotlib-3.10.8.dist-info/METADATA', 'w') as file: file.write('Name: matplotlib\\\\nVersion: 3.10.8\\\\n')
''')
!pip install matplotlib
print(matplotlib.__version__)
!pip install --force-reinstall matplotlib
import matplotlib
print(matplotlib.__version__)`,
  );
  expect(cell).toMatch(/3\.10\.0\+lamplight\s+Installed matplotlib 3\.10\.8\.\s+3\.10\.8\s/);
});
