// Bytes from disk and from memory, gzip undone, and files written all or nothing.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ArgumentError, FetchError, FileFormatError } from '../../src/errors';
import { fileSystem, writeFileAtomically } from '../../src/gpu/node';
import { readBytes } from '../../src/io/bytes';

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
