// Proves that what a snapshot copies arrives whole, through staging buffers far below the limits that are used again.
import { expect, test } from 'vitest';
import { COPIED_AT_ONCE, Copier } from '../../src/engine/gpu/copier';
import { Queue } from '../../src/engine/gpu/queue';

const MEBIBYTE = 2 ** 20;

/** Fills with whole numbers, one after another. A call for each of millions would take seconds. */
function count(words: Uint32Array<ArrayBuffer>, first: number): Uint32Array<ArrayBuffer> {
  for (let i = 0; i < words.length; i++) words[i] = first + i;
  return words;
}

/** A device that does nothing but copy, as soon as it is asked to. */
function copyingDevice() {
  const made: number[] = [];
  let submits = 0;
  const bufferOf = (size: number) => {
    const bytes = new Uint8Array(size);
    return {
      size,
      bytes,
      mapAsync: async () => {},
      getMappedRange: (from: number, count: number) => bytes.slice(from, from + count).buffer,
      unmap() {},
      destroy() {},
    };
  };
  type Buffer = ReturnType<typeof bufferOf>;
  const device = {
    pushErrorScope() {},
    popErrorScope: async () => null,
    createCommandEncoder: () => ({
      copyBufferToBuffer(from: Buffer, at: number, to: Buffer, place: number, count: number) {
        to.bytes.set(from.bytes.subarray(at, at + count), place);
      },
      finish: () => ({}),
    }),
    queue: {
      submit() {
        submits++;
      },
      onSubmittedWorkDone: async () => {},
    },
  };
  const memory = {
    createBuffer(size: number) {
      made.push(size);
      return bufferOf(size);
    },
    destroyBuffer() {},
    queue: new Queue(device as unknown as GPUDevice),
  };
  const source = { device, memory, orLost: <T>(promise: Promise<T>) => promise };
  const copier = new Copier(source as unknown as ConstructorParameters<typeof Copier>[0]);
  const place = (bytes: number, offset: number, first: number) => {
    const buffer = bufferOf(offset + bytes);
    count(new Uint32Array(buffer.bytes.buffer), first);
    return { buffer: buffer as unknown as GPUBuffer, offset, bytes };
  };
  return { copier, place, made, submits: () => submits };
}

const wordsFrom = (offset: number, bytes: number, first: number) =>
  count(new Uint32Array(bytes / 4), first + offset / 4);

test('values of all sizes arrive whole, and the second copy makes no buffers, on the host neither where it is given the first', async () => {
  const { copier, place, made, submits } = copyingDevice();
  const sizes = [4, 5 * MEBIBYTE + 8, 0, 12, 4 * MEBIBYTE - 16, 4 * MEBIBYTE];
  const places = sizes.map((bytes, i) => place(bytes, 256 * i, 1000 * i));
  let room: readonly ArrayBuffer[] = [];
  for (let round = 0; round < 3; round++) {
    const { contents } = await copier.copy(places, room).copied;
    if (round > 0) expect(contents.map((data, i) => data === room[i])).toEqual(sizes.map(() => true));
    room = contents;
    contents.forEach((data, i) => {
      expect(Buffer.compare(Buffer.from(data), Buffer.from(wordsFrom(256 * i, sizes[i]!, 1000 * i).buffer))).toBe(0);
    });
    expect(submits()).toBe(round + 1);
    expect(made).toHaveLength(4);
  }
  expect(Math.max(...made)).toBe(4 * MEBIBYTE);
});

test('memory of another size is let be', async () => {
  const { copier, place } = copyingDevice();
  const room = [new ArrayBuffer(8), null, new ArrayBuffer(12)];
  const { contents } = await copier.copy([place(12, 0, 1), place(12, 0, 2), place(12, 0, 3)], room).copied;
  expect(contents.map((data, i) => data === room[i])).toEqual([false, false, true]);
  expect(contents.map((data) => [...new Uint32Array(data)])).toEqual([
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
  ]);
});

test('what is too much for one go is copied in several, through no more staging memory than two of them', async () => {
  const { copier, place, made, submits } = copyingDevice();
  const bytes = 1.5 * COPIED_AT_ONCE;
  const { encoded, copied } = copier.copy([place(bytes, 0, 7)]);
  await encoded;
  expect(submits()).toBe(3);
  const [data] = (await copied).contents;
  expect(Buffer.compare(Buffer.from(data!), Buffer.from(wordsFrom(0, bytes, 7).buffer))).toBe(0);
  expect(made.reduce((sum, size) => sum + size, 0)).toBe(COPIED_AT_ONCE);
});
