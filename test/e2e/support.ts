// Serves the demos and drives them in the browser that the whole test run uses.
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { createServer } from 'vite';
import { launchOptions, resolveBrowser } from '../../scripts/browser.mjs';

/** A page, and everything that went wrong in it: uncaught errors, `console.error`, and requests that failed. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: string[];
}

/** The demos on an address of their own, with a browser to open them in. */
export interface Site {
  /** Address of the site, ending in a slash. */
  readonly url: string;
  readonly browser: Browser;
  /** Opens a path of the site, such as `mnist/`, in a fresh browser profile. */
  open(path: string, options?: BrowserContextOptions): Promise<WatchedPage>;
  close(): Promise<void>;
}

/** Starts the site on a free port; `args` are added to the browser's own. */
export async function openSite({ args = [] }: { args?: string[] } = {}): Promise<Site> {
  const server = await createServer({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    server: { port: 0, hmr: false, watch: null },
    logLevel: 'error',
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the demo server has no local address');
  const options = launchOptions(await resolveBrowser());
  const browser = await chromium.launch({ ...options, args: [...options.args, ...args] });
  return {
    url,
    browser,
    async open(path, contextOptions) {
      const context = await browser.newContext(contextOptions);
      // Half a minute, the usual limit, is little for a page that compiles kernels while other work runs.
      context.setDefaultTimeout(90_000);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('response', (response) => {
        if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(new URL(path, url).href);
      return { page, problems };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
