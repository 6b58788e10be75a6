// Mirror images of pictures, tensors, masks and boxes.
import { cat, type Tensor } from '../../../../torch';
import { checked } from '../../../../torch/inside';
import { BoundingBoxes } from '../../tv-tensors';
import { onBatch } from '../batch';
import { type Pictures, sizesOf, type Window, windowAt, windowsOf } from '../pictures';

/** Swaps left and right. */
export const horizontalFlip = checked('horizontalFlip(input)', <T extends Tensor>(input: T): T => {
  if (input instanceof BoundingBoxes) return flippedBoxes(input, 0, input.canvasSize[1]) as Tensor as T;
  return onBatch('horizontalFlip', input, (batch) => batch.flip([-1])) as T;
});

/** Swaps top and bottom. */
export const verticalFlip = checked('verticalFlip(input)', <T extends Tensor>(input: T): T => {
  if (input instanceof BoundingBoxes) return flippedBoxes(input, 1, input.canvasSize[0]) as Tensor as T;
  return onBatch('verticalFlip', input, (batch) => batch.flip([-2])) as T;
});

export { horizontalFlip as hflip, verticalFlip as vflip };

/** Mirrors the chosen pictures of a batch. All pictures must have the same size. */
export function flippedWhere(pictures: Pictures, flips: readonly boolean[], axis: 'x' | 'y'): Tensor {
  const sizes = sizesOf(pictures);
  const windows = sizes.map(([height, width], n): Window => {
    if (!flips[n]) return windowAt(0, 0);
    return axis === 'x' ? [0, 1, 0, width - 1, 0, -1] : [height - 1, -1, 0, 0, 0, 1];
  });
  return windowsOf(pictures, windows, { out: sizes[0]! });
}

/** Mirrors boxes along an axis (0: x, 1: y) on which their canvas is `size` long. */
function flippedBoxes(boxes: BoundingBoxes, axis: 0 | 1, size: number): BoundingBoxes {
  const columns = [0, 1, 2, 3].map((i) => boxes.narrow(1, i, 1));
  const [first, second] = [columns[axis]!, columns[axis + 2]!];
  const mirrored = [...columns];
  if (boxes.format === 'XYXY') {
    mirrored[axis] = second.neg().add(size);
    mirrored[axis + 2] = first.neg().add(size);
  } else {
    const start = boxes.format === 'XYWH' ? first.add(second) : first;
    mirrored[axis] = start.neg().add(size);
  }
  return boxes.wrap(cat(mirrored, 1));
}
