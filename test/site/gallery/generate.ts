import type { Locator } from 'playwright';
import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

/** How far apart the reds of the upper edges of a film's first and last rows lie: noise has many, the ground of digits few. */
const edgesOf = (canvas: Locator): Promise<[number, number]> =>
  canvas.evaluate((element: HTMLCanvasElement) => {
    const spreadAt = (top: number) => {
      const { data } = element.getContext('2d')!.getImageData(0, Math.round(top), 56, 6);
      const reds = Array.from(data).filter((_, i) => i % 4 === 0);
      const mean = reds.reduce((sum, red) => sum + red, 0) / reds.length;
      return Math.sqrt(reds.reduce((sum, red) => sum + (red - mean) ** 2, 0) / reds.length);
    };
    return [spreadAt(0), spreadAt(((element.height + 2) * 5) / 6)];
  });

export default {
  async drive(page) {
    const button = page.locator('button[data-run]');
    const waited = { timeout: 400_000, interval: 500 };
    await page.getByLabel('Network').selectOption('small');
    await button.focus();
    await page.keyboard.press('Enter');
    // The way from noise to a digit has a squared length of about 1.8 a pixel; whoever knows digits from noise is wrong by far less.
    const loss = page.locator('#figures dd').nth(1);
    await expect.poll(() => numberIn(loss), waited).toBeGreaterThan(1);
    await expect.poll(() => numberIn(loss), waited).toBeLessThan(0.6);
    await expect
      .poll(() => page.locator('#moment').innerText(), waited)
      .toMatch(/After [1-9]\d\d steps.* 100% of the way/);
    // Digits stand on an even ground: the edges of the last row are calmer than those of the first one, of noise.
    const [noise, digits] = await edgesOf(page.locator('#film canvas'));
    expect(digits).toBeLessThan(noise / 2);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // A digit is asked for by the keyboard.
    await page.getByRole('button', { name: '3', exact: true }).focus();
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).searchParams.get('digit')).toBe('3');
    await page.getByLabel('Steps from noise to digit').fill('4');
    await page.locator('.code-cell .run').nth(2).click();
    await expect.poll(() => page.locator('#answered').innerText(), waited).toBe('100% of the way');
    await page.getByRole('img', { name: /^Sixteen times the digit 3/ }).waitFor();
    expect(await colorsOf(page.locator('#answer canvas'))).toBeGreaterThan(20);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
  },
} satisfies ExpectedPage;
