// What Python's `torch.nn` asks of the library: classes of layers, their members, and modules that are written in Python.

import { deepcopy, nn, type Tensor } from '../../torch';
import {
  convert,
  held,
  isGuarded,
  isTensorObject as isTensor,
  isUninitialized,
  Module,
  withBackward,
} from '../../torch/inside';
import { show } from './bridge';
import { share, take } from './handles';

type ModuleClass = new (...args: unknown[]) => Module;

/** A member of a module: its kind, Python's name, the name of the property, and what it is; `rest` tells more of a buffer. */
type Member = readonly [
  kind: 'parameter' | 'buffer' | 'module',
  name: string,
  property: string,
  shown: unknown,
  rest?: string,
];

const isModuleClass = (value: unknown): value is ModuleClass =>
  typeof value === 'function' && Object.hasOwn(value, 'prototype') && value.prototype instanceof Module;

/** The names of the classes that a class of modules extends, the nearest first. */
function baseNames(made: ModuleClass): string[] {
  const names: string[] = [];
  let at: unknown = Object.getPrototypeOf(made);
  for (; typeof at === 'function' && at !== Module; at = Object.getPrototypeOf(at)) names.push(at.name);
  return names;
}

/** The classes of modules among the exports of a door: name, class, and the names of the classes that it extends. */
function classesOf(exports: object): [name: string, made: ModuleClass, bases: string[]][] {
  return Object.entries(exports).flatMap(([name, made]): [string, ModuleClass, string[]][] => {
    if (!isModuleClass(made)) return [];
    return [[name, made, baseNames(made)]];
  });
}

/** A name of ours that Python spells with underscores. */
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The own members of a module, in their order. Those that it does without are null. */
function members(module: Module): Member[] {
  const has = module[held];
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
    // Buffers alone have names of several words in our spelling.
    return [[snake(property) === property ? 'parameter' : 'buffer', snake(property), property, null]];
  });
}

/** A parameter or buffer for Python, which JavaScript goes on to hold. */
function shownMember(tensor: Tensor): Tensor {
  share(tensor);
  take(tensor, false);
  return tensor;
}

/** The part of a Python callable's proxy that is used. */
interface PythonCallable {
  (...args: unknown[]): unknown;
  callPromising(...args: unknown[]): Promise<unknown>;
}

/** What a module that is written in Python asks of it. */
interface PythonParts {
  /** Its forward, with the hooks around it. */
  readonly run: PythonCallable;
  /** Is told of the mode that `train` and `eval` put the module into. */
  readonly trained: PythonCallable;
  /** Its `extra_repr`. */
  readonly described: PythonCallable;
  /** By which Python finds it again. */
  readonly number: number;
}

const parts = new WeakMap<Module, PythonParts>();

/**
 * Modules that are written in Python, by their numbers. Such a module holds Python's: were it held from there in turn, neither
 * collector could free the two.
 */
const shells = new Map<number, WeakRef<Module>>();
const collected = new FinalizationRegistry<number>((number) => {
  // Another may have taken its number since.
  if (shells.get(number)?.deref() === undefined) shells.delete(number);
});

/** A module that is written in Python: its members are those of Python's, and its forward is Python's. */
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

/** The class of this name, under which its objects are printed. */
function namedClass(name: string): typeof PythonModule {
  const known = namedClasses.get(name) ?? { [name]: class extends PythonModule {} }[name]!;
  namedClasses.set(name, known);
  return known;
}

/** What Python imports from `_lamplight_modules`. */
export const modulesBridge = {
  /** The classes of layers of the library. */
  classes: (): unknown[] => classesOf(nn),
  members,
  /** The static methods of a class, by our names, with what calls each. */
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
  /** The names of the classes that a module's class extends. */
  bases: (module: Module): string[] => baseNames(module.constructor as ModuleClass),
  isUninitialized: (tensor: unknown): boolean => isUninitialized(tensor),
  /** Gives a tensor without a shape its shape. */
  materialize: (tensor: Tensor, shape: readonly number[]): void => {
    if (isUninitialized(tensor)) tensor.materialize(shape);
  },
  /** Makes an instance; the arguments may be held by it. */
  maker:
    (made: ModuleClass) =>
    (...args: unknown[]): Module => {
      for (const arg of args.flat()) if (isTensor(arg)) share(arg as Tensor);
      return new made(...args);
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
  /** Turns a parameter or buffer into floats of another dtype. */
  convert: (tensor: Tensor, dtype: Parameters<typeof convert>[1]): void => convert(tensor, dtype),
  /** Puts a parameter, buffer or module where a module has one of that name, or adds it. */
  put(module: Module, property: string, value: unknown): void {
    if (isTensor(value)) share(value as Tensor);
    if (!(property in module) && value instanceof Module) module.registerModule(property, value);
    else Reflect.set(module, property, value);
  },
  /** Puts a tensor in the place of a member for a while; what it returns puts the member back. */
  swap(module: Module, property: string, tensor: Tensor): () => boolean {
    share(tensor);
    const before = Object.getOwnPropertyDescriptor(module, property)!;
    Object.defineProperty(module, property, { value: tensor, writable: true, enumerable: true, configurable: true });
    return () => Reflect.defineProperty(module, property, before);
  },
  /** Takes a member out. */
  remove: (module: Module, property: string): boolean => Reflect.deleteProperty(module, property),
  same: (a: unknown, b: unknown): boolean => a === b,
  isMethod: (module: Module, name: string): boolean => {
    const value: unknown = Reflect.get(module, name);
    return typeof value === 'function' && !isTensor(value) && !(value instanceof Module);
  },
  /** A method of a module, whose results are shown to Python. */
  methodOf:
    (module: Module, name: string) =>
    (...args: unknown[]): unknown =>
      show((Reflect.get(module, name) as (...args: unknown[]) => unknown).apply(module, args), true, module),
  has: (module: Module, name: string): boolean => name in module,
  /** Whether assigning to a property of this name makes sense. */
  hasField: (module: Module, name: string): boolean =>
    Object.hasOwn(module, name) && typeof Reflect.get(module, name) !== 'function',
  /** A module whose forward is Python's. */
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
  /** The module of this number that is written in Python, if JavaScript code holds it yet. */
  shellOf: (number: number): Module | undefined => shells.get(number)?.deref(),
  /** The number of a module that is written in Python; 0 for one of the library. */
  numberOf: (module: Module): number => parts.get(module)?.number ?? 0,
  /** Registers a member of a module that is written in Python. */
  register(module: Module, kind: Member[0], name: string, value: unknown, persistent: boolean): void {
    if (kind === 'module') module.registerModule(name, value as Module);
    else if (kind === 'parameter') module.registerParameter(name, value as nn.Parameter);
    else module.registerBuffer(name, value as Tensor, { persistent });
  },
  /** Runs a function of Python's so that its hooks see the gradients that pass. */
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
  /** A function whose calls of Python code may wait there. */
  promising:
    (call: PythonCallable) =>
    (...args: unknown[]): Promise<unknown> =>
      call.callPromising(...args),
};
