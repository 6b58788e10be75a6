// Owns Distribution, the base of all: shapes, checks of parameters and values, copies of another batch shape, printing.

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
  snakeCase,
  valuesAtHand,
  withMode,
} from '../../torch/inside';
import type { Constraint } from './constraints';
import { expectTensor } from './parameters';

/**
 * What drawing gives: a tensor, or, where the number of draws hangs on the values of the parameters (Gamma, Beta, Dirichlet, Poisson,
 * binomial), a promise of one.
 */
export type Draw = Tensor | Promise<Tensor>;

/** A distribution of any kind. */
export type AnyDistribution = Distribution<Draw>;

/** Whether a distribution checks its parameters and values. */
export interface Validation {
  /**
   * Whether parameters and values are checked where the host knows them; default true. What only the device knows is never checked, since that would
   * have to wait for it: there a wrong parameter shows as NaN, or is reported by the operation that meets it when a value is next read back.
   */
  validateArgs?: boolean | null;
}

/** The default of `Validation`. */
export const validation = { validateArgs: null };

export interface BaseArguments extends Validation {
  batchShape?: Shape;
  eventShape?: Shape;
}

/** `sample([2, 3])`, or by name. */
export type SampleArguments = Arguments<{ sampleShape?: Shape }, ['sampleShape']>;
export type ValueArguments = Arguments<{ value: Tensor }, ['value']>;
export type ExpandArguments = Arguments<{ batchShape: Shape }, ['batchShape']>;
export type SupportArguments = Arguments<{ expand?: boolean }, ['expand']>;

const defaults = { validateArgs: true };

interface Derived {
  readonly [name: string]: Tensor;
}

/**
 * Base of distributions. `batchShape` is that of parameters for independent distributions of one kind, `eventShape` that of one draw. A subclass of
 * yours hands both to the constructor, and defines the members it can: `rsample` or `sample`, `logProb`, `mean`, …
 *
 *     const { Normal } = torch.distributions;
 *     const d = new Normal(torch.zeros(3), 1);
 *     d.logProb(d.sample([5])).shape;   // [5, 3]
 *
 * The same seed gives PyTorch's draws. Wrong parameters and values throw where the host knows them: as numbers, and as tensors made from numbers, of
 * up to 4096 elements. PyTorch waits for the others and checks them too; here they show as NaN, or as errors when a value is next read back.
 */
export abstract class Distribution<D extends Draw = Tensor> extends Printable {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  /** Scopes take along the tensors of distributions that a module returns. */
  readonly [holdsTensors] = true;
  /** Whether parameters and values are checked. */
  protected readonly validates: boolean;
  /** The tensors that the distribution was made from, which `expand` expands. */
  protected params: Readonly<Record<string, Tensor>> = {};
  /** Values computed from them. */
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

  /** Whether distributions that are made without `validateArgs` check their arguments; default true. */
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

  /** What each parameter must satisfy. */
  get argConstraints(): Readonly<Record<string, Constraint>> {
    return {};
  }

  /** What values must satisfy. */
  get support(): Constraint {
    return this.lacks('support');
  }

  /** Shape: [...batch, ...event], as those of the three below. */
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

  /** Values without gradients. Shape: [...sampleShape, ...batch, ...event]. */
  sample(...args: SampleArguments): D {
    const drawn: Draw = calledAs('sample', () => withMode({ grad: false }, () => this.rsample(...args)));
    return (drawn instanceof Promise ? drawn.then((values) => values.detach()) : drawn) as D;
  }

  /** Values whose gradients pass to the parameters: a function of them and of noise that does not depend on them. */
  rsample(..._args: SampleArguments): D {
    return this.lacks('rsample');
  }

  /** The logarithm of the density, or of the probability, of values. Shape: [...any, ...batch, ...event] → [...any, ...batch]. */
  logProb(..._args: ValueArguments): Tensor {
    return this.lacks('logProb');
  }

  /** How likely a draw is not above a value. */
  cdf(..._args: ValueArguments): Tensor {
    return this.lacks('cdf');
  }

  /** The value that a draw is not above with a probability. */
  icdf(..._args: ValueArguments): Tensor {
    return this.lacks('icdf');
  }

  /** In nats. Shape: [...batch]. */
  entropy(): Tensor {
    return this.lacks('entropy');
  }

  /** exp(entropy). */
  perplexity(): Tensor {
    return this.entropy().exp();
  }

  /** All values, for distributions of few. Shape: [values, ...batch, ...event]; without `expand` the batch dimensions are of size 1. */
  enumerateSupport(..._args: SupportArguments): Tensor {
    return this.lacks('enumerateSupport');
  }

  /** The same distributions with a batch shape that theirs is broadcast to. */
  expand(...args: ExpandArguments): this {
    const { batchShape } = parseArgs<{ batchShape: Shape }>('expand', ['batchShape'], {}, args);
    const shape = expectSize('expand', batchShape);
    const copy = Object.create(Object.getPrototypeOf(this) as object) as this;
    return Object.assign(copy, this, { batchShape: shape, derived: {}, ...this.expanded(shape) });
  }

  /** The fields that differ where the batch shape is another. */
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

  /** Takes parameters over. @throws ArgumentError where the host knows one that breaks its constraint */
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
   * The value that a method was given, checked.
   * @throws ShapeError for one that does not fit the batch and event shape; ArgumentError where the host knows that it is outside the support
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

  /** A tensor that is computed from the parameters once, in whatever scope it is wanted. */
  protected once(name: string, make: () => Tensor): Tensor {
    const known = this.derived[name];
    if (known && !known.storage.scope.closed && !known.storage.disposed) return known;
    const made = withMode({ grad: true }, make);
    this.derived = { ...this.derived, [name]: made };
    return made;
  }

  /** @throws ArgumentError always */
  protected lacks(what: string): never {
    throw new ArgumentError(`${this.constructor.name}: ${what} is not defined for this distribution`);
  }

  /** PyTorch's text: parameters of one element by their value, where the host knows it, others by their shape. */
  override toString(): string {
    const names = Object.keys(this.argConstraints).filter((name) => Object.hasOwn(this.params, name));
    return `${this.constructor.name}(${names.map((name) => `${snakeCase(name)}: ${shownParameter(this.params[name]!)}`).join(', ')})`;
  }
}

function shownParameter(x: Tensor): string {
  if (x.numel() !== 1) return `torch.Size(${showShape(x.shape)})`;
  const values = valuesAtHand(x);
  if (!values) return String(x);
  if (x.shape.length === 0 && x.isFloatingPoint()) return pythonFloat(Math.fround(values[0]!));
  return formatTensor(values, x.shape, x.dtype, { requiresGrad: x.leaf !== null, gradFn: x.gradFn });
}

/** `expand` of `enumerateSupport`; default true. */
export function wantsExpanded(args: readonly unknown[]): boolean {
  return parseArgs<{ expand?: boolean }>('enumerateSupport', [], { expand: true }, args).expand;
}

/** `then` applied to a draw, once it is there. */
export function afterDraw<D extends Draw>(draw: D, then: (values: Tensor) => Tensor): D {
  return (draw instanceof Promise ? draw.then(then) : then(draw)) as D;
}
