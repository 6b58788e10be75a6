// Zip archives: round trips, what other programs write, and archives that are damaged or malicious.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, crc32 as nodeCrc } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ArgumentError, FetchError, FileFormatError } from '../../src/engine/core/errors';
import { joined } from '../../src/torch/io/bytes';
import { memoryReader, openReader } from '../../src/torch/io/reader';
import { writeTo } from '../../src/torch/io/target';
import { crc32 } from '../../src/torch/io/zip/crc32';
import { openZip, writeZip, type ZipContent } from '../../src/torch/io/zip/zip';

const text = (letters: string) => new TextEncoder().encode(letters);

function archive(contents: readonly ZipContent[]): Uint8Array {
  const pieces = [...writeZip(contents)];
  return joined(
    pieces,
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
}

const open = (bytes: Uint8Array, maxBytes?: number) =>
  openZip(memoryReader(bytes, 'a.zip'), maxBytes === undefined ? {} : { maxBytes });

/** An archive of one deflated entry, written by hand, with the fields of its directory as given. */
function deflated(data: Uint8Array, change: (central: DataView, end: DataView) => void = () => {}): Uint8Array {
  const packed = deflateRawSync(data);
  const name = text('x');
  const local = new DataView(new ArrayBuffer(31));
  local.setUint32(0, 0x04034b50, true);
  // The sizes follow the data, so that the header knows none.
  local.setUint16(6, 8, true);
  local.setUint16(8, 8, true);
  local.setUint16(26, 1, true);
  local.setUint8(30, 0x78);
  const central = new DataView(new ArrayBuffer(47));
  central.setUint32(0, 0x02014b50, true);
  central.setUint16(8, 8, true);
  central.setUint16(10, 8, true);
  central.setUint32(16, nodeCrc(data), true);
  central.setUint32(20, packed.length, true);
  central.setUint32(24, data.length, true);
  central.setUint16(28, 1, true);
  central.setUint8(46, name[0]!);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, 1, true);
  end.setUint16(10, 1, true);
  end.setUint32(12, 47, true);
  end.setUint32(16, 31 + packed.length, true);
  change(central, end);
  const parts = [local.buffer, packed, central.buffer, end.buffer].map((part) => new Uint8Array(part));
  return joined(
    parts,
    parts.reduce((sum, { length }) => sum + length, 0),
  );
}

test('the check sum is that of zlib, whatever the length', () => {
  for (let n = 0; n < 40; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) & 255);
    expect(crc32(bytes)).toBe(nodeCrc(bytes));
  }
});

describe('round trips', () => {
  test('names and contents survive, and contents are aligned', async () => {
    const contents = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-zé0-9_-]{1,9}(\/[a-z0-9]{1,9})?$/),
        data: fc.uint8Array({ maxLength: 200 }),
      }),
      { selector: ({ name }) => name, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(contents, async (files) => {
        const bytes = archive(files);
        const zip = await open(bytes);
        expect(zip.names).toEqual(files.map(({ name }) => name));
        for (const { name, data } of files) expect(await zip.read(name)).toEqual(data);
      }),
      { numRuns: 50 },
    );
  });

  test('one name cannot stand for two files', () => {
    const twice = [1, 2].map((byte) => ({ name: 'a', data: Uint8Array.of(byte) }));
    expect(() => archive(twice)).toThrow(ArgumentError);
  });
});

test('deflated entries, whose sizes only the directory knows', async () => {
  const data = text('to be or not to be, '.repeat(50));
  const zip = await open(deflated(data));
  expect(zip.entry('x')).toMatchObject({ size: data.length, offset: 0 });
  expect(await zip.read('x')).toEqual(data);
  await expect(zip.read('x', { bound: 10 })).rejects.toThrow(/has 1000 bytes, expected at most 10/);
  await expect(zip.read('y')).rejects.toThrow(/expected an entry "y"/);
});

test("bytes that were added behind an archive do not count, as in Python's zipfile", async () => {
  const data = text('contents');
  const whole = deflated(data);
  for (const behind of [text('junk'), new Uint8Array(6000)]) {
    const zip = await open(joined([whole, behind], whole.length + behind.length));
    expect(Buffer.from(await zip.read('x'))).toEqual(Buffer.from(data));
  }
});

describe('what is refused', () => {
  const zeros = new Uint8Array(1e6);
  test.each<[string, Uint8Array, RegExp]>([
    ['a truncated archive', deflated(zeros).subarray(0, 900), /truncated or damaged/],
    [
      'a size beyond what deflate can give',
      deflated(zeros, (c) => c.setUint32(24, 4e9, true)),
      /cannot have 4000000000 bytes/,
    ],
    [
      'a smaller size than the contents have',
      deflated(zeros, (c) => c.setUint32(24, 5, true)),
      /says that it has 5 bytes, but has more/,
    ],
    ['a wrong check sum', deflated(zeros, (c) => c.setUint32(16, 1, true)), /its check sum is wrong/],
    ['an encrypted entry', deflated(zeros, (c) => c.setUint16(8, 1, true)), /encrypted/],
    ['another method', deflated(zeros, (c) => c.setUint16(10, 14, true)), /compressed by method 14/],
    ['stored in two sizes', deflated(zeros, (c) => c.setUint16(10, 0, true)), /stored, but its sizes differ/],
    ['a place outside', deflated(zeros, (c) => c.setUint32(42, 5000, true)), /reaches into the directory/],
    [
      'a header elsewhere',
      deflated(zeros, (c) => {
        c.setUint32(42, 3, true);
        c.setUint32(20, c.getUint32(20, true) - 3, true);
      }),
      /not where the directory says/,
    ],
    ['more entries than there are', deflated(zeros, (_, e) => e.setUint16(8, 9, true)), /several parts/],
    [
      'too few bytes for the entries',
      deflated(zeros, (_, e) => {
        e.setUint16(8, 9, true);
        e.setUint16(10, 9, true);
      }),
      /too few for 9 entries/,
    ],
    ['a directory beyond the end', deflated(zeros, (_, e) => e.setUint32(16, 1e6, true)), /it is damaged/],
    [
      'a damaged stream',
      (() => {
        const b = deflated(zeros);
        b.fill(0xff, 40, 60);
        return b;
      })(),
      /truncated or damaged/,
    ],
  ])('%s', async (_, bytes, message) => {
    const reading = open(bytes).then((zip) => zip.read('x'));
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(FileFormatError);
  });

  test('contents beyond maxBytes, before they are inflated', async () => {
    const zip = await open(deflated(zeros), 1e5);
    await expect(zip.read('x')).rejects.toThrow(/more than 100000 bytes.*maxBytes/);
  });

  test.each(['../x', 'a/../../x', '/etc/passwd', 'C:\\x', '..\\x', 'a\0b'])('the name %j', async (name) => {
    await expect(open(archive([{ name, data: zeros.subarray(0, 4) }]))).rejects.toThrow(/names that stay inside/);
  });

  test('entries that overlap: many of one place make much out of little', async () => {
    const bytes = archive([
      { name: 'a', data: text('one') },
      { name: 'b', data: text('two') },
    ]);
    const view = new DataView(bytes.buffer);
    // The second entry of the directory is sent to the place of the first.
    view.setUint32(bytes.length - 22 - 47 + 42, 0, true);
    await expect(open(bytes)).rejects.toThrow(/"a" and "b" overlap/);
  });
});

describe('readers', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reader-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const content = Uint8Array.from({ length: 9000 }, (_, i) => i % 251);

  test('memory, blobs and files give the same parts', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, content);
    for (const source of [content, new Blob([content]), path]) {
      const reader = await openReader(source);
      expect(reader.size).toBe(9000);
      expect(await reader.read(10, 5000)).toEqual(content.subarray(10, 5000));
      expect(await reader.read(9000, 9000)).toEqual(new Uint8Array());
      await expect(reader.read(8999, 9001)).rejects.toThrow(FileFormatError);
      await reader.close();
    }
    await expect(openReader(join(folder, 'b'))).rejects.toMatchObject({ name: 'FetchError', status: 404 });
    await expect(openReader(folder).then((reader) => reader.read(0, 1))).rejects.toThrow(FetchError);
  });

  /** A server that answers ranges, or not. */
  function serve(ranges: boolean): { sent: number } {
    const count = { sent: 0 };
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      const [, start, end] = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '') ?? [];
      if (!ranges || start === undefined) {
        count.sent += content.length;
        return new Response(content);
      }
      const part = content.slice(Number(start), Math.min(Number(end) + 1, content.length));
      count.sent += part.length;
      const headers = { 'content-range': `bytes ${start}-${Number(start) + part.length - 1}/${content.length}` };
      return new Response(part, { status: 206, headers });
    });
    return count;
  }

  test('a server that gives ranges sends what is read', async () => {
    const count = serve(true);
    const reader = await openReader('https://a.example/x.bin', { ranges: true });
    expect([reader.size, await reader.read(8000, 8010)]).toEqual([9000, content.subarray(8000, 8010)]);
    expect(count.sent).toBe(4096 + 10);
  });

  test('any other sends all of it, once', async () => {
    const count = serve(false);
    const reader = await openReader('https://a.example/x.bin', { ranges: true });
    expect([reader.size, await reader.read(8000, 8010)]).toEqual([9000, content.subarray(8000, 8010)]);
    expect(count.sent).toBe(9000);
  });
});

describe('targets', () => {
  async function* broken() {
    yield Uint8Array.of(1);
    throw new Error('interrupted');
  }

  test('an interrupted write leaves the old file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'target-'));
    const path = join(folder, 'w.bin');
    await writeTo('save', path, [Uint8Array.of(7), Uint8Array.of(8)]);
    expect([...(await readFile(path))]).toEqual([7, 8]);
    await expect(writeTo('save', path, broken())).rejects.toThrow('interrupted');
    expect([...(await readFile(path))]).toEqual([7, 8]);
    await rm(folder, { recursive: true });
  });

  test('a stream gets the pieces and is closed, or aborted', async () => {
    const log: unknown[] = [];
    const stream = () =>
      new WritableStream<Uint8Array>({
        write: (piece) => void log.push(...piece),
        close: () => void log.push('closed'),
        abort: () => void log.push('aborted'),
      });
    await writeTo('save', stream(), [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    const handle = { kind: 'file', name: 'a.pt', createWritable: async () => stream() };
    await expect(writeTo('save', handle, broken())).rejects.toThrow('interrupted');
    expect(log).toEqual([1, 2, 3, 'closed', 1, 'aborted']);
    await expect(writeTo('save', 5 as never, [])).rejects.toThrow(ArgumentError);
  });
});
