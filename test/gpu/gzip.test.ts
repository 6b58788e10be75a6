// Gzip files in a page, whose decoder takes a single member and nothing behind it: they are read as Python and Node read them.
import * as torch from 'lamplight';
import { datasets, io } from 'lamplight/vision';
import { expect, test, vi } from 'vitest';
import { inflate } from '../../src/torch/io/bytes';

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

test('several members, and zeros behind the last', async () => {
  const file = await torch.saveBytes(torch.arange(300), 'a.npy');
  const members = await Promise.all(
    [file.subarray(0, 7), file.subarray(7, 7), file.subarray(7, 500), file.subarray(500)].map(gzip),
  );
  const expected = Array.from({ length: 300 }, (_, i) => i);
  for (const bytes of [await gzip(file), joined(...members), joined(...members, new Uint8Array(512))]) {
    expect(await (await torch.load<torch.Tensor>(bytes)).tolist()).toEqual(expected);
  }
  await expect(torch.load(joined(...members, Uint8Array.of(1, 2, 3)))).rejects.toThrow(torch.FileFormatError);
  await expect(torch.load(joined(...members).subarray(0, -5))).rejects.toThrow(torch.FileFormatError);
});

test('a picture with other bytes behind its pixels, or without their check sum, as Pillow reads it', async () => {
  // 2 × 1 pixels of RGB, whose IDAT ends in "junk", and one whose IDAT lacks its last four bytes.
  const files = [
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAE0lEQVR4nGNgZGJmYWUDAAA/ABZqdW5rmlfPTAAAAABJRU5ErkJggg==',
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAC0lEQVR4nGNgZGJmYWUDAIxGdm0AAAAASUVORK5CYII=',
  ];
  for (const file of files) {
    const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
    expect([...(await (await io.readImage(bytes)).data())]).toEqual([1, 2, 3, 4, 5, 6]);
  }
});

test('an archive of several members as a data set', async () => {
  const entry = (name: string, text: string): Uint8Array => {
    const fields = ['0000644', '0000000', '0000000', text.length.toString(8).padStart(11, '0'), '0'.repeat(11)];
    const header = `${name.padEnd(100, '\0')}${fields.join('\0')}\0        0`.padEnd(257, '\0');
    const block = new TextEncoder().encode(`${header}ustar`.padEnd(512, '\0') + text.padEnd(512, '\0'));
    const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    return block;
  };
  const tar = joined(entry('set/b/2.bin', 'two'), entry('set/a/1.bin', 'one'), new Uint8Array(1024));
  const parts = [tar.subarray(0, 300), tar.subarray(300, 1500), tar.subarray(1500)];
  const members = await Promise.all(parts.map(gzip));
  const open = (bytes: Uint8Array) =>
    datasets.DatasetFolder(bytes, { loader: (source) => new Response(source as Blob).text(), extensions: ['.bin'] });
  for (const bytes of [await gzip(tar), joined(...members), joined(...members, new Uint8Array(512))]) {
    const set = await open(bytes);
    expect([set.classes, await set.get(0), await set.get(1)]).toEqual([
      ['a', 'b'],
      ['one', 0],
      ['two', 1],
    ]);
  }
  await expect(open(joined(...members, Uint8Array.of(1)))).rejects.toThrow(torch.FileFormatError);
  await expect(open(joined(...members).subarray(0, -5))).rejects.toThrow(torch.FileFormatError);
});

test('a file full of what may begin a member is given up soon', async () => {
  const begins = Uint8Array.from({ length: 400_000 }, (_, i) => [0x1f, 0x8b, 8, 0][i % 4]!);
  let decoders = 0;
  vi.stubGlobal(
    'DecompressionStream',
    class extends DecompressionStream {
      constructor(format: CompressionFormat) {
        super(format);
        decoders++;
      }
    },
  );
  await expect(inflate(begins, 'gzip', () => 1e6, 'x')).rejects.toThrow(torch.FileFormatError);
  expect(decoders).toBe(1);
});
