import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

export default {
  async drive(page) {
    const button = page.locator('button[data-run]');
    const waited = { timeout: 400_000, interval: 500 };
    const moment = page.locator('#moment');
    /** How much shades differ at the upper edge of the forged digits, as a share of how much they differ anywhere: the ground of a digit is even. */
    const unevenAtEdge = () =>
      page.locator('#forged canvas').evaluate((canvas: HTMLCanvasElement) => {
        const spread = (height: number) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, height);
          // Clear pixels stand between pictures.
          const reds = Array.from(data).filter((_, i) => i % 4 === 0 && data[i + 3] === 255);
          const mean = reds.reduce((sum, red) => sum + red, 0) / reds.length;
          return Math.sqrt(reds.reduce((sum, red) => sum + (red - mean) ** 2, 0) / reds.length);
        };
        return spread(4) / spread(56);
      });
    await page.getByLabel('Networks').selectOption('small');
    await button.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => moment.innerText(), waited).toMatch(/after [1-9]\d* steps? of/);
    expect(await colorsOf(page.locator('#real canvas'))).toBeGreaterThan(100);
    // A judge that knows nothing takes half of all for real, and so does one that is deceived; on the way he is right more often than not.
    await expect.poll(() => moment.innerText(), waited).toMatch(/after (2[2-9]|[3-9]\d)\d steps of/);
    const shares = page.locator('#keys b');
    const [real, forged] = [await numberIn(shares.nth(0)), await numberIn(shares.nth(1))];
    expect(real).toBeGreaterThan(10);
    expect(real).toBeLessThan(95);
    expect(forged).toBeLessThan(real);
    // Forged digits stand on an even ground as the real ones do, and differ from each other.
    expect(await unevenAtEdge()).toBeLessThan(0.3);
    expect(await colorsOf(page.locator('#forged canvas'))).toBeGreaterThan(150);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // A walk between two others, chosen by the keyboard and by a click.
    await page.getByRole('slider', { name: 'To the forged digit' }).fill('40');
    await page.locator('.code-cell .run').nth(2).click();
    await page.getByRole('img', { name: 'Twelve pictures on the way from the forged digit 1 to 40' }).waitFor();
    const walk = page.locator('#walk canvas');
    const before = await walk.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await page.locator('#forged canvas').click({ position: { x: 4, y: 4 } });
    await page.getByRole('img', { name: 'Twelve pictures on the way from the forged digit 40 to 1' }).waitFor();
    expect(await walk.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())).not.toBe(before);
    for (const layer of await page.locator('#layers canvas').all()) expect(await colorsOf(layer)).toBeGreaterThan(10);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
  },
} satisfies ExpectedPage;
