// Owns F.oneHot.
import { oneHot as op } from '../../ops/indexing';
import { Tensor } from '../../tensor/tensor';

/**
 * 1 at each label's place in a new last dimension, 0 elsewhere. Shape: labels […] of int64 → […, numClasses], int64.
 * The number of classes must be given: finding the greatest label would have to wait for the device.
 */
export const oneHot = (labels: Tensor, numClasses: number): Tensor => Tensor.of(op(labels.value, numClasses));
