// How functions of tensors are called: parameters by position or by name, as in Python; checks of arguments; and errors
// under the name of the function that the user called.

import { mostArguments, oneTooMany } from '../../../engine/core/arity';
import { calls } from '../../../engine/core/calls';
import { ArgumentError, AutogradError, DTypeError, IndexError, ShapeError } from '../../../engine/core/errors';
import {
  isPlainObject,
  kindOf,
  missingArguments,
  parameterTwice,
  tooMany,
  unknownArgument,
} from '../../../engine/core/options';
import { explainWhole } from '../../../engine/storage/whole-numbers';
import { TensorBase } from '../base';
import type { Tensor } from '../tensor';

/**
 * The kind of a parameter: a tensor, a tensor or a number (`operand`), a list of tensors, a number, a list of numbers,
 * a number or a list of numbers (`numbers`), a function, a text, or any value, which the function then checks by
 * itself. A parameter whose name ends in `?` may be left out; if it is a tensor, null is allowed, too.
 */
type Kind = 'tensor' | 'operand' | 'tensors' | 'number' | 'list' | 'numbers' | 'function' | 'text' | 'value';

/**
 * Whether a value is a tensor. It tests for the base class, since this file must not import Tensor, which imports it.
 */
export const isTensor = (value: unknown): value is Tensor => value instanceof TensorBase;

const described: Readonly<Record<Kind, string>> = {
  tensor: 'a tensor',
  operand: 'a tensor or a number',
  tensors: 'a list of tensors',
  number: 'a number',
  list: 'a list of numbers',
  numbers: 'a number or a list of numbers',
  function: 'a function',
  text: 'a string',
  value: 'a value',
};

/** Errors about missing arguments or arguments of the wrong kind. Modules report these under their own name. */
const misfits = new WeakSet<object>();

/** Marks the error as one about a missing or wrong argument, and returns it. */
export function misfit(error: ArgumentError): ArgumentError {
  misfits.add(error);
  return error;
}

/** Whether an error is about a missing argument or one of the wrong kind. */
export const isMisfit = (error: unknown): error is ArgumentError =>
  error instanceof ArgumentError && misfits.has(error);

/** The kinds for which null is allowed if the parameter is optional. */
const nullable: ReadonlySet<Kind> = new Set<Kind>(['tensor', 'operand', 'tensors', 'value']);

/** Whether a value is of a kind. For lists, only that it is an array. */
function isOf(kind: Kind, value: unknown): boolean {
  const isNumber = typeof value === 'number';
  if (kind === 'tensor') return isTensor(value);
  if (kind === 'operand') return isTensor(value) || isNumber || typeof value === 'boolean';
  if (kind === 'number') return isNumber;
  if (kind === 'numbers') return isNumber || Array.isArray(value);
  if (kind === 'function') return typeof value === 'function';
  if (kind === 'text') return typeof value === 'string';
  return kind === 'value' || Array.isArray(value);
}

interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  readonly optional: boolean;
}

interface Signature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /**
   * The least number of arguments by position: all up to the last required parameter, which may follow optional ones.
   */
  readonly least: number;
  /** Whether the signature ends in `...`: the function takes more arguments, which it matches by itself. */
  readonly open: boolean;
  /** Whether all arguments are tensors, given one by one or in a list. */
  readonly variadic: boolean;
}

export type Callee = (...args: never[]) => unknown;

/**
 * The parameter names of a list such as `input, other: operand, dim?: value`. Optional names keep their `?`. If the
 * list ends in `...`, only the required names.
 */
type Names<List extends string> = List extends `${infer Before}, ...`
  ? RequiredNames<Split<Before>>
  : List extends '...' | ''
    ? []
    : Split<List>;
type Split<List extends string> = List extends `${infer First}, ${infer Rest}`
  ? [...Split<First>, ...Split<Rest>]
  : List extends `${infer Name}: ${string}`
    ? [Name]
    : [List];
type RequiredNames<All extends readonly string[]> = All extends readonly [
  infer First,
  ...infer Rest extends readonly string[],
]
  ? First extends `${string}?`
    ? []
    : [First, ...RequiredNames<Rest>]
  : [];

export type NamesOf<S extends string> = S extends `${string}(${infer List})` ? Names<List> : [];

/** The options object of a function that takes one after its required parameters; `unknown` if it takes none. */
type OptionsIn<Rest extends readonly unknown[]> = [LastOptions<Rest>] extends [never] ? unknown : LastOptions<Rest>;
type LastOptions<Rest> = Rest extends readonly [options?: infer O] ? FieldsOf<O> : never;
type FieldsOf<O> = O extends TensorBase | readonly unknown[] | Callee | string | number | boolean | null | undefined
  ? never
  : O;

/** All argument lists in which the first parameters are given by position, and the others by name in one object. */
export type ByName<
  Names extends readonly string[],
  Args extends readonly unknown[],
  Given extends readonly unknown[] = [],
> = Names extends readonly [string, ...infer Later extends readonly string[]]
  ? Args extends readonly [(infer First)?, ...infer Rest]
    ? [...Given, named: Gathered<Names, Args>] | ByName<Later, Rest, [...Given, First]>
    : never
  : never;

type Gathered<Names extends readonly string[], Args extends readonly unknown[]> = Names extends readonly [
  infer Name extends string,
  ...infer Later extends readonly string[],
]
  ? Args extends readonly [(infer First)?, ...infer Rest]
    ? Member<Name, First> & Gathered<Later, Rest>
    : unknown
  : OptionsIn<Args>;

type Member<Name extends string, T> = Name extends `${infer Given}?` ? { [K in Given]?: T } : { [K in Name]: T };

/**
 * A function with the arguments of F, which may be given by name from any one of them on. It is a named type so that
 * declaration files keep the docstrings of its options.
 */
export type ByPlaceOrName<S extends string, F extends Callee> = (
  ...args: Parameters<F> | ByName<NamesOf<S>, Parameters<F>>
) => ReturnType<F>;

/**
 * A function that takes its parameters by position, or from any one of them on by name. A function with options has a
 * single signature, so that TypeScript's errors are about the arguments and not about overloads. The others also have
 * the type F, so that they can be passed as callbacks, as in `tensors.map(torch.exp)`.
 */
export type CalledByName<S extends string, F extends Callee> = S extends `${string}...)`
  ? ByPlaceOrName<S, F>
  : F & ByPlaceOrName<S, F>;

/**
 * `call` with PyTorch's calling rules. The signature lists the parameters in order, each with its kind (default:
 * `tensor`). `call` gets required parameters by position, even if the user gave them by name. `...` stands for
 * parameters that `call` matches by itself, with `parseArgs`; `*tensors` stands for any number of tensors, one by one
 * or in a list.
 *
 *     export const atan2 = callable('atan2(input, other)', (input: Tensor, other: Tensor): Tensor => …);
 *     atan2(y, x); atan2(y, { other: x }); atan2({ input: y, other: x });
 *
 * The returned function throws an ArgumentError if an argument that must be a tensor is not one, and puts its own name
 * on errors of functions that it calls.
 */
/* @__NO_SIDE_EFFECTS__ */
export function callable<const S extends string, F extends Callee>(signature: S, call: F): CalledByName<S, F> {
  const called = checkedCall(signature, call as unknown as AnyCall, () => mostArguments(call));
  return ((...args: unknown[]) => called(args)) as unknown as CalledByName<S, F>;
}

export type AnyCall = (...args: unknown[]) => unknown;

/** Stands for the tensor that a method is called on if a function, not a method, is called. */
const NOBODY = Symbol('nobody');

/** How `checkedCall` passes the tensor that a method is called on. */
interface Handing {
  /** Passes the tensor as the first argument instead of as `this`. */
  readonly selfFirst?: boolean;
  readonly isGetter?: boolean;
}

/**
 * Wraps `run` in the checks of a signature, and reports each call to a watcher, if there is one. `most` returns how
 * many arguments `run` looks at. The signature of a method leaves out the tensor that it is called on, `self`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function checkedCall(signature: string, run: AnyCall, most: () => number, handing: Handing = {}) {
  const { selfFirst = false, isGetter = false } = handing;
  let parsed: Signature | null = null;
  let limit = 0;
  return function called(args: readonly unknown[], self: unknown = NOBODY, isWatched = false): unknown {
    if (parsed === null) [parsed, limit] = [parse(signature), most()];
    const { watcher, conversions } = calls;
    const { name } = parsed;
    const whole = () => (self === NOBODY ? args : [self, ...args]);
    const conversion = conversions?.get(name);
    if (conversion) {
      const again =
        self === NOBODY
          ? (...others: unknown[]) => called(others)
          : (...[to, ...others]: unknown[]) => called(others, to);
      return conversion(whole(), again);
    }
    // The watcher's own errors are not errors of this operation, so it is called outside the try.
    if (watcher && !isWatched) {
      return watcher.operation(name, whole(), () => called(args, self, true), isGetter, self !== NOBODY);
    }
    try {
      return run.apply(self, handed(all(parsed, args, limit)));
    } catch (error) {
      throw told(name, whole(), error);
    }

    function handed(given: readonly unknown[]): unknown[] {
      return selfFirst ? [self, ...given] : (given as unknown[]);
    }
  };
}

/**
 * `callable` for functions whose type is given as a type argument: `overloaded<Where>('where(condition, …)', whereOf)`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function overloaded<F extends Callee>(signature: string, call: Callee): F {
  return callable(signature, call) as unknown as F;
}

/** `callable` for functions whose own type already has the forms by name, or overloads. */
/* @__NO_SIDE_EFFECTS__ */
export function checked<F extends Callee>(signature: string, call: F): F {
  return callable(signature, call) as unknown as F;
}

/** Copies the getters of `owner` to `prototype`, so that they report to a watcher and name themselves in errors. */
export function callableGetters(prototype: object, owner: object): void {
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
    if (!get) continue;
    const called = checkedCall(`${name}()`, get, () => 0, { isGetter: true });
    const property = { get: gotten, configurable: true };
    Object.defineProperty(prototype, name, property);

    function gotten(this: unknown): unknown {
      return called([], this);
    }
  }
}

function parse(signature: string): Signature {
  const at = signature.indexOf('(');
  const list = signature.slice(at + 1, -1);
  const words = list === '' ? [] : list.split(', ');
  const parameters = words
    .filter((word) => word !== '...')
    .map((word): Parameter => {
      const [given, kind = 'tensor'] = word.split(': ') as [string, Kind?];
      const optional = given.endsWith('?');
      return { name: optional ? given.slice(0, -1) : given, kind, optional };
    });
  return {
    name: signature.slice(0, at),
    parameters,
    least: parameters.findLastIndex(({ optional }) => !optional) + 1,
    open: words.at(-1) === '...',
    variadic: list.startsWith('*'),
  };
}

/** The arguments in the order of `arrange`. Checks that there are no more than the function looks at. */
function all(signature: Signature, args: readonly unknown[], most: number): readonly unknown[] {
  const given = arrange(signature, args);
  if (given.length > most) throw oneTooMany(signature.name, most, given);
  return given;
}

/**
 * Checks the arguments against the signature, and moves required parameters that were given by name to their positions.
 */
function arrange(signature: Signature, args: readonly unknown[]): readonly unknown[] {
  const { name, parameters, least, open, variadic } = signature;
  for (const arg of args) {
    if (arg instanceof Promise) throw misfit(new ArgumentError(`${name}: expected a value, but got ${kindOf(arg)}`));
  }
  if (variadic) {
    const tensors = open && isPlainObject(args.at(-1)) ? args.slice(0, -1) : args;
    checkList(name, tensors.length === 1 && !isTensor(tensors[0]) ? tensors[0] : tensors);
    return args;
  }
  if (open && parameters.length === 0) return args;
  const last = args[args.length - 1];
  const named = isPlainObject(last) ? last : null;
  if (!named) {
    if (args.length < least) throw missing(signature, args, {});
    expectAtMost(signature, args.length);
    for (let i = 0; i < parameters.length && i < args.length; i++) check(signature, parameters[i]!, args[i]);
    return args;
  }
  const places = args.length - 1;
  expectAtMost(signature, places);
  for (const key in named) {
    const given = named[key];
    if (given instanceof Promise)
      throw misfit(new ArgumentError(`${name}: expected ${key} itself, but got ${kindOf(given)}`));
    const at = parameters.findIndex((parameter) => parameter.name === key);
    if (at < 0 && !open)
      throw unknownArgument(
        name,
        key,
        parameters.map((parameter) => parameter.name),
      );
    if (at >= 0 && at < places && args[at] !== undefined && named[key] !== undefined) throw parameterTwice(name, key);
  }
  const inFront = args.slice(0, places);
  const rest: Record<string, unknown> = { ...named };
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i]!;
    const value = i < places && args[i] !== undefined ? args[i] : rest[parameter.name];
    if (value === undefined && !parameter.optional) throw missing(signature, inFront, named);
    check(signature, parameter, value);
    // The function matches optional parameters of an open signature by itself, so they stay by name.
    if (parameter.optional && open) continue;
    inFront[i] = value;
    delete rest[parameter.name];
  }
  return Object.keys(rest).length > 0 ? [...inFront, rest] : inFront;
}

function expectAtMost({ name, parameters, open }: Signature, places: number): void {
  if (open || places <= parameters.length) return;
  throw tooMany(
    name,
    parameters.map((parameter) => parameter.name),
    places,
  );
}

function missing(
  { name, parameters }: Signature,
  places: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): ArgumentError {
  const given: Record<string, unknown> = { ...named };
  parameters.forEach((parameter, i) => {
    if (places[i] !== undefined) given[parameter.name] = places[i];
  });
  const needed = parameters.filter(({ optional }) => !optional).map((parameter) => parameter.name);
  return misfit(missingArguments(name, needed, given));
}

function check({ name }: Signature, { name: parameter, kind, optional }: Parameter, value: unknown): void {
  if (optional && (value === undefined || (value === null && nullable.has(kind)))) return;
  if (value === undefined) throw misfit(missingArguments(name, [parameter], {}));
  if (kind === 'tensors') checkList(name, value);
  else if (!isOf(kind, value)) {
    const message = `${name}: expected ${parameter} to be ${described[kind]}, but got ${kindOf(value)}`;
    throw misfit(new ArgumentError(message));
  }
}

function checkList(name: string, value: unknown): void {
  if (!Array.isArray(value)) {
    throw new ArgumentError(`${name}: expected a list of tensors, as in ${name}([a, b]), but got ${kindOf(value)}`);
  }
  const at = value.findIndex((each) => !isTensor(each));
  if (at >= 0) throw new ArgumentError(`${name}: expected tensors, but at ${at} got ${kindOf(value[at])}`);
}

/** An error of a call, under the name of the function, and with an explanation if its arguments suggest one. */
function told(name: string, args: readonly unknown[], error: unknown): unknown {
  explainWhole(error, args.flat().filter(isTensor));
  return underName(name, error);
}

/** An error that an inner function threw, changed to begin with the name that the user called. */
export function underName(name: string, error: unknown): unknown {
  const aboutCall =
    error instanceof ShapeError ||
    error instanceof DTypeError ||
    error instanceof IndexError ||
    error instanceof AutogradError ||
    error instanceof ArgumentError;
  if (!aboutCall) return error;
  const { message } = error;
  const said = /^[a-z][\w.]*(?=:| of )/i.exec(message)?.[0];
  if (said === undefined || said === name) return error;
  error.message = name + message.slice(said.length);
  // The stack repeats the old message.
  error.stack = error.stack?.replace(message, () => error.message);
  return error;
}
