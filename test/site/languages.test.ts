// The switch between a course's languages: its address, its memory, and what is kept and saved of each.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, PHONE } from '../e2e/accessible';
import { type BuiltSite, cell, openBuiltSite, ready, write } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

test('a link shows the course in Python, and other courses follow it', async () => {
  const { page, problems } = await site.open('notebook/s0-convolution/');
  await ready(page);
  const typescript = await page.locator('.code-cell').count();
  expect(await cell(page, 1).innerText()).toContain("from 'lamplight'");
  await page.getByRole('link', { name: 'Python', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\?language=python/);
  await ready(page);
  expect(await page.locator('.code-cell').count()).toBe(typescript);
  expect(await cell(page, 1).innerText()).toContain('import torch');
  expect(await cell(page, 1).locator('pre span').count(), 'words in colour').toBeGreaterThan(10);
  expect(await page.getByRole('link', { name: 'Python', exact: true }).getAttribute('aria-current')).toBe('true');
  await expectAccessible(page, 'a course in Python');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  await page.goto(new URL('notebook/s1-mnist/', site.host.url).href);
  await ready(page);
  expect(page.url()).toContain('?language=python');
  expect(await cell(page, 1).innerText()).toContain('import torch');
  await page.goto(new URL('notebook/engine/', site.host.url).href);
  await ready(page);
  expect(page.url()).not.toContain('language');
  expect(problems).toEqual([]);
  await page.context().close();
});

test('changes are kept for each language, and files hold the one that is shown', async () => {
  const { page, problems } = await site.open('notebook/s4-imaging/?language=python');
  await ready(page);
  await write(page, 2, "print('changed')");
  // It is written once the typing pauses.
  await page.waitForTimeout(1200);
  await page.goto(new URL('notebook/s4-imaging/?language=typescript', site.host.url).href);
  await ready(page);
  expect(await cell(page, 2).innerText()).toContain('new nn.Conv2d()');
  await page.goto(new URL('notebook/s4-imaging/?language=python', site.host.url).href);
  await ready(page);
  expect(await cell(page, 2).innerText()).toContain("print('changed')");
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
  expect(code.map(({ source }) => source.join(''))[1]).toBe("print('changed')");
  expect(code.length).toBe(12);
  expect(code.some(({ source }) => source.join('').includes("from 'lamplight'"))).toBe(false);
  expect(problems).toEqual([]);
  await page.context().close();
});
