// The Trainer in real pages: the course's training as it shows there, checkpoints that outlast a page, and a run that goes on in another.
import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from '../../e2e/accessible';
import type { Task, Trained } from '../../e2e/lightning/main';
import { openTestPages, type TestPages } from '../../e2e/support';
import expected from '../../fixtures/lightning.json';

let pages: TestPages;
let context: BrowserContext;
let address = '';
beforeAll(async () => {
  pages = await openTestPages();
  const first = await pages.open('lightning', 'fit');
  address = first.url();
  await first.close();
  context = await pages.browser.newContext();
});
afterAll(async () => {
  await pages?.close();
});

/** A visit: all share what the browser keeps. */
async function visit(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => 'fit' in window);
  return page;
}

const trained = (page: Page, task: Partial<Task> & { root: string }): Promise<Trained> =>
  page.evaluate((given) => window.fit(given), { resume: false, holdAt: null, loseAt: null, ...task });

let whole: Trained;

test('the course trains with the table, the warning, the bar and checkpoints in the store', async () => {
  const page = await visit();
  whole = await trained(page, { root: 'whole' });
  const { said, steps, stored, bestModelPath, loaded, weights } = whole;
  expect(steps).toBe(8);
  const table = said.find((text) => text.includes('conv1'))!;
  const rule = (line: string) => (/^-+$/.test(line) ? '-' : line);
  const wanted = expected.table.split('\n').map((line: string) => rule(line.replace(/ \| (FLOPs|0 {4})$/, '')));
  expect(table.trimStart().split('\n').map(rule)).toEqual(
    [wanted[0]!.trimStart(), ...wanted.slice(1)].filter((line: string) => !line.endsWith('Total Flops')),
  );
  expect(said.filter((text) => text.includes('shuffling enabled'))).toEqual([
    expect.stringMatching(/^Your `valDataloader`'s sampler has shuffling enabled/),
  ]);
  expect(said.at(-1)).toBe('`Trainer.fit` stopped: `maxEpochs=2` reached.');
  expect(stored).toEqual(['epoch=1-step=8.ckpt', 'last.ckpt']);
  expect(bestModelPath).toBe('whole/lightning_logs/version_0/checkpoints/epoch=1-step=8.ckpt');
  expect(loaded).toEqual(weights);
  // As a screen reader finds it.
  const bar = page.getByRole('progressbar', { name: 'Epoch 1' });
  expect(await bar.getAttribute('aria-valuetext')).toMatch(/^4 of 4 batches, .*val_loss=\d.*train_loss_epoch=\d/);
  expect(await page.getByRole('status').textContent()).toMatch(/^Epoch 1, .*val_loss=\d/);
  expect(await page.locator('pre').textContent()).toMatch(/^Epoch 1: 100%\|█{10}\| 4\/4 \[.*it.*train_loss_step=/);
  await expectAccessible(page, 'after training');
  await page.close();
});

test('a page closed in the middle of an epoch goes on in a new one to the same weights, bit for bit', async () => {
  const first = await visit();
  const broken = trained(first, { root: 'broken', holdAt: 7 }).catch(() => null);
  await first.waitForFunction(() => window.steps === 7);
  await first.close();
  expect(await broken).toBeNull();
  const second = await visit();
  expect(await second.evaluate(() => window.stored('broken'))).toEqual([6, 6]);
  const again = await trained(second, { root: 'broken', resume: true });
  expect(again.weights).toEqual(whole.weights);
  expect(again.steps).toBe(8);
  await second.close();
});

test('a page that loses its device goes on by itself', async () => {
  const page = await visit();
  const { said, steps, stored, loaded, weights } = await trained(page, { root: 'lost', loseAt: 3 });
  expect(steps).toBe(8);
  expect(said.filter((text) => text.includes('device was lost at step 3'))).toHaveLength(1);
  expect(stored).toContain('last.ckpt');
  expect(loaded).toEqual(weights);
  expect(weights.every(Number.isFinite)).toBe(true);
  await page.close();
});
