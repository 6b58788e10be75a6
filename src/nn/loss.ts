// Owns the loss family: CrossEntropyLoss, NLLLoss, MSELoss, L1Loss, BCEWithLogitsLoss.
import { type Arguments, parseArgs } from '../core/options';
import type { Tensor } from '../tensor/tensor';
import { inputs } from './callable';
import * as F from './functional/loss';
import { checkReduction, type Reduction, type ReductionArguments } from './functional/reduction';
import { Layer } from './layer';

interface ClassArguments extends ReductionArguments {
  /** A weight for each class. */
  weight?: Tensor | null;
  /** Targets of this class count for nothing, default −100. */
  ignoreIndex?: number;
}

/** A loss module: what is reduced at the end, and how. */
export abstract class Loss extends Layer {
  reduction: Reduction;

  constructor(layer: string, reduction: Reduction) {
    super();
    checkReduction(layer, reduction);
    this.reduction = reduction;
  }
}

/** A loss of an input and a target. */
export abstract class PairLoss extends Loss {
  get [inputs]() {
    return ['input', 'target'] as const;
  }
}

interface CrossEntropyArguments extends ClassArguments {
  /** Share of the target spread evenly over all classes, default 0. */
  labelSmoothing?: number;
}

/**
 * −log softmax(input)[target], the negative log likelihood of unnormalised scores.
 *
 * Shape: input [N, C], [C] or [N, C, d…]; target of class indices [N], [] or [N, d…], or of probabilities shaped like the input.
 * The mean is weighted by the targets' class weights.
 */
export class CrossEntropyLoss extends PairLoss {
  declare weight: Tensor | null;
  ignoreIndex: number;
  labelSmoothing: number;

  constructor(...args: Arguments<CrossEntropyArguments, ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing']>) {
    const o = parseArgs<CrossEntropyArguments>(
      'CrossEntropyLoss',
      [],
      { weight: null, ignoreIndex: -100, reduction: 'mean', labelSmoothing: 0 },
      args,
    );
    super('CrossEntropyLoss', o.reduction);
    this.registerBuffer('weight', o.weight);
    this.ignoreIndex = o.ignoreIndex;
    this.labelSmoothing = o.labelSmoothing;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return F.crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/** −weight[target] · input[target], where input holds log probabilities. Shape: as CrossEntropyLoss, with class indices. */
export class NLLLoss extends PairLoss {
  declare weight: Tensor | null;
  ignoreIndex: number;

  constructor(...args: Arguments<ClassArguments, ['weight', 'ignoreIndex', 'reduction']>) {
    const defaults = { weight: null, ignoreIndex: -100, reduction: 'mean' } as const;
    const o = parseArgs<ClassArguments>('NLLLoss', [], defaults, args);
    super('NLLLoss', o.reduction);
    this.registerBuffer('weight', o.weight);
    this.ignoreIndex = o.ignoreIndex;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return F.nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}

/** (input − target)². Shape: two of the same shape. */
export class MSELoss extends PairLoss {
  constructor(...args: Arguments<ReductionArguments, ['reduction']>) {
    super('MSELoss', parseArgs<ReductionArguments>('MSELoss', [], { reduction: 'mean' }, args).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, { reduction: this.reduction });
  }
}

/** |input − target|. Shape: two of the same shape. */
export class L1Loss extends PairLoss {
  constructor(...args: Arguments<ReductionArguments, ['reduction']>) {
    super('L1Loss', parseArgs<ReductionArguments>('L1Loss', [], { reduction: 'mean' }, args).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, { reduction: this.reduction });
  }
}

interface BCEWithLogitsArguments extends ReductionArguments {
  /** A factor for each element. */
  weight?: Tensor | null;
  /** A factor for the positive class of each output. */
  posWeight?: Tensor | null;
}

/** −weight (posWeight · target · ln σ(input) + (1 − target) ln(1 − σ(input))). Shape: two of the same shape. */
export class BCEWithLogitsLoss extends PairLoss {
  declare weight: Tensor | null;
  declare posWeight: Tensor | null;

  constructor(...args: Arguments<BCEWithLogitsArguments, ['weight', 'reduction', 'posWeight']>) {
    const defaults = { weight: null, reduction: 'mean', posWeight: null } as const;
    const o = parseArgs<BCEWithLogitsArguments>('BCEWithLogitsLoss', [], defaults, args);
    super('BCEWithLogitsLoss', o.reduction);
    this.registerBuffer('weight', o.weight);
    this.registerBuffer('posWeight', o.posWeight, { key: 'pos_weight' });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction, posWeight } = this;
    return F.binaryCrossEntropyWithLogits(input, target, { weight, reduction, posWeight });
  }
}
