// The values that steps and hooks log, by hook and name. Tensors are reduced on the GPU.
import { ArgumentError, Tensor, tensor } from '../../torch';
import { kindOf, withMode } from '../../torch/inside';

/** A metric that computes its own value over several batches, such as one of `lamplight/metrics`. */
export interface LoggedMetric {
  compute(): unknown;
  reset(): void;
}

/** How values logged at each step are reduced over the epoch. */
export type Reduction = 'mean' | 'sum' | 'min' | 'max';

/** How a value was logged. All logs under one key must agree. */
export interface LogMeta {
  readonly fx: string;
  readonly name: string;
  readonly progBar: boolean;
  readonly logger: boolean;
  readonly onStep: boolean;
  readonly onEpoch: boolean;
  readonly reduceFx: Reduction;
  readonly addDataloaderIdx: boolean;
  readonly dataloaderIdx: number | null;
}

/** A value for display and for callbacks: one element, usually still on the GPU. */
export type Shown = Tensor | number;

export const isMetric = (value: unknown): value is LoggedMetric =>
  typeof (value as LoggedMetric | null)?.compute === 'function' && typeof (value as LoggedMetric).reset === 'function';

const quiet = <T>(fn: () => T): T => withMode({ grad: false }, fn);

/** The initial value of each reduction. */
const neutral: Readonly<Record<Reduction, number>> = { mean: 0, sum: 0, min: Infinity, max: -Infinity };

const combine: Readonly<Record<Reduction, (a: number, b: number) => number>> = {
  mean: (a, b) => a + b,
  sum: (a, b) => a + b,
  min: (a, b) => (Number.isNaN(b) ? b : Math.min(a, b)),
  max: (a, b) => (Number.isNaN(b) ? b : Math.max(a, b)),
};

/** The state of an item in a checkpoint, so that a resumed epoch gets the mean over the whole epoch. */
export interface ItemState {
  readonly meta: LogMeta;
  readonly sum: Tensor | null;
  readonly host: number;
  readonly weight: number;
}

/**
 * One name logged by one hook. Numbers are reduced on the host, tensors on the GPU, in one tensor that is updated in
 * place.
 */
export class ResultItem {
  hasReset = false;
  /** The value of the last step, for logging by step. */
  latest: Shown | null = null;
  /** The result of `compute` since the last update. */
  computed: Shown | null = null;
  metric: LoggedMetric | null = null;
  #sum: Tensor | null = null;
  #host: number;
  #weight = 0;

  constructor(readonly meta: LogMeta) {
    this.#host = neutral[meta.reduceFx];
  }

  update(value: Tensor | number | LoggedMetric, batchSize: number): void {
    const { onStep, onEpoch, reduceFx } = this.meta;
    this.hasReset = false;
    this.computed = null;
    if (isMetric(value) && !(value instanceof Tensor)) {
      this.metric = value;
      if (onStep) this.latest = batchValueOf(value);
      return;
    }
    if (onStep) this.latest = value;
    if (!onEpoch) return;
    this.#weight += batchSize;
    if (value instanceof Tensor) this.#reduce(value, reduceFx === 'mean' ? batchSize : 1);
    else this.#host = combine[reduceFx](this.#host, reduceFx === 'mean' ? value * batchSize : value);
  }

  #reduce(value: Tensor, factor: number): void {
    const { reduceFx } = this.meta;
    this.#sum ??= tensor(neutral[reduceFx], { dtype: 'float32' }).retain();
    const sum = this.#sum;
    if (reduceFx === 'min') sum.copy_(sum.minimum(value));
    else if (reduceFx === 'max') sum.copy_(sum.maximum(value));
    else sum.add_(factor === 1 ? value : value.mul(factor));
  }

  /** The value over the epoch so far; a promise if a metric computes it asynchronously. */
  compute(): Shown | Promise<Shown> {
    if (this.computed !== null) return this.computed;
    const { metric } = this;
    const keep = (value: Shown): Shown => {
      this.computed = value;
      return value;
    };
    if (!metric) return keep(this.#reduced());
    const value = quiet(() => metric.compute());
    const checked = (result: unknown) => keep(ofOne(`compute() of the metric logged as '${this.meta.name}'`, result));
    return value instanceof Promise ? value.then(checked) : checked(value);
  }

  #reduced(): Shown {
    const { reduceFx } = this.meta;
    const divisor = reduceFx === 'mean' ? this.#weight : 1;
    const host = this.#host;
    const sum = this.#sum;
    if (!sum) return host / divisor;
    return quiet(() => {
      const whole = host === neutral[reduceFx] ? sum : this.#joined(sum, host);
      return (divisor === 1 ? whole.clone() : whole.div(divisor)).retain();
    });
  }

  #joined(sum: Tensor, host: number): Tensor {
    const { reduceFx } = this.meta;
    if (reduceFx === 'min') return sum.clampMax(host);
    return reduceFx === 'max' ? sum.clampMin(host) : sum.add(host);
  }

  reset(): void {
    if (this.metric) this.metric.reset();
    else {
      const { reduceFx } = this.meta;
      // The tensor is filled rather than recreated, so that later steps record the same graph.
      if (this.#weight > 0 && this.#sum) quiet(() => this.#sum!.fill_(neutral[reduceFx]));
      this.#host = neutral[reduceFx];
      this.#weight = 0;
    }
    this.latest = null;
    this.computed = null;
    this.hasReset = true;
  }

  /** Drops values that were on a lost device. */
  forget(): void {
    this.#sum = null;
    this.reset();
  }

  state(): ItemState | null {
    if (this.metric || this.hasReset) return null;
    return {
      meta: this.meta,
      sum: this.#sum ? quiet(() => this.#sum!.clone()) : null,
      host: this.#host,
      weight: this.#weight,
    };
  }

  load({ sum, host, weight }: Omit<ItemState, 'meta'>): void {
    this.hasReset = false;
    this.#sum = sum ? sum.clone().retain() : null;
    this.#host = host;
    this.#weight = weight;
  }
}

/** If a metric was called (rather than updated), the value that the call returned for its batch. */
function batchValueOf(metric: LoggedMetric): Shown | null {
  const value: unknown = Reflect.get(metric, 'forwardCache');
  return value instanceof Tensor || typeof value === 'number' ? value : null;
}

/** @throws ArgumentError if the value is not a number or a one-element tensor */
export function ofOne(what: string, value: unknown): Shown {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Tensor) {
    if (value.numel() === 1) return value.ndim === 0 ? value : value.squeeze();
    throw new ArgumentError(
      `log: expected ${what} to be of one element, but got shape [${value.shape.join(', ')}]; log its .mean()`,
    );
  }
  throw new ArgumentError(
    `log: expected ${what} to be a number, a tensor of one element or a metric, but got ${kindOf(value)}`,
  );
}

/** Logged values, sorted into those for callbacks, for loggers and for the progress bar. */
export interface Metrics {
  readonly callback: Record<string, Shown>;
  readonly log: Record<string, Shown>;
  readonly progBar: Record<string, Shown>;
}

/** All values that one loop logs. */
export class Results {
  readonly items = new Map<string, ResultItem>();
  /** The index of the current loader; null if there is only one. */
  dataloaderIdx: number | null = null;
  batch: unknown = null;
  #batchSize: number | null = null;

  constructor(readonly training: boolean) {}

  startBatch(batch: unknown, dataloaderIdx: number | null): void {
    this.batch = batch;
    this.#batchSize = null;
    this.dataloaderIdx = dataloaderIdx;
  }

  endBatch(): void {
    this.batch = null;
    this.#batchSize = null;
  }

  log(given: Omit<LogMeta, 'dataloaderIdx'>, value: Tensor | number | LoggedMetric, batchSize: number | null): void {
    const indexed = given.addDataloaderIdx && this.dataloaderIdx !== null;
    const key = `${given.fx}.${given.name}${indexed ? `.${this.dataloaderIdx}` : ''}`;
    let item = this.items.get(key);
    if (!item) {
      const fx = indexed ? `${given.fx}.${this.dataloaderIdx}` : given.fx;
      item = new ResultItem({ ...given, fx, dataloaderIdx: this.dataloaderIdx });
      this.items.set(key, item);
    } else expectAlike(item.meta, given);
    quiet(() => item.update(value, this.#sizeOf(item, value, batchSize)));
  }

  #sizeOf({ meta }: ResultItem, value: unknown, given: number | null): number {
    if (given !== null) return given;
    if (!(meta.onEpoch && meta.reduceFx === 'mean') || isMetric(value) || this.batch === null) return 1;
    this.#batchSize ??= batchSizeOf(this.batch) ?? 1;
    return this.#batchSize;
  }

  *#valid(): Iterable<ResultItem> {
    for (const item of this.items.values()) {
      if (!item.hasReset && item.meta.dataloaderIdx === this.dataloaderIdx) yield item;
    }
  }

  /** Awaits metrics that compute asynchronously, so that `metrics` includes their values. */
  async settle(): Promise<void> {
    for (const item of this.#valid()) if (item.metric && item.meta.onEpoch) await item.compute();
  }

  /** The values of the current step, or over the epoch so far. */
  metrics(onStep: boolean): Metrics {
    const metrics: Metrics = { callback: {}, log: {}, progBar: {} };
    for (const item of this.#valid()) {
      const { meta } = item;
      const wanted = onStep ? meta.onStep : meta.onEpoch;
      const value = !wanted ? null : onStep ? item.latest : item.compute();
      if (value === null || value instanceof Promise) continue;
      const suffix =
        meta.addDataloaderIdx && meta.dataloaderIdx !== null ? `/dataloader_idx_${meta.dataloaderIdx}` : '';
      const name = meta.name + suffix;
      const forked = meta.onStep && meta.onEpoch ? `${meta.name}_${onStep ? 'step' : 'epoch'}${suffix}` : name;
      if (meta.logger) metrics.log[forked] = value;
      if (this.training || (meta.onEpoch && !onStep)) {
        metrics.callback[name] = value;
        metrics.callback[forked] = value;
      }
      if (meta.progBar) metrics.progBar[forked] = value;
    }
    return metrics;
  }

  reset(): void {
    for (const item of this.items.values()) item.reset();
  }

  /** Resets the numbers and tensors that a hook has logged. */
  resetTensors(fx: string): void {
    for (const item of this.items.values()) if (!item.metric && item.meta.fx === fx) item.reset();
  }

  forget(): void {
    for (const item of this.items.values()) item.forget();
  }

  stateDict(): Record<string, ItemState> {
    const states = [...this.items].map(([key, item]) => [key, item.state()] as const);
    return Object.fromEntries(states.filter((entry): entry is [string, ItemState] => entry[1] !== null));
  }

  loadStateDict(states: Readonly<Record<string, ItemState>>): void {
    this.items.clear();
    for (const [key, state] of Object.entries(states)) {
      const item = new ResultItem(state.meta);
      item.load(state);
      this.items.set(key, item);
    }
  }
}

function expectAlike(before: LogMeta, now: Omit<LogMeta, 'dataloaderIdx'>): void {
  const options = ['progBar', 'logger', 'onStep', 'onEpoch', 'reduceFx', 'addDataloaderIdx'] as const;
  const differs = options.find((option) => before[option] !== now[option]);
  if (differs === undefined) return;
  throw new ArgumentError(
    `log: expected '${now.name}' to be logged alike each time in ${now.fx}, but ${differs} was ${before[differs]} and is ${now[differs]} now; use another name`,
  );
}

/** The size of a batch: the first dimension of the first tensor in it; null if there is no tensor. */
export function batchSizeOf(batch: unknown): number | null {
  if (batch instanceof Tensor) return batch.ndim === 0 ? 1 : batch.shape[0]!;
  if (typeof batch === 'string') return batch.length;
  if (typeof batch !== 'object' || batch === null) return null;
  const parts: readonly unknown[] = Array.isArray(batch) ? batch : Object.values(batch);
  for (const part of parts) {
    const size = batchSizeOf(part);
    if (size !== null) return size;
  }
  return null;
}
