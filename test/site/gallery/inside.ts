import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { expectAccessible } from '../../e2e/accessible';
import { colorsOf, dropFile, type ExpectedPage, numberIn, pictureFile } from './expected';

const weights = new URL('../../../demos/gallery/inside/digits.safetensors', import.meta.url);
const waited = { timeout: 120_000, interval: 300 };

/** The map of a method, by its name in words. */
const map = (page: Page, name: string): Locator =>
  page.locator('#maps figure').filter({ has: page.getByText(name, { exact: true }) });

/** The sum that stands below a map, and its distance from what the shares should add up to. */
async function sumOf(figure: Locator): Promise<{ sum: number; delta: number | null }> {
  const text = (await figure.locator('figcaption .number').innerText()).replaceAll('−', '-');
  const [, sum, delta] = /Σ (-?[\d.]+)(?:, δ (-?[\d.]+))?/.exec(text) ?? [];
  return { sum: Number(sum), delta: delta === undefined ? null : Number(delta) };
}

/** How many pixels are rather blue, the colour of what speaks against a class; pictures of digits are grey. */
const against = (figure: Locator): Promise<number> =>
  figure
    .locator('canvas')
    .first()
    .evaluate((element: HTMLCanvasElement) => {
      const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 2]! > data[i]! + 3) count++;
      return count;
    });

/** From now on, all numbers of places of the window that the page says it has been at. */
async function countsOfWindows(page: Page): Promise<() => Promise<number[]>> {
  await page.locator('#windows').evaluate((element) => {
    const counts: number[] = [];
    Object.assign(window, { counts });
    const said = () => counts.push(Number.parseInt(element.textContent ?? '', 10));
    new MutationObserver(said).observe(element, { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => (window as unknown as { counts: number[] }).counts);
}

async function attributions(page: Page): Promise<void> {
  // 5·5·8 + 8, 8·5·5·16 + 16, 16·3·3·32 + 32 and 32·10 + 10 parameters.
  await expect.poll(() => page.locator('#figures dd').first().innerText(), waited).toBe('8,394');
  expect(await numberIn(page.locator('#figures dd').nth(1))).toBeGreaterThan(95);
  // The first digit of the test set is a seven; windows of 6 pixels, 2 apart, have (28 − 6) / 2 + 1 places both ways.
  await expect.poll(() => page.locator('#scores [aria-pressed="true"]').innerText(), waited).toMatch(/^7/);
  await expect.poll(() => page.locator('#windows').innerText(), waited).toBe('144 of 144 places');
  await expect
    .poll(() => page.locator('#maps figcaption .number').allInnerTexts(), waited)
    .toEqual(Array.from({ length: 17 }, () => expect.stringMatching(/^(Σ|up to) −?[\d.]+/)));
  // Shares add up to the difference between the score of the picture and that of a black one.
  const difference = await numberIn(page.locator('#difference'));
  expect(difference).toBeGreaterThan(1);
  for (const name of ['Integrated gradients', 'DeepLIFT']) {
    const { sum, delta } = await sumOf(map(page, name));
    expect(Math.abs(sum - difference), name).toBeLessThan(0.05);
    expect(Math.abs(delta ?? 1), name).toBeLessThan(0.05);
  }
  for (const name of ['Shapley values', 'KernelSHAP']) {
    expect(Math.abs((await sumOf(map(page, name))).sum - difference), name).toBeLessThan(0.05);
  }
  // Grad-CAM shows evidence for a class alone; a share may also be negative.
  expect(await against(map(page, 'Grad-CAM'))).toBe(0);
  expect(await against(map(page, 'Integrated gradients'))).toBeGreaterThan(0);
  expect(await colorsOf(map(page, 'Occlusion').locator('canvas').first())).toBeGreaterThan(50);
  // Another class, by the keyboard; the address keeps it. The window is seen to move, a place after the other.
  const counts = await countsOfWindows(page);
  await page.locator('#scores button').nth(3).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('#difference').innerText(), waited).toContain('Class 3');
  await expect.poll(async () => (await counts()).at(-1), waited).toBe(144);
  const seen = await counts();
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen[0]).toBeLessThan(20);
  expect(new Set(seen).size).toBeGreaterThan(20);
  expect(new URL(page.url()).searchParams.get('class')).toBe('3');
}

async function units(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Look at' }).selectOption('units');
  // Of conv3: 24 = 5 + 1 + 2·4 + 2 + 4·2 pixels, 4 apart, behind two poolings.
  await expect
    .poll(() => page.locator('#field-size').innerText(), waited)
    .toContain('A unit of conv3 sees 24 × 24 pixels, 4 further');
  expect(await page.locator('#features-shown').innerText()).toBe('conv3: 32 maps of 7 × 7');
  await page.getByRole('combobox', { name: 'Layer' }).selectOption('conv2');
  await expect
    .poll(() => page.locator('#field-size').innerText(), waited)
    .toContain('A unit of conv2 sees 14 × 14 pixels, 2 further');
  expect(await page.locator('#features-shown').innerText()).toBe('conv2: 16 maps of 14 × 14');
  await page.getByRole('application', { name: /^The map of the channel/ }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const captions = page.locator('#field figcaption');
  await expect.poll(() => captions.first().innerText(), waited).toContain('the unit at 1, 1 gives');
  expect(new URL(page.url()).searchParams.get('unit')).toBe('1,1');
  // Patches come with the strongest first; pictures that climb end higher than they began.
  const climbs = page.locator('#climbs figcaption');
  await expect
    .poll(() => climbs.allInnerTexts(), waited)
    .toEqual([
      expect.stringMatching(/^A picture of class 3: after 60 steps/),
      expect.stringMatching(/^A picture for the unit in the middle: after 60 steps/),
      'A dream of the layer, after 36 steps',
    ]);
  for (const caption of [
    ...(await climbs.allInnerTexts()).slice(0, 2),
    await page.locator('#patches-shown').innerText(),
  ]) {
    const [from, to] = (/from (\S+) to (\S+)/.exec(caption.replaceAll('−', '-')) ?? []).slice(1).map(Number);
    if (caption.startsWith('A')) expect(to, caption).toBeGreaterThan(from! + 1);
    else expect(from, caption).toBeGreaterThanOrEqual(to!);
  }
  for (const place of ['#features', '#patches', '#kernels']) {
    expect(await colorsOf(page.locator(`${place} canvas`)), place).toBeGreaterThan(20);
  }
  await expectAccessible(page, 'a unit');
}

/** The place of the pixel of a canvas with most colour, in pixels of the page. */
const vivid = (canvas: Locator): Promise<{ x: number; y: number }> =>
  canvas.evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
    let [best, most] = [0, -1];
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
      const color = Math.max(red, green, blue) - Math.min(red, green, blue);
      if (color > most) [best, most] = [i / 4, color];
    }
    const scale = element.clientWidth / element.width;
    return { x: (best % element.width) * scale, y: Math.floor(best / element.width) * scale };
  });

async function chart(page: Page): Promise<void> {
  await page.getByRole('slider', { name: 'Digits of the map' }).waitFor({ state: 'hidden' });
  await page.getByRole('combobox', { name: 'Look at' }).selectOption('map');
  await page.getByRole('combobox', { name: 'Layer' }).selectOption('conv3');
  await page.getByRole('slider', { name: 'Digits of the map' }).fill('300');
  // Were the digits mixed, a tenth of the neighbours would be the same one.
  const said = page.locator('#map-shown');
  // One sees them part.
  await expect.poll(() => said.innerText(), waited).toMatch(/^t-SNE: step/);
  expect(await colorsOf(page.locator('#chart canvas'))).toBeGreaterThan(100);
  await expect.poll(() => said.innerText(), waited).toContain('Of 300 digits');
  expect(await numberIn(said)).toBeGreaterThan(70);
  expect(await colorsOf(page.locator('#chart canvas'))).toBeGreaterThan(100);
  await expectAccessible(page, 'the map');
  // Under the pointer a digit is shown large, and named; beside the map none is.
  const canvas = page.locator('#chart canvas');
  await canvas.hover({ position: await vivid(canvas) });
  await expect.poll(() => page.locator('#pointed').innerText()).toMatch(/^Number \d+: a \d/);
  await page.locator('#map-title').hover();
  await expect.poll(() => page.locator('#pointed').innerText()).toMatch(/^Point at a digit/);
  await page.getByRole('application', { name: /^Map of digits/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.locator('#pointed').innerText()).toContain('Number 0: a 7');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('#attributions').isVisible()).toBe(true);
}

export default {
  async drive(page) {
    await attributions(page);
    await units(page);
    await chart(page);
    // A picture that is dropped on the page is looked into.
    await dropFile(page, { name: 'grey.png', type: 'image/png', bytes: await pictureFile(page, 'rgb(90, 90, 90)') });
    const chosen = page.getByRole('combobox', { name: 'Picture' });
    await expect.poll(() => chosen.inputValue()).toBe('file');
    // A network that was never trained knows little; one that is being trained has a loss, and may be stopped.
    await page.getByRole('combobox', { name: 'Network' }).selectOption('random');
    await expect.poll(() => numberIn(page.locator('#figures dd').nth(1)), waited).toBeLessThan(50);
    await expect.poll(() => colorsOf(page.locator('#picture canvas').first()), waited).toBe(1);
    const teach = page.locator('#teach');
    await teach.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => numberIn(page.locator('#figures dd').nth(2)), waited).toBeLessThan(2.3);
    await page.keyboard.press('Enter');
    await expect.poll(() => teach.innerText(), waited).toBe('Train it here');
    await expect.poll(() => page.locator('.code-cell').first().innerText(), waited).toContain('digits.safetensors');
    await expect.poll(() => page.locator('.code-cell').nth(1).getAttribute('data-state'), waited).toBe('running');
    // Weights that are dropped on the page are those of a network, as from a file.
    await dropFile(page, { name: 'mine.safetensors', type: '', bytes: readFileSync(weights) });
    await expect.poll(() => numberIn(page.locator('#figures dd').nth(1)), waited).toBeGreaterThan(95);
    expect(await page.getByRole('combobox', { name: 'Network' }).inputValue()).toBe('file');
  },
} satisfies ExpectedPage;
