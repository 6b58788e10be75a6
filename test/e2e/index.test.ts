// The list of demos opens, every entry leads to a page, and MNIST's files are served.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './support';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
});

test('the list of demos opens without a problem, and every demo it names has a page', async () => {
  const { page, problems } = await site.open('');
  await page.getByRole('link', { name: 'MNIST' }).waitFor();
  const links = await page.getByRole('link').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
  for (const link of links) expect((await page.request.get(link)).status(), link).toBe(200);
  expect(await page.locator('#support').textContent()).toBe('');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('without WebGPU the list of demos says so', async () => {
  const context = await site.browser.newContext();
  await context.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
  const page = await context.newPage();
  await page.goto(site.url);
  await page.getByRole('heading', { name: 'This browser does not offer WebGPU' }).waitFor();
  await context.close();
});

test.each([
  ['train-images-idx3-ubyte', 47_040_016],
  ['train-labels-idx1-ubyte', 60_008],
  ['t10k-images-idx3-ubyte', 7_840_016],
  ['t10k-labels-idx1-ubyte', 10_008],
])('data/mnist/%s is served whole', async (name, bytes) => {
  const response = await fetch(new URL(`data/mnist/${name}`, site.url));
  expect(response.status).toBe(200);
  expect((await response.arrayBuffer()).byteLength).toBe(bytes);
});

test('a file that MNIST does not have is not found', async () => {
  expect((await fetch(new URL('data/mnist/nothing', site.url))).status).toBe(404);
});
