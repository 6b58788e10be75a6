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

export default {
  async drive(page) {
    const button = page.locator('button[data-run]');
    const waited = { timeout: 240_000, interval: 500 };
    // Six classes of sixty doodles, of which the page says that it made them.
    await expect.poll(() => page.locator('#note').innerText()).toContain('60 sun, 60 house');
    expect(await page.locator('#examples canvas').count()).toBe(6);
    await page.getByLabel('Networks').selectOption('small');
    await page.getByLabel('Epochs').fill('15');
    expect(new URL(page.url()).searchParams.get('epochs')).toBe('15');
    await button.focus();
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
    const names = await second.locator('.answers ul').first().locator('li span:first-child').allInnerTexts();
    expect(names).toEqual(['sun', 'house', 'fish', 'tree', 'face', 'boat']);
    const shares = (await second.locator('.answers ul').first().locator('.number').allInnerTexts()).map(
      Number.parseFloat,
    );
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(4);
    // A model out of a file takes the place of the one that is kept, and is asked about another doodle.
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save my-pictures.pt' }).click();
    const answers = await second.locator('.answers').innerText();
    await second.locator('#model').setInputFiles(await (await saving).path());
    await second.getByRole('button', { name: 'Another doodle' }).click();
    await expect.poll(() => second.locator('.answers').innerText(), waited).not.toBe(answers);
    await second.close();
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // Files of Quick, Draw! are classes by their names.
    await page.getByLabel('Classes of').selectOption('quickdraw');
    await page.locator('#quickdraw').setInputFiles([
      { name: 'lying.npy', mimeType: 'application/octet-stream', buffer: bars(20, true) },
      { name: 'standing.npy', mimeType: 'application/octet-stream', buffer: bars(20, false) },
    ]);
    await button.click();
    await expect.poll(() => page.locator('#held').innerText(), waited).toBe('of 8 pictures held back out of 40');
    await expect.poll(() => page.locator('.by-class tbody th').allInnerTexts(), waited).toEqual(['lying', 'standing']);
    await expect.poll(() => page.locator('#asked').innerText(), waited).toBe('how sure each network is');
    await button.click();
    await expect.poll(() => button.innerText(), waited).toBe('Train');
    // Without a camera that is said; with one, a held button takes pictures of its class, by the keyboard too.
    await page.getByLabel('Classes of').selectOption('webcam');
    await expect.poll(() => page.locator('#banners').innerText()).toMatch(/camera/);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      // A frame comes with each change.
      setInterval(() => canvas.getContext('2d')?.fillRect(0, 0, 300 * Math.random(), 150), 50);
      navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
    });
    await page.getByLabel('Classes of').selectOption('doodles');
    await page.getByLabel('Classes of').selectOption('webcam');
    await page.getByLabel('Name of class 2').fill('cup');
    await page.getByRole('button', { name: 'Take pictures of class 2' }).focus();
    await expect.poll(() => page.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth)).toBe(300);
    await page.keyboard.down('Space');
    await expect.poll(() => numberIn(page.locator('.taken li .number').nth(1))).toBeGreaterThan(3);
    await page.keyboard.up('Space');
    await expect.poll(() => page.locator('#note').innerText()).toMatch(/^0 class 1, \d+ cup; /);
  },
} satisfies ExpectedPage;
