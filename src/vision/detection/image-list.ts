import type { Tensor } from '../../tensor/tensor';

/** Height and width of a picture in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** Pictures of several sizes as one batch: `tensors` [N, C, H, W], each picture in its upper left corner, and the `imageSizes` that they have there. */
export class ImageList {
  constructor(
    readonly tensors: Tensor,
    readonly imageSizes: readonly ImageSize[],
  ) {}

  /** This list: there is one device. */
  to(..._device: readonly unknown[]): ImageList {
    return this;
  }
}
