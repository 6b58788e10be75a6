// Resizes pictures with a Lanczos filter, byte for byte as Pillow does.
// Source: Pillow, src/libImaging/Resample.c and Convert.c.
import type { Pixels } from './pictures';

const REACH = 3;
/** Fractional bits of the fixed-point weights. */
const PLACES = 22;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const filter = (x: number): number => (Math.abs(x) < REACH ? sinc(x) * sinc(x / REACH) : 0);

interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** The fixed-point weights of the inputs that each of `out` outputs reads along an axis. */
function tapsOf(size: number, out: number): Taps[] {
  const scale = size / out;
  const wide = Math.max(scale, 1);
  return Array.from({ length: out }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - REACH * wide + 0.5), 0);
    const end = Math.min(Math.trunc(centre + REACH * wide + 0.5), size);
    const raw = Array.from({ length: end - first }, (_, t) => filter((t + first - centre + 0.5) / wide));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    const weights = raw.map((weight) => {
      const shifted = (weight / sum) * 2 ** PLACES;
      return Math.trunc(shifted < 0 ? shifted - 0.5 : shifted + 0.5);
    });
    return { first, weights };
  });
}

/** Resizes a picture to another width. */
function columnsAt({ width, height, channels, bytes }: Pixels, out: number): Pixels {
  const taps = tapsOf(width, out);
  const made = new Uint8Array(out * height * channels);
  for (let y = 0; y < height; y++) {
    for (const [x, { first, weights }] of taps.entries()) {
      for (let c = 0; c < channels; c++) {
        const sum = weights.reduce(
          (total, weight, t) => total + weight * bytes[(y * width + first + t) * channels + c]!,
          2 ** (PLACES - 1),
        );
        made[(y * out + x) * channels + c] = Math.min(255, Math.max(0, Math.floor(sum / 2 ** PLACES)));
      }
    }
  }
  return { width: out, height, channels, bytes: made };
}

/** Transposes a picture. */
function turned({ width, height, channels, bytes }: Pixels): Pixels {
  const made = new Uint8Array(bytes.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      made.set(bytes.subarray(from, from + channels), (x * height + y) * channels);
    }
  }
  return { width: height, height: width, channels, bytes: made };
}

/** Applies `convert` to each colour value and its alpha; alpha itself is unchanged. */
function withColors(pixels: Pixels, convert: (color: number, alpha: number) => number): Pixels {
  const { channels, bytes } = pixels;
  if (channels !== 4) return pixels;
  const alphaAt = (i: number): number => bytes[i - (i % 4) + 3]!;
  return { ...pixels, bytes: bytes.map((value, i) => (i % 4 === 3 ? value : convert(value, alphaAt(i)))) };
}

function timesAlpha(color: number, alpha: number): number {
  const product = color * alpha + 128;
  return ((product >> 8) + product) >> 8;
}

const byAlpha = (color: number, alpha: number): number =>
  alpha === 0 || alpha === 255 ? color : Math.min(255, Math.trunc((255 * color) / alpha));

export function lanczos(pixels: Pixels, width: number, height: number): Pixels {
  const wide = columnsAt(withColors(pixels, timesAlpha), width);
  return withColors(turned(columnsAt(turned(wide), height)), byAlpha);
}
