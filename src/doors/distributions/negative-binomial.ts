// The negative binomial distribution.

import { nn, noGrad, type Tensor } from '../../torch';
import { parseArgs, drawPoisson as poisson } from '../../torch/inside';
import { EventDistribution, noEvent } from './bernoulli';
import { type CountedArguments, type CountedEvents, countOf } from './binomial';
import { type Constraint, halfOpenInterval, nonnegative, nonnegativeInteger } from './constraints/constraints';
import type { SampleArguments, ValueArguments } from './distribution';
import { drawnCounts } from './draws';
import { Gamma } from './gamma';

/**
 * The number of successes before `totalCount` failures, in trials with success probability `probs`. `sample` returns a
 * promise, as in `Gamma`.
 */
export class NegativeBinomial extends EventDistribution<Promise<Tensor>> {
  constructor(...args: CountedArguments) {
    const { totalCount, ...event } = parseArgs<CountedEvents>('NegativeBinomial', ['totalCount'], noEvent, args);
    super('NegativeBinomial', event, { totalCount: countOf('NegativeBinomial', totalCount) });
  }

  get totalCount(): Tensor {
    return this.params.totalCount;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { totalCount: nonnegative, ...super.argConstraints, probs: halfOpenInterval(0, 1) };
  }

  override get support(): Constraint {
    return nonnegativeInteger;
  }

  override get mean(): Tensor {
    return this.totalCount.mul(this.logits.exp());
  }

  override get mode(): Tensor {
    return this.totalCount.sub(1).mul(this.logits.exp()).floor().clamp({ min: 0 });
  }

  override get variance(): Tensor {
    return this.mean.div(this.logits.neg().sigmoid());
  }

  override sample(...args: SampleArguments): Promise<Tensor> {
    const size = this.sampleShape('sample', args);
    const rates = noGrad(() => new Gamma(this.totalCount, this.logits.neg().exp(), { validateArgs: false }));
    return rates
      .sample(size)
      .then((rate) => drawnCounts([rate], rate.shape, ([each], generator) => poisson(each!, generator)));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const { totalCount, logits } = this;
    const powers = totalCount
      .mul(nn.functional.logsigmoid(logits.neg()))
      .add(value.mul(nn.functional.logsigmoid(logits)));
    const sum = totalCount.add(value);
    const norm = value.add(1).lgamma().add(totalCount.lgamma()).sub(sum.lgamma());
    return powers.sub(norm.maskedFill(sum.eq(0), 0));
  }
}
