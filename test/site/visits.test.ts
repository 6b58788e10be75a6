// The built site on a plain static host: what a first visit costs, what a second one does, and that it works without a connection.
import { readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchOptions, resolveBrowser } from '../../scripts/browser.mjs';
import { watch } from '../e2e/support';
import { Host } from './host';

let folder: string;
let browser: Browser;
let host: Host;
/** What was sent since it was last emptied: paths, and bytes of contents. */
let sent: { path: string; bytes: number }[] = [];

const url = (path: string) => `${host.url}${path}`;
const sum = (of: (path: string) => boolean) =>
  sent.filter(({ path }) => of(path)).reduce((bytes, one) => bytes + one.bytes, 0);
const isData = (path: string) => path.startsWith('data/');
const ready = (page: Page) => page.locator('#train:enabled').waitFor();

beforeAll(async () => {
  // A copy, of which a test makes another version.
  folder = await mkdtemp(join(tmpdir(), 'lamplight-visits-'));
  await cp(inject('siteFolder'), folder, { recursive: true });
  host = new Host(folder, (path, bytes) => sent.push({ path, bytes }));
  browser = await chromium.launch(launchOptions(await resolveBrowser()));
  await host.start();
});
afterAll(async () => {
  await browser?.close();
  await host?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Visits the MNIST page until its service worker has stored the site. */
async function visit(context: BrowserContext): Promise<Awaited<ReturnType<typeof watch>>> {
  const watched = await watch(context);
  await watched.page.goto(url('mnist/'));
  await ready(watched.page);
  await watched.page.evaluate(() => navigator.serviceWorker.ready);
  return watched;
}

test('a first visit fetches what the page needs, a second one nothing, and without a connection it trains', async () => {
  sent = [];
  const context = await browser.newContext();
  const { page, problems } = await visit(context);
  // The processor trains on 12,000 images; the script of the worker, which is most of the rest, comes once.
  expect(sum(isData)).toBeLessThan(3.7e6);
  // All kernels are kept, so that any program runs without a connection, and the home, the guide and the list of courses, but no course.
  expect(sum(() => true)).toBeLessThan(5.2e6);
  expect(sent.filter(({ path }) => /^notebook\/|\/(editor|checker|types)-/.test(path))).toEqual([]);
  expect(sent.filter(({ path, bytes }) => /worker-/.test(path) && bytes > 0)).toHaveLength(1);

  sent = [];
  await page.reload();
  await ready(page);
  expect(sent.filter(({ path }) => isData(path))).toEqual([]);
  expect(sum(() => true)).toBe(0);

  await host.stop();
  await page.reload();
  await ready(page);
  for (const [name, value] of Object.entries({ limit: '1000', batchSize: '100', epochs: '1' })) {
    await page.locator(`[name="${name}"]`).fill(value);
    await page.locator(`[name="${name}"]`).blur();
  }
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText('Done.').waitFor({ timeout: 180_000 });
  expect(await page.locator('.matrix').count()).toBe(1);

  await page.getByRole('button', { name: 'Reset' }).click();
  await page.locator('[name="limit"]').fill('13000');
  await page.locator('[name="limit"]').blur();
  await page.getByRole('alert').getByText('need a connection').waitFor();
  expect(await page.locator('[name="limit"]').inputValue()).toBe('1000');
  await page.getByText('Ready.').waitFor();

  await page.getByRole('link', { name: 'Lamplight' }).click();
  await page.getByRole('heading', { name: 'Neural networks that learn in your browser' }).waitFor();
  expect(problems).toEqual([]);

  await host.start();
  await page.goto(url('mnist/'));
  await ready(page);
  sent = [];
  await page.locator('[name="limit"]').fill('13000');
  await page.locator('[name="limit"]').blur();
  // The page says that it is ready before the change as well as after it.
  await expect
    .poll(() => sent.map(({ path }) => path).filter(isData), { timeout: 60_000 })
    .toEqual(['data/mnist/train-images-12000-18000-idx3-ubyte.gz']);
  await context.close();
}, 300_000);

test('a new version of the site is seen at the next visit, and takes the place of the old one', async () => {
  const context = await browser.newContext();
  const first = await visit(context);
  const stores = (page: Page) => page.evaluate(() => caches.keys());
  const before = await stores(first.page);
  expect(before).toHaveLength(2);

  const change = (name: string, from: RegExp | string, to: string) => {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };
  change('mnist/index.html', 'Teach a network to read', 'Teach a network to write');
  change('service-worker.js', /"version":"\w+"/, '"version":"another"');
  await first.page.reload();
  await first.page.getByRole('heading', { name: 'Teach a network to write' }).waitFor();
  await first.page.close();

  // The new one takes over between two visits, when no page of the old one is open.
  const visitAgain = async () => {
    const { page } = await watch(context);
    await page.goto(url(''));
    const names = await stores(page);
    await page.close();
    return names.sort();
  };
  const after = ['lamplight-mnist', 'lamplight-site-another'];
  await expect.poll(visitAgain, { interval: 2000, timeout: 60_000 }).toEqual(after);
  await context.close();
}, 120_000);
