// Owns the losses that push scores or distances apart by a margin, and the distances CosineSimilarity and PairwiseDistance.

import { callback, integer, orNull } from '../core/argument-kinds';
import { type Arguments, parseArgs } from '../core/options';
import type { Tensor } from '../tensor/tensor';
import { inputs } from './callable';
import {
  type CosineArguments,
  cosineSimilarity,
  type PairwiseArguments,
  pairwiseDistance,
} from './functional/distance';
import type {
  DistanceArguments,
  MarginArguments,
  MultiMarginArguments,
  TripletArguments,
  WeightArguments,
} from './functional/margin-loss';
import * as F from './functional/margin-loss';
import type { ReductionArguments } from './functional/reduction';
import { Layer } from './layer';
import { Loss, PairLoss } from './loss';

type MarginArgs = Arguments<MarginArguments, ['margin', 'reduction']>;

/** A loss with a margin. */
abstract class MarginLoss extends Loss {
  margin: number;

  constructor(layer: string, margin: number, args: MarginArgs) {
    const o = parseArgs<MarginArguments>(layer, [], { margin, reduction: 'mean' }, args);
    super(layer, o.reduction);
    this.margin = o.margin;
  }

  protected get options(): Required<MarginArguments> {
    return { margin: this.margin, reduction: this.reduction };
  }
}

/** input where the target is 1, max(0, margin − input) where it is −1; margin 1 by default. */
export class HingeEmbeddingLoss extends MarginLoss {
  constructor(...args: MarginArgs) {
    super('HingeEmbeddingLoss', 1, args);
  }

  get [inputs]() {
    return ['input', 'target'] as const;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, this.options);
  }
}

/** max(0, −target (input1 − input2) + margin), for targets of 1 and −1; margin 0 by default. */
export class MarginRankingLoss extends MarginLoss {
  constructor(...args: MarginArgs) {
    super('MarginRankingLoss', 0, args);
  }

  get [inputs]() {
    return ['input1', 'input2', 'target'] as const;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, this.options);
  }
}

/** 1 − cos(input1, input2) where the target is 1, max(0, cos − margin) where it is −1; margin 0 by default. */
export class CosineEmbeddingLoss extends MarginLoss {
  constructor(...args: MarginArgs) {
    super('CosineEmbeddingLoss', 0, args);
  }

  get [inputs]() {
    return ['input1', 'input2', 'target'] as const;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** Σ_{i≠y} weight[y] max(0, margin − input[y] + input[i])^p / C for each row's label y. Shape: input [N, C] or [C], target [N] or []. */
export class MultiMarginLoss extends PairLoss {
  declare weight: Tensor | null;
  p: number;
  margin: number;

  constructor(...args: Arguments<MultiMarginArguments, ['p', 'margin', 'weight', 'reduction']>) {
    const defaults = { p: 1, margin: 1, weight: null, reduction: 'mean' } as const;
    const o = parseArgs<MultiMarginArguments>('MultiMarginLoss', [], defaults, args);
    super('MultiMarginLoss', o.reduction);
    this.registerBuffer('weight', o.weight);
    this.p = o.p;
    this.margin = o.margin;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return F.multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
}

/** Σ_{j,i} max(0, 1 − input[y_j] + input[i]) / C over each row's labels y_j, which end at the first −1, and the other classes i. */
export class MultiLabelMarginLoss extends PairLoss {
  constructor(...args: Arguments<ReductionArguments, ['reduction']>) {
    const name = 'MultiLabelMarginLoss';
    super(name, parseArgs<ReductionArguments>(name, [], { reduction: 'mean' }, args).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** −weight (target ln σ(input) + (1 − target) ln σ(−input)), the mean over the classes. Shape: two of [N, C]. */
export class MultiLabelSoftMarginLoss extends PairLoss {
  declare weight: Tensor | null;

  constructor(...args: Arguments<WeightArguments, ['weight', 'reduction']>) {
    const o = parseArgs<WeightArguments>('MultiLabelSoftMarginLoss', [], { weight: null, reduction: 'mean' }, args);
    super('MultiLabelSoftMarginLoss', o.reduction);
    this.registerBuffer('weight', o.weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/** max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin), margin 1 by default. Shape: three of [N, D] or [D]. */
export class TripletMarginLoss extends Loss {
  margin: number;
  p: number;
  eps: number;
  swap: boolean;

  constructor(...args: Arguments<TripletArguments, ['margin', 'p', 'eps', 'swap', 'reduction']>) {
    const defaults = { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: 'mean' } as const;
    const o = parseArgs<TripletArguments>('TripletMarginLoss', [], defaults, args);
    super('TripletMarginLoss', o.reduction);
    F.checkMargin('TripletMarginLoss', o.margin);
    this.margin = o.margin;
    this.p = o.p;
    this.eps = o.eps;
    this.swap = o.swap;
  }

  get [inputs]() {
    return ['anchor', 'positive', 'negative'] as const;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return F.tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/** TripletMarginLoss with a distance of your own. */
export class TripletMarginWithDistanceLoss extends Loss {
  distanceFunction: F.DistanceFunction;
  margin: number;
  swap: boolean;

  constructor(...args: Arguments<DistanceArguments, ['distanceFunction', 'margin', 'swap', 'reduction']>) {
    const defaults = { distanceFunction: null, margin: 1, swap: false, reduction: 'mean' } as const;
    const o = parseArgs<DistanceArguments>('TripletMarginWithDistanceLoss', [], defaults, args, {
      distanceFunction: orNull(callback),
    });
    super('TripletMarginWithDistanceLoss', o.reduction);
    F.checkMargin('TripletMarginWithDistanceLoss', o.margin);
    this.distanceFunction = o.distanceFunction ?? pairwiseDistance;
    this.margin = o.margin;
    this.swap = o.swap;
  }

  get [inputs]() {
    return ['anchor', 'positive', 'negative'] as const;
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction, margin, swap, reduction } = this;
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction });
  }
}

/** x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps)) along `dim`. */
export class CosineSimilarity extends Layer {
  dim: number;
  eps: number;

  constructor(...args: Arguments<CosineArguments, ['dim', 'eps']>) {
    const o = parseArgs<CosineArguments>('CosineSimilarity', [], { dim: 1, eps: 1e-8 }, args, { dim: integer });
    super();
    this.dim = o.dim;
    this.eps = o.eps;
  }

  get [inputs]() {
    return ['x1', 'x2'] as const;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, { dim: this.dim, eps: this.eps });
  }
}

/** ‖x1 − x2 + eps‖_p over the last dimension. */
export class PairwiseDistance extends Layer {
  norm: number;
  eps: number;
  keepdim: boolean;

  constructor(...args: Arguments<PairwiseArguments, ['p', 'eps', 'keepdim']>) {
    const o = parseArgs<PairwiseArguments>('PairwiseDistance', [], { p: 2, eps: 1e-6, keepdim: false }, args);
    super();
    this.norm = o.p;
    this.eps = o.eps;
    this.keepdim = o.keepdim;
  }

  get [inputs]() {
    return ['x1', 'x2'] as const;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, { p: this.norm, eps: this.eps, keepdim: this.keepdim });
  }
}
