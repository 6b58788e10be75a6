import { expect } from 'vitest';
import { TRANSFORMERS, wheelPaths } from '../../../scripts/wheels.mjs';
import type { ExpectedPage } from './expected';

const files = await wheelPaths(TRANSFORMERS);

export default {
  files,
  // Wheels are added as files: what a visitor fetches from PyPI changes by the day.
  blocked: /https:\/\/(?:pypi\.org|files\.pythonhosted\.org|cdn\.jsdelivr\.net)\//,
  lacking: 'transformers could not be fetched from PyPI',
  async drive(page) {
    const waited = { timeout: 400_000, interval: 300 };
    const button = page.locator('button[data-run]');
    await button.focus();
    await page.keyboard.press('Enter');
    // What cannot be fetched is said, and files are asked for.
    const said = page.locator('#banners');
    await expect.poll(() => said.innerText(), waited).toContain('transformers could not be fetched from PyPI.');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('wheels');
    if (files.length === 0) return;
    await page.locator('#wheels').setInputFiles([...files]);
    expect(await page.locator('#given').innerText()).toBe(`${files.length} wheels were added. Run the program again.`);
    await page.getByRole('slider', { name: 'Steps' }).focus();
    await page.keyboard.press('Home');
    expect(new URL(page.url()).search).toBe('?steps=10');
    await expect.poll(() => button.innerText(), waited).toBe('Install and fine-tune');
    await button.focus();
    await page.keyboard.press('Enter');
    // The network goes on as it has read, and otherwise once it has been fine-tuned.
    await expect.poll(() => page.locator('#before').innerText(), waited).toMatch(/^Twinkle.{20}/s);
    await expect.poll(() => page.locator('#after').innerText(), waited).toMatch(/^Twinkle.{20}/s);
    expect(await page.locator('#after').innerText()).not.toBe(await page.locator('#before').innerText());
    expect(await page.locator('#step').innerText()).toBe('step 10 of 10');
    const [parameters, , loss] = await page.locator('#figures dd').allInnerTexts();
    expect(parameters).toBe('124,864');
    expect(Number(loss)).toBeLessThan(1);
  },
} satisfies ExpectedPage;
