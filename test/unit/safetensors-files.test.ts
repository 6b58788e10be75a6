// safetensors beyond one whole file: single tensors, rows, metadata, float8, and models in several files.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as torch from 'lamplight';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HostNumbers } from '../../src/engine/graph/value';
import { memoryReader } from '../../src/torch/io/reader';
import { readHeader } from '../../src/torch/io/safetensors/header';
import { readSafetensors, readTensor, writeSafetensors } from '../../src/torch/io/safetensors/safetensors';
import fixture from '../fixtures/arrays.json' with { type: 'json' };

/** What a tensor was made of, without a device. */
const hostOf = (tensor: torch.Tensor): number[] => [...(tensor.value.host as HostNumbers)];
const float8 = Uint8Array.from(Buffer.from(fixture.float8.base64, 'base64'));

const floats = (...values: number[]) => ({ dtype: 'float32' as const, shape: [values.length], data: values });
const bytesOf = (tensors: Record<string, ReturnType<typeof floats>>) =>
  Buffer.concat([...writeSafetensors(Object.entries(tensors))]);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shards-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each(Object.entries(fixture.float8.values))('every value of %s is PyTorch’s', async (name, values) => {
  const { tensors } = await readSafetensors(memoryReader(float8, 'x'));
  expect([...tensors.get(name)!.data]).toEqual(values.map((value) => Number(String(value).replace('inf', 'Infinity'))));
});

describe('a file that is open', () => {
  test('gives names, shapes, types, metadata, and tensors one by one', async () => {
    await using file = await torch.safetensors.safeOpen(float8);
    expect(file.keys().sort()).toEqual(Object.keys(fixture.float8.values).sort());
    expect(file.metadata()).toEqual({ format: 'pt', note: 'größer' });
    expect([file.getShape('u16'), file.getDtype('e5m2')]).toEqual([[2], 'F8_E5M2']);
    const tensor = await file.getTensor('u16');
    expect([tensor.dtype, hostOf(tensor)]).toEqual(['int32', [0, 65535]]);
    expect(hostOf(await file.getTensor('u16', [1, 2]))).toEqual([65535]);
    expect(String(file)).toBe('safeOpen(the given bytes, 6 tensors)');
    await expect(file.getTensor('x')).rejects.toThrowError(/expected one of \[.*"u16".*\], but got "x"/);
    await expect(file.getTensor('u16', [1, 3])).rejects.toThrowError(torch.ArgumentError);
  });

  test('reads the bytes of what is asked for alone, in pieces', async () => {
    const large = { dtype: 'float32' as const, shape: [3_000_000], data: new Float32Array(3_000_000).fill(1) };
    const bytes = Buffer.concat([
      ...writeSafetensors([
        ['a', large],
        ['b', floats(1, 2)],
      ]),
    ]);
    const reads: number[] = [];
    const reader = memoryReader(bytes, 'x');
    const counting = {
      ...reader,
      read: (start: number, end: number) => {
        reads.push(end - start);
        return reader.read(start, end);
      },
    };
    const header = await readHeader(counting);
    reads.length = 0;
    expect([...(await readTensor(counting, header, 'b')).data]).toEqual([1, 2]);
    expect(reads).toEqual([8]);
    expect((await readTensor(counting, header, 'a')).data.every((x) => x === 1)).toBe(true);
    expect(Math.max(...reads)).toBeLessThanOrEqual(2 ** 22);
  });

  test('a file without metadata, and one that is none', async () => {
    const file = await torch.safetensors.safeOpen(Buffer.concat([...writeSafetensors([], {})]));
    expect([file.keys(), file.metadata()]).toEqual([[], null]);
    await expect(torch.safetensors.safeOpen(new Uint8Array(3))).rejects.toThrowError(torch.FileFormatError);
  });
});

test('metadata that is no text, and tensors that are none, are refused', async () => {
  const { save } = torch.safetensors;
  await expect(save({}, { metadata: { epoch: 3 as never } })).rejects.toThrowError(
    /metadata of strings, but "epoch" is number 3/,
  );
  await expect(save({ x: 1 as never })).rejects.toThrowError(/expected a tensor for "x"/);
  const file = await torch.safetensors.safeOpen(await save({}, { metadata: { epoch: '3' } }));
  expect(file.metadata()).toEqual({ epoch: '3' });
});

describe('a model in several files', () => {
  const index = (places: Record<string, unknown>) =>
    JSON.stringify({ metadata: { total_size: 12 }, weight_map: places });
  const write = async (places: Record<string, unknown>) => {
    await writeFile(join(folder, 'model-1.safetensors'), bytesOf({ 'a.w': floats(1), 'b.w': floats(2) }));
    await mkdir(join(folder, 'more'));
    await writeFile(join(folder, 'more/model 2.safetensors'), bytesOf({ 'a.b': floats(3) }));
    const path = join(folder, 'model.safetensors.index.json');
    await writeFile(path, index(places));
    return path;
  };
  const sound = { 'b.w': 'model-1.safetensors', 'a.b': 'more/model 2.safetensors', 'a.w': 'model-1.safetensors' };

  test('is loaded by its index, in its order', async () => {
    const path = await write(sound);
    for (const source of [path, pathToFileURL(path), pathToFileURL(path).href]) {
      const tensors = await torch.load(source);
      expect(Object.entries(tensors).map(([name, tensor]) => [name, hostOf(tensor)])).toEqual([
        ['b.w', [2]],
        ['a.b', [3]],
        ['a.w', [1]],
      ]);
    }
    await rm(join(folder, 'more'), { recursive: true });
    // Files that nothing wanted is in are not opened.
    expect(Object.keys(await torch.load(path, { only: 'b.' }))).toEqual(['b.w']);
    await expect(torch.load(path)).rejects.toMatchObject({ name: 'FetchError', status: 404 });
  });

  test.each(['../x.safetensors', '/etc/passwd', 'a/../../x', 'C:x', '..\\x', 'http://x/y', '', 'a%2fb', 7])(
    'a file at %j is not looked for',
    async (file) => {
      await expect(torch.load(await write({ 'a.w': file }))).rejects.toThrowError(
        /expected the file of "a\.w" to lie beside/,
      );
    },
  );

  test('must hold what its index says', async () => {
    const path = await write({ ...sound, c: 'model-1.safetensors' });
    await expect(torch.load(path)).rejects.toThrowError(
      /expected tensor "c" in model-1\.safetensors, but it is not there/,
    );
    await writeFile(path, '{"a": 1}');
    await expect(torch.load(path)).rejects.toThrowError(/this is JSON; an index of safetensors files has a weight_map/);
    await writeFile(path, '{"weight_map": ');
    await expect(torch.load(path)).rejects.toThrowError(/does not parse/);
    await expect(torch.load(new Blob([index(sound)]))).rejects.toThrowError(/expected the address or path of an index/);
  });
});
