// Colour maps, and the colouring of a tensor's numbers as pixels.

import { ArgumentError, type DType, ShapeError } from '../../torch';
import { type kinds, shown, showShape } from '../../torch/inside';
import { lines, steps } from './colormaps';

/**
 * The names of colour maps: Matplotlib's, and Captum's `RdWhGn` from red through white to green; `_r` reverses any of
 * them.
 */
export type ColormapName = KnownColormap | `${KnownColormap}_r`;

type KnownColormap = keyof typeof lines | keyof typeof steps | 'RdWhGn';

/** The name of a colour map, or a list of at least two colours '#rrggbb' at equal distances, interpolated linearly. */
export type Colormap = ColormapName | readonly string[];

/** Options for how numbers become colours. */
export interface ColorOptions {
  /** The colour map for pictures of one channel. Default: `gray`. */
  cmap?: Colormap;
  /** The value at the low end of the colours. Default: 0 for uint8 and bool, else the least finite value. */
  vmin?: number | null;
  /** The value at the high end of the colours. Default: 255 for uint8, 1 for bool, else the greatest finite value. */
  vmax?: number | null;
}

/** Pixels in the format of ImageData: red, green, blue, alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * Colours a picture [H, W], [1, H, W], [H, W, 1] (through the colour map), [3, H, W] or [H, W, 3] (red, green, blue). NaN is
 * drawn transparent.
 *
 * @throws ShapeError for other shapes; ArgumentError if the colour map is unknown
 */
export function colorize(
  data: ArrayLike<number>,
  shape: readonly number[],
  dtype: DType,
  options: Required<ColorOptions>,
): Pixels {
  const { height, width, channels, channelStep, pixelStep } = layout(shape);
  const table = lookUpTable('draw', options.cmap);
  const [low, high] = bounds(data, dtype, options);
  const range = high > low ? high - low : Number.POSITIVE_INFINITY;
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    let visible = 255;
    for (let c = 0; c < 3; c++) {
      const value = data[pixel * pixelStep + (channels === 3 ? c * channelStep : 0)]!;
      if (Number.isNaN(value)) visible = 0;
      const level = Math.min(255, Math.max(0, Math.round(((value - low) / range) * 255)));
      rgba[4 * pixel + c] = channels === 3 ? level : table[3 * level + c]!;
    }
    rgba[4 * pixel + 3] = visible;
  }
  return { width, height, rgba };
}

interface Layout {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly channelStep: number;
  readonly pixelStep: number;
}

function layout(shape: readonly number[]): Layout {
  const [a = 0, b = 0, c = 0] = shape;
  if (a * b * (shape.length === 3 ? c : 1) > 0) {
    if (shape.length === 2) return { height: a, width: b, channels: 1, channelStep: 0, pixelStep: 1 };
    for (const channels of shape.length === 3 ? ([3, 1] as const) : []) {
      if (a === channels) return { height: b, width: c, channels, channelStep: b * c, pixelStep: 1 };
      if (c === channels) return { height: a, width: b, channels, channelStep: 1, pixelStep: c };
    }
  }
  throw new ShapeError(
    `draw: expected a picture [H, W], [3, H, W] or [H, W, 3] of at least one pixel, but got shape ${showShape(shape)}`,
  );
}

function bounds(data: ArrayLike<number>, dtype: DType, { vmin, vmax }: Required<ColorOptions>): [number, number] {
  if (dtype === 'uint8' || dtype === 'bool') return [vmin ?? 0, vmax ?? (dtype === 'bool' ? 1 : 255)];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [vmin ?? low, vmax ?? high];
}

/** A colour, as 0xrrggbb, at a level of 0 to 255. */
type Stop = readonly [level: number, color: number];

const isReversedName = (cmap: unknown): cmap is string => typeof cmap === 'string' && cmap.endsWith('_r');

const forwardStops = (cmap: Colormap): readonly Stop[] | null =>
  stopsOf(isReversedName(cmap) ? cmap.slice(0, -2) : cmap);

/** The kind of an option `cmap`. */
export const colormap: kinds.Kind = {
  words: "a name of Matplotlib's, such as gray, viridis, RdBu or RdBu_r, or a list of at least two colours '#rrggbb'",
  fits: (value) => forwardStops(value as Colormap) !== null,
};

/**
 * The 256 colours of a map, three bytes each.
 * @throws ArgumentError if the map is unknown
 */
export function lookUpTable(op: string, cmap: Colormap): Uint8Array {
  const isReversed = isReversedName(cmap);
  const stops = forwardStops(cmap);
  if (!stops) throw new ArgumentError(`${op}: expected cmap to be ${colormap.words}, but got ${shown(cmap)}`);
  const table = new Uint8Array(3 * 256);
  let next = 1;
  for (let level = 0; level < 256; level++) {
    while (stops[next]![0] < level) next++;
    const [[low, from], [high, to]] = [stops[next - 1]!, stops[next]!];
    const at = 3 * (isReversed ? 255 - level : level);
    for (let c = 0; c < 3; c++) {
      const [start, end] = [channelOf(from, c), channelOf(to, c)];
      table[at + c] = Math.round(start + ((end - start) * (level - low)) / (high - low));
    }
  }
  return table;
}

const channelOf = (color: number, channel: number): number => (color >> (16 - 8 * channel)) & 255;

function stopsOf(cmap: string | readonly string[]): readonly Stop[] | null {
  if (typeof cmap !== 'string') {
    const isList = Array.isArray(cmap) && cmap.length > 1 && cmap.every((color) => /^#[\da-f]{6}$/i.test(color));
    return isList ? evenly(cmap.map((color: string) => Number.parseInt(color.slice(1), 16))) : null;
  }
  if (cmap === 'RdWhGn') return evenly([0xff0000, 0xffffff, 0x008000]);
  if (Object.hasOwn(lines, cmap)) {
    return numbersOf(lines[cmap as keyof typeof lines]).map((stop) => [stop >>> 24, stop & 0xffffff]);
  }
  return Object.hasOwn(steps, cmap) ? inSteps(numbersOf(steps[cmap as keyof typeof steps])) : null;
}

const numbersOf = (text: string): number[] => text.split(' ').map((hex) => Number.parseInt(hex, 16));

const evenly = (colors: readonly number[]): Stop[] =>
  colors.map((color, i) => [(255 * i) / (colors.length - 1), color]);

/** Stops for a map of plain colours: each colour fills an equal range of levels. */
const inSteps = (colors: readonly number[]): Stop[] =>
  colors.flatMap((color, i) => {
    const start = Math.ceil((255 * i) / colors.length);
    const end = i === colors.length - 1 ? 255 : Math.ceil((255 * (i + 1)) / colors.length) - 1;
    return [
      [start, color],
      [end, color],
    ] as const;
  });
