// MetricCollection: named metrics that take the same batches.

import { ArgumentError, deepcopy } from '../../torch';
import {
  type Arguments,
  isPlainObject,
  kindOf,
  kinds,
  Module,
  type PlotCanvas,
  parseArgs,
  printModule,
} from '../../torch/inside';
import { drawOn } from '../draw/sheet';
import { indent, Metric } from './metric';
import { type CollectionPlotOptions, type PlotValue, plotKinds, valuesDrawing } from './plot';
import { type Persistence, type StateDType, stateDType } from './state';

/** The options of `MetricCollection`. */
export interface CollectionOptions {
  /** Put before the names in results; default null. */
  prefix?: string | null;
  /** Put after the names in results; default null. */
  postfix?: string | null;
  /**
   * Accepted for compatibility with torchmetrics, without effect: values that several metrics compute from a batch are
   * computed once in any case.
   */
  computeGroups?: boolean | readonly (readonly string[])[];
}

/** Return names without prefix and postfix. */
interface Naming {
  /** Whether names keep the prefix and the postfix. */
  keepBase?: boolean;
}

const affixes = { prefix: kinds.orNull(kinds.text), postfix: kinds.orNull(kinds.text) };

/** The type of a metric's result. */
type ResultOf<M extends Metric> = ReturnType<M['compute']>;

/** Results by name; a promise if one of the metrics returns a promise. */
export type Figures<M extends Metric> = [Extract<ResultOf<M>, Promise<unknown>>] extends [never]
  ? Record<string, ResultOf<M>>
  : Promise<Record<string, Awaited<ResultOf<M>>>>;

/** Metrics for a collection: one, a list, or an object by name. A collection among them contributes its metrics. */
export type Collectable<M extends Metric = Metric> =
  | M
  | MetricCollection
  | readonly (M | MetricCollection)[]
  | Readonly<Record<string, M | MetricCollection>>;

const defaults = { prefix: null, postfix: null, computeGroups: true };

/** Moves `metrics` to the front of the arguments if it was given as a keyword. */
function inFront(args: readonly unknown[]): readonly unknown[] {
  const [first] = args;
  if (args.length !== 1 || !isPlainObject(first) || !('metrics' in first)) return args;
  const { metrics, ...options } = first;
  return Object.keys(options).every((key) => key in defaults) ? [metrics, options] : args;
}

/**
 * Metrics that take the same batches: `update`, `compute`, `reset` and calls go to each, and results are objects by
 * name. Metrics in a list are named after their classes; metrics in an object by its keys, in alphabetical order.
 *
 *     const metrics = new MetricCollection([new MulticlassAccuracy(3), new MulticlassRecall(3)], { prefix: 'val_' });
 *     metrics.update(preds, target);
 *     await metrics.compute().val_MulticlassAccuracy.item();
 *
 * @throws ArgumentError for a value that is not a metric, and for two metrics of the same name
 */
export class MetricCollection<M extends Metric = Metric> extends Module {
  prefix: string | null;
  postfix: string | null;

  constructor(metrics: Collectable<M>, ...rest: readonly (M | MetricCollection | CollectionOptions)[]);
  constructor(named: CollectionOptions & { metrics: Collectable<M> });
  constructor(...args: unknown[]) {
    super();
    const [metrics, ...rest] = inFront(args) as [Collectable<M>, ...(M | MetricCollection | CollectionOptions)[]];
    parseArgs<{ metrics: unknown }>('MetricCollection', ['metrics'], {}, [{ metrics }], { metrics: kinds.anything });
    const last = rest.at(-1);
    const options = isPlainObject(last) ? last : {};
    const o = parseArgs<CollectionOptions>('MetricCollection', [], defaults, [options], {
      ...affixes,
      computeGroups: kinds.either(kinds.flag, kinds.listOf(kinds.listOf(kinds.text))),
    });
    this.prefix = o.prefix;
    this.postfix = o.postfix;
    this.addMetrics(metrics, ...(rest.filter((one) => one !== options && one !== undefined) as M[]));
  }

  /** Number of metrics. */
  get length(): number {
    return this.named().length;
  }

  /**
   * Adds metrics.
   * @param additional Further metrics, or collections of them.
   */
  addMetrics(metrics: Collectable<M>, ...additional: readonly (M | MetricCollection)[]): void {
    if (metrics instanceof MetricCollection) {
      for (const [name, metric] of metrics.items()) this.take(name, metric as M);
      this.addMetrics([...additional]);
    } else if (metrics instanceof Metric || Array.isArray(metrics)) {
      for (const one of [...[metrics].flat(), ...additional] as readonly (M | MetricCollection)[]) {
        const entries: Iterable<[string, M]> =
          one instanceof MetricCollection ? (one.items() as [string, M][]) : [[one?.constructor?.name, one]];
        for (const [name, metric] of entries) this.take(name, metric);
      }
    } else if (isPlainObject(metrics)) {
      if (additional.length > 0) {
        throw new ArgumentError(
          'MetricCollection: expected no metrics besides an object of metrics; put them into the object',
        );
      }
      for (const [name, one] of Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (one instanceof MetricCollection) {
          for (const [inner, metric] of one.items()) this.take(`${name}_${inner}`, metric as M);
        } else this.take(name, one as M);
      }
    } else {
      throw new ArgumentError(
        `MetricCollection: expected a metric, a collection, or a list or object of these, but got ${kindOf(metrics)}`,
      );
    }
  }

  /** Updates every metric with a batch. */
  update(...args: Parameters<M['update']>): void {
    for (const [, metric] of this.named()) metric.update(...args);
  }

  /** The results for all batches since the last `reset`, by name. */
  compute(...none: []): Figures<M> {
    parseArgs('MetricCollection.compute', [], {}, none);
    return this.gathered((metric) => metric.compute());
  }

  /** Updates every metric, and returns the results for this batch alone. */
  forward(...args: Parameters<M['update']>): Figures<M> {
    return this.gathered((metric) => (metric as (...given: unknown[]) => unknown)(...args));
  }

  /** Resets every metric. */
  reset(...none: []): void {
    parseArgs('reset', [], {}, none);
    for (const [, metric] of this.named()) metric.reset();
  }

  /**
   * Plots the results of all metrics, each in its own plot or, with `together`, over the same axes. Default: the
   * current results; or pass results of `compute` and of calls, of one step or a list of steps. Resolves to the canvas.
   */
  plot(val?: PlotValue | CollectionPlotOptions | null, options?: CollectionPlotOptions): Promise<PlotCanvas>;
  async plot(...args: unknown[]): Promise<PlotCanvas> {
    const name = `${this.constructor.name}.plot`;
    const defaults = { val: null, canvas: null, together: false };
    // Results by name are a plain object, like options; tell them apart by their keys.
    const isFigures =
      args.length === 1 && isPlainObject(args[0]) && this.keys().some((key) => key in (args[0] as object));
    const o = parseArgs<CollectionPlotOptions>(name, [], defaults, isFigures ? [args[0], {}] : args, plotKinds);
    const val: unknown = await o.val;
    for (const step of Array.isArray(val) ? val : [val ?? {}]) {
      if (!isPlainObject(step)) {
        throw new ArgumentError(
          `${name}: expected val to be figures by name or a list of them, but got ${kindOf(step)}`,
        );
      }
    }
    if (o.together)
      return drawOn(name, o.canvas, [await valuesDrawing(this.constructor.name, val ?? (await this.compute()))]);
    const steps = (Array.isArray(val) ? val : [val]) as readonly Readonly<Record<string, unknown>>[];
    const partOf = (key: string) => {
      if (steps.every((step) => Object.hasOwn(step, key)))
        return Array.isArray(val) ? steps.map((step) => step[key]) : steps[0]![key];
      throw new ArgumentError(`${name}: expected a figure named '${key}', but there is none`);
    };
    const drawings = this.items().map(([key, metric]) => metric.drawingOf(val === null ? null : partOf(key)));
    return drawOn(name, o.canvas, await Promise.all(drawings));
  }

  /** A copy with its own states and, if given, another prefix or postfix: `metrics.clone({ prefix: 'val_' })`. */
  clone(
    ...args: [options?: Omit<CollectionOptions, 'computeGroups'>] | [prefix: string | null, postfix?: string | null]
  ): this {
    const o = parseArgs<Omit<CollectionOptions, 'computeGroups'>>(
      'clone',
      [],
      { prefix: null, postfix: null },
      args,
      affixes,
    );
    const copy = deepcopy(this);
    if (o.prefix) copy.prefix = o.prefix;
    if (o.postfix) copy.postfix = o.postfix;
    return copy;
  }

  /** Sets whether states are part of the state dict. */
  persistent(...args: Arguments<Persistence, ['mode']>): void {
    const { mode } = parseArgs<Persistence>('persistent', [], { mode: true }, args);
    for (const [, metric] of this.named()) metric.persistent(mode);
  }

  /** Converts the floating-point states. */
  setDtype(...args: Arguments<{ dtype: StateDType }, ['dtype']>): this {
    const { dtype } = parseArgs<{ dtype: StateDType }>('setDtype', ['dtype'], {}, args, { dtype: stateDType });
    for (const [, metric] of this.named()) metric.setDtype(dtype);
    return this;
  }

  /** The metric with the given name, with or without prefix and postfix. */
  get(...args: Arguments<{ name: string }, ['name']>): M {
    const { name } = parseArgs<{ name: string }>('MetricCollection.get', ['name'], {}, args, { name: kinds.text });
    const found = this.named().find(([own]) => own === name || this.renamed(own) === name);
    if (!found) throw new ArgumentError(`MetricCollection: no metric is named '${name}'`);
    return found[1];
  }

  /** Whether there is a metric of this name. */
  has(...args: Arguments<{ name: string }, ['name']>): boolean {
    const { name } = parseArgs<{ name: string }>('MetricCollection.has', ['name'], {}, args, { name: kinds.text });
    return this.named().some(([own]) => own === name || this.renamed(own) === name);
  }

  /** The names in results; with `keepBase`, without prefix and postfix. */
  keys(...args: Arguments<Naming, ['keepBase']>): string[] {
    const { keepBase } = parseArgs<Naming>('MetricCollection.keys', [], { keepBase: false }, args);
    return this.items({ keepBase }).map(([name]) => name);
  }

  values(...none: []): M[] {
    parseArgs('MetricCollection.values', [], {}, none);
    return this.named().map(([, metric]) => metric);
  }

  /** Pairs of name and metric; with `keepBase`, names are without prefix and postfix. */
  items(...args: Arguments<Naming, ['keepBase']>): [string, M][] {
    const { keepBase } = parseArgs<Naming>('MetricCollection.items', [], { keepBase: false }, args);
    return this.named().map(([name, metric]) => [keepBase ? name : this.renamed(name), metric]);
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.keys()[Symbol.iterator]();
  }

  /** The states, by the metric's name and the state's name. */
  get metricState(): Record<string, Metric['metricState']> {
    return Object.fromEntries(this.items().map(([name, metric]) => [name, metric.metricState]));
  }

  override toString(): string {
    const children = this.named().map(([name, metric]) => `(${name}): ${indent(String(metric))}`);
    const lines = printModule(this.constructor.name, '', children).replace(/\n\)$/, '');
    const around = (['prefix', 'postfix'] as const)
      .filter((name) => this[name])
      .map((name) => `,\n  ${name}=${this[name]}`);
    return `${lines}${around.join('')}\n)`;
  }

  private named(): [string, M][] {
    return this.namedChildren() as [string, M][];
  }

  private renamed(name: string): string {
    return `${this.prefix ?? ''}${name}${this.postfix ?? ''}`;
  }

  private take(name: string, metric: M): void {
    if (!(metric instanceof Metric)) {
      throw new ArgumentError(
        `MetricCollection: expected metrics, but got ${kindOf(metric)}${typeof name === 'string' ? ` as '${name}'` : ''}`,
      );
    }
    if (this.named().some(([own]) => own === name)) {
      throw new ArgumentError(
        `MetricCollection: got two metrics named '${name}'; give them names of their own in an object`,
      );
    }
    this.registerModule(name, metric);
  }

  private gathered(figure: (metric: M) => unknown): Figures<M> {
    const found = this.named().map(([name, metric]) => [name, figure(metric)] as const);
    const flat = (entries: readonly (readonly [string, unknown])[]) => {
      const inner = entries.flatMap(([, value]) => (isPlainObject(value) ? Object.keys(value) : []));
      const isTwice = new Set(inner).size < inner.length;
      const all = entries.flatMap(([name, value]): [string, unknown][] =>
        isPlainObject(value)
          ? Object.entries(value).map(([key, part]) => [isTwice ? `${name}_${key}` : key, part])
          : [[name, value]],
      );
      return Object.fromEntries(all.map(([name, value]) => [this.renamed(name), value]));
    };
    const isLate = found.some(([, value]) => value instanceof Promise);
    if (!isLate) return flat(found) as Figures<M>;
    const later = Promise.all(found.map(async ([name, value]) => [name, await value] as const));
    return later.then(flat) as Figures<M>;
  }
}
