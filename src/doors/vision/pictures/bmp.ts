// A reader of Windows bitmaps: palettes, 16, 24 and 32 bits, masks of any kind, and run lengths.
// Source: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage.
import { FileFormatError } from '../../../torch';
import type { Indexed } from './indexed';
import { colored } from './indexed';
import type { Raster } from './raster';

const MAX_PIXELS = 2 ** 28;

const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const MASKS = 3;
const ALPHA_MASKS = 6;

/**
 * Reads a bitmap. Palettes become colours; alpha is kept only if the masks define it.
 * @throws FileFormatError if the file is damaged, or holds a JPEG or PNG
 */
export function decodeBmp(bytes: Uint8Array, name = 'BMP'): Raster {
  const read = readBmp(bytes, name);
  return 'palette' in read ? colored(read, name) : read;
}

/** Reads a bitmap, with its palette if it has one. */
export function readBmp(bytes: Uint8Array, name: string): Raster | Indexed {
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: expected a sound BMP picture, but ${problem}`);
  };
  if (bytes.length < 26) fail('its header is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(10, true);
  const headSize = view.getUint32(14, true);
  const isOld = headSize === 12;
  if ((!isOld && headSize < 40) || 14 + headSize > bytes.length) fail(`its header has ${headSize} bytes`);
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signed = isOld ? view.getInt16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signed);
  const depth = view.getUint16(isOld ? 24 : 28, true);
  const method = isOld ? RGB : view.getUint32(30, true);
  if (width < 1 || height < 1 || width * height > MAX_PIXELS)
    fail(`a size of ${width}×${height} pixels is not to be read`);
  const rowOf = (y: number): number => (signed < 0 ? y : height - 1 - y);
  const stride = Math.ceil((width * depth) / 32) * 4;
  if (depth <= 8) {
    if (![1, 2, 4, 8].includes(depth)) fail(`it has ${depth} bits a pixel`);
    const used = isOld ? 0 : view.getUint32(46, true);
    const size = isOld ? 3 : 4;
    const paletteAt = 14 + headSize;
    const room = Math.floor((Math.max(start, paletteAt) - paletteAt) / size);
    const count = Math.min(used || 2 ** depth, 2 ** depth, room);
    const palette = new Uint8Array(3 * count);
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < 3; c++) palette[3 * i + c] = bytes[paletteAt + size * i + 2 - c] ?? 0;
    }
    const indices =
      method === RLE8 || method === RLE4
        ? runLengths(bytes, start, { width, height, four: method === RLE4, rowOf }, fail)
        : method === RGB
          ? new Uint8Array(width * height)
          : fail('its compression is of a kind that is not read');
    if (method === RGB) {
      if (start + stride * height > bytes.length) fail('it ends in the middle of its pixels');
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const byte = bytes[start + y * stride + ((x * depth) >> 3)]!;
          indices[rowOf(y) * width + x] = (byte >> (8 - depth - ((x * depth) & 7))) & ((1 << depth) - 1);
        }
      }
    }
    return { width, height, indices, palette, transparency: null };
  }
  const masks = masksOf(view, { depth, method, headSize }, fail);
  const channels = masks.length as 3 | 4;
  if (start + stride * height > bytes.length) fail('it ends in the middle of its pixels');
  const out = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = start + y * stride + (x * depth) / 8;
      const pixel =
        depth === 16
          ? view.getUint16(at, true)
          : depth === 24
            ? bytes[at]! + bytes[at + 1]! * 256 + bytes[at + 2]! * 65536
            : view.getUint32(at, true);
      const to = (rowOf(y) * width + x) * channels;
      masks.forEach(({ shift, most }, c) => {
        out[to + c] = most === 0 ? 255 : Math.floor((((pixel >>> shift) & most) * 255) / most);
      });
    }
  }
  return { width, height, channels, bytes: out };
}

interface Mask {
  readonly shift: number;
  /** The highest value; 0 if the mask has no bits. */
  readonly most: number;
}

function masksOf(
  view: DataView,
  { depth, method, headSize }: { depth: number; method: number; headSize: number },
  fail: (problem: string) => never,
): Mask[] {
  if (![16, 24, 32].includes(depth)) fail(`it has ${depth} bits a pixel`);
  if (![RGB, MASKS, ALPHA_MASKS].includes(method)) fail('its compression is of a kind that is not read');
  const usual = depth === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  if (method === RGB) return usual.map(maskOf);
  const hasAlpha = method === ALPHA_MASKS || headSize >= 56;
  if (view.byteLength < 54 + (hasAlpha ? 16 : 12)) fail('its masks are missing');
  const given = [54, 58, 62, ...(hasAlpha ? [66] : [])].map((at) => view.getUint32(at, true));
  if (given[3] === 0) given.pop();
  return given.map(maskOf);
}

function maskOf(mask: number): Mask {
  if (mask === 0) return { shift: 0, most: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { shift, most: mask >>> shift };
}

/** Decodes run lengths: a count and a value, or 0 and a code: end of row, end of picture, a jump, or literal values. */
function runLengths(
  bytes: Uint8Array,
  start: number,
  { width, height, four, rowOf }: { width: number; height: number; four: boolean; rowOf: (y: number) => number },
  fail: (problem: string) => never,
): Uint8Array {
  const out = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, start];
  const put = (value: number): void => {
    if (x < width && y < height) out[rowOf(y) * width + x] = value;
    x++;
  };
  const nibble = (byte: number, i: number): number => (four ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  while (y < height) {
    if (at + 1 >= bytes.length) fail('it ends in the middle of its pixels');
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(nibble(value, i));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const size = four ? Math.ceil(value / 2) : value;
      for (let i = 0; i < value; i++) put(nibble(bytes[at + (four ? i >> 1 : i)] ?? 0, i));
      at += size + (size % 2);
    }
  }
  return out;
}
