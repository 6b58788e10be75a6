import type { DeviceLike, Tensor } from '../../../torch';
import { type Arguments, expectDevice, kinds, parseArgs, tensorKind as tensor } from '../../../torch/inside';

/** Height and width of a picture in pixels. */
export type ImageSize = readonly [height: number, width: number];

interface ImageListArguments {
  tensors: Tensor;
  /** Height and width of each picture. */
  imageSizes: readonly ImageSize[];
}

export const sizesKind = { ...kinds.listOf(kinds.listOf(kinds.positive, 2)), words: 'a list of [height, width]' };

/**
 * Pictures of several sizes as one batch: `tensors` [N, C, H, W] has each picture in its upper left corner, and
 * `imageSizes` gives the size of each picture there.
 */
export class ImageList {
  readonly tensors: Tensor;
  readonly imageSizes: readonly ImageSize[];

  constructor(...args: Arguments<ImageListArguments, ['tensors', 'imageSizes']>) {
    const o = parseArgs<ImageListArguments>('ImageList', ['tensors', 'imageSizes'], {}, args, {
      tensors: tensor,
      imageSizes: sizesKind,
    });
    this.tensors = o.tensors;
    this.imageSizes = o.imageSizes;
  }

  /** Returns this list, because there is only one device. */
  to(...args: Arguments<{ device?: DeviceLike | null }, ['device']>): ImageList {
    const { device } = parseArgs<{ device?: DeviceLike | null }>('ImageList.to', [], { device: null }, args);
    if (device !== null) expectDevice('ImageList.to', device);
    return this;
  }
}
