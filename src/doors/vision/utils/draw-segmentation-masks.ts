// Lays coloured masks of objects over a picture.

import { DTypeError, ShapeError, type Tensor, tensor } from '../../../torch';
import {
  type Arguments,
  tensorKind as aTensor,
  isFloat,
  kinds,
  parseArgs,
  showShape,
  warnOnce,
} from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { type ColorLike, parseColors } from './colors';
import { expectPicture } from './painting';

interface MaskArguments<T> {
  /** uint8, or floats from 0 to 1: [3, H, W]. */
  image: T;
  /** bool [N, H, W] or [H, W]. */
  masks: Tensor;
  /** Opacity of the colours. Default 0.8. */
  alpha?: number;
  /** One for all masks, or one for each. Default: a palette. */
  colors?: ColorLike | readonly ColorLike[] | null;
}

/**
 * Lays coloured masks over a copy of a picture: (1 - alpha) · picture + alpha · colour. Where masks overlap, the colour
 * is black.
 *
 * @throws ShapeError, DTypeError, ArgumentError if something cannot be drawn
 */
export function drawSegmentationMasks<T extends Tensor>(
  ...args: Arguments<MaskArguments<T>, ['image', 'masks', 'alpha', 'colors']>
): Tensor {
  const op = 'drawSegmentationMasks';
  const { image, masks, alpha, colors } = parseArgs<MaskArguments<T>>(
    op,
    ['image', 'masks'],
    { alpha: 0.8, colors: null },
    args,
    { masks: aTensor, alpha: kinds.share },
  );
  expectPicture(op, image, [3]);
  const planes = image instanceof Picture ? image.permute(2, 0, 1) : image.detach();
  const layers = masks.shape.length === 2 ? masks.unsqueeze(0) : masks;
  const [count, height, width] = layers.shape;
  if (layers.shape.length !== 3 || height !== planes.shape[1] || width !== planes.shape[2]) {
    throw new ShapeError(
      `${op}: expected masks [N, H, W] or [H, W] of the image's height and width, ${planes.shape[1]} and ${planes.shape[2]}, but got shape ${showShape(masks.shape)}`,
    );
  }
  if (masks.dtype !== 'bool') {
    throw new DTypeError(`${op}: expected masks of bool, but got ${masks.dtype}; compare first, as in masks.gt(0.5)`);
  }
  if (count === 0) {
    warnOnce(`${op}: there are no masks, so nothing is drawn.`);
    return image;
  }
  const scale = isFloat(image.dtype) ? 1 / 255 : 1;
  const palette = parseColors(op, colors, count!).map((color) => color.map((level) => level * scale));
  const inks = tensor(palette, { dtype: 'float32' }).reshape([count!, 3, 1, 1]);
  const floats = planes.to('float32');
  const plain = layers.reshape([count!, 1, height!, width!]).detach();
  let over = floats;
  for (let i = 0; i < count!; i++) over = inks.at(i).expand(3, height!, width!).where(plain.at(i), over);
  const several = plain.to('int32').sum(0).gt(1);
  over = over.mul(several.logicalNot().to('float32'));
  const made = floats
    .mul(1 - alpha)
    .add(over.mul(alpha))
    .to(image.dtype);
  return image instanceof Picture ? new Picture(made.permute(1, 2, 0)) : made;
}
