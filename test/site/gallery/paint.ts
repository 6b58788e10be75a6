import type { Page } from 'playwright';
import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

const GREEN = [60, 138, 78] as const;

/** Shares of what is seen at pixels so far from the middle of the painting, in which green lies on the ground. */
const kindsWithin = (page: Page, from: number, to: number): Promise<Record<string, number>> =>
  page.evaluate(
    ({ from, to, green }) => {
      // Kinds have the colours of the legend, over what is painted; the ground has none.
      const kinds = [...document.querySelectorAll('#legend li')].map((item) => {
        const color = getComputedStyle(item, '::before').backgroundColor.match(/[\d.]+/g)!;
        return [item.textContent!, color.slice(0, 3).map(Number)] as const;
      });
      const canvas = document.querySelector<HTMLCanvasElement>('#seen')!;
      const { data, width } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const counts: Record<string, number> = { none: 0, ...Object.fromEntries(kinds.map(([name]) => [name, 0])) };
      let all = 0;
      for (let i = 0; i < data.length / 4; i++) {
        const distance = Math.hypot((i % width) + 0.5 - width / 2, Math.floor(i / width) + 0.5 - width / 2);
        if (distance < from || distance >= to) continue;
        const pixel = [...data.subarray(4 * i, 4 * i + 3)];
        const far = (color: readonly number[]) => Math.hypot(...pixel.map((value, c) => value - color[c]!));
        const painted = from === 0 ? green : [201, 194, 174];
        const choices = kinds.map(
          ([name, color]) => [name, far(color.map((value, c) => 0.85 * value + 0.15 * painted[c]!))] as const,
        );
        const [name] = [['none', far(painted)] as const, ...choices].sort(([, a], [, b]) => a - b)[0]!;
        counts[name]!++;
        all++;
      }
      return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / all]));
    },
    { from, to, green: GREEN },
  );

export default {
  async drive(page) {
    const button = page.locator('button[data-run]');
    const place = page.getByRole('application', { name: /^A place to paint/ });
    const waited = { timeout: 400_000, interval: 500 };
    await page.getByRole('combobox', { name: 'Network' }).selectOption('small');
    await button.focus();
    await page.keyboard.press('Enter');
    // Four kinds are guessed at first; the ground alone is less than four fifths of the pixels.
    const right = page.locator('#figures dd').nth(1);
    await expect.poll(() => numberIn(right), waited).toBeGreaterThan(0);
    await expect.poll(() => numberIn(right), waited).toBeGreaterThan(80);
    // A scene in four has neither light nor grain, and no more than four colours.
    const colors = await Promise.all((await page.locator('#scenes canvas').all()).map(colorsOf));
    expect(Math.max(...colors)).toBeGreaterThan(20);
    // A dot of the widest brush, in the middle of an empty ground, is a disc there, and nothing elsewhere. While the network learns, it looks at
    // what is painted again and again: it learns until it sees that.
    await page.getByRole('button', { name: 'green' }).click();
    await page.getByRole('slider', { name: 'Brush' }).fill('20');
    const dot = async () => {
      await page.getByRole('button', { name: 'Clear' }).click();
      await place.focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
    };
    await dot();
    await expect.poll(async () => (await kindsWithin(page, 0, 9)).disc, waited).toBeGreaterThan(0.9);
    await expect.poll(async () => (await kindsWithin(page, 14, 28)).none, waited).toBeGreaterThan(0.95);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // What is painted from now on is looked at by the trained network.
    await page.locator('.code-cell .run').nth(2).click();
    await expect.poll(() => button.innerText(), waited).toBe('Stop');
    const pixels = () => page.locator('#seen').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const dotted = await pixels();
    await page.getByRole('button', { name: 'Paint an example' }).click();
    await expect.poll(pixels, waited).not.toBe(dotted);
    const shares = page.locator('#shares');
    await expect.poll(() => shares.innerText(), waited).toMatch(/^disc \d+\s*%, square \d+\s*%, triangle \d+\s*%$/);
    // Its plain ground, about two thirds of the painting, is seen as ground.
    const covered = async () =>
      ((await shares.innerText()).match(/\d+/g) ?? []).reduce((sum, part) => sum + Number(part), 0);
    await expect.poll(covered, waited).toBeLessThan(60);
    const before = await pixels();
    await place.focus();
    await page.keyboard.press('Enter');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(pixels, waited).not.toBe(before);
    expect(await colorsOf(page.locator('#seen'))).toBeGreaterThan(2);
    await place.focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
    await dot();
    await expect.poll(async () => (await kindsWithin(page, 0, 9)).disc, waited).toBeGreaterThan(0.5);
    await expect.poll(async () => (await kindsWithin(page, 14, 28)).none, waited).toBeGreaterThan(0.9);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
  },
} satisfies ExpectedPage;
