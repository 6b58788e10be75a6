// Checks and normalizes the arguments of transforms: sizes, paddings, ranges, fills and interpolations.
import { ArgumentError, Tensor } from '../../../torch';
import { isPlainObject, kindOf, shown } from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { Image, Mask } from '../tv-tensors';

/** Named as in torchvision. `lanczos` is always antialiased. */
export type Interpolation = 'nearest' | 'nearest-exact' | 'bilinear' | 'bicubic' | 'lanczos';

/** Height and width. */
export type PictureSize = readonly [height: number, width: number];

/** torchvision's enumeration of interpolations; the strings can be given directly. */
export const InterpolationMode = {
  NEAREST: 'nearest',
  NEAREST_EXACT: 'nearest-exact',
  BILINEAR: 'bilinear',
  BICUBIC: 'bicubic',
  LANCZOS: 'lanczos',
} as const;

/** Side of a square, or `[height, width]`. */
export type SizeLike = number | readonly number[];

/**
 * How a picture continues beyond its border: with a colour, with the edge element, or mirrored without (`reflect`) or
 * with (`symmetric`) the edge element repeated.
 */
export type BorderMode = 'constant' | 'edge' | 'reflect' | 'symmetric';

/** Left, top, right and bottom. Two numbers are left and right, then top and bottom; one number is for all sides. */
export type BorderPadding = number | readonly number[];

/** A colour: one number, or one for each channel. */
export type Fill = number | readonly number[] | null;

/**
 * A colour, or one for each kind of input: a map from the class or its name to the colour, with `others` for the rest.
 */
export type FillArgument = Fill | ReadonlyMap<unknown, Fill> | Readonly<Record<string, Fill>>;

const isWhole = (value: unknown): value is number => Number.isInteger(value);
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Upper limit of a picture's side: no buffer holds a longer row. */
export const MAX_SIDE = 2 ** 24;

/** Whether a value is a valid side in pixels. */
export const isSide = (side: unknown): side is number => isWhole(side) && side > 0 && side <= MAX_SIDE;

/** @throws ArgumentError unless the size is valid in pixels */
export function sizeOf(op: string, size: SizeLike, name = 'size'): PictureSize {
  const list = Array.isArray(size) ? (size as readonly number[]) : [size as number];
  if (list.length < 1 || list.length > 2 || !list.every(isSide)) {
    throw new ArgumentError(
      `${op}: expected ${name} to be a whole number of at most ${MAX_SIDE}, or [height, width], but got ${shown(size)}`,
    );
  }
  return [list[0]!, list[1] ?? list[0]!];
}

/** Left, top, right and bottom. */
export type Sides = readonly [left: number, top: number, right: number, bottom: number];

/** @throws ArgumentError unless there are one, two or four whole numbers */
export function sidesOf(op: string, padding: BorderPadding): Sides {
  const list = Array.isArray(padding) ? (padding as readonly number[]) : [padding as number];
  if (![1, 2, 4].includes(list.length) || !list.every(isWhole)) {
    throw new ArgumentError(
      `${op}: expected padding to be a whole number or 1, 2 or 4 of them (left, top, right, bottom), but got ${shown(padding)}`,
    );
  }
  const [left, top = left, right = left, bottom = top] = list as [number, number?, number?, number?];
  return [left, top, right, bottom];
}

/** @throws ArgumentError if the mode does not exist */
export function checkPaddingMode(op: string, mode: BorderMode): void {
  if (['constant', 'edge', 'reflect', 'symmetric'].includes(mode)) return;
  throw new ArgumentError(
    `${op}: expected paddingMode 'constant', 'edge', 'reflect' or 'symmetric', but got ${shown(mode)}`,
  );
}

/** @throws ArgumentError if the interpolation does not exist, or `op` does not support it */
export function checkInterpolation(
  op: string,
  interpolation: Interpolation,
  known: readonly Interpolation[] = Object.values(InterpolationMode),
): void {
  if (known.includes(interpolation)) return;
  const names = known.map((name) => `'${name}'`).join(', ');
  throw new ArgumentError(`${op}: expected interpolation to be one of ${names}, but got ${shown(interpolation)}`);
}

/** A single number as a range around 0; a range as it is. */
export function rangeAround(
  op: string,
  name: string,
  value: number | readonly number[],
  lengths: readonly number[],
): number[] {
  if (isNumber(value)) {
    if (value < 0)
      throw new ArgumentError(`${op}: expected ${name} of at least 0 if it is one number, but got ${value}`);
    // Minus 0 would print as -0.0.
    return [0 - value, value];
  }
  return checkNumbers(op, name, value, lengths);
}

/** @throws ArgumentError unless the value is a finite number */
export function checkNumber(op: string, name: string, value: unknown): asserts value is number {
  if (isNumber(value)) return;
  throw new ArgumentError(`${op}: expected ${name} to be a number, but got ${kindOf(value)}`);
}

/** @throws ArgumentError unless the value is a list of numbers with one of these lengths */
export function checkNumbers(op: string, name: string, value: unknown, lengths: readonly number[]): number[] {
  if (Array.isArray(value) && lengths.includes(value.length) && value.every(isNumber)) return [...value];
  throw new ArgumentError(
    `${op}: expected ${name} to be a list of ${lengths.join(' or ')} numbers, but got ${shown(value)}`,
  );
}

/** @throws ArgumentError unless the fill is a colour */
export function checkFill(op: string, fill: unknown): void {
  const known = fill === null || isNumber(fill) || (Array.isArray(fill) && fill.length > 0 && fill.every(isNumber));
  if (!known) {
    throw new ArgumentError(`${op}: expected fill to be a number, a list of numbers or null, but got ${shown(fill)}`);
  }
}

/** The kinds of inputs that may have fills of their own. */
export type FillKind = 'picture' | 'tensor' | 'image' | 'mask';

const classes: Readonly<Record<FillKind, { readonly type: unknown; readonly name: string }>> = {
  picture: { type: Picture, name: 'Picture' },
  tensor: { type: Tensor, name: 'Tensor' },
  image: { type: Image, name: 'Image' },
  mask: { type: Mask, name: 'Mask' },
};

/** The fill of each kind of input: one number per channel, or one for all channels. */
export type Fills = Readonly<Record<FillKind, readonly number[] | null>>;

/** @throws ArgumentError unless the fill is a colour, or a map of colours */
export function fillsOf(op: string, fill: FillArgument): Fills {
  const lookUp = (kind: FillKind): Fill | undefined => {
    const { type, name } = classes[kind];
    if (fill instanceof Map) return fill.get(type) ?? fill.get(name) ?? fill.get('others');
    if (isPlainObject(fill)) return (fill[name] ?? fill.others) as Fill | undefined;
    return fill as Fill;
  };
  const listed = (kind: FillKind): readonly number[] | null => {
    const found = lookUp(kind) ?? null;
    checkFill(op, found);
    return found === null || Array.isArray(found) ? (found as readonly number[] | null) : [found as number];
  };
  return { picture: listed('picture'), tensor: listed('tensor'), image: listed('image'), mask: listed('mask') };
}

/** @throws ArgumentError if the colour has a different number of channels than the picture */
export function checkFillChannels(op: string, fill: readonly number[] | null, channels: number): void {
  if (fill === null || fill.length === 1 || (fill.length === channels && channels <= 4)) return;
  throw new ArgumentError(`${op}: expected one fill, or one for each of ${channels} channels, but got ${shown(fill)}`);
}
