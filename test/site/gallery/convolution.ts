import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

export default {
  async drive(page) {
    await page.locator('#content[data-reported]').waitFor();
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('7 × 7 becomes 5 × 5');
    // The keyboard goes over the output: the edge left of the one is 9·(−1) + 9·(−2) + 9·(−1) at its second row.
    const output = page.getByRole('application', { name: /^Output/ });
    await output.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => numberIn(page.locator('#sum'))).toBe(-36);
    // Stride and padding make another size, which the address keeps.
    await page.getByRole('slider', { name: 'Stride' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('7 × 7 becomes 3 × 3');
    expect(new URL(page.url()).searchParams.get('stride')).toBe('2');
    await page.getByLabel('Transposed').check();
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('7 × 7 becomes 15 × 15');
    // A picture is convolved by the same program.
    await page.getByLabel('What is convolved').selectOption('picture');
    await page.getByLabel('Transposed').uncheck();
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('128 × 128 becomes 63 × 63');
    expect(await colorsOf(page.locator('#forward canvas').first())).toBeGreaterThan(50);
  },
} satisfies ExpectedPage;
