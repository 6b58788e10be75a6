import { beforeEach, expect, test } from 'vitest';
import { type Allocation, Memory } from '../../src/engine/gpu/memory';

let sizes: number[];
let memory: Memory;

beforeEach(() => {
  sizes = [];
  const device = {
    limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
    createBuffer({ size }: GPUBufferDescriptor) {
      sizes.push(size);
      return { size, destroy() {} };
    },
    pushErrorScope() {},
    popErrorScope: async () => null,
  };
  memory = new Memory(device as unknown as GPUDevice, () => {});
});

/** That many values, none of which is given back. */
const hold = (count: number, bytes: number): Allocation[] =>
  Array.from({ length: count }, () => memory.allocate(bytes));

test.each([
  [4, 512],
  [2560, 4096],
  [18_432, 18_432],
  [32_768, 32_768],
  [65_536, 65_536],
])('one value of %i bytes takes a page of %i', (bytes, page) => {
  hold(1, bytes);
  expect(sizes).toEqual([page]);
});

test.each([
  [4, 33, 250],
  [4, 300, 4000],
  [100, 17, 250],
  [100, 300, 4000],
  [2560, 33, 200],
  [18_432, 33, 20],
])(
  'values of %i bytes make their pages with the first %i that are kept, and none for the %i after',
  (bytes, first, more) => {
    hold(first, bytes);
    const pages = sizes.length;
    hold(more, bytes);
    expect(sizes).toHaveLength(pages);
  },
);

test('values of a loop of hundreds of scalars fit into 4 kB, of thousands into 64', () => {
  hold(250, 4);
  expect(sizes).toEqual([512, 4096]);
  hold(4000, 4);
  expect(sizes).toEqual([512, 4096, 65_536]);
});

test('values that come at once, as weights do, take the room that they need', () => {
  const weights = [...Array<number>(40).fill(2304), ...Array<number>(25).fill(36_864), 40];
  memory.reserve(weights);
  expect(sizes).toEqual([40 * 4096, 25 * 36_864, 512]);
  memory.reserve(weights);
  const held = weights.map((bytes) => memory.allocate(bytes));
  expect(sizes).toHaveLength(3);
  for (const allocation of held) memory.free(allocation);
  memory.reserve(weights);
  hold(40, 2304);
  expect(sizes).toHaveLength(3);
});

test('no two values overlap, and all begin at multiples of 16 bytes', () => {
  const all = [4, 20, 300, 5000, 18_432, 40_000].flatMap((bytes) => hold(40, bytes));
  for (const { offset } of all) expect(offset % 16).toBe(0);
  const ends = new Map<GPUBuffer, number>();
  for (const { buffer, offset, bytes } of all.sort((a, b) => a.offset - b.offset)) {
    expect(offset).toBeGreaterThanOrEqual(ends.get(buffer) ?? 0);
    ends.set(buffer, offset + bytes);
    expect(offset + bytes).toBeLessThanOrEqual(buffer.size);
  }
});

test('what is given back is lent again', () => {
  for (const allocation of hold(32, 4)) memory.free(allocation);
  hold(32, 4);
  expect(sizes).toEqual([512]);
});
