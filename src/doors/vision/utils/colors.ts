// Parses colours in the forms that torchvision's drawing functions take: names, CSS notations, triplets, or a palette.
import { ArgumentError } from '../../../torch';
import { shown } from '../../../torch/inside';
import { colorNames } from './color-names';

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * A CSS name, `#f80`, `#ff8800`, `rgb(255, 136, 0)`, `hsl(32, 100%, 50%)`, `hsv(32, 100%, 100%)`; or red, green and
 * blue.
 */
export type ColorLike = string | readonly number[];

let names: ReadonlyMap<string, string> | null = null;

function namedColor(name: string): string | undefined {
  if (!names) {
    const words = colorNames.trim().split(/\s+/);
    const entries = words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!] as const] : []));
    names = new Map(entries);
  }
  return names.get(name);
}

const fromHex = (digits: string): Rgb => {
  const size = digits.length < 6 ? 1 : 2;
  const [r, g, b] = [0, 1, 2].map((i) => {
    const part = digits.slice(i * size, (i + 1) * size);
    return Number.parseInt(size === 1 ? part + part : part, 16);
  });
  return [r!, g!, b!];
};

const byte = (share: number): number => Math.trunc(share * 255 + 0.5);

function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const level = (n: number) => {
    const k = (n + hue * 12) % 12;
    return byte(lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [level(0), level(8), level(4)];
}

function fromHsv(hue: number, saturation: number, value: number): Rgb {
  const level = (n: number) => {
    const k = (n + hue * 6) % 6;
    return byte(value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [level(5), level(3), level(1)];
}

const number = String.raw`\s*(\d+\.?\d*)`;
const threeBytes = /^rgba?\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*(?:,\s*\d+\s*)?\)$/;
const threeShares = /^rgb\(\s*(\d+)%\s*,\s*(\d+)%\s*,\s*(\d+)%\s*\)$/;
const turned = new RegExp(String.raw`^(hsl|hs[bv])\(${number}\s*,${number}%\s*,${number}%\s*\)$`);

/** @throws ArgumentError if the text is not a colour */
export function parseColor(op: string, text: string): Rgb {
  const color = text.toLowerCase();
  const named = namedColor(color);
  if (named) return fromHex(named);
  if (/^#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/.test(color)) return fromHex(color.slice(1));
  const bytes = threeBytes.exec(color);
  if (bytes) return [Number(bytes[1]), Number(bytes[2]), Number(bytes[3])];
  const shares = threeShares.exec(color);
  if (shares) return [byte(Number(shares[1]) / 100), byte(Number(shares[2]) / 100), byte(Number(shares[3]) / 100)];
  const [, kind, hue, saturation, last] = turned.exec(color) ?? [];
  if (kind === undefined) {
    throw new ArgumentError(`${op}: expected a colour such as 'red', '#ff0000' or [255, 0, 0], but got ${shown(text)}`);
  }
  const rest = [(Number(hue) / 360) % 1, Number(saturation) / 100, Number(last) / 100] as const;
  return kind === 'hsl' ? fromHsl(...rest) : fromHsv(...rest);
}

const PALETTE = [2 ** 25 - 1, 2 ** 15 - 1, 2 ** 21 - 1];

/**
 * A colour for each of `count` objects: one colour for all, a list with at least as many, or the palette if none are
 * given. A list of three numbers is one colour.
 *
 * @throws ArgumentError if there are too few colours, or if a value is not a colour
 */
export function parseColors(
  op: string,
  colors: ColorLike | readonly ColorLike[] | null,
  count: number,
): readonly Rgb[] {
  const single =
    typeof colors === 'string' || (Array.isArray(colors) && colors.every((each) => typeof each === 'number'));
  if (colors === null) {
    return Array.from({ length: count }, (_, i) => PALETTE.map((step) => (i * step) % 255) as unknown as Rgb);
  }
  if (single && (typeof colors === 'string' || colors.length > 0)) {
    const color = oneColor(op, colors as ColorLike);
    return new Array<Rgb>(count).fill(color);
  }
  if (!Array.isArray(colors)) {
    throw new ArgumentError(`${op}: expected a colour or a list of colours, but got ${shown(colors)}`);
  }
  if (colors.length < count) {
    throw new ArgumentError(`${op}: expected a colour for each of ${count} objects, but got ${colors.length}`);
  }
  return (colors as readonly ColorLike[]).slice(0, count).map((color) => oneColor(op, color));
}

function oneColor(op: string, color: ColorLike): Rgb {
  if (typeof color === 'string') return parseColor(op, color);
  if (
    Array.isArray(color) &&
    color.length === 3 &&
    color.every((level) => Number.isInteger(level) && level >= 0 && level < 256)
  ) {
    return color as unknown as Rgb;
  }
  throw new ArgumentError(
    `${op}: expected a colour as a string or as [red, green, blue] from 0 to 255, but got ${shown(color)}`,
  );
}
