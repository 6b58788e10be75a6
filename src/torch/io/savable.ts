// Which values can be saved, and the errors for all others.
import { ArgumentError } from '../../engine/core/errors';
import { isPlainObject, kindOf, shown } from '../../engine/core/options';
import { Device } from '../../engine/storage/device';
import { isUninitialized } from '../nn/module/parameter';
import { Tensor } from '../tensor/tensor';

const SAVE = 'torch.save';

/** Deeper values would exceed Python's own recursion limit, so that Python could not load them. */
const DEEPEST = 900;

export type Savable =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** A number; the Python type remembered for its place decides whether it is an int or a float. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'bigint'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'device'; readonly value: Device }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'array'; readonly value: readonly unknown[] }
  | { readonly kind: 'map'; readonly value: ReadonlyMap<unknown, unknown> }
  | { readonly kind: 'set'; readonly value: ReadonlySet<unknown> }
  | { readonly kind: 'object'; readonly value: Record<string, unknown> };

/** The path from the saved value to a value inside it: `model.0.weight`. */
export type Path = readonly string[];

/** @throws ArgumentError if no file can hold the value */
export function savable(value: unknown, path: Path): Savable {
  if (value === null || value === undefined) return { kind: 'null' };
  switch (typeof value) {
    case 'boolean':
      return { kind: 'boolean', value };
    case 'number':
      return { kind: 'number', value };
    case 'bigint':
      return { kind: 'bigint', value };
    case 'string':
      if (/\p{Surrogate}/u.test(value))
        return refuse(path, 'text with a lone surrogate', 'mend it with value.toWellFormed()');
      return { kind: 'string', value };
    case 'object':
      return savableObject(value, path);
    default:
      refuseStateful(value as object, path);
      return refuse(path, kindOf(value), 'functions and symbols are not saved; leave it out');
  }
}

function savableObject(value: object, path: Path): Savable {
  if (value instanceof Tensor) {
    if (isUninitialized(value))
      refuse(path, 'a parameter without a shape', 'run the model once before its state is saved');
    return { kind: 'tensor', value };
  }
  if (Array.isArray(value)) return { kind: 'array', value };
  if (value instanceof Map) return { kind: 'map', value };
  if (value instanceof Set) return { kind: 'set', value };
  if (value instanceof Uint8Array) return { kind: 'bytes', value };
  if (value instanceof Device) return { kind: 'device', value };
  if (isPlainObject(value)) return { kind: 'object', value };
  refuseStateful(value, path);
  if (ArrayBuffer.isView(value)) return refuse(path, kindOf(value), 'pass torch.tensor(…) of it');
  if (value instanceof Date) return refuse(path, 'a Date', 'pass its toISOString()');
  return refuse(path, kindOf(value), 'pass plain objects, arrays, numbers, text and tensors');
}

/** Refuses a module, an optimizer or a scheduler, which must be saved as its state dict. */
function refuseStateful(value: object, path: Path): void {
  if (typeof (value as { stateDict?: unknown }).stateDict !== 'function') return;
  // A nested module is named by its key, whatever its class.
  const what = path.length === 0 ? 'model' : path.at(-1)!;
  refuse(path, `an instance of ${value.constructor.name}`, `pass ${what}.stateDict()`);
}

/** Throws the error for a value that cannot be saved. @throws ArgumentError always */
export function refuse(path: Path, got: string, remedy: string): never {
  const where = path.length === 0 ? 'what can be saved' : `what can be saved at ${shown(path.join('.'))}`;
  throw new ArgumentError(`${SAVE}: expected ${where}, but got ${got}; ${remedy}`);
}

/** Tracks a descent into nested values, and refuses those that contain themselves. */
export class Descent {
  readonly path: string[] = [];
  private readonly open = new Set<object>();

  /** @throws ArgumentError if the value is one of the containers that are being visited, so that it contains itself */
  refuseOpen(value: unknown): void {
    if (!this.open.has(value as object)) return;
    refuse(this.path, 'an object inside of itself', 'files hold no cycles, so leave it out');
  }

  /** Runs `visit` inside a container; @throws ArgumentError if it contains itself, or is nested too deep */
  within(container: object, visit: () => void): void {
    this.refuseOpen(container);
    if (this.open.size >= DEEPEST)
      refuse(this.path.slice(0, 3), `more than ${DEEPEST} levels`, 'save a flatter object');
    this.open.add(container);
    visit();
    this.open.delete(container);
  }

  /** Runs `visit` for a named value in the container. */
  at(name: unknown, visit: () => void): void {
    this.path.push(typeof name === 'object' ? '?' : String(name));
    visit();
    this.path.pop();
  }
}

/** The properties of an object to save; undefined ones are left out. */
export const entriesOf = (object: Record<string, unknown>): [string, unknown][] =>
  Object.entries(object).filter(([, value]) => value !== undefined);
