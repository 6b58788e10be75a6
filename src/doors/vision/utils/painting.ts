// Lists of shapes, and painting them on pictures.

import { ArgumentError, cat, DTypeError, ShapeError, Tensor } from '../../../torch';
import {
  fromHost,
  isFloat,
  isTensorObject as isTensor,
  kindOf,
  paint,
  SHAPE_FIELDS,
  showShape,
} from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import type { Rgb } from './colors';

/** Upper limit of a line's width, a radius or a letter's size: larger than any picture. */
export const MOST_PIXELS = 2 ** 14;

/**
 * @throws ArgumentError, DTypeError, ShapeError unless the value is a single picture [C, H, W] with an allowed number
 * of channels
 */
export function expectPicture(op: string, image: Tensor, channels: readonly number[]): void {
  if (!isTensor(image)) throw new ArgumentError(`${op}: expected a tensor, but got ${kindOf(image)}`);
  if (image.dtype !== 'uint8' && !isFloat(image.dtype)) {
    throw new DTypeError(`${op}: expected an image of uint8 or float32, but got ${image.dtype}`);
  }
  const { shape } = image;
  if (shape.length !== 3) {
    throw new ShapeError(`${op}: expected a single image [C, H, W], but got shape ${showShape(shape)}`);
  }
  const found = image instanceof Picture ? shape[2]! : shape[0]!;
  if (!channels.includes(found)) {
    throw new ShapeError(
      `${op}: expected an image of ${channels.join(' or ')} channels, but got shape ${showShape(shape)}`,
    );
  }
}

/** The start of a shape's numbers: kind, size, colour, and offset in the table. */
export type ShapeHead = readonly [kind: number, size: number, ink: number, table?: number];

/** Packs red, green, blue and alpha into one number. */
export const inkOf = ([red, green, blue]: Rgb, alpha = 255): number =>
  red | (green << 8) | (blue << 16) | (alpha << 24);

const PLACES = SHAPE_FIELDS - 4;

/** Joins heads with positions [N, 2], [N, 4] or [N, 8] to shapes [N, 12], int32. */
export function shapesOf(heads: readonly ShapeHead[], places: Tensor): Tensor {
  const numbers = Int32Array.from(heads.flatMap(([kind, size, ink, table = 0]) => [kind, size, ink, table]));
  const rest = PLACES - places.shape[1]!;
  const fill = Tensor.of(fromHost(new Int32Array(heads.length * rest), [heads.length, rest], 'int32'));
  const head = Tensor.of(fromHost(numbers, [heads.length, 4], 'int32'));
  return cat([head, places, ...(rest > 0 ? [fill] : [])], 1);
}

/**
 * Paints shapes [count, 12] over a picture. The result has the picture's class and dtype; a picture with one channel
 * gets three.
 */
export function painted(op: string, image: Tensor, shapes: Tensor, table: readonly number[]): Tensor {
  const planes = image instanceof Picture ? image.permute(2, 0, 1) : image.detach();
  const colored = planes.shape[0] === 1 ? cat([planes, planes, planes], 0) : planes;
  const bytes = isFloat(image.dtype) ? colored.to('float32').mul(255.999).to('uint8') : colored;
  const numbers = Int32Array.from(table.length > 0 ? table : [0]);
  const made = Tensor.of(paint(bytes.value, shapes.value, fromHost(numbers, [numbers.length], 'int32'), op));
  if (image instanceof Picture) return new Picture(made.permute(1, 2, 0));
  return isFloat(image.dtype)
    ? made
        .to('float32')
        .mul(1 / 255)
        .to(image.dtype)
    : made;
}
