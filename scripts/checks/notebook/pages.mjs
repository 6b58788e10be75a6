// Opens blank pages under the notebook's own policy in a headless browser, with a module of the checkout in each: one server and one browser for all.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { launchOptions, resolveBrowser } from '../../browser.mjs';

/**
 * @typedef {object} Pages
 * @property {string} site the address of the site's home
 * @property {(name: string, given: object, host: Readonly<Record<string, (...args: any[]) => unknown>>, log?: (text: string) => unknown) => Promise<any>} evaluate
 *   what the module's function of this name makes of `given`, in a page of its own that knows the functions of `host`; `log` hears of the page's errors
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} module the path of the module
 * @returns {Promise<Pages>}
 */
export async function openPages(module) {
  const server = await createServer({
    configFile: fileURLToPath(new URL('../../../vite.config.ts', import.meta.url)),
    // Servers with other packages may run beside it.
    cacheDir: fileURLToPath(new URL('../../../node_modules/.cache/lamplight/vite-notebook', import.meta.url)),
    server: { port: 0, hmr: false, watch: null, fs: { allow: [dirname(module)] } },
    logLevel: 'error',
    plugins: [blankPage()],
  });
  await server.listen();
  const site = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch(launchOptions(await resolveBrowser({ log: console.error })));
  const context = await browser.newContext();
  return {
    site,
    async evaluate(name, given, host, log = console.error) {
      const page = await context.newPage();
      try {
        page.on('pageerror', (error) => log(`page: ${error.message}`));
        page.on('console', (message) => {
          // The address that was not there, which the browser's own line leaves out, follows below.
          const isAddress = message.text().startsWith('Failed to load resource');
          if (message.type() === 'error' && !isAddress) log(`page: ${message.text()}`);
        });
        page.on('response', (response) => {
          if (response.status() >= 400) log(`page: ${response.status()} for ${response.url()}`);
        });
        await page.goto(`${site}headless.html`);
        for (const [own, act] of Object.entries(host)) await page.exposeFunction(own, act);
        // As a text: a test's own transform would change an import in a function.
        return await page.evaluate(
          `import(${JSON.stringify(`${site}@fs${module}`)}).then((module) => module[${JSON.stringify(name)}](${JSON.stringify(given)}))`,
        );
      } finally {
        // The next one finds the storage empty, too.
        const tools = await context.newCDPSession(page);
        await tools.send('Storage.clearDataForOrigin', { origin: new URL(site).origin, storageTypes: 'all' });
        await page.close();
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * Serves a blank page whose policy is the notebook's own.
 * @returns {import('vite').Plugin}
 */
function blankPage() {
  const policy = readFileSync(
    fileURLToPath(new URL('../../../demos/ui/fragments/policy-cells.html', import.meta.url)),
    'utf8',
  );
  return {
    name: 'blank-page',
    configureServer({ middlewares }) {
      middlewares.use('/headless.html', (_, response) => {
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(`<!doctype html>${policy}<title>Notebook</title>`);
      });
    },
  };
}
