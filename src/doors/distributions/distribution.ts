// Distribution, the base class of all distributions: shapes, checks of parameters and values, expansion to another
// batch shape, and printing.

import { ArgumentError, type Shape, ShapeError, type Tensor } from '../../torch';
import {
  type Arguments,
  calledAs,
  closeInherited,
  expectSize,
  formatTensor,
  holdsTensors,
  kinds,
  Printable,
  parseArgs,
  pythonFloat,
  showShape,
  snakeName,
  valuesAtHand,
  withMode,
} from '../../torch/inside';
import type { Constraint } from './constraints/constraints';
import { expectTensor } from './parameters';

/**
 * The result of drawing: a tensor. If the number of random numbers used depends on the values of the parameters (Gamma,
 * Beta, Dirichlet, Poisson, binomial), a promise.
 */
export type Draw = Tensor | Promise<Tensor>;

/** A distribution of any kind. */
export type AnyDistribution = Distribution<Draw>;

/** Options for checking parameters and values. */
export interface Validation {
  /**
   * Whether to check parameters and values whose numbers are known on the host. Default: true. Numbers that are only on
   * the device are never checked, since the check would have to wait for the device. A wrong parameter there results in
   * NaN, or in an error from the operation that uses it when a value is next read back.
   */
  validateArgs?: boolean | null;
}

/** The default of `Validation`. */
export const validation = { validateArgs: null };

export interface BaseArguments extends Validation {
  /** The shape of the batch. */
  batchShape?: Shape;
  /** The shape of one sample. */
  eventShape?: Shape;
}

/** The arguments of `sample([2, 3])`, by position or by name. */
export type SampleArguments = Arguments<{ sampleShape?: Shape }, ['sampleShape']>;
export type ValueArguments = Arguments<{ value: Tensor }, ['value']>;
export type ExpandArguments = Arguments<{ batchShape: Shape }, ['batchShape']>;
export type SupportArguments = Arguments<{ expand?: boolean }, ['expand']>;

const defaults = { validateArgs: true };

interface Derived {
  readonly [name: string]: Tensor;
}

/**
 * Base class of distributions. `batchShape` is the shape of independent distributions with different parameters,
 * `eventShape` that of one draw. Your own subclass passes both to the constructor, and defines the members that it
 * supports: `rsample` or `sample`, `logProb`, `mean`, …
 *
 *     const { Normal } = torch.distributions;
 *     const d = new Normal(torch.zeros(3), 1);
 *     d.logProb(d.sample([5])).shape;   // [5, 3]
 *
 * The same seed gives the same draws as in PyTorch. Wrong parameters and values throw if the host knows their numbers,
 * that is, for numbers and for tensors that were made from up to 4096 numbers. PyTorch waits for all others and checks
 * them, too; here they result in NaN, or in errors when a value is next read back.
 */
export abstract class Distribution<D extends Draw = Tensor> extends Printable {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  /** If a module returns a distribution from a scope, the tensors in it are kept. */
  readonly [holdsTensors] = true;
  /** Whether parameters and values are checked. See `validateArgs`. */
  protected readonly validates: boolean;
  /** The tensors that define the distribution; `expand` expands them. */
  protected params: Readonly<Record<string, Tensor>> = {};
  /** Tensors computed from the parameters. */
  private derived: Derived = {};

  constructor(...args: Arguments<BaseArguments, ['batchShape', 'eventShape', 'validateArgs']>) {
    super();
    const { batchShape, eventShape, validateArgs } = parseArgs<BaseArguments>(
      this.constructor.name,
      [],
      { batchShape: [], eventShape: [], validateArgs: null },
      args,
    );
    this.batchShape = expectSize(this.constructor.name, batchShape);
    this.eventShape = expectSize(this.constructor.name, eventShape);
    this.validates = validateArgs ?? defaults.validateArgs;
    closeInherited(Object.getPrototypeOf(this) as object, Printable.prototype, ['entropy', 'perplexity']);
  }

  /** Sets the default of `validateArgs`, which is initially true. */
  static setDefaultValidateArgs(...args: Arguments<{ value: boolean }, ['value']>): void {
    const { value } = parseArgs<{ value: boolean }>('setDefaultValidateArgs', ['value'], {}, args, {
      value: kinds.flag,
    });
    defaults.validateArgs = value;
  }

  /** Whether gradients pass through `rsample`. */
  get hasRsample(): boolean {
    return this.rsample !== Distribution.prototype.rsample;
  }

  /** Whether `enumerateSupport` lists all values. */
  get hasEnumerateSupport(): boolean {
    return this.enumerateSupport !== Distribution.prototype.enumerateSupport;
  }

  /** The constraint on each parameter. */
  get argConstraints(): Readonly<Record<string, Constraint>> {
    return {};
  }

  /** The constraint on values. */
  get support(): Constraint {
    return this.lacks('support');
  }

  /** The mean. Shape: [...batch, ...event], as for `mode`, `variance` and `stddev`. */
  get mean(): Tensor {
    return this.lacks('mean');
  }

  /** The most likely value. */
  get mode(): Tensor {
    return this.lacks('mode');
  }

  get variance(): Tensor {
    return this.lacks('variance');
  }

  /** The standard deviation. */
  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /** Draws values, without gradients. Shape: [...sampleShape, ...batch, ...event]. */
  sample(...args: SampleArguments): D {
    const drawn: Draw = calledAs('sample', () => withMode({ grad: false }, () => this.rsample(...args)));
    return (drawn instanceof Promise ? drawn.then((values) => values.detach()) : drawn) as D;
  }

  /**
   * Draws values as a function of the parameters and of noise that does not depend on them, so that gradients reach the
   * parameters.
   */
  rsample(..._args: SampleArguments): D {
    return this.lacks('rsample');
  }

  /**
   * The logarithm of the density or probability of values. Shape: [...any, ...batch, ...event] → [...any, ...batch].
   */
  logProb(..._args: ValueArguments): Tensor {
    return this.lacks('logProb');
  }

  /** The cumulative distribution function: the probability that a draw is at most `value`. */
  cdf(..._args: ValueArguments): Tensor {
    return this.lacks('cdf');
  }

  /** The quantile function, the inverse of `cdf`: the value that a draw does not exceed with the given probability. */
  icdf(..._args: ValueArguments): Tensor {
    return this.lacks('icdf');
  }

  /** The entropy in nats. Shape: [...batch]. */
  entropy(): Tensor {
    return this.lacks('entropy');
  }

  /** exp(entropy). */
  perplexity(): Tensor {
    return this.entropy().exp();
  }

  /**
   * All values, for distributions with finitely many values. Shape: [values, ...batch, ...event]; without `expand`, the
   * batch dimensions have size 1.
   */
  enumerateSupport(..._args: SupportArguments): Tensor {
    return this.lacks('enumerateSupport');
  }

  /** The same distribution expanded to a larger batch shape. */
  expand(...args: ExpandArguments): this {
    const { batchShape } = parseArgs<{ batchShape: Shape }>('expand', ['batchShape'], {}, args);
    const shape = expectSize('expand', batchShape);
    const copy = Object.create(Object.getPrototypeOf(this) as object) as this;
    return Object.assign(copy, this, { batchShape: shape, derived: {}, ...this.expanded(shape) });
  }

  /** The fields that depend on the batch shape. */
  protected expanded(batchShape: Shape): object {
    return { params: this.expandedParams(batchShape) };
  }

  protected expandedParams(batchShape: Shape): Readonly<Record<string, Tensor>> {
    const rank = this.batchShape.length;
    return Object.fromEntries(
      Object.entries(this.params).map(([name, x]) => [name, x.expand([...batchShape, ...x.shape.slice(rank)])]),
    );
  }

  /** The shape of draws. */
  protected extendedShape(op: 'sample' | 'rsample', args: readonly unknown[]): number[] {
    return [...this.sampleShape(op, args), ...this.batchShape, ...this.eventShape];
  }

  protected sampleShape(op: 'sample' | 'rsample', args: readonly unknown[]): Shape {
    const { sampleShape } = parseArgs<{ sampleShape?: Shape }>(op, [], { sampleShape: [] }, args);
    return expectSize(op, sampleShape);
  }

  /** Sets the parameters. @throws ArgumentError if the host knows that a parameter violates its constraint */
  protected take(params: Readonly<Record<string, Tensor>>): void {
    this.params = params;
    if (!this.validates) return;
    const { argConstraints } = this;
    for (const [name, value] of Object.entries(params)) {
      const wrong = argConstraints[name]?.violation(value) ?? null;
      if (wrong === null) continue;
      throw new ArgumentError(
        `${this.constructor.name}: expected parameter ${name} of shape ${showShape(value.shape)} to satisfy the constraint ${argConstraints[name]}, but got ${wrong} in ${this}`,
      );
    }
  }

  /**
   * The checked `value` argument of a method.
   * @throws ShapeError if the value does not broadcast with the batch and event shape
   * @throws ArgumentError if the host knows that the value is outside the support
   */
  protected valueFor(op: string, args: readonly unknown[], isInSupport = true): Tensor {
    const { value } = parseArgs<{ value: Tensor }>(op, ['value'], {}, args);
    expectTensor(op, 'value', value);
    if (!this.validates || !isInSupport) return value;
    this.expectFits(op, value);
    const { support } = this;
    const wrong = support.violation(value);
    if (wrong === null) return value;
    throw new ArgumentError(
      `${op}: expected a value of shape ${showShape(value.shape)} within the support ${support} of ${this}, but got ${wrong}`,
    );
  }

  private expectFits(op: string, { shape }: Tensor): void {
    const { batchShape, eventShape } = this;
    const own = [...batchShape, ...eventShape];
    const isEvent = eventShape.every((n, i) => shape[shape.length - eventShape.length + i] === n);
    const fits = own.every((n, i) => {
      const given = shape[shape.length - own.length + i];
      return given === undefined || given === 1 || n === 1 || given === n;
    });
    if (isEvent && fits) return;
    throw new ShapeError(
      `${op}: expected a value that broadcasts with batchShape + eventShape ${showShape(own)}, ending in ${showShape(eventShape)}, but got shape ${showShape(shape)}`,
    );
  }

  /** A tensor computed from the parameters, cached for later use. It is recomputed once its scope has closed. */
  protected once(name: string, make: () => Tensor): Tensor {
    const known = this.derived[name];
    if (known && !known.storage.scope.closed && !known.storage.disposed) return known;
    const made = withMode({ grad: true }, make);
    this.derived = { ...this.derived, [name]: made };
    return made;
  }

  /** Throws the error for a member that is not defined. @throws ArgumentError always */
  protected lacks(what: string): never {
    throw new ArgumentError(`${this.constructor.name}: ${what} is not defined for this distribution`);
  }

  /** Prints as PyTorch does: one-element parameters by their value, if the host knows it; others by their shape. */
  override toString(): string {
    const names = Object.keys(this.argConstraints).filter((name) => Object.hasOwn(this.params, name));
    return `${this.constructor.name}(${names.map((name) => `${snakeName(name)}: ${shownParameter(this.params[name]!)}`).join(', ')})`;
  }
}

function shownParameter(x: Tensor): string {
  if (x.numel() !== 1) return `torch.Size(${showShape(x.shape)})`;
  const values = valuesAtHand(x);
  if (!values) return String(x);
  if (x.shape.length === 0 && x.isFloatingPoint()) return pythonFloat(Math.fround(values[0]!));
  return formatTensor(values, x.shape, x.dtype, { requiresGrad: x.leaf !== null, gradFn: x.gradFn });
}

/** The option `expand` of `enumerateSupport`. Default: true. */
export function wantsExpanded(args: readonly unknown[]): boolean {
  return parseArgs<{ expand?: boolean }>('enumerateSupport', [], { expand: true }, args).expand;
}

/** Applies `then` to a draw, once it is available. */
export function afterDraw<D extends Draw>(draw: D, then: (values: Tensor) => Tensor): D {
  return (draw instanceof Promise ? draw.then(then) : then(draw)) as D;
}
