// Serves the demos, or the pages of these tests, and drives them in the browser that the whole test run uses.
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { createServer, type InlineConfig } from 'vite';
import { launchOptions, resolveBrowser } from '../../scripts/browser.mjs';
import { doorAliases } from '../../scripts/doors.mjs';
import { oneModule } from '../support/one-module';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Half a minute, the usual limit, is little for a page that compiles kernels while other work runs; in ms. */
const PATIENCE = 90_000;

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

/** A server on a free port. */
async function serve(config: InlineConfig): Promise<{ url: string; close(): Promise<void> }> {
  const server = await createServer({
    ...config,
    plugins: [oneModule()],
    server: { port: 0, hmr: false, watch: null },
    logLevel: 'error',
  });
  await server.listen();
  // The library is bundled now: the first page, whose time is limited, need not wait for it.
  await server.transformRequest(`/@fs${root}src/index.ts`);
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('the server has no local address');
  return { url, close: () => server.close() };
}

interface BrowserOptions {
  /** Arguments added to the browser's own where it computes on the processor. */
  readonly softwareArgs?: readonly string[];
}

async function launch({ softwareArgs = [] }: BrowserOptions = {}): Promise<Browser> {
  const found = await resolveBrowser();
  const { args, ...options } = launchOptions(found);
  return chromium.launch({ ...options, args: [...args, ...(found.adapter === 'swiftshader' ? softwareArgs : [])] });
}

/** Starts the demos on a free port. */
export async function openSite(): Promise<Site> {
  const { url, close } = await serve({ configFile: `${root}vite.config.ts` });
  const browser = await launch();
  return {
    url,
    browser,
    async open(path, contextOptions) {
      const watched = await watch(await browser.newContext(contextOptions));
      await watched.page.goto(new URL(path, url).href);
      return watched;
    },
    async close() {
      await browser.close();
      await close();
    },
  };
}

/** A new page, and what goes wrong in it. */
export async function watch(context: BrowserContext): Promise<WatchedPage> {
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  return { page, problems };
}

/** The pages in the folders of test/e2e, which import the library from its sources. */
export interface TestPages {
  readonly browser: Browser;
  /** Opens the page of one folder, and waits until it has put `name` on its window. */
  open(folder: string, name: string): Promise<Page>;
  close(): Promise<void>;
}

export async function openTestPages(options: BrowserOptions = {}): Promise<TestPages> {
  const { url, close } = await serve({
    configFile: false,
    root,
    resolve: { alias: doorAliases },
    worker: { format: 'es' },
    optimizeDeps: { noDiscovery: true },
  });
  const browser = await launch(options);
  return {
    browser,
    async open(folder, name) {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.goto(`${url}test/e2e/${folder}/index.html`);
      await page.waitForFunction((wanted) => wanted in window, name);
      return page;
    },
    async close() {
      await browser.close();
      await close();
    },
  };
}
