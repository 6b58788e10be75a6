// The base class of distributions whose parameters are numbers or tensors that broadcast.
import type { Shape, Tensor } from '../../torch';
import { type kinds, parseArgs } from '../../torch/inside';
import type { Constraint } from './constraints/constraints';
import { Distribution, type Draw, type Validation } from './distribution';
import { broadcastAll, type DistributionParameter } from './parameters';

/** The constraint on each parameter, which may depend on the other parameters. */
type Constraints = Readonly<Record<string, Constraint | ((of: never) => Constraint)>>;

/** Optional parameters and their kinds. */
interface OptionalParameters {
  readonly defaults: Readonly<Record<string, DistributionParameter>>;
  readonly kinds?: kinds.Kinds<object>;
}

/**
 * Base class of distributions over single numbers. A subclass passes its parameters and support to the constructor, and
 * declares a field for each parameter: a tensor of the batch shape.
 */
export abstract class Parametric<D extends Draw = Tensor> extends Distribution<D> {
  private readonly constraints: Constraints;
  private readonly values: Constraint;

  constructor(constraints: Constraints, support: Constraint, args: readonly unknown[], optional?: OptionalParameters) {
    const name = new.target.name;
    const order = Object.keys(constraints);
    const required = order.filter((key) => !Object.hasOwn(optional?.defaults ?? {}, key));
    const given = parseArgs<Validation>(
      name,
      required as never[],
      { ...optional?.defaults, validateArgs: null },
      args,
      optional?.kinds,
    );
    const parameters = given as unknown as Readonly<Record<string, DistributionParameter>>;
    const params = broadcastAll(name, Object.fromEntries(order.map((key) => [key, parameters[key]!])));
    super(params[order[0]!]!.shape, [], given.validateArgs);
    this.constraints = constraints;
    this.values = support;
    Object.assign(this, params);
    this.take(params);
  }

  override get argConstraints(): Readonly<Record<string, Constraint>> {
    const of = (each: Constraints[string]) => (typeof each === 'function' ? each(this as never) : each);
    return Object.fromEntries(Object.entries(this.constraints).map(([name, each]) => [name, of(each)]));
  }

  override get support(): Constraint {
    return this.values;
  }

  protected override expanded(batchShape: Shape): object {
    const params = this.expandedParams(batchShape);
    return { ...params, params };
  }
}
