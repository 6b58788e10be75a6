// Mirror images: RandomHorizontalFlip, RandomVerticalFlip.
import type { Tensor } from '../../../torch';
import type { BoundingBoxes, Mask } from '../tv-tensors';
import { RandomTransform } from './base';
import { flippedWhere, horizontalFlip, verticalFlip } from './functional/flips';
import { type Pictures, unpacked } from './pictures';

const flips = { x: horizontalFlip, y: verticalFlip };

/** Base of both flips: mirrors the pictures that something was drawn for. */
abstract class RandomFlip extends RandomTransform {
  protected abstract readonly axis: 'x' | 'y';

  override apply(batch: Tensor, draws: readonly (object | null)[]): Tensor {
    return flippedWhere(
      batch,
      draws.map((draw) => draw !== null),
      this.axis,
    );
  }

  override applyTo(pictures: Pictures, draws: readonly (object | null)[]): Tensor {
    return this.apply(unpacked(this.constructor.name, pictures), draws);
  }

  protected override transformBoxes(boxes: BoundingBoxes): BoundingBoxes {
    return flips[this.axis](boxes);
  }

  protected override transformMask(mask: Mask): Mask {
    return flips[this.axis](mask);
  }
}

/** Swaps left and right with probability `p`, also in boxes and masks. */
export class RandomHorizontalFlip extends RandomFlip {
  protected readonly axis = 'x';
}

/** Swaps top and bottom with probability `p`, also in boxes and masks. */
export class RandomVerticalFlip extends RandomFlip {
  protected readonly axis = 'y';
}
