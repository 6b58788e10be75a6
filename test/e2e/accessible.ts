// What axe-core finds in a page, at the widths of a desk and of a phone, by day and by night.
import axe from 'axe-core';
import type { Page } from 'playwright';
import { expect } from 'vitest';

export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Fails with each rule that the page breaks and where, at both widths and in both themes; leaves the page at its width, by day. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  const before = page.viewportSize() ?? DESK;
  // As a debugger does it: the page's policy refuses scripts in its text.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found: string[] = [];
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const broken = await page.evaluate(async () => {
        // Observers of sizes have run by then.
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const { violations } = await window.axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
      });
      found.push(...broken.map((text) => `${viewport.width}, ${colorScheme}: ${text}`));
    }
  }
  await page.setViewportSize(before);
  expect(found, state).toEqual([]);
}

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}
