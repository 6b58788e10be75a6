// CIFAR-10's own files, dropped on the course that learns from textures until then: its cells read them in both languages and both formats.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltSite, openBuiltSite, ready } from './support';

let site: BuiltSite;
beforeAll(async () => {
  site = await openBuiltSite();
});
afterAll(async () => {
  await site?.close();
});

const archives = (['python', 'binary'] as const).flatMap((format) =>
  (['typescript', 'python'] as const).map((language) => ({ format, language })),
);

test.each(archives)('CIFAR-10 in its $format format is read by cells of $language', async ({ format, language }) => {
  const { page, problems } = await site.open(`notebook/s2-cifar10/?language=${language}`);
  await ready(page);
  const archive = new URL(`../fixtures/datasets/cifar-10-${format}.tar.gz`, import.meta.url);
  await page.getByLabel('Files for cells to read').setInputFiles(fileURLToPath(archive));
  for (const part of ['What the course is made with', 'CIFAR-10 where its file was dropped', 'The first twenty']) {
    const cell = page.locator('.code-cell').filter({ hasText: part });
    // Some are folded: their button is there for the keyboard alone.
    await cell.locator('.run').evaluate((button: HTMLElement) => button.click());
    await cell
      .and(page.locator('[data-state="done"], [data-state="failed"]'))
      .waitFor({ state: 'attached', timeout: 240_000 });
  }
  const shown = page.locator('.code-cell').filter({ hasText: 'The first twenty' }).locator('.outputs');
  // The file has five batches of 48 pictures, and one of 32 to test with.
  await expect.poll(() => shown.innerText()).toContain('to train with: [240, 3, 32, 32]');
  expect(await shown.innerText()).toContain('to validate with: [32, 3, 32, 32]');
  expect(await shown.innerText()).toContain('picture 2 has the label 3: cat');
  expect(problems).toEqual([]);
  await page.context().close();
});
