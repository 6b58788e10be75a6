import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';

/** Bars that lie or stand, each at a place of its own, as Quick, Draw! has its drawings: uint8 [count, 784] for NumPy. */
function bars(count: number, lying: boolean): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count}, 784), }`.padEnd(117);
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, 'latin1');
  const pixels = Buffer.alloc(count * 784);
  for (let i = 0; i < count; i++) {
    const place = 4 + (i % 20);
    for (let along = 4; along < 24; along++) pixels[i * 784 + (lying ? place * 28 + along : along * 28 + place)] = 255;
  }
  return Buffer.concat([head, pixels]);
}

/** A file of CIFAR-10's: the class, then planes of red, green and blue; the lower half of the classes is bright. */
function cifarBatch(count: number): Buffer {
  const rows = Array.from({ length: count }, (_, i) => {
    const label = i % 10;
    return Buffer.concat([Buffer.from([label]), Buffer.alloc(3072, label < 5 ? 220 - i : 20 + i)]);
  });
  return Buffer.concat(rows);
}

/** A folder on the disk with pictures of plain colours, in a folder for each. */
async function folderOfColors(page: Page, colors: readonly string[], count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lamplight-pictures-'));
  for (const color of colors) {
    await mkdir(join(folder, color));
    for (let i = 0; i < count; i++) {
      const address = await page.evaluate(
        ([name, shade]) => {
          const canvas = Object.assign(document.createElement('canvas'), { width: 90, height: 70 });
          const context = canvas.getContext('2d')!;
          context.fillStyle = name;
          context.fillRect(0, 0, 90, 70);
          context.fillStyle = `rgb(0 0 0 / ${shade})`;
          context.fillRect(0, 0, 90, 70);
          return canvas.toDataURL();
        },
        [color, i / 40] as const,
      );
      await writeFile(join(folder, color, `${i}.png`), Buffer.from(address.slice(address.indexOf(',') + 1), 'base64'));
    }
  }
  return folder;
}

const button = (page: Page) => page.locator('button[data-run]');
const waited = { timeout: 240_000, interval: 500 };

/** What the first network is asked to choose among. */
const answers = (page: Page): Promise<string[]> =>
  page.locator('.answers ul').first().locator('li span:first-child').allInnerTexts();

/** Trains until the networks have been asked. */
async function train(page: Page, held: string, classes: readonly string[]): Promise<void> {
  await button(page).click();
  await expect.poll(() => page.locator('#held').innerText(), waited).toBe(held);
  await expect.poll(() => page.locator('.by-class tbody th').allInnerTexts(), waited).toEqual(classes);
  await expect.poll(() => answers(page), waited).toEqual(classes);
}

async function stop(page: Page): Promise<void> {
  await button(page).click();
  await expect.poll(() => button(page).innerText(), waited).toBe('Train');
}

/** A camera that shows one colour, which `window.cameraColor` names. */
const fakeCamera = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d')!;
    // A frame comes with each change.
    setInterval(() => {
      context.fillStyle = String(Reflect.get(window, 'cameraColor') ?? 'red');
      context.fillRect(0, 0, 300, 150);
      context.fillStyle = `rgb(0 0 0 / ${0.2 * Math.random()})`;
      context.fillRect(0, 0, 300, 150);
    }, 50);
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
  });

const showColor = (page: Page, color: string): Promise<unknown> =>
  page.evaluate((name) => Reflect.set(window, 'cameraColor', name), color);

/** Has a class of the webcam take pictures of a colour, by a held key. */
async function take(page: Page, number: number, color: string): Promise<void> {
  await showColor(page, color);
  await page.waitForTimeout(400);
  await page.getByRole('button', { name: `Take pictures of class ${number}` }).focus();
  await page.keyboard.down('Space');
  await expect.poll(() => numberIn(page.locator('.taken li .number').nth(number - 1))).toBeGreaterThan(9);
  await page.keyboard.up('Space');
}

export default {
  async drive(page) {
    // Six classes of sixty doodles, of which the page says that it made them.
    await expect.poll(() => page.locator('#note').innerText()).toContain('60 sun, 60 house');
    expect(await page.locator('#examples canvas').count()).toBe(6);
    await page.getByLabel('Networks').selectOption('small');
    await page.getByLabel('Epochs').fill('15');
    expect(new URL(page.url()).searchParams.get('epochs')).toBe('15');
    await button(page).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#held').innerText(), waited).toContain('learns digits first');
    await expect.poll(() => page.locator('#held').innerText(), waited).toBe('of 72 pictures held back out of 360');
    await expect.poll(() => numberIn(page.locator('#figures dd').nth(1)), waited).toBe(15);
    // Who guesses has a sixth of them right; who has learned has more.
    const [own, frozen] = [page.locator('#figures dd').nth(2), page.locator('#figures dd').nth(3)];
    expect(await numberIn(own)).toBeGreaterThan(50);
    expect(await numberIn(frozen)).toBeGreaterThan(25);
    // Whatever is not right is among the pictures that are taken for others, of either network.
    const wrong = async () => Number.parseInt(await page.locator('#wrong-count').innerText(), 10);
    expect(100 - (100 * (await wrong())) / 72).toBeCloseTo(await numberIn(own), 1);
    await page.getByLabel('Of the network').selectOption('1');
    expect(100 - (100 * (await wrong())) / 72).toBeCloseTo(await numberIn(frozen), 1);
    // The right answers of the classes, of which each has some, add up to all.
    const confusions = page.getByRole('application', { name: /^Confusions/ });
    await confusions.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#confused').innerText()).toMatch(/^\d+ of sun taken for house\.$/);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.locator('#confused').innerText()).toMatch(/^\d+ of house are told right\.$/);
    expect(await colorsOf(page.locator('#confusion canvas').first())).toBeGreaterThan(3);
    // The trained networks look at a doodle, here and in a second tab.
    await expect.poll(() => page.locator('#asked').innerText(), waited).toBe('how sure each network is');
    await page.getByRole('button', { name: 'Save my-pictures.pt' }).waitFor();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Use it in a second tab' }).click();
    const second = await opened;
    await expect.poll(() => second.locator('#asked').innerText(), waited).toBe('how sure each network is');
    expect(await answers(second)).toEqual(['sun', 'house', 'fish', 'tree', 'face', 'boat']);
    const shares = (await second.locator('.answers ul').first().locator('.number').allInnerTexts()).map(
      Number.parseFloat,
    );
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(4);
    // A model out of a file takes the place of the one that is kept, and is asked about another doodle.
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save my-pictures.pt' }).click();
    const before = await second.locator('.answers').innerText();
    await second.locator('#model').setInputFiles(await (await saving).path());
    await second.getByRole('button', { name: 'Another doodle' }).click();
    await expect.poll(() => second.locator('.answers').innerText(), waited).not.toBe(before);
    await second.close();
    await stop(page);
    // Files of Quick, Draw! are classes by their names.
    await page.getByLabel('Classes of').selectOption('quickdraw');
    await page.locator('#quickdraw').setInputFiles([
      { name: 'lying.npy', mimeType: 'application/octet-stream', buffer: bars(20, true) },
      { name: 'standing.npy', mimeType: 'application/octet-stream', buffer: bars(20, false) },
    ]);
    await train(page, 'of 8 pictures held back out of 40', ['lying', 'standing']);
    await stop(page);
    // A file of CIFAR-10 brings the names of its classes.
    await page.getByLabel('Classes of').selectOption('cifar');
    await page.locator('#cifar').setInputFiles({
      name: 'data_batch_1.bin',
      mimeType: 'application/octet-stream',
      buffer: cifarBatch(50),
    });
    const known = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');
    await train(page, 'of 10 pictures held back out of 50', known);
    await stop(page);
    // A folder's folders are its classes; without two of them that is said.
    await page.getByLabel('Classes of').selectOption('folder');
    const folder = await folderOfColors(page, ['lime', 'navy'], 10);
    await page.locator('#folder').setInputFiles(join(folder, 'lime'));
    await expect.poll(() => page.locator('#banners').innerText()).toContain('expected pictures in 2 to 20 folders');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.locator('#folder').setInputFiles(folder);
    await expect.poll(() => page.locator('#note').innerText()).toBe('10 lime, 10 navy; a fifth is held back.');
    await rm(folder, { recursive: true });
    await train(page, 'of 4 pictures held back out of 20', ['lime', 'navy']);
    await stop(page);
    // Without a camera that is said; with one, a held button takes pictures of its class, by the keyboard too.
    await page.getByLabel('Classes of').selectOption('webcam');
    await expect.poll(() => page.locator('#banners').innerText()).toMatch(/camera/);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await fakeCamera(page);
    await page.getByLabel('Classes of').selectOption('doodles');
    await page.getByLabel('Classes of').selectOption('webcam');
    await page.getByLabel('Name of class 2').fill('cup');
    // Few pictures are a step an epoch.
    await page.getByLabel('Epochs').fill('40');
    await expect.poll(() => page.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth)).toBe(300);
    await take(page, 1, 'red');
    await take(page, 2, 'blue');
    await expect.poll(() => page.locator('#note').innerText()).toMatch(/^\d+ class 1, \d+ cup; /);
    const taken = (await page.locator('.taken li .number').allInnerTexts()).reduce(
      (sum, count) => sum + Number(count),
      0,
    );
    await train(page, `of ${Math.floor(taken / 5)} pictures held back out of ${taken}`, ['class 1', 'cup']);
    // What the camera shows is told live.
    await page.getByLabel('What they look at').selectOption('webcam');
    for (const [color, name] of [
      ['red', 'class 1'],
      ['blue', 'cup'],
      ['red', 'class 1'],
    ] as const) {
      await showColor(page, color);
      const best = page.locator('.answers ul').first().locator('.best span:first-child');
      await expect.poll(() => best.innerText(), waited).toBe(name);
    }
  },
} satisfies ExpectedPage;
