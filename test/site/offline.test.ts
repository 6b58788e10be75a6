// The built site without a connection, below a folder: a notebook that was visited is read, run and edited, and the pages of every visit open.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltSite, cell, openBuiltSite, output, ready, run, write } from './support';

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
  /** How many of the addresses the browser keeps. */
  const kept = (part: string) =>
    page.evaluate(async (wanted) => {
      const names = (await caches.keys()).filter((name) => name.startsWith('lamplight-site-'));
      const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return keys.flat().filter(({ url }) => url.includes(wanted)).length;
    }, part);
  await expect.poll(() => kept('/playground/'), { timeout: 60_000 }).toBe(1);
  // The groups of notebooks and of the editor are there once nothing more comes.
  await expect.poll(() => kept('/checker-worker-'), { timeout: 60_000 }).toBe(1);
  let before = 0;
  const isComplete = async () => {
    const now = await kept('');
    const isSame = now === before;
    before = now;
    return isSame;
  };
  await expect.poll(isComplete, { timeout: 60_000, interval: 2000 }).toBe(true);
  expect(await kept('/metrics-')).toBe(1);
  // No other page's files came with it.
  expect(await kept('/s1-mnist')).toBe(0);

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
