// Opens pages of the built site in the browser of the test run, and waits for what cells do.
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright';
import { expect, inject } from 'vitest';
import { launchOptions, resolveBrowser } from '../../scripts/browser.mjs';
import { DESK } from '../e2e/accessible';
import { type WatchedPage, watch } from '../e2e/support';
import { Host } from './host';

export interface BuiltSite {
  readonly browser: Browser;
  readonly host: Host;
  /** Opens a path of the site in a fresh profile. */
  open(path: string, options?: BrowserContextOptions): Promise<WatchedPage>;
  close(): Promise<void>;
}

/** @param headers what the host sends with each file */
export async function openBuiltSite(headers: Readonly<Record<string, string>> = {}): Promise<BuiltSite> {
  const host = new Host(inject('siteFolder'), undefined, headers);
  await host.start();
  const browser = await chromium.launch(launchOptions(await resolveBrowser()));
  return {
    browser,
    host,
    async open(path, options) {
      // Its own tests have the service worker; elsewhere it would fetch beside what is looked at.
      const context = await browser.newContext({ viewport: DESK, serviceWorkers: 'block', ...options });
      const watched = await watch(context);
      await watched.page.goto(new URL(path, host.url).href);
      return watched;
    },
    async close() {
      await browser.close();
      await host.stop();
    },
  };
}

/** How many addresses with this part the service worker keeps. */
export const keptCount = (page: Page, part = ''): Promise<number> =>
  page.evaluate(async (wanted) => {
    const names = (await caches.keys()).filter((name) => name.startsWith('lamplight-site-'));
    const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return keys.flat().filter(({ url }) => url.includes(wanted)).length;
  }, part);

/** Until the service worker has kept all that it was asked for: nothing more comes. */
export async function allKept(page: Page): Promise<void> {
  let before = 0;
  const isComplete = async () => {
    const now = await keptCount(page);
    const isSame = now > 0 && now === before;
    before = now;
    return isSame;
  };
  await expect.poll(isComplete, { timeout: 60_000, interval: 2000 }).toBe(true);
}

/** Until the cells of a notebook's page can be run. */
export const ready = (page: Page): Promise<void> => page.locator('#content[data-ready]').waitFor();

/** A code cell by its number, from 1. */
export const cell = (page: Page, number: number): Locator => page.locator('.code-cell').nth(number - 1);

/** The number of the first cell whose code is not folded. */
export const firstOpen = (page: Page): Promise<number> =>
  page
    .locator('.code-cell')
    .evaluateAll((cells) => 1 + cells.findIndex((one) => one.querySelector('.code')?.checkVisibility()));

/** Runs a cell and waits until it has come to an end. */
export async function run(page: Page, number: number): Promise<void> {
  await cell(page, number).locator('.run').click();
  await ended(page, number);
}

export async function ended(page: Page, number: number, timeout = 120_000): Promise<void> {
  const at = cell(page, number);
  await at.and(page.locator('[data-state="done"], [data-state="failed"], [data-state="stopped"]')).waitFor({ timeout });
}

/** Writes a cell anew, in its editor. */
export async function write(page: Page, number: number, code: string): Promise<void> {
  const at = cell(page, number);
  if ((await at.locator('.cm-content').count()) === 0) {
    await at.locator('.code').focus();
    await page.keyboard.press('Enter');
  }
  const content = at.locator('.cm-content');
  await content.waitFor();
  await content.focus();
  await page.keyboard.press('ControlOrMeta+a');
  // Over a selection, the browser itself would insert text in the style of what stood there, which the policy refuses.
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(code);
}

export const output = (page: Page, number: number): Locator => cell(page, number).locator('.outputs');

/** Opens the search by its key, asks, and waits until something is found among all that there is. */
export async function search(page: Page, question: string): Promise<void> {
  // Before the page's script has started, nobody hears the key.
  await page.getByRole('button', { name: /theme$/ }).waitFor();
  await page.keyboard.press('/');
  const dialog = page.getByRole('dialog', { name: 'Search' });
  await dialog.getByRole('searchbox').fill(question);
  await dialog
    .getByRole('status')
    .filter({ hasText: /^\d+ found\.$/ })
    .waitFor();
}
