// What `npm start` serves, in a fresh clone. The packages that pages, workers and editors import are found before any page needs them, since
// one that is found later reloads every open page; and the reference is made behind a page that says so.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchOptions, resolveBrowser } from '../../scripts/browser.mjs';
import { expectAccessible, PHONE } from '../e2e/accessible';
import { watch } from '../e2e/support';
import { cell, ended, ready, write } from './support';

const root = fileURLToPath(new URL('../../', import.meta.url));

let server: ViteDevServer;
let browser: Browser;
let cache = '';
let url = '';
/** What the server has told. */
const told: string[] = [];

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'lamplight-start-'));
  const tell = (text: string) => void told.push(text);
  server = await createServer({
    configFile: `${root}vite.config.ts`,
    cacheDir: cache,
    server: { port: 0, watch: null },
    customLogger: {
      info: tell,
      warn: tell,
      warnOnce: tell,
      error: tell,
      clearScreen: () => {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
  });
  await server.listen();
  url = server.resolvedUrls!.local[0]!;
  browser = await chromium.launch(launchOptions(await resolveBrowser()));
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(cache, { recursive: true, force: true });
});

/** The addresses that served code imports, at once or later, and those of workers that it starts. */
const leadsTo = (code: string): string[] =>
  [...code.matchAll(/(?:\bfrom|\bimport|\bimport\(|new URL\()\s*(?:\/\*.*?\*\/\s*)?["'](\/[^"']+)["']/g)].map(
    ([, address]) => `${address}`,
  );

/** Has the server make every module that the pages lead to, as browsers would ask for them. */
async function crawl(pages: readonly string[]): Promise<number> {
  const asked = new Set<string>();
  const ask = async (address: string): Promise<void> => {
    if (asked.has(address) || /^\/(@vite|node_modules)\//.test(address)) return;
    asked.add(address);
    const answer = await fetch(new URL(address, url));
    expect([answer.status, address]).toEqual([200, address]);
    const text = await answer.text();
    if (answer.headers.get('content-type')?.includes('javascript')) for (const next of leadsTo(text)) await ask(next);
  };
  for (const page of pages) {
    const html = await (await fetch(url + page)).text();
    const scripts = [...html.matchAll(/<script type="module"[^>]* src="([^"]+)"/g)];
    for (const [, script] of scripts) await ask(new URL(`${script}`, url + page).href.slice(url.length - 1));
  }
  return asked.size;
}

/** The packages that the server has found so far. */
const found = () => {
  const { optimized, discovered } = server.environments.client.depsOptimizer!.metadata;
  return Object.keys({ ...optimized, ...discovered }).sort();
};

test('no page leads to a package that the server has not found by itself, and editing a cell loads no page anew', async () => {
  const gallery = await readdir(`${root}demos/gallery`, { withFileTypes: true });
  const galleryPages = gallery.filter((entry) => entry.isDirectory()).map(({ name }) => `gallery/${name}/`);
  await server.environments.client.depsOptimizer!.scanProcessing;
  const before = found();
  expect(before).toEqual(expect.arrayContaining(['typescript', '@valtown/codemirror-ts/worker', 'umap-js']));
  const own = ['', 'courses/', 'playground/', 'mnist/', 'guide/', 'notebook/', 'notebook/s0-convolution/', 'gallery/'];
  expect(await crawl([...own, ...galleryPages])).toBeGreaterThan(500);
  expect(found()).toEqual(before);
  const { page, problems } = await watch(await browser.newContext());
  const loaded: string[] = [];
  page.on('load', () => loaded.push(page.url()));
  await page.goto(`${url}notebook/`);
  await ready(page);
  // What the checker says of a mistake shows that it has come.
  await write(page, 1, "const typed: number = 'text';");
  await cell(page, 1).locator('.cm-lintRange-error').first().waitFor();
  await write(page, 1, '1 + 1');
  await cell(page, 1).locator('.run').click();
  await ended(page, 1);
  expect(told.filter((text) => /optimized|reload/.test(text))).toEqual([]);
  expect(loaded).toHaveLength(1);
  expect(problems).toEqual([]);
}, 600_000);

test('the reference is answered at once, by a page that says how far it is', async () => {
  const { page } = await watch(await browser.newContext({ viewport: PHONE }));
  const answer = await page.goto(`${url}reference/nn/Conv2d.html`);
  expect(answer!.status()).toBe(202);
  await page.getByRole('heading', { name: 'The reference is being made' }).waitFor();
  await page.getByRole('status').filter({ hasText: 'Reading the sources' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  await expectAccessible(page, 'the reference while it is made');
});
