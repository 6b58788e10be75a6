import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { colorsOf, type ExpectedPage, numberIn } from './expected';
import { dropBytes, dropPaths, folderOfColors, pictureOf } from './own-files';

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

const button = (page: Page) => page.locator('button[data-run]');
const DOODLES = ['sun', 'house', 'fish', 'tree', 'face', 'boat'];
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

/** How often each class is taken for each, read from place to place by the keyboard, which stands on the second place of the first row. */
async function confusionsOf(page: Page, classes: readonly string[]): Promise<number[][]> {
  const counts: number[][] = [];
  await page.keyboard.press('ArrowLeft');
  for (const [row, is] of classes.entries()) {
    const columns = [...classes.keys()];
    // To and fro.
    if (row % 2) columns.reverse();
    counts.push([]);
    for (const [i, column] of columns.entries()) {
      if (i > 0) await page.keyboard.press(row % 2 ? 'ArrowLeft' : 'ArrowRight');
      const end = column === row ? `${is} are told right` : `${is} taken for ${classes[column]}`;
      await expect.poll(() => page.locator('#confused').innerText()).toMatch(new RegExp(`^\\d+ of ${end}\\.$`));
      counts[row]![column] = Number.parseInt(await page.locator('#confused').innerText(), 10);
    }
    await page.keyboard.press('ArrowDown');
  }
  return counts;
}

/** Each frozen network keeps a file of its own; one that was dropped belongs to the network in its name. */
async function keepWeights(page: Page): Promise<void> {
  const [network, note] = [page.getByLabel('The frozen network'), page.locator('#weights-note')];
  await network.selectOption('resnet18');
  await expect.poll(() => page.locator('#weights-source').getAttribute('href')).toContain('resnet18-f37072fd.pth');
  await page.locator('#weights').setInputFiles({ name: 'mine.pth', mimeType: '', buffer: Buffer.from('none') });
  await dropBytes(page.locator('#wrong-title'), 'mobilenet_v3_small.pth', Buffer.from('none'));
  await expect.poll(() => note.innerText()).toBe('mobilenet_v3_small.pth is read when you train.');
  expect(await network.inputValue()).toBe('mobilenet_v3_small');
  await network.selectOption('resnet18');
  await expect.poll(() => note.innerText()).toBe('mine.pth is read when you train.');
  await network.selectOption('digits');
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

/** Whether the page's video shows red or blue. */
const seenColor = (page: Page): Promise<string> =>
  page
    .locator('video')
    .first()
    .evaluate((video: HTMLVideoElement) => {
      const context = new OffscreenCanvas(1, 1).getContext('2d')!;
      context.drawImage(video, 0, 0, 1, 1);
      const [red = 0, , blue = 0] = context.getImageData(0, 0, 1, 1).data;
      return red > blue ? 'red' : 'blue';
    });

/** Has a class of the webcam take pictures of a colour, by a held key. */
async function take(page: Page, number: number, color: string): Promise<void> {
  await showColor(page, color);
  await expect.poll(() => seenColor(page)).toBe(color);
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
    const counts = await confusionsOf(page, DOODLES);
    // Each class's share of right answers is that of its row; those of all classes add up to what is right in all.
    const shares = await page.locator('.by-class tbody tr td:nth-child(3)').allInnerTexts();
    counts.forEach((row, i) => {
      const all = row.reduce((sum, count) => sum + count, 0);
      expect(Number.parseFloat(shares[i]!), DOODLES[i]).toBeCloseTo(Math.round((100 * row[i]!) / all), 5);
    });
    expect(counts.flat().reduce((sum, count) => sum + count, 0)).toBe(72);
    const right = counts.reduce((sum, row, i) => sum + row[i]!, 0);
    expect((100 * right) / 72).toBeCloseTo(await numberIn(frozen), 1);
    expect(await colorsOf(page.locator('#confusion canvas').first())).toBeGreaterThan(3);
    // The trained networks look at a doodle, here and in a second tab.
    await expect.poll(() => page.locator('#asked').innerText(), waited).toBe('how sure each network is');
    await page.getByRole('button', { name: 'Save my-pictures.pt' }).waitFor();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Use it in a second tab' }).click();
    const second = await opened;
    await expect.poll(() => second.locator('#asked').innerText(), waited).toBe('how sure each network is');
    expect(await answers(second)).toEqual(DOODLES);
    const sure = (await second.locator('.answers ul').first().locator('.number').allInnerTexts()).map(
      Number.parseFloat,
    );
    expect(Math.abs(sure.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(4);
    // A model out of a file takes the place of the one that is kept, and is asked about another doodle.
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save my-pictures.pt' }).click();
    const before = await second.locator('.answers').innerText();
    await second.locator('#model').setInputFiles(await (await saving).path());
    await second.getByRole('button', { name: 'Another doodle' }).click();
    await expect.poll(() => second.locator('.answers').innerText(), waited).not.toBe(before);
    await second.close();
    await stop(page);
    // A picture that is dropped on the page is asked about; a file of another kind is refused.
    await dropBytes(page.locator('#wrong-title'), 'lime.png', await pictureOf(page, 'lime'));
    await expect.poll(() => page.getByLabel('What they look at').inputValue()).toBe('file');
    await expect.poll(() => colorsOf(page.locator('canvas.asked'))).toBe(1);
    await dropBytes(page.locator('#wrong-title'), 'notes.doc', Buffer.from('none'));
    await expect.poll(() => page.locator('#banners').innerText()).toContain('notes.doc: nothing for this page.');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await keepWeights(page);
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
    await dropPaths(page.locator('#examples'), [folder]);
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
