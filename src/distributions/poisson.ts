// Owns Poisson.
import { parseArgs } from '../core/options';
import { poisson } from '../storage/random/counts';
import { xlogy } from '../tensor/families/special';
import type { Tensor } from '../tensor/tensor';
import { type Constraint, nonnegative, nonnegativeInteger } from './constraints';
import { Distribution, type SampleArguments, type ValueArguments } from './distribution';
import { drawnCounts } from './draws';
import type { RateArguments, RateParameters } from './exponential';
import { broadcastAll } from './parameters';

/**
 * Counts of events of which `rate` are expected: p(k) = rate^k exp(-rate) / k!.
 *
 * How many random numbers a draw takes hangs on the rate, so drawing gives a promise, as that of `Gamma`.
 */
export class Poisson extends Distribution<Promise<Tensor>> {
  constructor(...args: RateArguments) {
    const { rate, validateArgs } = parseArgs<RateParameters>('Poisson', ['rate'], { validateArgs: null }, args);
    const params = broadcastAll('Poisson', { rate });
    super(params.rate.shape, [], validateArgs);
    this.take(params);
  }

  get rate(): Tensor {
    return this.params.rate;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { rate: nonnegative };
  }

  override get support(): Constraint {
    return nonnegativeInteger;
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
