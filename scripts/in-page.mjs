// Opens a page of the sources in headless Chrome, for scripts that measure there.
import { fileURLToPath } from 'node:url';
import { isolation, launchOptions, resolveBrowser } from './browser.mjs';
import { doorAliases } from './doors.mjs';
import { setup } from './setup.mjs';

/**
 * What `use` makes of a page, given by its path from the root. All that the checkout needs for it is installed first.
 * @template T
 * @param {string} path
 * @param {(page: import('playwright').Page) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withPage(path, use) {
  setup();
  const { chromium } = await import('playwright');
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    resolve: { alias: doorAliases },
    server: { port: 0, host: 'localhost', hmr: false, watch: null, headers: isolation },
    // Everything it serves is source; nothing needs to be looked for in the other pages beside it.
    optimizeDeps: { noDiscovery: true },
    logLevel: 'error',
  });
  try {
    await server.listen();
    const browser = await chromium.launch(launchOptions(await resolveBrowser({ log: console.error })));
    try {
      const page = await browser.newPage();
      // A busy machine takes its time with the first look at every source.
      await page.goto(`${server.resolvedUrls?.local[0]}${path}`, { timeout: 180_000 });
      return await use(page);
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}
