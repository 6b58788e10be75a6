import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { cell, ended } from '../support';
import { colorsOf, type ExpectedPage, numberIn } from './expected';
import { dropPaths, folderOfColors } from './own-files';

const waited = { timeout: 120_000, interval: 300 };

/** Trains from the button on, until it ends by itself after so many steps. */
async function train(page: Page, steps: number): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect.poll(() => page.locator('#step').innerText(), waited).toMatch(new RegExp(`^step ${steps} of ${steps},`));
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
}

/** What a chart says to those who cannot see it. */
const said = (page: Page, chart: string): Promise<string> =>
  page.locator(`#${chart} .plot-box`).getAttribute('aria-label').then(String);

/** Notes the rate of every step that the program tells of, whether it is drawn or not. */
const noteRates = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const rates: number[] = [];
    Reflect.set(window, 'rates', rates);
    addEventListener('gallery-report', (event) => {
      const { rate } = (event as CustomEvent<{ rate?: number }>).detail;
      if (rate !== undefined) rates.push(rate);
    });
  });

/** The bytes of a file that the program offers. */
async function saved(page: Page, name: string): Promise<Buffer> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name }).click();
  return readFile(await (await saving).path());
}

/** A folder's pictures are learned; one that is none is named. */
async function learnFolder(page: Page): Promise<void> {
  const folder = await folderOfColors(page, ['lime', 'navy'], 12);
  const broken = join(folder, 'navy', 'broken.png');
  await writeFile(broken, 'none');
  await page.locator('#folder').setInputFiles(folder);
  await expect.poll(() => page.locator('#banners').innerText()).toContain('broken.png is no picture');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await rm(broken);
  // It is dropped on a place that has nothing to do with files.
  await dropPaths(page.locator('#loss'), [folder]);
  await expect.poll(() => page.locator('#data-note').innerText()).toBe('24 pictures of 0 lime, 1 navy.');
  await rm(folder, { recursive: true });
  // One step goes through them all: it is done as often as the page lets one.
  expect(new URL(page.url()).searchParams.get('epochs')).toBe('100');
  await train(page, 100);
  expect(await page.locator('#step').innerText()).toContain('epoch 100');
  expect(await numberIn(page.locator('#step'))).toBe(100);
}

export default {
  async drive(page) {
    await page.locator('#content[data-reported]').waitFor();
    const shapes = page.locator('#shapes li');
    await expect
      .poll(() => shapes.allInnerTexts())
      .toEqual(['8 × 26 × 26 · 80', '8 × 26 × 26', '8 × 13 × 13', '1352', '10 · 13,530']);
    // A layer that does not fit says why, in the library's words.
    await page.getByLabel('Layers, one a line').fill('Conv2d 4 3\nConv2d 4 40\nFlatten\nLinear 10');
    await expect.poll(() => page.locator('#shapes li.wrong').innerText()).toMatch(/conv2d/i);
    await page.getByLabel('A start').selectOption('A linear model');
    await expect.poll(() => page.locator('#total').innerText()).toContain('7,850 parameters');
    expect(new URL(page.url()).searchParams.get('layers')).toBe('Flatten~Linear 10');

    // It learns: a linear model has most digits right after a thousand pictures.
    await page.getByRole('slider', { name: 'Pictures' }).focus();
    await page.keyboard.press('Home');
    await train(page, 16);
    expect(await numberIn(page.locator('#step'))).toBeGreaterThan(50);
    expect(await colorsOf(page.locator('#seen canvas'))).toBeGreaterThan(20);
    // Twice through them by OneCycle, in the same charts: from a 25th the rate rises to the chosen one, and falls to nearly nothing.
    await page.getByLabel('Schedule').selectOption('oneCycle');
    await page.getByRole('slider', { name: 'Epochs' }).fill('2');
    await noteRates(page);
    await train(page, 32);
    for (const chart of ['loss', 'accuracy', 'rate']) {
      await expect
        .poll(() => said(page, chart))
        .toMatch(/1: 2 layers, 0\.0032: 16 points.*; 2: 2 layers, 0\.0032, OneCycle: 32 points/);
    }
    const rates = await page.evaluate(() => Reflect.get(window, 'rates') as number[]);
    const most = 10 ** -2.5;
    expect(rates).toHaveLength(32);
    expect(rates[0]! / most).toBeCloseTo(1 / 25, 5);
    expect(Math.max(...rates) / most).toBeGreaterThan(0.98);
    expect(rates.indexOf(Math.max(...rates))).toBeLessThan(12);
    expect(rates[31]! / most).toBeLessThan(1e-4);
    expect(await said(page, 'rate')).toMatch(/0\.0032: 16 points, the last 0\.003162;/);

    // The finder tries rates from the least on, until the loss grows; its suggestion becomes the rate.
    await page.getByLabel('Schedule').selectOption('finder');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const suggested = page.locator('#suggested');
    await expect.poll(() => suggested.innerText(), waited).toContain('The loss falls most steeply');
    expect(await said(page, 'finder')).toMatch(/^Plot of loss over learning rate\. loss: [3-8]\d points/);
    const rate = Number(/rate of ([\d.e-]+):/.exec(await suggested.innerText())?.[1]);
    expect(rate).toBeGreaterThan(1e-4);
    expect(rate).toBeLessThan(0.5);
    await page.getByRole('button', { name: 'Train at this rate' }).click();
    const power = Number(new URL(page.url()).searchParams.get('lr') ?? -2.5);
    expect(Math.abs(power - Math.log10(rate))).toBeLessThan(0.13);
    expect(new URL(page.url()).searchParams.get('schedule')).toBeNull();

    await learnFolder(page);

    // What has learned is saved for PyTorch, onnxruntime and as Python.
    await cell(page, 2).locator('.run').click();
    await ended(page, 2);
    await cell(page, 3).locator('.run').click();
    await ended(page, 3);
    const [weights, graph, code] = [
      await saved(page, 'net.pt'),
      await saved(page, 'net.onnx'),
      await saved(page, 'net.py'),
    ];
    expect(weights.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04');
    // Each of the 7,850 numbers takes four bytes.
    for (const file of [weights, graph]) expect(file.length).toBeGreaterThan(4 * 7850);
    expect(code.toString()).toMatch(/nn\.Linear\(784, 10/);
  },
} satisfies ExpectedPage;
