// MixtureSameFamily, a mixture of distributions of one class.

import { ArgumentError, ShapeError, type Tensor } from '../../torch';
import { type Arguments, kindOf, parseArgs, sameShape, showShape, withMode } from '../../torch/inside';
import { Categorical } from './categorical';
import { Constraint } from './constraints/constraints';
import {
  type AnyDistribution,
  afterDraw,
  Distribution,
  type SampleArguments,
  type Validation,
  type ValueArguments,
  validation,
} from './distribution';
import { type DrawOf, expectDistribution } from './independent';

interface MixtureParameters<Component> extends Validation {
  /** The distribution over the n components. */
  mixtureDistribution: Categorical;
  /** The components: a distribution whose last batch dimension, of size n, enumerates them. */
  componentDistribution: Component;
}

type MixtureOrder = ['mixtureDistribution', 'componentDistribution', 'validateArgs'];

/** The constraint of the components, for values that lack the component dimension. */
class OfComponents extends Constraint {
  private readonly base: Constraint;

  constructor(base: Constraint) {
    super();
    this.base = base;
  }

  override get isDiscrete(): boolean {
    return this.base.isDiscrete;
  }

  override get eventDim(): number {
    return this.base.eventDim;
  }

  check(value: Tensor): Tensor {
    const result = this.base.check(value.unsqueeze(-1 - this.eventDim));
    const kept = value.shape.length - this.eventDim;
    return result.shape.length > kept ? result.flatten(kept).all(-1) : result;
  }

  override toString(): string {
    return `MixtureSameFamilyConstraint(${this.base})`;
  }
}

/**
 * A mixture of distributions of one class. The components are the last batch dimension of one distribution.
 *
 *     p(x) = Σ_k w_k p_k(x)
 *
 *     new MixtureSameFamily(new Categorical(torch.ones(5)), new Normal(torch.randn(5), torch.rand(5)));
 */
export class MixtureSameFamily<Component extends AnyDistribution = AnyDistribution> extends Distribution<
  DrawOf<Component>
> {
  readonly mixtureDistribution: Categorical;
  readonly componentDistribution: Component;

  constructor(...args: Arguments<MixtureParameters<Component>, MixtureOrder>) {
    const o = parseArgs<MixtureParameters<AnyDistribution>>(
      'MixtureSameFamily',
      ['mixtureDistribution', 'componentDistribution'],
      validation,
      args,
    );
    const { mixtureDistribution: mixture, componentDistribution: component } = o;
    if (!(mixture instanceof Categorical)) {
      throw new ArgumentError(
        `MixtureSameFamily: expected mixtureDistribution to be a Categorical, but got ${kindOf(mixture)}`,
      );
    }
    expectDistribution('MixtureSameFamily', 'componentDistribution', component);
    const batchShape = component.batchShape.slice(0, -1);
    const fits = mixture.batchShape.length === 0 || sameShape(mixture.batchShape, batchShape);
    if (component.batchShape.at(-1) !== mixture.paramShape.at(-1) || !fits) {
      throw new ShapeError(
        `MixtureSameFamily: expected components of batch shape [..., ${mixture.paramShape.at(-1)}] for a mixture of parameters ${showShape(mixture.paramShape)}, but got ${showShape(component.batchShape)}`,
      );
    }
    super(batchShape, component.eventShape, o.validateArgs);
    this.mixtureDistribution = mixture;
    this.componentDistribution = component as Component;
  }

  protected override expanded(batchShape: readonly number[]): object {
    const { componentDistribution, mixtureDistribution } = this;
    return {
      componentDistribution: componentDistribution.expand([...batchShape, componentDistribution.batchShape.at(-1)!]),
      mixtureDistribution: mixtureDistribution.expand(batchShape),
    };
  }

  override get support(): Constraint {
    return new OfComponents(this.componentDistribution.support);
  }

  /** The index, from the end, of the component dimension, which precedes the event dimensions. */
  private get dim(): number {
    return -1 - this.eventShape.length;
  }

  /** The component weights, with dimensions of size 1 appended for the event. */
  private get weights(): Tensor {
    const { probs } = this.mixtureDistribution;
    return probs.reshape([...probs.shape, ...this.eventShape.map(() => 1)]);
  }

  override get mean(): Tensor {
    return this.weights.mul(this.componentDistribution.mean).sum(this.dim);
  }

  override get variance(): Tensor {
    const { weights, dim } = this;
    const { mean, variance } = this.componentDistribution;
    const away = mean.sub(this.mean.unsqueeze(dim)).square();
    return weights.mul(variance).sum(dim).add(weights.mul(away).sum(dim));
  }

  override sample(...args: SampleArguments): DrawOf<Component> {
    const size = this.sampleShape('sample', args);
    const at = size.length + this.batchShape.length;
    const chosen = this.mixtureDistribution.expand(this.batchShape).sample(size);
    const index = chosen.reshape([...chosen.shape, 1, ...this.eventShape.map(() => 1)]);
    const wide = index.expand([...chosen.shape, 1, ...this.eventShape]);
    const drawn = this.componentDistribution.sample(size);
    return afterDraw(drawn, (x) =>
      withMode({ grad: false }, () => x.gather(at, wide).squeeze(at)),
    ) as DrawOf<Component>;
  }

  override logProb(...args: ValueArguments): Tensor {
    const value = this.valueFor('logProb', args).unsqueeze(this.dim);
    const logs = this.componentDistribution.logProb(value);
    return logs.add(this.mixtureDistribution.logits.logSoftmax(-1)).logsumexp(-1);
  }

  override cdf(...args: ValueArguments): Tensor {
    const value = this.valueFor('cdf', args).unsqueeze(this.dim);
    return this.componentDistribution.cdf(value).mul(this.mixtureDistribution.probs).sum(-1);
  }

  override toString(): string {
    return `MixtureSameFamily(\n  ${this.mixtureDistribution},\n  ${this.componentDistribution})`;
  }
}
