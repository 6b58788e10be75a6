// Weights from a folder of copies: what the command that converts them writes is what networks read by name.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from 'lamplight';
import { models } from 'lamplight/vision';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const weights = models.DenseNet121_Weights.IMAGENET1K_V1;
const name = basename(weights.url);
/** What the small file is called. */
const own = 'net.pth';
const options = { progress: false, mapLocation: 'cpu' } as const;

let server: Server;
let address = '';
let folder = '';

const convert = (file: string) =>
  spawnSync(process.execPath, ['scripts/convert-weights.mjs', join(folder, file), '--to', join(folder, 'served')], {
    cwd: root,
    encoding: 'utf8',
  });

/** A small file of PyTorch's stands for torchvision's, which is asked for by name. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirror-'));
  torch.hub.setDir(join(folder, 'kept'));
  await copyFile(join(root, 'test/fixtures/network-files/densenet.pth'), join(folder, own));
  await copyFile(join(folder, own), join(folder, 'net-00000000.pth'));
  expect(convert(own)).toMatchObject({ stderr: '', status: 0 });
  const path = join(folder, 'served/weights.json');
  const { [own]: entry } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ [name]: entry }));
  server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const refuse = () => response.writeHead(404).end();
    readFile(join(folder, 'served', basename(request.url!))).then((file) => response.end(file), refuse);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights`;
}, 120_000);

afterEach(() => models.setWeightsMirror(null));

afterAll(async () => {
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

test('converted weights have the keys, dtypes and numbers of the original', async () => {
  models.setWeightsMirror(address);
  const read = await weights.getStateDict(options);
  const original = await torch.load<Record<string, torch.Tensor>>(join(folder, own), { mapLocation: 'cpu' });
  expect(Object.keys(read).sort()).toEqual(Object.keys(original).sort());
  for (const [key, tensor] of Object.entries(original)) {
    expect([read[key]!.dtype, read[key]!.shape]).toEqual([tensor.dtype, tensor.shape]);
    expect(await read[key]!.tolist(), key).toEqual(await tensor.tolist());
  }
});

test('the table has the size and the sum of each file, and the file says of what it was made', async () => {
  const table = JSON.parse(await readFile(join(folder, 'served/weights.json'), 'utf8'));
  const file = await readFile(join(folder, 'served', table[name].file));
  expect(table[name].bytes).toBe(file.length);
  expect(table[name].sha256).toBe(createHash('sha256').update(file).digest('hex'));
  const sum = createHash('sha256')
    .update(await readFile(join(folder, own)))
    .digest('hex');
  expect((await torch.safetensors.safeOpen(file)).metadata()).toMatchObject({ source: own, source_sha256: sum });
});

test('a copy of another sum is refused, and so is a table that is none', async () => {
  const path = join(folder, 'served/weights.json');
  const table = await readFile(path, 'utf8');
  try {
    const { [name]: entry } = JSON.parse(table);
    await writeFile(path, JSON.stringify({ [name]: { ...entry, sha256: '0'.repeat(64) } }));
    models.setWeightsMirror(address);
    await expect(weights.getStateDict(options)).rejects.toThrowError(/expected sha256 0000.*, but got/);
    await writeFile(path, '<!doctype html>');
    models.setWeightsMirror(new URL(address));
    await expect(weights.getStateDict(options)).rejects.toThrowError(torch.FileFormatError);
  } finally {
    await writeFile(path, table);
  }
});

test('a file whose sum is not that of its name is not converted', () => {
  const { stderr, status } = convert('net-00000000.pth');
  expect(status).toBe(1);
  expect(stderr).toContain('expected sha256 00000000, but got');
});

test('what is no address of a folder on a server is refused', () => {
  for (const wrong of ['', 'weights', 'file:///weights', 3, {}]) {
    expect(() => models.setWeightsMirror(wrong as string)).toThrowError(torch.ArgumentError);
  }
});
