// Loss terms that detectors share: sums over the boxes of a step. Padding has weight 0.
import { nn, type Tensor } from '../../../torch';
import type { BoxCoder } from './box-coder';
import { padded, unitBoxes } from './targets';

/** Beyond this error, the box losses of Faster R-CNN are linear: section 3.1 of Fast R-CNN with σ = 3. */
export const BETA = 1 / 9;
/** The label that cross entropy ignores. */
export const IGNORED = -100;

/** Binary cross entropy of logits, each times its weight, summed. */
export const entropySum = (logits: Tensor, truths: Tensor, weights: Tensor): Tensor =>
  nn.functional.binaryCrossEntropyWithLogits(logits, truths, { reduction: 'none' }).mul(weights).sum();

/** Smooth L1 between predicted and wanted corrections, each times its weight, summed. */
export const missSum = (corrections: Tensor, wanted: Tensor, weights: Tensor, beta = 1): Tensor =>
  nn.functional.smoothL1Loss(corrections, wanted, { beta, reduction: 'none' }).mul(weights).sum();

/**
 * The boxes that a step corrects, padded to a fixed number: where their corrections are in the network's output, and
 * the ground-truth boxes that these should lead to.
 */
export class CorrectedBoxes {
  private readonly places;
  private readonly weights;
  private readonly from;
  private readonly to;
  private count = 0;

  constructor(most: number) {
    this.places = padded(most, 'int64');
    this.weights = padded(most, 'float32');
    this.from = unitBoxes(most);
    this.to = unitBoxes(most);
  }

  add(place: number, box: Float32Array, truth: Float32Array): void {
    this.places.data[this.count] = place;
    this.weights.data[this.count] = 1;
    this.from.data.set(box, 4 * this.count);
    this.to.data.set(truth, 4 * this.count);
    this.count++;
  }

  /**
   * Smooth L1 of these boxes' corrections, picked from all corrections [..., 4] of a network, summed over the boxes.
   */
  missSum(coder: BoxCoder, corrections: Tensor): Tensor {
    const own = corrections.reshape([-1, 4]).indexSelect(0, this.places.tensor());
    const wanted = coder.encodeSingle(this.to.tensor(), this.from.tensor());
    return missSum(own, wanted, this.weights.tensor().unsqueeze(1), BETA);
  }
}
