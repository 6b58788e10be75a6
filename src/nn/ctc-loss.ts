// Owns CTCLoss.
import { type Arguments, parseArgs } from '../core/options';
import type { Tensor } from '../tensor/tensor';
import { inputs } from './callable';
import { type CtcOptions, ctcLoss, type Lengths } from './functional/ctc-loss';
import { Loss } from './loss';

/** Connectionist temporal classification: sequences of scores against shorter sequences of labels. See `F.ctcLoss`. */
export class CTCLoss extends Loss {
  blank: number;
  zeroInfinity: boolean;

  constructor(...args: Arguments<CtcOptions, ['blank', 'reduction', 'zeroInfinity']>) {
    const o = parseArgs<CtcOptions>('CTCLoss', [], { blank: 0, reduction: 'mean', zeroInfinity: false }, args);
    super('CTCLoss', o.reduction);
    this.blank = o.blank;
    this.zeroInfinity = o.zeroInfinity;
  }

  get [inputs]() {
    return ['logProbs', 'targets', 'inputLengths', 'targetLengths'] as const;
  }

  forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    const { blank, reduction, zeroInfinity } = this;
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity });
  }
}
