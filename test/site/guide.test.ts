// The guide on the built site: every link and anchor of the site leads somewhere, pages fit and are accessible, cells run, and without scripts or a connection it is read.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromMarkdown } from 'lamplight-notebook/file/markdown';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { unrecorded } from '../../demos/build/recorded';
import { folderOf, RECORDED_GUIDE, recordingIn } from '../../scripts/recordings.mjs';
import { snippetsOf } from '../../scripts/snippets.mjs';
import { DESK, expectAccessible, PHONE } from '../e2e/accessible';
import { watch } from '../e2e/support';
import { partOf } from '../support/sample';
import { lostLinks, REFERENCE_MS, withReference } from './links';
import { type BuiltSite, cell, openBuiltSite, output, run, search, write } from './support';

const folder = inject('siteFolder');
const pages = readdirSync(join(folder, 'guide'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

let site: BuiltSite;
beforeAll(async () => {
  await withReference(folder);
  site = await openBuiltSite();
}, REFERENCE_MS);
afterAll(async () => {
  await site?.close();
});

test('has pages for every subject, and a list of them', async () => {
  const { page, problems } = await site.open('guide/');
  const listed = await page.locator('main .card strong').allTextContents();
  expect(listed).toHaveLength(pages.length);
  expect(listed.length).toBeGreaterThanOrEqual(16);
  await expectAccessible(page, 'guide');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a page lists the others and its own parts, and holds tables and cells', async () => {
  const { page, problems } = await site.open('guide/from-pytorch/');
  await page.getByRole('heading', { name: 'Coming from PyTorch' }).waitFor();
  await page.getByRole('navigation', { name: 'Guide', exact: true }).getByRole('link', { name: 'Training' }).waitFor();
  expect(await page.getByRole('navigation', { name: 'On this page' }).getByRole('link').count()).toBeGreaterThan(3);
  expect(await page.locator('table').count()).toBeGreaterThan(2);
  await page.locator('.code-cell .run').first().waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

test('no cell of the guide lacks its recording', () => {
  const texts = new URL('../../docs/guide/', import.meta.url).pathname;
  const lacking = readdirSync(texts)
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ name: file.replace(/\.md$/, ''), text: readFileSync(join(texts, file), 'utf8') }))
    .filter(({ name, text }) => snippetsOf(name, text).some(({ kind }) => kind === 'cell'))
    .filter(({ name, text }) => {
      const isThere = recordingIn(folderOf(name, 'typescript', RECORDED_GUIDE)) !== null;
      return !isThere || unrecorded(name, fromMarkdown(text), 'typescript', RECORDED_GUIDE).length > 0;
    })
    .map(({ name }) => `npm run check -- record guide/${name}`);
  expect(lacking).toEqual([]);
});

test('every link and anchor of the site leads somewhere', () => {
  expect(lostLinks(folder).slice(0, 20)).toEqual([]);
});

describe.each(partOf(pages))('%s', (name) => {
  test('fits both widths, cuts no code, is accessible, and leads on', async () => {
    const { page, problems } = await site.open(`guide/${name}/`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const cells = page.locator('lamplight-cell');
    if ((await cells.count()) > 0) await page.locator('.code-cell .run').first().waitFor();
    await expectAccessible(page, name);
    for (const { width, height } of [PHONE, DESK]) {
      await page.setViewportSize({ width, height });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBe(width);
      // What is wider than its box can be moved in it, by keyboard too.
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('main pre, main .wide')]
          .filter((box) => box.scrollWidth > box.clientWidth + 1)
          .filter((box) => {
            const moved = box.closest<HTMLElement>('[tabindex="0"], .cm-scroller') ?? box;
            return !/auto|scroll/.test(getComputedStyle(moved).overflowX) && !moved.querySelector('[tabindex="0"]');
          })
          .map((box) => box.textContent?.slice(0, 60)),
      );
      expect(cut, `at ${width}`).toEqual([]);
    }
    const onward = page.getByRole('navigation', { name: 'Other pages of the guide' }).getByRole('link');
    expect(await onward.count()).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

test('a cell is run and changed where it is read', async () => {
  const { page, problems } = await site.open('guide/start/');
  await cell(page, 1).locator('.run').waitFor();
  // What was recorded stands there until the cell has run.
  expect(await output(page, 1).textContent()).toContain('dy/dx at 3 is 8');
  expect(await output(page, 1).getAttribute('data-recorded')).toBe('page');
  await run(page, 1);
  expect(await output(page, 1).textContent()).toContain('dy/dx at 3 is 8');
  expect(await output(page, 1).getAttribute('data-recorded')).toBe(null);
  await write(page, 1, "console.log('changed');");
  await run(page, 1);
  expect(await output(page, 1).textContent()).toContain('changed');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('without scripts, text, code, lists and what was recorded are read', async () => {
  const { page } = await site.open('guide/data/', { javaScriptEnabled: false });
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.locator('lamplight-cell pre').count()).toBeGreaterThan(5);
  expect(await page.locator('.tok-keyword').count()).toBeGreaterThan(20);
  const outputs = page.locator('lamplight-cell > .outputs[data-recorded]');
  expect(await outputs.count()).toBeGreaterThan(5);
  for (const image of await outputs.locator('img').all())
    expect((await page.request.get(`${await image.evaluate(({ src }: HTMLImageElement) => src)}`)).status()).toBe(200);
  await page.getByText('On this page').click();
  expect(await page.getByRole('navigation', { name: 'On this page' }).getByRole('link').first().isVisible()).toBe(true);
  await page.context().close();
});

test('a page that was visited opens, runs and is searched from without a connection', async () => {
  const context = await site.browser.newContext({ viewport: DESK });
  const { page, problems } = await watch(context);
  await page.goto(new URL('guide/start/', site.host.url).href);
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The names of the reference are kept once they are searched in.
  await search(page, 'max_pool2d');
  await page.keyboard.press('Escape');
  const kept = () =>
    page.evaluate(async () => {
      const names = await caches.keys();
      const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
      return all.reduce((sum, count) => sum + count, 0);
    });
  // Until nothing more is kept.
  let before = -1;
  await expect
    .poll(
      async () => {
        const now = await kept();
        const isSettled = now === before && now > 0;
        before = now;
        return isSettled;
      },
      { timeout: 60_000, interval: 1500 },
    )
    .toBe(true);
  await site.host.stop();
  try {
    await page.reload();
    await cell(page, 1).locator('.run').waitFor();
    await run(page, 1);
    expect(await output(page, 1).textContent()).toContain('dy/dx at 3 is 8');
    await search(page, 'max_pool2d');
    expect(await page.getByRole('dialog').getByRole('link').first().innerText()).toContain('maxPool2d');
    expect(problems).toEqual([]);
  } finally {
    await site.host.start();
    await context.close();
  }
});

describe('the search', () => {
  test.each([
    ['', 'weight decay', /\/reference\/optim\/\w+\.html$/],
    ['notebook/s4-imaging/', 'receptive field', /\/notebook\/s\d-\w+\/#/],
    ['guide/start/', 'max_pool2d', /\/reference\/nn\.functional\/maxPool2d\.html$/],
    ['gallery/convolution/', 'why padding', /\/notebook\/s\d-\w+\/#[\w-]*padding/],
    ['mnist/', 'safetensors', /\/guide\/(?:files|weights)\//],
    ['reference/nn/Conv2d.html', 'confusion matrix', /\/(?:guide\/metrics|notebook\/s1-mnist)\/#/],
    ['courses/', 'gpt-2', /\/gallery\/gpt2\/$/],
  ])('of %s finds %s', async (path, question, address) => {
    const { page, problems } = await site.open(path);
    await search(page, question);
    const found = page.getByRole('dialog').getByRole('link');
    const addresses = await found.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    const at = addresses.findIndex((each) => address.test(each));
    expect(at, addresses.join('\n')).toBeGreaterThanOrEqual(0);
    expect(at, addresses.join('\n')).toBeLessThan(3);
    // By the arrows, down and up again.
    for (let i = 0; i <= at + 1; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(addresses[at]!);
    const { hash } = new URL(page.url());
    if (hash)
      await expect
        .poll(() => page.locator(`[id="${hash.slice(1)}"]`).evaluate((heading) => heading.getBoundingClientRect().top))
        .toBeLessThan(DESK.height);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('is accessible, fits a phone, says what it found and that it found nothing, and gives the focus back', async () => {
    const { page, problems } = await site.open('guide/training/');
    const button = page.getByRole('button', { name: 'Search' });
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Search' });
    const status = dialog.getByRole('status');
    await dialog.getByRole('searchbox').fill('qwxzjk');
    await status.filter({ hasText: /^Nothing is found for “qwxzjk”\.$/ }).waitFor();
    await expectAccessible(page, 'a search that finds nothing');
    await dialog.getByRole('searchbox').fill('learning rate');
    await status.filter({ hasText: /^\d+ found\.$/ }).waitFor();
    expect(await dialog.getByRole('link').count()).toBeGreaterThan(5);
    await expectAccessible(page, 'a search');
    await page.setViewportSize(PHONE);
    const { width, height } = (await dialog.boundingBox())!;
    expect([width, height]).toEqual([PHONE.width, PHONE.height]);
    expect(await dialog.evaluate((box) => box.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    // What is typed at a result goes on in the field.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.type('s');
    await expect.poll(() => dialog.getByRole('searchbox').inputValue()).toBe('learning rates');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('leads to a part of the page that is open, and writes no / into a cell', async () => {
    const { page, problems } = await site.open('guide/start/');
    await cell(page, 1).locator('.run').waitFor();
    await write(page, 1, '1 / 2');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('heading', { level: 1 }).click();
    await search(page, 'start');
    await page.keyboard.press('Enter');
    await page.waitForURL(/./);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

test('programs find every page in llms.txt', () => {
  const index = readFileSync(join(folder, 'llms.txt'), 'utf8');
  const linked = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, address]) => `${address}`);
  for (const name of pages) expect(linked).toContain(`guide/${name}/`);
  for (const address of linked.filter((each) => !each.startsWith('https:'))) {
    expect(existsSync(join(folder, address)), address).toBe(true);
  }
  expect(index.startsWith('# Lamplight\n\n> ')).toBe(true);
});
