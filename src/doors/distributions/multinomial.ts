// The multinomial distribution.
import { ArgumentError, broadcastTensors, onesLike, type Tensor, tensor, zeros } from '../../torch';
import { type Arguments, parseArgs, shown } from '../../torch/inside';
import { Binomial } from './binomial';
import { type CategoryParameters, noWeights, OfCategories } from './categorical';
import { type Constraint, multinomial } from './constraints/constraints';
import type { SampleArguments, ValueArguments } from './distribution';

interface MultinomialParameters extends CategoryParameters {
  /** The number of draws. Default 1. */
  totalCount?: number;
}

/** How often each category occurs in `totalCount` draws of a `Categorical`. */
export class Multinomial extends OfCategories {
  readonly totalCount: number;

  constructor(...args: Arguments<MultinomialParameters, ['totalCount', 'probs', 'logits', 'validateArgs']>) {
    const { totalCount, ...weights } = parseArgs<MultinomialParameters>(
      'Multinomial',
      [],
      { totalCount: 1, ...noWeights },
      args,
    );
    if (!Number.isInteger(totalCount) || totalCount < 0) {
      throw new ArgumentError(
        `Multinomial: expected totalCount to be one whole number of at least 0, but got ${shown(totalCount)}`,
      );
    }
    super(weights);
    this.totalCount = totalCount;
  }

  override get support(): Constraint {
    return multinomial(this.totalCount);
  }

  override get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }

  override get variance(): Tensor {
    return this.mean.mul(this.probs.neg().add(1));
  }

  override sample(...args: SampleArguments): Tensor {
    const size = this.sampleShape('sample', args);
    const drawn = this.categorical.sample([this.totalCount, ...size]).movedim(0, -1);
    const counts = zeros([...size, ...this.batchShape, ...this.eventShape], { dtype: 'int64' });
    return counts.scatterAdd(-1, drawn, onesLike(drawn)).to(this.probs.dtype);
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const [logits, counts] = broadcastTensors(this.logits, value.to(this.logits.dtype)) as [Tensor, Tensor];
    // 0 · ln 0 counts as 0.
    const powers = logits.maskedFill(counts.eq(0).logicalAnd(logits.eq(-Infinity)), 0).mul(counts);
    return counts.sum(-1).add(1).lgamma().sub(counts.add(1).lgamma().sum(-1)).add(powers.sum(-1));
  }

  override entropy(): Tensor {
    const n = this.totalCount;
    const factorial = tensor(n + 1, { dtype: this.probs.dtype }).lgamma();
    const counts = new Binomial(n, this.probs, { validateArgs: false });
    const support = counts.enumerateSupport(false).narrow(0, 1, n);
    const weighed = counts.logProb(support).exp().mul(support.add(1).lgamma());
    return this.categorical
      .entropy()
      .mul(n)
      .sub(factorial)
      .add(weighed.sum([0, -1]));
  }
}
