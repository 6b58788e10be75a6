// The bridge: gives Python the library's operations, and passes each result back together with its kind, so that Python
// needs only one call to JavaScript.

import { type DType, gpu, type Index, Tensor, tensor as tensorOf } from '../../torch';
import {
  backpressure,
  backwards,
  calls,
  conversionsOf,
  defaultGenerator,
  isPlainObject,
  Module,
  recordingMode as mode,
  sameShape,
  watchForAnomalies,
} from '../../torch/inside';
import { answerGradients, attach, numberOfCall, spentFunctions } from './custom';
import { takersFor } from './gradients';
import { drop, liveHandles, share, take } from './handles';
import { elementsOf, itemOf } from './reading';

type AnyFunction = (...args: unknown[]) => unknown;

/**
 * A result in the form that Python receives. Tensors and primitives are passed directly, everything else as a list that
 * begins with its kind:
 *
 *     ['self'] ['tuple', …] ['named', names, …] ['dict', keys, …] ['data', typedArray] ['promise', p] ['null']
 *     ['parameter', tensor, className] ['module', m] ['class', c] ['function', f] ['object', constructorName, o]
 */
type Shown = unknown;

/**
 * Means "no `self`". If a method returns the tensor that it was called on, `show` recognises it by comparing the result
 * with `self`.
 */
const nobody = Symbol('nobody');

const isClass = (value: AnyFunction): boolean => /^class\b/.test(Function.prototype.toString.call(value));

/** Converts a value for Python. From now on, Python also holds the tensors in it. */
export function show(value: unknown, isBorn: boolean, self: unknown = nobody): Shown {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
    case 'string':
    case 'bigint':
      return value;
    case 'function':
      if (value instanceof Tensor) return show(value.detach(), false);
      if (value instanceof Module) return ['module', value];
      return [isClass(value as AnyFunction) ? 'class' : 'function', value];
  }
  if (value === null) return ['null'];
  if (value === self) return ['self'];
  if (value instanceof Tensor) {
    take(value, isBorn);
    return value.constructor === Tensor ? value : ['parameter', value, value.constructor.name];
  }
  if (value instanceof Promise) return ['promise', value];
  if (Array.isArray(value)) {
    const names = Object.getOwnPropertyNames(value).filter((name) => name !== 'length' && !/^\d+$/.test(name));
    const items = value.map((item) => show(item, isBorn));
    return names.length > 0 ? ['named', names, ...items] : ['tuple', ...items];
  }
  if (ArrayBuffer.isView(value)) return ['data', value];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const keys = Object.keys(value as object);
    return ['dict', keys, ...keys.map((key) => show(Reflect.get(value as object, key), isBorn))];
  }
  return ['object', (value as object).constructor.name, value];
}

/** Maps the names of Python modules to the objects in which their names are looked up. */
const spaces = new Map<string, object>();

/** Makes the exports of a library module, or of a part of one, available to Python under a module name. */
export function openSpace(name: string, space: object): void {
  spaces.set(name, space);
}

const bound = new WeakMap<object, AnyFunction>();

/** Wraps a function of the library so that its results are converted for Python. */
function bind(call: AnyFunction): AnyFunction {
  let known = bound.get(call);
  if (!known) {
    known = (...args) => show(call(...args), true);
    bound.set(call, known);
  }
  return known;
}

const methods = new Map<string, AnyFunction>();

/** A function that calls the method of this name on its first argument, and converts the result for Python. */
function method(name: string): AnyFunction {
  let known = methods.get(name);
  if (!known) {
    known = (self, ...args) => show((self as Record<string, AnyFunction>)[name]!(...args), true, self);
    methods.set(name, known);
  }
  return known;
}

/** Whether a member of the tensor class is a method or a property; undefined if there is no such member. */
function memberKind(name: string): 'method' | 'property' | undefined {
  for (let at: object | null = Tensor.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return typeof found.value === 'function' ? 'method' : 'property';
  }
  return undefined;
}

/** Waits for one iteration of the event loop. A timer would take 4 ms. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/** Whether the value is the same view that it is assigned to, as after `x[i] += 1`. */
const isSamePlace = (place: Tensor, value: Tensor): boolean =>
  place.storage === value.storage &&
  place.offset === value.offset &&
  sameShape(place.shape, value.shape) &&
  place.strides.every((stride, d) => stride === value.strides[d]);

/** The value without first dimensions of size 1 that the place has none for: Python's `x[0] = torch.ones(1)` takes it. */
function withoutOuterOnes(value: Tensor, rank: number): Tensor {
  let inner = value;
  while (inner.shape.length > rank && inner.shape[0] === 1) inner = inner.squeeze(0);
  return inner;
}

/** Marks the tensors in a value from Python as shared, since JavaScript code may hold them from now on. */
function shareAll(value: unknown): void {
  if (value instanceof Tensor) share(value);
  else if (Array.isArray(value)) value.forEach(shareAll);
  else if (isPlainObject(value)) Object.values(value).forEach(shareAll);
}

/** The module that Python imports as `_lamplight`. */
export const bridge = {
  bind,
  method,
  memberKind,
  drop,
  share: shareAll,
  answerGradients,
  takers: takersFor(show),
  spentFunctions,
  /** Records the results of a Python function as if one operation had made them from its arguments. */
  custom: (name: string, id: number, args: Tensor[], results: Tensor[]): Shown =>
    show(attach(name, id, args, results), true),
  /** A counter that is incremented with each write to the tensor's memory that gradients are told of. */
  changes: (tensor: Tensor): number => tensor.storage.toldChanges,
  /** The function behind a tensor's `grad_fn`; null for a leaf. */
  gradNode: (tensor: Tensor): object | null => backwards.gradNodeOf(tensor),
  numberOfCall,
  isSurrounded: backwards.isSurrounded,
  putAround: backwards.putAround,
  lastNodeId: backwards.lastNodeId,
  /** What new functions behind a tensor save for their gradients: for each, itself and the values. */
  savings: (tensor: Tensor, since: number): Shown[] =>
    backwards.savingsOf(tensor, since).map((saving) => [saving, show(saving.tensors, true)]),
  spentSavings: backwards.spentSavings,
  /** What a function of Python's own saves: a handle, and the contents. */
  savedOf(tensor: Tensor): Shown {
    const saved = backwards.savedOf(tensor);
    return [saved, show(saved.tensor, true)];
  },
  /** What such a function finds in its place, with the gradient of what was saved. */
  savedBack: (saved: backwards.SavedValue, now: Tensor): Shown => show(Tensor.of(saved.back(now)), true),
  liveHandles,
  /** Looks up a name. Functions are returned wrapped. */
  find(space: string, name: string): Shown {
    const home = spaces.get(space);
    if (!home || !Object.hasOwn(home, name)) return ['missing'];
    const value: unknown = Reflect.get(home, name);
    if (typeof value === 'function' && !isClass(value as AnyFunction)) return ['function', bind(value as AnyFunction)];
    return show(value, false);
  },
  names: (space: string): string[] => Object.keys(spaces.get(space) ?? {}),
  has: (space: string): boolean => spaces.has(space),
  memberNames(): string[] {
    const names = new Set<string>();
    for (let at: object | null = Tensor.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    }
    return [...names];
  },
  /** Converts a value that reached Python directly, for example as the argument of a callback. */
  seen: (value: unknown): Shown => show(value, false),
  get: (object: object, name: string): Shown => show(Reflect.get(object, name), false),
  set: (object: object, name: string, value: unknown): void => {
    if (value instanceof Tensor) share(value);
    Reflect.set(object, name, value);
  },
  /** Makes an instance of a class. */
  create: (made: new (...args: unknown[]) => object, ...args: unknown[]): object => {
    for (const arg of args.flat()) if (arg instanceof Tensor) share(arg);
    return new made(...args);
  },
  /** The only element: immediately if the host knows it, otherwise as a promise. */
  item: (tensor: Tensor): Shown => show(itemOf(tensor), false),
  /** The elements as a flat array. */
  elements: (tensor: Tensor): Shown => show(elementsOf(tensor), false),
  /** Returns `tensor.grad`, marked as shared, since the library keeps a reference to it, too. */
  gradient: (tensor: Tensor): Shown => {
    const { grad } = tensor;
    if (grad) share(grad);
    return show(grad, false);
  },
  /** Returns the same tensor, for another Python object to hold. */
  alias: (tensor: Tensor): Tensor => {
    take(tensor, false);
    return tensor;
  },
  /** Notes that another Python object holds the tensor. */
  hold: (tensor: Tensor): void => take(tensor, false),
  /** A number that is the same for all tensors that share memory. */
  address: (tensor: Tensor): number => tensor.storage.id,
  /** Python's `x[…]`: a view, or a copy if the index contains tensors with dimensions; those without stand for numbers. */
  pick(tensor: Tensor, ...parts: Index[]): Shown {
    const picked: unknown = tensor.at(...parts);
    if (typeof Reflect.get(picked as object, 'then') === 'function') return ['promise', picked];
    const isCopy = parts.some((part) => part instanceof Tensor && (part.shape.length > 0 || part.dtype === 'bool'));
    if (isCopy) (picked as Tensor).writeBack = null;
    return show(picked, true);
  },
  /** Python's `x[…] = value`. */
  put(tensor: Tensor, parts: Index[], value: Tensor | number | boolean): void {
    const place = tensor.at(...parts);
    if (!(value instanceof Tensor)) place.fill_(Number(value));
    else if (parts.some((part) => part instanceof Tensor)) place.copy_(value);
    else if (!isSamePlace(place, value)) place.copy_(withoutOuterOnes(value, place.shape.length));
  },
  /** Makes a tensor from a typed array. */
  fromTyped(
    data: Parameters<typeof tensorOf>[0],
    dtype: DType,
    shape: number[] | undefined,
    requiresGrad: boolean,
  ): Shown {
    const made = tensorOf(data, { dtype, requiresGrad, shape: shape ?? null });
    return show(made, true);
  },
  defaultGenerator,
  /** The number of bytes of GPU buffers in use. */
  gpuBytes: (): number => gpu.stats().liveBytes,
  /**
   * Resolves after the page has had a chance to handle events, and the device has finished all but a few submissions.
   */
  async breathe(): Promise<void> {
    await turn();
    await backpressure();
  },
  watchForAnomalies,
  /** Switches mixed precision on or off. Returns the previous state, for `restoreAutocast`. */
  setAutocast(options: object): object {
    const before = calls.conversions;
    calls.conversions = conversionsOf([options]);
    return { before };
  },
  restoreAutocast({ before }: { before: typeof calls.conversions }): void {
    calls.conversions = before;
  },
  isGradEnabled: (): boolean => mode.grad,
  /** Switches the recording of gradients on or off. Returns the previous state. */
  setGrad(on: boolean): boolean {
    const before = mode.grad;
    mode.grad = on;
    return before;
  },
};

export type Bridge = typeof bridge;
