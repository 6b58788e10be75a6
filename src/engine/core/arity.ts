// Counts the positional arguments that a function takes, because JavaScript silently ignores any others.
import { ArgumentError } from './errors';
import { isPlainObject, kindOf } from './options';

type Function = (...args: never[]) => unknown;

const known = new WeakMap<Function, number>();

/**
 * The maximum number of arguments that a function uses, including optional ones. Infinity if it has a rest parameter,
 * or if its source does not say.
 */
export function mostArguments(call: Function): number {
  const before = known.get(call);
  if (before !== undefined) return before;
  const most = counted(Function.prototype.toString.call(call));
  known.set(call, most);
  return most;
}

/** Matches the source of a function that reads its arguments without naming them. */
const READS_ARGUMENTS = /\barguments(\[|\.length)|(\.\.\.|\()arguments\b/;

/** Counts the parameters in the source of a function. */
function counted(source: string): number {
  if (READS_ARGUMENTS.test(source)) return Number.POSITIVE_INFINITY;
  const from = source.indexOf('(');
  const arrow = source.indexOf('=>');
  if (from < 0 || source.endsWith('[native code] }')) return Number.POSITIVE_INFINITY;
  if (arrow >= 0 && arrow < from) return 1;
  let [depth, commas, since] = [0, 0, false];
  for (let i = from; i < source.length; i++) {
    const letter = source[i]!;
    // A string or a comment could contain commas, so the count would be wrong. The library's own parameter lists
    // contain neither.
    if (letter === '"' || letter === "'" || letter === '`' || letter === '/') return Number.POSITIVE_INFINITY;
    if (depth === 1 && source.startsWith('...', i)) return Number.POSITIVE_INFINITY;
    if (')]}'.includes(letter)) depth--;
    if (depth === 0 && i > from) return since ? commas + 1 : commas;
    if (depth === 1 && letter === ',') [commas, since] = [commas + 1, false];
    else if (depth >= 1 && letter.trim() !== '') since = true;
    if ('([{'.includes(letter)) depth++;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * Rejects arguments beyond the ones that a function takes.
 *
 * @throws ArgumentError if there are too many
 */
export function expectNoMore(name: string, call: Function, args: readonly unknown[]): void {
  if (args.length <= call.length || args.length <= mostArguments(call)) return;
  const most = mostArguments(call);
  // An undefined argument counts as not given.
  if (args.slice(most).some((arg) => arg !== undefined)) throw oneTooMany(name, most, args);
}

/**
 * Makes methods of a class reject arguments that they would ignore. This applies to the methods in `names` that the
 * class itself defines.
 */
export function closeMethods(prototype: object, names: readonly string[]): void {
  for (const name of names) {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof method !== 'function') continue;
    const value = closed(name, method as Function);
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}

/** The prototypes that have been closed, by the base class at which closing stopped. */
const inherited = new WeakMap<object, WeakSet<object>>();

/**
 * Calls `closeMethods` for all classes that an object inherits from, up to a base class. Called by the constructors of
 * classes that users extend.
 */
export function closeInherited(object: object, base: object, names: readonly string[]): void {
  const known = inherited.get(base) ?? new WeakSet();
  inherited.set(base, known);
  for (
    let owner = object;
    owner !== base && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object
  ) {
    if (known.has(owner)) return;
    known.add(owner);
    closeMethods(owner, names);
  }
}

/** @throws ArgumentError if an argument, positional or named, is a promise */
export function expectSettled(name: string, args: readonly unknown[]): void {
  for (const arg of args) {
    if (arg instanceof Promise) throw new ArgumentError(`${name}: expected a value, but got ${kindOf(arg)}`);
  }
  const last = args.at(-1);
  if (!isPlainObject(last)) return;
  for (const key in last) {
    if (!(last[key] instanceof Promise)) continue;
    throw new ArgumentError(`${name}: expected ${key} itself, but got ${kindOf(last[key])}`);
  }
}

/** Wraps a function so that it rejects promises and surplus arguments. */
/* @__NO_SIDE_EFFECTS__ */
export function closed<F extends Function>(name: string, call: F): F {
  return function (this: unknown, ...args: never[]): unknown {
    expectSettled(name, args);
    if (args.length > 0) expectNoMore(name, call, args);
    return call.apply(this, args);
  } as F;
}

/** The error for too many arguments to a function that takes no named arguments. */
export function oneTooMany(name: string, most: number, args: readonly unknown[]): ArgumentError {
  const last = args.at(-1);
  const key = isPlainObject(last) && args.length === most + 1 ? Object.keys(last)[0] : undefined;
  const takes = most === 0 ? 'no arguments' : `at most ${most} argument${most === 1 ? '' : 's'}`;
  const got = key === undefined ? `${args.length}` : `an unknown argument '${key}'`;
  return new ArgumentError(`${name}: expected ${takes}, but got ${got}`);
}
