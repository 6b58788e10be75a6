// The losses in the form that `torch` has them in: nothing is reduced by default, a reduction may be PyTorch's number, and some orders differ
// from F's.

import { either, flag, oneOf, orNull } from '../../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { callable, checked } from '../../tensor/calling/callable';
import { tensor } from '../../tensor/calling/tensor-kinds';
import type { Tensor } from '../../tensor/tensor';
import * as ctc from './ctc-loss';
import * as elementwise from './elementwise-loss';
import * as plain from './loss';
import * as margins from './margin-loss';
import type { Reduction } from './reduction';

/** How losses are reduced: by its name, or by the number that PyTorch's own code has for it. */
type NumberedReduction = Reduction | 0 | 1 | 2;

interface Reduced {
  /** 'none' or 0 (the default, unlike in F) for one loss per element, 'mean' or 1, or 'sum' or 2. */
  reduction?: NumberedReduction;
}

const names = ['none', 'mean', 'sum'] as const;
const kinds = { reduction: either(oneOf(...names), oneOf(0, 1, 2)) };
const nameOf = (reduction: NumberedReduction): Reduction =>
  typeof reduction === 'number' ? names[reduction] : reduction;

interface Logits extends Reduced {
  /** A factor for each element. */
  weight?: Tensor | null;
  /** A factor for the positive class of each output. */
  posWeight?: Tensor | null;
}

/** `F.binaryCrossEntropyWithLogits`, with `posWeight` before `reduction`. */
export const binaryCrossEntropyWithLogits = callable(
  'binaryCrossEntropyWithLogits(input, target, weight?, posWeight?, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<Logits, ['weight', 'posWeight', 'reduction']>): Tensor => {
    const defaults = { weight: null, posWeight: null, reduction: 0 } as const;
    const o = parseArgs<Logits>('binaryCrossEntropyWithLogits', [], defaults, args, {
      ...kinds,
      weight: orNull(tensor),
      posWeight: orNull(tensor),
    });
    return plain.binaryCrossEntropyWithLogits(input, target, { ...o, reduction: nameOf(o.reduction) });
  },
);

interface Margin extends Reduced {
  /** The distance that is enough. */
  margin?: number;
}

type MarginArgs = Arguments<Margin, ['margin', 'reduction']>;

function marginOf(name: string, margin: number, args: MarginArgs): { margin: number; reduction: Reduction } {
  const o = parseArgs<Margin>(name, [], { margin, reduction: 0 }, args, kinds);
  return { margin: o.margin, reduction: nameOf(o.reduction) };
}

/** `F.hingeEmbeddingLoss`: input where the target is 1, max(0, margin − input) where it is −1; margin 1 by default. */
export const hingeEmbeddingLoss = callable(
  'hingeEmbeddingLoss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: MarginArgs): Tensor =>
    margins.hingeEmbeddingLoss(input, target, marginOf('hingeEmbeddingLoss', 1, args)),
);

/** `F.marginRankingLoss`: max(0, −target (input1 − input2) + margin); margin 0 by default. */
export const marginRankingLoss = callable(
  'marginRankingLoss(input1, input2, target, ...)',
  (input1: Tensor, input2: Tensor, target: Tensor, ...args: MarginArgs): Tensor =>
    margins.marginRankingLoss(input1, input2, target, marginOf('marginRankingLoss', 0, args)),
);

/** `F.cosineEmbeddingLoss`: 1 − cos where the target is 1, max(0, cos − margin) where it is −1; margin 0 by default. */
export const cosineEmbeddingLoss = callable(
  'cosineEmbeddingLoss(input1, input2, target, ...)',
  (input1: Tensor, input2: Tensor, target: Tensor, ...args: MarginArgs): Tensor =>
    margins.cosineEmbeddingLoss(input1, input2, target, marginOf('cosineEmbeddingLoss', 0, args)),
);

interface Triplet extends Margin, margins.TripletDistances {}

type TripletArgs = Arguments<Triplet, ['margin', 'p', 'eps', 'swap', 'reduction']>;

/** `F.tripletMarginLoss`: max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin), margin 1 by default. */
export const tripletMarginLoss = callable(
  'tripletMarginLoss(anchor, positive, negative, ...)',
  (
    /** The examples that the others are compared with. */ anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    ...args: TripletArgs
  ): Tensor => {
    const defaults = { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: 0 } as const;
    const o = parseArgs<Triplet>('tripletMarginLoss', [], defaults, args, kinds);
    return margins.tripletMarginLoss(anchor, positive, negative, { ...o, reduction: nameOf(o.reduction) });
  },
);

interface KLDiv extends Reduced {
  /** The target holds log probabilities as well; default false. */
  logTarget?: boolean;
}

/** `F.klDiv`: target (ln target − input), the divergence from the log probabilities `input`. */
export const klDiv = callable(
  'klDiv(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<KLDiv, ['reduction', 'logTarget']>): Tensor => {
    const o = parseArgs<KLDiv>('klDiv', [], { reduction: 0, logTarget: false }, args, { ...kinds, logTarget: flag });
    return elementwise.klDiv(input, target, { ...o, reduction: nameOf(o.reduction) });
  },
);

/** `F.poissonNllLoss` without defaults: the negative log likelihood of Poisson counts. */
export const poissonNllLoss = callable(
  'poissonNllLoss(input, target, logInput: value, full: value, eps: number, reduction: value)',
  (
    input: Tensor,
    target: Tensor,
    /** The input holds the logarithm of the rate. */
    logInput: boolean,
    /** Add Stirling's approximation of ln target!. */
    full: boolean,
    /** Added to a rate before its logarithm. */
    eps: number,
    /** 'mean' or 1, 'sum' or 2, 'none' or 0. */
    reduction: NumberedReduction,
  ): Tensor => {
    const o = parseArgs<Reduced>('poissonNllLoss', [], { reduction: 0 }, [{ reduction }], kinds);
    return elementwise.poissonNllLoss(input, target, { logInput, full, eps, reduction: nameOf(o.reduction) });
  },
);

interface Ctc extends Reduced {
  /** The class of blanks, default 0. */
  blank?: number;
  /** Infinite losses become 0, and so do their gradients; default false. */
  zeroInfinity?: boolean;
}

/** `F.ctcLoss`. Shape: logProbs [T, N, C] or [T, C]. */
export const ctcLoss = checked('ctcLoss(logProbs, targets, inputLengths: value, targetLengths: value, ...)', ctcLossOf);

function ctcLossOf(
  /** Log probabilities, [T, N, C] or [T, C]. */
  logProbs: Tensor,
  /** Labels, [N, S], or all of them in one row. */
  targets: Tensor,
  /** How many of the T steps each example has. */
  inputLengths: ctc.Lengths,
  /** How many labels each example has. */
  targetLengths: ctc.Lengths,
  ...args: Arguments<Ctc, ['blank', 'reduction', 'zeroInfinity']>
): Tensor {
  const o = parseArgs<Ctc>('ctcLoss', [], { blank: 0, reduction: 0, zeroInfinity: false }, args, kinds);
  const { blank, zeroInfinity } = o;
  return ctc.ctcLoss(logProbs, targets, inputLengths, targetLengths, {
    blank,
    zeroInfinity,
    reduction: nameOf(o.reduction),
  });
}
