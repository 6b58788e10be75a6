// The geometric distribution.

import { ArgumentError, empty, finfo, noGrad, type Tensor } from '../../torch';
import { parseArgs } from '../../torch/inside';
import { type EventArguments, EventDistribution, type EventParameters, noEvent } from './bernoulli';
import { type Constraint, nonnegativeInteger, positive } from './constraints/constraints';
import type { SampleArguments, ValueArguments } from './distribution';
import { filledLike } from './parameters';

/** The number of failed trials before the first success, which has probability `probs`: p(k) = (1 - probs)^k probs. */
export class Geometric extends EventDistribution {
  constructor(...args: EventArguments) {
    super('Geometric', parseArgs<EventParameters>('Geometric', [], noEvent, args));
    const zero = this.validates && this.params.probs ? positive.violation(this.params.probs) : null;
    if (zero !== null) throw new ArgumentError(`Geometric: expected probs above 0, but got ${zero} in ${this}`);
  }

  override get support(): Constraint {
    return nonnegativeInteger;
  }

  override get mean(): Tensor {
    return this.probs.reciprocal().sub(1);
  }

  override get mode(): Tensor {
    return filledLike(this.probs, 0);
  }

  override get variance(): Tensor {
    return this.mean.div(this.probs);
  }

  override sample(...args: SampleArguments): Tensor {
    const shape = this.extendedShape('sample', args);
    return noGrad(() => {
      const { dtype } = this.probs;
      const u = empty(shape, { dtype }).uniform_(finfo(dtype).tiny, 1);
      return u.log().div(this.probs.neg().log1p()).floor();
    });
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const { probs } = this;
    // 0 · ln 0 counts as 0.
    const failing = probs.expand(value.sub(probs).shape).maskedFill(probs.eq(1).logicalAnd(value.eq(0)), 0);
    return value.mul(failing.neg().log1p()).add(probs.log());
  }

  override entropy(): Tensor {
    return this.eventEntropy().div(this.probs);
  }
}
