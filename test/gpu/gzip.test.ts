// Gzip files in a page, whose decoder takes a single member and nothing behind it: they are read as Python and Node read them.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { inflate } from '../../src/io/bytes';

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

test('a file full of what may begin a member is given up soon', async () => {
  const begins = Uint8Array.from({ length: 400_000 }, (_, i) => [0x1f, 0x8b, 8, 0][i % 4]!);
  const start = performance.now();
  await expect(inflate(begins, 'gzip', () => 1e6, 'x')).rejects.toThrow(torch.FileFormatError);
  expect(performance.now() - start).toBeLessThan(5000);
});
