// The containers: Sequential, ModuleList, ModuleDict, ParameterList.

import { integer, iterable, orNull, text } from '../../../engine/core/argument-kinds';
import { closeInherited, oneTooMany } from '../../../engine/core/arity';
import { ArgumentError, IndexError } from '../../../engine/core/errors';
import { type Arguments, expectKind, isPlainObject, kindOf, parseArgs, shown } from '../../../engine/core/options';
import { indent } from '../../../engine/core/printing';
import type { Tensor } from '../../tensor/tensor';
import { Module } from './module';
import { Parameter, parameterOf } from './parameter';
import type { Placed, UnaryModule } from './placed';
import { className } from './run-call';

/** A list of modules, named '0', '1', … unless they have other names. */
abstract class ModuleRow<M extends Module> extends Module {
  /** The module at an index; an assignment replaces it: `row[2] = new nn.Linear(8, 2)`. `row[-1]` is the last. */
  [index: number]: M;

  /** Number of modules. */
  get length(): number {
    return this.ownEntries().length;
  }

  *[Symbol.iterator](): IterableIterator<M> {
    for (const [, module] of this.ownEntries()) yield module;
  }

  /** The module at an index, counted from the end if negative. */
  at(...args: Arguments<{ index: number }, ['index']>): M {
    const { index } = parseArgs<{ index: number }>('at', ['index'], {}, args, { index: integer });
    return moduleAt(this, index);
  }

  /** Adds a module at the end. */
  append(...args: Arguments<{ module: M }, ['module']>): this {
    const { module } = parseArgs<{ module: M }>('append', ['module'], {}, args);
    addTo(this, 'append', [module]);
    return this;
  }

  /** Adds several modules at the end. */
  extend(...args: Arguments<{ modules: Iterable<M> }, ['modules']>): this {
    const { modules } = parseArgs<{ modules: Iterable<M> }>('extend', ['modules'], {}, args);
    addTo(this, 'extend', modules);
    return this;
  }

  /** Inserts a module at an index; later modules move up. */
  insert(...args: Arguments<{ index: number; module: M }, ['index', 'module']>): this {
    const { index, module } = parseArgs<{ index: number; module: M }>('insert', ['index', 'module'], {}, args, {
      index: integer,
    });
    const modules = [...this];
    expectModule('insert', String(index), module);
    if (index > modules.length || index < -modules.length) throw outOfRange(this, index, modules.length);
    modules.splice(index, 0, module);
    modules.forEach((each, i) => {
      this.registerModule(String(i), each);
    });
    return this;
  }

  /** Removes the module at an index and returns it. The remaining modules are renumbered, as in PyTorch. */
  pop(...args: Arguments<{ key: number }, ['key']>): M {
    const { key } = parseArgs<{ key: number }>('pop', ['key'], {}, args, { key: integer });
    const module = moduleAt(this, key);
    const left = [...this];
    left.splice(key, 1);
    for (const [name] of this.ownEntries()) Reflect.deleteProperty(this, name);
    for (let i = 0; i <= left.length; i++) Reflect.deleteProperty(this, i);
    addTo(this, 'pop', left);
    return module;
  }

  /** The registry's entries in order; several entries may hold the same module. */
  private ownEntries(): [string, M][] {
    return Object.entries(this).filter((entry): entry is [string, M] => entry[1] instanceof Module);
  }
}

const outOfRange = (row: Module, index: number, length: number): IndexError =>
  new IndexError(`${className(row)}: index ${index} is out of range for ${length} modules`);

function expectModule(op: string, name: string, module: unknown): asserts module is Module {
  if (module instanceof Module) return;
  throw new ArgumentError(`${op}: expected an nn.Module for '${name}', but got ${kindOf(module)}`);
}

function moduleAt<M extends Module>(row: ModuleRow<M>, index: number): M {
  const modules = [...row];
  const module = modules.at(index);
  if (!module) throw outOfRange(row, index, modules.length);
  return module;
}

/** Adds modules at the end of a row on behalf of `op`, which errors name. */
function addTo<M extends Module>(row: ModuleRow<M>, op: string, modules: Iterable<M>): void {
  expectKind(op, 'modules', modules, iterable);
  for (const module of modules) {
    expectModule(op, String(row.length), module);
    row.registerModule(String(row.length), module);
    reachFromEnd(row.length);
  }
}

/** The names of a row's modules, in order. */
const namesOf = (row: ModuleRow<Module>): string[] =>
  Object.keys(row).filter((name) => Reflect.get(row, name) instanceof Module);

/**
 * Makes `row[-n]` the n-th module from the end, undefined if there are fewer. All rows share the accessor, which looks
 * up the modules of the row at hand.
 */
function reachFromEnd(n: number): void {
  if (Object.hasOwn(ModuleRow.prototype, -n)) return;
  const get = function (this: ModuleRow<Module>): Module | undefined {
    return [...this].at(-n);
  };
  const set = function (this: ModuleRow<Module>, module: Module): void {
    const names = namesOf(this);
    const name = names.at(-n);
    if (name === undefined) throw outOfRange(this, -n, names.length);
    this.registerModule(name, module);
  };
  Object.defineProperty(ModuleRow.prototype, -n, { get, set, configurable: true });
}

/**
 * Modules that run one after another, each on the result of the one before.
 *
 *     const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
 *     new nn.Sequential({ fc: new nn.Linear(4, 8), relu: new nn.ReLU() });   // names instead of numbers
 *     net[0].weight; net.length; for (const layer of net) { … }
 */
class Sequential extends ModuleRow<UnaryModule> {
  constructor(modules: Readonly<Record<string, UnaryModule>>);
  constructor(...modules: UnaryModule[]);
  constructor(...args: [Readonly<Record<string, UnaryModule>>] | UnaryModule[]) {
    super();
    const [first] = args;
    if (!isPlainObject(first)) {
      addTo(this, className(this), args as UnaryModule[]);
      return;
    }
    if (args.length > 1) throw oneTooMany(className(this), 1, args);
    const entries = Object.entries(first);
    for (const [name, module] of entries) {
      expectModule(className(this), name, module);
      this.registerModule(name, module);
    }
    entries.forEach(([name], index) => {
      reachFromEnd(index + 1);
      if (Object.hasOwn(this, index)) return;
      Object.defineProperty(this, index, {
        get: () => Reflect.get(this, name),
        set: (module: UnaryModule) => this.registerModule(name, module),
        enumerable: false,
        configurable: true,
      });
    });
  }

  /** The modules from `start` to `end` (exclusive), as a Sequential of the same modules. */
  slice(...args: Arguments<{ start?: number; end?: number | null }, ['start', 'end']>): Sequential {
    const { start, end } = parseArgs<{ start?: number; end?: number | null }>(
      'slice',
      [],
      { start: 0, end: null },
      args,
      { start: integer, end: orNull(integer) },
    );
    return new Sequential(...[...this].slice(start, end ?? undefined));
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const name of Object.keys(this)) {
      const module: unknown = Reflect.get(this, name);
      if (module instanceof Module) y = (module as UnaryModule)(y);
    }
    return y;
  }
}

interface SequentialClass {
  readonly prototype: Sequential;
  new <R extends Readonly<Record<string, UnaryModule>> = Readonly<Record<string, UnaryModule>>>(
    modules: R,
  ): string extends keyof R ? Sequential : Sequential & R;
  new <M extends readonly UnaryModule[] = UnaryModule[]>(...modules: M): SequentialOf<M>;
  blank(module: Module): Module;
}

/** A Sequential of known modules: `net[0].weight`, `net[-1]`. Any module of one input may replace one of them. */
export type SequentialOf<M extends readonly UnaryModule[]> = number extends M['length']
  ? Sequential
  : Sequential & Placed<M>;

/** The class, typed so that its objects know the types of their modules. */
const Written: SequentialClass = Sequential as unknown as SequentialClass;
type Written = Sequential;

export { type Sequential as SequentialModule, Written as Sequential };

/** A list of modules, for a `forward` of one's own. */
export class ModuleList<M extends Module = Module> extends ModuleRow<M> {
  constructor(...args: Arguments<{ modules?: Iterable<M> | null }, ['modules']>) {
    super();
    const name = className(this);
    const { modules } = parseArgs<{ modules?: Iterable<M> | null }>(name, [], { modules: null }, args);
    addTo(this, name, modules ?? []);
  }

  forward(..._inputs: never[]): unknown {
    throw noForward(this);
  }

  /** As PyTorch prints it: runs of equal modules are written once. */
  override toString(): string {
    const texts = [...this].map(String);
    const lines: string[] = [];
    for (let start = 0, end = 0; start < texts.length; start = end) {
      while (end < texts.length && texts[end] === texts[start]) end++;
      const text = indent(texts[start]!);
      lines.push(end - start === 1 ? `(${start}): ${text}` : `(${start}-${end - 1}): ${end - start} x ${text}`);
    }
    return lines.length === 0 ? `${className(this)}()` : `${className(this)}(\n  ${lines.join('\n  ')}\n)`;
  }
}

/** The modules of a ModuleDict by name; if T is a module class, any names with modules of that class. */
type ModulesByName<T> = [T] extends [Module] ? Readonly<Record<string, T>> : T;

/** Modules by name, as containers accept them: an object, pairs, or a map. */
type NamedModules<M> =
  | Readonly<Record<string, M>>
  | readonly (readonly [name: string, module: M])[]
  | ReadonlyMap<string, M>;

interface ModuleKey {
  key: string;
}

/** These methods refuse arguments that they would ignore. */
const closedMethods = ['clear', 'keys', 'values', 'entries', 'items', 'update'];

/** Modules by name, for a `forward` of one's own. */
class ModuleDict<R extends object = Readonly<Record<string, Module>>> extends Module {
  constructor(...args: [modules?: NamedModules<R[keyof R]> | null]) {
    super();
    closeInherited(Object.getPrototypeOf(this) as object, Module.prototype, closedMethods);
    if (args.length > 1) throw oneTooMany(className(this), 1, args);
    fill(this, className(this), args[0] ?? {});
  }

  /** The module of that name. */
  get<K extends keyof R & string>(key: K): R[K];
  get(key: string): R[keyof R];
  get(named: ModuleKey): R[keyof R];
  get(...args: Arguments<ModuleKey, ['key']>): R[keyof R] {
    return named(this, 'get', args)[1];
  }

  /** Adds or replaces a module. */
  set(...args: Arguments<ModuleKey & { module: R[keyof R] }, ['key', 'module']>): this {
    const { key, module } = parseArgs<ModuleKey & { module: R[keyof R] }>('set', ['key', 'module'], {}, args, {
      key: text,
    });
    expectModule('set', key, module);
    this.registerModule(key, module);
    return this;
  }

  /** Adds or replaces several modules: an object of them, or pairs `[name, module]`. */
  update(modules: NamedModules<R[keyof R]> | ModuleDict<R>): this {
    fill(this, 'update', modules);
    return this;
  }

  has(...args: Arguments<ModuleKey, ['key']>): boolean {
    const { key } = parseArgs<ModuleKey>('has', ['key'], {}, args, { key: text });
    return this.keys().some((each) => each === key);
  }

  /** Removes all modules. */
  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name);
  }

  /** Removes a module and returns it. */
  pop<K extends keyof R & string>(key: K): R[K];
  pop(key: string): R[keyof R];
  pop(named: ModuleKey): R[keyof R];
  pop(...args: Arguments<ModuleKey, ['key']>): R[keyof R] {
    const [name, module] = named(this, 'pop', args);
    Reflect.deleteProperty(this, name);
    return module;
  }

  /** Number of modules. */
  get length(): number {
    return this.entries().length;
  }

  keys(): (keyof R & string)[] {
    return this.entries().map(([name]) => name);
  }

  values(): R[keyof R][] {
    return this.entries().map(([, module]) => module);
  }

  entries(): [name: keyof R & string, module: R[keyof R]][] {
    return Object.entries(this).filter((entry): entry is [keyof R & string, R[keyof R]] => entry[1] instanceof Module);
  }

  /** `entries` by PyTorch's name. */
  items(): [name: keyof R & string, module: R[keyof R]][] {
    return this.entries();
  }

  [Symbol.iterator](): Iterator<keyof R & string> {
    return this.keys()[Symbol.iterator]();
  }

  forward(..._inputs: never[]): unknown {
    throw noForward(this);
  }
}

/** Adds or replaces modules on behalf of `op`, which errors name. */
function fill<R extends object>(dict: ModuleDict<R>, op: string, modules: unknown): void {
  for (const [name, module] of namedIn<unknown>(op, modules)) {
    expectKind(op, 'names', name, text);
    expectModule(op, name, module);
    dict.registerModule(name, module);
  }
}

/** The entry whose key is given in the arguments of `op`. */
function named<R extends object>(
  dict: ModuleDict<R>,
  op: string,
  args: readonly unknown[],
): [name: string, module: R[keyof R]] {
  const { key } = parseArgs<ModuleKey>(op, ['key'], {}, args, { key: text });
  const entry = dict.entries().find(([name]) => name === key);
  if (!entry) throw new ArgumentError(`${op}: no module is named '${key}'; their names are ${shown(dict.keys())}`);
  return entry;
}

function namedIn<M>(op: string, modules: unknown): Iterable<readonly [name: string, module: M]> {
  if (isPlainObject(modules)) return Object.entries(modules) as [string, M][];
  if (modules instanceof ModuleDict) return modules.entries() as unknown as [string, M][];
  const pairs = Array.isArray(modules) || modules instanceof Map ? [...modules] : [null];
  if (pairs.every(Array.isArray)) return pairs as [string, M][];
  throw new ArgumentError(
    `${op}: expected modules by name, an object of them or pairs [name, module], but got ${kindOf(modules)}`,
  );
}

interface ModuleDictClass {
  // The first two signatures have two type parameters, which nobody writes, so that `extends ModuleDict<T>` takes the
  // last one.
  new <R extends Readonly<Record<K, Module>>, K extends string>(modules: R): WrittenDict<R>;
  new <const P extends readonly (readonly [K, Module])[], K extends string>(
    pairs: P,
  ): WrittenDict<{ [Name in P[number][0]]: Extract<P[number], readonly [Name, unknown]>[1] }>;
  new <T extends object = Module>(
    modules?: NamedModules<ModulesByName<T>[keyof ModulesByName<T>]> | null,
  ): WrittenDict<T>;
  blank(module: Module): Module;
}

/** The class, typed so that its objects know the names that they were made with. */
const WrittenDict: ModuleDictClass = ModuleDict as unknown as ModuleDictClass;
/**
 * Modules by name: `nn.ModuleDict<nn.Linear>` with any names, `nn.ModuleDict<{ fc: nn.Linear; act: nn.ReLU }>` with
 * these.
 */
type WrittenDict<T extends object = Module> = [T] extends [Module]
  ? ModuleDict<ModulesByName<T>>
  : string extends keyof T
    ? ModuleDict<T>
    : ModuleDict<T> & T;

export { type ModuleDict as ModuleDictModule, WrittenDict as ModuleDict };

/** A list of parameters. Plain tensors become parameters. */
export class ParameterList extends Module {
  readonly [index: number]: Parameter;

  constructor(...args: Arguments<{ values?: Iterable<Tensor> | null }, ['values']>) {
    super();
    const name = className(this);
    const { values } = parseArgs<{ values?: Iterable<Tensor> | null }>(name, [], { values: null }, args);
    addParameters(this, name, values ?? []);
  }

  /** Number of parameters. */
  get length(): number {
    return [...this].length;
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (const value of Object.values(this)) if (value instanceof Parameter) yield value;
  }

  /** Adds a parameter at the end. */
  append(...args: Arguments<{ value: Tensor }, ['value']>): this {
    const { value } = parseArgs<{ value: Tensor }>('append', ['value'], {}, args);
    addParameters(this, 'append', [value]);
    return this;
  }

  /** Adds several parameters at the end. */
  extend(...args: Arguments<{ values: Iterable<Tensor> }, ['values']>): this {
    const { values } = parseArgs<{ values: Iterable<Tensor> }>('extend', ['values'], {}, args);
    addParameters(this, 'extend', values);
    return this;
  }

  forward(..._inputs: never[]): unknown {
    throw noForward(this);
  }

  override extraRepr(): string {
    const text = (p: Parameter) => `Parameter containing: [torch.${p.dtype} of size ${p.shape.join('x')}]`;
    return [...this].map((parameter, i) => `  (${i}): ${text(parameter)}`).join('\n');
  }
}

function addParameters(list: ParameterList, op: string, values: Iterable<Tensor>): void {
  expectKind(op, 'values', values, iterable);
  for (const value of values) list.registerParameter(String(list.length), parameterOf(op, value));
}

const noForward = (module: Module): ArgumentError =>
  new ArgumentError(`${className(module)}: has no forward of its own; call the modules in it from yours`);
