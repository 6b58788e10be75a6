// A canvas shows what a tensor holds, and a video's frames become tensors.
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPages, type TestPages } from '../../e2e/support';

let pages: TestPages;
let page: Page;
beforeAll(async () => {
  // Without a GPU, Chromium shows WebGPU's canvases only where the rest of the page is drawn by SwiftShader too.
  pages = await openTestPages({ softwareArgs: ['--use-vulkan=swiftshader', '--use-angle=swiftshader'] });
  page = await pages.open('canvas', 'pictures');
});
afterAll(async () => {
  await pages?.close();
});

test('a canvas comes back on another, byte for byte', async () => {
  const { painted, seen } = await page.evaluate(() => window.pictures('canvas'));
  expect(seen).toEqual(painted);
});

test("a video's frame comes back on a canvas, as near as films hold colours", async () => {
  const { painted, seen } = await page.evaluate(() => window.pictures('video'));
  const apart = seen.filter((level, i) => Math.abs(level - painted[i]!) > 6);
  // Where two colours meet, films mix them.
  expect(apart.length).toBeLessThan(0.1 * seen.length);
});
