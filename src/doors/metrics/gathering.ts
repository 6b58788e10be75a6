// Owns how a metric is made of one definition: its options, its state, what a batch adds to it, and the figure. The class comes of it, and
// the function of one batch.
import { type DType, type Tensor, zeros } from '../../torch';
import {
  type Arguments,
  calledAs,
  type Drawing,
  expectKind,
  type Kind,
  type Kinds,
  moduleScope,
  parseArgs,
  kinds as torchKinds,
} from '../../torch/inside';
import { batchOf, batchOrder } from './classification/arguments';
import { Metric } from './metric';
import type { PlotOptions } from './plot';
import { concatenated, withoutState } from './state';

/** A state, and how a batch changes it. */
export interface State {
  /** 'sum' (default) adds the part of a batch, 'list' keeps it beside the others, 'last' and 'whole' put it in the place of the state. */
  readonly as?: 'sum' | 'list' | 'last' | 'whole';
  readonly shape?: readonly number[];
  /** Default 'float32'. */
  readonly dtype?: DType;
  /** Its name in state dicts; default: that of the attribute. */
  readonly key?: string;
  /** What a list keeps of a part; default: the part itself. */
  readonly keeps?: (part: Tensor) => Tensor;
}

type States<Name extends string = string> = Readonly<Record<Name, State>>;
const reductions = { sum: 'sum', list: 'cat', last: 'max', whole: null } as const;

/** What a batch adds, by the name of the state. */
export type Parts<Name extends string> = Readonly<Record<Name, Tensor>>;

/** Metrics whose state is made of parts of batches. `compute` has the figure of all parts, a call that of its own. */
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

  // The first form fits Metric's where TypeScript 5.2 compares them, which takes no tuple of a parameter of types for any arguments.
  /** Takes a batch into account. */
  update(named: Readonly<Record<string, Tensor>>): void;
  update(...args: Args | [named: Readonly<Record<string, Tensor>>]): void;
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

  /** @internal The figure of one batch. */
  figure(...args: Args): Result {
    const made = madeOf(this);
    return made.figure(made.parts(this as never, ...args), this as never) as Result;
  }
}

/** What metrics say of themselves. */
interface Traits {
  readonly higherIsBetter?: boolean | null;
  readonly isDifferentiable?: boolean | null;
  readonly fullStateUpdate?: boolean | null;
  readonly plotLowerBound?: number | null;
  readonly plotUpperBound?: number | null;
}

/** A figure between 0 and 1, the greater the better, whose predictions get no gradients. */
export const score = {
  higherIsBetter: true,
  isDifferentiable: false,
  plotLowerBound: 0,
  plotUpperBound: 1,
} as const satisfies Traits;

/** A check of an option's value; it returns the value to keep. */
export type Check = (metric: string, option: string, value: never) => unknown;

type Checks<Name extends string = string> = { readonly [K in Name]?: Check | Kind };

/** Options by name: their values if they are not given, and their checks. Options without a value here are required. */
export interface OptionTable {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly checks: Checks;
}

type Keys<O> = readonly (keyof O & string)[];
/** The options that a metric takes of those that a table has. */
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

/** How a figure is drawn that is no number. */
export interface Plot<P extends PlotOptions> {
  readonly defaults: Omit<P, keyof PlotOptions>;
  /** Whether figures of several steps are drawn as numbers are. */
  readonly isOfOne?: boolean;
  draw(name: string, figure: unknown, options: Required<P>, m: never): Promise<Drawing>;
}

/** What a metric is made of. `m` is the metric itself, with its options as fields. */
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
  /** Its options, in the order in which they may be given by place. */
  readonly order: Order;
  /** Where the function has another. */
  readonly functionOrder?: FunctionOrder;
  /** Where they differ from the table's. */
  readonly defaults?: Partial<All>;
  readonly checks?: Checks<keyof All & string>;
  readonly kinds?: Kinds<All>;
  /** Whether `validateArgs: false` leaves options unchecked. */
  readonly isLenient?: boolean;
  readonly traits?: Traits & { readonly [name: string]: unknown };
  /** What a batch is called; default: preds and target. */
  readonly batch?: readonly string[];
  readonly states: S | ((m: NoInfer<M>) => S);
  parts(m: NoInfer<M>, ...batch: Args): Parts<keyof S & string>;
  figure(parts: Parts<keyof S & string>, m: NoInfer<M>): R;
  readonly plot?: Plot<P>;
  /** Refuses options that do not go together. */
  check?(m: NoInfer<M>): void;
}

/** Where a class has its definition. */
export const definition = Symbol('definition');

/** A class of metrics that a definition makes. */
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
 * The class of metrics of a definition, over a table of options. `Kept` are the types of those that are kept as something else.
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

/** The options of a definition, checked, as they are kept. */
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

/** A function of parameters O in their order. By this name declarations keep the texts of its options. */
export type Figure<O, Order extends readonly (keyof O)[], R> = (
  ...args: Extract<Arguments<O, Order>, readonly unknown[]>
) => R;

/**
 * The function of a class: the figure of one batch, which comes first among the arguments. `ownOf` gives the options that hang on the batch.
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
): Figure<{ [K in Pair[number]]: Tensor } & O, readonly [...Pair, ...Order], ReturnType<M['figure']>> {
  const { order, functionOrder = order } = Class[definition];
  const Made = Class as unknown as new (options: unknown) => M;
  return (...args: readonly unknown[]) => {
    const { tensors, options } = batchOf(name, batch, functionOrder, args);
    return figureOf(name, () => new Made({ ...options, ...ownOf(tensors[0] as Tensor) }), tensors);
  };
}

/** The figure of a batch, of a metric that has no state; its errors are told under the function's name. */
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
