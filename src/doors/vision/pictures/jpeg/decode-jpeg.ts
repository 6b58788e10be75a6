// A reader of JPEG pictures, sequential and progressive, grey, colour and CMYK. Its results equal those of
// libjpeg-turbo, which Pillow and torchvision use. Source: ITU-T T.81 (JPEG), T.871 (JFIF); Adobe's technical note 5116
// for its marker.
import { FileFormatError } from '../../../../torch';
import type { Raster } from '../raster';
import { Code, type Fail } from './bits';
import { inverseDct } from './idct';
import { type Component, readScan, type ScanPart, ZIGZAG } from './scan';
import { type Segment, segmentAt } from './segments';
import { type Plane, upsampled } from './upsample';

/** A header with more pixels asks for more memory than this reader is meant for. */
const MAX_PIXELS = 2 ** 28;

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly maxH: number;
  readonly maxV: number;
  readonly components: readonly Component[];
}

/**
 * Reads a JPEG: grey as one channel, everything else as red, green and blue. CMYK is converted as in Pillow, with
 * inverted inks as Adobe stores them. With `grey`, the only channel is the brightness that a YCbCr JPEG stores, as
 * torchvision reads GRAY.
 *
 * @throws FileFormatError if the file is damaged, or of a rare kind (arithmetic coding, 12 bits, lossless)
 */
export function decodeJpeg(bytes: Uint8Array, name = 'JPEG', grey = false): Raster {
  const fail: Fail = (problem) => {
    throw new FileFormatError(`${name}: expected a sound JPEG, but ${problem}`);
  };
  const steps: Uint16Array[] = [];
  const codes = new Map<number, Code>();
  let frame: Frame | null = null;
  let restart = 0;
  let adobe: number | null = null;
  let isJfif = false;
  let scans = 0;
  for (let at = 0; ; ) {
    const next: Segment | null = segmentAt(bytes, at);
    if (!next) break;
    const { marker, content, end } = next;
    at = end;
    if (marker === 0xdb) readSteps(content, steps, fail);
    else if (marker === 0xc4) readCodes(content, codes, fail);
    else if (marker === 0xdd) restart = content[0]! * 256 + content[1]!;
    else if (marker === 0xe0) isJfif ||= String.fromCharCode(...content.subarray(0, 4)) === 'JFIF';
    else if (marker === 0xee && String.fromCharCode(...content.subarray(0, 5)) === 'Adobe') adobe = content[11] ?? 0;
    else if (marker >= 0xc0 && marker <= 0xc2) {
      if (frame) fail('it has two frames');
      frame = readFrame(content, marker === 0xc2, 8 * bytes.length, fail);
    } else if (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) {
      fail(`its coding is of a kind that is not read (marker ${marker.toString(16)})`);
    } else if (marker === 0xda) {
      if (!frame) return fail('its pixels come before its size');
      if (++scans > 1000) fail('it has more scans than any picture');
      at = readScan(
        bytes,
        end,
        { ...scanOf(content, frame, codes, fail), progressive: frame.progressive, restart },
        fail,
      );
    }
  }
  if (!frame || scans === 0) return fail('it holds no pixels');
  const { components } = frame;
  const ids = String.fromCharCode(...components.map(({ id }) => id));
  const isYcc = components.length === 3 ? isJfif || (adobe === null ? ids !== 'RGB' : adobe !== 0) : adobe === 2;
  const read = grey && isYcc && components.length === 3 ? components.slice(0, 1) : components;
  const planes = read.map((component) => planeOf(component, frame!, steps, fail));
  return toRaster(planes, frame, isYcc);
}

function readSteps(content: Uint8Array, steps: Uint16Array[], fail: Fail): void {
  for (let at = 0; at < content.length; ) {
    const head = content[at++]!;
    const wide = head >> 4 > 0;
    if (at + (wide ? 128 : 64) > content.length) fail('a table of steps is cut short');
    const table = new Uint16Array(64);
    for (let i = 0; i < 64; i++) {
      table[ZIGZAG[i]!] = wide ? content[at]! * 256 + content[at + 1]! : content[at]!;
      at += wide ? 2 : 1;
    }
    steps[head & 15] = table;
  }
}

function readCodes(content: Uint8Array, codes: Map<number, Code>, fail: Fail): void {
  for (let at = 0; at + 17 <= content.length; ) {
    const counts = content.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (at + 17 + total > content.length) fail('a table of codes is cut short');
    codes.set(content[at]!, new Code(counts, content.subarray(at + 17, at + 17 + total)));
    at += 17 + total;
  }
}

/** @param most upper limit of the number of blocks; each block takes at least one bit */
function readFrame(content: Uint8Array, progressive: boolean, most: number, fail: Fail): Frame {
  const [depth = 0, y1 = 0, y0 = 0, x1 = 0, x0 = 0, count = 0] = content;
  const [width, height] = [x1 * 256 + x0, y1 * 256 + y0];
  if (depth !== 8) fail(`it has ${depth} bits a sample, and 8 are read`);
  if (width === 0 || height === 0 || width * height > MAX_PIXELS)
    fail(`a size of ${width}×${height} pixels is not to be read`);
  if (![1, 3, 4].includes(count) || content.length < 6 + 3 * count) fail(`it has ${count} components`);
  const heads = Array.from({ length: count }, (_, i) => {
    const [id, factors, table] = content.subarray(6 + 3 * i) as unknown as [number, number, number];
    const [h, v] = [factors >> 4, factors & 15];
    if (h < 1 || h > 4 || v < 1 || v > 4) fail('a component has an impossible sampling');
    return { id, h, v, table };
  });
  const maxH = Math.max(...heads.map(({ h }) => h));
  const maxV = Math.max(...heads.map(({ v }) => v));
  const [unitsX, unitsY] = [Math.ceil(width / (8 * maxH)), Math.ceil(height / (8 * maxV))];
  const blocks = heads.reduce((sum, { h, v }) => sum + unitsX * h * unitsY * v, 0);
  if (blocks > most) fail(`its ${width}×${height} pixels take more bytes than it has`);
  const components = heads.map((head) => ({
    ...head,
    columns: Math.ceil(Math.ceil((width * head.h) / maxH) / 8),
    rows: Math.ceil(Math.ceil((height * head.v) / maxV) / 8),
    allColumns: unitsX * head.h,
    allRows: unitsY * head.v,
    coefficients: new Int16Array(64 * unitsX * head.h * unitsY * head.v),
  }));
  return { width, height, progressive, maxH, maxV, components };
}

function scanOf(content: Uint8Array, frame: Frame, codes: ReadonlyMap<number, Code>, fail: Fail) {
  const count = content[0] ?? 0;
  if (count < 1 || count > 4 || content.length < 4 + 2 * count) fail('a scan has an impossible header');
  const parts = Array.from({ length: count }, (_, i): ScanPart => {
    const [id, tables] = content.subarray(1 + 2 * i) as unknown as [number, number];
    const component =
      frame.components.find((each) => each.id === id) ?? fail('a scan is of a component that there is not');
    return { component, dc: codes.get(tables >> 4), ac: codes.get(16 + (tables & 15)) };
  });
  const [start, end, bits] = content.subarray(1 + 2 * count) as unknown as [number, number, number];
  if (!frame.progressive) return { parts, start: 0, end: 63, low: 0, high: 0 };
  if (start > end || end > 63 || (start === 0) !== (end === 0) || (start > 0 && count > 1) || (bits & 15) > 13) {
    fail('a scan has an impossible header');
  }
  return { parts, start, end, low: bits & 15, high: bits >> 4 };
}

function planeOf(component: Component, frame: Frame, steps: readonly Uint16Array[], fail: Fail): Plane {
  const { allColumns, allRows, coefficients, h, v, table } = component;
  const own = steps[table] ?? fail('a table of steps is missing');
  const stride = 8 * allColumns;
  const samples = new Uint8ClampedArray(stride * 8 * allRows);
  const block = new Int32Array(64);
  for (let i = 0; i < allColumns * allRows; i++) {
    for (let k = 0; k < 64; k++) block[k] = coefficients[64 * i + k]! * own[k]!;
    const column = i % allColumns;
    inverseDct(block, samples, ((i - column) / allColumns) * 8 * stride + 8 * column, stride);
  }
  const width = Math.ceil((frame.width * h) / frame.maxH);
  const height = Math.ceil((frame.height * v) / frame.maxV);
  const [times, timesY] = [frame.maxH / h, frame.maxV / v];
  if (!Number.isInteger(times) || !Number.isInteger(timesY))
    return fail('its components have samplings that do not divide each other');
  return upsampled({ samples, stride, width, height }, times, timesY, frame.width, frame.height);
}

// JFIF's weights as fixed-point numbers with 16 fractional bits.
const [RED, BLUE, GREEN_RED, GREEN_BLUE] = [91881, 116130, 46802, 22554];
const HALF = 1 << 15;

function toRaster(planes: readonly Plane[], { width, height }: Frame, isYcc: boolean): Raster {
  const count = planes.length;
  const channels = count === 1 ? 1 : 3;
  const out = new Uint8ClampedArray(width * height * channels);
  const pixel = new Uint8ClampedArray(4);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      for (let c = 0; c < count; c++) pixel[c] = planes[c]!.samples[y * planes[c]!.stride + x]!;
      if (count > 1 && isYcc) fromYcc(pixel);
      if (count === 4) {
        // Adobe's YCCK holds inverted colours, and stores inks inverted, so that 255 is no ink.
        for (let c = 0; c < 3; c++) out[to + c] = inked(isYcc ? 255 - pixel[c]! : pixel[c]!, pixel[3]!);
      } else for (let c = 0; c < channels; c++) out[to + c] = pixel[c]!;
    }
  }
  return { width, height, channels, bytes: new Uint8Array(out.buffer) };
}

function fromYcc(pixel: Uint8ClampedArray): void {
  const y = pixel[0]!;
  const blue = pixel[1]! - 128;
  const red = pixel[2]! - 128;
  pixel[0] = y + ((RED * red + HALF) >> 16);
  pixel[1] = y + ((-GREEN_BLUE * blue - GREEN_RED * red + HALF) >> 16);
  pixel[2] = y + ((BLUE * blue + HALF) >> 16);
}

/** A colour under black ink. Both arguments are what the ink leaves of the light: 255 is no ink. */
function inked(color: number, black: number): number {
  const share = (255 - color) * black + 128;
  return black - (((share >> 8) + share) >> 8);
}
