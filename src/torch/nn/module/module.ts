// Module: a callable object whose own properties are the registry of its parameters, buffers and submodules.

import { callback, text } from '../../../engine/core/argument-kinds';
import { closeInherited, oneTooMany } from '../../../engine/core/arity';
import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { isFloat } from '../../../engine/core/meta';
import { objectAt } from '../../../engine/core/object-argument';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { indent, printModule } from '../../../engine/core/printing';
import { beforeChange, isJournaling, keepProperties } from '../../../engine/graph/journal';
import { type DeviceLike, expectDevice } from '../../../engine/storage/device';
import { noGrad } from '../../../engine/storage/mode';
import { isMisfit } from '../../tensor/calling/callable';
import { parseTo, type ToArgs } from '../../tensor/calling/to-args';
import { noDouble } from '../../tensor/methods/conversion';
import { Tensor } from '../../tensor/tensor';
import { Callable, expectLooked, inPlaces, inputs, misuse } from './callable-object';
import { checkMember, guardMember, type MemberKind, memberKind } from './guard';
import type {
  ForwardHook,
  FullBackwardHook,
  FullBackwardPreHook,
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  PreHook,
  StateDictPostHook,
  StateDictPreHook,
} from './hook-types';
import type { ForwardHookOptions, HookArguments, HookOptions, ModuleHooking, RemovableHandle } from './hooks';
import { interceptorOf } from './intercept';
import { itemsOf, listed, once } from './listed';
import { aState, closedMethods, naming, nothingAt, pathIn } from './module-arguments';
import { ModuleHooks } from './module-hooks';
import type {
  BufferArguments,
  ChildArguments,
  Keys,
  Loading,
  Naming,
  ParameterArguments,
  Path,
  Placement,
  Prefix,
  Recursion,
  Sharing,
  Strictness,
} from './module-options';
import { type Buffer, convert, Parameter } from './parameter';
import { className, joinPath, runCall } from './run-call';
import {
  type IncompatibleKeys,
  loadInto,
  type StateDict,
  type StateOwner,
  savedInto,
  stateMembers,
} from './state-dict';

declare const argumentsOf: unique symbol;
declare const resultOf: unique symbol;

/**
 * Base class of all neural network modules. A subclass defines `forward`, and is called like a function: `model(x)`.
 *
 * A module's own properties are its registry, in the order of assignment: a `Parameter` is a parameter, a `Module` a
 * submodule, a tensor given to `registerBuffer` a buffer. Anything else is a plain attribute.
 *
 *     class Net extends nn.Module {
 *       fc = new nn.Linear(4, 2);
 *       forward(x: Tensor) { return F.relu(this.fc(x)); }
 *     }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export abstract class Module extends Callable {
  /** True in training mode, false after `eval()`. */
  training = true;

  #buffers = new Map<string, { readonly persistent: boolean; readonly key: string; readonly optional: boolean }>();
  /** The value of each guarded attribute at the time it was guarded. */
  #guarded = new Map<string, unknown>();
  #isCalled = false;
  #hooks = new ModuleHooks();

  constructor();
  constructor(...args: unknown[]) {
    super(Module.#called);
    // A subclass without a constructor of its own passes all its arguments here, where they would be ignored.
    if (args.length > 0) throw oneTooMany(className(this), 0, args);
    closeInherited(Object.getPrototypeOf(this) as object, Callable.prototype, closedMethods);
  }

  /** A module of the class of `module` with its buffers' names and its hooks, but without fields yet. */
  static blank(module: Module): Module {
    const blank: Module = Reflect.construct(Module, [], module.constructor);
    for (const key of Object.keys(blank)) Reflect.deleteProperty(blank, key);
    blank.#buffers = new Map(module.#buffers);
    blank.#hooks = module.#hooks.copy();
    return blank;
  }

  /** The names of a library layer's inputs, in order; other modules take their arguments by position only. */
  get [inputs](): readonly string[] {
    return [];
  }

  /** Computes the module's result. Call the module itself rather than this, so that hooks run. */
  // biome-ignore lint/suspicious/noExplicitAny: the only type that covers every subclass's parameter list.
  abstract forward(...args: any[]): unknown;

  /** Calls a module, or its interceptor if it has one. */
  static #called(self: object, given: unknown[]): unknown {
    const module = self as Module;
    const args = inPlaces(module, given);
    if (isJournaling()) beforeChange(module, () => keepProperties(module));
    if (!module.#isCalled) {
      module.#own('parameter');
      module.#isCalled = true;
    }
    const interceptor = interceptorOf(module);
    return interceptor
      ? interceptor(args, (others) => runCall(module, module.#forward, [...others]))
      : runCall(module, module.#forward, args);
  }

  /**
   * Calls `forward`, with the hooks around it unless it is `bare`. If it fails because of its arguments, throws an error
   * that says so.
   */
  #forward(args: readonly unknown[], bare = !this.#hooks.any): unknown {
    if (!bare) return this.#hooks.around(this, args, (given) => this.#forward(given, true));
    try {
      if (args.length > this.forward.length) expectLooked(this, args);
      return this.forward(...args);
    } catch (error) {
      throw error instanceof TypeError || isMisfit(error) ? (misuse(this, args, error) ?? error) : error;
    }
  }

  /** Own parameters and those of all submodules; a shared one appears once. */
  parameters(...args: Arguments<Recursion, ['recurse']>): Parameter[] {
    const named = this.namedParameters(parseArgs<Recursion>('parameters', [], { recurse: true }, args));
    return itemsOf('parameters', named);
  }

  /** `parameters()` with their names, such as `features.0.weight`. */
  namedParameters(...args: Arguments<Naming, ['prefix', 'recurse', 'removeDuplicate']>): [string, Parameter][] {
    return listed(
      'namedParameters',
      this.#collect(naming('namedParameters', args), (module) => module.#ownParameters()),
    );
  }

  /** Own buffers and those of all submodules; a shared one appears once. */
  buffers(...args: Arguments<Recursion, ['recurse']>): Tensor[] {
    const named = this.namedBuffers(parseArgs<Recursion>('buffers', [], { recurse: true }, args));
    return itemsOf('buffers', named);
  }

  /** `buffers()` with their names. */
  namedBuffers(...args: Arguments<Naming, ['prefix', 'recurse', 'removeDuplicate']>): [string, Tensor][] {
    return this.#collect(naming('namedBuffers', args), (module) => module.#ownBuffers());
  }

  /** Direct submodules; a shared one appears once. */
  children(): Module[] {
    return itemsOf('children', this.namedChildren());
  }

  /** Direct submodules with their names. */
  namedChildren(): [string, Module][] {
    return once(this.#ownModules());
  }

  /** This module and all below it, parents first; a shared one appears once, unless `removeDuplicate: false`. */
  modules(...args: Arguments<Sharing, ['removeDuplicate']>): Module[] {
    const options = parseArgs<Sharing>('modules', [], { removeDuplicate: true }, args);
    return listed(
      'modules',
      this.namedModules(options).map(([, module]) => module),
    );
  }

  /** `modules()` with their names; this module's own is ''. */
  namedModules(...args: Arguments<Prefix & Sharing, ['prefix', 'removeDuplicate']>): [string, Module][] {
    const defaults = { prefix: '', removeDuplicate: true };
    const { prefix, removeDuplicate } = parseArgs<Prefix & Sharing>('namedModules', [], defaults, args);
    const found: [string, Module][] = [];
    const seen = new Set<Module>();
    const visit = (module: Module, path: string): void => {
      if (removeDuplicate && seen.has(module)) return;
      seen.add(module);
      found.push([path, module]);
      for (const [name, child] of module.#ownModules()) visit(child, joinPath(path, name));
    };
    visit(this, prefix);
    return found;
  }

  /** Calls `fn` on every submodule, then on this module. */
  apply(...args: Arguments<{ fn: (module: Module) => void }, ['fn']>): this {
    const { fn } = parseArgs<{ fn: (module: Module) => void }>('apply', ['fn'], {}, args, { fn: callback });
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Puts this module and all below it into training mode (or out of it). */
  train(mode: boolean | { mode?: boolean } = true): this {
    const { mode: training } = parseArgs<{ mode?: boolean }>('train', [], { mode: true }, [mode]);
    this.training = training;
    for (const child of this.children()) child.train(training);
    return this;
  }

  /** Puts this module and all below it into evaluation mode. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Converts the float parameters and buffers, in place, to a dtype or to that of a tensor: `model.to('float16')`.
   * Optimizers that hold them keep working. Any of PyTorch's devices may be named, without effect: `model.to('cuda')`.
   *
   * @throws DTypeError if the dtype is not a float, or the device lacks it
   */
  to(...args: ToArgs): this {
    const { dtype } = parseTo(args);
    if (dtype === null) return this;
    if (!isFloat(dtype)) throw new DTypeError(`to: expected a floating-point dtype for a module, but got ${dtype}`);
    noGrad(() => {
      for (const tensor of [...this.parameters(), ...this.buffers()]) convert(tensor, dtype);
    });
    return this;
  }

  /** Returns this module: the only device is `webgpu`, whatever PyTorch would call it. */
  cuda(...args: Arguments<{ device?: DeviceLike | null }, ['device']>): this {
    const { device } = parseArgs<{ device?: DeviceLike | null }>('cuda', [], { device: null }, args);
    if (device !== null) expectDevice('cuda', device);
    return this;
  }

  /** Returns this module, as `cuda()` does. */
  cpu(): this {
    return this;
  }

  /** @throws DTypeError always: WGSL has no 64-bit floats */
  double(this: 'there is no float64 in WGSL: leave it out, or write model.float()'): never {
    throw noDouble('model');
  }

  /** `to('float16')`. */
  half(): this {
    return this.to('float16');
  }

  /** `to('float32')`. */
  float(): this {
    return this.to('float32');
  }

  /** Sets `requiresGrad` of all parameters. */
  requiresGrad_(...args: Arguments<{ requiresGrad?: boolean }, ['requiresGrad']>): this {
    const options = parseArgs<{ requiresGrad?: boolean }>('requiresGrad_', [], { requiresGrad: true }, args);
    for (const parameter of this.parameters()) parameter.requiresGrad_(options.requiresGrad);
    return this;
  }

  /** Forgets the gradients of all parameters; with `setToNone: false` fills them with zeros. */
  zeroGrad(...args: Arguments<{ setToNone?: boolean }, ['setToNone']>): void {
    const options = parseArgs<{ setToNone?: boolean }>('zeroGrad', [], { setToNone: true }, args);
    for (const parameter of this.parameters()) parameter.zeroGrad(options);
  }

  /**
   * Registers a tensor that is part of the module's state but not a parameter, such as a running mean. With
   * `persistent: false` the state dict leaves it out. `key` is its name in the state dict if that differs, such as
   * PyTorch's `running_mean` for `runningMean`. An `optional` buffer keeps its value if a state dict lacks it.
   */
  registerBuffer(...args: Arguments<BufferArguments, ['name', 'tensor', 'persistent', 'key', 'optional']>): void {
    const defaults = { persistent: true, key: '', optional: false };
    const { name, tensor, persistent, key, optional } = parseArgs<BufferArguments>(
      'registerBuffer',
      ['name', 'tensor'],
      defaults,
      args,
      { key: text },
    );
    const fits = tensor === null || tensor instanceof Tensor;
    this.#checkName('registerBuffer', 'buffer', name, fits, 'a Tensor or null', tensor);
    this.#buffers.set(name, { persistent, key: key || name, optional });
    this.#member('buffer', name, tensor);
  }

  /** Adds a parameter under a computed name; null stands for a parameter that this module does not have. */
  registerParameter(...args: Arguments<ParameterArguments, ['name', 'param']>): void {
    const { name, param } = parseArgs<ParameterArguments>('registerParameter', ['name', 'param'], {}, args);
    const fits = param === null || param instanceof Parameter;
    this.#checkName('registerParameter', 'parameter', name, fits, 'an nn.Parameter or null', param);
    this.#member('parameter', name, param);
  }

  /** Adds a submodule under a computed name. */
  registerModule(...args: Arguments<ChildArguments<Module>, ['name', 'module']>): void {
    this.#addModule('registerModule', args);
  }

  /** `registerModule` by its other name. */
  addModule(...args: Arguments<ChildArguments<Module>, ['name', 'module']>): void {
    this.#addModule('addModule', args);
  }

  #addModule(op: string, args: readonly unknown[]): void {
    const { name, module } = parseArgs<ChildArguments<Module>>(op, ['name', 'module'], {}, args);
    this.#checkName(op, 'submodule', name, module instanceof Module, 'an nn.Module', module);
    this.#member('submodule', name, module);
  }

  /** The submodule at a path such as `features.0`; '' is this module. */
  getSubmodule(...args: Arguments<Path, ['target']>): Module {
    const target = pathIn('getSubmodule', args);
    let module: Module = this;
    for (const name of target === '' ? [] : target.split('.')) {
      const child = new Map(module.#ownModules()).get(name);
      if (!child) throw nothingAt('getSubmodule', className(module), 'submodule', name, target);
      module = child;
    }
    return module;
  }

  /**
   * Replaces the module at a path: `model.setSubmodule('classifier.6', new nn.Linear(4096, 2))`.
   *
   * @throws ArgumentError if there is nothing at the parent path or, with `strict: true`, at the path itself
   */
  setSubmodule(...args: Arguments<Placement<Module>, ['target', 'module', 'strict']>): void {
    const { target, module, strict } = parseArgs<Placement<Module>>(
      'setSubmodule',
      ['target', 'module'],
      { strict: false },
      args,
      { target: text },
    );
    if (strict) this.getSubmodule(target);
    const [parent, name] = this.#split(target);
    parent.registerModule(name, module);
  }

  /** The parameter at a path such as `features.0.weight`. */
  getParameter(...args: Arguments<Path, ['target']>): Parameter {
    return this.#at('getParameter', 'parameter', args, (module) => module.#ownParameters());
  }

  /** The buffer at a path such as `norm.runningMean`. */
  getBuffer(...args: Arguments<Path, ['target']>): Tensor {
    return this.#at('getBuffer', 'buffer', args, (module) => module.#ownBuffers());
  }

  #at<T>(op: string, kind: MemberKind, args: readonly unknown[], own: (module: Module) => [string, T][]): T {
    const target = pathIn(op, args);
    const [module, name] = this.#split(target);
    const found = new Map(own(module)).get(name);
    if (!found) throw nothingAt(op, className(module), kind, name, target);
    return found;
  }

  /**
   * Every parameter and persistent buffer by PyTorch's keys. The tensors share memory with the module, without gradients
   * unless `keepVars: true`.
   */
  stateDict(...args: Arguments<Keys, ['prefix', 'keepVars']>): StateDict {
    const { prefix, keepVars } = parseArgs<Keys>('stateDict', [], { prefix: '', keepVars: false }, args);
    return savedInto({}, this, prefix, keepVars);
  }

  /**
   * Copies the tensors of `state` into this module's parameters and buffers. All keys and shapes are checked first:
   * when it throws, nothing has changed. If there are hooks after the load, keys are checked after them. Given a
   * promise, it returns one.
   *
   * @throws StateDictError if keys are missing or unexpected (unless `strict: false`), or if shapes differ
   */
  loadStateDict(named: { stateDict: StateDict } & Strictness): IncompatibleKeys;
  loadStateDict(state: Promise<StateDict>, ...args: Arguments<Strictness, ['strict']>): Promise<IncompatibleKeys>;
  loadStateDict(state: StateDict, ...args: Arguments<Strictness, ['strict']>): IncompatibleKeys;
  loadStateDict(...args: unknown[]): IncompatibleKeys | Promise<IncompatibleKeys> {
    const given = objectAt('loadStateDict', ['stateDict', 'strict'], 0, args);
    const { stateDict: state, strict } = parseArgs<Loading>('loadStateDict', ['stateDict'], { strict: true }, given, {
      stateDict: aState,
    });
    const load = (loaded: StateDict) => loadInto(className(this), this, loaded, strict);
    return state instanceof Promise ? state.then(load) : load(state);
  }

  /** The part of this module that state dicts need. */
  get [stateMembers](): StateOwner {
    return {
      hooks: this.#hooks,
      tensors: () => [...this.#ownParameters(), ...this.#ownBuffers(true)],
      modules: () => this.#ownModules(),
      optional: () => [...this.#buffers.values()].filter(({ optional }) => optional).map(({ key }) => key),
    };
  }

  /**
   * State besides tensors that a subclass wants in its state dict, under the key `_extra_state`: any value that `save`
   * can write; undefined stands for none. A subclass with this method has `setExtraState`, too.
   */
  getExtraState(): unknown {
    return undefined;
  }

  /**
   * Takes back, when a state dict is loaded, what `getExtraState` gave.
   * @param _state The result of `getExtraState`.
   */
  setExtraState(_state: unknown): void {
    throw new ArgumentError(`${className(this)}: setExtraState is not defined`);
  }

  /**
   * Renames the keys from `prefix` on that older versions used, and returns the state dict; a subclass may replace
   * this. It may add what is wrong to `problems`, which is null if the state dict need not match.
   * @param state The result of `stateDict`.
   * @param _prefix The beginning of the keys.
   * @param _problems The texts of the problems so far; null if a state dict need not match.
   */
  upgradeState(state: StateDict, _prefix: string, _problems: string[] | null): StateDict {
    return state;
  }

  /** Calls `hook` before `stateDict` lists this module's tensors. */
  registerStateDictPreHook(...args: HookArguments<StateDictPreHook<this>>): RemovableHandle {
    return this.#hooks.beforeState.add('registerStateDictPreHook', args, {});
  }

  /** Calls `hook` when `stateDict` has listed the tensors of this module and of those below it; it may change the dict. */
  registerStateDictPostHook(...args: HookArguments<StateDictPostHook<this>>): RemovableHandle {
    return this.#hooks.afterState.add('registerStateDictPostHook', args, {});
  }

  /**
   * Calls `hook` before `loadStateDict` reads this module's keys. It gets a copy of the dict, which it may change, and
   * lists of problems, to which it may add.
   */
  registerLoadStateDictPreHook(...args: HookArguments<LoadStateDictPreHook<this>>): RemovableHandle {
    return this.#hooks.beforeLoad.add('registerLoadStateDictPreHook', args, {});
  }

  /**
   * Calls `hook` when `loadStateDict` has copied the tensors. It may change the missing and unexpected keys, which
   * `strict` checks afterwards.
   */
  registerLoadStateDictPostHook(...args: HookArguments<LoadStateDictPostHook<this>>): RemovableHandle {
    return this.#hooks.afterLoad.add('registerLoadStateDictPostHook', args, {});
  }

  /** Calls `hook` before every `forward`; a result of the hook, unless undefined or null, replaces the arguments. */
  registerForwardPreHook(
    hook: PreHook<this> | ModuleHooking<PreHook<Module>>,
    options?: boolean | HookOptions,
  ): RemovableHandle {
    return this.#hooks.before.add('registerForwardPreHook', [hook, options]);
  }

  /** Calls `hook` after every `forward`; a result of the hook, unless undefined or null, replaces the result. */
  registerForwardHook(
    hook: ForwardHook<this> | (ModuleHooking<ForwardHook<Module>> & ForwardHookOptions),
    options?: boolean | ForwardHookOptions,
  ): RemovableHandle {
    return this.#hooks.after.add('registerForwardHook', [hook, options], { prepend: false, alwaysCall: false });
  }

  /**
   * Calls `hook` in backward with the gradients of this module's arguments and results, null where there is none. A
   * list that it returns replaces the gradients of the arguments. Arguments must be tensors; results may also be lists
   * of tensors.
   */
  registerFullBackwardHook(
    hook: FullBackwardHook<this> | ModuleHooking<FullBackwardHook<Module>>,
    options?: boolean | HookOptions,
  ): RemovableHandle {
    return this.#hooks.backward.add('registerFullBackwardHook', [hook, options]);
  }

  /** Calls `hook` in backward before this module, with the gradients of its results; a list that it returns replaces them. */
  registerFullBackwardPreHook(
    hook: FullBackwardPreHook<this> | ModuleHooking<FullBackwardPreHook<Module>>,
    options?: boolean | HookOptions,
  ): RemovableHandle {
    return this.#hooks.beforeBackward.add('registerFullBackwardPreHook', [hook, options]);
  }

  /** The text between the brackets of the printed module; a subclass may replace it. */
  extraRepr(): string {
    return '';
  }

  /** The module as PyTorch prints it. */
  override toString(): string {
    const children = this.#ownModules().map(([name, module]) => `(${name}): ${indent(String(module))}`);
    return printModule(className(this), this.extraRepr(), children);
  }

  #member(kind: MemberKind, name: string, value: unknown): void {
    guardMember(this, name, kind, value, isModule);
    this.#guarded.set(name, value);
  }

  /** Own attributes whose values are members of the `wanted` kind. Members of any kind are guarded from now on. */
  #own<T>(wanted: MemberKind): [string, T][] {
    const found: [string, T][] = [];
    for (const [name, value] of Object.entries(this)) {
      const kind = memberKind(value, isModule);
      if (kind === null) continue;
      if (this.#guarded.get(name) !== value) this.#member(kind, name, value);
      if (kind === wanted) found.push([name, value as T]);
    }
    return found;
  }

  #ownParameters(): [string, Parameter][] {
    return this.#own('parameter');
  }

  #ownModules(): [string, Module][] {
    return this.#own('submodule');
  }

  #ownBuffers(persistentOnly = false): [string, Tensor][] {
    const registered = [...this.#buffers]
      .filter(([, { persistent }]) => persistent || !persistentOnly)
      .map(([name, { key }]): [string, unknown] => [key, Reflect.get(this, name)])
      .filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor);
    const assigned = this.#own<Buffer>('buffer');
    const wanted = ([name, { persistent }]: [string, Buffer]) =>
      !this.#buffers.has(name) && (persistent || !persistentOnly);
    return [...registered, ...assigned.filter(wanted)];
  }

  #collect<T>(
    { prefix, recurse, removeDuplicate }: Required<Naming>,
    own: (module: Module) => [string, T][],
  ): [string, T][] {
    const modules: [string, Module][] = recurse ? this.namedModules(prefix, removeDuplicate) : [[prefix, this]];
    const all = modules.flatMap(([path, module]) =>
      own(module).map(([name, item]): [string, T] => [joinPath(path, name), item]),
    );
    return removeDuplicate ? once(all) : all;
  }

  #split(path: string): [Module, string] {
    const dot = path.lastIndexOf('.');
    return [this.getSubmodule(path.slice(0, Math.max(dot, 0))), path.slice(dot + 1)];
  }

  /**
   * Whether a member of this kind may be registered over what an attribute holds: nothing, or a member of the same
   * kind.
   */
  #mayHold(kind: MemberKind, name: string, member: unknown): boolean {
    if (member === undefined || member === null) return true;
    return kind === 'buffer' ? this.#buffers.has(name) : memberKind(member, isModule) === kind;
  }

  #checkName(op: string, kind: MemberKind, name: string, fits: boolean, expected: string, value?: unknown): void {
    checkMember(op, name, fits, expected, value);
    const current: unknown = Object.hasOwn(this, name) ? Reflect.get(this, name) : undefined;
    const keyed = [...this.#buffers].some(([own, { key }]) => key === name && own !== name);
    const isFree =
      Object.hasOwn(this, name) && (this.#mayHold(kind, name, current) || (current === value && current !== undefined));
    if (keyed || (name in this && !isFree)) {
      throw new ArgumentError(`${op}: '${name}' is already an attribute of ${className(this)}; choose another name`);
    }
  }
}

export interface Module {
  readonly [argumentsOf]: Parameters<this['forward']>;
  readonly [resultOf]: ReturnType<this['forward']>;
  /** Runs the hooks and `forward`. */
  (...args: this[typeof argumentsOf]): this[typeof resultOf];
}

/** The arguments of a module's `forward`. */
export type CallArguments<M extends Module> = M[typeof argumentsOf];

/** The result of a module's `forward`. */
export type CallResult<M extends Module> = M[typeof resultOf];

const isModule = (value: unknown): boolean => value instanceof Module;
