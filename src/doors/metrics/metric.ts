// Owns Metric: figures that are gathered over batches, as torchmetrics' base class has them, and values computed from several.

import { ArgumentError, cat, deepcopy, type nn, noGrad, stack, Tensor, tensor } from '../../torch';
import {
  type Arguments,
  convert,
  type Defaults,
  type Drawing,
  drawOn,
  expectNoMore,
  indent,
  isPlainObject,
  type Kind,
  kindOf,
  kinds,
  moduleScope,
  type PlotCanvas,
  parseArgs,
  sameShape,
  warnOnce,
} from '../../torch/inside';
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
  /** The tensor that updates write into. */
  home: Tensor | null;
}

/** What an attribute can be called. */
const attribute: Kind = {
  words: 'a name of letters, digits and _, as of an attribute',
  fits: (value) => typeof value === 'string' && /^[\p{L}_$][\p{L}\d_$]*$/u.test(value),
};

const reductions: readonly unknown[] = ['sum', 'mean', 'max', 'min', 'cat', null];

/**
 * Base class of metrics. A subclass adds its state in the constructor, writes into it in `update`, and tells the figure in `compute`; both
 * are called by the user, and `reset` begins anew. A call is an update that gives the figure of its batch alone.
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
 * State stays on the device, and nothing is read back. A metric is a module: as an attribute of one it is among its submodules.
 */
export abstract class Metric extends Arithmetic {
  /** Whether a greater figure is a better one; null where that makes no sense. */
  higherIsBetter: boolean | null = null;
  /** Whether gradients pass from the batch's figure to the predictions. */
  isDifferentiable: boolean | null = null;
  /** Whether `update` looks at the state that it finds. False lets a call update once, not twice. */
  fullStateUpdate: boolean | null = null;
  /** The least and the greatest figure there is, for plots. */
  plotLowerBound: number | null = null;
  plotUpperBound: number | null = null;

  private readonly states = new Map<string, StateEntry>();
  private updates = 0;
  private gradients = false;

  constructor() {
    super();
    // On the instance, as torchmetrics has it: a subclass writes plain methods. They know no instance, so that a copy may share them.
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

  /** Takes a batch into account. */
  // biome-ignore lint/suspicious/noExplicitAny: the only type that covers every subclass's parameter list.
  abstract update(...args: any[]): void;

  /** The figure of all batches since the last `reset`. */
  abstract compute(): unknown;

  /** What a call does: an update, and the figure of this batch alone. */
  forward(...args: Parameters<this['update']>): ReturnType<this['compute']> {
    const value = this.fullStateUpdate === false ? this.once(args) : this.twice(args);
    return this.remember(value) as ReturnType<this['compute']>;
  }

  /** What the last call gave; undefined before any. */
  declare readonly forwardCache: ReturnType<this['compute']> | undefined;

  /** Whether there was an update since the last `reset`. */
  get updateCalled(): boolean {
    return this.updates > 0;
  }

  /** Number of updates since the last `reset`. */
  get updateCount(): number {
    return this.updates;
  }

  /** The state by name. */
  get metricState(): Record<string, MetricState> {
    return Object.fromEntries([...this.states.keys()].map((name) => [name, this.stateOf(name)]));
  }

  /**
   * Adds a state, which is an attribute of this name: a tensor, or an empty list to which tensors are added.
   *
   * @throws ArgumentError for a list that is not empty, and for a reduction that is not known
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

  /** Says whether the state is part of the state dict. */
  persistent(...args: Arguments<Persistence, ['mode']>): void {
    const { mode } = parseArgs<Persistence>('persistent', [], { mode: false }, args);
    for (const name of this.states.keys()) this.save(name, mode);
  }

  /** Begins anew. */
  reset(...none: []): void {
    parseArgs('reset', [], {}, none);
    this.updates = 0;
    Reflect.deleteProperty(this, 'forwardCache');
    noGrad(() => {
      for (const [name, { initial }] of this.states) this.put(name, initial ?? []);
    });
  }

  /**
   * Draws a figure, or several one after the other as lines; without any, that of all batches. Resolves to the canvas: without one
   * given, an OffscreenCanvas of its own.
   *
   *     await metric.plot({ canvas: document.querySelector('canvas')! });
   *     await metric.plot(figuresOfEpochs, { canvas });
   *
   * In a page the paper is the page's, text has the colour of that around it, and lines are as sharp as the screen allows.
   * @throws ArgumentError for a value that is no figure, and for a canvas that cannot be drawn on
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

  /** Options of `plot`, with their defaults. */
  get plotDefaults(): PlotOptions {
    return { val: null, canvas: null };
  }

  /** @internal How a figure is drawn, or that of all batches for null. */
  async drawingOf(val: unknown, _options: Omit<PlotOptions, 'canvas' | 'val'> = this.plotDefaults): Promise<Drawing> {
    return valuesDrawing(this.constructor.name, val ?? (await this.compute()), this);
  }

  /** A copy with a state of its own. */
  clone(...none: []): this {
    parseArgs('clone', [], {}, none);
    return deepcopy(this);
  }

  /**
   * Joins the state of another metric of this class to this one.
   *
   * @throws ArgumentError for a metric of another class, for a state that is missing, and for metrics whose updates look at the state
   */
  mergeState(...args: Arguments<{ incoming: Incoming }, ['incoming']>): void {
    const name = this.constructor.name;
    // States by name are an object as options are.
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

  /** This metric: states keep their dtype, see `setDtype`. */
  override float(...none: []): this {
    parseArgs('float', [], {}, none);
    return this;
  }

  /** This metric: states keep their dtype, see `setDtype`. */
  override half(...none: []): this {
    parseArgs('half', [], {}, none);
    return this;
  }

  /** Converts the floats among the states. */
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

  /** Takes what a list was saved as: one tensor of all. */
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

  /** Keeps the result of a call within reach, but not alive: the caller owns it. */
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
      // A promise passes through: its records before the first await need no gradients.
      if (this.gradients) run();
      else noGrad(run);
      return value instanceof Promise ? value.then((later) => this.apart(later)) : this.apart(value);
    });
  }

  /** A result that later updates do not change; one number has no dimensions. */
  private apart(value: unknown): unknown {
    if (!(value instanceof Tensor)) return value;
    const single = value.numel() === 1 && value.shape.length > 0 ? value.squeeze() : value;
    const isState = [...this.states.values()].some(({ home }) => home?.storage === single.storage);
    return isState ? single.clone() : single;
  }

  private stateOf(name: string): MetricState {
    return Reflect.get(this, name) as MetricState;
  }

  /** Writes the values that `update` assigned to states into their old tensors, so that a step writes where the one before did. */
  private settle(): void {
    for (const [name, entry] of this.states) {
      const now = this.stateOf(name);
      if (entry.home === null || now === entry.home || !(now instanceof Tensor)) continue;
      this.put(name, now);
    }
  }

  /** Gives a state these contents. */
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

  /** Joins a state to the one there is; `late` if its updates are counted already and came last. */
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

  /** Runs with a fresh state in the place of this metric's; what became of it, and the result. */
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

  /** One update of a fresh state, which then joins the others. */
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
    // A list is saved as one tensor, which is made when the state dict is.
    const listed = `${name}Saved`;
    this.registerBuffer(listed, null, { persistent: mode, key: entry.key, optional: true });
    const get = function (this: Metric): Tensor | null {
      const list = Reflect.get(this, name) as Tensor[];
      return list.length === 0 ? null : noGrad(() => concatenated(list));
    };
    Object.defineProperty(this, listed, { get, configurable: true, enumerable: false });
  }
}

/** The operands in arithmetic of metrics. */
export type MetricOperand = Metric | Tensor | number;

const matrix: Kind = {
  words: 'a metric or a tensor',
  fits: (value) => value instanceof Metric || value instanceof Tensor,
};
const operand: Kind = {
  words: 'a metric, a tensor or a number',
  fits: (value) => matrix.fits(value) || typeof value === 'number' || typeof value === 'boolean',
};

interface Composition {
  operator: Operator;
  metricA: MetricOperand;
  metricB?: MetricOperand | null;
}

/**
 * What an operator makes of the figures of two metrics, or of a metric and a number: `accuracy.mul(100)`,
 * `new CompositionalMetric(torch.sub, 1, accuracy)`. Its `update`, `reset` and calls go to the metrics that it is made of.
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
