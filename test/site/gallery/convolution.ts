import type { Page } from 'playwright';
import { expect } from 'vitest';
import { colorsOf, dropFile, type ExpectedPage, numberIn, pictureFile, type Reported, reportsOf } from './expected';
import { between, type ConvOptions, convolved, greatestOfFour, meanOfFour, repeated, unpooled } from './loops';

type Reports = Awaited<ReturnType<typeof reportsOf>>;

/** Seven by seven digits, no two of which are alike for long: 3i² + 5i modulo 10. */
const DIGITS = Array.from({ length: 49 }, (_, i) => (3 * i * i + 5 * i + Math.floor(i / 7)) % 10);
const PLAIN: ConvOptions = { stride: 1, padding: 0, dilation: 1, groups: 1, transposed: false };
const BELL = [1, 4, 6, 4, 1];
const SOBEL = [1, 0, -1, 2, 0, -2, 1, 0, -1];

/** One channel of digits, or two: the second is the first one upside down. */
const picture = (channels: 1 | 2): Reported => {
  const second = Array.from({ length: 7 }, (_, row) => DIGITS.slice(7 * (6 - row), 7 * (7 - row))).flat();
  return { shape: [1, channels, 7, 7], data: channels === 2 ? [...DIGITS, ...second] : DIGITS };
};

/** The same kernel for each channel of the output, and for each that it reads. */
const kernelOf = (values: readonly number[], [outputs, inputs]: readonly [number, number] = [1, 1]): Reported => ({
  shape: [outputs, inputs, Math.sqrt(values.length), Math.sqrt(values.length)],
  data: Array.from({ length: outputs * inputs }, () => values).flat(),
});

/** How far the newest report is from what it should be; more than any number where it has another shape. */
async function farFrom(reports: Reports, name: string, expected: Reported): Promise<number> {
  const got = await reports(name);
  if (!got || got.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  return Math.max(...expected.data.map((value, i) => Math.abs(value - got.data[i]!)));
}

/** All that the page shows of a convolution is what plain loops make of its numbers. */
async function expectAll(reports: Reports, x: Reported, w: Reported, options: ConvOptions): Promise<void> {
  const { y, inputGrad, kernelGrad } = convolved(x, w, options);
  const pooled = greatestOfFour(y);
  const spread = { ...PLAIN, stride: 2, groups: options.groups, transposed: true };
  const all: Readonly<Record<string, Reported>> = {
    ...{ y, inputGrad, kernelGrad },
    ...{ maxPool: pooled, avgPool: meanOfFour(y), unpooled: unpooled(y), nearest: repeated(pooled) },
    ...{ bilinear: between(pooled), spread: convolved(pooled, w, spread).y },
  };
  for (const [name, expected] of Object.entries(all)) {
    const far = () => farFrom(reports, name, expected);
    await expect.poll(far, { message: `${name}, ${JSON.stringify(options)}` }).toBeLessThan(1e-3);
  }
}

const slide = async (page: Page, name: string, value: number) =>
  page.getByRole('slider', { name, exact: true }).fill(String(value));

/** Kernels of each size, strides, dilations and groups, by numbers. */
async function numbers(page: Page, reports: Reports): Promise<void> {
  // A link shows its sender's numbers and kernel.
  const own = [2, -1, 0, 3, 1, -2, 0, 1, -3];
  const address = new URL(page.url());
  address.search = new URLSearchParams({ numbers: DIGITS.join(''), kernel: own.join(',') }).toString();
  await page.goto(address.href);
  const x = picture(1);
  await expectAll(reports, x, kernelOf(own), PLAIN);
  // A typed number takes part.
  await page.getByRole('spinbutton', { name: 'Row 1, column 3' }).fill('-4');
  own[2] = -4;
  await expectAll(reports, x, kernelOf(own), PLAIN);
  expect(new URL(page.url()).searchParams.get('kernel')).toBe(own.join(','));
  const after = await page.locator('#after figcaption').allInnerTexts();
  expect(after[0]).toMatch(/5 × 5 → 2 × 2$/);
  expect(after.at(-1)).toMatch(/2 × 2 → 5 × 5$/);
  // In a wider frame zeros come around it; its outermost numbers can be typed, too.
  const size = page.getByRole('combobox', { name: 'Kernel size' });
  await size.selectOption('5');
  await page.getByRole('spinbutton', { name: 'Row 5, column 5' }).fill('2');
  const wide = Array.from({ length: 25 }, (_, i) => {
    const [row, column] = [Math.floor(i / 5) - 1, (i % 5) - 1];
    return row >= 0 && row < 3 && column >= 0 && column < 3 ? own[3 * row + column]! : 0;
  });
  wide[24] = 2;
  const padded = { ...PLAIN, padding: 2 };
  await slide(page, 'Padding', 2);
  await expectAll(reports, x, kernelOf(wide), padded);
  // A classic one has numbers of its own for this size.
  await page.getByRole('combobox', { name: 'Kernel', exact: true }).selectOption('gauss');
  await expectAll(reports, x, kernelOf(BELL.flatMap((a) => BELL.map((b) => (a * b) / 256))), padded);
  // A single number makes all others greater.
  await slide(page, 'Padding', 0);
  await size.selectOption('1');
  await page.getByRole('combobox', { name: 'Kernel', exact: true }).selectOption('twice');
  await expectAll(reports, x, kernelOf([2]), PLAIN);
  await size.selectOption('3');
  await page.getByRole('combobox', { name: 'Kernel', exact: true }).selectOption('edges');
  expect([...new URL(page.url()).searchParams.keys()]).toEqual(['numbers']);
  await slide(page, 'Dilation', 2);
  await slide(page, 'Padding', 2);
  await expectAll(reports, x, kernelOf(SOBEL), { ...padded, dilation: 2 });
  // Both channels in a sum, and each by itself.
  await slide(page, 'Dilation', 1);
  await slide(page, 'Stride', 2);
  await slide(page, 'Channels', 2);
  const strided = { ...padded, stride: 2 };
  await expectAll(reports, picture(2), kernelOf(SOBEL, [2, 2]), strided);
  await slide(page, 'Groups', 2);
  await expectAll(reports, picture(2), kernelOf(SOBEL, [2, 1]), { ...strided, groups: 2 });
  await page.getByRole('checkbox', { name: 'Transposed' }).check();
  await expectAll(reports, picture(2), kernelOf(SOBEL, [2, 1]), { ...strided, groups: 2, transposed: true });
  await page.getByRole('checkbox', { name: 'Transposed' }).uncheck();
}

/** A picture that is drawn by keys, and one that is dropped on the page. */
async function pictures(page: Page, reports: Reports): Promise<void> {
  await page.getByLabel('What is convolved').selectOption('picture');
  await page.getByRole('combobox', { name: 'Picture', exact: true }).selectOption('drawing');
  const lit = async () => (await reports('x'))?.data.filter((value) => value > 0.5).length;
  await expect.poll(lit).toBe(0);
  // A dot 8 pixels wide, and from it a line 32 pixels long, in each of three colours.
  await page.getByRole('application', { name: /^A place to draw/ }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(lit).toBeGreaterThan(3 * 30);
  const dot = (await lit())!;
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(lit).toBeGreaterThan(3 * 32 * 7 + dot);
  const line = (await lit())!;
  // Lifted, it draws no more.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect.poll(lit).toBe(line);
  const bytes = await pictureFile(page, 'rgb(255, 0, 51)');
  await dropFile(page, { name: 'red.png', type: 'image/png', bytes });
  const colors = async () => {
    const data = (await reports('x'))?.data ?? [];
    return [0, 1, 2].map((channel) => Number(data[channel * 128 * 128 + 64 * 128 + 64]?.toFixed(2)));
  };
  await expect.poll(colors).toEqual([1, 0, 0.2]);
  expect(await page.getByRole('combobox', { name: 'Picture', exact: true }).inputValue()).toBe('file');
  await dropFile(page, { name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('no picture') });
  await expect.poll(() => page.locator('#banners').innerText()).toContain('notes.txt is no picture');
}

export default {
  async drive(page) {
    await page.locator('#content[data-reported]').waitFor();
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('7 × 7 becomes 5 × 5');
    // The keyboard goes over the output: the edge left of the one is 9·(−1) + 9·(−2) + 9·(−1) at its second row.
    const output = page.getByRole('application', { name: /^Output/ });
    await output.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => numberIn(page.locator('#sum'))).toBe(-36);
    // Stride and padding make another size, which the address keeps.
    await page.getByRole('slider', { name: 'Stride' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('7 × 7 becomes 3 × 3');
    expect(new URL(page.url()).searchParams.get('stride')).toBe('2');
    await page.getByRole('checkbox', { name: 'Transposed' }).check();
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('7 × 7 becomes 15 × 15');
    // A picture is convolved by the same program.
    await page.getByLabel('What is convolved').selectOption('picture');
    await page.getByRole('checkbox', { name: 'Transposed' }).uncheck();
    await expect.poll(() => page.locator('#sizes').innerText()).toContain('128 × 128 becomes 63 × 63');
    expect(await colorsOf(page.locator('#forward canvas').first())).toBeGreaterThan(50);
    const reports = await reportsOf(page);
    await numbers(page, reports);
    await pictures(page, reports);
  },
} satisfies ExpectedPage;
