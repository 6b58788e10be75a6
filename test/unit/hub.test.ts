// torch.hub in Node: weights by address, kept in a folder, checked by the name of the file.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { writeSafetensors } from '../../src/torch/io/safetensors/safetensors';

const weights = Buffer.concat([...writeSafetensors([['w', { dtype: 'float32', shape: [2], data: [1.5, 2] }]])]);
const hash = createHash('sha256').update(weights).digest('hex');

let server: Server;
let origin = '';
let folder = '';
let asked: string[] = [];

beforeAll(async () => {
  server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    asked.push(request.url!);
    response.end(request.url!.includes('page') ? '<!doctype html><title>login</title>' : weights);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((done) => server.close(done)));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-'));
  asked = [];
  torch.hub.setDir(folder);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile())
    .map(({ name }) => name);

test('weights are downloaded once, and the console says so', async () => {
  const said = vi.spyOn(console, 'info').mockImplementation(() => undefined);
  const url = `${origin}/net-${hash.slice(0, 8)}.pth`;
  for (let i = 0; i < 2; i++) {
    const state = await torch.hub.loadStateDictFromUrl(url, { checkHash: true, mapLocation: 'cpu' });
    expect(state.w!.shape).toEqual([2]);
  }
  expect(asked).toHaveLength(1);
  expect(said.mock.calls).toEqual([[`Downloading: "${url}" (0.0 MB)`]]);
  expect(torch.hub.getDir()).toBe(folder);
  expect(await files()).toEqual([`net-${hash.slice(0, 8)}.pth`]);
});

test('a file whose hash is not that of its name is refused; without checkHash it is not asked for', async () => {
  const url = `${origin}/net-0123abcd.pth`;
  const checked = torch.hub.loadStateDictFromUrl(url, null, null, false, true);
  await expect(checked).rejects.toThrowError(new RegExp(`expected sha256 0123abcd, but got ${hash.slice(0, 8)}`));
  expect(await files()).toEqual([]);
  const progress: number[] = [];
  const count = (so: torch.DownloadProgress) => void progress.push(so.loaded);
  expect(await torch.hub.loadStateDictFromUrl(url, { progress: count })).toHaveProperty('w');
  expect(progress.at(-1)).toBe(weights.length);
  // Names without a hash have nothing to check.
  expect(
    await torch.hub.loadStateDictFromUrl(`${origin}/net.pth`, { progress: false, checkHash: true }),
  ).toHaveProperty('w');
});

test('a folder and a name may be given', async () => {
  const modelDir = join(folder, 'mine');
  await torch.hub.loadStateDictFromUrl({
    url: `${origin}/x?id=7`,
    modelDir,
    fileName: `a-${hash.slice(0, 6)}.pt`,
    checkHash: true,
    progress: false,
  });
  expect(await readdir(modelDir)).toEqual([`a-${hash.slice(0, 6)}.pt`]);
  await expect(
    torch.hub.loadStateDictFromUrl(`${origin}/x`, { fileName: '../a.pt', progress: false }),
  ).rejects.toThrowError(torch.ArgumentError);
  expect(() => torch.hub.setDir('')).toThrowError(torch.ArgumentError);
});

test('an answer that is no file of weights is not kept', async () => {
  const load = () => torch.hub.loadStateDictFromUrl(`${origin}/page`, { progress: false });
  await expect(load()).rejects.toThrowError(/this is an HTML page/);
  await expect(load()).rejects.toThrowError(torch.FileFormatError);
  expect(asked).toHaveLength(2);
  expect(await files()).toEqual([]);
});
