// OneHotCategorical, and its variant with straight-through gradients.

import { eye, nn, type Tensor } from '../../torch';
import { parseArgs } from '../../torch/inside';
import { type CategoryArguments, type CategoryParameters, noWeights, OfCategories } from './categorical';
import { type Constraint, oneHot as oneHotVectors } from './constraints/constraints';
import { type SampleArguments, type SupportArguments, type ValueArguments, wantsExpanded } from './distribution';

/** One of several categories, by `probs` or `logits` [..., n], as a one-hot vector. Shape of draws: [..., n]. */
export class OneHotCategorical extends OfCategories {
  constructor(...args: CategoryArguments) {
    super(parseArgs<CategoryParameters>(new.target.name, [], noWeights, args));
  }

  override get support(): Constraint {
    return oneHotVectors;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get mode(): Tensor {
    return this.vectors(this.probs.argmax(-1));
  }

  override get variance(): Tensor {
    return this.probs.mul(this.probs.neg().add(1));
  }

  private vectors(categories: Tensor): Tensor {
    return nn.functional.oneHot(categories, this.eventShape[0]!).to(this.probs.dtype);
  }

  override sample(...args: SampleArguments): Tensor {
    return this.vectors(this.categorical.sample(...args));
  }

  override logProb(...args: ValueArguments): Tensor {
    return this.categorical.logProb(this.valueFor('logProb', args).argmax(-1));
  }

  override entropy(): Tensor {
    return this.categorical.entropy();
  }

  override enumerateSupport(...args: SupportArguments): Tensor {
    const n = this.eventShape[0]!;
    const values = eye(n, { dtype: this.probs.dtype }).reshape([n, ...this.batchShape.map(() => 1), n]);
    return wantsExpanded(args) ? values.expand([n, ...this.batchShape, n]) : values;
  }
}

/**
 * A OneHotCategorical whose `rsample` passes gradients to the probabilities. Source: Bengio, Léonard and Courville
 * 2013, "Estimating or propagating gradients through stochastic neurons", arXiv:1308.3432.
 */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  override rsample(...args: SampleArguments): Tensor {
    const { probs } = this;
    return this.sample(...args).add(probs.sub(probs.detach()));
  }
}
