// Bernoulli, and the base class of distributions defined by the probability of a single event, given as `probs` or as
// `logits`.

import { arange, nn, noGrad, type Tensor } from '../../torch';
import { type Arguments, type Parsed, parseArgs } from '../../torch/inside';
import { boolean, type Constraint, real, unitInterval } from './constraints/constraints';
import {
  Distribution,
  type Draw,
  type SampleArguments,
  type SupportArguments,
  type Validation,
  type ValueArguments,
  wantsExpanded,
} from './distribution';
import { broadcastAll, type DistributionParameter, expectOneOf, logitsToProbs, probsToLogits } from './parameters';

export interface EventParameters extends Validation {
  /** The probability of 1. */
  probs?: DistributionParameter | null;
  /** ln(p / (1 - p)), instead of `probs`. */
  logits?: DistributionParameter | null;
}

export const noEvent = { probs: null, logits: null, validateArgs: null };

export type EventArguments = Arguments<EventParameters, ['probs', 'logits', 'validateArgs']>;

/**
 * Base class of distributions defined by the probability of an event: one of `probs` and `logits`, and possibly other
 * parameters of the same shape.
 */
export abstract class EventDistribution<D extends Draw = Tensor> extends Distribution<D> {
  constructor(
    name: string,
    { probs, logits, validateArgs }: Parsed<EventParameters>,
    others: Readonly<Record<string, DistributionParameter>> = {},
  ) {
    expectOneOf(name, { probs, logits });
    const params = broadcastAll<string>(name, probs === null ? { ...others, logits: logits! } : { ...others, probs });
    super(Object.values(params)[0]!.shape, [], validateArgs);
    this.take(params);
  }

  /** The probabilities, as given or computed from the logits. */
  get probs(): Tensor {
    return this.params.probs ?? this.once('probs', () => logitsToProbs(this.params.logits, true));
  }

  /** The logits, as given or computed from the probabilities. */
  get logits(): Tensor {
    return this.params.logits ?? this.once('logits', () => probsToLogits(this.params.probs, true));
  }

  get paramShape(): readonly number[] {
    return (this.params.probs ?? this.params.logits).shape;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return { probs: unitInterval, logits: real };
  }

  /** The entropy, in nats, of the binary event. */
  protected eventEntropy(): Tensor {
    return nn.functional.binaryCrossEntropyWithLogits(this.logits, this.probs, { reduction: 'none' });
  }
}

/** The numbers 0, 1, …, `last` along a new first dimension, followed by the batch shape. */
export function countsUpTo(
  last: number,
  batchShape: readonly number[],
  like: Tensor,
  args: readonly unknown[],
): Tensor {
  const values = arange(last + 1, { dtype: like.dtype }).reshape([-1, ...batchShape.map(() => 1)]);
  return wantsExpanded(args) ? values.expand([last + 1, ...batchShape]) : values;
}

/** 1 with probability `probs`, otherwise 0; defined by `probs` or `logits`. */
export class Bernoulli extends EventDistribution {
  constructor(...args: EventArguments) {
    super('Bernoulli', parseArgs<EventParameters>('Bernoulli', [], noEvent, args));
  }

  override get support(): Constraint {
    return boolean;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  /** NaN if both values are equally likely. */
  override get mode(): Tensor {
    const { probs } = this;
    return probs.ge(0.5).to(probs.dtype).maskedFill(probs.eq(0.5), Number.NaN);
  }

  override get variance(): Tensor {
    const { probs } = this;
    return probs.mul(probs.neg().add(1));
  }

  override sample(...args: SampleArguments): Tensor {
    const shape = this.extendedShape('sample', args);
    return noGrad(() => this.probs.expand(shape).bernoulli());
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const { logits, given } = broadcastAll('logProb', { logits: this.logits, given: value.to(this.logits.dtype) });
    return nn.functional.binaryCrossEntropyWithLogits(logits, given, { reduction: 'none' }).neg();
  }

  override entropy(): Tensor {
    return this.eventEntropy();
  }

  override enumerateSupport(...args: SupportArguments): Tensor {
    return countsUpTo(1, this.batchShape, this.params.probs ?? this.params.logits, args);
  }
}
