// Colour maps, and how the numbers of a tensor become pixels.
import { type DType, showShape } from '../compiler/meta';
import { ArgumentError, ShapeError } from '../errors';
import { shown } from '../tensor/options';

/** Names of colour maps, as Matplotlib calls them; `RdWhGn` is Captum's from red through white to green. */
export type ColormapName = keyof typeof colormaps;

/** A colour map by its name, or of one's own: colours '#rrggbb' at equal distances, two at least, with straight lines between them. */
export type Colormap = ColormapName | readonly string[];

/**
 * Colours at equal distances, with straight lines between them. `viridis`, `magma`: samples of Matplotlib's tables (van der Walt and
 * Smith, CC0). `Reds`, `Blues`, `Greens`, `RdBu`: ColorBrewer (Cynthia Brewer, Apache-2.0).
 */
const colormaps = {
  gray: '000000 ffffff',
  viridis: '440154 482475 414487 355f8d 2a788e 21918c 22a884 44bf70 7ad151 bddf26 fde725',
  magma: '000004 140e36 3b0f70 641a80 8c2981 b73779 de4968 f7705c fe9f6d fecf92 fcfdbf',
  Reds: 'fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d',
  Blues: 'f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b',
  Greens: 'f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b',
  RdBu: '67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061',
  RdWhGn: 'ff0000 ffffff 008000',
} as const;

export interface ColorOptions {
  /** Colour map for pictures of one channel. Default: `gray`. */
  cmap?: Colormap;
  /** The value drawn darkest. Default: 0 for uint8 and bool, else the smallest finite value. */
  vmin?: number | null;
  /** The value drawn brightest. Default: 255 for uint8, 1 for bool, else the largest finite value. */
  vmax?: number | null;
}

/** Pixels as ImageData takes them: red, green, blue, alpha. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * Colours a picture [H, W], [1, H, W], [H, W, 1] (through the colour map), [3, H, W] or [H, W, 3] (red, green, blue). NaN is
 * drawn transparent.
 *
 * @throws ShapeError for other shapes, ArgumentError for an unknown colour map
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

/** 256 colours of a map, three bytes each. @throws ArgumentError for a map that there is not */
export function lookUpTable(op: string, cmap: Colormap): Uint8Array {
  const stops = stopsOf(op, cmap);
  const table = new Uint8Array(3 * 256);
  for (let level = 0; level < 256; level++) {
    const position = (level / 255) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(position));
    for (let c = 0; c < 3; c++) {
      const channel = (stop: number) => (stops[stop]! >> (16 - 8 * c)) & 255;
      table[3 * level + c] = Math.round(channel(index) + (channel(index + 1) - channel(index)) * (position - index));
    }
  }
  return table;
}

function stopsOf(op: string, cmap: Colormap): number[] {
  const known = typeof cmap === 'string' && Object.hasOwn(colormaps, cmap);
  const colors = known ? colormaps[cmap as ColormapName].split(' ').map((hex) => `#${hex}`) : cmap;
  if (Array.isArray(colors) && colors.length > 1 && colors.every((color) => /^#[\da-f]{6}$/i.test(color))) {
    return colors.map((color: string) => Number.parseInt(color.slice(1), 16));
  }
  throw new ArgumentError(
    `${op}: expected cmap out of ${Object.keys(colormaps).join(', ')}, or a list of colours '#rrggbb', but got ${shown(cmap)}`,
  );
}
