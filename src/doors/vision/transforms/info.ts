// The sizes of pictures, which are known before their pixels.

import { ArgumentError, ShapeError } from '../../../torch';
import { isTensorObject as isTensor, kindOf, showShape } from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { BoundingBoxes, Image, Mask } from '../tv-tensors';
import { isPureTensor } from './sample';

/** The size of a picture; random parameters depend on nothing else. */
export interface PictureInfo {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Channels, height and width of a picture, or of a tensor [..., C, H, W].
 * @throws ArgumentError if the input has none
 */
export function infoOf(op: string, input: unknown): PictureInfo {
  if (input instanceof Picture) {
    const { channels, height, width } = input;
    return { channels, height, width };
  }
  if (input instanceof BoundingBoxes) return { channels: 0, height: input.canvasSize[0], width: input.canvasSize[1] };
  if (!isTensor(input)) throw new ArgumentError(`${op}: expected a picture or a tensor, but got ${kindOf(input)}`);
  const [channels = 1, height, width] = input.shape.length === 2 ? [1, ...input.shape] : input.shape.slice(-3);
  if (height === undefined || width === undefined) {
    throw new ShapeError(`${op}: expected an image [..., C, H, W], but got shape ${showShape(input.shape)}`);
  }
  return { channels, height, width };
}

/** The size that all pictures, masks and boxes of a sample share. */
export function sharedInfo(op: string, leaves: readonly unknown[]): PictureInfo {
  let info: PictureInfo | null = null;
  for (const leaf of leaves) {
    if (!isTensor(leaf)) continue;
    const own = infoOf(op, leaf);
    if (info && (info.height !== own.height || info.width !== own.width)) {
      throw new ShapeError(
        `${op}: expected pictures, masks and boxes of one size, but got ${info.height}×${info.width} and ${own.height}×${own.width}`,
      );
    }
    const isImage = leaf instanceof Picture || leaf instanceof Image || isPureTensor(leaf);
    if (!info || (isImage && info.channels === 0)) info = leaf instanceof Mask ? { ...own, channels: 0 } : own;
  }
  if (!info) throw new ArgumentError(`${op}: expected a picture, an image, a mask or boxes, but the sample has none`);
  return info;
}
