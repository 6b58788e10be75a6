// NumPy's files: every type, order, version and shape as NumPy writes them, our own as NumPy does, and damaged ones.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import type { HostNumbers } from '../../src/engine/graph/value';
import { elementsAsBytes } from '../../src/torch/io/elements';
import { isNpy, readNpy, writeNpy } from '../../src/torch/io/npy/npy';
import { PythonTuple, parsePythonLiteral } from '../../src/torch/io/pickle/python-literal';
import { memoryReader, type Reader } from '../../src/torch/io/reader';
import fixture from '../fixtures/arrays.json' with { type: 'json' };
import { checkNpy } from '../fuzz/checks';

type Written = number | boolean | string;

interface Case {
  readonly name: string;
  readonly dtype: torch.DType;
  readonly shape: number[];
  readonly values: Written[];
  readonly base64: string;
  /** Whether ours are the same bytes. */
  readonly written?: boolean;
}

const cases = fixture.cases as readonly Case[];
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const file = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../fixtures/arrays/${name}`, import.meta.url)));
const read = (bytes: Uint8Array, rows?: [number, number]) => readNpy(memoryReader(bytes, 'x.npy'), rows ?? null);

/** As a tensor holds them. */
const held = (values: readonly Written[]): number[] =>
  values.map((value) => (typeof value === 'string' ? Number(value.replace('inf', 'Infinity')) : Number(value)));

/** A file of version 1 with that header. */
function npy(header: string, data: readonly number[] = [], version = [1, 0]): Uint8Array {
  const text = [...header].map((letter) => letter.charCodeAt(0));
  return Uint8Array.of(
    0x93,
    ...[...'NUMPY'].map((letter) => letter.charCodeAt(0)),
    ...version,
    text.length & 255,
    text.length >> 8,
    ...text,
    ...data,
  );
}

const headerOf = (descr: string, shape: string, order = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

test.each(cases)('$name is read', async ({ base64, dtype, shape, values }) => {
  const array = await read(bytesOf(base64));
  expect([array.dtype, array.shape]).toEqual([dtype, shape]);
  expect([...array.data]).toEqual(held(values));
});

test.each(cases.filter(({ written }) => written))(
  '$name is written as NumPy does, byte by byte',
  ({ base64, dtype, shape, values }) => {
    const pieces = [...writeNpy({ dtype, shape }, elementsAsBytes(dtype, held(values)))];
    expect(Buffer.concat(pieces).toString('base64')).toBe(base64);
  },
);

test('contents at an odd byte, and in pieces, are read', async () => {
  const odd = new Uint8Array(101);
  const bytes = npy(headerOf("'<f4'", '(1,)').padEnd(70), [0, 0, 0xc0, 0x3f]);
  odd.set(bytes, 1);
  expect([...(await read(odd.subarray(1, 1 + bytes.length))).data]).toEqual([1.5]);
  const large = new Uint16Array(5_000_000).map((_, i) => i);
  const pieces = [...writeNpy({ dtype: 'uint8', shape: [large.length] }, new Uint8Array(large.buffer))];
  const header = Buffer.from(pieces[0]!).toString('latin1').replace('|u1', '<u2');
  const { data, dtype } = await read(Buffer.concat([Buffer.from(header, 'latin1'), pieces[1]!]));
  expect(dtype).toBe('int32');
  expect(data.length).toBe(large.length);
  expect([65535, 65536, 4_999_999].map((i) => data[i])).toEqual([65535, 0, 4_999_999 % 65536]);
});

test('the last counts where a key comes twice, as in Python', async () => {
  const bytes = npy(`{'descr': '<f4', 'shape': (4,), ${headerOf("'<i2'", '(1, 2)').slice(1)}`, [1, 2, 3, 4]);
  const array = await read(bytes);
  expect([array.dtype, array.shape, [...array.data]]).toEqual(['int32', [1, 2], [0x201, 0x403]]);
  checkNpy(bytes, torch.tensor([...array.data]).reshape(1, 2));
});

describe('rows', () => {
  test.each(['shape-cube', 'fortran-cube', 'f2-big', 'shape-line'])('of %s alone', async (name) => {
    const { base64, shape, values } = cases.find((one) => one.name === name)!;
    const row = values.length / shape[0]!;
    const { data, shape: part } = await read(bytesOf(base64), [1, 2]);
    expect(part).toEqual([1, ...shape.slice(1)]);
    expect([...data]).toEqual(held(values.slice(row, 2 * row)));
  });

  test('read no other bytes', async () => {
    const bytes = Buffer.concat([...writeNpy({ dtype: 'uint8', shape: [10_000, 784] }, new Uint8Array(7_840_000))]);
    let count = 0;
    const reader = memoryReader(bytes, 'x.npy');
    const counting: Reader = {
      ...reader,
      read: (start, end) => {
        count += end - start;
        return reader.read(start, end);
      },
    };
    expect((await readNpy(counting, [500, 510])).shape).toEqual([10, 784]);
    expect(count).toBeLessThan(7840 + 200);
  });

  test.each([[[2, 1]], [[0, 4]], [[-1, 2]], [[0.5, 1]]])('%j of three are refused', async (rows) => {
    await expect(read(npy(headerOf("'|u1'", '(3,)'), [1, 2, 3]), rows as [number, number])).rejects.toThrowError(
      torch.ArgumentError,
    );
  });
});

describe('what no tensor holds is refused by name', () => {
  const words: Record<string, RegExp> = {
    complex: /"<c8" \(complex numbers/,
    structured: /structured array/,
    strings: /"<U2" \(strings/,
    bytes: /"\|S1" \(byte strings/,
    dates: /\(dates/,
    durations: /\(durations/,
    void: /"\|V3" \(raw bytes/,
    'long double': /"<f16" \(floats of a size/,
    objects: /"\|O" \(Python objects/,
    'int64 beyond 32 bits': /element 1 is 2147483648, outside the 32-bit range that int64/,
    'uint64 beyond 32 bits': /element 0 is 18446744073709551615, outside the 32-bit range/,
  };
  test.each(Object.entries(fixture.refused))('%s', async (name, base64) => {
    await expect(read(bytesOf(base64))).rejects.toThrowError(torch.FileFormatError);
    await expect(read(bytesOf(base64))).rejects.toThrowError(words[name]);
  });
});

describe('damaged files', () => {
  const u1 = "'|u1'";
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /it does not begin as one/],
    ['half a prefix', npy('').subarray(0, 7), /cut short/],
    ['version 4', npy(headerOf(u1, '(1,)'), [1], [4, 0]), /version 1\.0, 2\.0 or 3\.0 .* got 4\.0/],
    ['half a header', npy(headerOf(u1, '(1,)')).subarray(0, 40), /header is cut short/],
    ['too little data', npy(headerOf(u1, '(2, 3)'), [1, 2, 3, 4, 5]), /takes 6 bytes, but 5 follow/],
    [
      'an absurd shape',
      npy(headerOf("'<f8'", '(4294967296, 4294967296)')),
      /takes 147573952589676410000 bytes, but 0 follow/,
    ],
    ['a size beyond 2^53', npy(headerOf(u1, '(0, 99999999999999999999)')), /a shape that is a tuple of sizes/],
    ['a negative size', npy(headerOf(u1, '(-1,)')), /a tuple of sizes/],
    ['a shape in brackets alone', npy(headerOf(u1, '(6)'), [1, 2, 3, 4, 5, 6]), /a tuple of sizes/],
    ['a shape of a list', npy(headerOf(u1, '[1]'), [1]), /a tuple of sizes/],
    ['too many dimensions', npy(headerOf(u1, `(${'1,'.repeat(65)})`), [1]), /at most 64 dimensions/],
    ['another key', npy("{'descr': '|u1', 'fortran_order': False, 'shape': (), 'x': 1}", [1]), /and nothing else/],
    ['a key missing', npy("{'descr': '|u1', 'shape': ()}", [1]), /descr, fortran_order, shape/],
    ['a list', npy('[1]', [1]), /and nothing else/],
    ['a call', npy("__import__('os').system('ls')"), /Python literal/],
    ['an order of 1', npy(headerOf(u1, '()', '1'), [1]), /True or False/],
    ['a type of three bytes', npy(headerOf("'<i3'", '()'), [1, 1, 1]), /but got "<i3"/],
    ['a name of every object', npy(headerOf("'toString'", '()'), [1]), /but got "toString"/],
    ['brackets without end', npy(`${'('.repeat(5000)}`), /at most 32 levels/],
    [
      'a header of 16 MB',
      Uint8Array.of(...npy('', [], [2, 0]).subarray(0, 8), 0, 0, 0, 1, 0, 0),
      /at most 1048576 bytes/,
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrowError(torch.FileFormatError);
    await expect(read(bytes)).rejects.toThrowError(message);
  });

  test('what follows the array is left alone, as NumPy does', async () => {
    expect([...(await read(npy(headerOf(u1, '(2,)'), [1, 2, 3]))).data]).toEqual([1, 2]);
  });
});

test('Python literals', () => {
  expect(parsePythonLiteral(" {'a': (1, 2L,), u\"b\": [True, None, -0x10], 'c': (3), 'd': ()} ")).toEqual(
    new Map<string, unknown>([
      ['a', new PythonTuple([1n, 2n])],
      ['b', [true, null, -16n]],
      ['c', 3n],
      ['d', new PythonTuple([])],
    ]),
  );
  for (const text of ['', '1 2', '(1', '{1}', "'a", 'x', '1.5', '1,', '{1: 2,,}', '[,]']) {
    expect(() => parsePythonLiteral(text), text).toThrowError(SyntaxError);
  }
});

test('isNpy tells the beginning of a file', () => {
  expect([isNpy(npy('')), isNpy(Uint8Array.of(0x93)), isNpy(new Uint8Array(8))]).toEqual([true, false, false]);
});

describe('torch.load and torch.save', () => {
  const contents = async (loaded: Record<string, torch.Tensor>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(loaded).map(async ([name, tensor]) => [
          name,
          { dtype: tensor.dtype, shape: tensor.shape, values: hostOf(tensor) },
        ]),
      ),
    );
  /** What a tensor was made of, without a device. */
  const hostOf = (tensor: torch.Tensor): number[] => [...(tensor.value.host as HostNumbers)];

  test.each(['stored.npz', 'compressed.npz'])('%s', async (name) => {
    const loaded = await torch.load(file(name));
    expect(Object.keys(loaded)).toEqual(fixture.npz.map((array) => array.name));
    const dtypes: Record<string, torch.DType> = { 'a/b': 'int64', ['__proto__']: 'uint8' };
    const wanted = fixture.npz.map(({ name: key, shape, values }) => [
      key,
      { dtype: Object.hasOwn(dtypes, key) ? dtypes[key] : 'float32', shape, values: held(values as Written[]) },
    ]);
    expect(Object.entries(await contents(loaded))).toEqual(wanted);
    const some = await torch.load(file(name), { only: ['a/', 'weight'] });
    expect(Object.keys(some)).toEqual(['weight', 'a/b']);
  });

  test('an empty archive holds no arrays', async () => {
    expect(await torch.load(file('empty.npz'))).toEqual({});
  });

  test('an array is a tensor, rows too', async () => {
    const { base64, values } = cases.find(({ name }) => name === 'f4-little')!;
    const tensor = await torch.load<torch.Tensor>(bytesOf(base64));
    expect([tensor.shape, hostOf(tensor)]).toEqual([[2, 3], held(values)]);
    expect((await torch.load<torch.Tensor>(bytesOf(base64), { rows: [0, 1] })).shape).toEqual([1, 3]);
    await expect(torch.load(bytesOf(base64), { only: 'a' })).rejects.toThrowError(/has no name; leave only out/);
    const other = torch.load(new TextEncoder().encode('12345678{}'), { rows: [0, 1] });
    await expect(other).rejects.toThrowError(/expected a NumPy array to read rows of/);
  });

  test('what is saved as NumPy must be tensors', async () => {
    await expect(torch.saveBytes({ x: torch.ones(1) }, 'x.npy')).rejects.toThrowError(
      /expected a tensor for an \.npy file, but got an object; save several as \.npz/,
    );
    await expect(torch.saveBytes(torch.ones(1), { format: 'npz' })).rejects.toThrowError(
      /expected an object of tensors/,
    );
    await expect(torch.saveBytes({ x: 1 } as never, 'x.npz')).rejects.toThrowError(
      /expected a tensor for "x", but got number 1/,
    );
    await expect(torch.saveBytes({}, { format: 'csv' as never })).rejects.toThrowError(torch.ArgumentError);
    await expect(torch.saveBytes({}, NaN as never)).rejects.toThrowError(
      /^torch\.saveBytes: expected a name such as 'x\.pt', or options, but got number NaN$/,
    );
  });
});
