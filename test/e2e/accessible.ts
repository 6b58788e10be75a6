// What axe-core finds in a page, at the widths of a desk and of a phone, by day and by night.
import axe from 'axe-core';
import type { Page } from 'playwright';
import { expect } from 'vitest';

export const DESK = { width: 1280, height: 900 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** Widths and themes that a page is looked at in. */
export type Look = `${1280 | 390}, ${'dark' | 'light'}`;

/** What a page shows at both widths and in both themes, behind the width and the theme; leaves the page at its width, by day. */
export async function inEachLook(page: Page, found: (look: Look) => Promise<readonly string[]>): Promise<string[]> {
  const before = page.viewportSize() ?? DESK;
  const all: string[] = [];
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const look: Look = `${viewport.width}, ${colorScheme}`;
      all.push(...(await found(look)).map((text) => `${look}: ${text}`));
    }
  }
  await page.setViewportSize(before);
  return all;
}

/** The rules of axe-core that the page breaks, and where. */
export async function brokenRules(page: Page): Promise<string[]> {
  // As a debugger does it: the page's policy refuses scripts in its text.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    // Observers of sizes have run by then.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const { violations } = await window.axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
}

/** Fails with each rule that the page breaks and where, at both widths and in both themes; leaves the page at its width, by day. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  expect(await inEachLook(page, () => brokenRules(page)), state).toEqual([]);
}

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}
