// MetricTracker: keeps a metric, or a collection, for each of several rounds, and finds the best round.

import { ArgumentError, deepcopy, nn, stack, Tensor } from '../../torch';
import { type Arguments, kindOf, kinds, type PlotCanvas, parseArgs } from '../../torch/inside';
import { drawOn } from '../draw/sheet';
import { MetricCollection } from './collection';
import { Metric } from './metric';
import { type PlotOptions, type PlotValue, plotKinds, valuesDrawing } from './plot';

type Tracked = Metric | MetricCollection;
interface TrackerArguments<T extends Tracked> {
  /** The value that a schedule or a choice goes by. */
  metric: T;
  /** Whether a higher value is better; default: the metrics' `higherIsBetter`. */
  maximize?: boolean | readonly boolean[] | null;
}

type Best = number | null;

/** The best value of all rounds; by name for a collection. */
export type BestMetric<T extends Tracked> = T extends MetricCollection ? Record<string, Best> : Best;

/**
 * Keeps a metric, or a collection, for each of several rounds, such as epochs. `increment` begins a round; `update`,
 * `compute` and calls go to the last round.
 *
 *     const tracker = new MetricTracker(new MulticlassAccuracy(10));
 *     for (let epoch = 0; epoch < 5; epoch++) {
 *       tracker.increment();
 *       for (const [x, y] of batches) tracker.update(model(x), y);
 *     }
 *     const { value, step } = await tracker.bestMetric({ returnStep: true });
 *
 * @throws ArgumentError for a value that is not a metric, and if it is not known whether a higher value is better
 */
export class MetricTracker<T extends Tracked = Tracked> extends nn.ModuleList {
  /** Whether a higher value is better; for a collection, one answer for all of its metrics or one for each. */
  readonly maximize: boolean | readonly boolean[];
  // Wrapped in an object, so that it is not registered as a submodule among the rounds.
  private readonly base: { readonly metric: Tracked };

  constructor(...args: Arguments<TrackerArguments<T>, ['metric', 'maximize']>) {
    super();
    const { metric, maximize: given } = parseArgs<TrackerArguments<T>>(
      ...(['MetricTracker', ['metric'], { maximize: null }, args] as const),
      { metric: kinds.anything, maximize: kinds.anything },
    );
    if (!(metric instanceof Metric) && !(metric instanceof MetricCollection)) {
      throw new ArgumentError(`MetricTracker: expected a metric or a collection of metrics, but got ${kindOf(metric)}`);
    }
    this.maximize = given === null ? directions(metric) : checked(metric, given);
    this.base = { metric };
  }

  /** Number of rounds. */
  get nSteps(): number {
    return this.length;
  }

  /** Begins a round, with a copy of the metric that was given. */
  increment(...none: []): void {
    parseArgs('increment', [], {}, none);
    this.append(deepcopy<Tracked>(this.base.metric));
  }

  override forward(...args: Parameters<T['update']>): ReturnType<T['compute']> {
    return (this.last('forward') as (...given: unknown[]) => unknown)(...args) as ReturnType<T['compute']>;
  }

  update(...args: Parameters<T['update']>): void {
    (this.last('update').update as (...given: unknown[]) => void)(...args);
  }

  compute(...none: []): ReturnType<T['compute']> {
    parseArgs('MetricTracker.compute', [], {}, none);
    return this.last('compute').compute() as ReturnType<T['compute']>;
  }

  /** The values of all rounds: stacked (by name for a collection), or as a list if they cannot be stacked. */
  async computeAll(...none: []): Promise<Tensor | Record<string, Tensor> | unknown[]> {
    parseArgs('computeAll', [], {}, none);
    this.last('computeAll');
    const found = await Promise.all(this.rounds.map((metric): unknown => metric.compute()));
    if (found.every(isTensor)) return stacked(found) ?? found;
    const records = found as Record<string, unknown>[];
    const names = Object.keys(records[0]!);
    const columns = names.map((name) => records.map((record) => record[name]));
    const stacks = columns.map((column) => (column.every(isTensor) ? stacked(column) : null));
    if (stacks.includes(null)) return found;
    return Object.fromEntries(names.map((name, i) => [name, stacks[i]!]));
  }

  /** Plots the values of all rounds as lines, or the given values, as `Metric.plot` does. Resolves to the canvas. */
  plot(val?: PlotValue | PlotOptions | null, options?: PlotOptions): Promise<PlotCanvas>;
  async plot(...args: unknown[]): Promise<PlotCanvas> {
    const o = parseArgs<PlotOptions>('MetricTracker.plot', [], { val: null, canvas: null }, args, plotKinds);
    const val = (await o.val) ?? (await Promise.all(this.rounds.map((metric): unknown => metric.compute())));
    return drawOn('MetricTracker.plot', o.canvas, [await valuesDrawing('MetricTracker', val)]);
  }

  /** Resets the last round. */
  reset(...none: []): void {
    parseArgs('reset', [], {}, none);
    this.round(-1).reset();
  }

  /** Resets all rounds. */
  resetAll(...none: []): void {
    parseArgs('resetAll', [], {}, none);
    for (const metric of this.rounds) metric.reset();
  }

  /** The best value of all rounds; with `returnStep` its round, too. Null if values are not single numbers. */
  bestMetric(options: {
    /** Whether the step of the best value is given, too. */ returnStep: true;
  }): Promise<{ value: BestMetric<T>; step: BestMetric<T> }>;
  bestMetric(options?: { returnStep?: false }): Promise<BestMetric<T>>;
  async bestMetric(...args: unknown[]): Promise<unknown> {
    const { returnStep } = parseArgs<{ returnStep?: boolean }>('bestMetric', [], { returnStep: false }, args);
    const all = await this.computeAll();
    const { maximize } = this;
    if (Array.isArray(all)) return returnStep ? { value: null, step: null } : null;
    if (all instanceof Tensor) {
      const best = await bestOf(all, maximize as boolean);
      return returnStep ? best : best.value;
    }
    const entries = await Promise.all(
      Object.entries(all).map(async ([name, values], i) => {
        const isGreater = typeof maximize === 'boolean' ? maximize : maximize[i]!;
        return [name, await bestOf(values, isGreater)] as const;
      }),
    );
    const part = (key: 'value' | 'step') => Object.fromEntries(entries.map(([name, best]) => [name, best[key]]));
    return returnStep ? { value: part('value'), step: part('step') } : part('value');
  }

  private get rounds(): Tracked[] {
    return [...this] as unknown as Tracked[];
  }

  private round(index: number): Tracked {
    return this.at(index) as Tracked;
  }

  private last(method: string): Tracked {
    if (this.length === 0) {
      throw new ArgumentError(`MetricTracker: expected increment() before ${method}(), but there is no round yet`);
    }
    return this.round(-1);
  }
}

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** Stacks the tensors; null if their shapes differ. */
const stacked = (list: readonly Tensor[]): Tensor | null =>
  list.every((x) => x.shape.join() === list[0]!.shape.join()) ? stack([...list]) : null;

/** The best number of a vector and its index; null if the rounds' values are not single numbers. */
async function bestOf(values: Tensor, maximize: boolean): Promise<{ value: Best; step: Best }> {
  if (values.shape.length !== 1) return { value: null, step: null };
  const numbers = Array.from(await values.data(), Number);
  // As in PyTorch's max: NaN counts as the best, and the first of equal values wins.
  const isBetter = (a: number, b: number) => !Number.isNaN(b) && (Number.isNaN(a) || (maximize ? a > b : a < b));
  const step = numbers.reduce((best, value, i) => (isBetter(value, numbers[best]!) ? i : best), 0);
  return { value: numbers[step]!, step };
}

function directions(metric: Tracked): boolean | boolean[] {
  const of = (one: Metric, name: string): boolean => {
    if (one.higherIsBetter !== null) return one.higherIsBetter;
    throw new ArgumentError(
      `MetricTracker: expected ${name} to say whether higher is better, but its higherIsBetter is null; pass maximize`,
    );
  };
  if (metric instanceof Metric) return of(metric, metric.constructor.name);
  return metric.items().map(([name, one]) => of(one, name));
}

function checked(metric: Tracked, maximize: boolean | readonly boolean[]): boolean | readonly boolean[] {
  const isList = Array.isArray(maximize);
  if (typeof maximize !== 'boolean' && !(isList && maximize.every((one) => typeof one === 'boolean'))) {
    throw new ArgumentError(
      `MetricTracker: expected maximize to be a boolean, a list of them or null, but got ${kindOf(maximize)}`,
    );
  }
  if (isList && (!(metric instanceof MetricCollection) || maximize.length !== metric.length)) {
    const wanted = metric instanceof MetricCollection ? `${metric.length} of them` : 'one boolean';
    throw new ArgumentError(`MetricTracker: expected maximize to be ${wanted}, but got a list of ${maximize.length}`);
  }
  return maximize;
}
