import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { installPeers } from '../../../scripts/bench-places.mjs';
import type { ExpectedPage } from './expected';

const packages = new URL('../../../bench/node_modules/', import.meta.url);

/** A file of a package as the content delivery network has it. */
const fileOf = (address: string): Buffer =>
  readFileSync(new URL(address.replace(/^.*\/npm\/|(?<=[^/])@[\d.]+(?=\/)/g, ''), packages));

export default {
  async drive(page) {
    const waited = { timeout: 240_000, interval: 500 };
    const button = page.locator('button[data-run]');
    const told = page.locator('#progress');
    const cell = (row: number, column: number) =>
      page.locator('#times tbody tr').nth(row).locator('th, td').nth(column);
    // Kernels and steps, by the keyboard, and as few steps as can be; the address says so.
    await page.getByRole('checkbox', { name: 'Networks' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('slider', { name: 'Steps a time' }).focus();
    await page.keyboard.press('Home');
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ networks: 'false', repeats: '3' });
    await button.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => told.innerText(), waited).toBe('Lamplight has been timed.');
    const rows = await page.locator('#times tbody tr').count();
    expect(rows).toBe(11);
    for (let row = 0; row < rows; row++) expect(Number(await cell(row, 1).innerText())).toBeGreaterThan(0);
    // A product of eight times the work takes several times as long, and no kernel stands above the roof.
    const [small, large] = [Number(await cell(0, 1).innerText()), Number(await cell(1, 1).innerText())];
    expect(large / small).toBeGreaterThan(2);
    const heights = await page.locator('.roofline').evaluate((drawing) => {
      const top = drawing.querySelector<SVGPathElement>('.roof')!.getBBox().y;
      return [...drawing.querySelectorAll('circle')].map((point) => Number(point.getAttribute('cy')) - top);
    });
    expect(heights).toHaveLength(9);
    expect(Math.min(...heights)).toBeCloseTo(0, 1);
    // Other libraries, which the page asks the content delivery network for.
    installPeers();
    const asked: string[] = [];
    await page.context().route('https://cdn.jsdelivr.net/npm/**', (route) => {
      const address = route.request().url();
      asked.push(address);
      return route.fulfill({
        body: fileOf(address),
        contentType: address.endsWith('.wasm') ? 'application/wasm' : 'text/javascript',
        headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' },
      });
    });
    for (const [i, name] of ['TensorFlow.js', 'jax-js'].entries()) {
      await page.getByRole('button', { name }).click();
      await expect.poll(() => told.innerText(), waited).toBe(`${name} has been timed.`);
      for (let row = 0; row < rows; row++) {
        const isAlone = (await cell(row, 0).innerText()).startsWith('x + 1');
        if (!isAlone) expect(Number.parseFloat(await cell(row, 3 + i).innerText())).toBeGreaterThan(0);
      }
    }
    expect(asked.length).toBeGreaterThan(4);
    // onnxruntime-web runs networks alone: the other rows say so.
    await page.getByRole('checkbox', { name: 'Kernels' }).uncheck();
    await page.getByRole('checkbox', { name: 'Training steps' }).uncheck();
    await page.getByRole('checkbox', { name: 'Networks' }).check();
    await page.getByRole('button', { name: 'onnxruntime-web' }).click();
    await expect.poll(() => told.innerText(), waited).toBe('onnxruntime-web has been timed.');
    // What, ours, ours on the GPU, TensorFlow.js, jax-js: the sixth cell is its own.
    const resnet = page.locator('#times tbody tr').filter({ hasText: 'ResNet-18' });
    expect(await page.locator('#times thead th').nth(5).innerText()).toBe('onnxruntime-web');
    expect(Number.parseFloat(await resnet.locator('th, td').nth(5).innerText())).toBeGreaterThan(0);
    const matmul = page.locator('#times tbody tr').filter({ hasText: 'matmul 512³' });
    expect(await matmul.locator('th, td').nth(5).innerText()).toBe('');
    // The table as Markdown, on the clipboard.
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await expect.poll(() => told.innerText()).toBe('The table is on the clipboard.');
    const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
    expect(copied[0]).toMatch(
      /^\| Milliseconds a step \| Lamplight \| on the GPU \| TensorFlow\.js 4\.\d.* \| jax-js 0\.\d.* \| onnxruntime-web 1\.\d.* \|$/,
    );
    expect(copied[2]).toMatch(/^\| matmul 512³ \| [\d.]+ \| [\d.]+ \| [\d.]+ \([\d.]+ times\)/);
  },
} satisfies ExpectedPage;
