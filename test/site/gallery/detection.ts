import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { resolveBrowser, vulkanEnvironment } from '../../../scripts/browser.mjs';
import { colorsOf, type ExpectedPage, numberIn } from './expected';
import { dropPaths } from './own-files';

/** A folder with the file that `dog-detector.ts` writes. */
async function folderWithDetector(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'lamplight-detector-'));
  const script = fileURLToPath(new URL('../run-in-node.mjs', import.meta.url));
  const env = { ...process.env, ...vulkanEnvironment(await resolveBrowser()) };
  await promisify(execFile)(process.execPath, [script, '/test/site/dog-detector.ts'], { cwd, env });
  return cwd;
}

/** The numbers of a line, such as those of a box. */
const numbersIn = (text: string): number[] =>
  [...text.replaceAll('−', '-').matchAll(/-?\d+(?:\.\d+)?/g)].map(([found]) => Number(found));

/** Intersection over union by hand. */
function overlapOf(a: readonly number[], b: readonly number[]): number {
  const side = (low: number) => Math.max(0, Math.min(a[low + 2]!, b[low + 2]!) - Math.max(a[low]!, b[low]!));
  const area = ([x1, y1, x2, y2]: readonly number[]) => (x2! - x1!) * (y2! - y1!);
  const shared = side(0) * side(1);
  return shared / (area(a) + area(b) - shared);
}

async function press(page: Page, slider: string, key: string): Promise<void> {
  await page.getByRole('slider', { name: slider }).focus();
  await page.keyboard.press(key);
}

export default {
  async drive(page) {
    const waited = { timeout: 240_000, interval: 500 };
    const lines = page.locator('#anchors li');
    await expect.poll(() => lines.count(), waited).toBeGreaterThan(0);
    const truths = (await lines.allInnerTexts()).map(numbersIn);

    // Anchors of a place: their overlaps are those of their corners with the objects.
    await page.locator('#step-settings select').selectOption('2. Anchors of a place');
    await expect.poll(() => lines.count()).toBe(6);
    for (const line of await lines.allInnerTexts()) {
      const [x1, y1, x2, y2, overlap] = numbersIn(line);
      const best = Math.max(...truths.map((truth) => overlapOf([x1!, y1!, x2!, y2!], truth)));
      expect(overlap).toBeCloseTo(best, 1);
      if (best > 0.52) expect(line).toContain('matches');
    }
    // Six anchors at each of 8 × 8 places match, or are background, or lie between; each object has one at least.
    await page.locator('#step-settings select').selectOption('3. Matches');
    const said = page.locator('#said');
    await expect.poll(() => said.innerText()).toContain('Of 384 anchors');
    const [, matching, , background, between] = numbersIn(await said.innerText()) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect(matching + background + between).toBe(384);
    expect(matching).toBeGreaterThanOrEqual(truths.length);

    // No box overlaps another by more than all of it; where none may overlap, few stay of them.
    const kept = page.locator('#kept');
    await press(page, 'Least score', 'Home');
    await press(page, 'Greatest overlap', 'End');
    await expect.poll(() => kept.innerText(), waited).toBe('384 boxes have the score; 384 stay, 0 are dropped.');
    await press(page, 'Greatest overlap', 'Home');
    await expect.poll(async () => numbersIn(await kept.innerText())[1], waited).toBeLessThan(200);
    const [all, staying, dropped] = numbersIn(await kept.innerText()) as [number, number, number];
    expect([all, staying + dropped]).toEqual([384, 384]);
    await press(page, 'Least score', 'End');
    await expect.poll(async () => numbersIn(await kept.innerText())[0], waited).toBe(0);

    // It learns: by chance nearly nothing is found, and then more than a third of what is there.
    await page.getByLabel('Network').selectOption('small');
    await page.getByRole('button', { name: 'Train' }).focus();
    await page.keyboard.press('Enter');
    const precision = page.locator('#figures dd').nth(3);
    await expect.poll(() => numberIn(precision), waited).toBeLessThan(0.1);
    await expect.poll(() => numberIn(precision), waited).toBeGreaterThan(0.35);
    await page.getByRole('button', { name: 'Stop', exact: true }).first().click();
    await page.getByRole('button', { name: 'Train' }).waitFor();
    expect(await colorsOf(page.locator('#found canvas'))).toBeGreaterThan(20);
    await page.getByRole('slider', { name: 'Least score' }).fill('0.2');
    expect(new URL(page.url()).searchParams.get('score')).toBe('0.2');
    await expect.poll(async () => numbersIn(await page.locator('#found-note').innerText())[0]).toBeGreaterThan(3);
    // The best box is cut into bins, each a mean of the map.
    await page.locator('#step-settings select').selectOption('5. RoIAlign');
    await expect.poll(() => said.innerText()).toContain('4 × 4 bins');
    expect(
      await colorsOf(page.getByRole('img', { name: 'The region in four by four bins' }).locator('canvas').first()),
    ).toBeGreaterThan(1);

    // Files that are no weights are said, and the page goes on.
    await page
      .getByLabel('Weights of torchvision')
      .setInputFiles({ name: 'fasterrcnn.pth', mimeType: '', buffer: Buffer.from('none') });
    await page
      .getByLabel('A picture', { exact: true })
      .setInputFiles({ name: 'page.png', mimeType: 'image/png', buffer: await page.screenshot() });
    await page.getByRole('button', { name: 'Find objects' }).click();
    await expect.poll(() => page.locator('#ask-note').innerText(), waited).toBe('These files could not be used.');
    await press(page, 'Least score', 'Home');
    await expect.poll(async () => numbersIn(await kept.innerText())[0], waited).toBe(384);

    // Weights and a picture that are dropped on the page: this network takes every place for a dog.
    const folder = await folderWithDetector();
    await writeFile(join(folder, 'page.png'), await page.screenshot());
    await dropPaths(page.locator('#found'), [join(folder, 'detector.pth'), join(folder, 'page.png')]);
    await expect.poll(() => page.locator('#ask-note').innerText()).toBe('Both files are here.');
    await page.getByRole('button', { name: 'Find objects' }).click();
    await expect
      .poll(() => page.locator('#ask-note').innerText(), waited)
      .toMatch(/^Found: dog 1\.00(, dog 1\.00)*\.$/);
    await rm(folder, { recursive: true });
    expect(await page.locator('#took').innerText()).toMatch(/^[\d,]+ ms$/);
    await page.getByRole('img', { name: /^A picture of yours, with what was found: dog 1\.00/ }).waitFor();
  },
} satisfies ExpectedPage;
