// Owns OneHotCategorical, and the one whose draws let gradients through.

import { parseArgs } from '../core/options';
import { oneHot } from '../nn/functional/one-hot';
import { eye } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { Categorical, type CategoryArguments, type CategoryParameters } from './categorical';
import { type Constraint, oneHot as oneHotVectors, realVector, simplex } from './constraints';
import {
  Distribution,
  type SampleArguments,
  type SupportArguments,
  type ValueArguments,
  wantsExpanded,
} from './distribution';

/** One of several categories, by `probs` or `logits` [..., n], as a vector of zeros with a 1. Shape of draws: [..., n]. */
export class OneHotCategorical extends Distribution {
  /** @internal The categories by their numbers. */
  readonly categorical: Categorical;

  constructor(...args: CategoryArguments) {
    const { probs, logits, validateArgs } = parseArgs<CategoryParameters>(
      new.target.name,
      [],
      { probs: null, logits: null, validateArgs: null },
      args,
    );
    const categorical = new Categorical(probs, logits, { validateArgs });
    super(categorical.batchShape, categorical.paramShape.slice(-1), validateArgs);
    this.categorical = categorical;
  }

  protected override expanded(batchShape: readonly number[]): object {
    return { categorical: this.categorical.expand(batchShape) };
  }

  get probs(): Tensor {
    return this.categorical.probs;
  }

  get logits(): Tensor {
    return this.categorical.logits;
  }

  get paramShape(): readonly number[] {
    return this.categorical.paramShape;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { probs: simplex, logits: realVector };
  }

  override get support(): Constraint {
    return oneHotVectors;
  }

  override get hasEnumerateSupport(): boolean {
    return true;
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
    return oneHot(categories, this.eventShape[0]!).to(this.probs.dtype);
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
 * A OneHotCategorical whose `rsample` has the gradient of the probabilities.
 * Source: Bengio, Léonard and Courville 2013, "Estimating or propagating gradients through stochastic neurons", arXiv:1308.3432.
 */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  override get hasRsample(): boolean {
    return true;
  }

  override rsample(...args: SampleArguments): Tensor {
    const { probs } = this;
    return this.sample(...args).add(probs.sub(probs.detach()));
  }
}
