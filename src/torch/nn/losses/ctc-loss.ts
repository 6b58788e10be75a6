// CTCLoss.
import type { Tensor } from '../../tensor/tensor';
import { type CtcOptions, ctcLoss, ctcSettings, type Lengths } from '../functional/ctc-loss';
import { inputs } from '../module/callable-object';
import { settledLoss } from './loss';

/** Connectionist temporal classification: sequences of scores against shorter sequences of labels. See `F.ctcLoss`. */
export class CTCLoss extends settledLoss<CtcOptions, ['blank', 'reduction', 'zeroInfinity']>('CTCLoss', ctcSettings) {
  get [inputs]() {
    return ['logProbs', 'targets', 'inputLengths', 'targetLengths'] as const;
  }

  forward(
    /** Logarithms of probabilities, [T, N, C] or [T, C]. */
    logProbs: Tensor,
    targets: Tensor,
    /** The length of each sequence of probabilities. */ inputLengths: Lengths,
    /** The length of each target. */ targetLengths: Lengths,
  ): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}
