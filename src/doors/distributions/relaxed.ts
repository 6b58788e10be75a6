// The relaxed distributions: continuous versions of Bernoulli and OneHotCategorical, through which gradients pass.
// Sources: Maddison, Mnih and Teh 2017, "The Concrete distribution", arXiv:1611.00712; Jang, Gu and Poole 2017,
// "Categorical reparameterization with Gumbel-softmax", arXiv:1611.01144.
import { rand, type Tensor } from '../../torch';
import { type Arguments, calledAs, parseArgs } from '../../torch/inside';
import { EventDistribution, type EventParameters, noEvent } from './bernoulli';
import { type CategoryParameters, noWeights, OfCategories } from './categorical';
import { type Constraint, real, realVector, simplex } from './constraints/constraints';
import type { SampleArguments, ValueArguments } from './distribution';
import { clampProbs, type DistributionParameter, expectParameter, tensorLike } from './parameters';
import { TransformedDistribution } from './transformed-distribution';
import { ExpTransform, SigmoidTransform } from './transforms/transforms';

interface RelaxedEvent extends EventParameters {
  /** The temperature, greater than 0. The lower it is, the closer draws are to 0 or 1. */
  temperature: DistributionParameter;
}

type RelaxedEventArguments = Arguments<RelaxedEvent, ['temperature', 'probs', 'logits', 'validateArgs']>;

/** The distribution of the logits of a `RelaxedBernoulli`. */
export class LogitRelaxedBernoulli extends EventDistribution {
  readonly temperature: DistributionParameter;

  constructor(...args: RelaxedEventArguments) {
    const name = 'LogitRelaxedBernoulli';
    const { temperature, ...event } = parseArgs<RelaxedEvent>(name, ['temperature'], noEvent, args);
    expectParameter(name, 'temperature', temperature);
    super(name, event);
    this.temperature = temperature;
  }

  override get support(): Constraint {
    return real;
  }

  override rsample(...args: SampleArguments): Tensor {
    const probs = clampProbs(this.probs);
    const u = clampProbs(rand(this.extendedShape('rsample', args), { dtype: probs.dtype }));
    return u.log().sub(u.neg().log1p()).add(probs.log()).sub(probs.neg().log1p()).div(this.temperature);
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const difference = this.logits.sub(value.mul(this.temperature));
    const log = tensorLike(this.temperature, this.logits).log();
    return difference.add(log).sub(difference.exp().log1p().mul(2));
  }
}

/** Base class of transforms of relaxed distributions, which have the same parameters. */
abstract class Relaxed<
  Base extends LogitRelaxedBernoulli | ExpRelaxedCategorical,
> extends TransformedDistribution<Base> {
  declare readonly baseDist: Base;

  get temperature(): DistributionParameter {
    return this.baseDist.temperature;
  }

  get probs(): Tensor {
    return this.baseDist.probs;
  }

  get logits(): Tensor {
    return this.baseDist.logits;
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    return this.baseDist.argConstraints;
  }
}

/** A continuous version of `Bernoulli`: numbers between 0 and 1, mostly close to one of them. */
export class RelaxedBernoulli extends Relaxed<LogitRelaxedBernoulli> {
  constructor(...args: RelaxedEventArguments) {
    const o = parseArgs<RelaxedEvent>('RelaxedBernoulli', ['temperature'], noEvent, args);
    const { validateArgs } = o;
    super(
      calledAs('RelaxedBernoulli', () => new LogitRelaxedBernoulli(o)),
      new SigmoidTransform(),
      { validateArgs },
    );
  }
}

interface RelaxedCategories extends CategoryParameters {
  /** The temperature, greater than 0. The lower it is, the closer draws are to one-hot vectors. */
  temperature: DistributionParameter;
}

type RelaxedCategoryArguments = Arguments<RelaxedCategories, ['temperature', 'probs', 'logits', 'validateArgs']>;

/** The distribution of the logarithm of a `RelaxedOneHotCategorical`. */
export class ExpRelaxedCategorical extends OfCategories {
  readonly temperature: DistributionParameter;

  constructor(...args: RelaxedCategoryArguments) {
    const name = 'ExpRelaxedCategorical';
    const { temperature, ...weights } = parseArgs<RelaxedCategories>(name, ['temperature'], noWeights, args);
    expectParameter(name, 'temperature', temperature);
    super(weights);
    this.temperature = temperature;
  }

  override get support(): Constraint {
    return realVector;
  }

  override rsample(...args: SampleArguments): Tensor {
    const u = clampProbs(rand(this.extendedShape('rsample', args), { dtype: this.logits.dtype }));
    const gumbels = u.log().neg().log().neg();
    return normalised(this.logits.add(gumbels).div(this.temperature));
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args);
    const n = this.eventShape[0]!;
    const logs = tensorLike(this.temperature, this.logits)
      .log()
      .mul(n - 1);
    const score = normalised(this.logits.sub(value.mul(this.temperature))).sum(-1);
    return score.add(logs).add(logFactorial(n - 1));
  }
}

/** Subtracts logsumexp, so that the exponentials sum to 1. */
const normalised = (scores: Tensor): Tensor => scores.sub(scores.logsumexp(-1, { keepdim: true }));

function logFactorial(n: number): number {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
}

/** A continuous version of `OneHotCategorical`: probability vectors, mostly close to one-hot. */
export class RelaxedOneHotCategorical extends Relaxed<ExpRelaxedCategorical> {
  constructor(...args: RelaxedCategoryArguments) {
    const o = parseArgs<RelaxedCategories>('RelaxedOneHotCategorical', ['temperature'], noWeights, args);
    const { validateArgs } = o;
    super(
      calledAs('RelaxedOneHotCategorical', () => new ExpRelaxedCategorical(o)),
      new ExpTransform(),
      { validateArgs },
    );
  }

  override get support(): Constraint {
    return simplex;
  }
}
