// Pictures on the host: the PNG reader, and how numbers become colours.
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { type ColormapName, colorize } from '../../src/doors/draw/colormap';
import { decodeBmp } from '../../src/doors/vision/pictures/bmp';
import { decodeWithSharp } from '../../src/doors/vision/pictures/decode';
import { decodeJpeg } from '../../src/doors/vision/pictures/jpeg/decode-jpeg';
import { decodePng } from '../../src/doors/vision/pictures/png';
import { decodePnm } from '../../src/doors/vision/pictures/pnm';
import { expectMode, inMode, type Raster } from '../../src/doors/vision/pictures/raster';
import { decodeTiff } from '../../src/doors/vision/pictures/tiff';
import { ArgumentError, FileFormatError, ShapeError } from '../../src/engine/core/errors';
import { crc32 } from '../../src/torch/io/zip/crc32';
import colormaps from '../fixtures/colormaps.json' with { type: 'json' };
import { cases } from '../support/picture-files';

const { read } = ReadableStreamDefaultReader.prototype;

const samplesByType: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Picture {
  type: number;
  width: number;
  /** Samples of each row. */
  rows: number[][];
  /** The filter of each row, taken in turn. */
  filters: number[];
  palette?: number[];
  transparency?: number[];
  depth?: number;
  interlace?: number;
}

/** Samples of a row, the highest bits first. */
function packRow(samples: readonly number[], depth: number): number[] {
  if (depth === 16) return samples.flatMap((sample) => [sample >> 8, sample & 255]);
  const bytes = new Array<number>(Math.ceil((samples.length * depth) / 8)).fill(0);
  samples.forEach((sample, i) => {
    bytes[(i * depth) >> 3]! |= sample << (8 - depth - ((i * depth) & 7));
  });
  return bytes;
}

/** A PNG file with the given filters. `behind` zeros follow the pixels, `empty` parts of them hold nothing. */
function encode(
  { type, width, rows, filters, palette, transparency, depth = 8, interlace = 0 }: Picture,
  { behind = 0, empty = 0 } = {},
): Uint8Array {
  const samples = samplesByType[type]!;
  const step = Math.max(1, (samples * depth) >> 3);
  const passes = (interlace ? ADAM7 : [[0, 0, 1, 1] as const]).map(([left, top, stepX, stepY]) =>
    rows
      .filter((_, y) => y >= top && (y - top) % stepY === 0)
      .map((row) =>
        row.filter((_, i) => Math.floor(i / samples) >= left && (Math.floor(i / samples) - left) % stepX === 0),
      )
      .filter((row) => row.length > 0)
      .map((row) => packRow(row, depth)),
  );
  let line = 0;
  const lines = passes.flatMap((pass) => {
    const at = (row: number, i: number) => (i < 0 ? 0 : (pass[row]?.[i] ?? 0));
    return pass.flatMap((row, y) => {
      const filter = filters[line++ % filters.length]!;
      const filtered = row.map((value, i) => {
        const [left, up, corner] = [at(y, i - step), at(y - 1, i), at(y - 1, i - step)];
        const p = left + up - corner;
        const nearest = [left, up, corner].sort((a, b) => Math.abs(p - a) - Math.abs(p - b))[0]!;
        return (value - [0, left, up, Math.floor((left + up) / 2), nearest][filter]!) & 255;
      });
      return [filter, ...filtered];
    });
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([depth, type, 0, 0, interlace], 8);
  const data = deflateSync(Buffer.concat([Uint8Array.from(lines), Buffer.alloc(behind)]));
  const chunk = (name: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name), content]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(content.length);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Uint8Array.from(palette))] : []),
    ...(transparency ? [chunk('tRNS', Uint8Array.from(transparency))] : []),
    chunk('IDAT', data.subarray(0, 5)),
    ...new Array<Buffer>(empty).fill(chunk('IDAT', new Uint8Array())),
    chunk('IDAT', data.subarray(5)),
    chunk('IEND', new Uint8Array()),
  ]);
}

const depths: Record<number, number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 4: [8, 16], 6: [8, 16] };

const picture = fc
  .record({
    type: fc.constantFrom(0, 2, 4, 6),
    width: fc.integer({ min: 1, max: 11 }),
    height: fc.integer({ min: 1, max: 9 }),
    interlace: fc.nat(1),
  })
  .chain(({ type, width, height, interlace }) =>
    fc.constantFrom(...depths[type]!).chain((depth) => {
      const length = width * samplesByType[type]!;
      const row = fc.array(fc.nat(2 ** depth - 1), { minLength: length, maxLength: length });
      return fc.record({
        type: fc.constant(type),
        width: fc.constant(width),
        depth: fc.constant(depth),
        interlace: fc.constant(interlace),
        rows: fc.array(row, { minLength: height, maxLength: height }),
        filters: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
      });
    }),
  );

describe('PNG', () => {
  test('every filter, colour type, depth and way of interlacing is read back', async () => {
    await fc.assert(
      fc.asyncProperty(picture, async (p) => {
        const { width, height, channels, bytes } = await decodePng(encode(p));
        const level = (sample: number) => (p.depth === 16 ? sample >> 8 : (sample * 255) / (2 ** p.depth - 1));
        expect([width, height, channels]).toEqual([p.width, p.rows.length, samplesByType[p.type]]);
        expect([...bytes]).toEqual(p.rows.flat().map(level));
      }),
    );
  });

  test('a palette is looked up', async () => {
    const p = { type: 3, width: 2, rows: [[1, 0]], filters: [0], palette: [1, 2, 3, 4, 5, 6] };
    expect([...(await decodePng(encode(p))).bytes]).toEqual([4, 5, 6, 1, 2, 3]);
    expect([...(await decodePng(encode({ ...p, depth: 2, interlace: 1 }))).bytes]).toEqual([4, 5, 6, 1, 2, 3]);
    expect([...(await decodePng(encode({ ...p, transparency: [9] }))).bytes]).toEqual([4, 5, 6, 255, 1, 2, 3, 9]);
    await expect(decodePng(encode({ ...p, rows: [[2, 0]] }))).rejects.toThrowError(/colour 2 is not in the palette/);
  });

  test('one level or colour may be transparent', async () => {
    const gray = { type: 0, width: 3, rows: [[1, 2, 3]], filters: [0], depth: 2, transparency: [0, 2] };
    expect([...(await decodePng(encode(gray))).bytes]).toEqual([85, 255, 170, 0, 255, 255]);
    const color = { type: 2, width: 2, rows: [[1, 2, 3, 1, 2, 4]], filters: [0], transparency: [0, 1, 0, 2, 0, 3] };
    expect([...(await decodePng(encode(color))).bytes]).toEqual([1, 2, 3, 0, 1, 2, 4, 255]);
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
    expect([...(await decodePng(encode(p, { behind: 2 ** 24 }))).bytes]).toEqual([5]);
    enqueued.mockRestore();
    expect(inflated).toBeGreaterThan(0);
    expect(inflated).toBeLessThan(2 ** 20);
    // Copying all earlier parts for each would take over a minute.
    expect([...(await decodePng(encode(p, { empty: 60_000 }))).bytes]).toEqual([5]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['another file', Uint8Array.of(1, 2, 3), /expected a PNG picture/],
    ['a truncated file', encode({ type: 0, width: 2, rows: [[1, 2]], filters: [0] }).subarray(0, 50), /truncated/],
    [
      '3 bits',
      encode({ type: 0, width: 1, rows: [[1]], filters: [0], depth: 3 }),
      /colour type 0 has no 3 bits a sample/,
    ],
    ['16 bits in a palette', encode({ type: 3, width: 1, rows: [[1]], filters: [0], depth: 16 }), /has no 16 bits/],
    ['a palette that is missing', encode({ type: 3, width: 1, rows: [[1]], filters: [0] }), /expected a palette/],
    [
      'unknown interlacing',
      encode({ type: 0, width: 1, rows: [[1]], filters: [0], interlace: 2 }),
      /unknown compression/,
    ],
    [
      'missing rows',
      encode({ type: 0, width: 9, rows: [[1]], filters: [0] }),
      /expected 10 bytes of pixels, but got 2/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(decodePng(bytes, 'a.png')).rejects.toThrowError(FileFormatError);
    await expect(decodePng(bytes, 'a.png')).rejects.toThrowError(message);
  });

  test('a byte that changed in what pixels hang on is found, wherever it is', async () => {
    const whole = encode({
      type: 3,
      width: 2,
      rows: [[1, 0]],
      filters: [0],
      palette: [1, 2, 3, 4, 5, 6],
      transparency: [9],
    });
    const end = whole.length - 12;
    for (let at = 8; at < end; at++) {
      const damaged = Uint8Array.from(whole);
      damaged[at]! ^= 4;
      const made = await decodePng(damaged).catch((error: unknown) => error);
      // A chunk of another name is none that is read.
      if (!(made instanceof FileFormatError))
        expect(String.fromCharCode(...whole.subarray(at - 3, at + 4))).toMatch(/tRNS/);
    }
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
      interlace: 1,
      transparency: [0, 1, 0, 2, 0, 3],
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

describe('modes', () => {
  const bytes = (...levels: number[]) => Uint8Array.from(levels);
  const rasters: Record<string, Raster> = {
    gray: { width: 2, height: 1, channels: 1, bytes: bytes(7, 200) },
    'gray and alpha': { width: 1, height: 1, channels: 2, bytes: bytes(7, 100) },
    colours: { width: 1, height: 1, channels: 3, bytes: bytes(10, 200, 31) },
    'colours and alpha': { width: 1, height: 1, channels: 4, bytes: bytes(10, 200, 31, 99) },
  };
  // (19595 · 10 + 38470 · 200 + 7471 · 31 + 2¹⁵) / 2¹⁶, as Pillow's convert('L') gives.
  test.each<[string, number[], number[], number[], number[]]>([
    ['gray', [7, 200], [7, 255, 200, 255], [7, 7, 7, 200, 200, 200], [7, 7, 7, 255, 200, 200, 200, 255]],
    ['gray and alpha', [7], [7, 100], [7, 7, 7], [7, 7, 7, 100]],
    ['colours', [124], [124, 255], [10, 200, 31], [10, 200, 31, 255]],
    ['colours and alpha', [124], [124, 99], [10, 200, 31], [10, 200, 31, 99]],
  ])('of %s', (name, ...expected) => {
    const modes = ['GRAY', 'GRAY_ALPHA', 'RGB', 'RGB_ALPHA'] as const;
    expect(modes.map((mode) => [...inMode(rasters[name]!, mode).bytes])).toEqual(expected);
    expect(inMode(rasters[name]!, 'UNCHANGED')).toBe(rasters[name]);
  });

  test('that there are not are refused', () => {
    expect(() => expectMode('readImage', 'BGR')).toThrowError(
      /readImage: expected mode to be one of UNCHANGED, GRAY, GRAY_ALPHA, RGB, RGB_ALPHA, PALETTE, but got "BGR"/,
    );
  });
});

test('without the package that decodes what is not read here, the error says how to get it', async () => {
  const decoded = decodeWithSharp(Uint8Array.of(0x52, 0x49, 0x46, 0x46), 'a.webp', async () => null);
  await expect(decoded).rejects.toThrowError(
    /^a\.webp: expected a PNG, JPEG, BMP, TIFF, PPM, PGM or PBM picture, the kinds .* outside a browser by themselves; others .* run npm install sharp$/,
  );
  await expect(decoded).rejects.toBeInstanceOf(FileFormatError);
  const broken = decodeWithSharp(Uint8Array.of(0xff, 0xd8, 0xff), 'a.jpg', async () => null);
  await expect(broken).rejects.toThrowError(/^a\.jpg: expected a sound JPEG, but it holds no pixels$/);
});

test.each(['jpeg', 'bmp', 'pnm', 'tiff'])('damaged %s ends in an error or a picture', async (kind) => {
  const found = cases.filter(({ name }) => name.startsWith(kind));
  await fc.assert(
    fc.asyncProperty(fc.nat(found.length - 1), fc.nat(), fc.nat(255), fc.nat(), async (which, at, value, cut) => {
      const bytes = Uint8Array.from(Buffer.from(found[which]!.file, 'base64'));
      bytes[2 + (at % (bytes.length - 2))] = value;
      const part = cut % 3 === 0 ? bytes.subarray(0, 3 + (cut % (bytes.length - 3))) : bytes;
      const decode = { jpeg: decodeJpeg, bmp: decodeBmp, pnm: decodePnm, tiff: decodeTiff }[kind]!;
      await Promise.resolve()
        .then(() => decode(part, 'x'))
        .catch((error: unknown) => expect(error).toBeInstanceOf(FileFormatError));
    }),
    { numRuns: 300 },
  );
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

  test("maps have Matplotlib's colours, to one level in 255", () => {
    for (const [name, hex] of Object.entries(colormaps)) {
      const { rgba } = colorize(
        Array.from({ length: 52 }, (_, i) => 5 * i),
        [1, 52],
        'uint8',
        { ...gray, cmap: name as ColormapName },
      );
      const expected = Buffer.from(hex, 'hex');
      const misses = [...expected].map((channel, i) => Math.abs(channel - rgba[4 * Math.floor(i / 3) + (i % 3)]!));
      expect({ name, miss: Math.max(...misses) > 1 }).toEqual({ name, miss: false });
    }
  });

  test('other shapes and unknown maps are refused', () => {
    expect(() => colorize([1], [1], 'float32', gray)).toThrowError(ShapeError);
    expect(() => colorize([], [0, 3], 'float32', gray)).toThrowError(/at least one pixel, but got shape \[0, 3\]/);
    expect(() => colorize([1, 1, 1, 1], [4, 1, 1, 1], 'float32', gray)).toThrowError(ShapeError);
    expect(() => colorize([1], [1, 1], 'float32', { ...gray, cmap: 'jets' as 'gray' })).toThrowError(ArgumentError);
  });
});
