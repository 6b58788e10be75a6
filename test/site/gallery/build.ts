import { expect } from 'vitest';
import { cell, ended } from '../support';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

export default {
  async drive(page) {
    await page.locator('#content[data-reported]').waitFor();
    const shapes = page.locator('#shapes li');
    await expect
      .poll(() => shapes.allInnerTexts())
      .toEqual(['8 × 26 × 26 · 80', '8 × 26 × 26', '8 × 13 × 13', '1352', '10 · 13,530']);
    // A layer that does not fit says why, in the library's words.
    await page.getByLabel('Layers, one a line').fill('Conv2d 4 3\nConv2d 4 40\nFlatten\nLinear 10');
    await expect.poll(() => page.locator('#shapes li.wrong').innerText()).toMatch(/conv2d/i);
    await page.getByLabel('A start').selectOption('A linear model');
    await expect.poll(() => page.locator('#total').innerText()).toContain('7,850 parameters');
    expect(new URL(page.url()).searchParams.get('layers')).toBe('Flatten~Linear 10');
    // It learns: a linear model has most digits right after a thousand pictures.
    await page.getByRole('slider', { name: 'Pictures' }).focus();
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Train' }).click();
    await expect.poll(() => page.locator('#step').innerText()).toMatch(/^step 13/);
    expect(await numberIn(page.locator('#step'))).toBeGreaterThan(50);
    await page.getByRole('button', { name: 'Train' }).waitFor();
    expect(await colorsOf(page.locator('#seen canvas'))).toBeGreaterThan(20);
    // What has learned is saved for PyTorch, onnxruntime and as Python.
    await cell(page, 2).locator('.run').click();
    await ended(page, 2);
    await cell(page, 3).locator('.run').click();
    await ended(page, 3);
    for (const name of ['net.pt', 'net.onnx', 'net.py']) await page.getByRole('button', { name }).waitFor();
  },
} satisfies ExpectedPage;
