// Weights from a folder of copies: what the command that converts them writes is what networks read by name.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
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

const root = fileURLToPath(new URL('../../../', import.meta.url));
const weights = models.DenseNet121_Weights.IMAGENET1K_V1;
const name = basename(weights.url);
/** What the small file is called. */
const own = 'net.pth';
const options = { progress: false, mapLocation: 'cpu' } as const;

let server: Server;
let address = '';
let folder = '';
let asked: string[] = [];
/** The command's end, after a file that it converts and one that it must not. */
let ended: SpawnSyncReturns<string>;

/** A small file of PyTorch's stands for torchvision's, which is asked for by name. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirror-'));
  torch.hub.setDir(join(folder, 'kept'));
  await copyFile(join(root, 'test/fixtures/network-files/densenet.pth'), join(folder, own));
  await copyFile(join(folder, own), join(folder, 'net-00000000.pth'));
  const files = [own, 'net-00000000.pth'].map((file) => join(folder, file));
  ended = spawnSync(
    process.execPath,
    ['scripts/checks/convert-weights.mjs', ...files, '--to', join(folder, 'served')],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const path = join(folder, 'served/weights.json');
  const { [own]: entry } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ [name]: entry }));
  server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    asked.push(basename(request.url!));
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

test('the table and the files are kept: the next visit asks no server', async () => {
  const visitor = { ...options, modelDir: join(folder, 'visitor') };
  models.setWeightsMirror(address);
  asked = [];
  const first = await weights.getStateDict(visitor);
  expect(asked.filter((file) => file.endsWith('.safetensors'))).toHaveLength(1);
  asked = [];
  expect(Object.keys(await weights.getStateDict(visitor))).toEqual(Object.keys(first));
  expect(asked).toEqual([]);
});

test('a table that was kept gives way to the one of the server where the file is no more', async () => {
  const visitor = { ...options, modelDir: join(folder, 'late') };
  const path = join(folder, 'served/weights.json');
  const table = await readFile(path, 'utf8');
  const { [name]: entry } = JSON.parse(table);
  models.setWeightsMirror(address);
  try {
    await writeFile(path, JSON.stringify({ [name]: { ...entry, file: 'gone.safetensors' } }));
    await expect(weights.getStateDict(visitor)).rejects.toMatchObject({ name: 'FetchError', status: 404 });
  } finally {
    await writeFile(path, table);
  }
  expect(Object.keys(await weights.getStateDict(visitor))).not.toEqual([]);
});

test('a copy that is given by its own address is checked by the digits of its name', async () => {
  const { [name]: entry } = JSON.parse(await readFile(join(folder, 'served/weights.json'), 'utf8'));
  expect(entry.file).toMatch(/^net-[\da-f]{8}\.safetensors$/);
  const url = `${address}/${entry.file}`;
  const state = await torch.hub.loadStateDictFromUrl(url, { ...options, checkHash: true });
  expect(Object.keys(state)).not.toEqual([]);
});

test('weights that are not in the folder are told', async () => {
  models.setWeightsMirror(address);
  await expect(models.ResNet18_Weights.DEFAULT.getStateDict(options)).rejects.toThrowError(
    /resnet18-f37072fd\.pth: expected this file in the folder of setWeightsMirror, or a copy in its weights\.json, but neither is there; npm run check -- convert-weights/,
  );
});

test('a copy of another sum is refused, and so is a table that is none', async () => {
  const path = join(folder, 'served/weights.json');
  const table = await readFile(path, 'utf8');
  try {
    const { [name]: entry } = JSON.parse(table);
    await writeFile(path, JSON.stringify({ [name]: { ...entry, sha256: '0'.repeat(64) } }));
    models.setWeightsMirror(address);
    const visitor = { ...options, modelDir: join(folder, 'other') };
    await expect(weights.getStateDict(visitor)).rejects.toThrowError(/expected sha256 0000.*, but got/);
    await writeFile(path, '<!doctype html>');
    models.setWeightsMirror(new URL(address));
    await expect(weights.getStateDict({ ...visitor, modelDir: join(folder, 'none') })).rejects.toThrowError(
      torch.FileFormatError,
    );
  } finally {
    await writeFile(path, table);
  }
});

test('a file whose sum is not that of its name is not converted', () => {
  expect(ended).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^\S+net-[\da-f]{8}\.safetensors: \d+\.\d MB\n$/),
    stderr: expect.stringContaining('expected sha256 00000000, but got'),
  });
});

test('what is no address of a folder on a server is refused', () => {
  for (const wrong of ['', 'weights', 'file:///weights', 3, {}]) {
    expect(() => models.setWeightsMirror(wrong as string)).toThrowError(torch.ArgumentError);
  }
});
