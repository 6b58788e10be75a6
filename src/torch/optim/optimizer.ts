// The base class of optimizers: parameter groups, flat buffers, stepping, and a state from which a run resumes exactly.

import { closeInherited } from '../../engine/core/arity';
import { ArgumentError, DeviceLostError, DTypeError } from '../../engine/core/errors';
import { isFloat, type Shape, showShape } from '../../engine/core/meta';
import { type Arguments, isPlainObject, kindOf, parseArgs, shown } from '../../engine/core/options';
import { Printable } from '../../engine/core/printable';
import { pythonText, snakeCase } from '../../engine/core/printing';
import { flush } from '../../engine/graph/flush';
import { beforeChange, isJournaling } from '../../engine/graph/journal';
import type { PendingStep } from '../../engine/graph/lost';
import { mode, withMode } from '../../engine/graph/mode';
import { atPlace } from '../../engine/graph/places';
import type { GraphRoot } from '../../engine/graph/roots';
import { noGrad } from '../../engine/storage/mode';
import { keepNoted, protect, protectSteps, type StepCounting, stateLoaded } from '../../engine/storage/protect';
import { snapshotSoon, stepTaken } from '../../engine/storage/snapshot';
import type { Storage } from '../../engine/storage/storage';
import { HookList, type RemovableHandle } from '../nn/module/hooks';
import {
  blocksOf,
  type FilledLayout,
  FlatGradients,
  filledState,
  flatLayout,
  flatten,
  isMovable,
} from '../tensor/flat';
import { numberAtHand } from '../tensor/reading/shown';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { closureIn, type GroupArguments, groupIn, type NamedState, stateIn } from './arguments';
import { checkNotNegative } from './checks';
import type { OptimizerSettings, Update } from './settings';
import { camelCase, type OptimizerStateDict, readState, refuseKind, writeState } from './state';
import { type CountsBefore, StepLog } from './step-log';

/** Parameters with their own options, and any entries that the program has added: `'name' in group && group.name`. */
export type ParamGroup<O> = O & { params: Tensor[] };

/**
 * Options as passed by a caller: any may be left out, and the learning rate may be a tensor of one element, whose
 * number is used.
 */
export type GroupOptions<O> = { [K in keyof O]?: K extends 'lr' ? O[K] | Tensor : O[K] };

/** A group as passed by a caller: options left out default to the optimizer's, and additional entries are kept. */
export type ParamGroupArguments<O> = GroupOptions<O> & { params: Iterable<Tensor> | Tensor } & {
  [extra: string]: unknown;
};

/**
 * The parameters that an optimizer updates: a list of tensors, or groups whose options override the optimizer's own.
 */
export type OptimizerParams<O> = Iterable<Tensor> | Iterable<ParamGroupArguments<O>>;

/** The state of one parameter: `step`, and PyTorch's names such as `expAvg`. */
export type ParamStateView = Readonly<Record<string, Tensor | number>>;

/** Called with the optimizer and the arguments of its `step`. */
export type StepHook<T> = (optimizer: T, args: readonly unknown[]) => void;

/** A hook passed by name. */
export interface StepHooking<T> {
  hook: StepHook<T>;
}

/** The state that an optimizer keeps for one parameter. */
export interface ParamState {
  /** Number of updates so far. */
  step: number;
  /** Tensors shaped like the parameter, by PyTorch's names. */
  readonly tensors: Record<string, Tensor>;
  /** Numbers kept in addition to the tensors, by PyTorch's names. */
  numbers: Readonly<Record<string, number>>;
}

/** Parameters that are updated together: all have a gradient, and have been updated equally often. */
interface Block {
  readonly params: readonly Tensor[];
  readonly layout: FilledLayout;
  values: Storage;
  readonly gradients: FlatGradients;
  readonly states: Record<string, Storage>;
}

/** Whether the flush that made the block could not run. */
function isVoid({ gradients, states }: Block): boolean {
  for (const name in states) if (states[name]!.voided) return true;
  return gradients.voided;
}

/** The default shape of a state tensor: the parameter's. */
const sameShape = (_name: string, shape: Shape): Shape => shape;

const noNumbers: Readonly<Record<string, number>> = {};

/** The counts of a parameter that has not been updated. */
const noCounts = { step: 0, numbers: noNumbers };

/**
 * Base class of optimizers. At a step, all parameters with a gradient move into flat buffers (one for the values, one
 * for the gradients and one for each state), and a single dispatch updates them.
 */
export abstract class Optimizer<O extends object = { lr: number }> extends Printable implements StepCounting {
  /** The options of each group. They may be changed between steps: `optimizer.paramGroups[0].lr = 1e-4`. */
  readonly paramGroups: ParamGroup<O>[] = [];
  readonly defaults: Readonly<O>;
  readonly #states = new Map<Tensor, ParamState>();
  readonly #log = new StepLog(this.#states);
  #blocks: Block[] = [];
  /** The state to restore if the device is lost. */
  #saved: ReadonlyMap<Tensor, ParamState> = new Map();
  /** Whether a device was lost since the state was last found complete. */
  #mayLack = false;
  readonly #preHooks = new HookList<StepHook<never>>();
  readonly #postHooks = new HookList<StepHook<never>>();

  constructor(
    readonly name: string,
    params: OptimizerParams<O>,
    /** Options of all groups. */
    defaults: Required<GroupOptions<O>>,
  ) {
    super();
    if (!isPlainObject(defaults)) {
      throw new ArgumentError(`${name}: expected defaults to be an object of options, but got ${kindOf(defaults)}`);
    }
    this.defaults = this.#withNumber(defaults);
    this.#check(this.defaults);
    const given: unknown = params;
    if (typeof given !== 'object' || given === null || given instanceof Tensor || !(Symbol.iterator in given)) {
      throw new ArgumentError(
        `${name}: expected params to be an iterable of tensors or of groups, but got ${given instanceof Tensor ? 'a tensor' : typeof given}; pass model.parameters()`,
      );
    }
    const items = [...(given as Iterable<unknown>)];
    if (items.length === 0) throw new ArgumentError(`${name}: got an empty parameter list`);
    const grouped = items.every((item) => typeof item === 'object' && item !== null && 'params' in item);
    const groups = grouped ? items : [{ params: items }];
    for (const group of groups as ParamGroupArguments<O>[]) this.addParamGroup(group);
    closeInherited(Object.getPrototypeOf(this) as object, Printable.prototype, ['toString', 'stateDict']);
    protectSteps(this);
  }

  /**
   * The options, with a learning rate that is a tensor replaced by its number. @throws ArgumentError if the GPU has not
   * computed the number yet
   */
  #withNumber<T extends object>(options: T): O {
    if (!('lr' in options && options.lr instanceof Tensor)) return options as unknown as O;
    const lr = numberAtHand(options.lr);
    if (lr === null) {
      const got =
        options.lr.numel() === 1
          ? 'a tensor that the GPU has yet to compute; pass await lr.item()'
          : `shape ${showShape(options.lr.shape)}`;
      throw new ArgumentError(`${this.name}: expected lr to be a number, or a tensor of one, but got ${got}`);
    }
    return { ...options, lr } as unknown as O;
  }

  /** @internal */
  abstract get settings(): OptimizerSettings<O>;

  /** @throws ArgumentError if an option has an invalid value */
  #check(options: O): void {
    const { notNegative = [], check } = this.settings;
    checkNotNegative(this.name, options, notNegative);
    check?.(this.name, options);
  }

  /**
   * Adds parameters, optionally with their own options. Entries that are not options, such as a name, are kept in
   * `paramGroups` and the state dict.
   *
   * @throws ArgumentError if an entry looks like an option in a different spelling
   */
  addParamGroup(...args: GroupArguments<O>): void {
    const group = groupIn(this.name, args);
    if (typeof Object(group?.params)[Symbol.iterator] !== 'function' && !(group?.params instanceof Tensor)) {
      throw new ArgumentError(`${this.name}: expected a group { params, … }, but got ${shown(group)}`);
    }
    const { params: given, ...own } = group;
    for (const key of Object.keys(own)) if (!(key in this.defaults)) this.#checkExtra(key);
    const params = given instanceof Tensor ? [given] : [...given];
    const seen = new Set<unknown>(this.paramGroups.flatMap((other) => other.params));
    for (const param of params) {
      this.#checkParam(param, seen);
      seen.add(param);
    }
    const overrides = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    const complete = { ...this.defaults, ...this.#withNumber(overrides), params } as ParamGroup<O>;
    this.#check(complete);
    this.paramGroups.push(complete);
    for (const { storage } of params) protect(storage);
  }

  #checkExtra(key: string): void {
    const plain = (name: string) => name.replaceAll('_', '').toLowerCase();
    const meant = Object.keys(this.defaults).find((option) => plain(option) === plain(key));
    if (meant !== undefined) {
      throw new ArgumentError(`${this.name}: got an unknown option '${key}' in a group; did you mean '${meant}'?`);
    }
    refuseKind(this.name, key);
  }

  #checkParam(param: unknown, seen: ReadonlySet<unknown>): void {
    if (!(param instanceof Tensor)) {
      throw new ArgumentError(
        `${this.name}: expected params to be tensors, but one is ${param === null ? 'null' : typeof param}`,
      );
    }
    if (!param.isLeaf)
      throw new ArgumentError(`${this.name}: can't optimize a tensor that an operation made; use a leaf`);
    if (!isFloat(param.dtype))
      throw new DTypeError(`${this.name}: expected floating-point parameters, but got ${param.dtype}`);
    if (seen.has(param)) throw new ArgumentError(`${this.name}: some parameters appear more than once in the groups`);
  }

  /** The options of each group, as PyTorch prints them. */
  override toString(): string {
    const groups = this.paramGroups.map(({ params: _, ...options }, i) => {
      const lines = Object.entries(options).map(([name, value]) => `    ${snakeCase(name)}: ${pythonText(value)}`);
      return [`Parameter Group ${i}`, ...lines.sort()].join('\n');
    });
    return `${this.name} (\n${groups.join('\n\n')}\n)`;
  }

  /** Drops the gradients of all parameters, or fills them with zeros if `setToNone` is false. */
  zeroGrad(...args: Arguments<{ setToNone?: boolean }, ['setToNone']>): void {
    const { setToNone } = parseArgs<{ setToNone?: boolean }>('zeroGrad', [], { setToNone: true }, args);
    for (const { params } of this.paramGroups) {
      for (const param of params) {
        if (setToNone) param.grad = null;
        else param.leaf?.zero();
      }
    }
  }

  /**
   * Updates all parameters that have a gradient, and sends the work to the GPU without waiting for it. A closure, if
   * given, is called first with gradients enabled; its result is returned. If the closure is asynchronous, so is the
   * step.
   *
   * Bad data, such as a label out of range, is reported when anything that depends on it is read, including these
   * parameters. Until then, no update from that batch on is applied or counted. Other optimizers are not affected, and
   * schedulers count their own calls.
   */
  step(): undefined;
  step<T>(/** Computes the loss anew, with its gradients, and gives it. */ closure: () => T): T | Promise<Awaited<T>>;
  step<T>(named: { closure: () => T }): T | Promise<Awaited<T>>;
  step(...args: unknown[]): unknown {
    const closure = closureIn(this.name, args);
    return this.withStepHooks(closure, () => {
      const result = callClosure(this.name, closure);
      if (!(result instanceof Promise)) {
        this.#update();
        return result;
      }
      return result.then((value: unknown) => {
        this.#update();
        return value;
      });
    });
  }

  #update(): void {
    beforeChange(this, () => this.#keep());
    this.#expectState();
    keepNoted();
    const before: CountsBefore[] = [];
    let updates = 0;
    atPlace(this.name, () =>
      scope(() => {
        noGrad(() => {
          for (const group of this.paramGroups) {
            for (const params of this.#batches(group.params)) {
              const { step, numbers } = this.#states.get(params[0]!) ?? noCounts;
              before.push({ params, step, numbers });
              if (this.#stepTogether(group, params).layout.size > 0) updates++;
            }
          }
        });
      }),
    );
    const counts = before.length > 0 && !isJournaling();
    flush([], counts ? this.#log.add(updates, before, this.#changes()) : null);
    stepTaken();
  }

  /**
   * Returns a function that tells whether a step changes a storage. A step changes the storages of parameters and
   * states, or the flat buffers that contain them.
   */
  #changes(): PendingStep['changes'] {
    let changed: ReadonlySet<GraphRoot> | null = null;
    return (root) => {
      changed ??= new Set(this.storages().map((storage) => storage.slice?.parent ?? storage));
      return changed.has(root);
    };
  }

  /** @throws DeviceLostError if a parameter or its state was lost with a device */
  #expectState(): void {
    if (!this.#mayLack) return;
    const params = this.paramGroups.flatMap((group) => group.params);
    for (const param of params) {
      const state = Object.entries(this.#states.get(param)?.tensors ?? {});
      for (const [name, { storage }] of [['', param] as const, ...state]) {
        if (!storage.isLost) continue;
        const what = `${name === '' ? '' : `${camelCase(name)} of `}parameter ${params.indexOf(param)}`;
        throw new DeviceLostError(
          `${this.name}.step: expected the parameters and their state, but ${what}, of shape ${showShape(param.shape)}, went with a GPU device that was lost before a snapshot had it; load the state of the model and of the optimizer again`,
        );
      }
    }
    this.#mayLack = false;
  }

  /** @internal */
  storages(): Storage[] {
    const states = [...this.#states.values()].flatMap(({ tensors }) => Object.values(tensors));
    return [...this.paramGroups.flatMap(({ params }) => params), ...states].map(({ storage }) => storage);
  }

  /** @internal */
  captureSteps(): () => void {
    const saved = copied(this.#states);
    return () => {
      this.#saved = saved;
    };
  }

  /** @internal */
  restoreSteps(toSaved: boolean): number {
    this.#log.clear();
    this.#mayLack = true;
    if (toSaved) {
      this.#states.clear();
      for (const [param, state] of copied(this.#saved)) this.#states.set(param, state);
      this.#blocks = [];
    }
    return Math.max(0, ...[...this.#states.values()].map(({ step }) => step));
  }

  /** Runs a step between its hooks; if the step is asynchronous, the post-hooks wait for it. */
  protected withStepHooks<T>(closure: unknown, step: () => T): T {
    if (this.#preHooks.size === 0 && this.#postHooks.size === 0) return step();
    const args = closure === undefined ? [] : [closure];
    const finish = (): void => {
      for (const hook of this.#postHooks) hook(this as never, args);
    };
    for (const hook of this.#preHooks) hook(this as never, args);
    const result = step();
    if (result instanceof Promise) {
      return result.then((value) => {
        finish();
        return value;
      }) as T;
    }
    finish();
    return result;
  }

  /** Calls `hook(optimizer, args)` before every `step`. */
  registerStepPreHook(hook: StepHook<this>): RemovableHandle;
  registerStepPreHook(named: StepHooking<this>): RemovableHandle;
  registerStepPreHook(...args: unknown[]): RemovableHandle {
    return this.#preHooks.add('registerStepPreHook', args, {});
  }

  /** Calls `hook(optimizer, args)` after every `step`. */
  registerStepPostHook(hook: StepHook<this>): RemovableHandle;
  registerStepPostHook(named: StepHooking<this>): RemovableHandle;
  registerStepPostHook(...args: unknown[]): RemovableHandle {
    return this.#postHooks.add('registerStepPostHook', args, {});
  }

  /**
   * The state of each parameter that has been updated: `optimizer.state.get(p)?.expAvg`. The tensors are the
   * optimizer's own, so writing to them changes its state.
   */
  get state(): ReadonlyMap<Tensor, ParamStateView> {
    const view = ({ step, tensors, numbers }: ParamState): ParamStateView =>
      Object.fromEntries(
        Object.entries({ step, ...numbers, ...tensors }).map(([name, value]) => [camelCase(name), value]),
      );
    return new Map([...this.#states].map(([param, state]) => [param, view(state)]));
  }

  /** Returns a function that restores options and state after a rehearsal. */
  #keep(): () => void {
    const groups = this.paramGroups.map((group) => ({ ...group }));
    const states = copied(this.#states);
    const blocks = this.#blocks.map((block) => ({ ...block }));
    return () => {
      this.paramGroups.forEach((group, i) => {
        Object.assign(group, groups[i]);
      });
      this.#states.clear();
      for (const [param, state] of states) this.#states.set(param, state);
      this.#blocks = blocks;
    };
  }

  /**
   * The parameters with a gradient, batched by dtype, kind, number of updates, and the other numbers in their states. A
   * batch that one binding cannot hold becomes several.
   */
  #batches(params: readonly Tensor[]): Tensor[][] {
    const batches: Record<string, Tensor[]> = {};
    for (const param of params) {
      if (!param.leaf?.grad) continue;
      const { step, numbers } = this.#states.get(param) ?? noCounts;
      const key = `${param.dtype} ${this.settings.kindOf?.(param)} ${step} ${Object.values(numbers)}`;
      batches[key] ??= [];
      batches[key].push(param);
    }
    return Object.values(batches).flatMap(blocksOf);
  }

  #stepTogether(options: O, params: readonly Tensor[]): Block {
    const names = this.settings.stateNames(options, params[0]!);
    const block = this.#blockOf(params, names, options);
    const records = params.map((param) => this.#states.get(param)!);
    const update: Update = {
      grad: block.gradients.collect(params.map((param) => param.leaf!.grad!)),
      param: block.values.value,
      states: names.map((name) => block.states[name]!.value),
      step: records[0]!.step + 1,
      numbers: records[0]!.numbers,
      shapes: params.map(({ shape }) => shape),
      names,
    };
    const [moved, ...states] = this.settings.step(update, options);
    block.values.set(moved!);
    for (const [i, name] of names.entries()) block.states[name]!.set(states[i]!);
    const kept = this.settings.numbers?.(update, options) ?? noNumbers;
    for (const record of records) {
      record.step = update.step;
      record.numbers = kept;
    }
    return block;
  }

  /**
   * The block of exactly these parameters. It is created if it does not exist, and flattened again if another optimizer
   * has moved the parameters.
   */
  #blockOf(params: readonly Tensor[], names: readonly string[], options: O): Block {
    const same = (block: Block) =>
      block.layout.dtype === params[0]!.dtype &&
      block.params.length === params.length &&
      block.params.every((p, i) => p === params[i]);
    const known = this.#blocks.find((block) => same(block) && !isVoid(block));
    if (known && names.every((name) => name in known.states)) {
      known.values = flatten(params, known.layout);
      return known;
    }
    if (!params.every(isMovable)) {
      throw new ArgumentError(`${this.name}: can't optimize a view of a part of another tensor; use .clone().detach()`);
    }
    const layout = flatLayout(params);
    const records = params.map((param) => this.#stateOf(param, names, options));
    const states = names.map((name) => {
      const tensors = records.map((record) => record.tensors[name]!);
      return [name, flatten(tensors, flatLayout(tensors))] as const;
    });
    const block: Block = {
      params,
      layout,
      values: flatten(params, layout),
      gradients: new FlatGradients(layout, params),
      states: Object.fromEntries(states),
    };
    this.#blocks = [...this.#blocks.filter((other) => !other.params.some((p) => params.includes(p))), block];
    return block;
  }

  #stateOf(param: Tensor, names: readonly string[], options: O): ParamState {
    const state = this.#states.get(param) ?? { step: 0, tensors: {}, numbers: noNumbers };
    this.#states.set(param, state);
    const { stateShape = sameShape, initialState } = this.settings;
    for (const name of names) {
      const tensor =
        state.tensors[name] ??
        filledState(stateShape(name, param.shape), initialState?.(name, options, this.defaults) ?? 0, param.dtype);
      // If a module was converted, its optimizer's state is converted, too.
      state.tensors[name] = tensor.dtype === param.dtype ? tensor : tensor.to(param.dtype).retain();
    }
    return state;
  }

  /**
   * The optimizer's state in PyTorch's form, by the index of the parameter. The tensors share memory with the
   * optimizer.
   */
  stateDict(): OptimizerStateDict {
    return writeState(this.paramGroups, this.#states);
  }

  /**
   * Resumes from `stateDict()`, this library's or PyTorch's. Everything is checked first, so if this throws, nothing
   * has changed.
   *
   * @throws StateDictError if the groups or the shapes differ from this optimizer's
   */
  loadStateDict(named: NamedState): void;
  loadStateDict(state: OptimizerStateDict): void;
  loadStateDict(...args: unknown[]): void {
    const { stateShape = sameShape } = this.settings;
    const { options, states } = readState(this.name, stateIn(this.name, args), this.paramGroups, stateShape);
    options.forEach((loaded, i) => {
      this.#check({ ...this.paramGroups[i]!, ...loaded });
    });
    options.forEach((loaded, i) => {
      Object.assign(this.paramGroups[i]!, loaded);
    });
    this.#log.clear();
    this.#states.clear();
    for (const [param, record] of states) {
      this.#states.set(param, record);
      for (const { storage } of Object.values(record.tensors)) protect(storage);
    }
    this.#blocks = [];
    stateLoaded();
    snapshotSoon();
  }
}

const copied = (states: ReadonlyMap<Tensor, ParamState>): Map<Tensor, ParamState> =>
  new Map([...states].map(([param, state]) => [param, { ...state, tensors: { ...state.tensors } }]));

/** Calls a closure with gradients enabled, and returns its result. */
export function callClosure(optimizer: string, closure: (() => unknown) | undefined): unknown {
  if (closure === undefined) return undefined;
  const { grad } = mode;
  const result = withMode({ grad: true }, closure);
  if (!grad && result instanceof Promise) {
    throw new ArgumentError(
      `${optimizer}.step: expected a synchronous closure within noGrad, which cannot follow an await; take the step outside of it`,
    );
  }
  return result;
}

/**
 * An optimizer that calls its closure once and does not use its result: with a synchronous closure, a step is
 * synchronous.
 */
export abstract class OneCallOptimizer<O extends object> extends Optimizer<O> {
  override step(): undefined;
  override step<T>(closure: () => T): T;
  override step<T>(named: { closure: () => T }): T;
  override step(...args: unknown[]): unknown {
    return super.step(...(args as [() => unknown]));
  }
}
