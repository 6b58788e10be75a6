// Recolouring of batches. The lists of operations, one per picture, become rows of numbers for one fixed series of
// kernels.

import { DTypeError, isGradEnabled, ShapeError, Tensor } from '../../../torch';
import { isFloat, numelOf as numel, Recolor, recolor, showShape } from '../../../torch/inside';
import { type RecolorRow, recoloredWithGradient } from './recoloring-gradient';

export { Recolor, type RecolorRow };

/** The changes to one picture, in order. */
export type Recoloring = readonly RecolorRow[];

/** The operations that a batch of pictures may need, whichever are drawn for its pictures. */
export interface RecolorPlan {
  /** The largest number of operations on a picture; it fixes the number of rounds for any draws. */
  readonly rounds: number;
  /** The operations may include contrast, autocontrast or equalize, which measure the picture first. */
  readonly measures: boolean;
  /** Pictures must have 1 or 3 channels. */
  readonly colored: boolean;
}

/** @throws DTypeError unless the dtype is uint8 or a float */
export function expectImage(op: string, { dtype }: Tensor): void {
  if (isFloat(dtype) || dtype === 'uint8') return;
  throw new DTypeError(`${op}: expected an image of uint8 or float32, but got ${dtype}; convert it with .to('uint8')`);
}

/** @throws ShapeError unless pictures [N, C, H, W] have 1 or 3 channels */
export function expectColors(op: string, { shape }: Tensor): void {
  if (shape[1] === 1 || shape[1] === 3) return;
  throw new ShapeError(`${op}: expected an image of 1 or 3 channels, but got ${shape[1]}: shape ${showShape(shape)}`);
}

/**
 * Recolours pictures [N, C, H, W], each by its own list of operations; null leaves a picture unchanged. A single list
 * is for all pictures. If a gradient is needed, pictures are recoloured one by one, by operations that have gradients.
 */
export function recolored(
  op: string,
  batch: Tensor,
  { rounds, measures, colored }: RecolorPlan,
  pictures: readonly (Recoloring | null)[],
): Tensor {
  expectImage(op, batch);
  if (colored) expectColors(op, batch);
  if (numel(batch.shape) === 0) return batch;
  if (!batch.requiresGrad || !isGradEnabled()) return Tensor.of(recolor(batch.value, pictures, { rounds, measures }));
  return recoloredWithGradient(batch, pictures, (part, row) =>
    Tensor.of(recolor(part.value, [[row]], { rounds: 1, measures: true })),
  );
}
