// Serves requests from the other side on a channel: calls, constructs and reads objects of this side.
import { ArgumentError } from '../../torch';
import { kindOf } from '../../torch/inside';
import type { Contents } from './crossing';

/** The outcome of a call: its result, or the error that it threw. */
export interface Answer {
  readonly failed: boolean;
  readonly contents: Contents;
}

/** The kinds of request: call a function, make an object of a class, read a property. */
export type Way = 'call' | 'make' | 'read';

/** The methods that comlink exposes on every channel. */
export type Host = Readonly<Record<Way, (path: readonly string[], args: Contents) => Promise<Answer>>>;

/** Follows a path of property names. */
export function found(target: unknown, path: readonly string[]): unknown {
  let at = target;
  for (const [i, name] of path.entries()) {
    if (at === null || at === undefined) {
      throw new ArgumentError(
        `${path.join('.')}: expected an object at ${path.slice(0, i).join('.')}, but it is ${at}`,
      );
    }
    at = Reflect.get(Object(at) as object, name);
  }
  return at;
}

/** Performs a request. @throws ArgumentError if there is no such function or class */
export function perform(way: Way, target: unknown, path: readonly string[], args: readonly unknown[]): unknown {
  if (way === 'read') return found(target, path);
  const parent = found(target, path.slice(0, -1));
  const callee = found(target, path);
  if (typeof callee !== 'function') {
    const name = path.length > 0 ? path.join('.') : 'expose';
    const what = way === 'make' ? 'a class' : 'a function';
    throw new ArgumentError(`${name}: expected ${what} in the worker, but got ${kindOf(callee)}${listed(parent)}`);
  }
  return way === 'make'
    ? Reflect.construct(callee, args)
    : Reflect.apply(callee, path.length > 0 ? parent : undefined, args);
}

/** Lists the functions of an object, for an error message. */
function listed(parent: unknown): string {
  const names = new Set<string>();
  for (let at: unknown = parent; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    }
    if (typeof at === 'function') break;
  }
  return names.size > 0 ? `; there are ${[...names].join(', ')}` : '';
}
