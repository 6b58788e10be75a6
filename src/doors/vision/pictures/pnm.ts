// A reader of Netpbm's pictures: PBM, PGM and PPM, as text and as bytes.
// Source: https://netpbm.sourceforge.net/doc/ppm.html, pgm.html, pbm.html.
import { FileFormatError } from '../../../torch';
import type { Raster } from './raster';

const MAX_PIXELS = 2 ** 28;

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13) || byte === 35;

/**
 * Reads a picture with one channel (bits or grey) or three. Values are scaled to 0 to 255 as Pillow does.
 * @throws FileFormatError if the file is damaged
 */
export function decodePnm(bytes: Uint8Array, name = 'PNM'): Raster {
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: expected a sound PBM, PGM or PPM picture, but ${problem}`);
  };
  const kind = bytes[1]! - 0x30;
  let at = 2;
  /** Reads the next number of the text; comments run from # to the end of the line. */
  const next = (digits = 10): number => {
    while (at < bytes.length && isSpace(bytes[at]!)) {
      if (bytes[at] === 35) while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
      else at++;
    }
    let value = 0;
    let read = 0;
    for (; at < bytes.length && bytes[at]! >= 48 && bytes[at]! <= 57 && read < digits; at++, read++) {
      value = 10 * value + bytes[at]! - 48;
    }
    return read > 0 ? value : fail('a number is missing');
  };
  const [width, height] = [next(), next()];
  const isBits = kind === 1 || kind === 4;
  const most = isBits ? 1 : next();
  if (width < 1 || height < 1 || width * height > MAX_PIXELS)
    fail(`a size of ${width}×${height} pixels is not to be read`);
  if (most < 1 || most > 65535) fail(`its highest level is ${most}`);
  const channels = kind % 3 === 0 ? 3 : 1;
  const count = width * height * channels;
  const out = new Uint8Array(count);
  const level = spread(most, channels);
  if (kind <= 3) {
    for (let i = 0; i < count; i++) {
      const value = next(isBits ? 1 : 10);
      if (value > most) fail(`a level of ${value} is above ${most}`);
      out[i] = isBits ? 255 * (1 - value) : level(value);
    }
    return { width, height, channels, bytes: out };
  }
  at++;
  if (isBits) {
    const stride = Math.ceil(width / 8);
    if (at + stride * height > bytes.length) fail('it ends in the middle of its pixels');
    for (let i = 0; i < count; i++) {
      const x = i % width;
      const byte = bytes[at + ((i - x) / width) * stride + (x >> 3)]!;
      out[i] = (byte >> (7 - (x & 7))) & 1 ? 0 : 255;
    }
    return { width, height, channels, bytes: out };
  }
  const wide = most > 255;
  if (at + count * (wide ? 2 : 1) > bytes.length) fail('it ends in the middle of its pixels');
  for (let i = 0; i < count; i++) {
    out[i] = level(wide ? bytes[at + 2 * i]! * 256 + bytes[at + 2 * i + 1]! : bytes[at + i]!);
  }
  return { width, height, channels, bytes: out };
}

/** Scales the file's values to 0 to 255, rounding halves to even as Python does. */
function spread(most: number, channels: number): (level: number) => number {
  if (most === 255) return (level) => level;
  // Pillow reads grey of more than 256 levels as 16 bits; the upper eight become the byte.
  if (most > 255 && channels === 1) return (level) => Math.min(255, Math.floor(level / 256));
  return (level) => {
    const exact = (level / most) * 255;
    const below = Math.floor(exact);
    const up = exact - below > 0.5 || (exact - below === 0.5 && below % 2 === 1);
    return Math.min(255, below + (up ? 1 : 0));
  };
}
