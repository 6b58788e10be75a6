// Metric, the base class of metrics that accumulate over batches, as in torchmetrics; and metrics composed from others.

import { ArgumentError, cat, deepcopy, type nn, noGrad, stack, Tensor, tensor } from '../../torch';
import {
  type Arguments,
  convert,
  type Defaults,
  expectNoMore,
  isPlainObject,
  kindOf,
  kinds,
  moduleScope,
  type PlotCanvas,
  parseArgs,
  sameShape,
  warnOnce,
} from '../../torch/inside';
import { type Drawing, drawOn } from '../draw/sheet';
import { Arithmetic } from './arithmetic';
import { type BinaryOperator, type Operator, operators } from './operators';
import { type PlotOptions, type PlotValue, plotKinds, valuesDrawing } from './plot';
import {
  concatenated,
  isStateless,
  kept,
  type MetricState,
  type Persistence,
  type Reduction,
  type StateArguments,
  type StateDType,
  stateDType,
} from './state';

type Incoming = Metric | Readonly<Record<string, MetricState>>;

interface StateEntry {
  /** The value that `reset` restores; null for a list. */
  readonly initial: Tensor | null;
  readonly reduction: Reduction;
  readonly key: string;
  persistent: boolean;
  /**
   * The tensor that the state lives in across updates; kept so that all steps write the same storage and reuse one
   * plan.
   */
  home: Tensor | null;
}

/** Indents every line except the first by two spaces. */
export const indent = (text: string): string => text.replaceAll('\n', '\n  ');

/** The names allowed for attributes. */
const attribute: kinds.Kind = {
  words: 'a name of letters, digits and _, as of an attribute',
  fits: (value) => typeof value === 'string' && /^[\p{L}_$][\p{L}\d_$]*$/u.test(value),
};

const reductions: readonly unknown[] = ['sum', 'mean', 'max', 'min', 'cat', null];

/**
 * The base class of metrics. A subclass adds its states in the constructor, changes them in `update`, and returns the
 * result from `compute`. The user calls both, and `reset` to start again. Calling the metric itself updates it, and
 * returns the result for that batch alone.
 *
 *     class Share extends Metric {
 *       declare right: Tensor;
 *       declare total: Tensor;
 *       constructor() {
 *         super();
 *         this.addState('right', torch.tensor(0), { distReduceFx: 'sum' });
 *         this.addState('total', torch.tensor(0), { distReduceFx: 'sum' });
 *       }
 *       update(preds: Tensor, target: Tensor) {
 *         this.right.add_(preds.eq(target).sum());
 *         this.total.add_(target.numel());
 *       }
 *       compute() { return this.right.div(this.total); }
 *     }
 *
 * States stay on the device, and nothing is read back. A metric is a module: assigned to a module's attribute, it
 * becomes a submodule.
 */
export abstract class Metric extends Arithmetic {
  /** Whether a higher value is better; null if neither is. */
  higherIsBetter: boolean | null = null;
  /** Whether gradients flow from the value of a batch to the predictions. */
  isDifferentiable: boolean | null = null;
  /**
   * Whether the effect of `update` depends on the current state. If false, calling the metric runs `update` once
   * instead of twice.
   */
  fullStateUpdate: boolean | null = null;
  /** The smallest and the largest possible value, for plots. */
  plotLowerBound: number | null = null;
  plotUpperBound: number | null = null;

  private readonly states = new Map<string, StateEntry>();
  private updates = 0;
  private gradients = false;

  constructor() {
    super();
    // Wrap the methods on the instance, as torchmetrics does, so that a subclass can write plain methods. The wrappers
    // take `this` from the call, so that copies may share them.
    for (const name of ['update', 'compute'] as const) {
      const method: unknown = Reflect.get(this, name);
      if (typeof method !== 'function') {
        throw new ArgumentError(
          `${this.constructor.name}: expected a method ${name}, but it has none; a metric needs one`,
        );
      }
      const own = method as (...args: unknown[]) => unknown;
      const value =
        name === 'update'
          ? function (this: Metric, ...args: unknown[]) {
              expectNoMore(`${this.constructor.name}.update`, own, args);
              return this.updated(() => own.apply(this, args));
            }
          : function (this: Metric, ...args: unknown[]) {
              expectNoMore(`${this.constructor.name}.compute`, own, args);
              return this.computed(() => own.apply(this, args));
            };
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: false });
    }
  }

  /** Updates the states with a batch. */
  // biome-ignore lint/suspicious/noExplicitAny: the only type that covers every subclass's parameter list.
  abstract update(...args: any[]): void;

  /** The value for all batches since the last `reset`. */
  abstract compute(): unknown;

  /** Runs when the metric is called: updates the states, and returns the value for this batch alone. */
  forward(...args: Parameters<this['update']>): ReturnType<this['compute']> {
    const value = this.fullStateUpdate === false ? this.once(args) : this.twice(args);
    return this.remember(value) as ReturnType<this['compute']>;
  }

  /** The result of the last call of the metric; undefined before the first. */
  declare readonly forwardCache: ReturnType<this['compute']> | undefined;

  /** Whether there was an update since the last `reset`. */
  get updateCalled(): boolean {
    return this.updates > 0;
  }

  /** Number of updates since the last `reset`. */
  get updateCount(): number {
    return this.updates;
  }

  /** The states by name. */
  get metricState(): Record<string, MetricState> {
    return Object.fromEntries([...this.states.keys()].map((name) => [name, this.stateOf(name)]));
  }

  /**
   * Adds a state, as an attribute of this name: a tensor, or an empty list to which `update` appends tensors.
   *
   * @throws ArgumentError for a list that is not empty, and for an unknown reduction
   */
  addState(...args: Arguments<StateArguments, ['name', 'initial', 'distReduceFx', 'persistent', 'key']>): void {
    const defaults = { distReduceFx: null, persistent: false, key: '' };
    const o = parseArgs<StateArguments>('addState', ['name', 'initial'], defaults, args, {
      name: attribute,
      key: kinds.text,
    });
    const { name, initial, distReduceFx, persistent } = o;
    const key = o.key || name;
    if (!(initial instanceof Tensor) && !(Array.isArray(initial) && initial.length === 0)) {
      throw new ArgumentError(`addState: expected a tensor or an empty list for '${name}', but got ${kindOf(initial)}`);
    }
    if (!reductions.includes(distReduceFx) && typeof distReduceFx !== 'function') {
      throw new ArgumentError(
        `addState: expected distReduceFx 'sum', 'mean', 'max', 'min', 'cat', null or a function, but got ${kindOf(distReduceFx)}`,
      );
    }
    if (isStateless()) return;
    const first = initial instanceof Tensor ? noGrad(() => kept(initial.detach().clone())) : null;
    const home = first && noGrad(() => kept(first.clone()));
    this.states.set(name, { initial: first, reduction: distReduceFx, key, persistent: false, home });
    Reflect.set(this, name, home ?? []);
    if (persistent) this.save(name, true);
  }

  /** Sets whether the states are part of the state dict. */
  persistent(...args: Arguments<Persistence, ['mode']>): void {
    const { mode } = parseArgs<Persistence>('persistent', [], { mode: false }, args);
    for (const name of this.states.keys()) this.save(name, mode);
  }

  /** Restores the initial states. */
  reset(...none: []): void {
    parseArgs('reset', [], {}, none);
    this.updates = 0;
    Reflect.deleteProperty(this, 'forwardCache');
    noGrad(() => {
      for (const [name, { initial }] of this.states) this.put(name, initial ?? []);
    });
  }

  /**
   * Plots a value, or values of several steps as lines; by default the current value. Resolves to the canvas: the given
   * one, or a new OffscreenCanvas.
   *
   *     await metric.plot({ canvas: document.querySelector('canvas')! });
   *     await metric.plot(figuresOfEpochs, { canvas });
   *
   * On a canvas in a page, background and text take the page's colours, and lines have the screen's full resolution.
   * @throws ArgumentError for a value that is not a tensor, number or object of these, and for a canvas that cannot be
   * drawn on
   */
  plot(val?: PlotValue | this['plotDefaults'] | null, options?: this['plotDefaults']): Promise<PlotCanvas>;
  async plot(...args: unknown[]): Promise<PlotCanvas> {
    const name = `${this.constructor.name}.plot`;
    const { val, canvas, ...own } = parseArgs<PlotOptions>(
      name,
      [],
      this.plotDefaults as Defaults<PlotOptions>,
      args,
      plotKinds,
    );
    return drawOn(name, canvas, [await this.drawingOf(await val, own)]);
  }

  /** The options of `plot`, with their defaults. */
  get plotDefaults(): PlotOptions {
    return { val: null, canvas: null };
  }

  /** @internal The drawing of a value; of the current value for null. */
  async drawingOf(val: unknown, _options: Omit<PlotOptions, 'canvas' | 'val'> = this.plotDefaults): Promise<Drawing> {
    return valuesDrawing(this.constructor.name, val ?? (await this.compute()), this);
  }

  /** A copy with its own states. */
  clone(...none: []): this {
    parseArgs('clone', [], {}, none);
    return deepcopy(this);
  }

  /**
   * Merges the states of another metric of this class into this one.
   *
   * @throws ArgumentError for a metric of another class, for a missing state, and for metrics whose updates depend on
   * the state
   */
  mergeState(...args: Arguments<{ incoming: Incoming }, ['incoming']>): void {
    const name = this.constructor.name;
    // States by name are a plain object, like options; tell them apart by their keys.
    const [first] = args as readonly unknown[];
    const isState = args.length === 1 && isPlainObject(first) && [...this.states.keys()].some((key) => key in first);
    const given = isState ? [first, {}] : args;
    const { incoming } = parseArgs<{ incoming: Incoming }>('mergeState', ['incoming'], {}, given, {
      incoming: { words: 'a metric or states by name', fits: (one) => one instanceof Metric || isPlainObject(one) },
    });
    if (this.fullStateUpdate !== false) {
      throw new ArgumentError(
        `mergeState: expected a metric with fullStateUpdate false, but ${name} looks at its state`,
      );
    }
    if (incoming instanceof Metric && !(incoming instanceof this.constructor)) {
      throw new ArgumentError(`mergeState: expected a ${name}, but got a ${incoming.constructor.name}`);
    }
    const state = incoming instanceof Metric ? incoming.metricState : incoming;
    for (const key of this.states.keys()) {
      if (!Object.hasOwn(state, key))
        throw new ArgumentError(`mergeState: expected a state '${key}', but there is none`);
    }
    this.updates += incoming instanceof Metric ? incoming.updates : 1;
    noGrad(() => {
      for (const key of this.states.keys()) this.join(key, state[key]!, true);
    });
  }

  /** Returns this metric unchanged: states keep their dtype. See `setDtype`. */
  override float(...none: []): this {
    parseArgs('float', [], {}, none);
    return this;
  }

  /** Returns this metric unchanged: states keep their dtype. See `setDtype`. */
  override half(...none: []): this {
    parseArgs('half', [], {}, none);
    return this;
  }

  /** Converts the floating-point states. */
  setDtype(...args: Arguments<{ dtype: StateDType }, ['dtype']>): this {
    const { dtype } = parseArgs<{ dtype: StateDType }>('setDtype', ['dtype'], {}, args, { dtype: stateDType });
    noGrad(() => {
      for (const [name, { initial }] of this.states) {
        if (initial) convert(initial, dtype);
        const state = this.stateOf(name);
        for (const x of Array.isArray(state) ? state : [state]) convert(x, dtype);
      }
    });
    return this;
  }

  /** Restores list states, which are saved as one concatenated tensor. */
  override upgradeState(state: nn.StateDict, prefix: string): nn.StateDict {
    const rest = { ...state };
    for (const [name, { initial, key }] of this.states) {
      const listed = rest[prefix + key];
      if (initial || !(listed instanceof Tensor)) continue;
      Reflect.set(this, name, [kept(noGrad(() => listed.detach().clone()))]);
      Reflect.deleteProperty(rest, prefix + key);
    }
    return rest;
  }

  protected override paired(name: BinaryOperator, args: readonly unknown[]): CompositionalMetric {
    const kind = name === 'matmul' ? matrix : operand;
    const { other } = parseArgs<{ other: MetricOperand }>(name, ['other'], {}, args, { other: kind });
    return new CompositionalMetric(operators[name === 'div' ? 'trueDivide' : name], this, other);
  }

  protected override changed(operator: Operator): CompositionalMetric {
    return new CompositionalMetric(operator, this, null);
  }

  /** Stores the result of a call as `forwardCache`. The caller owns the result, so this does not keep it alive. */
  protected remember<T>(value: T): T {
    Object.defineProperty(this, 'forwardCache', { value, writable: true, configurable: true, enumerable: false });
    return value;
  }

  private updated(update: () => unknown): void {
    this.updates++;
    const run = () => {
      const result = this.gradients ? update() : noGrad(update);
      if (result instanceof Promise) {
        throw new ArgumentError(
          `${this.constructor.name}.update: expected a synchronous method, but it returned a promise`,
        );
      }
      noGrad(() => this.settle());
    };
    moduleScope(this, run);
  }

  private computed(compute: () => unknown): unknown {
    const name = this.constructor.name;
    if (!this.updateCalled) {
      warnOnce(
        `${name}: compute() was called before update(), which may lead to errors, as the metric's state has not been updated yet`,
      );
    }
    return moduleScope(this, () => {
      let value: unknown;
      const run = () => {
        value = compute();
      };
      // A promise passes through: only the operations before its first await are recorded without gradients.
      if (this.gradients) run();
      else noGrad(run);
      return value instanceof Promise ? value.then((later) => this.apart(later)) : this.apart(value);
    });
  }

  /**
   * Copies a result that shares a state's storage, so that later updates do not change it. A single element becomes
   * 0-d.
   */
  private apart(value: unknown): unknown {
    if (!(value instanceof Tensor)) return value;
    const single = value.numel() === 1 && value.shape.length > 0 ? value.squeeze() : value;
    const isState = [...this.states.values()].some(({ home }) => home?.storage === single.storage);
    return isState ? single.clone() : single;
  }

  private stateOf(name: string): MetricState {
    return Reflect.get(this, name) as MetricState;
  }

  /**
   * If `update` assigned a new tensor to a state, copies it into the state's old tensor, so that every step writes the
   * same storage.
   */
  private settle(): void {
    for (const [name, entry] of this.states) {
      const now = this.stateOf(name);
      if (entry.home === null || now === entry.home || !(now instanceof Tensor)) continue;
      this.put(name, now);
    }
  }

  /** Sets the contents of a state. */
  private put(name: string, contents: MetricState): void {
    const entry = this.states.get(name)!;
    if (Array.isArray(contents)) {
      Reflect.set(this, name, [...contents]);
      return;
    }
    const { home } = entry;
    if (home && home.dtype === contents.dtype && sameShape(home.shape, contents.shape)) home.copy_(contents.detach());
    else entry.home = kept(contents.detach().clone());
    Reflect.set(this, name, entry.home);
  }

  /** Merges a state into the current one. `late` means that its updates are already counted, and came last. */
  private join(name: string, incoming: MetricState, late: boolean): void {
    const { reduction } = this.states.get(name)!;
    const now = this.stateOf(name);
    if (Array.isArray(now) || Array.isArray(incoming)) {
      const list = (state: MetricState) => (Array.isArray(state) ? state : [state]);
      this.put(name, [...list(now), ...list(incoming)]);
      return;
    }
    const local = incoming.detach();
    const count = late ? Math.max(this.updates, 1) : this.updates;
    if (reduction === 'sum' && sameShape(now.shape, local.shape) && now.dtype === local.dtype) now.add_(local);
    else if (reduction === 'sum') this.put(name, now.add(local));
    else if (reduction === 'mean')
      this.put(
        name,
        now
          .mul(count - 1)
          .add(local)
          .div(count),
      );
    else if (reduction === 'max') this.put(name, now.maximum(local));
    else if (reduction === 'min') this.put(name, now.minimum(local));
    else if (reduction === 'cat') this.put(name, cat([now, local]));
    else this.put(name, reduction === null ? stack([now, local]) : reduction(stack([now, local])));
  }

  /** Runs a function on fresh states in place of this metric's, and returns its result with those states. */
  private fresh<T>(run: () => T): { readonly result: T; readonly local: Record<string, MetricState> } {
    const { updates } = this;
    const before = [...this.states].map(([name, { home }]) => ({ name, home, state: this.stateOf(name) }));
    try {
      for (const [name, entry] of this.states) {
        entry.home = entry.initial && noGrad(() => entry.initial!.clone());
        Reflect.set(this, name, entry.home ?? []);
      }
      this.updates = 0;
      this.gradients = true;
      const result = run();
      return { result, local: this.metricState };
    } finally {
      this.gradients = false;
      this.updates = updates;
      for (const { name, home, state } of before) {
        this.states.get(name)!.home = home;
        Reflect.set(this, name, state);
      }
    }
  }

  /** Updates fresh states once, and merges them into this metric's. */
  private once(args: readonly unknown[]): unknown {
    const { result, local } = this.fresh(() => {
      this.update(...args);
      return this.compute();
    });
    this.updates++;
    noGrad(() => {
      for (const name of this.states.keys()) this.join(name, local[name]!, false);
    });
    return result;
  }

  private twice(args: readonly unknown[]): unknown {
    this.update(...args);
    return this.fresh(() => {
      this.update(...args);
      return this.compute();
    }).result;
  }

  private save(name: string, mode: boolean): void {
    const entry = this.states.get(name)!;
    if (entry.persistent === mode) return;
    entry.persistent = mode;
    if (entry.home) {
      this.registerBuffer(name, entry.home, { persistent: mode, key: entry.key });
      return;
    }
    // A list is saved as one tensor, which is concatenated when the state dict is made.
    const listed = `${name}Saved`;
    this.registerBuffer(listed, null, { persistent: mode, key: entry.key, optional: true });
    const get = function (this: Metric): Tensor | null {
      const list = Reflect.get(this, name) as Tensor[];
      return list.length === 0 ? null : noGrad(() => concatenated(list));
    };
    Object.defineProperty(this, listed, { get, configurable: true, enumerable: false });
  }
}

/** The operands of metric arithmetic. */
export type MetricOperand = Metric | Tensor | number;

const matrix: kinds.Kind = {
  words: 'a metric or a tensor',
  fits: (value) => value instanceof Metric || value instanceof Tensor,
};
const operand: kinds.Kind = {
  words: 'a metric, a tensor or a number',
  fits: (value) => matrix.fits(value) || typeof value === 'number' || typeof value === 'boolean',
};

interface Composition {
  /** The function that combines the values. */
  operator: Operator;
  /** The first operand. */
  metricA: MetricOperand;
  /** The second operand. */
  metricB?: MetricOperand | null;
}

/**
 * A metric that applies an operator to the values of two metrics, or of a metric and a number: `accuracy.mul(100)`,
 * `new CompositionalMetric(torch.sub, 1, accuracy)`. Its `update`, `reset` and calls go to the metrics that it is
 * composed of.
 */
export class CompositionalMetric extends Metric {
  metricA: MetricOperand;
  metricB: MetricOperand | null;
  private readonly operator: { readonly call: Operator };

  constructor(...args: Arguments<Composition, ['operator', 'metricA', 'metricB']>) {
    super();
    const { operator, metricA, metricB } = parseArgs<Composition>(
      ...(['CompositionalMetric', ['operator', 'metricA'], { metricB: null }, args] as const),
      { operator: kinds.callback, metricA: operand, metricB: kinds.orNull(operand) },
    );
    this.operator = { call: operator };
    this.metricA = metricA;
    this.metricB = metricB;
    for (const operand of [metricA, metricB]) if (operand instanceof Tensor) kept(operand);
    this.fullStateUpdate = true;
  }

  update(...args: unknown[]): void {
    for (const metric of this.metrics) metric.update(...args);
  }

  compute(): Tensor | Promise<Tensor> {
    return this.combined((metric) => metric.compute());
  }

  override forward(...args: Parameters<this['update']>): ReturnType<this['compute']> {
    const value = this.combined((metric) => (metric as (...given: unknown[]) => unknown)(...args));
    return this.remember(value) as ReturnType<this['compute']>;
  }

  override reset(...none: []): void {
    parseArgs('reset', [], {}, none);
    for (const metric of this.metrics) metric.reset();
  }

  override persistent(...args: Arguments<Persistence, ['mode']>): void {
    const { mode } = parseArgs<Persistence>('persistent', [], { mode: false }, args);
    for (const metric of this.metrics) metric.persistent(mode);
  }

  override get updateCount(): number {
    return Math.max(0, ...this.metrics.map((metric) => metric.updateCount));
  }

  override get updateCalled(): boolean {
    return this.updateCount > 0;
  }

  override toString(): string {
    const { metricA, metricB, operator } = this;
    const text = (operand: MetricOperand | null) => indent(indent(operand === null ? 'None' : String(operand)));
    const name = operator.call.name || 'lambda';
    return `${this.constructor.name}(\n  ${name}(\n    ${text(metricA)},\n    ${text(metricB)}\n  )\n)`;
  }

  private get metrics(): Metric[] {
    return [...new Set([this.metricA, this.metricB])].filter((one) => one instanceof Metric);
  }

  private combined(figure: (metric: Metric) => unknown): Tensor | Promise<Tensor> {
    const { metricA, metricB, operator } = this;
    const known = new Map(this.metrics.map((metric) => [metric, figure(metric)] as const));
    const of = (operand: MetricOperand | null): unknown => (operand instanceof Metric ? known.get(operand) : operand);
    const [a, b] = [of(metricA), of(metricB)];
    const call = (x: unknown, y: unknown): Tensor => {
      const first = typeof x === 'number' ? tensor(x) : (x as Tensor);
      return operator.call(first, y as Tensor);
    };
    return a instanceof Promise || b instanceof Promise ? Promise.all([a, b]).then(([x, y]) => call(x, y)) : call(a, b);
  }
}
