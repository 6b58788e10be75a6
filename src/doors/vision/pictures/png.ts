// A reader of all kinds of PNG pictures: 1 to 16 bits per sample, with palettes, transparency and interlacing. Source:
// PNG specification, third edition, https://www.w3.org/TR/png-3.
import { FileFormatError } from '../../../torch';
import { crc32, inflate, joined } from '../../../torch/inside';
import type { Indexed } from './indexed';
import type { Raster } from './raster';

export const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PALETTE_TYPE = 3;
/**
 * Samples per pixel, and the bits that a sample may have, by colour type: grey, RGB, palette, grey and alpha, RGB and
 * alpha (§11.2.1).
 */
const kinds: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  [PALETTE_TYPE]: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
/** A header with more pixels asks for more memory than this reader is meant for. */
const MAX_PIXELS = 2 ** 28;
/** The chunks that are read; the pixels depend on no other chunk. */
const READ: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT']);
/** Adam7: first column and row of each pass, and the steps between its columns and rows (§8.1). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

type Fail = (message: string) => never;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly type: number;
  readonly samples: number;
  readonly interlaced: boolean;
}

/** The pixels of one pass of an interlaced picture: a regular subset of columns and rows. */
interface Pass {
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly columns: number;
  readonly rows: number;
  /** Bytes per row, without the byte of its filter. */
  readonly stride: number;
}

/**
 * Reads a PNG picture with its own channels; palettes become colours. Of 16 bits, the upper eight are kept.
 *
 * @param name the file's name in messages
 * @throws FileFormatError if the file is damaged
 */
export const decodePng = async (bytes: Uint8Array, name = 'PNG'): Promise<Raster> =>
  (await readPng(bytes, name, false)) as Raster;

/** Like `decodePng`, but with `indexed` a picture with a palette keeps its indices. */
export async function readPng(bytes: Uint8Array, name: string, indexed: boolean): Promise<Raster | Indexed> {
  const fail: Fail = (message) => {
    throw new FileFormatError(`${name}: ${message}`);
  };
  const { header, palette: colors, transparency: alphas, data } = readChunks(bytes, fail);
  // Without its palette, the picture decodes to plain indices.
  const [palette, transparency] = indexed && colors ? [null, null] : [colors, alphas];
  const passes = passesOf(header);
  const length = passes.reduce((sum, { rows, stride }) => sum + rows * (stride + 1), 0);
  // Bytes after the last row belong to no pixel, so they are not decompressed.
  const raw = await inflate(data, 'deflate', () => length, name);
  if (raw.length < length) fail(`expected ${length} bytes of pixels, but got ${raw.length}`);
  const { width, height, samples, depth } = header;
  const channels = (palette ? 3 : samples) + (transparency ? 1 : 0);
  const out = new Uint8Array(width * height * channels);
  const write = writer(header, palette, transparency, out, fail);
  let at = 0;
  for (const pass of passes) {
    unfilter(raw.subarray(at), pass, Math.max(1, (samples * depth) >> 3), fail);
    for (let y = 0; y < pass.rows; y++, at += pass.stride + 1) {
      const row = (pass.top + y * pass.stepY) * width + pass.left;
      for (let x = 0; x < pass.columns; x++) write(raw, at + 1, x, (row + x * pass.stepX) * channels);
    }
  }
  if (indexed && colors) return { width, height, indices: out, palette: colors, transparency: alphas };
  return { width, height, channels: channels as Raster['channels'], bytes: out };
}

function passesOf({ width, height, depth, samples, interlaced }: Header): Pass[] {
  const all = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return all
    .map(([left, top, stepX, stepY]) => {
      const columns = Math.max(0, Math.ceil((width - left) / stepX));
      const rows = Math.max(0, Math.ceil((height - top) / stepY));
      return { left, top, stepX, stepY, columns, rows, stride: Math.ceil((columns * samples * depth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** Writes pixel x of the row that begins at `start` in `raw` to position `to` of the result. */
type Write = (raw: Uint8Array, start: number, x: number, to: number) => void;

function writer(
  { depth, type, samples }: Header,
  palette: Uint8Array | null,
  transparency: Uint8Array | null,
  out: Uint8Array,
  fail: Fail,
): Write {
  const mask = (1 << depth) - 1;
  const sample =
    depth === 16
      ? (raw: Uint8Array, start: number, i: number) => raw[start + 2 * i]! * 256 + raw[start + 2 * i + 1]!
      : (raw: Uint8Array, start: number, i: number) =>
          (raw[start + ((i * depth) >> 3)]! >> (8 - depth - ((i * depth) & 7))) & mask;
  if (palette) {
    return (raw, start, x, to) => {
      const color = sample(raw, start, x);
      if (3 * color + 2 >= palette.length) fail(`colour ${color} is not in the palette`);
      for (let c = 0; c < 3; c++) out[to + c] = palette[3 * color + c]!;
      if (transparency) out[to + 3] = transparency[color] ?? 255;
    };
  }
  // In grey and RGB pictures, the chunk tRNS names a single transparent value.
  const key =
    transparency && Array.from({ length: samples }, (_, c) => transparency[2 * c]! * 256 + transparency[2 * c + 1]!);
  const byte =
    depth === 16
      ? (level: number) => level >> 8
      : type === PALETTE_TYPE
        ? (level: number) => level
        : (level: number) => (level * 255) / mask;
  if (depth === 8 && !key) {
    return (raw, start, x, to) => {
      for (let c = 0; c < samples; c++) out[to + c] = raw[start + x * samples + c]!;
    };
  }
  return (raw, start, x, to) => {
    let matches = 0;
    for (let c = 0; c < samples; c++) {
      const level = sample(raw, start, x * samples + c);
      if (key?.[c] === level) matches++;
      out[to + c] = byte(level);
    }
    if (key) out[to + samples] = type !== PALETTE_TYPE && matches === samples ? 0 : 255;
  };
}

interface Chunks {
  readonly header: Header;
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
  readonly data: Uint8Array;
}

function readChunks(bytes: Uint8Array, fail: Fail): Chunks {
  if (!isPng(bytes)) fail('expected a PNG picture, but its first bytes are others');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let head: Uint8Array | null = null;
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  const data: Uint8Array[] = [];
  let dataLength = 0;
  let kind = '';
  for (let at = SIGNATURE.length; kind !== 'IEND'; ) {
    if (at + 12 > bytes.length || at + 12 + view.getUint32(at) > bytes.length) {
      // Nothing is needed after the pixels.
      if (data.length > 0 && String.fromCharCode(...bytes.subarray(at + 4, at + 8)) !== 'IDAT') break;
      fail('the file is truncated');
    }
    const length = view.getUint32(at);
    const content = bytes.subarray(at + 8, at + 8 + length);
    kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (READ.has(kind) && crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      fail(`the chunk ${kind} at byte ${at} is damaged: its check sum is wrong`);
    }
    if (kind === 'IHDR') head ??= content;
    else if (kind === 'PLTE') palette ??= content;
    else if (kind === 'tRNS') transparency ??= content;
    else if (kind === 'IDAT') {
      data.push(content);
      dataLength += length;
    }
    at += 12 + length;
  }
  if (head?.length !== 13 || data.length === 0) return fail('expected a header and pixels, but they are missing');
  const header = readHeader(head, fail);
  const isPalette = header.type === PALETTE_TYPE;
  if (isPalette && !palette) fail('expected a palette, but there is none');
  // Pictures with an alpha channel ignore tRNS; so do others if the chunk is too short.
  const hasAlpha = header.type === 4 || header.type === 6;
  const says = transparency !== null && !hasAlpha && (isPalette || transparency.length >= 2 * header.samples);
  return {
    header,
    palette: isPalette ? palette : null,
    transparency: says ? transparency : null,
    data: joined(data, dataLength),
  };
}

function readHeader(content: Uint8Array, fail: Fail): Header {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, compression, filter, interlace] = content.subarray(8) as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
  ];
  const kind = kinds[type] ?? fail(`unknown colour type ${type}`);
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) {
    fail(`a size of ${width}×${height} pixels is not to be read`);
  }
  if (!kind.depths.includes(depth)) fail(`colour type ${type} has no ${depth} bits a sample`);
  if (compression !== 0 || filter !== 0 || interlace > 1) fail('unknown compression, filtering or interlacing');
  return { width, height, depth, type, samples: kind.samples, interlaced: interlace === 1 };
}

/** Undoes, in place, the prediction of each row from its neighbours (§9); `step` is the number of bytes per pixel. */
function unfilter(raw: Uint8Array, { rows, stride }: Pass, step: number, fail: Fail): void {
  for (let row = 0; row < rows; row++) {
    const start = row * (stride + 1) + 1;
    const above = start - stride - 1;
    const filter = raw[start - 1]!;
    if (filter > 4) fail(`unknown filter ${filter} in row ${row}`);
    if (filter === 0) continue;
    for (let i = 0; i < stride; i++) {
      const left = i >= step ? raw[start + i - step]! : 0;
      const up = row > 0 ? raw[above + i]! : 0;
      let predicted = left;
      if (filter === 2) predicted = up;
      else if (filter === 3) predicted = (left + up) >> 1;
      else if (filter === 4) predicted = paeth(left, up, i >= step && row > 0 ? raw[above + i - step]! : 0);
      raw[start + i] = raw[start + i]! + predicted;
    }
  }
}

/** Whichever of the left, upper and corner neighbours is nearest to left + up − corner. */
export function paeth(left: number, up: number, corner: number): number {
  const byLeft = Math.abs(up - corner);
  const byUp = Math.abs(left - corner);
  const byCorner = Math.abs(left + up - 2 * corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
