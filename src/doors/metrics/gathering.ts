// Makes a metric from a definition: its options, its states, what a batch adds to them (its parts), and how the result
// (its figure) is computed from them. The definition yields the metric's class, and the function for one batch.
import { type DType, type Tensor, zeros } from '../../torch';
import { type Arguments, calledAs, expectKind, moduleScope, parseArgs, kinds as torchKinds } from '../../torch/inside';
import type { Drawing } from '../draw/sheet';
import { batchOf, batchOrder } from './classification/arguments';
import { Metric } from './metric';
import type { PlotOptions } from './plot';
import { concatenated, withoutState } from './state';

/** A state of a metric, and how a batch changes it. */
export interface State {
  /**
   * 'sum' (default) adds the part of a batch to the state; 'list' appends it; 'last' and 'whole' replace the state by
   * it.
   */
  readonly as?: 'sum' | 'list' | 'last' | 'whole';
  readonly shape?: readonly number[];
  /** Default 'float32'. */
  readonly dtype?: DType;
  /** Its key in state dicts; default: the attribute's name. */
  readonly key?: string;
  /** Computes from a part what a list keeps; default: the part itself. */
  readonly keeps?: (part: Tensor) => Tensor;
}

type States<Name extends string = string> = Readonly<Record<Name, State>>;
const reductions = { sum: 'sum', list: 'cat', last: 'max', whole: null } as const;

/** The parts that a batch contributes, by the name of the state. */
export type Parts<Name extends string> = Readonly<Record<Name, Tensor>>;

/**
 * The base class of metrics whose states are gathered from parts of batches. `compute` returns the result for all
 * batches, a call the result for its batch.
 */
export class Gathering<
  Args extends readonly Tensor[] = [preds: Tensor, target: Tensor],
  Result = Tensor,
  P extends PlotOptions = PlotOptions,
> extends Metric {
  override fullStateUpdate: boolean | null = false;

  constructor(...args: unknown[]) {
    super();
    const made = madeOf(this);
    const o = optionsOf(this.constructor.name, made, args);
    Object.assign(this, made.traits, o);
    if (!(made.isLenient && o.validateArgs === false)) made.check?.(this as never);
    for (const [name, { as = 'sum', shape = [], dtype = 'float32', key = '' }] of Object.entries(statesOf(this))) {
      const initial = as === 'list' ? [] : zeros([...shape], { dtype });
      this.addState(name, initial, { distReduceFx: reductions[as], key });
    }
  }

  // TypeScript 5.2 compares the first overload with Metric's, because it cannot match a tuple of type parameters with
  // any argument list.
  /** Updates the states with a batch. */
  update(named: Readonly<Record<string, Tensor>>): void;
  update(...args: Args | [/** Tensors by their names. */ named: Readonly<Record<string, Tensor>>]): void;
  update(...args: Args | [named: Readonly<Record<string, Tensor>>]): void {
    const { batch: names = batchOrder, parts } = madeOf(this);
    const unchecked = Object.fromEntries(names.map((name) => [name, torchKinds.anything]));
    const given = parseArgs<Record<string, unknown>>(this.constructor.name, names, {}, args, unchecked);
    const states = statesOf(this);
    for (const [name, part] of Object.entries(parts(this as never, ...names.map((each) => given[each] as Tensor)))) {
      const { as = 'sum', keeps } = states[name]!;
      const state = Reflect.get(this, name) as Tensor | Tensor[];
      if (Array.isArray(state)) state.push(keeps ? keeps(part) : part);
      else if (as !== 'sum') Reflect.set(this, name, part);
      else if (state.shape.length >= part.shape.length) state.add_(part);
      else Reflect.set(this, name, state.add(part));
    }
  }

  compute(): Result {
    const all = Object.entries(this.metricState).map(([name, state]) => [
      name,
      Array.isArray(state) ? concatenated(state) : state,
    ]);
    return madeOf(this).figure(Object.fromEntries(all), this as never) as Result;
  }

  override get plotDefaults(): P {
    return { ...super.plotDefaults, ...madeOf(this).plot?.defaults } as P;
  }

  override async drawingOf(val: unknown, options: PlotOptions = this.plotDefaults): Promise<Drawing> {
    const { plot } = madeOf(this);
    if (!plot || (plot.isOfOne && Array.isArray(val))) return super.drawingOf(val);
    const figure = val ?? (await this.compute());
    return plot.draw(this.constructor.name, figure, { ...this.plotDefaults, ...options } as never, this as never);
  }

  /** @internal The result for one batch. */
  figure(...args: Args): Result {
    const made = madeOf(this);
    return made.figure(made.parts(this as never, ...args), this as never) as Result;
  }
}

/** The traits of a metric, as in torchmetrics. */
interface Traits {
  readonly higherIsBetter?: boolean | null;
  readonly isDifferentiable?: boolean | null;
  readonly fullStateUpdate?: boolean | null;
  readonly plotLowerBound?: number | null;
  readonly plotUpperBound?: number | null;
}

/** The traits of a score from 0 to 1: higher is better, and predictions get no gradient. */
export const score = {
  higherIsBetter: true,
  isDifferentiable: false,
  plotLowerBound: 0,
  plotUpperBound: 1,
} as const satisfies Traits;

/** Checks an option's value, and returns the value to keep. */
export type Check = (metric: string, option: string, value: never) => unknown;

type Checks<Name extends string = string> = { readonly [K in Name]?: Check | torchKinds.Kind };

/** A table of options: their defaults, and their checks. Options without a default are required. */
export interface OptionTable {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly checks: Checks;
}

type Keys<O> = readonly (keyof O & string)[];
/** The options of a table that a metric takes. */
export type Taken<All, Order extends Keys<All>> = Pick<All, Order[number]>;
type Stored<All, Order extends Keys<All>, Kept> = {
  readonly [K in Order[number]]-?: K extends keyof Kept ? Kept[K] : Exclude<All[K], undefined>;
};

type Attribute<S extends State> = S extends { readonly as: 'list' }
  ? Tensor[]
  : 'as' extends keyof S
    ? 'list' extends S['as']
      ? Tensor | Tensor[]
      : Tensor
    : Tensor;
type Attributes<S extends States> = { [K in keyof S]: Attribute<S[K]> };

/** How a result that is not a number is plotted. */
export interface Plot<P extends PlotOptions> {
  readonly defaults: Omit<P, keyof PlotOptions>;
  /** Whether results of several steps are plotted as numbers are. */
  readonly isOfOne?: boolean;
  draw(name: string, figure: unknown, options: Required<P>, m: never): Promise<Drawing>;
}

/** The definition of a metric. `m` is the metric itself, with its options as fields. */
export interface Definition<
  All,
  Order extends Keys<All>,
  S extends States,
  Args extends readonly Tensor[],
  R,
  M,
  FunctionOrder extends Keys<All> = Order,
  P extends PlotOptions = PlotOptions,
> {
  /** The options, in their positional order. */
  readonly order: Order;
  /** The positional order in the function, if it differs. */
  readonly functionOrder?: FunctionOrder;
  /** Defaults that differ from the table's. */
  readonly defaults?: Partial<All>;
  readonly checks?: Checks<keyof All & string>;
  readonly kinds?: torchKinds.Kinds<All>;
  /** Whether `validateArgs: false` switches off the checks of options. */
  readonly isLenient?: boolean;
  readonly traits?: Traits & { readonly [name: string]: unknown };
  /** The names of the batch's tensors; default: preds and target. */
  readonly batch?: readonly string[];
  readonly states: S | ((m: NoInfer<M>) => S);
  parts(m: NoInfer<M>, ...batch: Args): Parts<keyof S & string>;
  figure(parts: Parts<keyof S & string>, m: NoInfer<M>): R;
  readonly plot?: Plot<P>;
  /** Refuses options that contradict each other. */
  check?(m: NoInfer<M>): void;
}

/** The key under which a class keeps its definition. */
export const definition = Symbol('definition');

/** The class that a definition yields. */
export interface MetricClass<O, Order extends Keys<O>, M, FunctionOrder extends Keys<O> = Order> {
  new (...args: Arguments<O, Order>): M;
  /** @internal */
  readonly [definition]: Made & { readonly types?: readonly [options: O, order: Order, functionOrder: FunctionOrder] };
}

interface Made
  extends Definition<Readonly<Record<string, unknown>>, readonly string[], States, readonly Tensor[], unknown, never> {
  readonly table: OptionTable;
}

/**
 * Makes the class of a metric from a definition, over a table of options. `Kept` holds the types of options that are
 * kept as something else.
 *
 *     export class MeanAbsoluteError extends metric<Outputs>(outputs)({
 *       order: ['numOutputs'],
 *       states: { sum: {}, total: {} },
 *       parts: (_, preds, target) => ({ sum: preds.sub(target).abs().sum(), total: count(preds.numel()) }),
 *       figure: ({ sum, total }) => sum.div(total),
 *     }) {}
 */
/* @__NO_SIDE_EFFECTS__ */
export function metric<All extends object, Kept = object>(table: OptionTable) {
  /* @__NO_SIDE_EFFECTS__ */
  return function of<
    const Order extends Keys<All>,
    const S extends States,
    R,
    Args extends readonly Tensor[] = [preds: Tensor, target: Tensor],
    const FunctionOrder extends Keys<All> = Order,
    P extends PlotOptions = PlotOptions,
  >(made: Definition<All, Order, S, Args, R, Stored<All, Order, Kept> & Gathering<Args, unknown>, FunctionOrder, P>) {
    const own = class extends Gathering<readonly Tensor[], unknown> {
      static readonly [definition] = { ...made, table } as unknown as Made;
    };
    return own as unknown as MetricClass<
      Taken<All, Order>,
      Order,
      Gathering<Args, R, P> & Stored<All, Order, Kept> & Attributes<S>,
      FunctionOrder
    >;
  };
}

function statesOf(m: Metric): States {
  const { states } = madeOf(m);
  return typeof states === 'function' ? states(m as never) : states;
}

const madeOf = (m: object): Made => (m.constructor as unknown as { readonly [definition]: Made })[definition];

/** Reads and checks the options of a definition, and returns the values to keep. */
function optionsOf(name: string, made: Made, args: readonly unknown[]) {
  const { order, table, kinds } = made;
  const known: Readonly<Record<string, unknown>> = { ...table.defaults, ...made.defaults };
  const isKnown = (option: string) => Object.hasOwn(known, option);
  const defaults = Object.fromEntries(order.filter(isKnown).map((option) => [option, known[option]]));
  const required = order.filter((option) => !isKnown(option));
  const o: Record<string, unknown> = parseArgs<Record<string, unknown>>(name, required, defaults, args, kinds);
  if (made.isLenient && o.validateArgs === false) return o;
  const checks: Checks = { ...table.checks, ...made.checks };
  for (const option of order) {
    const check = checks[option];
    if (typeof check === 'function') o[option] = check(name, option, o[option] as never) ?? o[option];
    else if (check) expectKind(name, option, o[option], check);
  }
  return o;
}

/**
 * A function with parameters O in the given order. Naming this type makes declaration files keep the docs of its
 * options.
 */
export type MetricFunction<O, Order extends readonly (keyof O)[], R> = (
  ...args: Extract<Arguments<O, Order>, readonly unknown[]>
) => R;

/**
 * Makes the function of a class: the result for one batch, whose tensors come first among the arguments. `ownOf`
 * returns options that depend on the batch.
 */
/* @__NO_SIDE_EFFECTS__ */
export function ofBatch<
  O,
  Order extends Keys<O>,
  M extends { figure(...batch: never): unknown },
  const Pair extends readonly string[] = typeof batchOrder,
>(
  name: string,
  Class: MetricClass<O, Keys<O>, M, Order>,
  batch: Pair = batchOrder as never,
  ownOf: (first: Tensor) => object = () => ({}),
): MetricFunction<{ [K in Pair[number]]: Tensor } & O, readonly [...Pair, ...Order], ReturnType<M['figure']>> {
  const { order, functionOrder = order } = Class[definition];
  const Made = Class as unknown as new (options: unknown) => M;
  return (...args: readonly unknown[]) => {
    const { tensors, options } = batchOf(name, batch, functionOrder, args);
    return figureOf(name, () => new Made({ ...options, ...ownOf(tensors[0] as Tensor) }), tensors);
  };
}

/** The result for one batch, of a metric made by `make`; errors name the function. */
export function figureOf<M extends { figure(...batch: never): unknown }>(
  name: string,
  make: () => M,
  batch: readonly unknown[],
) {
  return calledAs(name, () => {
    const metric = withoutState(make);
    return moduleScope(metric as never, () => metric.figure(...(batch as never))) as ReturnType<M['figure']>;
  });
}
