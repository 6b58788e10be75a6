// F.oneHot.
import { ArgumentError } from '../../../engine/core/errors';
import { parseArgs, shown } from '../../../engine/core/options';
import { oneHot as op } from '../../../engine/ops/indexing/indexing';
import { checked } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';

interface OneHot {
  (tensor: Tensor, numClasses?: -1 | { numClasses?: -1 }): Promise<Tensor>;
  (tensor: Tensor, numClasses: number | { numClasses: number }): Tensor;
  (named: { tensor: Tensor; numClasses?: -1 }): Promise<Tensor>;
  (named: { tensor: Tensor; numClasses: number }): Tensor;
}

/**
 * Labels as rows of zeros with a one at the label's place. Shape: labels [...] → [..., numClasses], int64.
 *
 * Without `numClasses` (or with -1) the number of classes is the greatest label plus 1. That label must be read back,
 * so the result is a promise.
 * @throws IndexError at the next read-back, if a label is negative or not less than numClasses
 */
export const oneHot = checked('oneHot(tensor, ...)', ((labels: Tensor, ...args: readonly unknown[]) => {
  const { numClasses } = parseArgs<{ numClasses?: number }>('oneHot', [], { numClasses: -1 }, args);
  if (!Number.isInteger(numClasses)) {
    throw new ArgumentError(`oneHot: expected a whole numClasses, but got ${shown(numClasses)}`);
  }
  return numClasses === -1 ? inferred(labels) : Tensor.of(op(labels.value, numClasses));
}) as OneHot);

async function inferred(labels: Tensor): Promise<Tensor> {
  if (labels.numel() === 0) {
    throw new ArgumentError('oneHot: expected numClasses for empty labels, which have no greatest one');
  }
  return Tensor.of(op(labels.value, Math.max(await labels.max().item(), 0) + 1));
}
