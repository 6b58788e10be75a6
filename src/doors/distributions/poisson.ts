// The Poisson distribution.
import { type Tensor, xlogy } from '../../torch';
import { drawPoisson as poisson } from '../../torch/inside';
import { nonnegative, nonnegativeInteger } from './constraints/constraints';
import type { SampleArguments, ValueArguments } from './distribution';
import { drawnCounts } from './draws';
import type { RateArguments } from './exponential';
import { Parametric } from './parametric';

/**
 * The number of events if `rate` are expected: p(k) = rate^k exp(-rate) / k!.
 *
 * The number of random numbers that a draw uses depends on the rate, so `sample` returns a promise, as in `Gamma`.
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
