// Cells of Python in a notebook's page: names both ways, errors, Stop, plots, and notebooks of Jupyter as they are.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import expected from '../../python/examples/expected.json';
import { writeZip } from '../../src/torch/io/zip/zip';
import { expectAccessible } from '../e2e/accessible';
import { expectPrinted } from '../support/printed-lines';
import { type BuiltSite, cell, ended, openBuiltSite, output, ready, run, write } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

/** A notebook of Jupyter with these cells of Python, opened from a file. */
async function opened(...cells: string[]) {
  const watched = await site.open('courses/');
  const { page } = watched;
  const json = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' } },
    cells: cells.map((source, i) => ({ cell_type: 'code', id: `c${i}`, metadata: {}, source, outputs: [] })),
  };
  const buffer = Buffer.from(JSON.stringify(json));
  await page.locator('#file').setInputFiles({ name: 'digits.ipynb', mimeType: '', buffer });
  await page.waitForURL(/notebook\/\?own=/);
  await ready(page);
  return watched;
}

/** A wheel of one file of Python, as Pyodide installs it. */
function wheel(name: string, version: string, source: string): Buffer {
  const about = `${name}-${version}.dist-info`;
  const files = {
    [`${name}/__init__.py`]: source,
    [`${about}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${about}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${about}/RECORD`]: '',
  };
  const contents = Object.entries(files).map(([path, text]) => ({ name: path, data: Buffer.from(text) }));
  return Buffer.concat([...writeZip(contents)]);
}

test('a package that a cell imports comes from the distribution of Pyodide, and what cannot be fetched is said', async () => {
  const { page } = await opened('import numpy as np, torchvision.transforms\nnp.arange(4)', 'import scipy.stats');
  const context = page.context();
  const numpy = wheel('numpy', '2.4.6', 'def arange(n):\n    return list(range(n))\n');
  // The lock file says what each file has to be.
  await context.route('**/pyodide/pyodide-lock.json', async (route) => {
    const lock = (await (await route.fetch()).json()) as { packages: Record<string, { sha256: string }> };
    lock.packages.numpy!.sha256 = createHash('sha256').update(numpy).digest('hex');
    await route.fulfill({ json: lock });
  });
  const asked: string[] = [];
  await context.route('https://cdn.jsdelivr.net/pyodide/**', (route) => {
    asked.push(route.request().url());
    const headers = { 'Access-Control-Allow-Origin': '*' };
    return route.request().url().includes('/numpy-') ? route.fulfill({ body: numpy, headers }) : route.abort();
  });
  await run(page, 1);
  expect(await output(page, 1).innerText()).toContain('[0, 1, 2, 3]');
  expect(asked[0]).toMatch(/^https:\/\/cdn\.jsdelivr\.net\/pyodide\/v[\d.]+\/full\/numpy-/);
  await run(page, 2);
  const said = await output(page, 2).innerText();
  expect(said).toContain('scipy.stats: could not be fetched from https://cdn.jsdelivr.net/pyodide/');
  expect(said).toContain("No module named 'scipy'");
  await context.close();
});

test("a notebook of PyTorch's world runs as it is: magics, a training loop, plots and bars", async () => {
  const { page, problems } = await opened(
    '%matplotlib inline\nimport torch, torch.nn as nn, torch.nn.functional as F\nimport matplotlib.pyplot as plt\nfrom tqdm.auto import tqdm\n_ = torch.manual_seed(0)',
    `x = torch.randn(64, 2)
y = (x.square().sum(1) > 1.4).long()
net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
losses = []
for step in tqdm(range(30), desc='Steps'):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(f'{losses[0]:.4f} to {losses[-1]:.4f}')
net`,
    "plt.plot(losses, label='loss')\nplt.xlabel('step')\nplt.show()\nplt.imshow(torch.rand(8, 8), cmap=plt.cm.gray)",
  );
  await page.getByRole('button', { name: 'Run all' }).click();
  await ended(page, 3, 180_000);
  const text = await output(page, 2).innerText();
  expect(text).toMatch(/0\.\d{4} to 0\.\d{4}/);
  expect(text).toContain('(1): Tanh()');
  expect(await output(page, 3).locator('.u-over, canvas').count()).toBeGreaterThan(0);
  expect(await output(page, 3).locator('img').count()).toBe(1);
  await expectAccessible(page, 'cells of Python');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('names go from Python to TypeScript and back, and an error leads to its line', async () => {
  const { page, problems } = await opened(
    'import torch\nw = torch.arange(6.).reshape(2, 3)\ndef double(x):\n    return x * 2',
    "def broken():\n    raise ValueError('no')\nprint(c + 1)\nbroken()",
  );
  await run(page, 1);
  await cell(page, 1).getByRole('button', { name: 'More for this cell' }).click();
  await page.getByRole('button', { name: 'Add TypeScript below' }).click();
  await cell(page, 3).waitFor();
  await write(page, 2, 'const c = double(w).add(1);\nw.shape');
  await run(page, 2);
  expect(await output(page, 2).innerText()).toContain('[ 2, 3 ]');
  await run(page, 3);
  const text = await output(page, 3).innerText();
  expect(text).toContain('[ 8., 10., 12.]');
  expect(text).toMatch(/ValueError in cell 3, line 2\s+no/);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('Stop ends a loop of Python that computes, and names stay', async () => {
  const { page, problems } = await opened(
    'import torch\nn = 0',
    'while True:\n    n = torch.ones(1).add(n).item()',
    'n > 0',
  );
  await run(page, 1);
  await cell(page, 2).locator('.run').click();
  await cell(page, 2).getByText('running, 1.').waitFor();
  await cell(page, 2).locator('.run').click();
  await ended(page, 2);
  expect(await cell(page, 2).getAttribute('data-state')).toBe('stopped');
  await run(page, 3);
  expect(await output(page, 3).innerText()).toContain('True');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a cell of Python stands beside one of TypeScript', async () => {
  const watched = await site.open('notebook/');
  const { page, problems } = watched;
  await ready(page);
  await write(page, 1, "import { tensor } from 'lamplight';\nconst a = tensor([1, 2, 3]);");
  await cell(page, 1).getByRole('button', { name: 'More for this cell' }).click();
  await page.getByRole('button', { name: 'Add Python below' }).click();
  await cell(page, 2).waitFor();
  await write(page, 2, 'b = a * 2\nb');
  await run(page, 1);
  await run(page, 2);
  expect(await output(page, 2).innerText()).toContain('tensor([2, 4, 6])');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('in a page that is isolated Stop ends a loop of Python that does nothing, and names stay', async () => {
  const isolated = await openBuiltSite({
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  });
  try {
    const { page, problems } = await isolated.open('notebook/');
    await ready(page);
    await cell(page, 1).getByRole('button', { name: 'More for this cell' }).click();
    await page.getByRole('button', { name: 'Add Python below' }).click();
    await cell(page, 2).waitFor();
    await write(page, 2, 'n = 0');
    await run(page, 2);
    await write(page, 2, 'while True:\n    n += 1');
    await cell(page, 2).locator('.run').click();
    await cell(page, 2).getByText('running, 1.').waitFor();
    await cell(page, 2).locator('.run').click();
    await ended(page, 2);
    expect(await cell(page, 2).getAttribute('data-state')).toBe('stopped');
    await write(page, 2, 'n > 1000');
    await run(page, 2);
    expect(await output(page, 2).innerText()).toContain('True');
    expect(problems).toEqual([]);
    await page.context().close();
  } finally {
    await isolated.close();
  }
});

test('elsewhere such a loop costs the worker, which is said, and the cells above run again with one click', async () => {
  const { page, problems } = await opened('n = 20', 'while True:\n    pass', 'n + 1');
  await run(page, 1);
  await cell(page, 2).locator('.run').click();
  await cell(page, 2).getByText('running, 1.').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('The cell never yields.').waitFor();
  await expectAccessible(page, 'a stuck cell of Python');
  await page.getByRole('button', { name: 'Run the cells above again' }).click();
  await cell(page, 1).and(page.locator('[data-state="done"]:not([data-stale])')).waitFor();
  await run(page, 3);
  expect(await output(page, 3).innerText()).toContain('21');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('the example programs of Python print in cells what PyTorch prints', async () => {
  const folder = new URL('../../python/examples/', import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
  const names = Object.keys(expected) as (keyof typeof expected)[];
  const { page, problems } = await opened(
    `from pathlib import Path\nfor name, text in ${JSON.stringify(sources)}:\n    Path(name).write_text(text)`,
    ...names.map((name) => `import ${name}\n${name}.main()`),
  );
  await page.getByRole('button', { name: 'Run all' }).click();
  for (const [i, name] of names.entries()) {
    await ended(page, i + 2, 180_000);
    expectPrinted(await output(page, i + 2).innerText(), expected[name]);
  }
  expect(problems).toEqual([]);
  await page.context().close();
});
