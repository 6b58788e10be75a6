// Recorded outputs on the built site: seen before anything runs, with and without JavaScript, and replaced by what a cell puts out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderOf, recordingIn } from '../../scripts/recordings.mjs';
import { expectAccessible, PHONE } from '../e2e/accessible';
import { courseNames } from './course';
import { type BuiltSite, openBuiltSite, ready } from './support';

const names = courseNames.filter((name) => recordingIn(folderOf(name, 'typescript')));

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

describe.each(names)('%s', (name) => {
  test('its recorded outputs stand in the page without JavaScript, with pictures that are there', async () => {
    const { page } = await site.open(`notebook/${name}/`, { javaScriptEnabled: false, viewport: PHONE });
    const outputs = page.locator('.code-cell:not([hidden]) > .outputs[data-recorded="page"]');
    expect(await outputs.count()).toBeGreaterThan(3);
    const pictures = await page
      .locator('.outputs[data-recorded] img')
      .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).src));
    for (const address of new Set(pictures)) expect((await page.request.get(address)).status(), address).toBe(200);
    await page.context().close();
  });

  test('without WebGPU they stand there as well, no wider than a phone and accessible', async () => {
    const { page, problems } = await site.open('', { viewport: PHONE });
    await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    await page.goto(new URL(`notebook/${name}/`, site.host.url).href);
    await ready(page);
    expect(await page.locator('.outputs[data-recorded="page"]').count()).toBeGreaterThan(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    await expectAccessible(page, name);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

test.skipIf(names.length === 0)('the first cell that has run has no recorded output any more', async () => {
  const { page } = await site.open(`notebook/${names[0]}/`);
  await ready(page);
  const cell = page.locator('.code-cell').first();
  await cell.locator('.run').click();
  await cell.and(page.locator('[data-state="done"]')).waitFor();
  expect(await cell.locator('.outputs[data-recorded]').count()).toBe(0);
  await page.context().close();
});
