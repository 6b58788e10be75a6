// Owns F's losses: thin over the ops.

import { ArgumentError } from '../../core/errors';
import type { Arguments } from '../../core/options';
import { parseSettings, type Settings } from '../../core/settings';
import { cast } from '../../ops/cast';
import * as ops from '../../ops/loss';
import { callable } from '../../tensor/callable';
import { Tensor } from '../../tensor/tensor';
import { checkReduction, type Reduction, type ReductionArguments, type WeightedArguments, weigh } from './reduction';

export interface ClassArguments extends ReductionArguments {
  /** A weight for each class. */
  weight?: Tensor | null;
  /** Targets of this class count for nothing, default −100. */
  ignoreIndex?: number;
}

export interface CrossEntropyArguments extends ClassArguments {
  /** Share of the target spread evenly over all classes, default 0. */
  labelSmoothing?: number;
}

export const crossEntropySettings: Settings<CrossEntropyArguments> = {
  defaults: { weight: null, ignoreIndex: -100, reduction: 'mean', labelSmoothing: 0 },
};

/**
 * Cross entropy of unnormalised scores. Shape: input [N, C], [C] or [N, C, d…]; target of class indices [N], [] or [N, d…], or
 * of probabilities shaped like the input → [] (with reduction 'none' one a row).
 */
export const crossEntropy = callable(
  'crossEntropy(input, target, weight?, ...)',
  (
    input: Tensor,
    target: Tensor,
    ...args: Arguments<CrossEntropyArguments, ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing']>
  ): Tensor => {
    const { weight, ...options } = parseSettings('crossEntropy', crossEntropySettings, args);
    checkReduction('crossEntropy', options.reduction);
    if (options.ignoreIndex >= 0 && target.isFloatingPoint()) {
      throw new ArgumentError(
        `crossEntropy: expected no ignoreIndex for a target of probabilities, but got ${options.ignoreIndex}`,
      );
    }
    return Tensor.of(ops.crossEntropy(input.value, target.value, { weight: weight?.value ?? null, ...options }));
  },
);

type ClassArgs = Arguments<ClassArguments, ['weight', 'ignoreIndex', 'reduction']>;

export const classSettings: Settings<ClassArguments> = {
  defaults: { weight: null, ignoreIndex: -100, reduction: 'mean' },
};

/** −weight[target] · input[target] of log probabilities. Shape: as crossEntropy, with class indices. */
export const nllLoss = callable(
  'nllLoss(input, target, weight?, ...)',
  (input: Tensor, target: Tensor, ...args: ClassArgs): Tensor => {
    const { weight, ...options } = parseSettings('nllLoss', classSettings, args);
    checkReduction('nllLoss', options.reduction);
    return Tensor.of(ops.nllLoss(input.value, target.value, { weight: weight?.value ?? null, ...options }));
  },
);

type WeightedArgs = Arguments<WeightedArguments, ['reduction', 'weight']>;

const weightedSettings: Settings<WeightedArguments> = { defaults: { reduction: 'mean', weight: null } };

/** Weighted losses, the mean being that of the weights. */
function weighted(name: string, input: Tensor, losses: Tensor, weight: Tensor, reduction: Reduction): Tensor {
  const each = weigh(name, input, losses, weight);
  if (reduction === 'none') return each;
  return reduction === 'sum' ? each.sum() : each.sum().div(weight.sum());
}

/** (input − target)². With a weight for each element, 'mean' divides by the sum of the weights. */
export const mseLoss = callable(
  'mseLoss(input, target, reduction?: value, weight?, ...)',
  (input: Tensor, target: Tensor, ...args: WeightedArgs): Tensor => {
    const { reduction, weight } = parseSettings('mseLoss', weightedSettings, args);
    checkReduction('mseLoss', reduction);
    if (weight) return weighted('mseLoss', input, input.sub(target).square(), weight, reduction);
    return Tensor.of(ops.mseLoss(input.value, target.value, reduction));
  },
);

/** |input − target|. With a weight for each element, 'mean' divides by the sum of the weights. */
export const l1Loss = callable(
  'l1Loss(input, target, reduction?: value, weight?, ...)',
  (input: Tensor, target: Tensor, ...args: WeightedArgs): Tensor => {
    const { reduction, weight } = parseSettings('l1Loss', weightedSettings, args);
    checkReduction('l1Loss', reduction);
    if (weight) return weighted('l1Loss', input, input.sub(target).abs(), weight, reduction);
    return Tensor.of(ops.l1Loss(input.value, target.value, reduction));
  },
);

export interface BCEWithLogitsArguments extends ReductionArguments {
  /** A factor for each element. */
  weight?: Tensor | null;
  /** A factor for the positive class of each output. */
  posWeight?: Tensor | null;
}

export const bceWithLogitsSettings: Settings<BCEWithLogitsArguments> = {
  defaults: { weight: null, reduction: 'mean', posWeight: null },
};

/** −weight (posWeight · target · ln σ(input) + (1 − target) ln(1 − σ(input))). */
export const binaryCrossEntropyWithLogits = callable(
  'binaryCrossEntropyWithLogits(input, target, weight?, reduction?: value, posWeight?, ...)',
  (
    input: Tensor,
    target: Tensor,
    ...args: Arguments<BCEWithLogitsArguments, ['weight', 'reduction', 'posWeight']>
  ): Tensor => {
    const o = parseSettings('binaryCrossEntropyWithLogits', bceWithLogitsSettings, args);
    checkReduction('binaryCrossEntropyWithLogits', o.reduction);
    // tensor([2]) is of whole numbers, since 2.0 is none of its own here.
    const factor = (weight: Tensor | null) => weight && cast(weight.value, input.dtype);
    const options = { weight: factor(o.weight), posWeight: factor(o.posWeight), reduction: o.reduction };
    return Tensor.of(ops.bceWithLogits(input.value, target.value, options));
  },
);
