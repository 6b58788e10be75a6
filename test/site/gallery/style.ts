import type { Page } from 'playwright';
import { expect } from 'vitest';
import { type ExpectedPage, numberIn } from './expected';
import { dropBytes, pictureOf } from './own-files';

/** A safetensors file: a header of JSON behind its length, and numbers that are 0 but for those that are named. */
function safetensors(
  shapes: Readonly<Record<string, readonly number[]>>,
  values: Readonly<Record<string, readonly number[]>> = {},
): Buffer {
  const header: Record<string, { dtype: 'F32'; shape: readonly number[]; data_offsets: [number, number] }> = {};
  const parts: Float32Array[] = [];
  let at = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const part = new Float32Array(shape.reduce((product, size) => product * size, 1));
    part.set(values[name] ?? []);
    parts.push(part);
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + part.byteLength] };
    at += part.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts.map(({ buffer }) => Buffer.from(buffer))]);
}

/** VGG16's first nine convolutions with four channels, each of which passes the first channel on. */
function narrowVgg(): Buffer {
  const shapes: Record<string, readonly number[]> = {};
  const values: Record<string, readonly number[]> = {};
  [0, 2, 5, 7, 10, 12, 14, 17, 19].forEach((layer, i) => {
    shapes[`features.${layer}.weight`] = [4, i === 0 ? 3 : 4, 3, 3];
    shapes[`features.${layer}.bias`] = [4];
    values[`features.${layer}.weight`] = [0, 0, 0, 0, 1, 0, 0, 0, 0];
  });
  return safetensors(shapes, values);
}

/** The network of PyTorch's example, which paints everything in the one colour that its last bias says. */
function oneColour(colour: readonly number[]): Buffer {
  const shapes: Record<string, readonly number[]> = {};
  const conv = (name: string, from: number, to: number, size: number) => {
    shapes[`${name}.conv2d.weight`] = [to, from, size, size];
    shapes[`${name}.conv2d.bias`] = [to];
  };
  const norm = (name: string, width: number) => {
    shapes[`${name}.weight`] = [width];
    shapes[`${name}.bias`] = [width];
  };
  const layers = [
    ['conv1', 3, 32, 9, 'in1'],
    ['conv2', 32, 64, 3, 'in2'],
    ['conv3', 64, 128, 3, 'in3'],
    ['deconv1', 128, 64, 3, 'in4'],
    ['deconv2', 64, 32, 3, 'in5'],
  ] as const;
  for (const [name, from, to, size, after] of layers) {
    conv(name, from, to, size);
    norm(after, to);
  }
  for (let block = 1; block <= 5; block++) {
    for (const part of [1, 2]) {
      conv(`res${block}.conv${part}`, 128, 128, 3);
      norm(`res${block}.in${part}`, 128);
    }
  }
  conv('deconv3', 32, 3, 9);
  // Older files have statistics that nothing reads.
  shapes['in1.running_mean'] = [32];
  return safetensors(shapes, { 'deconv3.conv2d.bias': colour });
}

/** Red, green and blue of each pixel of one of the pictures. */
const pixelsOf = (page: Page, picture: number): Promise<number[]> =>
  page
    .locator('#pictures canvas:first-child')
    .nth(picture)
    .evaluate((canvas: HTMLCanvasElement) =>
      Array.from(canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data),
    );

const drop = (page: Page, input: string, name: string, buffer: Buffer) =>
  page.locator(input).setInputFiles({ name, mimeType: 'application/octet-stream', buffer });

export default {
  async drive(page) {
    const waited = { timeout: 240_000, interval: 500 };
    const [step, content, style] = [0, 1, 2].map((i) => page.locator('#figures dd').nth(i)) as [
      ReturnType<Page['locator']>,
      ReturnType<Page['locator']>,
      ReturnType<Page['locator']>,
    ];
    const note = page.locator('#note');
    await page.getByLabel('Pixels of a side').selectOption('48');
    await page.locator('#settings select').nth(2).selectOption('mosaic');
    expect(new URL(page.url()).searchParams.get('style')).toBe('mosaic');

    // It begins as the content, from which the content is at no distance; the style's Gram matrices come four times as near as the content's were.
    await page.locator('#train').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => step.innerText(), waited).toBe('0');
    expect(await numberIn(content)).toBe(0);
    const begun = await numberIn(style);
    const first = await pixelsOf(page, 2);
    await expect.poll(() => numberIn(style), waited).toBeLessThan(begun / 4);
    // Weights follow their sliders while it runs.
    await page.getByRole('slider', { name: 'Weight of the content' }).focus();
    await page.keyboard.press('End');
    expect(new URL(page.url()).searchParams.get('content')).toBe('3');
    const before = await numberIn(content);
    await expect.poll(() => numberIn(content), waited).toBeLessThan(before / 2);
    await page.locator('#train').click();
    await expect.poll(() => page.locator('#train').innerText(), waited).toBe('Paint');
    const painted = await pixelsOf(page, 2);
    const moved = painted.reduce((sum, value, i) => sum + Math.abs(value - first[i]!), 0) / (0.75 * painted.length);
    expect(moved).toBeGreaterThan(10);

    // Pictures that are dropped: on that of the style it is the style, anywhere else the content.
    await dropBytes(page.locator('#pictures canvas:first-child').nth(1), 'lime.png', await pictureOf(page, 'lime'));
    await expect.poll(async () => (await pixelsOf(page, 1)).slice(0, 4)).toEqual([0, 255, 0, 255]);
    expect(new URL(page.url()).searchParams.get('style')).toBe('file');
    await dropBytes(page.locator('#loss-title'), 'navy.png', await pictureOf(page, 'navy'));
    await expect.poll(async () => (await pixelsOf(page, 0)).slice(0, 4)).toEqual([0, 0, 128, 255]);
    await page.locator('#settings select').nth(1).selectOption('scene');
    await page.locator('#settings select').nth(2).selectOption('mosaic');

    // With filters of a file: whoever passes the first channel on compares that alone. Its name says that it is VGG.
    await dropBytes(page.locator('#loss-title'), 'narrow-vgg.safetensors', narrowVgg());
    await page.locator('#train').click();
    await expect.poll(() => note.innerText(), waited).toContain('with narrow-vgg.safetensors');
    await page.locator('#train').click();
    await expect.poll(() => page.locator('#train').innerText(), waited).toBe('Paint');

    // A small network learns: what it gives comes nearer to the style, if the content does not weigh a hundred times as much.
    await page.getByRole('slider', { name: 'Weight of the content' }).fill('0');
    await page.getByLabel('Way').selectOption('network');
    await page.locator('#train').click();
    await expect.poll(() => step.innerText(), waited).toBe('0');
    const untrained = await numberIn(style);
    await expect.poll(() => numberIn(style), waited).toBeLessThan(untrained / 1.5);
    await page.locator('#train').click();
    await expect.poll(() => note.innerText(), waited).toBe('Painted at once.');

    // One of a file paints as its numbers say: in the one colour of its last bias, of 255.
    await drop(page, '#network', 'one.safetensors', oneColour([127.5, 51, 204]));
    await expect.poll(() => note.innerText(), waited).toBe('Painted at once by one.safetensors.');
    const colours = await pixelsOf(page, 2);
    for (const i of [0, 4 * 24 * 48 + 4 * 20, colours.length - 4]) {
      expect(Math.abs(colours[i]! - 127.5)).toBeLessThanOrEqual(1);
      expect(colours.slice(i + 1, i + 4)).toEqual([51, 204, 255]);
    }
    // A file of another kind is said, and the page goes on.
    await drop(page, '#network', 'none.pth', Buffer.from('none'));
    await expect.poll(() => note.innerText(), waited).toBe('The file could not be used.');
  },
} satisfies ExpectedPage;
