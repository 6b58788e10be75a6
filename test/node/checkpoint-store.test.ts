// Checkpoints in a folder: saved all or nothing, listed, loaded and removed by any name.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'store-')), 'run');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

test('what is saved is listed, loaded and removed', async () => {
  const store = new torch.CheckpointStore(folder);
  expect([String(store), await store.list(), await store.remove('x')]).toEqual([
    `CheckpointStore(${folder})`,
    [],
    false,
  ]);
  await store.save('epoch 1/best', { w: torch.tensor([1, 2]) });
  await store.save('..', { w: torch.tensor([3]) });
  await store.save('array.npy', torch.arange(3));
  expect((await store.list()).map(({ name }) => name).sort()).toEqual(['..', 'array.npy', 'epoch 1/best']);
  expect(await readdir(join(folder, '..'))).toEqual(['run']);
  expect(await (await store.load<Record<string, torch.Tensor>>('epoch 1/best')).w!.tolist()).toEqual([1, 2]);
  expect(await (await store.load<torch.Tensor>('array.npy')).tolist()).toEqual([0, 1, 2]);
  expect([await store.remove('..'), await store.has('..'), await store.has('array.npy')]).toEqual([true, false, true]);
  await expect(store.load('..')).rejects.toMatchObject({ name: 'FetchError', status: 404 });
});

test('the last of several writes stands, and one that fails leaves what was there', async () => {
  const store = new torch.CheckpointStore(folder);
  await Promise.all([1, 2, 3].map((n) => store.save('a', { w: torch.full([1000 * (4 - n)], n) })));
  const last = async () => (await store.load<Record<string, torch.Tensor>>('a')).w!;
  expect((await last()).shape).toEqual([1000]);
  await expect(store.save('a', { w: () => 1 } as never)).rejects.toThrowError(torch.ArgumentError);
  expect((await last()).shape).toEqual([1000]);
  // What another process left half written is no checkpoint.
  await writeFile(join(folder, 'b.123.0.part'), 'half');
  expect((await store.list()).map(({ name }) => name)).toEqual(['a']);
});

test('values are those of the call', async () => {
  const store = new torch.CheckpointStore(folder);
  const w = torch.zeros(2);
  const saved = store.save('a', { w });
  torch.noGrad(() => w.fill_(7));
  await saved;
  expect(await (await store.load<Record<string, torch.Tensor>>('a')).w!.tolist()).toEqual([0, 0]);
});

test('names that are none are refused', async () => {
  const store = new torch.CheckpointStore(folder);
  for (const name of ['', 'x'.repeat(201), 7 as never]) {
    await expect(store.save(name, {})).rejects.toThrowError(torch.ArgumentError);
  }
  expect(() => new torch.CheckpointStore('')).toThrowError(torch.ArgumentError);
});
