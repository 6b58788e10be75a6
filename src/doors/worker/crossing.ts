// Defines how values cross between a page and its worker: as structured clones, with placeholders in place of tensors,
// functions, errors, signals and iterators. To support another kind of value, add a case here.

import { ArgumentError, type DType } from '../../torch';
import { classesOf, kindOf, tensorClasses as kinds, knownOf, type TensorNumbers, toHalves } from '../../torch/inside';
import { isProxied, movedOf } from './marks';

/** The replacement that is sent for a value that cannot be cloned. */
export type Crossing =
  | { readonly kind: 'tensor'; readonly numbers: TensorNumbers }
  /** An object that stays on its side, and the channel for requests to it. */
  | { readonly kind: 'function' | 'object' | 'iterator'; readonly channel: string }
  /** An object of the receiver that is sent back to it, or the property of such an object at a path of names. */
  | { readonly kind: 'own'; readonly channel: string; readonly path: readonly string[] }
  | { readonly kind: 'signal'; readonly id: string; readonly aborted: boolean; readonly reason: unknown }
  | {
      readonly kind: 'error';
      readonly classes: readonly string[];
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** The error's other properties, including `cause`. */
      readonly properties: Readonly<Record<string, unknown>>;
    };

/**
 * A value ready to be sent. Structured cloning preserves identity, so an object in `places` can be found again in
 * `value`. The placeholder at index i in `places` represents `crossings[i]`.
 */
export interface Contents {
  readonly value: unknown;
  readonly places: readonly object[];
  readonly crossings: readonly Crossing[];
}

/** The contents of a message, and the objects in it to transfer. */
export interface Parcel {
  readonly contents: Contents;
  readonly transfer: readonly object[];
}

/** The location of a remote's object: a channel, and a path of property names. */
export interface Origin {
  readonly channel: string;
  readonly path: readonly string[];
}

/** The part of a connection that is needed for sending. */
export interface Sender {
  /** Opens a channel for an object that stays here. */
  reference(target: object): string;
  signal(signal: AbortSignal): string;
  /** The channel and path of a remote's object; null if the value is not a remote. */
  originOf(value: object): Origin | null;
}

/** The part of a connection that is needed for receiving. */
export interface Receiver {
  remote(kind: 'function' | 'object' | 'iterator', channel: string): unknown;
  own(origin: Origin): unknown;
  signal(id: string, aborted: boolean, reason: unknown): AbortSignal;
  tensor(numbers: TensorNumbers): unknown;
}

/** Classes whose objects can only be transferred, not copied. Some platforms lack some of them. */
const MOVES = [
  'MessagePort',
  'OffscreenCanvas',
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'RTCDataChannel',
  'MediaSourceHandle',
];
/** Classes whose objects are transferred if `transfer` marks them, and copied otherwise. */
const MAY_MOVE = ['ArrayBuffer', 'ImageBitmap', 'VideoFrame', 'AudioData'];

const isA = (value: object, names: readonly string[]): boolean =>
  names.some((name) => {
    const type: unknown = Reflect.get(globalThis, name);
    return typeof type === 'function' && value instanceof type;
  });

/**
 * The part of a tensor that is needed here. Tensors are recognised by these members, so that a page that makes no
 * tensors does not have to load the Tensor class.
 */
interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly storage: object;
  data(): Promise<TensorNumbers['data']>;
}

const isTensor = (value: object): value is TensorLike =>
  'storage' in value && 'dtype' in value && 'shape' in value && typeof Reflect.get(value, 'data') === 'function';

/**
 * Makes a value ready to be sent. Its tensors are read immediately and together, with their current contents.
 * @param op names the operation in errors
 * @throws ArgumentError if a value cannot cross
 */
export function parcelOf(op: string, value: unknown, sender: Sender): Parcel | Promise<Parcel> {
  const maker = new ParcelMaker(op, sender);
  const walked = maker.walk(value, [], false);
  const { places, crossings, reads, transfer } = maker;
  const parcel = (): Parcel => ({ contents: { value: walked, places, crossings }, transfer: [...transfer] });
  return reads.length === 0 ? parcel() : Promise.all(reads).then(parcel);
}

type Path = readonly (string | number)[];

class ParcelMaker {
  readonly places: object[] = [];
  readonly crossings: Crossing[] = [];
  readonly reads: Promise<void>[] = [];
  readonly transfer = new Set<object>();
  readonly #op: string;
  readonly #sender: Sender;
  readonly #known = new Map<object, unknown>();

  constructor(op: string, sender: Sender) {
    this.#op = op;
    this.#sender = sender;
  }

  /** @param moves whether to transfer, rather than copy, everything that can be transferred */
  walk(value: unknown, path: Path, moves: boolean): unknown {
    if (typeof value === 'symbol') throw this.#refused(path, 'a symbol', 'symbols cannot cross');
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const moved = movedOf(value);
    if (Array.isArray(moved)) for (const part of moved) this.transfer.add(part);
    const moving = moves || moved === 'all';
    const crossing = this.#crossing(value, path);
    if (crossing) return crossing;
    if (Array.isArray(value)) {
      const copy: unknown[] = this.#copied(value, new Array(value.length));
      value.forEach((part, i) => {
        copy[i] = this.walk(part, [...path, i], moving);
      });
      return copy;
    }
    if (value instanceof Map) {
      const copy = this.#copied(value, new Map());
      for (const [key, part] of value) {
        copy.set(this.walk(key, [...path, 'a key'], moving), this.walk(part, [...path, String(key)], moving));
      }
      return copy;
    }
    if (value instanceof Set) {
      const copy = this.#copied(value, new Set());
      for (const part of value) copy.add(this.walk(part, [...path, 'an element'], moving));
      return copy;
    }
    if (isPlain(value)) {
      // In an object without a prototype, '__proto__' is a key like any other.
      const copy = this.#copied(value, Object.create(null) as Record<string, unknown>);
      for (const [key, part] of Object.entries(value)) copy[key] = this.walk(part, [...path, key], moving);
      return copy;
    }
    if (Object.prototype.toString.call(value) === '[object Object]') {
      throw this.#refused(
        path,
        kindOf(value),
        'its class cannot cross: return proxy(object), whose methods are called from the other side, or plain data such as { ...object }',
      );
    }
    if (value instanceof Promise) throw this.#refused(path, 'a promise', 'await it first');
    if (isA(value, MOVES)) this.transfer.add(value);
    else if (moving && ArrayBuffer.isView(value)) this.#move(value.buffer);
    else if (moving) this.#move(value);
    return value;
  }

  #move(value: object): void {
    if (isA(value, MAY_MOVE)) this.transfer.add(value);
  }

  #copied<T extends object>(value: object, copy: T): T {
    this.#known.set(value, copy);
    return copy;
  }

  /** The placeholder of a value that cannot be cloned; null if the value can be cloned. */
  #crossing(value: object, path: Path): object | null {
    const sender = this.#sender;
    const origin = sender.originOf(value);
    if (origin) return this.#place(value, { kind: 'own', ...origin });
    if (isProxied(value)) return this.#place(value, { kind: 'object', channel: sender.reference(value) });
    if (typeof value === 'function') return this.#place(value, { kind: 'function', channel: sender.reference(value) });
    if (isTensor(value)) return this.#tensor(value);
    if (value instanceof AbortSignal) {
      const { aborted, reason } = value;
      const id = sender.signal(value);
      return this.#place(value, { kind: 'signal', id, aborted, reason: this.walk(reason, [...path, 'reason'], false) });
    }
    if (value instanceof Error) return this.#error(value, path);
    if (!isIterator(value)) return null;
    return this.#place(value, { kind: 'iterator', channel: sender.reference(iterated(value)) });
  }

  #place(value: object, crossing: Crossing | null): object {
    const place = {};
    this.#known.set(value, place);
    this.places.push(place);
    this.crossings.push(crossing as Crossing);
    return place;
  }

  #tensor(tensor: TensorLike): object {
    const { shape, dtype } = tensor;
    const kind = tensor.constructor.name;
    const named = kinds.get(kind)?.properties ?? [];
    const properties = Object.fromEntries(named.map((key) => [key, Reflect.get(tensor, key)]));
    const at = this.crossings.length;
    const place = this.#place(tensor, null);
    const read = tensor.data().then((read) => {
      const data = dtype === 'float16' ? toHalves(read as Float32Array) : read;
      this.transfer.add(data.buffer);
      this.crossings[at] = { kind: 'tensor', numbers: { shape, dtype, kind, properties, data } };
    });
    read.catch(() => undefined); // the error is reported by `parcelOf`, which awaits all reads
    this.reads.push(read);
    return place;
  }

  #error(error: Error, path: Path): object {
    const { name, message, stack } = error;
    const at = this.crossings.length;
    // The placeholder is created first, since a cause may refer back to this error.
    const place = this.#place(error, null);
    const own = Object.entries(error);
    for (const key of ['cause', 'errors']) {
      if (Object.hasOwn(error, key)) own.push([key, Reflect.get(error, key)]);
    }
    const kept = own.filter(([key]) => key !== 'name' && key !== 'message' && key !== 'stack');
    const properties = Object.fromEntries(kept.map(([key, part]) => [key, this.#told(part, [...path, key])]));
    this.crossings[at] = { kind: 'error', classes: classesOf(error), name, message, stack, properties };
    return place;
  }

  /** Prepares a property of an error. If the value cannot be sent, it is replaced with text. */
  #told(value: unknown, path: Path): unknown {
    try {
      return this.walk(value, path, false);
    } catch {
      return kindOf(value);
    }
  }

  #refused(path: Path, got: string, remedy: string): ArgumentError {
    const where = path.length > 0 ? ` at ${path.join('.')}` : '';
    return new ArgumentError(
      `${this.#op}: expected plain data, tensors, functions and what structured cloning takes, but got ${got}${where}; ${remedy}`,
    );
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

const isIterator = (value: object): value is AnyIterator & object =>
  typeof Reflect.get(value, 'next') === 'function' && (Symbol.asyncIterator in value || Symbol.iterator in value);

/** Adds the missing methods to an iterator, so that it has `next`, `return` and `throw`. */
const iterated = (iterator: AnyIterator) => ({
  next: (...args: [] | [unknown]) => iterator.next(...args),
  return: (value?: unknown) => iterator.return?.(value) ?? { done: true, value },
  throw: (error?: unknown) => {
    if (iterator.throw) return iterator.throw(error);
    throw error;
  },
});

/** Restores a value that was sent from the other side. */
export function restore({ value, places, crossings }: Contents, receiver: Receiver): unknown {
  if (places.length === 0) return value;
  const numbers = new Map(places.map((place, i) => [place, i]));
  const made = new Map<object, unknown>();
  const walked = new Set<object>();

  const revive = (at: unknown): unknown => {
    if (typeof at !== 'object' || at === null) return at;
    const i = numbers.get(at);
    if (i !== undefined) {
      if (!made.has(at)) make(at, crossings[i]!);
      return made.get(at);
    }
    if (walked.has(at)) return at;
    walked.add(at);
    if (Array.isArray(at)) {
      at.forEach((part, k) => {
        at[k] = revive(part);
      });
    } else if (at instanceof Map) {
      const entries = [...at];
      at.clear();
      for (const [key, part] of entries) at.set(revive(key), revive(part));
    } else if (at instanceof Set) {
      const parts = [...at];
      at.clear();
      for (const part of parts) at.add(revive(part));
    } else if (isPlain(at)) {
      for (const [key, part] of Object.entries(at)) {
        const now = revive(part);
        if (now !== part) Reflect.set(at, key, now);
      }
    }
    return at;
  };

  const make = (place: object, crossing: Crossing): void => {
    if (crossing.kind === 'tensor') made.set(place, receiver.tensor(crossing.numbers));
    else if (crossing.kind === 'own') made.set(place, receiver.own(crossing));
    else if (crossing.kind === 'signal') {
      made.set(place, receiver.signal(crossing.id, crossing.aborted, revive(crossing.reason)));
    } else if (crossing.kind === 'error') {
      const error = errorOf(crossing);
      made.set(place, error);
      for (const [key, part] of Object.entries(crossing.properties)) {
        const hidden = key === 'cause' || key === 'errors';
        const configurable = true;
        Object.defineProperty(error, key, { value: revive(part), writable: true, enumerable: !hidden, configurable });
      }
    } else made.set(place, receiver.remote(crossing.kind, crossing.channel));
  };

  return revive(value);
}

/** Creates an error of the most specific class that this side knows, with the original name, message and stack. */
function errorOf({ classes, name, message, stack }: Extract<Crossing, { kind: 'error' }>): Error {
  if (classes.includes('DOMException')) return new DOMException(message, name);
  const error = new Error(message);
  Object.setPrototypeOf(error, (knownOf(classes) ?? Error).prototype as object);
  if (error.name !== name) {
    Object.defineProperty(error, 'name', { value: name, writable: true, enumerable: false, configurable: true });
  }
  if (stack !== undefined) error.stack = stack;
  return error;
}
