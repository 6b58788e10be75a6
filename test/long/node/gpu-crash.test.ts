// The browser's GPU process crashes under a training that reads nothing back: it goes on from at most 100 steps or 2 seconds before.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPages, type TestPages } from '../../e2e/support';

let pages: TestPages;
beforeAll(async () => {
  pages = await openTestPages();
});
afterAll(async () => {
  await pages?.close();
});

test('a training survives a crash of the GPU process', async () => {
  const page = await pages.open('gpu-crash', 'train');
  const training = page.evaluate(() => window.train());
  const steps = () => page.evaluate(() => window.steps);
  const reach = (count: number) => page.waitForFunction((least) => window.steps >= least, count, { timeout: 90_000 });
  await reach(60);
  // On a busy machine the first snapshot may come after more steps: a crash before it would have the training begin anew.
  await page.waitForFunction(() => window.snapshots() > 0, undefined, { timeout: 90_000 });
  const session = await pages.browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess').catch(() => {}); // its answer may go the way of the process
  await reach((await steps()) + 200);
  await page.evaluate(() => {
    window.enough = true;
  });
  const { errors, lostAt, restoredTo, first, last } = await training;
  expect(errors).toEqual(['DeviceLostError']);
  expect(restoredTo).toHaveLength(1);
  expect(restoredTo[0]).toBeGreaterThan(0);
  // Two seconds hold more steps than a hundred here; how many is the machine's business.
  expect(restoredTo[0]!).toBeLessThanOrEqual(lostAt[0]!);
  expect(last).toBeLessThan(first);
});
