// The bridge for Python's `torch.nn`: layer classes, their members, and modules written in Python.

import { deepcopy, nn, type Tensor } from '../../torch';
import { convert, isGuarded, isTensorObject as isTensor, Module, stateMembers, withBackward } from '../../torch/inside';
import { show } from './bridge';
import { share, take } from './handles';

type ModuleClass = new (...args: unknown[]) => Module;

/**
 * A member of a module: its kind, its name in Python, the name of the property, and the value. For a buffer, `rest` is
 * `'passing'` if the buffer is not persistent, and `'optional'` if a state dict may lack it.
 */
type Member = readonly [
  kind: 'parameter' | 'buffer' | 'module',
  name: string,
  property: string,
  shown: unknown,
  rest?: string,
];

const isModuleClass = (value: unknown): value is ModuleClass =>
  typeof value === 'function' && Object.hasOwn(value, 'prototype') && value.prototype instanceof Module;

/** The names of the base classes of a module class, nearest first. */
function baseNames(made: ModuleClass): string[] {
  const names: string[] = [];
  let at: unknown = Object.getPrototypeOf(made);
  for (; typeof at === 'function' && at !== Module; at = Object.getPrototypeOf(at)) names.push(at.name);
  return names;
}

/** The module classes that a library module exports, each with its name and the names of its base classes. */
function classesOf(exports: object): [name: string, made: ModuleClass, bases: string[]][] {
  return Object.entries(exports).flatMap(([name, made]): [string, ModuleClass, string[]][] => {
    if (!isModuleClass(made)) return [];
    return [[name, made, baseNames(made)]];
  });
}

/** Converts a camelCase name to Python's spelling, with underscores. */
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A module's own members, in order. The value of an unused member, such as an omitted bias, is null. */
function members(module: Module): Member[] {
  const has = module[stateMembers];
  const optional = new Set(has.optional());
  const persistent = new Set(has.tensors().map(([name]) => name));
  const buffers = new Map(
    module.namedBuffers({ recurse: false, removeDuplicate: false }).map(([name, buffer]) => [buffer, name]),
  );
  const parameters = new Set<unknown>(module.parameters({ recurse: false }));
  const children = new Set<unknown>(has.modules().map(([, child]) => child));
  return Object.entries(Object.getOwnPropertyDescriptors(module)).flatMap(([property, descriptor]): Member[] => {
    const value: unknown = isGuarded(descriptor) ? Reflect.get(module, property) : descriptor.value;
    if (children.has(value)) return [['module', property, property, value]];
    if (parameters.has(value)) return [['parameter', property, property, shownMember(value as Tensor)]];
    const name = buffers.get(value as Tensor);
    if (name !== undefined) {
      const rest = persistent.has(name) ? (optional.has(name) ? 'optional' : '') : 'passing';
      return [['buffer', name, property, shownMember(value as Tensor), rest]];
    }
    if (value !== null || !isGuarded(descriptor)) return [];
    // Only buffers have names of several words here, so if the spelling differs, the member is a buffer.
    return [[snake(property) === property ? 'parameter' : 'buffer', snake(property), property, null]];
  });
}

/** The names of the methods that the library's class and its bases define for themselves, beside those of every module. */
function methodNames(made: ModuleClass): string[] {
  const names = new Set<string>();
  for (let at: object = made.prototype; at !== Module.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor' && !Object.hasOwn(Module.prototype, name))
        names.add(name);
    }
  }
  return [...names];
}

type LayerClass = new (...args: unknown[]) => Module & { forward(...args: unknown[]): unknown };

const waiting = new WeakMap<ModuleClass, ModuleClass>();

/** The class without the `resetParameters` that its constructor calls, since a subclass in Python has its own. */
function withoutReset(made: ModuleClass): ModuleClass {
  let known = waiting.get(made);
  if (!known) {
    known = class extends (made as LayerClass) {
      resetParameters(): void {}
    };
    waiting.set(made, known);
  }
  return known;
}

/** Whether a parameter or buffer of a lazy module has no shape yet. */
const isUninitialized = (tensor: unknown): tensor is nn.UninitializedParameter | nn.UninitializedBuffer =>
  tensor instanceof nn.UninitializedParameter || tensor instanceof nn.UninitializedBuffer;

/** Passes a parameter or buffer to Python, while JavaScript keeps holding it. */
function shownMember(tensor: Tensor): Tensor {
  share(tensor);
  take(tensor, false);
  return tensor;
}

/** The part of a Python callable's proxy that is used here. */
interface PythonCallable {
  (...args: unknown[]): unknown;
  callPromising(...args: unknown[]): Promise<unknown>;
}

/** The Python functions that the JavaScript side of a Python module calls. */
interface PythonParts {
  /** Runs the module's forward with its hooks. */
  readonly run: PythonCallable;
  /** Called when `train` or `eval` changes the module's mode. */
  readonly trained: PythonCallable;
  /** Returns the module's `extra_repr`. */
  readonly described: PythonCallable;
  /** The number that identifies the module in Python. */
  readonly number: number;
}

const parts = new WeakMap<Module, PythonParts>();

/**
 * The JavaScript sides of modules written in Python, by number. The references are weak: the JavaScript side holds the
 * Python module, and with a strong reference in the other direction, neither garbage collector could free the pair.
 */
const shells = new Map<number, WeakRef<Module>>();
const collected = new FinalizationRegistry<number>((number) => {
  // Another module may have the number by now.
  if (shells.get(number)?.deref() === undefined) shells.delete(number);
});

/** The JavaScript side of a module written in Python: it has the same members, and its forward calls Python. */
class PythonModule extends Module {
  constructor(given: PythonParts) {
    super();
    parts.set(this, given);
  }

  forward(...args: unknown[]): unknown {
    return parts.get(this)!.run(...args);
  }

  override train(mode: boolean | { mode?: boolean } = true): this {
    super.train(mode);
    parts.get(this)!.trained(this.training);
    return this;
  }

  override extraRepr(): string {
    return String(parts.get(this)!.described());
  }
}

const namedClasses = new Map<string, typeof PythonModule>();

/** A class with this name, which is the name that the module is printed with. */
function namedClass(name: string): typeof PythonModule {
  const known = namedClasses.get(name) ?? { [name]: class extends PythonModule {} }[name]!;
  namedClasses.set(name, known);
  return known;
}

/** The module that Python imports as `_lamplight_modules`. */
export const modulesBridge = {
  /** The library's layer classes. */
  classes: (): unknown[] => classesOf(nn),
  members,
  /** The static methods of a class: their JavaScript names, and functions that call them. */
  statics: (made: ModuleClass): unknown[] =>
    Object.getOwnPropertyNames(made).flatMap((name): unknown[] => {
      const method: unknown = Reflect.get(made, name);
      if (typeof method !== 'function' || name === 'prototype') return [];
      return [
        [name, (...args: unknown[]) => show((method as (...args: unknown[]) => unknown).apply(made, args), true)],
      ];
    }),
  deepcopy: (module: Module): Module => deepcopy(module),
  className: (module: Module): string => module.constructor.name,
  /** The names of the base classes of a module's class. */
  bases: (module: Module): string[] => baseNames(module.constructor as ModuleClass),
  isUninitialized,
  /** Gives an uninitialized tensor its shape. */
  materialize: (tensor: Tensor, shape: readonly number[]): void => {
    if (isUninitialized(tensor)) tensor.materialize(shape);
  },
  methodNames,
  /**
   * A function that makes instances of a class. An instance may hold the arguments. With `waits`, the parameters are
   * left for Python code to draw.
   */
  maker:
    (made: ModuleClass, waits: boolean) =>
    (...args: unknown[]): Module => {
      for (const arg of args.flat()) if (isTensor(arg)) share(arg as Tensor);
      if (!waits) return new made(...args);
      return Object.setPrototypeOf(new (withoutReset(made))(...args), made.prototype) as Module;
    },
  parameter(tensor: Tensor, requiresGrad: boolean): Tensor {
    share(tensor);
    return shownMember(new nn.Parameter(tensor, requiresGrad));
  },
  uninitialized: (isBuffer: boolean, requiresGrad: boolean): Tensor =>
    shownMember(isBuffer ? new nn.UninitializedBuffer() : new nn.UninitializedParameter({ requiresGrad })),
  buffer(tensor: Tensor, persistent: boolean): Tensor {
    share(tensor);
    return shownMember(new nn.Buffer(tensor, persistent));
  },
  /** Converts a parameter or buffer to another float dtype. */
  convert: (tensor: Tensor, dtype: Parameters<typeof convert>[1]): void => convert(tensor, dtype),
  /** Sets or adds a parameter, buffer or submodule of a module. */
  put(module: Module, property: string, value: unknown): void {
    if (isTensor(value)) share(value as Tensor);
    if (!(property in module) && value instanceof Module) module.registerModule(property, value);
    else Reflect.set(module, property, value);
  },
  /** Replaces a member with a tensor temporarily. The returned function restores it. */
  swap(module: Module, property: string, tensor: Tensor): () => boolean {
    share(tensor);
    const before = Object.getOwnPropertyDescriptor(module, property)!;
    Object.defineProperty(module, property, { value: tensor, writable: true, enumerable: true, configurable: true });
    return () => Reflect.defineProperty(module, property, before);
  },
  /** Deletes a member. */
  remove: (module: Module, property: string): boolean => Reflect.deleteProperty(module, property),
  same: (a: unknown, b: unknown): boolean => a === b,
  isMethod: (module: Module, name: string): boolean => {
    const value: unknown = Reflect.get(module, name);
    return typeof value === 'function' && !isTensor(value) && !(value instanceof Module);
  },
  /** Wraps a method of a module so that its results are converted for Python. */
  methodOf:
    (module: Module, name: string) =>
    (...args: unknown[]): unknown =>
      show((Reflect.get(module, name) as (...args: unknown[]) => unknown).apply(module, args), true, module),
  has: (module: Module, name: string): boolean => name in module,
  /** Whether the module has a data property of this name, to which a value may be assigned. */
  hasField: (module: Module, name: string): boolean =>
    Object.hasOwn(module, name) && typeof Reflect.get(module, name) !== 'function',
  /** Makes a module whose forward is written in Python. */
  pythonModule(
    name: string,
    run: PythonCallable,
    trained: PythonCallable,
    described: PythonCallable,
    number: number,
  ): Module {
    const module = new (namedClass(name))({ run, trained, described, number });
    shells.set(number, new WeakRef(module));
    collected.register(module, number);
    return module;
  },
  /** The JavaScript side of the Python module with this number, if it still exists. */
  shellOf: (number: number): Module | undefined => shells.get(number)?.deref(),
  /** The number of a module written in Python; 0 for a module of the library. */
  numberOf: (module: Module): number => parts.get(module)?.number ?? 0,
  /** Registers a member of a module written in Python. */
  register(module: Module, kind: Member[0], name: string, value: unknown, persistent: boolean): void {
    if (kind === 'module') module.registerModule(name, value as Module);
    else if (kind === 'parameter') module.registerParameter(name, value as nn.Parameter);
    else module.registerBuffer(name, value as Tensor, { persistent });
  },
  /** Runs a Python function in such a way that its backward hooks receive the gradients. */
  withBackward(
    args: readonly unknown[],
    forward: (args: readonly unknown[]) => unknown,
    onOutputs: (outputs: readonly (Tensor | null)[]) => readonly Tensor[] | undefined,
    onInputs: (
      inputs: readonly (Tensor | null)[],
      outputs: readonly (Tensor | null)[],
    ) => readonly Tensor[] | undefined,
  ): unknown {
    return show(withBackward(args, forward, { onOutputs, onInputs }), true);
  },
  /** Wraps a Python function so that code that it calls may wait. */
  promising:
    (call: PythonCallable) =>
    (...args: unknown[]): Promise<unknown> =>
      call.callPromising(...args),
};
