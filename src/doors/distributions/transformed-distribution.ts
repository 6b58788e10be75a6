// TransformedDistribution, the distribution of transformed draws.

import { type Shape, ShapeError, type Tensor } from '../../torch';
import { type Arguments, parseArgs, sameShape, showShape, withMode } from '../../torch/inside';
import { type Constraint, independent } from './constraints/constraints';
import {
  type AnyDistribution,
  afterDraw,
  Distribution,
  type SampleArguments,
  type Validation,
  type ValueArguments,
  validation,
} from './distribution';
import { type DrawOf, expectDistribution, Independent } from './independent';
import { sumRightmost } from './parameters';
import { ComposeTransform, expectTransforms, productOf, Transform } from './transforms/transform';

interface TransformedParameters<Base> extends Validation {
  /** The distribution that this one is made of. */
  baseDistribution: Base;
  transforms: Transform | readonly Transform[];
}

type TransformedOrder = ['baseDistribution', 'transforms', 'validateArgs'];

/**
 * The distribution of another distribution's draws after transforms, which are applied in order.
 *
 *     Y = f(X):   ln p(y) = ln p(x) - ln |det dy / dx|,   x = f⁻¹(y)
 *
 *     new TransformedDistribution(new Normal(0, 1), [new ExpTransform()]);   // LogNormal
 */
export class TransformedDistribution<Base extends AnyDistribution = AnyDistribution> extends Distribution<
  DrawOf<Base>
> {
  /** The distribution whose draws are transformed, expanded to the shape that the transforms need. */
  readonly baseDist: AnyDistribution;
  readonly transforms: readonly Transform[];

  constructor(...args: Arguments<TransformedParameters<Base>, TransformedOrder>) {
    const o = parseArgs<TransformedParameters<AnyDistribution>>(
      new.target.name,
      ['baseDistribution', 'transforms'],
      validation,
      args,
    );
    const transforms = o.transforms instanceof Transform ? [o.transforms] : o.transforms;
    expectDistribution(new.target.name, 'baseDistribution', o.baseDistribution);
    expectTransforms(new.target.name, transforms);
    const whole = new ComposeTransform(transforms);
    const { base, shape } = fitting(new.target.name, o.baseDistribution, whole);
    const change = whole.codomain.eventDim - whole.domain.eventDim;
    const eventDim = Math.max(whole.codomain.eventDim, o.baseDistribution.eventShape.length + change);
    const cut = shape.length - eventDim;
    super(shape.slice(0, cut), shape.slice(cut), o.validateArgs);
    this.baseDist = base;
    this.transforms = [...transforms];
  }

  protected override expanded(batchShape: Shape): object {
    const shape = this.transforms.reduceRight<Shape>(
      (at, transform) => transform.inverseShape(at),
      [...batchShape, ...this.eventShape],
    );
    const { baseDist } = this;
    return {
      ...super.expanded(batchShape),
      baseDist: baseDist.expand(shape.slice(0, shape.length - baseDist.eventShape.length)),
    };
  }

  override get hasRsample(): boolean {
    return this.baseDist.hasRsample;
  }

  override get support(): Constraint {
    const last = this.transforms.at(-1);
    if (!last) return this.baseDist.support;
    const more = this.eventShape.length - last.codomain.eventDim;
    return more > 0 ? independent(last.codomain, more) : last.codomain;
  }

  private forward(x: Tensor): Tensor {
    return this.transforms.reduce((value, transform) => transform.of(value), x);
  }

  override sample(...args: SampleArguments): DrawOf<Base> {
    const drawn = this.baseDist.sample(...args);
    return afterDraw(drawn, (x) => withMode({ grad: false }, () => this.forward(x))) as DrawOf<Base>;
  }

  override rsample(...args: SampleArguments): DrawOf<Base> {
    return afterDraw(this.baseDist.rsample(...args), (x) => this.forward(x)) as DrawOf<Base>;
  }

  override logProb(...args: ValueArguments): Tensor {
    let y = this.valueFor('logProb', args);
    let eventDim = this.eventShape.length;
    let volume: Tensor | null = null;
    for (const transform of [...this.transforms].reverse()) {
      const x = transform.back(y);
      eventDim += transform.domain.eventDim - transform.codomain.eventDim;
      const term = sumRightmost(transform.logAbsDetJacobian(x, y), eventDim - transform.domain.eventDim);
      volume = volume ? volume.add(term) : term;
      y = x;
    }
    const logProb = sumRightmost(this.baseDist.logProb(y), eventDim - this.baseDist.eventShape.length);
    return volume ? logProb.sub(volume) : logProb;
  }

  /** A cumulative probability; p becomes 1 - p if the transforms are decreasing. */
  private monotonised(share: Tensor): Tensor {
    const sign = productOf(this.transforms.map((transform) => transform.sign));
    return sign === 1 ? share : share.sub(0.5).mul(sign).add(0.5);
  }

  override cdf(...args: ValueArguments): Tensor {
    const value = this.transforms.reduceRight((y, transform) => transform.back(y), this.valueFor('cdf', args, false));
    return this.monotonised(this.baseDist.cdf(value));
  }

  override icdf(...args: ValueArguments): Tensor {
    return this.forward(this.baseDist.icdf(this.monotonised(this.valueFor('icdf', args, false))));
  }
}

/**
 * The base distribution in the form that the transforms need: expanded to their shape, and with as many event
 * dimensions as they transform together.
 */
function fitting(
  name: string,
  given: AnyDistribution,
  whole: ComposeTransform,
): { readonly base: AnyDistribution; readonly shape: Shape } {
  const own = [...given.batchShape, ...given.eventShape];
  const wanted = whole.domain.eventDim;
  if (own.length < wanted) {
    throw new ShapeError(
      `${name}: expected a baseDistribution of at least ${wanted} dimensions, but got ${given} of shape ${showShape(own)}`,
    );
  }
  const shape = whole.forwardShape(own);
  const needed = whole.inverseShape(shape);
  const rank = given.eventShape.length;
  const wide = sameShape(own, needed) ? given : given.expand(needed.slice(0, needed.length - rank));
  return { base: wanted > rank ? new Independent(wide, wanted - rank) : wide, shape };
}
