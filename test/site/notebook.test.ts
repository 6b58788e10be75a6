// A notebook's page: stop, restart, errors, a lost GPU, a cell that never yields, the editor's help, what is kept, links and files.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from '../e2e/accessible';
import { type BuiltSite, cell, ended, firstOpen, openBuiltSite, output, ready, run, write } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

/** A new notebook whose first cells hold these codes. */
async function notebook(...codes: string[]) {
  const watched = await site.open('notebook/');
  const { page } = watched;
  await ready(page);
  for (const [i, code] of codes.entries()) {
    if (i > 0) {
      await cell(page, i).getByRole('button', { name: 'More for this cell' }).click();
      await page.getByRole('button', { name: 'Add code below' }).click();
      await cell(page, i + 1).waitFor();
    }
    await write(page, i + 1, code);
  }
  return watched;
}

test('a name of one cell is there in the next, a change above makes what is below stale, and variables are listed', async () => {
  const { page, problems } = await notebook(
    "import { tensor } from 'lamplight';\nlet x = tensor([1, 2, 3]);",
    'const twice = x.mul(2);\ntwice',
  );
  await run(page, 1);
  await run(page, 2);
  expect(await output(page, 2).innerText()).toContain('tensor([2, 4, 6])');
  await page.getByRole('button', { name: 'Variables' }).click();
  const row = page.locator('#side tbody tr').filter({ hasText: 'twice' });
  expect(await row.innerText()).toMatch(/Tensor \[3\] int64/);
  await write(page, 1, "import { tensor } from 'lamplight';\nlet x = tensor([5]);");
  await cell(page, 2).getByText('stale: a cell above has changed').waitFor();
  await cell(page, 1).getByText('changed since it ran').waitFor();
  await expectAccessible(page, 'stale cells');
  await run(page, 1);
  await run(page, 2);
  expect(await output(page, 2).innerText()).toContain('tensor([10])');
  expect(await cell(page, 2).getAttribute('data-stale')).toBe(null);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a loop that awaits is stopped and variables stay; restart takes them away', async () => {
  const { page, problems } = await notebook(
    "import { tensor } from 'lamplight';\nlet steps = 0;\nwhile (true) { steps++; await tensor([steps]).item(); }",
    'steps > 0',
    'typeof steps',
  );
  await cell(page, 1).locator('.run').click();
  await cell(page, 1).getByText('running, 1.').waitFor();
  await cell(page, 1).locator('.run').click();
  await ended(page, 1);
  expect(await cell(page, 1).getAttribute('data-state')).toBe('stopped');
  await run(page, 2);
  expect(await output(page, 2).innerText()).toContain('true');
  await page.getByRole('button', { name: 'Restart' }).click();
  await run(page, 3);
  expect(await output(page, 3).innerText()).toContain('undefined');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a cell that never yields costs the worker, which is said, and the cells above run again with one click', async () => {
  const { page, problems } = await notebook('const base = 20;', 'while (true) {}');
  await run(page, 1);
  await cell(page, 2).locator('.run').click();
  await cell(page, 2).getByText('running').waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('The cell never yields.').waitFor();
  await expectAccessible(page, 'a stuck cell');
  await page.getByRole('button', { name: 'Run the cells above again' }).click();
  await cell(page, 1).and(page.locator('[data-state="done"]:not([data-stale])')).waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

test('an error leads to its line and says what helps', async () => {
  const { page, problems } = await notebook(
    "import { nn, randn } from 'lamplight';\nconst conv = new nn.Conv2d(1, 5, 3);\nconv(randn(28, 28))",
  );
  await run(page, 1);
  const failure = output(page, 1).getByRole('alert');
  expect(await failure.innerText()).toMatch(
    /expected 4-D \(or 3-D\) input for 4-D weight \[5, 1, 3, 3\], but got 2-D input/,
  );
  await failure.getByRole('button', { name: 'line 3' }).waitFor();
  expect(await cell(page, 1).locator('.line-mark').isVisible()).toBe(true);
  await expectAccessible(page, 'an error');
  await write(page, 1, 'const a: = 3;');
  await run(page, 1);
  expect(await output(page, 1).innerText()).toContain('SyntaxError');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('the editor marks errors at their line, explains and completes, across cells', async () => {
  const { page, problems } = await notebook(
    "import { nn, type Tensor } from 'lamplight';\nconst layer = new nn.Linear(3, 4);",
    'const wrong: string = layer.weight;\nconst fine: Tensor = layer.weight;',
  );
  const second = cell(page, 2);
  await second.locator('.cm-lintRange-error').first().waitFor();
  expect(await second.locator('.cm-lintRange-error').allInnerTexts()).toEqual(['wrong']);
  await second.locator('.cm-line').nth(1).getByText('Tensor', { exact: true }).hover();
  await second.locator('.cm-tooltip-hover').filter({ hasText: 'Tensor' }).waitFor();
  await write(page, 2, 'layer.weight.transp');
  const method = second.locator('.cm-tooltip-autocomplete li').filter({ hasText: /^.?transpose$/ });
  await method.locator('.cm-completionIcon-method').waitFor();
  // While a call is written, its parameters are told: that at the cursor stands out. Escape first puts them away.
  await write(page, 2, 'new nn.Linear(');
  const call = second.locator('.cm-call');
  await call.locator('strong').filter({ hasText: 'inFeatures' }).waitFor();
  await page.keyboard.type('3, ');
  await call.locator('strong').filter({ hasText: 'outFeatures' }).waitFor();
  await page.keyboard.press('Escape');
  await call.waitFor({ state: 'detached' });
  await second.locator('.cm-content:focus').waitFor();
  // The name has no element of its own.
  const { x, y } = await second.locator('.cm-line').evaluate((line) => {
    const name = [...line.childNodes].find(({ textContent }) => textContent === 'Linear')!;
    const range = document.createRange();
    range.selectNode(name);
    return range.getBoundingClientRect();
  });
  await page.mouse.move(x + 4, y + 4);
  await second.locator('.cm-tooltip-hover p').filter({ hasText: 'y = x' }).waitFor();
  await write(page, 2, 'layer.weig');
  await page.keyboard.press('Control+Space');
  await second.locator('.cm-tooltip-autocomplete li').filter({ hasText: 'weight' }).first().waitFor();
  // For 75 ms the editor takes Enter for one that was meant for the text, and not for the list that has just opened.
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await second.locator('.cm-line').getByText('layer.weight').waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a lost GPU leaves the notebook usable', async () => {
  // As a driver's reset loses it: the device is destroyed behind the library's back.
  const { page } = await notebook(
    `import { tensor } from 'lamplight';
let device: GPUDevice | undefined;
const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (options) {
  device = await request.call(this, options);
  return device;
};
await tensor([1]).add(1).item();
device?.destroy();
await sleep(800);`,
    '1 + 1',
    "import { tensor as fresh } from 'lamplight';\nfresh([3]).add(4)",
  );
  await run(page, 1);
  await page.getByText('The GPU was lost.').waitFor();
  await run(page, 2);
  expect(await output(page, 2).innerText()).toContain('2');
  await page.getByRole('alert').getByRole('button', { name: 'Restart' }).click();
  await run(page, 3);
  expect(await output(page, 3).innerText()).toContain('tensor([7])');
  await page.context().close();
});

test('what was typed is there after a reload in the middle of a run, and a course can go back to its original', async () => {
  const { page, problems } = await site.open('notebook/s0-convolution/');
  await ready(page);
  const number = await firstOpen(page);
  await write(page, number, 'const mine = 42;\nwhile (true) await sleep(10);');
  await cell(page, number).locator('.run').click();
  await cell(page, number).getByText('running').waitFor();
  await page.waitForTimeout(700);
  await page.reload();
  await ready(page);
  await page.getByText('You have changed this course.').waitFor();
  expect(await cell(page, number).locator('.code').innerText()).toContain('const mine = 42;');
  // The text beside it is as it was, formulas too.
  expect(await page.locator('.text-cell math').count()).toBeGreaterThan(3);
  await page.getByRole('button', { name: 'Show the original' }).click();
  await page.waitForFunction(() => !document.querySelector('#cells')?.textContent?.includes('const mine = 42;'));
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a link carries a notebook, which runs nothing by itself, finds no storage, and is kept only when that is asked for', async () => {
  const { page, problems } = await notebook(
    "const looked = ['indexedDB', 'caches', 'BroadcastChannel', 'Worker'].filter((name) => name in globalThis);\nlooked.length",
  );
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.waitForURL(/\?own=/);
  await page.waitForTimeout(600);
  await page.getByRole('button', { name: 'File' }).click();
  await page.getByRole('button', { name: 'Copy a link to it' }).click();
  await page.getByText('The link is copied.').first().waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('/notebook/#n=');

  const other = await page.context().newPage();
  await other.goto(link);
  await ready(other);
  await other.getByText('This notebook came with a link.').waitFor();
  expect(await cell(other, 1).getAttribute('data-state')).toBe('idle');
  expect(await output(other, 1).isHidden()).toBe(true);
  await run(other, 1);
  expect(await output(other, 1).innerText()).toBe('0');
  await expectAccessible(other, 'a notebook of a link');
  await write(other, 1, 'const changed = 1;');
  await other.waitForTimeout(700);
  const kept = () =>
    other.evaluate(
      () =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open('lamplight-notebooks');
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const counting = opening.result.transaction('notebooks').objectStore('notebooks').count();
            counting.onsuccess = () => resolve(counting.result);
          };
        }),
    );
  expect(await kept()).toBe(1);
  await other.getByRole('button', { name: 'Keep it' }).click();
  await other.waitForURL(/\?own=/);
  await expect.poll(kept).toBe(2);
  await other.goto(new URL('courses/', site.host.url).href);
  await other.locator('#own li').nth(1).waitFor();
  await expectAccessible(other, 'a list of notebooks');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('neither texts run as code nor, in a notebook of a link, is anything fetched from elsewhere', async () => {
  const elsewhere = createServer((_, response) => {
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('from elsewhere');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, 'localhost', resolve));
  const address = `http://localhost:${(elsewhere.address() as AddressInfo).port}/`;
  const { page } = await notebook(
    `const tries: Record<string, () => unknown> = {
  eval: () => eval('1 + 1'),
  'new Function': () => new Function('return 2')(),
  'a text for setTimeout': () => setTimeout('globalThis.ran = true'),
  'fetch here': async () => (await fetch(site('playground/'))).status,
  'fetch of data': async () => (await fetch('data:,kept')).text(),
  'fetch elsewhere': async () => (await fetch('${address}')).text(),
};
for (const [name, act] of Object.entries(tries)) {
  console.log(name + ':', await Promise.resolve().then(act).catch((error: Error) => error.name));
}
await sleep(50);
console.log('ran' in globalThis);`,
  );
  const told = async (at: Page) => (await output(at, 1).innerText()).split('\n').filter(Boolean);
  await run(page, 1);
  const refused = ['eval: EvalError', 'new Function: EvalError'];
  const own = await told(page);
  expect(own).toEqual(expect.arrayContaining([...refused, 'fetch here: 200', 'fetch of data: kept', 'false']));
  expect(own).toContain('fetch elsewhere: from elsewhere');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'File' }).click();
  await page.getByRole('button', { name: 'Copy a link to it' }).click();
  await page.getByText('The link is copied.').first().waitFor();
  const other = await page.context().newPage();
  await other.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await ready(other);
  await run(other, 1);
  const stranger = await told(other);
  expect(stranger).toEqual(expect.arrayContaining([...refused, 'fetch here: 200', 'fetch of data: kept', 'false']));
  expect(stranger).toContain('fetch elsewhere: TypeError');
  await page.context().close();
  await new Promise((resolve) => elsewhere.close(resolve));
});

test('what goes on computing after Stop is told, with Restart beside it', async () => {
  const { page, problems } = await notebook(
    "import { tensor } from 'lamplight';\nconst step = () => tensor([1]).add(1).item();\nsetInterval(step, 50);\nwhile (true) await sleep(20);",
    "import { tensor as fresh } from 'lamplight';\nwhile (true) await fresh([1]).add(1).item();",
  );
  await cell(page, 1).locator('.run').click();
  await cell(page, 1).getByText('running, 1.').waitFor();
  await cell(page, 1).locator('.run').click();
  await ended(page, 1);
  const banner = page.getByRole('alert').filter({ hasText: 'Work goes on.' });
  await banner.waitFor();
  await expectAccessible(page, 'work that goes on');
  await banner.getByRole('button', { name: 'Restart' }).click();
  await cell(page, 2).locator('.run').click();
  await cell(page, 2).getByText('running, 1.').waitFor();
  await cell(page, 2).locator('.run').click();
  await ended(page, 2);
  // Of a loop that its cell awaits nothing is left.
  await page.waitForTimeout(4000);
  expect(await banner.count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a canvas that a GPU draws on costs no device where a processor computes', async () => {
  const { page, problems } = await notebook(
    `import { rand, tensor, vision } from 'lamplight';
const x = await tensor([1]).add(1).item();
const screen = new OffscreenCanvas(8, 8);
await vision.io.toCanvas(rand(8, 8), screen);`,
    'show(screen)',
    'tensor([x]).add(1)',
    'const paper = new OffscreenCanvas(8, 8);\nawait vision.io.draw(rand(8, 8), paper);\nshow(paper);',
  );
  await run(page, 1);
  if ((await cell(page, 1).getAttribute('data-state')) === 'failed') {
    expect(await output(page, 1).innerText()).toMatch(/CanvasError[\s\S]*a processor computes[\s\S]*show\(tensor\)/);
  }
  await run(page, 2);
  await run(page, 3);
  expect(await output(page, 3).innerText()).toContain('tensor([3])');
  await run(page, 4);
  expect(await output(page, 4).locator('img').count()).toBe(1);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('what a cell prints is written as it was asked for then, and a summary stands there once', async () => {
  const { page, problems } = await notebook(
    "import { nn, setPrintoptions, summary, tensor } from 'lamplight';\nsetPrintoptions({ precision: 2 });\nconsole.log(tensor([0.12345]));\nsetPrintoptions({ profile: 'default' });\nconsole.log(tensor([0.12345]));",
    'summary(new nn.Linear(3, 4), [1, 3])',
  );
  await run(page, 1);
  const printed = (await output(page, 1).innerText()).split('\n').filter(Boolean);
  expect(printed).toEqual(['tensor([0.12])', 'tensor([0.1235])']);
  await run(page, 2);
  expect((await output(page, 2).innerText()).match(/Total params/g)).toHaveLength(1);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('markup in a linked notebook does nothing', async () => {
  const { page, problems } = await site.open('notebook/');
  await ready(page);
  await cell(page, 1).getByRole('button', { name: 'More for this cell' }).click();
  await page.getByRole('button', { name: 'Add text below' }).click();
  const text = page.locator('.text-cell .cm-content');
  await text.focus();
  await page.keyboard.insertText(
    '# Hello $x^2$\n\n<img src="data:," onerror="document.title=\'owned\'"><script>document.title="owned"</script><form><input></form>[a](javascript:alert(1))',
  );
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Hello' }).waitFor();
  expect(await page.locator('.text-cell math').count()).toBe(1);
  expect(
    await page.locator('.text-cell .prose :is(script, form, input, [onerror], [href^="javascript"])').count(),
  ).toBe(0);
  expect(await page.title()).not.toBe('owned');
  // The browser says so of each handler that it refuses.
  expect(problems.filter((problem) => !problem.startsWith('Executing inline event handler'))).toEqual([]);
  await page.context().close();
});

test('a notebook goes to Jupyter and comes back, and to Markdown', async () => {
  const { page, problems } = await notebook('const a = 1;', 'a + 1');
  const save = async (label: string): Promise<string> => {
    await page.getByRole('button', { name: 'File' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: label }).click(),
    ]);
    return readFile(await download.path(), 'utf8');
  };
  const markdown = await save('Save as Markdown');
  expect(markdown).toContain('```ts\nconst a = 1;\n```\n\n```ts\na + 1\n```');
  const ipynb = await save('Save for Jupyter');
  expect(JSON.parse(ipynb)).toMatchObject({ nbformat: 4, cells: [{ cell_type: 'code' }, { cell_type: 'code' }] });
  await page.goto(new URL('courses/', site.host.url).href);
  await page.locator('#file').setInputFiles({ name: 'back.ipynb', mimeType: '', buffer: Buffer.from(ipynb) });
  await page.waitForURL(/notebook\/\?own=/);
  await ready(page);
  expect(await cell(page, 2).locator('.code').innerText()).toContain('a + 1');
  expect(await page.locator('.code-cell').count()).toBe(2);
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a file that is dropped on the page is read by its name', async () => {
  const { page, problems } = await notebook("const text = await (await file('words.txt')).text();\ntext.toUpperCase()");
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['lamp light'], 'words.txt'));
    return transfer;
  });
  await page.dispatchEvent('#content', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('#content', 'drop', { dataTransfer: data });
  await page.locator('#side').getByText('words.txt').waitFor();
  await run(page, 1);
  expect(await output(page, 1).innerText()).toContain('LAMP LIGHT');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a step is explained where it is asked for, and outputs of every kind are shown', async () => {
  const { page, problems } = await notebook(
    "import { nn, optim, rand } from 'lamplight';\nconst net = new nn.Linear(4, 2);\nconst x = rand(8, 4);\nfunction step() { return net(x).relu().sum(); }\nstep()",
    "show(rand(4, 1, 8, 8), { title: 'Grid', labels: ['a', 'b', 'c', 'd'] });\nshow([{ layer: 'fc', parameters: 10 }]);\nconst curve = plot({ title: 'Loss', x: 'step', y: 'loss' });\nfor (const i of progress([0, 1, 2, 3, 4])) { curve.add(i, { train: 1 / (i + 1) }); await sleep(60); }\nconsole.log('logged');\nconsole.warn('warned');",
  );
  await run(page, 1);
  await run(page, 2);
  const shown = output(page, 2);
  await shown.locator('.plot canvas').waitFor();
  expect(await shown.locator('.grid img').count()).toBe(4);
  expect(await shown.getByRole('table').innerText()).toContain('parameters');
  // A bar that is full says what it has counted, and is gone.
  expect(await shown.getByRole('progressbar').count()).toBe(0);
  expect(await shown.locator('.bars').innerText()).toContain('5 of 5');
  expect(await shown.innerText()).toContain('logged');
  await page.getByRole('button', { name: 'Variables' }).click();
  await page.getByRole('button', { name: 'Explain what step computes' }).click();
  await expect.poll(() => page.locator('.explained pre').innerText()).toMatch(/kernel|dispatch|pass/i);
  await expectAccessible(page, 'outputs of every kind');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a cell offers a file to save, and cannot end the worker of all cells', async () => {
  const { page, problems } = await notebook(
    "download('numbers.txt', '1 2 3');",
    'close();',
    "canvas.getContext('2d');\nconsole.log('goes on', canvas.width);",
  );
  await run(page, 1);
  const saved = page.waitForEvent('download');
  await output(page, 1).getByRole('button', { name: 'Save numbers.txt' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('numbers.txt');
  expect(await readFile(await download.path(), 'utf8')).toBe('1 2 3');
  await expectAccessible(page, 'a file to save');
  await run(page, 2);
  expect(await output(page, 2).innerText()).toContain('press Restart to end it');
  await run(page, 3);
  expect(await output(page, 3).innerText()).toContain('goes on 480');
  expect(problems).toEqual([]);
  await page.context().close();
});
