// The built site without a connection, below a folder: a notebook that was visited is read, run and edited, the pages of every visit open, and
// in the place of others stands what is kept.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESK, expectAccessible, PHONE } from '../e2e/accessible';
import { allKept, type BuiltSite, cell, keptCount, openBuiltSite, output, ready, run, write } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

test('what was visited opens, runs and is edited without a connection', async () => {
  const { page } = await site.open('playground/', { serviceWorkers: 'allow' });
  await ready(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await write(
    page,
    1,
    "import { ones } from 'lamplight';\nimport { Accuracy } from 'lamplight/metrics';\nones(3).add(1)",
  );
  await expect.poll(() => keptCount(page, '/playground/'), { timeout: 60_000 }).toBe(1);
  // The groups of notebooks and of the editor are there once nothing more comes.
  await expect.poll(() => keptCount(page, '/checker-worker-'), { timeout: 60_000 }).toBe(1);
  await allKept(page);
  expect(await keptCount(page, '/metrics-')).toBe(1);
  // No other page's files came with it.
  expect(await keptCount(page, '/s1-mnist')).toBe(0);

  await site.host.stop();
  await page.reload();
  await ready(page);
  await run(page, 1);
  expect(await output(page, 1).innerText()).toContain('tensor([2., 2., 2.])');
  await write(page, 1, 'const wrong: string = 3;');
  await cell(page, 1).locator('.cm-lintRange-error').waitFor();
  await page.getByRole('link', { name: 'Courses' }).click();
  await page.getByRole('heading', { name: 'Courses', level: 1 }).waitFor();
  await page.context().close();
});

test('a page that was not visited says what is missing without a connection, and opens once there is one', async () => {
  await site.host.stop();
  await site.host.start();
  const { page } = await site.open('', { serviceWorkers: 'allow' });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await site.host.stop();
  await page.goto(new URL('notebook/engine/', site.host.url).href);
  await page.getByRole('heading', { name: 'This page is not kept here', level: 1 }).waitFor();
  const kept = page.getByRole('main').getByRole('listitem');
  await expect.poll(() => kept.allInnerTexts()).toEqual(['Courses', 'Guide', 'Lamplight', 'MNIST']);
  await expectAccessible(page, 'a page that is not kept');
  for (const { width, height } of [PHONE, DESK]) {
    await page.setViewportSize({ width, height });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBe(width);
  }
  await kept.getByRole('link', { name: 'Courses' }).click();
  await page.getByRole('heading', { name: 'Courses', level: 1 }).waitFor();
  await page.goBack();
  await site.host.start();
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'How the engine works', level: 1 }).waitFor();
  await page.context().close();
});
