// Colour spaces in which selective search compares pictures, computed on the host. Every channel is from 0 to 1.
import type { Planes } from './felzenszwalb';

/** Red, green and blue; hue, saturation and value; CIE L*a*b* (D65); or brightness alone. */
export type ColorSpace = 'rgb' | 'hsv' | 'lab' | 'gray';

type Convert = (r: number, g: number, b: number) => readonly number[];

function hsv(r: number, g: number, b: number): readonly number[] {
  const value = Math.max(r, g, b);
  const range = value - Math.min(r, g, b);
  if (range === 0) return [0, 0, value];
  const sixth = value === b ? 4 + (r - g) / range : value === g ? 2 + (b - r) / range : (g - b) / range;
  return [(((sixth / 6) % 1) + 1) % 1, range / value, value];
}

const linear = (v: number): number => (v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92);

const lightness = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);

/**
 * Converts sRGB to L*a*b* with white point D65. L from 0 to 100, and a and b from −128 to 127, are scaled to 0 to 1.
 */
function lab(red: number, green: number, blue: number): readonly number[] {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const x = lightness((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047);
  const y = lightness(0.212671 * r + 0.71516 * g + 0.072169 * b);
  const z = lightness((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
  return [(116 * y - 16) / 100, (500 * (x - y) + 128) / 255, (200 * (y - z) + 128) / 255];
}

const conversions: Readonly<Record<ColorSpace, Convert>> = {
  rgb: (r, g, b) => [r, g, b],
  hsv,
  lab,
  gray: (r, g, b) => [0.299 * r + 0.587 * g + 0.114 * b],
};

export const colorSpaces: readonly string[] = Object.keys(conversions);

/** Converts an RGB picture to another colour space. */
export function converted({ height, width, channels }: Planes, space: ColorSpace): Planes {
  const [r, g, b] = channels as readonly [Float64Array, Float64Array, Float64Array];
  const made = Array.from({ length: space === 'gray' ? 1 : 3 }, () => new Float64Array(height * width));
  for (let i = 0; i < height * width; i++) {
    const color = conversions[space](r[i]!, g[i]!, b[i]!);
    made.forEach((channel, c) => {
      channel[i] = color[c]!;
    });
  }
  return { height, width, channels: made };
}
