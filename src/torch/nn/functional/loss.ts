// F's losses: thin wrappers around the ops.

import { ArgumentError } from '../../../engine/core/errors';
import type { Arguments } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import * as ops from '../../../engine/ops/loss/loss';
import { cast } from '../../../engine/ops/shape/cast';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';
import { checkReduction, type ReductionArguments, type WeightedArguments, weigh } from './reduction';

export interface ClassArguments extends ReductionArguments {
  /** A weight for each class. */
  weight?: Tensor | null;
  /** Targets of this class are ignored, default −100. */
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
 * Cross entropy of unnormalised scores. Shape: input [N, C], [C] or [N, C, d…]; target of class indices [N], [] or [N,
 * d…], or of probabilities shaped like the input → [] (with reduction 'none' one loss per target).
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

/**
 * A loss of the difference input − target: `each` element by element, for weighted losses; `whole` as one operation, if
 * there are no weights.
 */
interface DifferenceLoss {
  readonly name: string;
  readonly each: (difference: Tensor) => Tensor;
  readonly whole: typeof ops.mseLoss;
}

/** With weights, 'mean' divides by the sum of the weights. */
function ofDifference(
  { name, each, whole }: DifferenceLoss,
  input: Tensor,
  target: Tensor,
  args: WeightedArgs,
): Tensor {
  const { reduction, weight } = parseSettings(name, weightedSettings, args);
  checkReduction(name, reduction);
  if (!weight) return Tensor.of(whole(input.value, target.value, reduction));
  const losses = weigh(name, input, each(input.sub(target)), weight);
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? losses.sum() : losses.sum().div(weight.sum());
}

/** (input − target)². With a weight for each element, 'mean' divides by the sum of the weights. */
export const mseLoss = callable(
  'mseLoss(input, target, reduction?: value, weight?, ...)',
  (input: Tensor, target: Tensor, ...args: WeightedArgs): Tensor =>
    ofDifference({ name: 'mseLoss', each: (d) => d.square(), whole: ops.mseLoss }, input, target, args),
);

/** |input − target|. With a weight for each element, 'mean' divides by the sum of the weights. */
export const l1Loss = callable(
  'l1Loss(input, target, reduction?: value, weight?, ...)',
  (input: Tensor, target: Tensor, ...args: WeightedArgs): Tensor =>
    ofDifference({ name: 'l1Loss', each: (d) => d.abs(), whole: ops.l1Loss }, input, target, args),
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
    // tensor([2.0]) has an integer dtype here, since JavaScript does not tell 2.0 from 2; so weights are cast.
    const factor = (weight: Tensor | null) => weight && cast(weight.value, input.dtype);
    const options = { weight: factor(o.weight), posWeight: factor(o.posWeight), reduction: o.reduction };
    return Tensor.of(ops.bceWithLogits(input.value, target.value, options));
  },
);
