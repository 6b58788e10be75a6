// A canvas shows what a tensor holds, and a video's frames become tensors.
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOptions, resolveBrowser } from '../../scripts/browser.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Without a GPU, Chromium shows WebGPU's canvases only where the rest of the page is drawn by SwiftShader too. */
const SOFTWARE_ARGS = ['--use-vulkan=swiftshader', '--use-angle=swiftshader'];

let server: ViteDevServer;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  server = await createServer({
    configFile: false,
    root,
    resolve: { alias: { lamplight: `${root}src/index.ts` } },
    server: { port: 0, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    logLevel: 'error',
  });
  await server.listen();
  const found = await resolveBrowser();
  const { args, ...options } = launchOptions(found);
  browser = await chromium.launch({
    ...options,
    args: [...args, ...(found.adapter === 'swiftshader' ? SOFTWARE_ARGS : [])],
  });
  page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0]}test/e2e/canvas/index.html`);
  await page.waitForFunction(() => 'pictures' in window);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
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
