// What a file that was read must have given, by a second, plain reading of its bytes: slow, and written from the formats' descriptions alone.
import { ok, strictEqual } from 'node:assert';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { Tensor } from 'lamplight';
import type { Raster } from '../../src/doors/vision/pictures/raster';
import { valuesAtHand } from '../../src/torch/tensor/reading/shown';

/** Throws where a value is not what the bytes say. */
export type Check = (bytes: Uint8Array, value: unknown) => void;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** Reads element i of a type from bytes of it. */
type Element = (data: DataView, at: number, little: boolean) => number;

const half = (bits: number): number => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
};

const bfloat = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;

const elements: Readonly<Record<string, readonly [bytes: number, read: Element]>> = {
  f8: [8, (data, at, little) => Math.fround(data.getFloat64(at, little))],
  f4: [4, (data, at, little) => data.getFloat32(at, little)],
  f2: [2, (data, at, little) => half(data.getUint16(at, little))],
  bf2: [2, (data, at, little) => bfloat(data.getUint16(at, little))],
  i8: [8, (data, at, little) => Number(data.getBigInt64(at, little))],
  i4: [4, (data, at, little) => data.getInt32(at, little)],
  i2: [2, (data, at, little) => data.getInt16(at, little)],
  i1: [1, (data, at) => data.getInt8(at)],
  u8: [8, (data, at, little) => Number(data.getBigUint64(at, little))],
  u4: [4, (data, at, little) => data.getUint32(at, little)],
  u2: [2, (data, at, little) => data.getUint16(at, little)],
  u1: [1, (data, at) => data.getUint8(at)],
  b1: [1, (data, at) => Number(data.getUint8(at) !== 0)],
};

/** Holds a tensor against the numbers of a type at a place; `index` says which element of the file is the tensor's i-th. */
function expectNumbers(
  tensor: unknown,
  shape: readonly number[],
  type: string,
  bytes: Uint8Array,
  { little = true, index = (i: number) => i } = {},
): void {
  ok(tensor instanceof Tensor, 'a tensor');
  strictEqual(`[${tensor.shape.join()}]`, `[${shape.join()}]`, 'shape');
  const values = valuesAtHand(tensor)!;
  const n = product(shape);
  strictEqual(values.length, n, 'elements');
  const [size, read] = elements[type]!;
  const data = view(bytes);
  for (let i = 0; i < n; i++) {
    const expected = read(data, index(i) * size, little);
    if (!Object.is(values[i], expected) && values[i] !== expected) {
      throw new Error(`element ${i}: ${values[i]}, not ${expected}`);
    }
  }
}

/** What stands at a key of a NumPy header. As in a Python dict, the last counts where a key comes twice. */
const lastAt = (header: string, key: string, value: RegExp): RegExpMatchArray | undefined =>
  [...header.matchAll(new RegExp(`['"]${key}['"]\\s*:\\s*${value.source}`, 'g'))].at(-1);

/** What a NumPy array must be. */
export const checkNpy: Check = (file, value) => {
  const bytes = isGzip(file) ? Uint8Array.from(gunzipSync(file)) : file;
  const isShort = bytes[6] === 1;
  const start = isShort ? 10 : 12;
  const length = isShort ? view(bytes).getUint16(8, true) : view(bytes).getUint32(8, true);
  const header = text(bytes.subarray(start, start + length));
  const [, order = '', kind = ''] = lastAt(header, 'descr', /['"]([<>|=]?)(\w+)['"]/) ?? [];
  const isFortran = lastAt(header, 'fortran_order', /(\w+)/)?.[1] === 'True';
  const shape = (lastAt(header, 'shape', /\(([^)]*)\)/)?.[1] ?? '').match(/\d+/g)?.map(Number) ?? [];
  const type =
    { '?': 'b1', e: 'f2', f: 'f4', d: 'f8', b: 'i1', B: 'u1', h: 'i2', H: 'u2', i: 'i4', I: 'u4' }[kind] ?? kind;
  // A type that is written in another way is held against its shape alone.
  if (!elements[type]) return void expectShape(value, shape);
  const strides = shape.map((_, d) => product(isFortran ? shape.slice(0, d) : shape.slice(d + 1)));
  const index = (i: number): number =>
    shape.reduce((at, size, d) => at + (Math.floor(i / product(shape.slice(d + 1))) % size) * strides[d]!, 0);
  expectNumbers(value, shape, type, bytes.subarray(start + length), { little: order !== '>', index });
};

function expectShape(value: unknown, shape: readonly number[]): void {
  ok(value instanceof Tensor, 'a tensor');
  strictEqual(`[${value.shape.join()}]`, `[${shape.join()}]`, 'shape');
  strictEqual(valuesAtHand(value)!.length, product(shape), 'elements');
}

/** Entries of an archive by name, as its directory has them; those that are damaged are null. */
export function unzip(bytes: Uint8Array): Map<string, Uint8Array | null> {
  const data = view(bytes);
  const entries = new Map<string, Uint8Array | null>();
  const endBy = (fits: (end: number) => boolean): number => {
    for (let at = bytes.length - 22; at >= 0; at--) {
      if (data.getUint32(at, true) === 0x06054b50 && fits(at + 22 + data.getUint16(at + 20, true))) return at;
    }
    return -1;
  };
  let end = endBy((at) => at === bytes.length);
  // Other bytes may follow an archive.
  if (end < 0) end = endBy((at) => at <= bytes.length);
  for (let at = data.getUint32(end + 16, true), left = data.getUint16(end + 10, true); left > 0; left--) {
    const [method, crc, packed] = [
      data.getUint16(at + 10, true),
      data.getUint32(at + 16, true),
      data.getUint32(at + 20, true),
    ];
    const [nameLength, extra, comment] = [28, 30, 32].map((k) => data.getUint16(at + k, true)) as [
      number,
      number,
      number,
    ];
    const local = data.getUint32(at + 42, true);
    const name = nameIn(bytes.subarray(at + 46, at + 46 + nameLength));
    const from = local + 30 + data.getUint16(local + 26, true) + data.getUint16(local + 28, true);
    const body = bytes.subarray(from, from + packed);
    const contents = method === 8 ? inflated(body) : body;
    entries.set(name, contents && (crc === 0 || checkSum(contents) === crc) ? contents : null);
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/** A name of another encoding has a letter a byte. */
function nameIn(bytes: Uint8Array): string {
  const name = Buffer.from(bytes).toString('utf8');
  return Buffer.from(name, 'utf8').equals(Buffer.from(bytes)) ? name : text(bytes);
}

/** Null for what is damaged. */
function inflated(bytes: Uint8Array): Uint8Array | null {
  try {
    return Uint8Array.from(inflateRawSync(bytes));
  } catch {
    return null;
  }
}

/** CRC-32, bit by bit. */
function checkSum(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return ~rest >>> 0;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A zip whose end says 64 bits, or that is compressed once more, is held against nothing. */
const isPlainZip = (bytes: Uint8Array): boolean => !isGzip(bytes) && !text(bytes).includes('PK\x06\x06');

/** Every array is what its entry says, and each entry's check sum is right. */
export const checkNpz: Check = (bytes, value) => {
  if (!isPlainZip(bytes)) return;
  const entries = [...unzip(bytes)].filter(([name]) => name.endsWith('.npy'));
  const arrays = value as Record<string, unknown>;
  strictEqual(Object.keys(arrays).length, entries.length, 'arrays');
  for (const [name, contents] of entries) {
    ok(contents, `${name} has a wrong check sum`);
    checkNpy(contents, arrays[name.slice(0, -4)]);
  }
};

/** All tensors within values, however they nest. */
function tensorsIn(value: unknown, found: Tensor[] = [], seen = new Set<unknown>()): Tensor[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return found;
  seen.add(value);
  if (value instanceof Tensor) found.push(value);
  else if (value instanceof Map) for (const pair of value) tensorsIn(pair, found, seen);
  else if (value instanceof Set) for (const each of value) tensorsIn(each, found, seen);
  else if (!ArrayBuffer.isView(value)) for (const each of Object.values(value)) tensorsIn(each, found, seen);
  return found;
}

/** Every tensor's numbers stand somewhere in a storage of the file: those of float32 that lie in one row. */
function expectStored(value: unknown, storages: readonly Uint8Array[]): void {
  for (const tensor of tensorsIn(value)) {
    ok(
      tensor.shape.every((size) => Number.isInteger(size) && size >= 0),
      'sizes',
    );
    const values = valuesAtHand(tensor);
    if (!values || tensor.dtype !== 'float32' || !tensor.isContiguous()) continue;
    strictEqual(values.length, product(tensor.shape), 'elements');
    const bits = Buffer.from(Float32Array.from(values).buffer);
    const turned = Buffer.from(bits).swap32();
    // Types that became float32 have other bits.
    const isFloat = storages.some((storage) => [bits, turned].some((each) => Buffer.from(storage).includes(each)));
    const isWidened = storages.some((storage) => storage.length !== 4 * values.length);
    ok(isFloat || isWidened, 'numbers that the file does not have');
  }
}

/** The pickle and every storage of an archive have the check sums that it says; numbers are those of a storage. */
export const checkPtZip: Check = (bytes, value) => {
  if (!isPlainZip(bytes)) return;
  const entries = unzip(bytes);
  const storages = [...entries].filter(([name]) => /\/data\/[^/]+$/.test(name));
  ok([...entries].find(([name]) => name.endsWith('data.pkl'))?.[1], 'the pickle has a wrong check sum');
  expectStored(
    value,
    storages.flatMap(([, contents]) => (contents ? [contents] : [])),
  );
};

/** Objects, whose arrays are in the pickle itself: every tensor has as many numbers as its shape says. */
export const checkObjects: Check = (_, value) => {
  for (const tensor of tensorsIn(value)) {
    const values = valuesAtHand(tensor);
    if (values && tensor.isContiguous()) strictEqual(values.length, product(tensor.shape), 'elements');
  }
};

export const checkLegacy: Check = (bytes, value) => {
  if (!isGzip(bytes)) expectStored(value, [bytes]);
};

const safetensorsTypes: Readonly<Record<string, string>> = {
  F64: 'f8',
  F32: 'f4',
  F16: 'f2',
  BF16: 'bf2',
  I64: 'i8',
  I32: 'i4',
  I16: 'i2',
  I8: 'i1',
  U64: 'u8',
  U32: 'u4',
  U16: 'u2',
  U8: 'u1',
  BOOL: 'b1',
};

export const checkSafetensors: Check = (file, value) => {
  const bytes = isGzip(file) ? Uint8Array.from(gunzipSync(file)) : file;
  const length = Number(view(bytes).getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString('utf8')) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = value as Record<string, unknown>;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = entry;
    const [begin, end] = offsets;
    const type = safetensorsTypes[dtype];
    ok(Object.hasOwn(tensors, name), `tensor ${name}`);
    if (type) expectNumbers(tensors[name], shape, type, bytes.subarray(8 + length + begin, 8 + length + end));
    else expectShape(tensors[name], shape);
  }
};

/** Images or labels of an IDX file. */
export const checkIdx: Check = (bytes, value) => {
  const rank = bytes[3]!;
  const sizes = Array.from({ length: rank }, (_, d) => view(bytes).getUint32(4 + 4 * d));
  const contents = bytes.subarray(4 + 4 * rank);
  strictEqual(contents.length, product(sizes), 'bytes');
  const found = value as Uint8Array | { count: number; rows: number; columns: number; pixels: Uint8Array };
  const pixels = found instanceof Uint8Array ? found : found.pixels;
  if (!(found instanceof Uint8Array))
    strictEqual([found.count, found.rows, found.columns].join(), sizes.join(), 'sizes');
  ok(Buffer.from(pixels).equals(Buffer.from(contents)), 'bytes');
};

/** Pixels of 8 bits without interlacing, and the size of all others. */
export const checkPng: Check = (bytes, value) => {
  const { width, height, channels, bytes: pixels } = value as Raster;
  const file = Buffer.from(bytes);
  strictEqual(`${width}×${height}`, `${file.readUInt32BE(16)}×${file.readUInt32BE(20)}`, 'size');
  strictEqual(pixels.length, width * height * channels, 'bytes');
  const rows: Buffer[] = [];
  let isPlain = true;
  for (let at = 8, kind = ''; kind !== 'IEND'; at += 12 + file.readUInt32BE(at)) {
    // Nothing is needed after the pixels.
    if (at + 12 > file.length || at + 12 + file.readUInt32BE(at) > file.length) break;
    kind = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 4, at + 8 + file.readUInt32BE(at));
    if (kind === 'IDAT' || kind === 'IHDR') {
      strictEqual(checkSum(body), file.readUInt32BE(at + 4 + body.length), `check sum of ${kind}`);
    }
    if (kind === 'IDAT') rows.push(body.subarray(4));
    if (kind === 'PLTE' || kind === 'tRNS') isPlain = false;
  }
  if (!isPlain || file[24] !== 8 || file[28] !== 0) return;
  const raw = inflateSync(Buffer.concat(rows), { maxOutputLength: 2 ** 28 });
  const stride = width * channels;
  const before = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const [filter, ...row] = raw.subarray(y * (stride + 1), (y + 1) * (stride + 1));
    for (let i = 0; i < stride; i++) {
      const left = i < channels ? 0 : row[i - channels]!;
      const up = before[i]!;
      const corner = i < channels ? 0 : before[i - channels]!;
      const near = [left, up, corner].map((each) => Math.abs(left + up - corner - each));
      const least = [left, up, corner][near.indexOf(Math.min(...near))]!;
      row[i] = (row[i]! + [0, left, up, (left + up) >> 1, least][filter!]!) & 255;
      if (i >= channels) before[i - channels] = row[i - channels]!;
    }
    before.set(row);
    ok(Buffer.from(row).equals(Buffer.from(pixels.subarray(y * stride, (y + 1) * stride))), `row ${y}`);
  }
};

interface Rows {
  readonly length: number;
}

/** No more rows than lines. */
export const checkCsv: Check = (bytes, value) => {
  const contents = isGzip(bytes) ? gunzipSync(bytes) : bytes;
  const lines = text(contents).split(/\r\n|\n|\r/).length;
  ok((value as Rows).length < lines + 1, `${(value as Rows).length} rows in ${lines} lines`);
};

/** Members by name, as the headers say, as far as those are of the plainest kind. */
export const checkTar: Check = (bytes, value) => {
  const members = value as readonly { readonly name: string; readonly bytes: Uint8Array }[];
  const tar = isGzip(bytes) ? gunzipSync(bytes) : Buffer.from(bytes);
  for (const { name, bytes: contents } of members) {
    ok(!/^\/|(^|\/)\.\.(\/|$)/.test(name), `a name that leads out: ${name}`);
    ok(tar.includes(Buffer.from(contents)), `contents of ${name} that are not in the archive`);
  }
};

interface PictureSet {
  readonly length: number;
  readonly targets: readonly number[];
  readonly classes: readonly string[];
  readonly data: Tensor;
}

/** A data set's numbers stand on the host, unread. */
function numbersOf(data: Tensor): number[] {
  const values = valuesAtHand(data);
  ok(values, 'numbers at hand');
  return Array.from(values);
}

/** One label a picture, each of a class; of a binary file also which, and the pixels. */
export const checkCifar: Check = (bytes, value) => {
  const { length, targets, classes, data } = value as PictureSet;
  strictEqual(targets.length, length, 'labels');
  strictEqual(`${data.shape}`, `${[length, 32, 32, 3]}`, 'shape');
  ok(
    targets.every((label) => Number.isInteger(label) && label >= 0 && label < classes.length),
    'labels out of range',
  );
  const pixels = numbersOf(data);
  ok(pixels.length === length * 3072 && pixels.every((byte) => byte <= 255), 'bytes');
  if (bytes[0] === 0x80 || isGzip(bytes)) return;
  strictEqual(bytes.length, length * 3073, 'bytes');
  for (let n = 0; n < length; n++) {
    strictEqual(targets[n], bytes[n * 3073], `label ${n}`);
    for (let i = 0; i < 3072; i++) {
      const expected = bytes[n * 3073 + 1 + (i % 3) * 1024 + Math.floor(i / 3)];
      if (pixels[n * 3072 + i] !== expected)
        throw new Error(`byte ${i} of ${n}: ${pixels[n * 3072 + i]}, not ${expected}`);
    }
  }
};

/** A drawing a line, each with ink on it where it has strokes. */
export const checkDrawings: Check = (bytes, value) => {
  const { length, data } = value as PictureSet;
  const contents = isGzip(bytes) ? gunzipSync(bytes) : Buffer.from(bytes);
  const lines = contents
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  strictEqual(length, lines.length, 'drawings');
  const pixels = numbersOf(data);
  strictEqual(pixels.length, 784 * length, 'bytes');
  ok(
    pixels.every((level) => Number.isInteger(level) && level >= 0 && level <= 255),
    'levels',
  );
  lines.forEach((line, i) => {
    const { drawing } = JSON.parse(line) as { drawing: number[][][] };
    const ink = pixels.slice(784 * i, 784 * (i + 1)).some((level) => level > 0);
    ok(drawing.length > 0 || !ink, `drawing ${i} without strokes has ink`);
  });
};
