// Pictures on the host: the PNG reader, and how numbers become colours.
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ArgumentError, FileFormatError, ShapeError } from '../../src/errors';
import { colorize } from '../../src/vision/colormap';
import { decodePng } from '../../src/vision/png';

const { read } = ReadableStreamDefaultReader.prototype;

const samplesByType: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Picture {
  type: number;
  width: number;
  rows: number[][];
  filters: number[];
  palette?: number[];
}

/** A PNG file with the given filter for each row; checksums are left zero, since the reader relies on zlib's. `behind` zeros follow the pixels, `empty` parts of them hold nothing. */
function encode(
  { type, width, rows, filters, palette }: Picture,
  { depth = 8, interlace = 0, behind = 0, empty = 0 } = {},
): Uint8Array {
  const samples = samplesByType[type]!;
  const at = (row: number, i: number) => (i < 0 ? 0 : (rows[row]?.[i] ?? 0));
  const lines = rows.flatMap((row, y) => {
    const filter = filters[y]!;
    const filtered = row.map((value, i) => {
      const [left, up, corner] = [at(y, i - samples), at(y - 1, i), at(y - 1, i - samples)];
      const p = left + up - corner;
      const nearest = [left, up, corner].sort((a, b) => Math.abs(p - a) - Math.abs(p - b))[0]!;
      return (value - [0, left, up, Math.floor((left + up) / 2), nearest][filter]!) & 255;
    });
    return [filter, ...filtered];
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([depth, type, 0, 0, interlace], 8);
  const data = deflateSync(Buffer.concat([Uint8Array.from(lines), Buffer.alloc(behind)]));
  const chunk = (name: string, content: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, Buffer.from(name), content, Buffer.alloc(4)]);
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Uint8Array.from(palette))] : []),
    chunk('IDAT', data.subarray(0, 5)),
    ...new Array<Buffer>(empty).fill(chunk('IDAT', new Uint8Array())),
    chunk('IDAT', data.subarray(5)),
    chunk('IEND', new Uint8Array()),
  ]);
}

const picture = fc
  .record({
    type: fc.constantFrom(0, 2, 4, 6),
    width: fc.integer({ min: 1, max: 5 }),
    height: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ type, width, height }) => {
    const length = width * samplesByType[type]!;
    const row = fc.array(fc.nat(255), { minLength: length, maxLength: length });
    return fc.record({
      type: fc.constant(type),
      width: fc.constant(width),
      rows: fc.array(row, { minLength: height, maxLength: height }),
      filters: fc.array(fc.nat(4), { minLength: height, maxLength: height }),
    });
  });

describe('PNG', () => {
  test('every filter and colour type is read back', async () => {
    await fc.assert(
      fc.asyncProperty(picture, async (p) => {
        const { width, height, rgb } = await decodePng(encode(p));
        const samples = samplesByType[p.type]!;
        const expected = p.rows.flatMap((row) =>
          Array.from({ length: p.width }, (_, x) =>
            [0, 1, 2].map((c) => row[x * samples + (samples >= 3 ? c : 0)]!),
          ).flat(),
        );
        expect([width, height, [...rgb]]).toEqual([p.width, p.rows.length, expected]);
      }),
    );
  });

  test('a palette is looked up', async () => {
    const p = { type: 3, width: 2, rows: [[1, 0]], filters: [0], palette: [1, 2, 3, 4, 5, 6] };
    expect([...(await decodePng(encode(p))).rgb]).toEqual([4, 5, 6, 1, 2, 3]);
    await expect(decodePng(encode({ ...p, rows: [[2, 0]] }))).rejects.toThrowError(/colour 2 is not in the palette/);
  });

  test('costs no more than its header and its bytes allow', async () => {
    const p = { type: 0, width: 1, rows: [[5]], filters: [0] };
    let inflated = 0;
    const enqueued = vi.spyOn(ReadableStreamDefaultReader.prototype, 'read').mockImplementation(async function (
      this: ReadableStreamDefaultReader<Uint8Array>,
    ) {
      const next = await read.call(this);
      inflated += next.value?.length ?? 0;
      return next;
    });
    expect([...(await decodePng(encode(p, { behind: 2 ** 24 }))).rgb]).toEqual([5, 5, 5]);
    enqueued.mockRestore();
    expect(inflated).toBeGreaterThan(0);
    expect(inflated).toBeLessThan(2 ** 20);
    // Copying all earlier parts for each would take over a minute.
    expect([...(await decodePng(encode(p, { empty: 60_000 }))).rgb]).toEqual([5, 5, 5]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['another file', Uint8Array.of(1, 2, 3), /expected a PNG picture/],
    ['a truncated file', encode({ type: 0, width: 2, rows: [[1, 2]], filters: [0] }).subarray(0, 50), /truncated/],
    ['16 bits', encode({ type: 0, width: 1, rows: [[1]], filters: [0] }, { depth: 16 }), /expected 8 bits a channel/],
    ['interlacing', encode({ type: 0, width: 1, rows: [[1]], filters: [0] }, { interlace: 1 }), /interlaced/],
    [
      'missing rows',
      encode({ type: 0, width: 9, rows: [[1]], filters: [0] }),
      /expected 10 bytes of pixels, but got 2/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(decodePng(bytes, 'a.png')).rejects.toThrowError(FileFormatError);
    await expect(decodePng(bytes, 'a.png')).rejects.toThrowError(message);
  });

  test('damage gives a FileFormatError or another picture, never another error', async () => {
    const whole = encode({
      type: 2,
      width: 2,
      rows: [
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 1, 2, 3],
      ],
      filters: [1, 4],
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, value, cut) => {
        const bytes = Uint8Array.from(whole).subarray(0, cut);
        if (at < cut) bytes[at] = value;
        await decodePng(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(FileFormatError));
      }),
      { numRuns: 300 },
    );
  });
});

describe('colours', () => {
  const gray = { cmap: 'gray', vmin: null, vmax: null } as const;
  const pixel = (rgba: ArrayLike<number>, i: number) => Array.from({ length: 4 }, (_, c) => rgba[4 * i + c]);

  test('floats go from their smallest to their largest value', () => {
    const { width, height, rgba } = colorize(
      [-1, 0, 1, Number.NaN, Number.POSITIVE_INFINITY, 1],
      [2, 3],
      'float32',
      gray,
    );
    expect([width, height]).toEqual([3, 2]);
    expect([0, 1, 2, 4].map((i) => pixel(rgba, i)[0])).toEqual([0, 128, 255, 255]);
    expect(pixel(rgba, 3)[3]).toBe(0);
  });

  test('bytes keep their values, vmin and vmax stretch them, and equal values are dark', () => {
    expect([...colorize([7, 200], [1, 2], 'uint8', gray).rgba]).toEqual([7, 7, 7, 255, 200, 200, 200, 255]);
    expect(colorize([100, 200], [1, 2], 'uint8', { ...gray, vmin: 100, vmax: 300 }).rgba[4]).toBe(128);
    expect(pixel(colorize([3, 3], [1, 2], 'float32', gray).rgba, 1)).toEqual([0, 0, 0, 255]);
  });

  test('channels come first or last', () => {
    const first = colorize([0, 50, 100, 150, 200, 255], [3, 1, 2], 'uint8', gray);
    const last = colorize([0, 100, 200, 50, 150, 255], [1, 2, 3], 'uint8', gray);
    expect([...first.rgba]).toEqual([0, 100, 200, 255, 50, 150, 255, 255]);
    expect(last).toEqual(first);
    expect(colorize([5], [1, 1, 1], 'uint8', gray).rgba[0]).toBe(5);
  });

  test('maps begin and end with their published colours', () => {
    const ends = (cmap: 'viridis' | 'Reds') => {
      const { rgba } = colorize([0, 1], [1, 2], 'float32', { ...gray, cmap });
      return [pixel(rgba, 0), pixel(rgba, 1)];
    };
    expect(ends('viridis')).toEqual([
      [68, 1, 84, 255],
      [253, 231, 37, 255],
    ]);
    expect(ends('Reds')).toEqual([
      [255, 245, 240, 255],
      [103, 0, 13, 255],
    ]);
  });

  test('other shapes and unknown maps are refused', () => {
    expect(() => colorize([1], [1], 'float32', gray)).toThrowError(ShapeError);
    expect(() => colorize([], [0, 3], 'float32', gray)).toThrowError(/at least one pixel, but got shape \[0, 3\]/);
    expect(() => colorize([1, 1, 1, 1], [4, 1, 1, 1], 'float32', gray)).toThrowError(ShapeError);
    expect(() => colorize([1], [1, 1], 'float32', { ...gray, cmap: 'jet' as 'gray' })).toThrowError(ArgumentError);
  });
});
