// Owns the containers: Sequential, ModuleList, ModuleDict, ParameterList.
import { ArgumentError, IndexError } from '../errors';
import { isPlainObject } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { className, Module, type UnaryModule } from './module';
import { Parameter } from './parameter';
import { indent } from './printing';

/** Modules in a row, by the names '0', '1', … unless they have others. */
abstract class ModuleRow<M extends Module> extends Module {
  /** The module at a place, which an assignment replaces: `row[2] = new nn.Linear(8, 2)`; `row[-1]` is the last. */
  [index: number]: M;

  /** Number of modules. */
  get length(): number {
    return this.ownEntries().length;
  }

  *[Symbol.iterator](): IterableIterator<M> {
    for (const [, module] of this.ownEntries()) yield module;
  }

  /** The module at a place, counted from the end if negative. */
  at(index: number): M {
    const entries = this.ownEntries();
    const entry = entries.at(index);
    if (!entry)
      throw new IndexError(`${className(this)}: index ${index} is out of range for ${entries.length} modules`);
    return entry[1];
  }

  /** Adds a module at the end. */
  append(module: M): this {
    this.registerModule(String(this.length), module);
    reachFromEnd(this.length);
    return this;
  }

  /** Adds several modules at the end. */
  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module at a place; those from there on move up. */
  insert(index: number, module: M): this {
    const modules = [...this];
    modules.splice(index, 0, module);
    modules.forEach((each, i) => {
      this.registerModule(String(i), each);
    });
    return this;
  }

  /** Takes the module at a place out and returns it. Those that stay are named by their numbers, as in PyTorch. */
  pop(index: number): M {
    const module = this.at(index);
    const left = [...this];
    left.splice(index, 1);
    for (const [name] of this.ownEntries()) Reflect.deleteProperty(this, name);
    for (let i = 0; i <= left.length; i++) Reflect.deleteProperty(this, i);
    this.extend(left);
    return module;
  }

  /** The modules in order, each entry of the registry; the same module may stand in several places. */
  private ownEntries(): [string, M][] {
    return Object.entries(this).filter((entry): entry is [string, M] => entry[1] instanceof Module);
  }
}

/** The names of a row's modules, in order. */
const namesOf = (row: ModuleRow<Module>): string[] =>
  Object.keys(row).filter((name) => Reflect.get(row, name) instanceof Module);

/** Has `row[-n]` be the n-th module from the end, undefined where there are fewer. A row never changes what it reaches, so all share the getters. */
function reachFromEnd(n: number): void {
  if (Object.hasOwn(ModuleRow.prototype, -n)) return;
  const get = function (this: ModuleRow<Module>): Module | undefined {
    return [...this].at(-n);
  };
  const set = function (this: ModuleRow<Module>, module: Module): void {
    const names = namesOf(this);
    const name = names.at(-n);
    if (name === undefined) {
      throw new IndexError(`${className(this)}: index ${-n} is out of range for ${names.length} modules`);
    }
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
      this.extend(args as UnaryModule[]);
      return;
    }
    const entries = Object.entries(first);
    for (const [name, module] of entries) this.registerModule(name, module);
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

  /** The modules from `start` up to but without `end`, as a Sequential of the same modules. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(...[...this].slice(start, end));
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

/** The modules of a Sequential that is written out, by their places: `net[0].weight`, `net[-1]`. */
type Placed<M extends readonly UnaryModule[]> = { -readonly [K in keyof M & `${number}`]: M[K] } & (M extends readonly [
  ...unknown[],
  infer Last,
]
  ? { [-1]: Last }
  : unknown);

interface SequentialClass {
  readonly prototype: Sequential;
  new <R extends Readonly<Record<string, UnaryModule>> = Readonly<Record<string, UnaryModule>>>(
    modules: R,
  ): string extends keyof R ? Sequential : Sequential & R;
  new <M extends readonly UnaryModule[] = UnaryModule[]>(
    ...modules: M
  ): number extends M['length'] ? Sequential : Sequential & Placed<M>;
  blank(module: Module): Module;
}

/** The class, whose objects know in their types what they were made of. */
const Written: SequentialClass = Sequential as unknown as SequentialClass;
type Written = Sequential;

export { type Sequential as SequentialModule, Written as Sequential };

/** Modules in a list, for a `forward` of one's own. */
export class ModuleList<M extends Module = Module> extends ModuleRow<M> {
  constructor(modules: Iterable<M> | null = []) {
    super();
    this.extend(modules ?? []);
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

/** Modules by name, for a `forward` of one's own. */
export class ModuleDict<M extends Module = Module> extends Module {
  constructor(modules: Readonly<Record<string, M>> | null = {}) {
    super();
    this.update(modules ?? {});
  }

  /** The module of that name. */
  get(name: string): M {
    const module = new Map(this.entries()).get(name);
    if (!module) throw new ArgumentError(`ModuleDict: no module is named '${name}'`);
    return module;
  }

  /** Adds or replaces a module. */
  set(name: string, module: M): this {
    this.registerModule(name, module);
    return this;
  }

  /** Adds or replaces several modules. */
  update(modules: Readonly<Record<string, M>>): this {
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
    return this;
  }

  has(name: string): boolean {
    return this.keys().includes(name);
  }

  /** Takes all modules out. */
  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name);
  }

  /** Takes a module out and returns it. */
  pop(name: string): M {
    const module = this.get(name);
    Reflect.deleteProperty(this, name);
    return module;
  }

  /** Number of modules. */
  get length(): number {
    return this.entries().length;
  }

  keys(): string[] {
    return this.entries().map(([name]) => name);
  }

  values(): M[] {
    return this.entries().map(([, module]) => module);
  }

  entries(): [string, M][] {
    return Object.entries(this).filter((entry): entry is [string, M] => entry[1] instanceof Module);
  }

  /** `entries` by PyTorch's name. */
  items(): [string, M][] {
    return this.entries();
  }

  [Symbol.iterator](): Iterator<string> {
    return this.keys()[Symbol.iterator]();
  }

  forward(..._inputs: never[]): unknown {
    throw noForward(this);
  }
}

/** Parameters in a list. Tensors that are no parameters become parameters. */
export class ParameterList extends Module {
  readonly [index: number]: Parameter;

  constructor(values: Iterable<Tensor> | null = []) {
    super();
    this.extend(values ?? []);
  }

  /** Number of parameters. */
  get length(): number {
    return [...this].length;
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (const value of Object.values(this)) if (value instanceof Parameter) yield value;
  }

  /** Adds a parameter at the end. */
  append(value: Tensor): this {
    this.registerParameter(String(this.length), value instanceof Parameter ? value : new Parameter(value));
    return this;
  }

  /** Adds several parameters at the end. */
  extend(values: Iterable<Tensor>): this {
    for (const value of values) this.append(value);
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

const noForward = (module: Module): ArgumentError =>
  new ArgumentError(`${className(module)}: has no forward of its own; call the modules in it from yours`);
