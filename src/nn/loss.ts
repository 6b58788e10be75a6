// Owns the loss family: CrossEntropyLoss, NLLLoss, MSELoss, L1Loss, BCEWithLogitsLoss.
import type { Arguments } from '../core/options';
import { parseSettings } from '../core/settings';
import type { Tensor } from '../tensor/tensor';
import { inputs } from './callable';
import * as F from './functional/loss';
import { checkReduction, type Reduction, type ReductionArguments, reductionSettings } from './functional/reduction';
import { Layer } from './layer';

/** A loss module with its reduction. */
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

  constructor(options?: F.CrossEntropyArguments);
  constructor(...args: Arguments<F.CrossEntropyArguments, ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('CrossEntropyLoss', F.crossEntropySettings, args);
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

  constructor(options?: F.ClassArguments);
  constructor(...args: Arguments<F.ClassArguments, ['weight', 'ignoreIndex', 'reduction']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('NLLLoss', F.classSettings, args);
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
  constructor(options?: ReductionArguments);
  constructor(...args: Arguments<ReductionArguments, ['reduction']>);
  constructor(...args: unknown[]) {
    super('MSELoss', parseSettings('MSELoss', reductionSettings, args).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, { reduction: this.reduction });
  }
}

/** |input − target|. Shape: two of the same shape. */
export class L1Loss extends PairLoss {
  constructor(options?: ReductionArguments);
  constructor(...args: Arguments<ReductionArguments, ['reduction']>);
  constructor(...args: unknown[]) {
    super('L1Loss', parseSettings('L1Loss', reductionSettings, args).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, { reduction: this.reduction });
  }
}

/** −weight (posWeight · target · ln σ(input) + (1 − target) ln(1 − σ(input))). Shape: two of the same shape. */
export class BCEWithLogitsLoss extends PairLoss {
  declare weight: Tensor | null;
  declare posWeight: Tensor | null;

  constructor(options?: F.BCEWithLogitsArguments);
  constructor(...args: Arguments<F.BCEWithLogitsArguments, ['weight', 'reduction', 'posWeight']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('BCEWithLogitsLoss', F.bceWithLogitsSettings, args);
    super('BCEWithLogitsLoss', o.reduction);
    this.registerBuffer('weight', o.weight);
    this.registerBuffer('posWeight', o.posWeight, { key: 'pos_weight' });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction, posWeight } = this;
    return F.binaryCrossEntropyWithLogits(input, target, { weight, reduction, posWeight });
  }
}
