// Every page of the gallery on the built site: its main job, its numbers and pixels, the keyboard, both widths and themes, and what it says without WebGPU.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { galleryEntries } from '../../demos/build/gallery';
import { expectAccessible, PHONE } from '../e2e/accessible';
import { partOf } from '../support/sample';
import { dropFile, type ExpectedPage } from './gallery/expected';
import { allKept, type BuiltSite, openBuiltSite } from './support';

const names = galleryEntries(new URL('../../demos/gallery', import.meta.url).pathname).map(({ name }) => name);
const expectations = import.meta.glob<ExpectedPage>('./gallery/*.ts', { import: 'default' });

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

const scrolled = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

/** Texts of the panels that are wider than their place, or reach out of their panel. Tables scroll, and what ends in an ellipsis says so. */
const cutOff = (page: Page) =>
  page.locator('#stage').evaluate((stage) => {
    const texts = [...stage.querySelectorAll<HTMLElement>('.panel *')].filter(
      (element) =>
        element.clientWidth > 1 &&
        !element.closest('table, svg, .visually-hidden') &&
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()),
    );
    const isCutOff = (element: HTMLElement) => {
      const { right } = element.getBoundingClientRect();
      if (right > element.closest('.panel')!.getBoundingClientRect().right + 1) return true;
      return element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).textOverflow !== 'ellipsis';
    };
    return texts.filter(isCutOff).map(({ textContent }) => textContent?.trim().slice(0, 60));
  });

/** Sizes of the visible canvases on which nothing is drawn: a sentence should stand in their place. Paint’s map is beside a sentence that says so. */
const blankCanvases = (page: Page) =>
  page.locator('#stage').evaluate((stage) => {
    const isBlank = (canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data;
      return data?.every((byte) => byte === 0) ?? false;
    };
    return [...stage.querySelectorAll('canvas')]
      .filter((canvas) => canvas.offsetHeight > 100 && !canvas.closest('.matrix, .uplot, label, .seen'))
      .filter(isBlank)
      .map((canvas) => `${canvas.className} ${canvas.offsetWidth} × ${canvas.offsetHeight}`);
  });

/** Has nobody answer at these addresses. */
async function block(page: Page, blocked: RegExp | undefined): Promise<void> {
  if (blocked) await page.context().route(blocked, (route) => route.abort());
}

/** Until the page's program has told what it first tells. Some pages begin by themselves, others when they are told to. */
async function reported(page: Page): Promise<void> {
  await page.locator('#content[data-ready]').waitFor();
  const [button] = await page.locator('button[data-run], #train').all();
  await button?.click();
  await page.locator('#content[data-reported]').waitFor({ timeout: 120_000 });
}

/** Whether the cell whose turn it is has shown something, or there is none such: all have run, or one has failed. */
function showsOrEnds(): boolean {
  const going = [...document.querySelectorAll<HTMLElement>('.code-cell')].find(
    ({ dataset }) => dataset.state !== 'done',
  );
  if (going?.dataset.state !== 'running')
    return going === undefined || /failed|stopped/.test(going.dataset.state ?? '');
  return going.querySelector('.outputs')?.hasChildNodes() ?? false;
}

describe.each(partOf(names, 5))('%s', (name) => {
  test('does its job, is accessible, and fits both widths', async () => {
    const load = expectations[`./gallery/${name}.ts`];
    expect(load, `test/site/gallery/${name}.ts`).toBeDefined();
    const { drive, blocked } = await load!();
    const watched = await site.open(`gallery/${name}/`);
    const { page, problems } = watched;
    await block(page, blocked);
    await page.locator('#content[data-ready]').waitFor();
    expect(await blankCanvases(page), 'empty panels before the first result').toEqual([]);
    await drive(page);
    expect(await cutOff(page), 'texts that are cut off').toEqual([]);
    await expectAccessible(page, name);
    await page.setViewportSize(PHONE);
    expect(await scrolled(page), 'width on a phone').toBe(PHONE.width);
    expect(await cutOff(page), 'texts that are cut off on a phone').toEqual([]);
    expect(problems.filter((each) => !blocked?.test(each))).toEqual([]);
    await page.context().close();
  });

  test('its program opens in the notebook, and runs there', async () => {
    const { page, problems } = await site.open(`gallery/${name}/`);
    await page.locator('#content[data-ready]').waitFor();
    const code = await page.locator('#program .code').first().innerText();
    await page.locator('#open-notebook').click();
    await page.waitForURL(/notebook\/#n=/);
    await page.locator('#content[data-ready]').waitFor();
    expect(await page.locator('.code-cell .code').first().innerText()).toBe(code);
    const { files = [], blocked, lacking } = await expectations[`./gallery/${name}.ts`]!();
    await block(page, blocked);
    for (const path of files) {
      const file = basename(path);
      await dropFile(page, { name: file, type: '', bytes: readFileSync(path) });
      await page.locator('#side').getByText(file).waitFor();
    }
    await page.getByRole('button', { name: 'Run all' }).click();
    // Training takes minutes: what a cell shows while it runs is enough.
    await page.waitForFunction(showsOrEnds, undefined, { timeout: 300_000, polling: 500 });
    const badly = page.locator('.code-cell:is([data-state="failed"], [data-state="stopped"])');
    if (lacking && files.length === 0) await badly.getByText(lacking).first().waitFor({ timeout: 300_000 });
    else expect(await badly.allInnerTexts()).toEqual([]);
    expect(problems.filter((each) => !blocked?.test(each))).toEqual([]);
    await page.context().close();
  });

  test('says without WebGPU what is missing, and shows what was recorded', async () => {
    const context = await site.browser.newContext({ serviceWorkers: 'block' });
    await context.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    const page = await context.newPage();
    await page.goto(new URL(`gallery/${name}/`, site.host.url).href);
    await page.getByRole('heading', { name: 'This browser does not offer WebGPU' }).waitFor();
    const picture = page.locator('.recorded img');
    await picture.waitFor();
    expect(
      await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
    ).toBeGreaterThan(600);
    await expectAccessible(page, `${name} without WebGPU`);
    await context.close();
  });

  test('opens and runs without a connection after a visit', async () => {
    const { page } = await site.open(`gallery/${name}/`, { serviceWorkers: 'allow' });
    // Where a network or a package comes from files of the visitor's, nothing runs by itself.
    const runs = (await expectations[`./gallery/${name}.ts`]!()).files === undefined;
    const used = () => (runs ? reported(page) : page.locator('#content[data-ready]').waitFor());
    await page.evaluate(() => navigator.serviceWorker.ready);
    // Steps of a large network that wait in the queue of a slow GPU hold up the next page, too.
    const small = page.locator('#settings select:has(option[value="small"])');
    if ((await small.count()) > 0) await small.selectOption('small');
    await used();
    await allKept(page);
    await site.host.stop();
    try {
      await page.reload();
      await used();
    } finally {
      await site.host.start();
      await page.context().close();
    }
  });
});
