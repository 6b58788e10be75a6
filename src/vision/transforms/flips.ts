// Mirror images: RandomHorizontalFlip, RandomVerticalFlip.
import { type Arguments, parseArgs } from '../../tensor/options';
import type { Tensor } from '../../tensor/tensor';
import type { BoundingBoxes, Mask } from '../tv-tensors';
import { RandomTransform } from './base';
import { whereDrawn } from './batch';
import { horizontalFlip, verticalFlip } from './functional/flips';

interface FlipArguments {
  /** Default 0.5. */
  p?: number;
}

type FlipArgs = Arguments<FlipArguments, ['p']>;

const probability = (op: string, args: FlipArgs): number => parseArgs<FlipArguments>(op, [], { p: 0.5 }, args).p;

/** Swaps left and right with probability `p`, of boxes and masks too. */
export class RandomHorizontalFlip extends RandomTransform {
  constructor(...args: FlipArgs) {
    super(probability('RandomHorizontalFlip', args));
  }

  override apply(batch: Tensor, draws: readonly (object | null)[]): Tensor {
    return whereDrawn(draws, batch.flip([-1]), batch);
  }

  protected override transformBoxes(boxes: BoundingBoxes): BoundingBoxes {
    return horizontalFlip(boxes);
  }

  protected override transformMask(mask: Mask): Mask {
    return horizontalFlip(mask);
  }
}

/** Swaps top and bottom with probability `p`, of boxes and masks too. */
export class RandomVerticalFlip extends RandomTransform {
  constructor(...args: FlipArgs) {
    super(probability('RandomVerticalFlip', args));
  }

  override apply(batch: Tensor, draws: readonly (object | null)[]): Tensor {
    return whereDrawn(draws, batch.flip([-2]), batch);
  }

  protected override transformBoxes(boxes: BoundingBoxes): BoundingBoxes {
    return verticalFlip(boxes);
  }

  protected override transformMask(mask: Mask): Mask {
    return verticalFlip(mask);
  }
}
