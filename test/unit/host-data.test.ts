// Checks how data written by users becomes elements, a shape and a dtype; PyTorch's `torch.tensor` is the measure.
import { expect, test } from 'vitest';
import { type NestedData, readHostData } from '../../src/engine/storage/host-data';

const read = (data: NestedData, dtype?: Parameters<typeof readHostData>[2]) => {
  const { data: elements, ...meta } = readHostData('tensor', data, dtype);
  return { ...meta, elements: [...elements] };
};

test.each<[NestedData, string, number[], number[]]>([
  [3, 'int64', [], [3]],
  [2.5, 'float32', [], [2.5]],
  [true, 'bool', [], [1]],
  [[], 'float32', [0], []],
  [[[], []], 'float32', [2, 0], []],
  [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    'int64',
    [3, 2],
    [1, 2, 3, 4, 5, 6],
  ],
  [[1, 2.5], 'float32', [2], [1, 2.5]],
  [[1, Number.POSITIVE_INFINITY], 'float32', [2], [1, Number.POSITIVE_INFINITY]],
  [[true, false], 'bool', [2], [1, 0]],
  [[true, 2], 'int64', [2], [1, 2]],
  [[true, 0.5], 'float32', [2], [1, 0.5]],
  [new Uint8Array([1, 255]), 'uint8', [2], [1, 255]],
  [new Int32Array([-1]), 'int32', [1], [-1]],
  [new Int16Array([-1]), 'int32', [1], [-1]],
  [new Uint32Array([2 ** 32 - 1]), 'uint32', [1], [2 ** 32 - 1]],
  [new Float64Array([1, 2]), 'float32', [2], [1, 2]],
  [new BigInt64Array([5n, -5n]), 'int64', [2], [5, -5]],
  [[new Float32Array([1, 2]), new Float32Array([3, 4])], 'float32', [2, 2], [1, 2, 3, 4]],
  [[new Uint8Array([1]), new Uint8Array([3])], 'uint8', [2, 1], [1, 3]],
])('%s is %s', (data, dtype, shape, elements) => {
  expect(read(data)).toEqual({ dtype, shape, elements });
});

test('a given dtype converts: fractions are cut off, uint8 wraps negatives, bool asks for non-zero', () => {
  expect(read([1.5, -2.7], 'int64').elements).toEqual([1, -2]);
  expect(read([-1, 255], 'uint8').elements).toEqual([255, 255]);
  expect(read([2.5, Number.NaN, 0], 'bool').elements).toEqual([1, 1, 0]);
  expect(read([true, 3], 'float32').elements).toEqual([1, 3]);
});

test('typed arrays are copied', () => {
  const source = new Float32Array([1, 2]);
  const { data } = readHostData('tensor', source);
  source[0] = 9;
  expect(data[0]).toBe(1);
});

test.each<[NestedData, RegExp]>([
  [[[1, 2], [3]], /tensor: expected a sequence of length 2 at \[1\], but got length 1/],
  [
    [
      [[1], [2]],
      [[3], [4, 5]],
    ],
    /expected a sequence of length 1 at \[1, 1\], but got length 2/,
  ],
  [[[1, 2], 3], /expected a sequence of length 2 at \[1\], but got 3/],
  [[1, [2]], /expected a number at \[1\], but got a sequence of length 1/],
  [[1, 2 ** 31], /from -2147483648 to 2147483647 for int64 \(int64 is held in 32 bits\), but got 2147483648 at \[1\]/],
  [new BigInt64Array([1n, 2n ** 40n]), /but got 1099511627776 at \[1\]/],
  ['text' as unknown as NestedData, /expected numbers, booleans or arrays of them, but got string/],
  [[null] as unknown as NestedData, /at \[0\], but got null/],
])('%s is refused', (data, message) => {
  expect(() => read(data)).toThrow(message);
});

test('numbers beyond a given dtype are refused', () => {
  expect(() => read([[300]], 'uint8')).toThrow(/for uint8, but got 300 at \[0, 0\]/);
  expect(() => read([Number.NaN], 'int32')).toThrow(/but got NaN at \[0\]/);
});
