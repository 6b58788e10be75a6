// The orientation that a camera writes into a picture file, and how to turn a picture by it. Source: Exif 2.3,
// https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, §4.6.4.
import { segmentsOf } from './jpeg/segments';
import type { Raster } from './raster';

const ORIENTATION = 0x0112;

/** Where a file stores its orientation, and in which byte order. */
interface Place {
  readonly at: number;
  readonly little: boolean;
}

/**
 * The Exif orientation of a JPEG or PNG, 1 to 8: which edges of the scene are the first row and column. 1, upright, if
 * the file has none.
 */
export function orientationOf(bytes: Uint8Array): number {
  const place = placeOf(bytes);
  const value = place ? viewOf(bytes).getUint16(place.at, place.little) : 1;
  return value >= 1 && value <= 8 ? value : 1;
}

/** The same file, marked as upright. Browsers otherwise turn a picture when decoding, even if asked not to. */
export function saidUpright(bytes: Uint8Array): Uint8Array {
  const place = placeOf(bytes);
  if (!place) return bytes;
  const copy = bytes.slice();
  viewOf(copy).setUint16(place.at, 1, place.little);
  return copy;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function placeOf(bytes: Uint8Array): Place | null {
  const exif = bytes[0] === 0xff ? inJpeg(bytes) : bytes[0] === 0x89 ? inPng(bytes) : null;
  const place = exif && placeIn(exif);
  return place && { ...place, at: place.at + exif.byteOffset - bytes.byteOffset };
}

function inJpeg(bytes: Uint8Array): Uint8Array | null {
  for (const { marker, content } of segmentsOf(bytes)) {
    if (marker === 0xe1 && String.fromCharCode(...content.subarray(0, 6)) === 'Exif\0\0') return content.subarray(6);
  }
  return null;
}

function inPng(bytes: Uint8Array): Uint8Array | null {
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (kind === 'eXIf') return bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  return null;
}

function placeIn(exif: Uint8Array): Place | null {
  const view = viewOf(exif);
  const little = exif[0] === 0x49;
  if (exif.length < 8 || (!little && exif[0] !== 0x4d) || view.getUint16(2, little) !== 42) return null;
  const start = view.getUint32(4, little);
  if (start + 2 > exif.length) return null;
  const count = view.getUint16(start, little);
  for (let i = 0; i < count; i++) {
    const at = start + 2 + 12 * i;
    if (at + 12 > exif.length) return null;
    if (view.getUint16(at, little) === ORIENTATION) return { at: at + 8, little };
  }
  return null;
}

/** Turns and flips a picture so that its scene is upright. */
export function upright(raster: Raster, orientation: number): Raster {
  if (orientation === 1) return raster;
  const { width, height, channels, bytes } = raster;
  const isTurned = orientation >= 5;
  const [toWidth, toHeight] = isTurned ? [height, width] : [width, height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const made = new Uint8Array(bytes.length);
  for (let y = 0, to = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++, to += channels) {
      const [u, v] = isTurned ? [y, x] : [x, y];
      const from = ((fromBottom ? height - 1 - v : v) * width + (fromRight ? width - 1 - u : u)) * channels;
      for (let c = 0; c < channels; c++) made[to + c] = bytes[from + c]!;
    }
  }
  return { ...raster, width: toWidth, height: toHeight, bytes: made };
}
