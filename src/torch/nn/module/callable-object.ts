// How a module becomes callable, as in PyTorch, and the errors of calls with wrong arguments.

import { expectNoMore, mostArguments } from '../../../engine/core/arity';
import { ArgumentError } from '../../../engine/core/errors';
import { isPlainObject, kindOf, missingArguments, parameterTwice, unknownArgument } from '../../../engine/core/options';
import { Printable } from '../../../engine/core/printable';
import { isTensor, misfit } from '../../tensor/calling/callable';

/** A base class whose objects are functions. Fields and methods of subclasses live on the function itself. */
export class Callable extends Printable {
  constructor(call: (self: object, args: unknown[]) => unknown) {
    super();
    const self: object = (...args: unknown[]) => call(self, args);
    // A function's own `name` and `length` are read-only; delete them, so that subclasses may have such fields.
    Reflect.deleteProperty(self, 'name');
    Reflect.deleteProperty(self, 'length');
    // biome-ignore lint/correctness/noConstructorReturn: `new` must yield the function.
    return Object.setPrototypeOf(self, new.target.prototype);
  }
}

/** The module, typed as a function of any inputs. */
export const callOf = (module: object): ((...inputs: readonly unknown[]) => unknown) =>
  module as (...inputs: readonly unknown[]) => unknown;

/** The names of a library layer's inputs, in order; a module without them takes its arguments by position. */
export const inputs = Symbol('inputs');

type Forward = { readonly forward: (...args: never[]) => unknown; readonly [inputs]: readonly string[] };

/** The name of an input without the `?` that marks it as optional. */
const plain = (name: string): string => name.replace('?', '');

const saysLack = /undefined|missing \d+ required/;

/**
 * The arguments of a layer by position. The last given argument may hold some by name, with the options that follow
 * them.
 *
 * @throws ArgumentError if an argument is given twice, missing or unknown
 */
export function inPlaces(layer: Forward, args: unknown[]): unknown[] {
  const last = args.at(-1);
  if (!isPlainObject(last)) return args;
  const words = layer[inputs];
  if (words.length === 0) return args;
  const [name, names] = [layer.constructor.name, words.map(plain)];
  const places = args.slice(0, -1);
  const rest: Record<string, unknown> = { ...last };
  names.forEach((key, i) => {
    if (!Object.hasOwn(rest, key)) return;
    if (places[i] !== undefined) throw parameterTwice(name, key);
    places[i] = rest[key];
    delete rest[key];
  });
  const [other] = Object.keys(rest);
  if (other !== undefined && mostArguments(layer.forward) <= names.length) throw unknownArgument(name, other, names);
  const error = lacking(name, words, places);
  if (error) throw error;
  if (other !== undefined) places[Math.max(names.length, places.length)] = rest;
  return Array.from(places);
}

/** The error if required inputs of a layer are missing; null if all are given. */
function lacking(name: string, words: readonly string[], args: readonly unknown[]): ArgumentError | null {
  const given = Object.fromEntries(words.filter((_, i) => args[i] !== undefined).map((word) => [word, true]));
  const needed = words.filter((word) => !word.endsWith('?'));
  return needed.every((word) => word in given) ? null : missingArguments(name, needed, given);
}

/**
 * The error for a module without a forward, or for an argument that is missing or cannot be a tensor; null for other
 * causes.
 */
export function misuse(module: Forward, args: readonly unknown[], cause: Error): ArgumentError | null {
  const name = module.constructor.name || 'nn.Module';
  if (typeof module.forward !== 'function') {
    const remedy = name === 'nn.Module' ? '; write a subclass that has one' : '';
    return new ArgumentError(`${name}: expected a method forward, but it has none${remedy}`, { cause });
  }
  const required = module.forward.length;
  const isWrong = (arg: unknown, i: number): boolean =>
    (arg === undefined && saysLack.test(cause.message)) ||
    arg instanceof Promise ||
    (arg === null && /null/.test(cause.message)) ||
    (i === 0 && isNumbers(arg));
  const lacks = lacking(name, module[inputs], args);
  if (lacks && saysLack.test(cause.message)) return lacks;
  const at = Array.from({ length: required }, (_, i) => args[i]).findIndex(isWrong);
  if (at < 0) return null;
  return noTensor(name, at, args[at], cause);
}

function noTensor(layer: string, at: number, value: unknown, cause?: Error): ArgumentError {
  const which = at === 0 ? 'its argument' : `argument ${at + 1}`;
  return new ArgumentError(`${layer}.forward: expected ${which} to be a tensor, but got ${kindOf(value)}`, { cause });
}

/**
 * Checks the inputs of a layer whose forward does not first call a function that checks them.
 *
 * @throws ArgumentError if a value is not a tensor
 */
export function expectTensors(layer: string, ...given: readonly unknown[]): void {
  const at = given.findIndex((value) => !isTensor(value));
  if (at >= 0) throw misfit(noTensor(layer, at, given[at]));
}

/**
 * Refuses surplus arguments, which `forward` would ignore; but accepts the index and the list that `xs.map(layer)`
 * passes.
 *
 * @throws ArgumentError if there is an argument too many
 */
export function expectLooked(
  module: { readonly forward: (...args: never[]) => unknown },
  args: readonly unknown[],
): void {
  const [first, place, list] = args;
  if (Array.isArray(list) && args.length === 3 && list[place as number] === first) return;
  expectNoMore(`${module.constructor.name}.forward`, module.forward, args);
}

const isNumbers = (arg: unknown): boolean =>
  ArrayBuffer.isView(arg) || (Array.isArray(arg) && typeof arg.flat(Number.POSITIVE_INFINITY)[0] === 'number');
