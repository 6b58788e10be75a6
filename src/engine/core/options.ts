// PyTorch's calling rules: any argument may be passed by position, or by name in one trailing object.

import { count, flag, type Kind, type Kinds, number, orNull, text } from './argument-kinds';
import { ArgumentError } from './errors';
import { isPlainObject, kindOf } from './kind-of';
import type { Labelled } from './labels';

export { isPlainObject, kindOf };

export type RequiredKeys<O> = { [K in keyof O]-?: object extends Pick<O, K> ? never : K }[keyof O];
type OptionalKeys<O> = Exclude<keyof O, RequiredKeys<O>>;

/** The defaults of the optional parameters of O, in their positional order. */
export type Defaults<O> = { [K in OptionalKeys<O>]-?: Exclude<O[K], undefined> };

/** All parameters of O, with defaults filled in. */
export type Parsed<O> = { [K in keyof O]-?: Exclude<O[K], undefined> };

/**
 * The argument lists of a function with the parameters O in the given order: the first few by position, the rest by
 * name in one trailing object. The object may be omitted if all required arguments were passed by position.
 *
 * `Arguments<{ a: number; b?: number }, ['a', 'b']>` is `[a, { b? }?] | [a, b?] | [{ a, b? }]`.
 */
export type Arguments<O, Order extends readonly (keyof O)[], Given extends readonly unknown[] = []> =
  object extends Pick<O, Order[number]>
    ? Completed<O, Order, Given>
    : Order extends readonly [infer K, ...infer Rest]
      ? Either<
          Arguments<O, OfKeys<Rest, O>, [...Given, ...ByPlace<K, O>]>,
          [...Given, options: RemainingByName<O, Order>]
        >
      : Given;

/**
 * The argument lists after the required arguments: the rest by name, all by position, or some by position and some by
 * name. Editors show the first of these forms, compiler errors the last one.
 */
type Completed<O, Order extends readonly (keyof O)[], Given extends readonly unknown[]> = Order extends readonly []
  ? Given
  : Either<
      [...Given, options?: RemainingByName<O, Order>],
      Either<[...Given, ...OptionalPlaces<O, Order>], LastArguments<O, Order, Given>>
    >;

type LastArguments<O, Order extends readonly (keyof O)[], Given extends readonly unknown[]> = Order extends readonly [
  unknown,
]
  ? [...Given, options: RemainingByName<O, Order>]
  : Either<PlacesThenNames<O, Order, Given>, [...Given, options: RemainingByName<O, Order>]>;

type PlacesThenNames<O, Order extends readonly (keyof O)[], Given extends readonly unknown[]> = Order extends readonly [
  infer K,
  infer Next,
  ...infer Rest,
]
  ?
      | [...Given, O[K & keyof O], options?: RemainingByName<O, OfKeys<[Next, ...Rest], O>>]
      | PlacesThenNames<O, OfKeys<[Next, ...Rest], O>, [...Given, O[K & keyof O]]>
  : never;

/** The union of A and B. Editors list the members of a union in the order in which TypeScript first encounters them. */
type Either<A, B> = A extends infer First ? First | B : never;

/** One required positional argument, labelled with the name of its parameter. */
type ByPlace<K, O> = K extends keyof Labelled<unknown> ? Labelled<O[K & keyof O]>[K] : [O[K & keyof O]];

/**
 * Optional positional arguments. They have no labels, since with labels TypeScript would have to create twice as many
 * types.
 */
type OptionalPlaces<O, Order extends readonly (keyof O)[]> = Order extends readonly [infer K, ...infer Rest]
  ? [O[K & keyof O]?, ...OptionalPlaces<O, OfKeys<Rest, O>>]
  : [];

/** The parameters that may still be passed by name, expanded for display in editors. */
type RemainingByName<O, Order extends readonly (keyof O)[]> =
  Pick<O, Order[number]> extends infer Part ? { [K in keyof Part]: Part[K] } : never;

/** A list of keys. This form also works in TypeScript 5.2, which fails on constraints of `infer`. */
export type OfKeys<List, O> = List extends readonly (keyof O)[] ? List : [];

const LONGEST = 200;

/**
 * The text of a value in messages: JSON, truncated if it is long, or a description if JSON cannot represent the value.
 */
export function shown(value: unknown): string {
  const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
  try {
    return cut(JSON.stringify(value, plainly) ?? kindOf(value));
  } catch {
    return kindOf(value);
  }
}

/**
 * Prepares the parts of a value for JSON. Lists are truncated, and class instances are described in words, even if they
 * have a `toJSON`.
 */
function plainly(this: unknown, key: string): unknown {
  const part: unknown = Reflect.get(this as object, key);
  if (typeof part !== 'object' || part === null || isPlainObject(part)) return part;
  return Array.isArray(part) ? part.slice(0, LONGEST) : kindOf(part);
}

/** The text of a value of the wrong kind in an error. */
function gotten(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? kindOf(value) : shown(value);
}

/**
 * Checks one argument of the function `name`.
 *
 * @throws ArgumentError if the value is not of this kind
 */
export function expectKind(name: string, key: string, value: unknown, kind: Kind): void {
  if (kind.fits(value)) return;
  throw new ArgumentError(`${name}: expected ${key} to be ${kind.words}, but got ${gotten(value)}`);
}

/** @throws ArgumentError unless `value` is a positive integer */
export function expectCount(name: string, key: string, value: unknown): number {
  expectKind(name, key, value, count);
  return value as number;
}

/**
 * Parameters that in some functions take lists, tensors or null as well as numbers. `padding` and `fill` also take
 * words and colours.
 */
const wide: ReadonlySet<string> = new Set([
  ...['kernelSize', 'stride', 'padding', 'outputPadding', 'dilation', 'dim', 'dims', 'inDims', 'outDims', 'argnums'],
  ...['lr', 'momentum', 'fill'],
]);

const offers = (value: unknown, method: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function';

/** The kinds of parameters that have the same meaning in all functions. */
const kindsByName: Readonly<Record<string, Kind>> = {
  generator: orNull({ words: 'a torch.Generator', fits: (value) => offers(value, 'manualSeed') }),
  dtype: orNull({ words: "a dtype, as in 'float32'", fits: (value) => typeof value === 'string' && value !== '' }),
  prefix: text,
  stable: orNull(flag),
  validateArgs: orNull(flag),
  alignCorners: orNull(flag),
  recomputeScaleFactor: orNull(flag),
  eps: orNull(number),
  signal: orNull({ words: 'an AbortSignal', fits: (value) => offers(value, 'throwIfAborted') }),
};

/** The kind of a parameter whose default is a number, and which also accepts a list of numbers, null or a tensor. */
const measure: Kind = {
  words: 'a number or a list of numbers',
  fits: (value) =>
    number.fits(value) ||
    value === null ||
    (Array.isArray(value) && value.every((one) => measure.fits(one))) ||
    (typeof value === 'object' && !Array.isArray(value) && !isPlainObject(value) && !(value instanceof Promise)),
};

/** The kind of a parameter without a declared kind, derived from its name and its default. */
function kindOfDefault(key: string, fallback: unknown): Kind | undefined {
  if (typeof fallback === 'boolean') return flag;
  if (typeof fallback !== 'number') return Object.hasOwn(kindsByName, key) ? kindsByName[key] : undefined;
  return !wide.has(key) ? number : key === 'padding' || key === 'fill' ? undefined : measure;
}

/**
 * Checks a value against the kind of its parameter. Without a declared kind, the value must be a boolean or a number if
 * the default is one, and must not be a promise.
 */
function expectFit(name: string, key: string, value: unknown, fallback: unknown, kind: Kind | undefined): void {
  const wanted = kind ?? kindOfDefault(key, fallback);
  if (wanted) expectKind(name, key, value, wanted);
  else if (value instanceof Promise) {
    throw new ArgumentError(`${name}: expected ${key} itself, but got a promise; await it first`);
  }
}

/**
 * Matches `args` with the parameters of the function `name`: first the `required` ones, then the ones in `defaults`, in
 * that order. `undefined` counts as not given. Each argument is checked against its kind in `kinds`. Without a kind, it
 * must be a boolean if the default is a boolean, and a number other than NaN if the default is a number. A promise is
 * rejected unless the kind allows it.
 *
 *     const o = parseArgs<{ inFeatures: number; outFeatures: number; bias?: boolean }>(
 *       'Linear', ['inFeatures', 'outFeatures'], { bias: true }, args, { inFeatures: features, outFeatures: features });
 *
 * @throws ArgumentError for an unknown name, an argument given twice, a missing required argument, too many positional
 * arguments, or a value of the wrong kind
 */
export function parseArgs<O extends object>(
  name: string,
  required: readonly RequiredKeys<O>[],
  defaults: Defaults<O>,
  args: readonly unknown[],
  kinds: Kinds<O> = {},
): Parsed<O> {
  const parsed = matched(name, required, defaults, args);
  for (const key in parsed) {
    const [value, fallback] = [parsed[key], (defaults as Record<string, unknown>)[key]];
    // Defaults need no check.
    if (value !== fallback) expectFit(name, key, value, fallback, kinds[key as unknown as keyof O]);
  }
  return parsed;
}

function matched<O extends object>(
  name: string,
  required: readonly RequiredKeys<O>[],
  defaults: Defaults<O>,
  args: readonly unknown[],
): Parsed<O> {
  const parsed: Record<string, unknown> = { ...defaults };
  if (args.length === 0 && required.length === 0) return parsed as Parsed<O>;
  const last = args[args.length - 1];
  const named = isPlainObject(last) ? last : null;
  const positions = named ? args.length - 1 : args.length;
  if (named && takesNames(parsed, required as readonly string[], defaults, args, named)) return parsed as Parsed<O>;
  const order = [...(required as readonly string[]), ...Object.keys(defaults)];
  if (positions > order.length) throw tooMany(name, order, positions);
  for (let i = 0; i < positions; i++) if (args[i] !== undefined) parsed[order[i]!] = args[i];
  if (named) {
    for (const key of Object.keys(named)) {
      const at = order.indexOf(key);
      if (at < 0) throw unknownArgument(name, key, order);
      if (named[key] === undefined) continue;
      if (at < positions && args[at] !== undefined) throw parameterTwice(name, key);
      parsed[key] = named[key];
    }
  }
  for (const key of required) if (!(key in parsed)) throw missingArguments(name, required as readonly string[], parsed);
  return parsed as Parsed<O>;
}

/**
 * A fast path for the usual call: all required arguments by position, and the rest by name. Returns false for any other
 * call, including an incorrect one.
 */
function takesNames(
  parsed: Record<string, unknown>,
  required: readonly string[],
  defaults: object,
  args: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): boolean {
  if (args.length - 1 !== required.length) return false;
  for (let i = 0; i < required.length; i++) {
    if (args[i] === undefined) return false;
    parsed[required[i]!] = args[i];
  }
  for (const key in named) {
    if (!Object.hasOwn(defaults, key)) return false;
    if (named[key] !== undefined) parsed[key] = named[key];
  }
  return true;
}

/** The error for more positional arguments than there are parameters. */
export function tooMany(name: string, order: readonly string[], positions: number): ArgumentError {
  const expected =
    order.length === 0 ? 'no arguments' : `at most ${counted(order.length, 'argument')} (${list(order)})`;
  return new ArgumentError(`${name}: expected ${expected}, but got ${positions}`);
}

/** The error for an argument that was passed both by position and by name. */
export const parameterTwice = (name: string, key: string): ArgumentError =>
  new ArgumentError(`${name}: got argument '${key}' twice, by position and by name`);

/** The error for missing required arguments. */
export function missingArguments(name: string, required: readonly string[], given: object): ArgumentError {
  const missing = required.filter((key) => !(key in given));
  return new ArgumentError(`${name}: missing ${counted(missing.length, 'required argument')}: ${list(missing)}`);
}

const oneDispatch = 'all tensors are handled in one dispatch anyway, so leave it out';
const noNesting = 'there are no nested tensors, so leave it out';
const oldReduction = "deprecated in PyTorch; use reduction: 'mean', 'sum' or 'none'";

/** Arguments of PyTorch that no function here takes, and what the error advises instead. */
const absent: Readonly<Record<string, string>> = {
  device: 'there is one device, so leave it out',
  dtype: 'convert with .to(dtype)',
  foreach: oneDispatch,
  fused: oneDispatch,
  capturable: 'there are no CUDA graphs, so leave it out',
  differentiable: 'steps have no gradients, so leave it out',
  sizeAverage: oldReduction,
  reduce: oldReduction,
  withKwargs: 'there are no keyword arguments: hooks get all arguments in one list',
  errorIfNonfinite: 'read the norm that is returned: await norm.item()',
  assign: "tensors are copied into the module's own, so leave it out",
  enableNestedTensor: noNesting,
  maskCheck: noNesting,
};

/** The error for an unknown argument name. It suggests the name that was probably meant, or says what to do instead. */
export function unknownArgument(name: string, key: string, known: readonly string[]): ArgumentError {
  const camelCase = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const same = (other: string) => other.toLowerCase() === camelCase.toLowerCase();
  const instead = Object.hasOwn(absent, camelCase) ? absent[camelCase] : '';
  const meant = known.find(same) ?? (instead ? '' : known.find((other) => isOneTypoFrom(camelCase, other)));
  const remedy = meant ? `did you mean '${meant}'?` : instead || `it takes ${list(known) || 'none'}`;
  return new ArgumentError(`${name}: got an unknown argument '${key}'; ${remedy}`);
}

/** A name, and it without any one of its letters. */
const shortened = (name: string): string[] => [name, ...[...name].map((_, i) => name.slice(0, i) + name.slice(i + 1))];

/** Whether one letter that is wrong, missing, too many or in another place makes `key` of `other`. */
const isOneTypoFrom = (key: string, other: string): boolean =>
  key.length > 2 && shortened(other).some((part) => shortened(key).includes(part));

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Formats names the way Python lists missing arguments: `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`. */
function list(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  if (quoted.length < 3) return quoted.join(' and ');
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}
