import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { ExpectedPage } from './expected';

const folder = new URL('../../fixtures/gpt2/', import.meta.url);
const pathOf = (name: string) => new URL(name, folder).pathname;
const files = ['model.safetensors', 'tokenizer.json', 'config.json'].map(pathOf);
/** By transformers and PyTorch: tokens of texts, and what a small GPT-2 goes on with. */
const expected = JSON.parse(readFileSync(pathOf('expected.json'), 'utf8')) as {
  readonly beginning: string;
  readonly greedy: string;
  readonly parameters: number;
  readonly strings: readonly { readonly text: string; readonly ids: readonly number[] }[];
};

export default {
  files,
  async drive(page) {
    const waited = { timeout: 120_000, interval: 300 };
    const button = page.locator('button[data-run]');
    const written = page.locator('#written');
    // A file that is none of its own is refused; the others are listed.
    await page.locator('#files').setInputFiles(pathOf('expected.json'));
    await expect.poll(() => page.locator('#banners').innerText()).toContain('expected.json is no file of GPT-2');
    await page.locator('#files').setInputFiles(files);
    await expect.poll(() => page.locator('#given li').filter({ hasText: '●' }).count()).toBe(3);
    await page.getByRole('slider', { name: 'Temperature' }).focus();
    await page.keyboard.press('Home');
    await page.getByRole('slider', { name: 'Tokens to write' }).focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    expect(new URL(page.url()).search).toBe('?temperature=0&length=40');
    await page.getByLabel('Beginning').fill(expected.beginning);
    await button.focus();
    await page.keyboard.press('Enter');
    // Without chance it goes on as PyTorch does, token by token.
    await expect.poll(() => written.innerText(), waited).toBe(expected.greedy.trimEnd());
    await expect
      .poll(() => page.locator('#figures dd').first().innerText())
      .toBe(expected.parameters.toLocaleString('en'));
    expect(await page.locator('#speed').innerText()).toMatch(/^[\d.e+]+ tokens a second/);
    expect(Number.parseFloat(await page.locator('#speed').innerText())).toBeGreaterThan(0);
    // A beginning is taken apart as the tokenizer of transformers does it; no letter is lost.
    for (const { text, ids } of expected.strings.filter(({ text }) => text && !/[\n\t]/.test(text))) {
      await page.getByLabel('Beginning').fill(text);
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      await expect.poll(() => page.locator('#split span').count(), waited).toBe(ids.length);
      expect(new URL(page.url()).searchParams.get('beginning') ?? 'A lamp').toBe(text);
    }
    await button.click();
    // Fine-tuned on a text of one sentence, it says that.
    await page.locator('#files').setInputFiles({
      name: 'mine.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('The sea is wide. '.repeat(60)),
    });
    await page.getByRole('slider', { name: 'Steps of fine-tuning' }).focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowRight');
    await page.getByRole('slider', { name: 'Learning rate' }).focus();
    await page.keyboard.press('End');
    await page.getByLabel('Beginning').fill('The sea');
    await button.click();
    await expect.poll(() => page.locator('#step').innerText(), waited).toBe('step 120 of 120');
    await expect.poll(() => written.innerText(), waited).toContain('The sea is wide. The');
    await button.click();
  },
} satisfies ExpectedPage;
