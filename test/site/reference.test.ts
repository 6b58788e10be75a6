// The reference on the built site: names are found in either spelling, links and anchors lead somewhere, pages are read without scripts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, PHONE } from '../e2e/accessible';
import { lostLinks, REFERENCE_MS, withReference } from './links';
import { type BuiltSite, openBuiltSite, search } from './support';

const folder = inject('siteFolder');
const reference = join(folder, 'reference');

let site: BuiltSite;
beforeAll(async () => {
  await withReference(folder);
  site = await openBuiltSite();
}, REFERENCE_MS);
afterAll(async () => {
  await site?.close();
});

test('every link and anchor leads somewhere', () => {
  expect(readdirSync(reference, { recursive: true }).length).toBeGreaterThan(2000);
  expect(lostLinks(reference).slice(0, 20)).toEqual([]);
});

test('names are found in either spelling, with the keyboard alone', async () => {
  const { page, problems } = await site.open('reference/');
  for (const [asked, address] of [
    ['max_pool2d', 'reference/nn.functional/maxPool2d.html'],
    ['maxPool2d', 'reference/nn.functional/maxPool2d.html'],
    ['torch.nn.Conv2d', 'reference/nn/Conv2d.html'],
    ['scatter_add_', 'reference/torch/Tensor.html#scatterAdd_'],
    ['lr_scheduler.StepLR', 'reference/optim.lrScheduler/StepLR.html'],
    ['box_iou', 'reference/vision.ops/boxIou.html'],
    ['f1_score', 'reference/metrics.functional/f1Score.html'],
    ['IntegratedGradients', 'reference/interpret/IntegratedGradients.html'],
    ['ModelCheckpoint', 'reference/lightning/ModelCheckpoint.html'],
    ['SummaryWriter', 'reference/tensorboard/SummaryWriter.html'],
    ['named_parameters', 'reference/nn/Module.html#namedParameters'],
  ] as const) {
    await search(page, asked);
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => (document.activeElement as HTMLAnchorElement).href)).toContain(address);
    await page.keyboard.press('Enter');
    await page.waitForURL(new URL(address, site.host.url).href);
    await page.getByRole('button', { name: /theme$/ }).waitFor();
  }
  expect(problems).toEqual([]);
});

test('what the search loads is at most 300 kB', () => {
  const bytes = ['search/texts.json', 'reference/names.json'].map(
    (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
  );
  console.log(`the search loads: ${bytes.map((each) => Math.round(each / 1000)).join(' kB of texts, ')} kB of names`);
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(300_000);
});

test('all of Tensor stands on one page, which is read without scripts', async () => {
  const { page } = await site.open('reference/torch/Tensor.html', { javaScriptEnabled: false });
  expect(await page.locator('.member').count()).toBeGreaterThanOrEqual(495);
  const sum = page.locator('.member[id="sum"]');
  expect(await sum.innerText()).toMatch(
    /sum\(dim\?, keepdim\?, dtype\?\): Tensor[\s\S]*torch\.Tensor\.sum[\s\S]*keepdim/,
  );
  expect(await page.getByRole('button', { name: 'Search' }).isVisible()).toBe(false);
});

test('a page tells parameters with their types, defaults and texts, shapes, the name in Python and the source', async () => {
  const { page } = await site.open('reference/nn/Conv2d.html');
  const text = await page.locator('main').innerText();
  expect(text).toContain(
    'new Conv2d(inChannels, outChannels, kernelSize, stride?, padding?, dilation?, groups?, bias?, paddingMode?)',
  );
  expect(text).toMatch(
    /torch\.nn\.Conv2d[\s\S]*Shape: \[N, inChannels, H, W\][\s\S]*kernelSize\s+SizePerDim<2>\s+needed[\s\S]*src\/torch\/nn\/layers\/conv\.ts:\d+/,
  );
});

test.each(['', 'nn/', 'nn/Conv2d.html', 'nn.functional/crossEntropy.html', 'torchmetrics.html'])(
  'reference/%s is accessible, and nothing is cut off',
  async (path) => {
    const { page, problems } = await site.open(`reference/${path}`);
    await page.getByRole('button', { name: /theme$/ }).waitFor();
    await expectAccessible(page, path);
    await page.setViewportSize(PHONE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    expect(problems).toEqual([]);
  },
);
