// The continuous Bernoulli distribution.

import { nn, rand, type Tensor, where } from '../../torch';
import { type Arguments, kinds, parseArgs } from '../../torch/inside';
import { EventDistribution, type EventParameters, noEvent } from './bernoulli';
import { type Constraint, unitInterval } from './constraints/constraints';
import type { SampleArguments, ValueArguments } from './distribution';
import { broadcastAll, clampProbs, logitsToProbs, probsToLogits } from './parameters';

interface ContinuousBernoulliParameters extends EventParameters {
  /** Between these values of `probs`, Taylor's series take the place of formulas that are 0 / 0 at ½. */
  lims?: readonly [low: number, high: number];
}

type ContinuousBernoulliOrder = ['probs', 'logits', 'lims', 'validateArgs'];

/**
 * The distribution over [0, 1] with a density proportional to probs^x (1 - probs)^(1 - x), for variational autoencoders
 * of pictures: Loaiza-Ganem and Cunningham 2019, arXiv:1907.06845. `probs` is not its mean.
 */
export class ContinuousBernoulli extends EventDistribution {
  private readonly lims: readonly [number, number];

  constructor(...args: Arguments<ContinuousBernoulliParameters, ContinuousBernoulliOrder>) {
    const { lims, ...event } = parseArgs<ContinuousBernoulliParameters>(
      'ContinuousBernoulli',
      [],
      { ...noEvent, lims: [0.499, 0.501] },
      args,
      { lims: kinds.listOf(kinds.number, 2) },
    );
    super('ContinuousBernoulli', event);
    this.lims = lims;
    const { probs } = this.params;
    if (probs) this.params = { probs: clampProbs(probs) };
  }

  override get probs(): Tensor {
    return this.params.probs ?? this.once('probs', () => clampProbs(logitsToProbs(this.params.logits!, true)));
  }

  override get logits(): Tensor {
    return this.params.logits ?? this.once('logits', () => probsToLogits(this.params.probs!, true));
  }

  override get support(): Constraint {
    return unitInterval;
  }

  /** Where the formulas are used. */
  private get apart(): Tensor {
    return this.probs.le(this.lims[0]).logicalOr(this.probs.gt(this.lims[1]));
  }

  /** The probabilities where the formulas are used; a limit elsewhere, so that gradients stay finite. */
  private get cut(): Tensor {
    return this.probs.where(this.apart, this.lims[0]);
  }

  /** ln of what the density is divided by, negated: ln(2 artanh(1 - 2p) / (1 - 2p)). @internal */
  logNorm(): Tensor {
    const { cut, apart, probs } = this;
    const low = cut.le(0.5);
    const below = cut.where(low, 0).mul(-2).log1p();
    const above = cut.where(cut.ge(0.5), 1).mul(2).sub(1).log();
    const norm = cut
      .neg()
      .log1p()
      .sub(cut.log())
      .abs()
      .log()
      .sub(where(low, below, above));
    const s = probs.sub(0.5).square();
    const near = s
      .mul(104 / 45)
      .add(4 / 3)
      .mul(s)
      .add(Math.LN2);
    return where(apart, norm, near);
  }

  /** ln(1 - p) - ln p */
  private get spread(): Tensor {
    return this.cut.neg().log1p().sub(this.cut.log());
  }

  override get mean(): Tensor {
    const { cut, apart } = this;
    const d = this.probs.sub(0.5);
    const near = d
      .square()
      .mul(16 / 45)
      .add(1 / 3)
      .mul(d)
      .add(0.5);
    return where(apart, cut.div(cut.mul(2).sub(1)).add(this.spread.reciprocal()), near);
  }

  override get variance(): Tensor {
    const { cut, apart } = this;
    const s = this.probs.sub(0.5).square();
    const near = s
      .mul(-128 / 945)
      .add(1 / 15)
      .mul(s)
      .neg()
      .add(1 / 12);
    const far = cut.mul(cut.sub(1)).div(cut.mul(-2).add(1).square()).add(this.spread.square().reciprocal());
    return where(apart, far, near);
  }

  override rsample(...args: SampleArguments): Tensor {
    return this.quantile(rand(this.extendedShape('rsample', args), { dtype: this.probs.dtype }));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const both = broadcastAll('logProb', { logits: this.logits, value });
    const loss = nn.functional.binaryCrossEntropyWithLogits(both.logits, both.value, { reduction: 'none' });
    return this.logNorm().sub(loss);
  }

  override cdf(...args: ValueArguments): Tensor {
    const value = this.valueFor('cdf', args);
    const { cut, apart } = this;
    const rest = cut.neg().add(1);
    const share = cut
      .pow(value)
      .mul(rest.pow(value.neg().add(1)))
      .add(cut)
      .sub(1)
      .div(cut.mul(2).sub(1));
    return where(apart, share, value).maskedFill(value.le(0), 0).maskedFill(value.ge(1), 1);
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.quantile(this.valueFor('icdf', args, false));
  }

  private quantile(share: Tensor): Tensor {
    const { cut, apart } = this;
    const rest = cut.neg();
    const above = rest
      .add(share.mul(cut.mul(2).sub(1)))
      .log1p()
      .sub(rest.log1p());
    return where(apart, above.div(cut.log().sub(rest.log1p())), share);
  }

  override entropy(): Tensor {
    const rest = this.probs.neg().log1p();
    return this.mean.mul(rest.sub(this.probs.log())).sub(this.logNorm()).sub(rest);
  }
}
