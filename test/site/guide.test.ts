// The guide on the built site: every link and anchor of the site leads somewhere, pages fit and are accessible, cells run, and without scripts or a connection it is read.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { DESK, expectAccessible, PHONE } from '../e2e/accessible';
import { watch } from '../e2e/support';
import { lostLinks, withReference } from './links';
import { type BuiltSite, cell, openBuiltSite, output, run, write } from './support';

const folder = inject('siteFolder');
const pages = readdirSync(join(folder, 'guide'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

let site: BuiltSite;
beforeAll(async () => {
  await withReference(folder);
  site = await openBuiltSite();
}, 600_000);
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

test('every link and anchor of the site leads somewhere', () => {
  expect(lostLinks(folder).slice(0, 20)).toEqual([]);
});

describe.each(pages)('%s', (name) => {
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
  await run(page, 1);
  expect(await output(page, 1).textContent()).toContain('dy/dx at 3 is 8');
  await write(page, 1, "console.log('changed');");
  await run(page, 1);
  expect(await output(page, 1).textContent()).toContain('changed');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('without scripts, text, code and lists are read', async () => {
  const { page } = await site.open('guide/data/', { javaScriptEnabled: false });
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.locator('lamplight-cell pre').count()).toBeGreaterThan(5);
  expect(await page.locator('.tok-keyword').count()).toBeGreaterThan(20);
  await page.getByText('On this page').click();
  expect(await page.getByRole('navigation', { name: 'On this page' }).getByRole('link').first().isVisible()).toBe(true);
  await page.context().close();
});

test('a page that was visited opens and runs without a connection', async () => {
  const context = await site.browser.newContext({ viewport: DESK });
  const { page, problems } = await watch(context);
  await page.goto(new URL('guide/start/', site.host.url).href);
  await page.evaluate(() => navigator.serviceWorker.ready);
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
    expect(problems).toEqual([]);
  } finally {
    await site.host.start();
    await context.close();
  }
});

test('the search of the reference is one step away', async () => {
  const { page } = await site.open('guide/start/');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Reference' }).click();
  await page.getByRole('searchbox').fill('max_pool2d');
  await page
    .getByRole('link', { name: /maxPool2d/ })
    .first()
    .waitFor();
  await page.context().close();
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
