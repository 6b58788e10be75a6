// F's losses that push scores or distances apart by a margin.

import { callback, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import type { Arguments } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import { expectFloat } from '../../../engine/graph/record';
import { labelsWithin } from '../../../engine/ops/indexing/indexing';
import { callable } from '../../tensor/calling/callable';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { Tensor } from '../../tensor/tensor';
import { logsigmoid } from './activation';
import { pairwiseDistance } from './distance';
import { oneHot } from './one-hot';
import { type ReductionArguments, reduceLosses, reductionSettings } from './reduction';

export interface MarginArguments extends ReductionArguments {
  /** The distance that is enough. */
  margin?: number;
}

type MarginArgs = Arguments<MarginArguments, ['margin', 'reduction']>;

export const hingeSettings: Settings<MarginArguments> = { defaults: { margin: 1, reduction: 'mean' } };
export const rankingSettings: Settings<MarginArguments> = { defaults: { margin: 0, reduction: 'mean' } };

/** input where the target is 1, max(0, margin − input) where it is −1; margin 1 by default. */
export const hingeEmbeddingLoss = callable(
  'hingeEmbeddingLoss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: MarginArgs): Tensor => {
    const { margin, reduction } = parseSettings('hingeEmbeddingLoss', hingeSettings, args);
    const apart = input.neg().add(margin).relu().maskedFill(target.eq(1), 0);
    return reduceLosses('hingeEmbeddingLoss', apart.add(input.maskedFill(target.eq(-1), 0)), reduction);
  },
);

/** Converts integers to float32, as adding a float margin does in PyTorch. */
const floats = (x: Tensor): Tensor => (x.isFloatingPoint() ? x : x.float());

/** max(0, −target (input1 − input2) + margin), for targets of 1 (input1 ranks higher) and −1; margin 0 by default. */
export const marginRankingLoss = callable(
  'marginRankingLoss(input1, input2, target, ...)',
  (input1: Tensor, input2: Tensor, target: Tensor, ...args: MarginArgs): Tensor => {
    const { margin, reduction } = parseSettings('marginRankingLoss', rankingSettings, args);
    return reduceLosses(
      'marginRankingLoss',
      floats(input2.sub(input1).mul(target)).add(margin).clamp({ min: 0 }),
      reduction,
    );
  },
);

/** 1 − cos(input1, input2) where the target is 1, max(0, cos − margin) where it is −1. Shape: [N, D] or [D]; target [N] or []. */
export const cosineEmbeddingLoss = callable(
  'cosineEmbeddingLoss(input1, input2, target, ...)',
  (input1: Tensor, input2: Tensor, target: Tensor, ...args: MarginArgs): Tensor => {
    const { margin, reduction } = parseSettings('cosineEmbeddingLoss', rankingSettings, args);
    if (target.dim() > 1 || input1.dim() !== target.dim() + 1 || input2.dim() !== target.dim() + 1) {
      const shapes = [input1, input2, target].map(({ shape }) => showShape(shape)).join(', ');
      throw new ShapeError(
        `cosineEmbeddingLoss: expected inputs [N, D] with target [N], or [D] with [], but got shapes ${shapes}`,
      );
    }
    const power = (x: Tensor) => x.square().sum(-1).add(1e-12);
    const cosine = input1
      .mul(input2)
      .sum(-1)
      .div(power(input1).mul(power(input2)).sqrt());
    const alike = cosine.neg().add(1).maskedFill(target.ne(1), 0);
    const apart = cosine.sub(margin).relu().maskedFill(target.ne(-1), 0);
    return reduceLosses('cosineEmbeddingLoss', alike.add(apart), reduction);
  },
);

/** Scores [N, C], and labels [N] or (with `ranks` 2) [N, C]. A single row gets a batch dimension. */
function rowsOf(name: string, input: Tensor, target: Tensor, ranks: number): { x: Tensor; y: Tensor; single: boolean } {
  expectFloat(name, 'input', input);
  const single = input.dim() <= 1;
  const [x, y] = single ? [input.reshape([1, -1]), target.reshape([1, ...(ranks === 2 ? [-1] : [])])] : [input, target];
  const expected = ranks === 2 ? x.shape : x.shape.slice(0, 1);
  if (x.dim() !== 2 || y.shape.join() !== expected.join()) {
    throw new ShapeError(
      `${name}: expected input of shape [N, C] or [C] with a target of shape ${ranks === 2 ? 'like it' : '[N] or []'}, but got [${input.shape.join(', ')}] and [${target.shape.join(', ')}]`,
    );
  }
  return { x, y: y.to('int64'), single };
}

export interface MultiMarginArguments extends MarginArguments {
  /** The power, 1 (default) or 2. */
  p?: number;
  /** A weight for each class. */
  weight?: Tensor | null;
}

type MultiMarginArgs = Arguments<MultiMarginArguments, ['p', 'margin', 'weight', 'reduction']>;

export const multiMarginSettings: Settings<MultiMarginArguments> = {
  defaults: { p: 1, margin: 1, weight: null, reduction: 'mean' },
  kinds: { weight: orNull(tensor) },
};

/** Σ_{i≠y} weight[y] max(0, margin − input[y] + input[i])^p / C for each row's label y. Shape: input [N, C] or [C], target [N] or []. */
export const multiMarginLoss = callable(
  'multiMarginLoss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: MultiMarginArgs): Tensor => {
    const name = 'multiMarginLoss';
    const { p, margin, weight, reduction } = parseSettings(name, multiMarginSettings, args);
    if (p !== 1 && p !== 2) throw new ArgumentError(`${name}: expected p of 1 or 2, but got ${p}`);
    const { x, y: given, single } = rowsOf(name, input, target, 1);
    const classes = x.size(1);
    const y = Tensor.of(labelsWithin(name, given.value, classes));
    const excess = x
      .sub(x.gather(1, y.unsqueeze(1)))
      .add(margin)
      .relu();
    const powered = p === 1 ? excess : excess.square();
    const weighed = weight ? powered.mul(weight.indexSelect(0, y).unsqueeze(1)) : powered;
    const losses = weighed.maskedFill(oneHot(y, classes).to('bool'), 0).sum(1).div(classes);
    return reduceLosses(name, single ? losses.reshape(target.shape) : losses, reduction, 'MultiMarginLossBackward0');
  },
);

/**
 * Σ_{j,i} max(0, 1 − input[y_j] + input[i]) / C over each row's labels y_j (those before the first −1) and the classes
 * i that are not among the labels. Shape: input [N, C] or [C], target likewise.
 */
export const multilabelMarginLoss = callable(
  'multilabelMarginLoss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<ReductionArguments, ['reduction']>): Tensor => {
    const name = 'multilabelMarginLoss';
    const { reduction } = parseSettings(name, reductionSettings, args);
    const { x, y: given, single } = rowsOf(name, input, target, 2);
    const classes = x.size(1);
    const isLast = given.eq(-1);
    const y = Tensor.of(labelsWithin(name, given.maskedFill(isLast, 0).value, classes)).maskedFill(isLast, -1);
    const counts = y.ge(0).to('int64').cumprod(1);
    const labels = y.mul(counts);
    const isLabel = oneHot(labels, classes).mul(counts.unsqueeze(2)).sum(1).gt(0);
    const excess = x.unsqueeze(1).sub(x.gather(1, labels).unsqueeze(2)).add(1).relu();
    const counted = counts.unsqueeze(2).to('bool').logicalAnd(isLabel.unsqueeze(1).logicalNot());
    const losses = excess.mul(counted.to(excess.dtype)).sum([1, 2]).div(classes);
    return reduceLosses(name, single ? losses.squeeze(0) : losses, reduction, 'MultilabelMarginLossBackward0');
  },
);

export interface WeightArguments extends ReductionArguments {
  /** A weight for each class. */
  weight?: Tensor | null;
}

export const softMarginSettings: Settings<WeightArguments> = {
  defaults: { weight: null, reduction: 'mean' },
  kinds: { weight: orNull(tensor) },
};

/** −weight (target ln σ(input) + (1 − target) ln σ(−input)), averaged over the last dimension, the classes. */
export const multilabelSoftMarginLoss = callable(
  'multilabelSoftMarginLoss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<WeightArguments, ['weight', 'reduction']>): Tensor => {
    const name = 'multilabelSoftMarginLoss';
    const { weight, reduction } = parseSettings(name, softMarginSettings, args);
    if (input.dim() === 0) throw new ShapeError(`${name}: expected input [..., C], but got shape []`);
    const negative = target.neg().add(1).mul(logsigmoid(input.neg()));
    const losses = target.mul(logsigmoid(input)).add(negative).neg();
    return reduceLosses(name, (weight ? losses.mul(weight) : losses).mean(-1), reduction);
  },
);

/** How far two batches of vectors are apart: [N, D] and [N, D] → [N]. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

export interface DistanceArguments extends MarginArguments {
  /** The distance between rows, pairwiseDistance by default. */
  distanceFunction?: DistanceFunction | null;
  /** Use the distance from the positive to the negative if that is smaller, default false. */
  swap?: boolean;
}

type DistanceArgs = Arguments<DistanceArguments, ['distanceFunction', 'margin', 'swap', 'reduction']>;

const checkMargin = (name: string, { margin }: { margin: number }): void => {
  if (!(margin > 0)) throw new ArgumentError(`${name}: expected margin > 0, but got ${margin}`);
};

export const distanceSettings: Settings<DistanceArguments> = {
  defaults: { distanceFunction: null, margin: 1, swap: false, reduction: 'mean' },
  kinds: { distanceFunction: orNull(callback) },
  check: checkMargin,
};

/** max(0, d(anchor, positive) − d(anchor, negative) + margin), margin 1 by default. Shape: three of [N, D] or [D]. */
export const tripletMarginWithDistanceLoss = callable(
  'tripletMarginWithDistanceLoss(anchor, positive, negative, ...)',
  (
    /** The examples that the others are compared with. */ anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    ...args: DistanceArgs
  ): Tensor => {
    const name = 'tripletMarginWithDistanceLoss';
    const o = parseSettings(name, distanceSettings, args);
    const distance = o.distanceFunction ?? pairwiseDistance;
    const near = distance(anchor, positive);
    const direct = distance(anchor, negative);
    const far = o.swap ? direct.minimum(distance(positive, negative)) : direct;
    return reduceLosses(name, near.sub(far).add(o.margin).relu(), o.reduction);
  },
);

/** How the distances of `tripletMarginLoss` are measured and compared. */
export interface TripletDistances {
  /** The p of the p-norm that measures distance, default 2. */
  p?: number;
  /** Added to every difference, default 1e-6. */
  eps?: number;
  /** Use the distance from the positive to the negative if that is smaller, default false. */
  swap?: boolean;
}

export interface TripletArguments extends MarginArguments, TripletDistances {}

type TripletArgs = Arguments<TripletArguments, ['margin', 'p', 'eps', 'swap', 'reduction']>;

export const tripletSettings: Settings<TripletArguments> = {
  defaults: { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: 'mean' },
  check: checkMargin,
};

/** max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin), margin 1 by default. Shape: three of [N, D] or [D]. */
export const tripletMarginLoss = callable(
  'tripletMarginLoss(anchor, positive, negative, ...)',
  (
    /** The examples that the others are compared with. */ anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    ...args: TripletArgs
  ): Tensor => {
    const { p, eps, ...options } = parseSettings('tripletMarginLoss', tripletSettings, args);
    const distanceFunction: DistanceFunction = (x1, x2) => pairwiseDistance(x1, x2, { p, eps });
    return tripletMarginWithDistanceLoss(anchor, positive, negative, { ...options, distanceFunction });
  },
);
