// Metrics of plain numbers: their mean, sum, minimum, maximum, and concatenation.

import { ArgumentError, full, Tensor, tensor } from '../../torch';
import { type Arguments, kindOf, kinds, numbersWithout, parseArgs, shown } from '../../torch/inside';
import { Metric } from './metric';
import { concatenated } from './state';

/**
 * How NaN is treated. 'warn' (default) and 'ignore' skip it; neither logs a warning, because nothing is read back.
 * 'error' makes the next read of a result throw. 'disable' does not look for NaN. A number replaces NaN.
 */
export type NanStrategy = 'error' | 'warn' | 'ignore' | 'disable' | number;

/** The options of `MeanMetric`, `SumMetric` and similar metrics. */
export interface AggregationArguments {
  /** What NaN does: 'error', 'warn', 'ignore', or a number in its place. */
  nanStrategy?: NanStrategy;
}

interface Aggregated {
  value: Tensor | number;
}

interface WeightedValue extends Aggregated {
  weight?: Tensor | number | null;
}

const operand = kinds.either(kinds.instance(Tensor, 'a tensor'), kinds.real);

const strategies: readonly unknown[] = ['error', 'warn', 'ignore', 'disable'];

export abstract class Aggregator extends Metric {
  override fullStateUpdate: boolean | null = false;
  readonly nanStrategy: NanStrategy;

  constructor(args: readonly unknown[]) {
    super();
    const { nanStrategy } = parseArgs<AggregationArguments>(this.constructor.name, [], { nanStrategy: 'warn' }, args);
    if (!strategies.includes(nanStrategy) && !kinds.number.fits(nanStrategy)) {
      throw new ArgumentError(
        `${this.constructor.name}: expected nanStrategy 'error', 'warn', 'ignore', 'disable' or a number, but got ${shown(nanStrategy)}`,
      );
    }
    this.nanStrategy = nanStrategy;
  }

  /** Reads the numbers given to `update`. */
  protected given(args: readonly unknown[]): Tensor {
    const { value } = parseArgs<Aggregated>(this.constructor.name, ['value'], {}, args, { value: kinds.anything });
    return this.read('value', value);
  }

  /** Numbers as a float tensor. */
  protected read(what: string, x: Tensor | number): Tensor {
    if (typeof x === 'number') return full([], x, { dtype: 'float32' });
    if (x instanceof Tensor) return x.dtype === 'float32' ? x : x.float();
    throw new ArgumentError(
      `${this.constructor.name}: expected ${what} to be a tensor or a number, but got ${kindOf(x)}`,
    );
  }

  /** Whether NaN is skipped. */
  protected get leavesOut(): boolean {
    return this.nanStrategy === 'warn' || this.nanStrategy === 'ignore';
  }

  /** The numbers, with NaN replaced by the strategy's number, or by `otherwise` if NaN is skipped. */
  protected without(x: Tensor, isNan: Tensor, otherwise: number): Tensor {
    const { nanStrategy } = this;
    if (nanStrategy === 'disable') return x;
    if (nanStrategy === 'error') return Tensor.of(numbersWithout(this.constructor.name, x.value, isNan.value));
    return x.maskedFill(isNan, typeof nanStrategy === 'number' ? nanStrategy : otherwise);
  }
}

/** The definition of a metric whose state is one number, into which each call folds its numbers. */
interface Fold<Name extends string> {
  /** The name of the state, and the key under which it is saved. */
  readonly state: readonly [name: Name, key: string];
  /** The result for no numbers at all; it also replaces skipped NaN. */
  readonly empty: number;
  readonly distReduceFx: 'max' | 'min' | 'sum';
  fold(before: Tensor, numbers: Tensor): Tensor;
}

export interface Folded {
  update(...args: Arguments<Aggregated, ['value']>): void;
  compute(): Tensor;
}

/**
 * The class of such a metric. `Folded` comes first in the intersection, so that TypeScript reads calls by its
 * signatures.
 */
export type Folding<Name extends string> = new (
  ...args: Arguments<AggregationArguments, ['nanStrategy']>
) => Folded & Aggregator & Record<Name, Tensor>;

/* @__NO_SIDE_EFFECTS__ */
function folding<Name extends string>({ state: [name, key], empty, distReduceFx, fold }: Fold<Name>): Folding<Name> {
  return class extends Aggregator {
    constructor(...args: readonly unknown[]) {
      super(args);
      this.addState(name, full([], empty, { dtype: 'float32' }), { distReduceFx, key });
    }

    update(...args: readonly unknown[]): void {
      const x = this.given(args);
      if (x.numel() === 0) return;
      const before = Reflect.get(this, name) as Tensor;
      Reflect.set(this, name, fold(before, this.without(x, x.isnan(), empty)));
    }

    compute(): Tensor {
      return Reflect.get(this, name) as Tensor;
    }
  } as unknown as Folding<Name>;
}

/** The maximum of all numbers. */
export class MaxMetric extends folding({
  state: ['maxValue', 'max_value'],
  empty: -Infinity,
  distReduceFx: 'max',
  fold: (before, x) => before.maximum(x.amax()),
}) {}

/** The minimum of all numbers. */
export class MinMetric extends folding({
  state: ['minValue', 'min_value'],
  empty: Infinity,
  distReduceFx: 'min',
  fold: (before, x) => before.minimum(x.amin()),
}) {}

/** The sum of all numbers. */
export class SumMetric extends folding({
  state: ['sumValue', 'sum_value'],
  empty: 0,
  distReduceFx: 'sum',
  fold: (before, x) => before.add_(x.sum()),
}) {}

/**
 * The weighted mean Σ w x / Σ w of all numbers. Weights broadcast; default 1. If a number or its weight is NaN, neither
 * counts.
 */
export class MeanMetric extends Aggregator {
  declare meanValue: Tensor;
  declare weight: Tensor;

  constructor(...args: Arguments<AggregationArguments, ['nanStrategy']>) {
    super(args);
    this.addState('meanValue', full([], 0, { dtype: 'float32' }), { distReduceFx: 'sum', key: 'mean_value' });
    this.addState('weight', full([], 0, { dtype: 'float32' }), { distReduceFx: 'sum' });
  }

  update(...args: Arguments<WeightedValue, ['value', 'weight']>): void {
    const { value, weight } = parseArgs<WeightedValue>(this.constructor.name, ['value'], { weight: null }, args, {
      value: kinds.anything,
      weight: kinds.orNull(operand),
    });
    const x = this.read('value', value);
    if (x.numel() === 0) return;
    const given = weight === null || this.nanStrategy === 'disable' ? null : this.read('weight', weight);
    const isNan = given ? x.isnan().logicalOr(given.isnan()) : x.isnan();
    const sums = this.without(x, isNan, 0);
    const ones = full([...x.shape], 1, { dtype: 'float32' });
    const weights = given ? given.broadcastTo(x.shape) : ones;
    const isMarked = this.leavesOut || typeof this.nanStrategy === 'number';
    const own = isMarked ? weights.maskedFill(isNan, this.leavesOut ? 0 : 1) : weights;
    this.meanValue.add_(sums.mul(own).sum());
    this.weight.add_(own.sum());
  }

  compute(): Tensor {
    return this.meanValue.div(this.weight);
  }
}

/** All numbers, concatenated. The result is a promise, because skipping NaN changes their count. */
export class CatMetric extends Aggregator {
  declare value: Tensor[];

  constructor(...args: Arguments<AggregationArguments, ['nanStrategy']>) {
    super(args);
    this.addState('value', [], { distReduceFx: 'cat' });
  }

  update(...args: Arguments<Aggregated, ['value']>): void {
    const x = this.given(args);
    if (x.numel() > 0) this.value.push(this.leavesOut ? x.clone() : this.without(x, x.isnan(), 0).clone());
  }

  async compute(): Promise<Tensor> {
    if (this.value.length === 0) return full([0], 0, { dtype: 'float32' });
    const all = concatenated(this.value);
    if (!this.leavesOut) return all.clone().retain();
    const width = all.numel() / Math.max(all.shape[0] ?? 1, 1);
    const numbers = Array.from(await all.data(), Number);
    const kept = numbers.filter((one) => !Number.isNaN(one));
    const shape = kept.length === numbers.length && width > 1 ? [...all.shape] : [kept.length];
    return tensor(Float32Array.from(kept), { shape });
  }
}
