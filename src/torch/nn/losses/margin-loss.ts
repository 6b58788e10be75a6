// The losses that push scores or distances apart by a margin, and the distances CosineSimilarity and PairwiseDistance.

import { integer } from '../../../engine/core/argument-kinds';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import type { Tensor } from '../../tensor/tensor';
import {
  type CosineArguments,
  cosineSimilarity,
  type PairwiseArguments,
  pairwiseDistance,
} from '../functional/distance';
import type {
  DistanceArguments,
  MarginArguments,
  MultiMarginArguments,
  TripletArguments,
  WeightArguments,
} from '../functional/margin-loss';
import * as F from '../functional/margin-loss';
import { Layer } from '../layers/layer';
import { inputs } from '../module/callable-object';
import { pairLoss, plainLoss, settledLoss } from './loss';

const HingeBase = /* @__PURE__ */ pairLoss<MarginArguments, ['margin', 'reduction']>(
  'HingeEmbeddingLoss',
  F.hingeSettings,
  F.hingeEmbeddingLoss,
);

/** input where the target is 1, max(0, margin − input) where it is −1; margin 1 by default. */
export class HingeEmbeddingLoss extends HingeBase {
  declare margin: number;
}

/** max(0, −target (input1 − input2) + margin), for targets of 1 and −1; margin 0 by default. */
export class MarginRankingLoss extends settledLoss<MarginArguments, ['margin', 'reduction']>(
  'MarginRankingLoss',
  F.rankingSettings,
) {
  get [inputs]() {
    return ['input1', 'input2', 'target'] as const;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(input1, input2, target, this.options);
  }
}

/** 1 − cos(input1, input2) where the target is 1, max(0, cos − margin) where it is −1; margin 0 by default. */
export class CosineEmbeddingLoss extends settledLoss<MarginArguments, ['margin', 'reduction']>(
  'CosineEmbeddingLoss',
  F.rankingSettings,
) {
  get [inputs]() {
    return ['input1', 'input2', 'target'] as const;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

const MultiMarginBase = /* @__PURE__ */ pairLoss<MultiMarginArguments, ['p', 'margin', 'weight', 'reduction']>(
  'MultiMarginLoss',
  F.multiMarginSettings,
  F.multiMarginLoss,
);

/** Σ_{i≠y} weight[y] max(0, margin − input[y] + input[i])^p / C for each row's label y. Shape: input [N, C] or [C], target [N] or []. */
export class MultiMarginLoss extends MultiMarginBase {
  declare weight: Tensor | null;
  declare p: number;
  declare margin: number;
}

/** Σ_{j,i} max(0, 1 − input[y_j] + input[i]) / C over each row's labels y_j, which end at the first −1, and the other classes i. */
export class MultiLabelMarginLoss extends plainLoss('MultiLabelMarginLoss', F.multilabelMarginLoss) {}

const SoftMarginBase = /* @__PURE__ */ pairLoss<WeightArguments, ['weight', 'reduction']>(
  'MultiLabelSoftMarginLoss',
  F.softMarginSettings,
  F.multilabelSoftMarginLoss,
);

/** −weight (target ln σ(input) + (1 − target) ln σ(−input)), the mean over the classes. Shape: two of [N, C]. */
export class MultiLabelSoftMarginLoss extends SoftMarginBase {
  declare weight: Tensor | null;
}

/** max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin), margin 1 by default. Shape: three of [N, D] or [D]. */
export class TripletMarginLoss extends settledLoss<TripletArguments, ['margin', 'p', 'eps', 'swap', 'reduction']>(
  'TripletMarginLoss',
  F.tripletSettings,
) {
  get [inputs]() {
    return ['anchor', 'positive', 'negative'] as const;
  }

  forward(
    /** The examples that the others are compared with. */ anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
  ): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** TripletMarginLoss with a distance of your own. */
export class TripletMarginWithDistanceLoss extends settledLoss<
  DistanceArguments,
  ['distanceFunction', 'margin', 'swap', 'reduction']
>('TripletMarginWithDistanceLoss', F.distanceSettings, (o) => ({
  ...o,
  distanceFunction: o.distanceFunction ?? pairwiseDistance,
})) {
  declare distanceFunction: F.DistanceFunction;

  get [inputs]() {
    return ['anchor', 'positive', 'negative'] as const;
  }

  forward(
    /** The examples that the others are compared with. */ anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
  ): Tensor {
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
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
