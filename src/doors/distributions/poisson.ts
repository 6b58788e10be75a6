// Owns Poisson.
import { type Tensor, xlogy } from '../../torch';
import { drawPoisson as poisson } from '../../torch/inside';
import { nonnegative, nonnegativeInteger } from './constraints';
import type { SampleArguments, ValueArguments } from './distribution';
import { drawnCounts } from './draws';
import type { RateArguments } from './exponential';
import { Parametric } from './parametric';

/**
 * Counts of events when `rate` are expected: p(k) = rate^k exp(-rate) / k!.
 *
 * How many random numbers a draw takes hangs on the rate, so drawing gives a promise, as that of `Gamma`.
 */
export class Poisson extends Parametric<Promise<Tensor>> {
  declare readonly rate: Tensor;

  constructor(...args: RateArguments) {
    super({ rate: nonnegative }, nonnegativeInteger, args);
  }

  override get mean(): Tensor {
    return this.rate;
  }

  override get mode(): Tensor {
    return this.rate.floor();
  }

  override get variance(): Tensor {
    return this.rate;
  }

  override sample(...args: SampleArguments): Promise<Tensor> {
    const shape = this.extendedShape('sample', args);
    return drawnCounts([this.rate], shape, ([rate], generator) => poisson(rate!, generator));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    return xlogy(value, this.rate).sub(this.rate).sub(value.add(1).lgamma());
  }
}
