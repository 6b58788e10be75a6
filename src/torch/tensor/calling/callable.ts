// Owns how functions of tensors are called: every parameter by place or by name, tensors checked, and errors under the name that was called.

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
 * What a parameter takes: a tensor, a tensor or a number, a list of tensors, a number, a list, a number or a list, a function, a text, or
 * any value, which the function itself checks. After `?` a parameter may be left out, and a tensor be null.
 */
type Kind = 'tensor' | 'operand' | 'tensors' | 'number' | 'list' | 'numbers' | 'function' | 'text' | 'value';

/** Whether a value is a tensor, told without the class of tensors. */
export const isTensor = (value: unknown): value is Tensor => value instanceof TensorBase;

const described: Readonly<Record<Kind, string>> = {
  tensor: 'a tensor',
  operand: 'a tensor or a number',
  tensors: 'a list of tensors',
  number: 'a number',
  list: 'a list of numbers',
  numbers: 'a number or a list of numbers',
  function: 'a function',
  text: 'a text',
  value: 'a value',
};

/** Errors of arguments that are missing or of another kind, which modules tell in their own name. */
const misfits = new WeakSet<object>();

/** The same error, which modules tell in their own name. */
export function misfit(error: ArgumentError): ArgumentError {
  misfits.add(error);
  return error;
}

/** Whether an error says that an argument is missing or of another kind. */
export const isMisfit = (error: unknown): error is ArgumentError =>
  error instanceof ArgumentError && misfits.has(error);

/** What null may stand for where it is not needed. */
const nullable: ReadonlySet<Kind> = new Set<Kind>(['tensor', 'operand', 'tensors', 'value']);

/** Whether a value is of a kind, as far as that can be seen at a glance. */
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
  /** How many arguments a call by place has at least: a required parameter may follow one that is not. */
  readonly least: number;
  /** The function takes more, and matches it by itself. */
  readonly open: boolean;
  /** All arguments are tensors, one by one or in a list. */
  readonly variadic: boolean;
}

export type Callee = (...args: never[]) => unknown;

/** The names of a list such as `input, other: operand, dim?: value`; optional ones keep their `?`. Where it ends in `...`, the required ones. */
type Names<List extends string> = List extends `${infer Before}, ...`
  ? Required<Split<Before>>
  : List extends '...' | ''
    ? []
    : Split<List>;
type Split<List extends string> = List extends `${infer First}, ${infer Rest}`
  ? [...Split<First>, ...Split<Rest>]
  : List extends `${infer Name}: ${string}`
    ? [Name]
    : [List];
type Required<All extends readonly string[]> = All extends readonly [
  infer First,
  ...infer Rest extends readonly string[],
]
  ? First extends `${string}?`
    ? []
    : [First, ...Required<Rest>]
  : [];

export type NamesOf<S extends string> = S extends `${string}(${infer List})` ? Names<List> : [];

/** Options of a function in the place of the parameters after its required ones; `unknown` where it takes none. */
type OptionsIn<Rest extends readonly unknown[]> = [Options<Rest>] extends [never] ? unknown : Options<Rest>;
type Options<Rest> = Rest extends readonly [options?: infer O] ? Named<O> : never;
type Named<O> = O extends TensorBase | readonly unknown[] | Callee | string | number | boolean | null | undefined
  ? never
  : O;

/** The argument lists of a function with some of its required parameters, and all those after them, by name. */
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

/** A function of F's arguments, which may be given by name from any of them on. By this name declarations keep the texts of its options. */
export type ByPlaceOrName<S extends string, F extends Callee> = (
  ...args: Parameters<F> | ByName<NamesOf<S>, Parameters<F>>
) => ReturnType<F>;

/**
 * A function that takes its parameters by place, or from any of them on by name. One with options has a single signature, so that an error is about the
 * arguments; the others are functions of fewer parameters too, as `tensors.map(torch.exp)` needs.
 */
export type Callable<S extends string, F extends Callee> = S extends `${string}...)`
  ? ByPlaceOrName<S, F>
  : F & ByPlaceOrName<S, F>;

/**
 * `call` under PyTorch's calling rules. The signature lists its parameters in order, each with its kind, `tensor` if none is written;
 * required ones come to `call` by place, also when given by name. `...` stands for parameters that `call` matches by itself, with `parseArgs`;
 * `*tensors` for any number of tensors, one by one or in a list.
 *
 *     export const atan2 = callable('atan2(input, other)', (input: Tensor, other: Tensor): Tensor => …);
 *     atan2(y, x); atan2(y, { other: x }); atan2({ input: y, other: x });
 *
 * The function that comes back throws an ArgumentError where no tensor stands in the place of one, and errors of functions within carry its name.
 */
/* @__NO_SIDE_EFFECTS__ */
export function callable<const S extends string, F extends Callee>(signature: S, call: F): Callable<S, F> {
  const called = checkedCall(signature, call as unknown as AnyCall, () => mostArguments(call));
  return ((...args: unknown[]) => called(args)) as unknown as Callable<S, F>;
}

export type AnyCall = (...args: unknown[]) => unknown;

/** In the place of a tensor that a method is called on, for a function. */
const NOBODY = Symbol('nobody');

/** How `checkedCall` hands over what a method is called on. */
interface Handing {
  /** The tensor is the first argument, rather than `this`. */
  readonly selfFirst?: boolean;
  readonly isGetter?: boolean;
}

/**
 * Calls with arguments after the signature's check, told to those who watch. `most` says how many arguments `run` looks at. A method's signature is
 * without the tensor that it is called on, `self`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function checkedCall(signature: string, run: AnyCall, most: () => number, handing: Handing = {}) {
  const { selfFirst = false, isGetter = false } = handing;
  let parsed: Signature | null = null;
  let limit = 0;
  return function called(args: readonly unknown[], self: unknown = NOBODY): unknown {
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
    // What a watcher throws is no error of this operation.
    return watcher ? watcher.operation(name, whole(), computed, isGetter, self !== NOBODY) : computed();

    function computed(): unknown {
      try {
        return run.apply(self, handed(all(parsed!, args, limit)));
      } catch (error) {
        throw told(name, whole(), error);
      }
    }

    function handed(given: readonly unknown[]): unknown[] {
      return selfFirst ? [self, ...given] : (given as unknown[]);
    }
  };
}

/** `callable` for functions whose types are written out: `overloaded<Where>('where(condition, …)', whereOf)`. */
/* @__NO_SIDE_EFFECTS__ */
export function overloaded<F extends Callee>(signature: string, call: Callee): F {
  return callable(signature, call) as unknown as F;
}

/** `callable` for functions whose types list their parameters by name already, or that are overloaded. */
/* @__NO_SIDE_EFFECTS__ */
export function checked<F extends Callee>(signature: string, call: F): F {
  return callable(signature, call) as unknown as F;
}

/** Getters of a class, told to those who watch, with their errors under their own names. */
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

/** The arguments as `arrange` gives them, after a check that the function looks at every one. */
function all(signature: Signature, args: readonly unknown[], most: number): readonly unknown[] {
  const given = arrange(signature, args);
  if (given.length > most) throw oneTooMany(signature.name, most, given);
  return given;
}

/** The arguments with those in front that are required by place, after a check of all that the signature tells about. */
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
    // What the function matches by itself keeps its name.
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

/** An error of a call, under its name and with what its arguments have to do with it. */
function told(name: string, args: readonly unknown[], error: unknown): unknown {
  explainWhole(error, args.flat().filter(isTensor));
  return underName(name, error);
}

/** An error that a function within has thrown, under the name that was called. */
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
  // The stack begins with the message as it was.
  error.stack = error.stack?.replace(message, () => error.message);
  return error;
}
