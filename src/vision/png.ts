// A reader of PNG pictures for places without a browser's decoder: 8 bits a channel, not interlaced.
// Source: PNG specification, third edition, https://www.w3.org/TR/png-3.
import { FileFormatError } from '../errors';
import { inflate, joined } from '../io/bytes';

/** Red, green and blue bytes, row by row. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

export const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples a pixel by colour type: grey, RGB, palette, grey and alpha, RGB and alpha. */
const samplesByType: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE_TYPE = 3;
/** Above this a header asks for more memory than any picture this reader is meant for. */
const MAX_PIXELS = 2 ** 28;

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

/**
 * Reads a PNG picture; an alpha channel is left out.
 *
 * @param name how messages call the file
 * @throws FileFormatError when it is damaged, or of a kind this reader does not know
 */
export async function decodePng(bytes: Uint8Array, name = 'PNG'): Promise<RgbImage> {
  const fail = (message: string): never => {
    throw new FileFormatError(`${name}: ${message}`);
  };
  const { header, palette, data } = readChunks(bytes, fail);
  const width = header.getUint32(0);
  const height = header.getUint32(4);
  const [depth, type, , , interlace] = [8, 9, 10, 11, 12].map((at) => header.getUint8(at));
  const samples = samplesByType[type!] ?? fail(`unknown colour type ${type}`);
  if (width === 0 || height === 0 || width * height > MAX_PIXELS)
    fail(`a size of ${width}×${height} pixels is not to be read`);
  if (depth !== 8 || interlace !== 0) {
    fail(
      `expected 8 bits a channel without interlacing, but got ${depth} bits${interlace ? ', interlaced' : ''}; save it anew`,
    );
  }
  if (type === PALETTE_TYPE && !palette) fail('expected a palette, but there is none');
  const stride = width * samples;
  const length = height * (stride + 1);
  // What follows the last row belongs to no pixel.
  const raw = await inflate(data, 'deflate', () => length, name);
  if (raw.length < length) fail(`expected ${length} bytes of pixels, but got ${raw.length}`);
  const pixels = unfilter(raw, stride, height, samples, fail);
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const sample = pixels[i * samples + (samples >= 3 ? c : 0)]!;
      rgb[3 * i + c] = palette ? (palette[3 * sample + c] ?? fail(`colour ${sample} is not in the palette`)) : sample;
    }
  }
  return { width, height, rgb };
}

interface Chunks {
  readonly header: DataView;
  readonly palette: Uint8Array | null;
  readonly data: Uint8Array;
}

function readChunks(bytes: Uint8Array, fail: (message: string) => never): Chunks {
  if (!isPng(bytes)) fail('expected a PNG picture, but its first bytes are others');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let header: Uint8Array | null = null;
  let palette: Uint8Array | null = null;
  const data: Uint8Array[] = [];
  let dataLength = 0;
  let kind = '';
  for (let at = SIGNATURE.length; kind !== 'IEND'; ) {
    if (at + 12 > bytes.length || at + 12 + view.getUint32(at) > bytes.length) fail('the file is truncated');
    const length = view.getUint32(at);
    const content = bytes.subarray(at + 8, at + 8 + length);
    kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (kind === 'IHDR') header ??= content;
    else if (kind === 'PLTE') palette ??= content;
    else if (kind === 'IDAT') {
      data.push(content);
      dataLength += length;
    }
    at += 12 + length;
  }
  if (header?.length !== 13 || data.length === 0) return fail('expected a header and pixels, but they are missing');
  return {
    header: new DataView(header.buffer, header.byteOffset, header.length),
    palette: header[9] === PALETTE_TYPE ? palette : null,
    data: joined(data, dataLength),
  };
}

/** Undoes the prediction of each row from its neighbours (§9 of the specification). */
function unfilter(
  raw: Uint8Array,
  stride: number,
  rows: number,
  step: number,
  fail: (message: string) => never,
): Uint8Array {
  const out = new Uint8Array(stride * rows);
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (stride + 1)]!;
    if (filter > 4) fail(`unknown filter ${filter} in row ${row}`);
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      const left = i >= step ? out[at - step]! : 0;
      const up = row > 0 ? out[at - stride]! : 0;
      const corner = i >= step && row > 0 ? out[at - stride - step]! : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      out[at] = raw[row * (stride + 1) + 1 + i]! + predicted;
    }
  }
  return out;
}

/** Of the left, upper and corner neighbours the one nearest to left + up − corner. */
export function paeth(left: number, up: number, corner: number): number {
  const byLeft = Math.abs(up - corner);
  const byUp = Math.abs(left - corner);
  const byCorner = Math.abs(left + up - 2 * corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
