// A reader of the usual TIFF pictures: the first picture of a file, in strips or tiles, plain or compressed by LZW,
// Deflate or PackBits. Source: TIFF 6.0, https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf, with Adobe's
// technical notes for Deflate.
import { FileFormatError } from '../../../torch';
import { inflate } from '../../../torch/inside';
import { colored, type Indexed } from './indexed';
import type { Raster } from './raster';

const MAX_PIXELS = 2 ** 28;
/** LZW and Deflate expand one byte to at most some 1400 bytes. */
const MOST_PACKED = 1400;

type Fail = (problem: string) => never;

/** Bytes per value, by its type: 1 byte, 2 text, 3 short, 4 long. */
const sizes: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4 };

const [WIDTH, HEIGHT, BITS, COMPRESSION, COLORS, STRIPS, SAMPLES, STRIP_ROWS, STRIP_SIZES, PLANAR] = [
  256, 257, 258, 259, 262, 273, 277, 278, 279, 284,
];
const [PREDICTOR, PALETTE, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_SIZES, FILL_ORDER, SAMPLE_FORMAT] = [
  317, 320, 322, 323, 324, 325, 266, 339,
];

/** Reads the fields of the first picture. */
function fieldsOf(bytes: Uint8Array, fail: Fail): (tag: number, otherwise?: readonly number[]) => readonly number[] {
  const little = bytes[0] === 0x49;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(4, little);
  if (start + 2 > bytes.length) fail('its fields are missing');
  const found = new Map<number, readonly number[]>();
  const count = view.getUint16(start, little);
  for (let i = 0; i < count; i++) {
    const at = start + 2 + 12 * i;
    if (at + 12 > bytes.length) fail('its fields are cut short');
    const size = sizes[view.getUint16(at + 2, little)];
    const length = view.getUint32(at + 4, little);
    if (!size) continue;
    const from = size * length <= 4 ? at + 8 : view.getUint32(at + 8, little);
    if (from + size * length > bytes.length) fail('a field reaches beyond its end');
    found.set(
      view.getUint16(at, little),
      Array.from({ length }, (_, k) =>
        size === 1
          ? bytes[from + k]!
          : size === 2
            ? view.getUint16(from + 2 * k, little)
            : view.getUint32(from + 4 * k, little),
      ),
    );
  }
  return (tag, otherwise = []) => found.get(tag) ?? otherwise;
}

/** @throws FileFormatError if the file is damaged, or of an unsupported kind */
export async function decodeTiff(bytes: Uint8Array, name = 'TIFF'): Promise<Raster> {
  const read = await readTiff(bytes, name);
  return 'palette' in read ? colored(read, name) : read;
}

/** Reads the first picture, with its palette if it has one. Of 16 bits, the upper eight are kept. */
export async function readTiff(bytes: Uint8Array, name: string): Promise<Raster | Indexed> {
  const fail: Fail = (problem) => {
    throw new FileFormatError(`${name}: expected a TIFF picture of a usual kind, but ${problem}`);
  };
  if (bytes.length < 8) fail('it is cut short');
  const field = fieldsOf(bytes, fail);
  const [width = 0] = field(WIDTH);
  const [height = 0] = field(HEIGHT);
  const [samples = 1] = field(SAMPLES);
  const [bits = 1] = field(BITS);
  const [colors = 1] = field(COLORS);
  if (width < 1 || height < 1 || width * height > MAX_PIXELS)
    fail(`a size of ${width}×${height} pixels is not to be read`);
  if (![1, 2, 4, 8, 16].includes(bits) || !field(BITS, [1]).every((each) => each === bits))
    fail(`it has ${bits} bits a sample`);
  if ((field(SAMPLE_FORMAT, [1])[0] ?? 1) !== 1) fail('its samples are no whole numbers from 0 on');
  if (samples < 1 || samples > 5 || (bits < 8 && samples > 1)) fail(`it has ${samples} samples a pixel`);
  if ((width * height * samples * bits) / 8 > MOST_PACKED * bytes.length) {
    fail(`its ${width}×${height} pixels take more bytes than it has`);
  }
  if (![0, 1, 2, 3, 5].includes(colors)) fail(`its colours are of kind ${colors}`);
  if ((field(FILL_ORDER, [1])[0] ?? 1) !== 1) fail('its bits are in the other order');
  const levels = await samplesOf(bytes, field, { width, height, samples, bits }, fail);
  if (colors === 3) {
    const map = field(PALETTE);
    const size = map.length / 3;
    const palette = Uint8Array.from({ length: map.length }, (_, i) => map[(i % 3) * size + Math.floor(i / 3)]! >> 8);
    return { width, height, indices: levels, palette, transparency: null };
  }
  const most = bits === 16 ? 255 : 2 ** bits - 1;
  for (let i = 0; i < levels.length; i++) {
    if (colors === 0) levels[i] = most - levels[i]!;
    if (bits < 8) levels[i] = Math.round((levels[i]! * 255) / most);
  }
  if (colors !== 5) {
    const kept = colors === 2 ? Math.min(samples, 4) : Math.min(samples, 2);
    if (colors === 2 && samples < 3) fail(`it has ${samples} samples a pixel`);
    return {
      width,
      height,
      channels: kept as Raster['channels'],
      bytes: kept === samples ? levels : picked(levels, samples, kept),
    };
  }
  if (samples < 4) fail(`it has ${samples} samples a pixel`);
  return { width, height, channels: 3, bytes: fromInk(levels, samples) };
}

const picked = (levels: Uint8Array, samples: number, kept: number): Uint8Array =>
  levels.filter((_, i) => i % samples < kept);

/** Converts cyan, magenta, yellow and black to colours as Pillow does. */
function fromInk(levels: Uint8Array, samples: number): Uint8Array {
  const made = new Uint8Array((levels.length / samples) * 3);
  for (let i = 0, to = 0; i < levels.length; i += samples, to += 3) {
    const paper = 255 - levels[i + 3]!;
    for (let c = 0; c < 3; c++) {
      const share = levels[i + c]! * paper + 128;
      made[to + c] = Math.max(0, paper - (((share >> 8) + share) >> 8));
    }
  }
  return made;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly bits: number;
}

/** The samples of all pixels, one byte per sample. */
async function samplesOf(
  bytes: Uint8Array,
  field: ReturnType<typeof fieldsOf>,
  layout: Layout,
  fail: Fail,
): Promise<Uint8Array> {
  const { width, height, samples, bits } = layout;
  const isTiled = field(TILES).length > 0;
  const [partWidth = width] = isTiled ? field(TILE_WIDTH) : [width];
  const [rows = height] = isTiled ? field(TILE_HEIGHT) : field(STRIP_ROWS);
  const partHeight = isTiled ? rows : Math.min(rows, height);
  if (partWidth < 1 || partHeight < 1 || partWidth * partHeight > MAX_PIXELS) fail('its parts have no size');
  const [compression = 1] = field(COMPRESSION);
  const [predictor = 1] = field(PREDICTOR);
  const planar = field(PLANAR)[0] === 2;
  const perPixel = planar ? 1 : samples;
  const offsets = field(isTiled ? TILES : STRIPS);
  const lengths = field(isTiled ? TILE_SIZES : STRIP_SIZES);
  const columns = Math.ceil(width / partWidth);
  const lines = Math.ceil(height / partHeight);
  const count = columns * lines * (planar ? samples : 1);
  if (offsets.length < count || lengths.length < count) fail('parts of it are missing');
  const little = bytes[0] === 0x49;
  const stride = Math.ceil((partWidth * perPixel * bits) / 8);
  const out = new Uint8Array(width * height * samples);
  for (let part = 0; part < count; part++) {
    const within = part % (columns * lines);
    const left = (within % columns) * partWidth;
    const top = Math.floor(within / columns) * partHeight;
    const partRows = isTiled ? partHeight : Math.min(partHeight, height - top);
    const packed = bytes.subarray(offsets[part]!, offsets[part]! + lengths[part]!);
    const raw = await unpacked(packed, compression, stride * partRows, fail);
    if (raw.length < stride * partRows) fail('it ends in the middle of its pixels');
    for (let y = 0; y < partRows && top + y < height; y++) {
      const row = raw.subarray(y * stride, (y + 1) * stride);
      if (predictor === 2) undoDifferences(row, { perPixel, bits, little }, fail);
      else if (predictor !== 1) fail(`its predictor is of kind ${predictor}`);
      for (let i = 0; i < partWidth * perPixel; i++) {
        const x = left + Math.floor(i / perPixel);
        if (x >= width) break;
        const sample = planar ? Math.floor(part / (columns * lines)) : i % perPixel;
        out[((top + y) * width + x) * samples + sample] = levelIn(row, i, bits, little);
      }
    }
  }
  return out;
}

function levelIn(row: Uint8Array, i: number, bits: number, little: boolean): number {
  if (bits === 8) return row[i]!;
  if (bits === 16) return row[2 * i + (little ? 1 : 0)]!;
  return (row[(i * bits) >> 3]! >> (8 - bits - ((i * bits) & 7))) & ((1 << bits) - 1);
}

/** Undoes horizontal differencing in place: each sample is stored as its difference from that of the previous pixel. */
function undoDifferences(
  row: Uint8Array,
  { perPixel, bits, little }: { perPixel: number; bits: number; little: boolean },
  fail: Fail,
): void {
  if (bits === 8) for (let i = perPixel; i < row.length; i++) row[i] = row[i]! + row[i - perPixel]!;
  else if (bits === 16) {
    const view = new DataView(row.buffer, row.byteOffset, row.length);
    for (let i = 2 * perPixel; i + 1 < row.length; i += 2) {
      view.setUint16(i, view.getUint16(i, little) + view.getUint16(i - 2 * perPixel, little), little);
    }
  } else fail(`its predictor is of ${bits} bits`);
}

async function unpacked(packed: Uint8Array, compression: number, length: number, fail: Fail): Promise<Uint8Array> {
  if (compression === 1) return packed.slice();
  if (compression === 5) return lzw(packed, length, fail);
  if (compression === 32773) return packBits(packed, length);
  if (compression === 8 || compression === 32946)
    return (await inflate(packed, 'deflate', () => length, 'TIFF')).slice();
  return fail(`its compression is of kind ${compression}; none, LZW, Deflate and PackBits are read`);
}

function packBits(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, to = 0; at < packed.length && to < length; ) {
    const count = packed[at++]!;
    if (count < 128) for (let i = 0; i <= count && to < length; i++) out[to++] = packed[at++] ?? 0;
    else if (count > 128) {
      const value = packed[at++] ?? 0;
      for (let i = 0; i <= 256 - count && to < length; i++) out[to++] = value;
    }
  }
  return out;
}

const CLEAR = 256;
const END = 257;

/** Lempel, Ziv and Welch's method with codes of 9 to 12 bits, the highest bit first (§13). */
function lzw(packed: Uint8Array, length: number, fail: Fail): Uint8Array {
  const out = new Uint8Array(length);
  /** For each code: where its bytes are in `out`, and how many there are. */
  const starts = new Int32Array(4097);
  const counts = new Int32Array(4097);
  let [next, width, at, to] = [258, 9, 0, 0];
  let last = -1;
  while (to < length) {
    if (at + width > 8 * packed.length) fail('it ends in the middle of its pixels');
    let code = 0;
    for (let i = 0; i < width; i++, at++) code = (code << 1) | ((packed[at >> 3]! >> (7 - (at & 7))) & 1);
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, last] = [258, 9, -1];
      continue;
    }
    const begin = to;
    if (code < 256) out[to++] = code;
    else if (code < next || (code === next && last >= 0)) {
      // A code that is just being defined stands for the previous string and that string's first byte; both are
      // adjacent in `out`.
      const from = code < next ? starts[code]! : begin - last;
      const count = code < next ? counts[code]! : last + 1;
      for (let i = 0; i < count && to < length; i++) out[to++] = out[from + i]!;
    } else fail(`code ${code} is not known`);
    if (last >= 0 && next < 4097) {
      starts[next] = begin - last;
      counts[next] = last + 1;
      next++;
    }
    last = to - begin;
    // The code width grows one code early, as TIFF specifies.
    width = next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9;
  }
  return out;
}
