// The switch between a course's languages: its address, its memory, and what is kept and saved of each.
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, PHONE } from '../e2e/accessible';
import { type BuiltSite, cell, firstOpen, openBuiltSite, ready, write } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

/** The code of all cells of a page, folded or not. */
const codes = async (page: Page): Promise<string> =>
  (await page.locator('.code-cell .code').allTextContents()).join('\n');

test('a link shows the course in Python, and other courses follow it', async () => {
  const { page, problems } = await site.open('notebook/s0-convolution/');
  await ready(page);
  expect(await codes(page)).toContain("from 'lamplight'");
  expect(await codes(page)).not.toContain('import torch');
  await page.getByRole('link', { name: 'Python', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\?language=python/);
  await ready(page);
  expect(await codes(page)).toContain('import torch');
  expect(await codes(page)).not.toContain("from 'lamplight'");
  expect(await page.locator('.code pre span').count(), 'words in colour').toBeGreaterThan(10);
  expect(await page.getByRole('link', { name: 'Python', exact: true }).getAttribute('aria-current')).toBe('true');
  await expectAccessible(page, 'a course in Python');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  await page.goto(new URL('notebook/s1-mnist/', site.host.url).href);
  await ready(page);
  expect(page.url()).toContain('?language=python');
  expect(await codes(page)).toContain('import torch');
  await page.goto(new URL('notebook/engine/', site.host.url).href);
  await ready(page);
  expect(page.url()).not.toContain('language');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('changes are kept for each language, and files hold the one that is shown', async () => {
  const { page, problems } = await site.open('notebook/s4-imaging/?language=python');
  await ready(page);
  const number = await firstOpen(page);
  const count = await page.locator('.code-cell').count();
  await write(page, number, "print('changed')");
  // It is written once the typing pauses.
  await page.waitForTimeout(1200);
  await page.goto(new URL('notebook/s4-imaging/?language=typescript', site.host.url).href);
  await ready(page);
  expect(await codes(page)).not.toContain('changed');
  await page.goto(new URL('notebook/s4-imaging/?language=python', site.host.url).href);
  await ready(page);
  expect(await cell(page, number).innerText()).toContain("print('changed')");
  const downloads = page.waitForEvent('download');
  await page.getByRole('button', { name: 'File' }).click();
  await page.getByText('Save for Jupyter').click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await downloads).createReadStream()) chunks.push(chunk as Buffer);
  const { metadata, cells } = JSON.parse(Buffer.concat(chunks).toString()) as {
    metadata: { kernelspec: { name: string } };
    cells: { cell_type: string; source: string[]; metadata: object }[];
  };
  const code = cells.filter(({ cell_type }) => cell_type === 'code');
  expect(metadata.kernelspec.name).toBe('python3');
  expect(code.map(({ source }) => source.join(''))[number - 1]).toBe("print('changed')");
  expect(code.length).toBe(count);
  expect(code.some(({ source }) => source.join('').includes("from 'lamplight'"))).toBe(false);
  expect(problems).toEqual([]);
  await page.context().close();
});
