// The library's own decoder of deflate, beside zlib's: what a platform's decoder refuses is read by it, and by Python.
import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { joined } from '../../src/torch/io/bytes';
import { CutShort, inflated } from '../../src/torch/io/inflate';

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function all(bytes: Uint8Array, format: 'gzip' | 'deflate' | 'deflate-raw', length = 999): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of inflated(inPieces(bytes, length), format)) parts.push(part);
  return Buffer.from(
    joined(
      parts,
      parts.reduce((sum, part) => sum + part.length, 0),
    ),
  );
}

/** Numbers that look like random ones, of which `levels` differ. */
function noise(length: number, levels: number): Buffer {
  const out = Buffer.alloc(length);
  for (let i = 0, x = 1; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    out[i] = ((x >>> 16) % levels) * 7;
  }
  return out;
}

const contents = [
  Buffer.alloc(0),
  Buffer.from('a'),
  // Longer than the window of 32 kB.
  Buffer.from('abc'.repeat(12_000)),
  Buffer.alloc(70_000),
  noise(40_000, 256),
  noise(70_000, 3),
  Buffer.concat([noise(40_000, 30), noise(40_000, 30)]),
];

test('every level and strategy, in pieces of any length', async () => {
  for (const raw of contents) {
    for (const level of [0, 1, 6, 9]) {
      for (const strategy of [
        constants.Z_DEFAULT_STRATEGY,
        constants.Z_HUFFMAN_ONLY,
        constants.Z_RLE,
        constants.Z_FIXED,
      ]) {
        // Of other strategies one level: what they write differs in lengths alone from level to level.
        if (strategy !== constants.Z_DEFAULT_STRATEGY && level !== 6) continue;
        const options = { level, strategy };
        expect(raw.equals(await all(deflateRawSync(raw, options), 'deflate-raw', 1 << level))).toBe(true);
        if (strategy !== constants.Z_DEFAULT_STRATEGY) continue;
        expect(raw.equals(await all(deflateSync(raw, options), 'deflate'))).toBe(true);
        expect(raw.equals(await all(gzipSync(raw, options), 'gzip'))).toBe(true);
      }
    }
  }
});

test('a stream that is cut short says so wherever it is cut, and gives no byte that it has not', async () => {
  const raw = noise(400, 40);
  for (const level of [0, 9]) {
    const whole = deflateSync(raw, { level });
    for (let cut = 2; cut < whole.length; cut++) {
      const parts: Uint8Array[] = [];
      const read = async () => {
        for await (const part of inflated(inPieces(whole.subarray(0, cut), 7), 'deflate')) parts.push(part);
      };
      await expect(read()).rejects.toThrow(CutShort);
      const got = Buffer.concat(parts);
      expect(raw.subarray(0, got.length).equals(got)).toBe(true);
    }
  }
});

test('bytes behind a stream are not looked at, and wrong sums are', async () => {
  const raw = Buffer.from('hello hello hello');
  const junk = Buffer.from('junk');
  expect(String(await all(Buffer.concat([deflateSync(raw), junk]), 'deflate'))).toBe(String(raw));
  expect(String(await all(Buffer.concat([deflateRawSync(raw), junk]), 'deflate-raw', 1))).toBe(String(raw));
  const twice = Buffer.concat([gzipSync(raw), gzipSync(raw), Buffer.alloc(700)]);
  expect(String(await all(twice, 'gzip', 3))).toBe(String(raw).repeat(2));
  await expect(all(Buffer.concat([twice, junk]), 'gzip')).rejects.toThrow(/damaged/);
  for (const back of [1, 5]) {
    const wrong = gzipSync(raw);
    wrong[wrong.length - back]! ^= 1;
    await expect(all(wrong, 'gzip')).rejects.toThrow(/damaged/);
  }
  const wrong = deflateSync(raw);
  wrong[wrong.length - 1]! ^= 1;
  await expect(all(wrong, 'deflate')).rejects.toThrow(/damaged/);
});

test('a gzip header with every field', async () => {
  const whole = gzipSync('contents');
  const fields = Buffer.from([3, 0, 1, 2, 3, ...Buffer.from('name\0comment\0'), 9, 9]);
  const flagged = Buffer.concat([whole.subarray(0, 10), fields, whole.subarray(10)]);
  flagged[3] = 2 | 4 | 8 | 16;
  expect(String(await all(flagged, 'gzip', 1))).toBe('contents');
});

test('damage ends in an error or other contents, never in a hang', async () => {
  const whole = deflateRawSync(noise(3000, 60));
  for (let at = 0; at < whole.length; at += 13) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1 << (at % 8);
    await all(damaged, 'deflate-raw').catch((error: unknown) => expect(error).toBeInstanceOf(Error));
  }
});
