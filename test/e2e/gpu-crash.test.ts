// The browser's GPU process crashes under a training that reads nothing back: it goes on from at most 100 steps or 2 seconds before.
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOptions, resolveBrowser } from '../../scripts/browser.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

let server: ViteDevServer;
let browser: Browser;
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
  browser = await chromium.launch(launchOptions(await resolveBrowser()));
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('a training survives a crash of the GPU process', async () => {
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0]}test/e2e/gpu-crash/index.html`);
  await page.waitForFunction(() => 'train' in window);
  const training = page.evaluate(() => window.train());
  const steps = () => page.evaluate(() => window.steps);
  const reach = (count: number) => page.waitForFunction((least) => window.steps >= least, count, { timeout: 90_000 });
  await reach(60);
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess').catch(() => {}); // its answer may go the way of the process
  await reach((await steps()) + 200);
  await page.evaluate(() => {
    window.enough = true;
  });
  const { errors, lostAt, restoredTo, first, last } = await training;
  expect(errors).toEqual(['DeviceLostError']);
  expect(restoredTo).toHaveLength(1);
  expect(restoredTo[0]).toBeGreaterThan(0);
  // Two seconds hold more steps than a hundred here; how many is the machine's business.
  expect(restoredTo[0]!).toBeLessThanOrEqual(lostAt[0]!);
  expect(last).toBeLessThan(first);
});
