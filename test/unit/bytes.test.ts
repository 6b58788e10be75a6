// Bytes from disk and from memory, gzip undone, and files written all or nothing.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { idxBound } from '../../src/doors/vision/datasets/idx';
import { ArgumentError, FetchError, FileFormatError } from '../../src/engine/core/errors';
import { fileSystem, writeFileAtomically } from '../../src/engine/gpu/node';
import { inflate, readBytes as readBounded } from '../../src/torch/io/bytes';
import { safetensorsBound } from '../../src/torch/io/safetensors/bound';

const readBytes = (source: Parameters<typeof readBounded>[0]) => readBounded(source, () => 1e6);

const content = Uint8Array.of(1, 2, 3);
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bytes-'));
});

afterEach(() => rm(folder, { recursive: true }));

test('paths, file addresses, gzip and memory all give the bytes', async () => {
  const path = join(folder, 'a.bin');
  await writeFile(path, content);
  await writeFile(`${path}.gz`, gzipSync(content));
  const inMemory = Uint8Array.of(0, 1, 2, 3, 0).subarray(1, 4);
  const sources = [path, pathToFileURL(path), pathToFileURL(path).href, `${path}.gz`, inMemory, content.buffer];
  for (const source of [...sources, new Blob([content]), 'data:application/octet-stream;base64,AQID']) {
    expect(await readBytes(source)).toEqual(content);
  }
});

test('what is missing, damaged or no source is refused', async () => {
  const path = join(folder, 'b.gz');
  await expect(readBytes(path)).rejects.toThrowError(new FetchError(`${path}: there is no such file`, { status: 404 }));
  await expect(readBytes(path)).rejects.toMatchObject({ status: 404 });
  await expect(readBytes(folder)).rejects.toThrowError(/the file could not be read/);
  await writeFile(path, gzipSync(content).subarray(0, 12));
  await expect(readBytes(path)).rejects.toThrowError(FileFormatError);
  await expect(readBytes(null as never)).rejects.toThrowError(ArgumentError);
});

test('a file is replaced as a whole, and a failed write leaves nothing behind', async () => {
  const fs = fileSystem()!;
  const path = join(folder, 'w.bin');
  await writeFile(path, 'before');
  await writeFileAtomically(fs, path, content);
  expect(new Uint8Array(await readFile(path))).toEqual(content);
  const failing = {
    ...fs,
    readFile: fs.readFile,
    writeFile: fs.writeFile,
    rm: fs.rm,
    rename: () => Promise.reject(new Error('full')),
  };
  await expect(writeFileAtomically(failing, path, Uint8Array.of(9))).rejects.toThrowError('full');
  expect(await readdir(folder)).toEqual(['w.bin']);
  expect(new Uint8Array(await readFile(path))).toEqual(content);
});

/** 16 MB of zeros after `head`, as 16 kB. */
const bomb = (head: Uint8Array) => gzipSync(Buffer.concat([head, Buffer.alloc(2 ** 24)]));

/** What is read of a bomb that begins so, and for how many bytes the reader asked on the way. */
async function readBomb(head: Uint8Array, bound: (head: Uint8Array) => number) {
  const asked: number[] = [];
  const bytes = await inflate(
    bomb(head),
    'gzip',
    (seen) => {
      const most = bound(seen);
      asked.push(most);
      return most;
    },
    'bomb.gz',
  );
  return { length: bytes.length, asked };
}

test('a compressed file is read as far as its header says, and a byte more where more follows', async () => {
  const idx = (...sizes: number[]) =>
    Buffer.concat([...[0x803, ...sizes].map((n) => Buffer.from(Uint8Array.of(n >> 24, n >> 16, n >> 8, n)))]);
  expect(await readBomb(idx(2, 5, 7), idxBound)).toEqual({ length: 16 + 70 + 1, asked: [4, 16, 86, 86] });
  expect(await readBomb(Buffer.from('<!doctype html>'), idxBound)).toEqual({ length: 41, asked: [4, 40, 40] });
  const header = (text: string) => {
    const bytes = Buffer.alloc(8 + text.length);
    bytes.writeBigUInt64LE(BigInt(text.length));
    bytes.write(text, 8);
    return bytes;
  };
  const sound = header('{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}');
  const read = await readBomb(sound, safetensorsBound);
  expect(read).toEqual({ length: sound.length + 4, asked: [8, sound.length, sound.length + 3, sound.length + 3] });
  for (const other of [header('{"x":'), header('[null, 1]'), Buffer.alloc(8, 0xff)]) {
    expect((await readBomb(other, safetensorsBound)).length).toBe(other.length + 1);
  }
  expect((await inflate(gzipSync(sound), 'gzip', safetensorsBound, 'a')).length).toBe(sound.length);
});

test('a file that holds less than its header says costs no more than it holds', async () => {
  const many = Uint8Array.of(0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2);
  expect((await inflate(gzipSync(many), 'gzip', idxBound, 'a')).length).toBe(many.length);
});
