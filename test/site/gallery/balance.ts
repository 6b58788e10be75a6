import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

export default {
  async drive(page) {
    const button = page.locator('button[data-run]');
    const mean = page.locator('#figures dd').nth(1);
    const waited = { timeout: 240_000, interval: 500 };
    // From the keyboard. Untrained networks let poles fall after some twenty moves; a few rounds on, they stand more than twice as long.
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('#content[data-reported]').waitFor();
    expect(await numberIn(mean)).toBeLessThan(60);
    await expect.poll(() => numberIn(mean), waited).toBeGreaterThan(60);
    expect(await button.innerText()).toBe('Stop');
    expect(await colorsOf(page.locator('#carts canvas'))).toBeGreaterThan(20);
    expect(await colorsOf(page.locator('#plot canvas'))).toBeGreaterThan(20);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // The network that was trained so far alone, in the wind.
    await page.locator('.code-cell .run').nth(2).click();
    await expect.poll(() => page.locator('#shown').innerText(), waited).toContain('The network alone');
    await page.getByRole('button', { name: 'Blow from the left' }).focus();
    await page.keyboard.down('Space');
    await expect
      .poll(() => page.locator('#carts .track-stage').getAttribute('aria-label'))
      .toContain('wind from the left');
    await page.keyboard.up('Space');
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // The other method has a curve of its own beside the first.
    await page.getByLabel('Method').selectOption('actor-critic');
    expect(new URL(page.url()).searchParams.get('method')).toBe('actor-critic');
    await button.click();
    const readings = page.locator('#keys b');
    await expect.poll(() => numberIn(readings.nth(1)), waited).toBeGreaterThan(9);
    expect(await numberIn(readings.first())).toBeGreaterThan(20);
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
  },
} satisfies ExpectedPage;
