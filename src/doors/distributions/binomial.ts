// The binomial distribution.

import { ArgumentError, type Tensor } from '../../torch';
import {
  type Arguments,
  drawBinomial as binomial,
  isTensorObject as isTensor,
  parseArgs,
  kinds as torchKinds,
  valuesAtHand,
} from '../../torch/inside';
import { countsUpTo, EventDistribution, type EventParameters, noEvent } from './bernoulli';
import { type Constraint, integerInterval, nonnegativeInteger } from './constraints/constraints';
import type { SampleArguments, SupportArguments, ValueArguments } from './distribution';
import { drawnCounts } from './draws';
import { type DistributionParameter, expectParameter } from './parameters';

export interface CountedEvents extends EventParameters {
  /** The number of successes or trials, ≥ 0. */
  totalCount: DistributionParameter;
}

export type CountedArguments = Arguments<CountedEvents, ['totalCount', 'probs', 'logits', 'validateArgs']>;

/** A count that can be broadcast with probabilities. Integer tensors become float. */
export const countOf = (name: string, totalCount: DistributionParameter): DistributionParameter => {
  expectParameter(name, 'totalCount', totalCount);
  return isTensor(totalCount) && !totalCount.isFloatingPoint() ? totalCount.to('float32') : totalCount;
};

interface BinomialParameters extends Omit<CountedEvents, 'totalCount'> {
  /** The number of trials. Default 1. */
  totalCount?: DistributionParameter;
}

/**
 * The number of successes in `totalCount` trials with success probability `probs`: p(k) = C(n, k) p^k (1 - p)^(n - k).
 *
 * The number of random numbers that a draw uses depends on the values of both parameters, so `sample` returns a
 * promise, as in `Gamma`.
 */
export class Binomial extends EventDistribution<Promise<Tensor>> {
  constructor(...args: Arguments<BinomialParameters, ['totalCount', 'probs', 'logits', 'validateArgs']>) {
    const kinds = { totalCount: torchKinds.anything };
    const { totalCount, ...event } = parseArgs<BinomialParameters>(
      'Binomial',
      [],
      { totalCount: 1, ...noEvent },
      args,
      kinds,
    );
    super('Binomial', event, { totalCount: countOf('Binomial', totalCount) });
  }

  get totalCount(): Tensor {
    return this.params.totalCount;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { totalCount: nonnegativeInteger, ...super.argConstraints };
  }

  override get support(): Constraint {
    return integerInterval(0, this.totalCount);
  }

  override get mean(): Tensor {
    return this.totalCount.mul(this.probs);
  }

  override get mode(): Tensor {
    return this.totalCount.add(1).mul(this.probs).floor().clamp({ max: this.totalCount });
  }

  override get variance(): Tensor {
    return this.mean.mul(this.probs.neg().add(1));
  }

  override sample(...args: SampleArguments): Promise<Tensor> {
    const shape = this.extendedShape('sample', args);
    return drawnCounts([this.totalCount, this.probs], shape, ([count, p], generator) =>
      binomial(count!, p!, generator),
    );
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const { totalCount, logits } = this;
    // ln(1 + e^logit), without overflow.
    const softplus = logits.clamp({ min: 0 }).add(logits.abs().neg().exp().log1p());
    return value
      .mul(logits)
      .sub(value.add(1).lgamma())
      .sub(totalCount.sub(value).add(1).lgamma())
      .sub(totalCount.mul(softplus).sub(totalCount.add(1).lgamma()));
  }

  override entropy(): Tensor {
    const logProb = this.logProb(this.listed('entropy', [false]));
    return logProb.exp().mul(logProb).sum(0).neg();
  }

  override enumerateSupport(...args: SupportArguments): Tensor {
    return this.listed('enumerateSupport', args);
  }

  private listed(op: string, args: readonly unknown[]): Tensor {
    const counts = valuesAtHand(this.totalCount);
    if (!counts || counts.length === 0 || Array.from(counts).some((count) => count !== counts[0])) {
      throw new ArgumentError(
        `${op}: expected one totalCount for all, given as a number, since the values are listed by it, but got ${counts ? `counts from ${Math.min(...Array.from(counts))} to ${Math.max(...Array.from(counts))}` : 'a tensor that the host does not know'}`,
      );
    }
    return countsUpTo(counts[0]!, this.batchShape, this.totalCount, args);
  }
}
