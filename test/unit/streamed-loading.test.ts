// Large files are read from front to back in pieces, from a disk, a blob and a server alike: no file is in memory beside its tensors.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as torch from 'lamplight';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load as loadLegacy } from '../../src/torch/io/pytorch/legacy-load';
import { load as loadZip } from '../../src/torch/io/pytorch/zip-load';
import { memoryReader, openReader, type Reader } from '../../src/torch/io/reader';
import { readSafetensors, writeSafetensors } from '../../src/torch/io/safetensors/safetensors';
import { openZip, PIECE } from '../../src/torch/io/zip/zip';

const MiB = 2 ** 20;
/** float32: two tensors larger than a piece, and small ones. */
const sizes = { large: 3 * MiB, small: 1000, larger: 5 * MiB + 3, last: 7 };

const values = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => (i * 7919) % 10007);
const tensors = Object.entries(sizes).map(([name, n]) => [name, values(n)] as const);

let safetensors: Uint8Array;
let pt: Uint8Array;

beforeAll(async () => {
  safetensors = Buffer.concat([
    ...writeSafetensors([
      ['bytes', { dtype: 'uint8', shape: [5], data: [1, 2, 3, 4, 5] }],
      ...tensors.map(([name, data]) => [name, { dtype: 'float32' as const, shape: [data.length], data }] as const),
    ]),
  ]);
  const state = Object.fromEntries(tensors.map(([name, data]) => [name, torch.tensor(data)]));
  pt = await torch.saveBytes(state, 'state.pt');
});

/** What a reader was asked for, in order. */
function watched(bytes: Uint8Array): Reader & { readonly asked: (readonly [number, number])[] } {
  const inner = memoryReader(bytes, 'file');
  const asked: (readonly [number, number])[] = [];
  return {
    ...inner,
    asked,
    read(start, end) {
      asked.push([start, end]);
      return inner.read(start, end);
    },
  };
}

const longest = (asked: readonly (readonly [number, number])[]) =>
  Math.max(...asked.map(([start, end]) => end - start));
const isForward = (asked: readonly (readonly [number, number])[]) =>
  asked.every(([start], i) => i === 0 || start >= asked[i - 1]![0]);

const isSame = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

async function expectState(state: Record<string, torch.Tensor>): Promise<void> {
  for (const [name, data] of tensors) expect(isSame(await state[name]!.data(), data)).toBe(true);
}

describe('reads of at most a piece, each byte once, from front to back', () => {
  test('safetensors, whatever the order of their names', async () => {
    const file = watched(safetensors);
    const { tensors: found } = await readSafetensors(file);
    expect([...found.keys()]).toEqual(['bytes', ...Object.keys(sizes)]);
    expect(isSame(found.get('larger')!.data, tensors[2]![1])).toBe(true);
    expect(longest(file.asked)).toBe(PIECE);
    expect(isForward(file.asked)).toBe(true);
    // The header begins to be read with the bytes that tell its length.
    const read = file.asked.reduce((sum, [start, end]) => sum + end - start, 0);
    expect(read).toBeLessThan(safetensors.length + 1000);
  });

  test('archives of PyTorch', async () => {
    const file = watched(pt);
    const zip = await openZip(file);
    const directory = file.asked.length;
    const head = pt.subarray(0, 512);
    const state = await loadZip({
      source: pt,
      reader: file,
      head,
      zip,
      only: null,
      rows: null,
      weightsOnly: null,
      maxBytes: 2 ** 30,
    });
    await expectState(state as Record<string, torch.Tensor>);
    const asked = file.asked.slice(directory);
    expect(longest(asked)).toBe(PIECE);
    expect(isForward(asked.slice(1))).toBe(true);
    expect(asked.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(pt.length + 10_000);
  });

  test('files of PyTorch before 1.6', async () => {
    const bytes = new Uint8Array(await readFile('test/fixtures/pytorch/legacy.pt'));
    const file = watched(bytes);
    const part = { source: bytes, head: bytes.subarray(0, 512), zip: null, only: null, rows: null, weightsOnly: null };
    await loadLegacy({ ...part, reader: file, maxBytes: 2 ** 30 });
    expect(file.asked[0]).toEqual([0, bytes.length]);
    expect(file.asked).toHaveLength(1);
  });

  test('a damaged byte in a large storage is found', async () => {
    const damaged = pt.slice();
    damaged[pt.length >> 1]! ^= 1;
    await expect(torch.load(damaged)).rejects.toThrowError(/its check sum is wrong/);
  });
});

describe('from a server', () => {
  let server: Server;
  let origin = '';
  let asked: string[] = [];
  let sent = 0;
  let givesRanges = true;
  let breaks = false;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const file = request.url!.endsWith('.pt') ? pt : safetensors;
    const { range } = request.headers;
    asked.push(range ?? '');
    const [, from = '0', to = ''] = (givesRanges && /bytes=(\d+)-(\d*)/.exec(range ?? '')) || [];
    const [start, end] = [Number(from), to === '' ? file.length : Number(to) + 1];
    const isPart = givesRanges && range !== undefined;
    response.writeHead(isPart ? 206 : 200, {
      'content-length': end - start,
      etag: '"1"',
      ...(isPart && { 'content-range': `bytes ${start}-${end - 1}/${file.length}` }),
    });
    if (breaks)
      return void response.write(file.subarray(start, start + 100_000), () => setTimeout(() => response.destroy(), 20));
    // In pieces, so that it is seen how far the other side has read.
    let at = start;
    const send = (): void => {
      while (at < end && !response.destroyed) {
        const next = Math.min(at + 65536, end);
        const goesOn = response.write(file.subarray(at, next));
        sent += next - at;
        at = next;
        if (!goesOn) return void response.once('drain', send);
      }
      if (at >= end) response.end();
    };
    send();
  };

  beforeAll(async () => {
    server = createServer({ keepAliveTimeout: 0 }, answer);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise<void>((done) => server.close(() => done())));

  const start = (): void => {
    [asked, sent, givesRanges, breaks] = [[], 0, true, false];
  };

  test('safetensors come as one answer', async () => {
    for (const ranges of [true, false]) {
      start();
      givesRanges = ranges;
      await expectState(await torch.load(`${origin}/a.safetensors`));
      expect(asked).toEqual(['bytes=0-']);
      expect(sent).toBe(safetensors.length);
    }
  });

  test('an archive of PyTorch comes in windows, and as a whole where there are no ranges', async () => {
    start();
    await expectState(await torch.load(`${origin}/a.pt`));
    expect(asked.length).toBeGreaterThan(pt.length / PIECE);
    expect(asked.length).toBeLessThan(pt.length / PIECE + 6);
    for (const [, from, to] of asked.slice(1).map((range) => /bytes=(\d+)-(\d+)/.exec(range)!)) {
      expect(Number(to) + 1 - Number(from)).toBeLessThanOrEqual(PIECE);
    }
    start();
    givesRanges = false;
    await expectState(await torch.load(`${origin}/a.pt`));
    expect([asked, sent]).toEqual([['bytes=0-'], pt.length]);
  });

  test('what is not read is not fetched ahead of it', async () => {
    start();
    const reader = await openReader(`${origin}/a.safetensors`);
    const head = await reader.read(0, 100);
    expect(Buffer.from(head).equals(Buffer.from(safetensors.subarray(0, 100)))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // What lies in the buffers of two sockets and a stream.
    expect(sent).toBeLessThan(safetensors.length / 2);
    await reader.close();
  });

  test('reads in any order, at once too, give the bytes of the file', async () => {
    const places = [
      [0, 8],
      [4, 70_000],
      [70_001, 70_010],
      [10, 20],
      [30 * MiB, 30 * MiB + 9],
      [5, 300_000],
      [safetensors.length - 3, safetensors.length],
      [9, 9],
    ] as const;
    for (const ranges of [true, false]) {
      start();
      givesRanges = ranges;
      const reader = await openReader(`${origin}/a.safetensors`);
      const got = await Promise.all(places.map(([from, to]) => reader.read(from, to)));
      got.forEach((bytes, i) => {
        const [from, to] = places[i]!;
        expect(Buffer.from(bytes).equals(Buffer.from(safetensors.subarray(from, to)))).toBe(true);
      });
      await expect(reader.read(0, safetensors.length + 1)).rejects.toThrowError(torch.FileFormatError);
      await reader.close();
    }
  });

  test('a connection that breaks says so', async () => {
    start();
    breaks = true;
    await expect(torch.load(`${origin}/a.safetensors`)).rejects.toThrowError(
      /the connection broke while the file was read/,
    );
    await expect(torch.load(`${origin}/a.safetensors`)).rejects.toThrowError(torch.FetchError);
  });
});
