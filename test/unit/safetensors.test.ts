// The safetensors format: PyTorch's own files, round trips, and files that are damaged or malicious.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileFormatError } from '../../src/engine/core/errors';
import { roundToHalf } from '../../src/engine/core/half';
import { memoryReader } from '../../src/torch/io/reader';
import {
  type HostTensor,
  readSafetensors,
  type WritableTensor,
  writeSafetensors,
} from '../../src/torch/io/safetensors/safetensors';

const encoder = new TextEncoder();

const parse = (bytes: Uint8Array, name = 'safetensors') => readSafetensors(memoryReader(bytes, name));
const written = (items: Iterable<readonly [string, WritableTensor]>): Uint8Array =>
  Uint8Array.from(Buffer.concat([...writeSafetensors(items)]));

/** A file out of a header and data, both as given. */
function file(header: unknown, data: readonly number[] = []): Uint8Array {
  const text = encoder.encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: readonly number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const only = async (dtype: string, shape: readonly number[], data: readonly number[]) =>
  (await parse(file({ x: entry(dtype, shape, 0, data.length) }, data))).tensors.get('x')!;

test('reads a file that PyTorch wrote', async () => {
  const { tensors } = await parse(readFileSync(new URL('../fixtures/random.safetensors', import.meta.url)));
  expect(tensors.get('fill-0-1/rand')).toMatchObject({ dtype: 'float32', shape: [1] });
  // torch.manual_seed(0); torch.rand(2)
  expect(tensors.get('fill-0-2/rand')!.data).toEqual(Float32Array.of(0.49625659, 0.76822179));
  expect(tensors.get('fill-42-17/randperm')!.dtype).toBe('int32');
  expect(tensors.get('fill-42-17/randint')!.dtype).toBe('int64');
});

describe('element types', () => {
  test.each([
    ['F16', [0, 0x3c, 0, 0xc0, 1, 0, 0, 0x7c, 0xff, 0x7b], [1, -2, 2 ** -24, Number.POSITIVE_INFINITY, 65504]],
    ['BF16', [0x80, 0x3f, 0x20, 0xc0], [1, -2.5]],
    ['F32', [0, 0, 0xc0, 0x3f], [1.5]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
  ])('%s becomes float32, F16 stays float16', async (dtype, data, values) => {
    const tensor = await only(dtype, [values.length], data);
    expect(tensor.dtype).toBe(dtype === 'F16' ? 'float16' : 'float32');
    expect([...tensor.data]).toEqual(values);
  });

  test.each([
    ['I64', 'int64', [254, 255, 255, 255, 255, 255, 255, 255], [-2]],
    ['I32', 'int32', [254, 255, 255, 255], [-2]],
    ['I16', 'int32', [254, 255], [-2]],
    ['I8', 'int32', [254], [-2]],
    ['U32', 'uint32', [254, 255, 255, 255], [4294967294]],
    ['U8', 'uint8', [254, 1], [254, 1]],
    ['BOOL', 'bool', [1, 0], [1, 0]],
  ])('%s becomes %s', async (from, to, data, values) => {
    const tensor = await only(from, [values.length], data);
    expect(tensor.dtype).toBe(to);
    expect([...tensor.data]).toEqual(values);
  });

  test('half-precision NaN stays NaN', async () => {
    expect((await only('F16', [], [1, 0x7c])).data[0]).toBeNaN();
    expect((await only('BF16', [], [0xc0, 0x7f])).data[0]).toBeNaN();
  });
});

describe('rules of the format', () => {
  const zip = Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 8, 8);
  const oversized = new Uint8Array(16).fill(0xff);
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /expected a safetensors file, but this is an empty file/],
    ['a .pth file', zip, /is a zip archive, as torch\.save in PyTorch writes \.pt and \.pth files.*convert it/],
    ['a pickle', Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9), /is a Python pickle/],
    ['an absurd header', oversized, /ask for a header of 18446744073709551615 bytes/],
    ['a header cut short', file({ x: 1 }).subarray(0, 12), /expected a header of 7 bytes, but only 4 follow/],
    ['a header of text', file('hello'), /does not parse/],
    ['a header that is a list', file('[]'), /expected the header to be a JSON object/],
    ['invalid UTF-8', file('{"x": 1}').fill(0xff, 9, 10), /does not parse/],
    ['an entry that is a number', file({ x: 1 }), /tensor "x": expected an object/],
    [
      'an unknown dtype',
      file({ x: entry('F6_E2M3', [1], 0, 1) }, [0]),
      /expected a dtype among .*F32.* but got "F6_E2M3"/,
    ],
    ['a dtype that every object has', file({ x: entry('toString', [1], 0, 1) }, [0]), /expected a dtype/],
    ['a negative size', file({ x: entry('U8', [-1], 0, 0) }), /expected a shape of whole numbers, but got \[-1\]/],
    ['half a size', file({ x: entry('U8', [0.5], 0, 0) }), /expected a shape/],
    ['sizes beyond 2^53', file({ x: entry('U8', [2 ** 30, 2 ** 30], 0, 4) }, [0, 0, 0, 0]), /takes .* bytes, but/],
    ['offsets in reverse', file({ x: entry('U8', [0], 1, 0) }), /expected data_offsets \[begin, end\]/],
    ['three offsets', file({ x: { dtype: 'U8', shape: [], data_offsets: [0, 1, 2] } }, [0]), /expected data_offsets/],
    [
      'too few bytes',
      file({ x: entry('F32', [2], 0, 4) }, [0, 0, 0, 0]),
      /F32 of shape \[2\] takes 8 bytes, but data_offsets \[0, 4\] hold 4/,
    ],
    [
      'data cut short',
      file({ x: entry('F32', [1], 0, 4) }, [0, 0]),
      /end at byte 4, but the file has 2 bytes of data: it is truncated/,
    ],
    [
      'an overlap',
      file({ x: entry('U8', [2], 0, 2), y: entry('U8', [2], 1, 3) }, [0, 0, 0]),
      /"x" and "y" overlap at byte 1/,
    ],
    [
      'a hole',
      file({ x: entry('U8', [1], 0, 1), y: entry('U8', [1], 2, 3) }, [0, 0, 0]),
      /bytes 1 to 2 of the data belong to no tensor/,
    ],
    ['a tail', file({ x: entry('U8', [1], 0, 1) }, [0, 0]), /take 1 bytes of data, but the file has 2/],
    [
      'metadata of numbers',
      file({ __metadata__: { a: 1 } }),
      /expected __metadata__ to hold strings, but "a" does not/,
    ],
    [
      'an int64 too large',
      file({ x: entry('I64', [1], 0, 8) }, [0, 0, 0, 0, 1, 0, 0, 0]),
      /element 0 is 4294967296, outside the 32-bit range/,
    ],
    ['a bool of 2', file({ x: entry('BOOL', [1], 0, 1) }, [2]), /element 0 is 2, expected 0 or 1/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(parse(bytes, 'w.safetensors')).rejects.toThrowError(FileFormatError);
    await expect(parse(bytes, 'w.safetensors')).rejects.toThrowError(message);
  });

  test('takes scalars, empty tensors, unaligned data and names that objects have', async () => {
    const bytes = file(
      { __proto__x: entry('U8', [], 0, 1), constructor: entry('F32', [1], 1, 5), e: entry('I64', [3, 0], 5, 5) },
      [7, 0, 0, 128, 63],
    );
    const { tensors } = await parse(bytes);
    expect(tensors.get('__proto__x')).toMatchObject({ shape: [], data: Uint32Array.of(7) });
    expect(tensors.get('constructor')!.data).toEqual(Float32Array.of(1));
    expect(tensors.get('e')).toMatchObject({ shape: [3, 0], data: new Int32Array() });
  });
});

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const elements: Record<HostTensor['dtype'], fc.Arbitrary<HostTensor['data']>> = {
  float32: fc.float32Array({ maxLength: 9 }),
  float16: fc.float32Array({ maxLength: 9 }).map((values) => values.map(roundToHalf)),
  int32: fc.array(int32, { maxLength: 9 }).map((values) => Int32Array.from(values)),
  int64: fc.array(int32, { maxLength: 9 }).map((values) => Int32Array.from(values)),
  uint32: fc.uint32Array({ maxLength: 9 }),
  uint8: fc.array(fc.nat(255), { maxLength: 9 }).map((values) => Uint32Array.from(values)),
  bool: fc.array(fc.nat(1), { maxLength: 9 }).map((values) => Uint32Array.from(values)),
};
const tensor = fc
  .constantFrom(...(Object.keys(elements) as HostTensor['dtype'][]))
  .chain((dtype) => elements[dtype].map((data): HostTensor => ({ dtype, shape: [1, data.length], data })));
const named = fc
  .uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), tensor), { selector: ([name]) => name, maxLength: 6 })
  .map((items) => items.filter(([name]) => name !== '__metadata__'));

test('what is written is read back, in order, with the data aligned', async () => {
  await fc.assert(
    fc.asyncProperty(named, async (items) => {
      const bytes = written(items);
      const { tensors, metadata } = await parse(bytes);
      const integerKeysFirst = Object.keys(Object.fromEntries(items));
      expect([...tensors.keys()]).toEqual(integerKeysFirst);
      for (const [name, item] of items) expect(tensors.get(name)).toEqual(item);
      expect(metadata.get('format')).toBe('pt');
      expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
    }),
  );
});

test('damage gives a FileFormatError or other values, never another error', async () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(named, damage, fc.option(fc.nat()), async (items, changes, cut) => {
      let bytes = written(items);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      if (cut !== null) bytes = bytes.subarray(0, cut % bytes.length);
      try {
        await parse(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(FileFormatError);
      }
    }),
    { numRuns: 500 },
  );
});
