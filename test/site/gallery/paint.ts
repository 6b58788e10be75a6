import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

export default {
  async drive(page) {
    const button = page.locator('button[data-run]');
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
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // What is painted by the keyboard is looked at by the trained network.
    await page.locator('.code-cell .run').nth(2).click();
    await expect.poll(() => button.innerText(), waited).toBe('Stop');
    const shares = page.locator('#shares');
    const seen = page.locator('#seen');
    await expect.poll(() => shares.innerText(), waited).toMatch(/^disc \d+\s*%, square \d+\s*%, triangle \d+\s*%$/);
    // Its plain ground, about two thirds of the painting, is seen as ground.
    const parts = ((await shares.innerText()).match(/\d+/g) ?? []).map(Number);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeLessThan(60);
    const before = await seen.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await page.getByRole('button', { name: 'green' }).click();
    await page.getByRole('application', { name: /^A place to paint/ }).focus();
    await page.keyboard.press('Enter');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => seen.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()), waited).not.toBe(before);
    expect(await colorsOf(seen)).toBeGreaterThan(2);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
  },
} satisfies ExpectedPage;
