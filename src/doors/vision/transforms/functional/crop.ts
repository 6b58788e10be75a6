// Crops and paddings, as windows of pictures.
import { ArgumentError, type Tensor } from '../../../../torch';
import { type Arguments, checked, parseArgs, roundHalfEven } from '../../../../torch/inside';
import { BoundingBoxes, Mask } from '../../tv-tensors';
import {
  type BorderMode,
  type BorderPadding,
  checkFill,
  checkFillChannels,
  checkPaddingMode,
  type Fill,
  isSide,
  MAX_SIDE,
  type Sides,
  type PictureSize as Size,
  type SizeLike,
  sidesOf,
  sizeOf,
} from '../arguments';
import { onBatch } from '../batch';
import { infoOf } from '../info';
import { type Pictures, sizesOf, windowAt, windowsOf } from '../pictures';
import { shiftedBoxes } from './boxes';
import { horizontalFlip, verticalFlip } from './flips';

interface CropArguments {
  /** The distance from the upper edge, in pixels. */
  top: number;
  /** The distance from the left edge, in pixels. */
  left: number;
  /** The height, in pixels. */
  height: number;
  /** The width, in pixels. */
  width: number;
}

/** Reads the same window of all pictures, with a border where the window reaches beyond them. */
export function sameWindow(
  pictures: Pictures,
  top: number,
  left: number,
  out: Size,
  options: { border?: BorderMode; fill?: readonly number[] } = {},
): Tensor {
  const windows = sizesOf(pictures).map(() => windowAt(top, left));
  return windowsOf(pictures, windows, { out, ...options });
}

/** Crops a picture, tensor, mask or boxes; the part beyond the border is zero. */
export const crop = checked(
  'crop(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<CropArguments, ['top', 'left', 'height', 'width']>): T => {
    const { top, left, height, width } = parseArgs<CropArguments>('crop', ['top', 'left', 'height', 'width'], {}, args);
    for (const side of [top, left, height, width]) {
      if (!Number.isInteger(side)) throw new ArgumentError(`crop: expected whole numbers, but got ${side}`);
    }
    if ([height, width].some((side) => side !== 0 && !isSide(side))) {
      throw new ArgumentError(`crop: expected a size from 0 to ${MAX_SIDE}, but got ${height}×${width}`);
    }
    if (input instanceof BoundingBoxes) return shiftedBoxes(input, -left, -top, [height, width]) as Tensor as T;
    return onBatch('crop', input, (batch) => sameWindow(batch, top, left, [height, width])) as T;
  },
);

/**
 * Where a crop of the middle begins. Halves are rounded to even. If the crop is larger than the picture, an odd pixel
 * of padding goes to the right and bottom.
 */
export function centreOf([height, width]: Size, [cropHeight, cropWidth]: Size): { top: number; left: number } {
  const along = (size: number, out: number) =>
    out > size ? -Math.floor((out - size) / 2) : roundHalfEven((size - out) / 2);
  return { top: along(height, cropHeight), left: along(width, cropWidth) };
}

/** Crops the middle. Pictures that are smaller are padded with zeros. */
export const centerCrop = checked(
  'centerCrop(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<{ outputSize: SizeLike }, ['outputSize']>): T => {
    const { outputSize } = parseArgs<{ outputSize: SizeLike }>('centerCrop', ['outputSize'], {}, args);
    const out = sizeOf('centerCrop', outputSize, 'outputSize');
    if (input instanceof BoundingBoxes) return centredBoxes(input, out) as Tensor as T;
    return onBatch('centerCrop', input, (batch) => centred(batch, out)) as T;
  },
);

/** `centerCrop` of batches. */
export function centred(pictures: Pictures, out: Size): Tensor {
  const windows = sizesOf(pictures).map((size) => {
    const { top, left } = centreOf(size, out);
    return windowAt(top, left);
  });
  return windowsOf(pictures, windows, { out });
}

/**
 * `centerCrop` of boxes. torchvision always shifts them by half of the difference, rounded to even, also if the crop is
 * larger than the picture.
 */
export function centredBoxes(boxes: BoundingBoxes, out: Size): BoundingBoxes {
  const [height, width] = boxes.canvasSize;
  const [top, left] = [roundHalfEven((height - out[0]) / 2), roundHalfEven((width - out[1]) / 2)];
  return shiftedBoxes(boxes, -left, -top, out);
}

/** The four corners and the middle. */
export type Five<T> = [topLeft: T, topRight: T, bottomLeft: T, bottomRight: T, center: T];

/** Crops the four corners and the middle. */
export const fiveCrop = checked(
  'fiveCrop(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<{ size: SizeLike }, ['size']>): Five<T> => {
    return fiveOf('fiveCrop', input, sizeAmong('fiveCrop', args));
  },
);

/** Parses the only argument, the size. */
export const sizeAmong = (op: string, args: readonly unknown[]): Size =>
  sizeOf(op, parseArgs<{ size: SizeLike }>(op, ['size'], {}, args).size);

function fiveOf<T extends Tensor>(op: string, input: T, [height, width]: Size): Five<T> {
  const { height: rows, width: columns } = infoOf(op, input);
  if (height > rows || width > columns) {
    throw new ArgumentError(
      `${op}: expected a size of at most ${rows}×${columns}, that of the picture, but got ${height}×${width}`,
    );
  }
  const at = (top: number, left: number) => crop(input, { top, left, height, width });
  const [bottom, right] = [rows - height, columns - width];
  return [at(0, 0), at(0, right), at(bottom, 0), at(bottom, right), centerCrop(input, [height, width])];
}

/** Options of `tenCrop` and `TenCrop`. */
export interface TenCropArguments {
  /** The side of a square, or `[height, width]`. */
  size: SizeLike;
  /** Flip vertically instead of horizontally. Default: false. */
  verticalFlip?: boolean;
}

/** Parses the arguments of `tenCrop` and `TenCrop`. */
export function tenCropOf(op: string, args: readonly unknown[]): { size: Size; verticalFlip: boolean } {
  const o = parseArgs<TenCropArguments>(op, ['size'], { verticalFlip: false }, args);
  return { size: sizeOf(op, o.size), verticalFlip: o.verticalFlip };
}

/** The five crops of `fiveCrop`, and those of the mirror image. */
export const tenCrop = checked(
  'tenCrop(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<TenCropArguments, ['size', 'verticalFlip']>): T[] => {
    const { size, verticalFlip: upsideDown } = tenCropOf('tenCrop', args);
    const mirrored = upsideDown ? verticalFlip(input) : horizontalFlip(input);
    return [...fiveOf('tenCrop', input, size), ...fiveOf('tenCrop', mirrored, size)];
  },
);

interface PadPictureArguments {
  /**
   * Left, top, right and bottom. Two numbers are left and right, then top and bottom; one number is for all sides.
   * Negative numbers crop.
   */
  padding: BorderPadding;
  /** The colour of the border: one number, or one per channel. Default: 0. */
  fill?: Fill;
  /**
   * `constant` fills with the colour; `edge` repeats the last element; `reflect` and `symmetric` mirror without and
   * with the last element. Default: constant.
   */
  paddingMode?: BorderMode;
}

/** Adds a border to all sides of pictures, tensors, masks or boxes. */
export const pad = checked(
  'pad(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<PadPictureArguments, ['padding', 'fill', 'paddingMode']>): T => {
    const defaults = { fill: null, paddingMode: 'constant' } as const;
    const { padding, fill, paddingMode } = parseArgs<PadPictureArguments>('pad', ['padding'], defaults, args);
    checkFill('pad', fill);
    checkPaddingMode('pad', paddingMode);
    const sides = sidesOf('pad', padding);
    if (input instanceof BoundingBoxes) return paddedBoxes('pad', input, sides, paddingMode) as Tensor as T;
    const colour = fill === null ? null : ([fill].flat() as number[]);
    if (input instanceof Mask && colour && colour.length > 1) {
      throw new ArgumentError(`pad: expected one fill of a mask, but got ${colour.length}`);
    }
    return onBatch('pad', input, (batch) => paddedBatch('pad', batch, { sides, fill: colour, mode: paddingMode })) as T;
  },
);

/** `pad` of boxes. */
export function paddedBoxes(op: string, boxes: BoundingBoxes, sides: Sides, mode: BorderMode): BoundingBoxes {
  const [left, top, right, bottom] = sides;
  const [height, width] = boxes.canvasSize;
  if (mode !== 'constant') {
    throw new ArgumentError(`${op}: expected paddingMode 'constant' with boxes, but got '${mode}'`);
  }
  return shiftedBoxes(boxes, left, top, [height + top + bottom, width + left + right]);
}

/** The border around a picture. */
interface BorderAround {
  readonly sides: Sides;
  readonly fill: readonly number[] | null;
  readonly mode: BorderMode;
}

/** `pad` of batches. */
export function paddedBatch(op: string, batch: Tensor, { sides, fill, mode }: BorderAround): Tensor {
  const [left, top, right, bottom] = sides;
  const [, channels, height, width] = batch.shape as [number, number, number, number];
  const colour = fill ?? [0];
  checkFillChannels(op, colour, channels);
  if (colour.length > 1 && mode !== 'constant') {
    throw new ArgumentError(`${op}: expected one fill with paddingMode '${mode}', but got ${colour.length}`);
  }
  checkBorder(op, [height, width], sides, mode);
  const out: Size = [height + top + bottom, width + left + right];
  return sameWindow(batch, -top, -left, out, { border: mode, fill: colour });
}

/**
 * @throws ArgumentError if a picture is too small to mirror or repeat into the border, or if a negative padding leaves
 * nothing of it
 */
export function checkBorder(
  op: string,
  [height, width]: Size,
  [left, top, right, bottom]: Sides,
  mode: BorderMode,
): void {
  const less = mode === 'reflect' ? 1 : 0;
  const mirrors = mode === 'reflect' || mode === 'symmetric';
  if (mirrors && (Math.max(left, right) > width - less || Math.max(top, bottom) > height - less)) {
    throw new ArgumentError(
      `${op}: expected a padding ${less ? 'less than' : 'of at most'} the size ${height}×${width} with paddingMode '${mode}', but got left ${left}, top ${top}, right ${right}, bottom ${bottom}`,
    );
  }
  if (height + top + bottom < 0 || width + left + right < 0) {
    throw new ArgumentError(
      `${op}: expected something of the picture to be left, but the padding cuts more than ${height}×${width}`,
    );
  }
}
