// Tar archives: what every kind of header means, and every way in which an archive can be wrong.
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTar } from '../../src/doors/vision/datasets/tar';
import { FileFormatError } from '../../src/engine/core/errors';

interface Header {
  name?: string;
  size?: number;
  type?: string;
  prefix?: string;
  magic?: string;
  sizeField?: Uint8Array;
}

/** A header and what follows it, padded to whole blocks. */
function member(
  { name = 'a', size, type = '0', prefix = '', magic = 'ustar\0' + '00', sizeField }: Header,
  contents: Uint8Array = new Uint8Array(),
): Uint8Array {
  const block = Buffer.alloc(512);
  block.write(name, 0, 100);
  block.write('0000644\0', 100);
  block.write(`${(size ?? contents.length).toString(8).padStart(11, '0')}\0`, 124);
  if (sizeField) block.set(sizeField, 124);
  block.write(type, 156);
  block.write(magic, 257);
  block.write(prefix, 345, 155);
  block.write('        ', 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([block, contents, Buffer.alloc((512 - (contents.length % 512)) % 512)]);
}

const END = Buffer.alloc(1024);
const text = (contents: string): Uint8Array => Buffer.from(contents);
const pax = (records: Record<string, string>): Uint8Array =>
  text(
    Object.entries(records)
      .map(([key, value]) => {
        const body = Buffer.byteLength(` ${key}=${value}\n`);
        let length = body + 1;
        while (String(length).length + body !== length) length++;
        return `${length} ${key}=${value}\n`;
      })
      .join(''),
  );

/** A stream of the bytes in pieces of some length. */
function streamOf(bytes: Uint8Array, piece = 1000): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + piece));
      at += piece;
    },
  });
}

async function contentsOf(parts: readonly Uint8Array[], piece?: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const each of readTar(streamOf(Buffer.concat(parts), piece), { name: 'a.tar' })) {
    found[each.name] = new TextDecoder().decode(await each.bytes());
  }
  return found;
}

describe('members', () => {
  test.each([1, 7, 512, 513, 100_000])('are read from pieces of %d bytes', async (piece) => {
    const archive = [
      member({ name: 'folder/', type: '5' }),
      member({ name: 'folder/a.txt' }, text('first')),
      member({ name: './b.txt' }, text('x'.repeat(1024))),
      member({ name: 'link', type: '2' }),
      member({ name: 'c.txt', type: '\0' }),
      END,
    ];
    expect(await contentsOf(archive, piece)).toEqual({
      'folder/a.txt': 'first',
      'b.txt': 'x'.repeat(1024),
      'c.txt': '',
    });
  });

  test('have long names in each of the ways that writers know', async () => {
    const long = `${'d'.repeat(120)}/é.txt`;
    expect(await contentsOf([member({ name: 'name', prefix: 'd'.repeat(120) }, text('1')), END])).toEqual({
      [`${'d'.repeat(120)}/name`]: '1',
    });
    expect(
      await contentsOf([member({ name: '././@LongLink', type: 'L' }, text(`${long}\0`)), member({}, text('2')), END]),
    ).toEqual({ [long]: '2' });
    expect(
      await contentsOf([
        member({ type: 'x' }, pax({ mtime: '1', path: long })),
        member({}, text('3')),
        member({ name: 'b' }),
        END,
      ]),
    ).toEqual({ [long]: '3', b: '' });
  });

  test('have sizes in octal, in base 256 and in an extended header', async () => {
    const sizeField = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3);
    expect(await contentsOf([member({ sizeField }, text('abc')), END])).toEqual({ a: 'abc' });
    expect(await contentsOf([member({ type: 'x' }, pax({ size: '2' })), member({ size: 0 }, text('ab')), END])).toEqual(
      { a: 'ab' },
    );
  });

  test('that are not read are skipped, and the stream is given up when nobody goes on', async () => {
    const names: string[] = [];
    const archive = Buffer.concat([member({ name: 'a' }, text('1')), member({ name: 'b' }, text('2')), END]);
    for await (const { name } of readTar(streamOf(archive), { name: 'a.tar' })) names.push(name);
    expect(names).toEqual(['a', 'b']);
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(member({})),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const { name } of readTar(endless, { name: 'a.tar' })) {
      expect(name).toBe('a');
      break;
    }
    expect(cancelled).toBe(true);
  });

  test('of an archive that Python wrote', async () => {
    const url = new URL('../fixtures/datasets/cifar-10-binary.tar.gz', import.meta.url);
    const sizes: Record<string, number> = {};
    for await (const { name, size } of readTar(streamOf(gunzipSync(readFileSync(url)), 65536), { name: 'cifar' })) {
      sizes[name] = size;
    }
    expect(Object.keys(sizes)).toHaveLength(7);
    expect(sizes['cifar-10-batches-bin/test_batch.bin']).toBe(32 * 3073);
  });
});

test.each<[string, readonly Uint8Array[], RegExp]>([
  ['nothing', [], /^a\.tar: expected a tar archive, but it is empty$/],
  ['another file', [text('<!doctype html>'.padEnd(600))], /expected a tar archive, but it does not begin as one/],
  ['a few bytes', [text('ab')], /expected a tar archive, but it has only 2 bytes/],
  ['a cut header', [member({}), member({}).subarray(0, 100)], /the archive is truncated/],
  ['cut contents', [member({ size: 2000 }, text('abc'))], /the archive is truncated/],
  ['a damaged header', [member({}), member({}).fill(7, 0, 9), END], /a header is damaged/],
  ['a name that leads out', [member({ name: '../x' }), END], /the name '\.\.\/x' leads out of the archive/],
  ['no name', [member({ name: '.' }), END], /the name '\.' leads out of the archive/],
  ['a size that is none', [member({ sizeField: text('9x9') }), END], /size of a member cannot be read/],
  ['an absurd size', [member({ sizeField: new Uint8Array(12).fill(255) }), END], /size of a member cannot be read/],
  [
    'a size above the limit',
    [member({ size: 2 ** 31 }), END],
    /a has 2147483648 bytes, more than the 1073741824 that are read/,
  ],
  [
    'an absurd extended header',
    [member({ type: 'x', size: 2 ** 30 }), END],
    /a header of 1073741824 bytes is too long to be read/,
  ],
  ['a damaged extended header', [member({ type: 'x' }, text('99 path=a\n')), END], /an extended header is damaged/],
])('refuses %s', async (_, parts, message) => {
  await expect(contentsOf(parts)).rejects.toThrowError(FileFormatError);
  await expect(contentsOf(parts)).rejects.toThrowError(message);
});

test('damage gives a FileFormatError or other contents, never another error', async () => {
  const whole = Buffer.concat([
    member({ type: 'x' }, pax({ path: 'long', size: '5' })),
    member({}, text('first')),
    member({ name: 'b' }, text('second')),
    END,
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, value, cut) => {
      const bytes = Uint8Array.from(whole.subarray(0, cut));
      if (at < cut) bytes[at] = value;
      await contentsOf([bytes]).catch((error: unknown) => expect(error).toBeInstanceOf(FileFormatError));
    }),
    { numRuns: 500 },
  );
});

test('the check sum behind the end of a compressed archive counts', async () => {
  const whole = Buffer.concat([member({}, text('first')), END]);
  const compressed = Uint8Array.from(gzipSync(whole));
  const read = async (bytes: Uint8Array<ArrayBuffer>) => {
    const names: string[] = [];
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    for await (const each of readTar(plain, { name: 'x' })) names.push(each.name);
    return names;
  };
  expect(await read(compressed)).toEqual(['a']);
  const damaged = Uint8Array.from(compressed);
  damaged[damaged.length - 8]! ^= 1;
  await expect(read(damaged)).rejects.toThrowError(FileFormatError);
});
