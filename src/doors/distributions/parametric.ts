// Owns the base of distributions of numbers, whose parameters broadcast, and names whose one setting is whether they are checked.
import type { Shape, Tensor } from '../../torch';
import { type Kinds, parseArgs } from '../../torch/inside';
import type { Constraint } from './constraints';
import { Distribution, type Draw, type Validation } from './distribution';
import { broadcastAll, type Parameter } from './parameters';

/** What a parameter must satisfy, which may hang on the others. */
type Constraints = Readonly<Record<string, Constraint | ((of: never) => Constraint)>>;

/** Parameters that a call may leave out, with their kinds. */
interface Optional {
  readonly defaults: Readonly<Record<string, Parameter>>;
  readonly kinds?: Kinds<object>;
}

/**
 * Base of distributions of one number each. A class hands its parameters and support over, and declares a field for each parameter: a tensor of the
 * batch shape.
 */
export abstract class Parametric<D extends Draw = Tensor> extends Distribution<D> {
  private readonly constraints: Constraints;
  private readonly values: Constraint;

  constructor(constraints: Constraints, support: Constraint, args: readonly unknown[], optional?: Optional) {
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
    const parameters = given as unknown as Readonly<Record<string, Parameter>>;
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
