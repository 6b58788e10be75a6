// Tables of parameters. A callable writes each of its parameters once: the kind of its values, which carries their type,
// its default, and as a comment its text. The types of options, checks, errors and the fields of layers come from this.
import type { Kind, Kinds } from './argument-kinds';
import { type Arguments, type Defaults, type OfKeys, parseArgs, type RequiredKeys } from './options';

/** A kind with a default: a parameter that may be left out. */
export interface Optional<T> extends Kind<T> {
  readonly fallback: T;
}

type Entries = Readonly<Record<string, Kind>>;
type OptionalEntries = Readonly<Record<string, Optional<unknown>>>;

type OptionalNames<E> = { [K in keyof E]: E[K] extends Optional<unknown> ? K : never }[keyof E];

type Picked<E, K extends keyof E> = { -readonly [P in K]: E[P] extends Kind<infer V> ? V : never };

/** The values of the parameters in a table, or in a part of one, by name. */
export type Values<E> = { -readonly [K in keyof E]: E[K] extends Kind<infer V> ? V : never };

/**
 * What a caller gives for the parameters in a table, or in a part of one, by name. Give it a name by an interface of two
 * bases or more, `interface LinearOptions extends Given<typeof options>, Named {}`: editors and errors show the name of
 * such a type, and of any other these types.
 */
export type Given<E> = Picked<E, Exclude<keyof E, OptionalNames<E>>> & Partial<Picked<E, OptionalNames<E>>>;

/**
 * The arguments of a callable with a table, whose parameters have this order by place:
 * `constructor(...args: Args<typeof linear, ['inFeatures', 'outFeatures', 'bias']>)`.
 */
export type Args<T extends Table<Entries>, Order extends readonly (keyof T['entries'])[]> = Arguments<
  Given<T['entries']>,
  OfKeys<Order, Given<T['entries']>>
>;

/** The values of optional parameters as a caller gives them. */
export type Options<T> = Partial<Values<T>>;

/** Optional parameters by place, in the order of a list with labels; from any one on, the rest may be given by name. */
export type Places<O, Order extends readonly PropertyKey[]> = {
  [I in keyof Order]?: O[Order[I] & keyof O] | O;
};

/** Takes nothing in the places behind an object of all arguments. */
type Nothing<Required extends readonly unknown[]> = { [I in keyof Required]?: never };

/** The arguments of a callable that must be given something. */
export interface Forms {
  /** The required parameters by place, with labels, without the last of them. */
  readonly front: readonly unknown[];
  /** The last one. */
  readonly last: readonly [unknown];
  readonly options: object;
  /** The names of the options in their order by place: `[stride: 'stride', …]`. */
  readonly order: readonly string[];
  /** All arguments by name. */
  readonly named: object;
  /** The last required one and the options by name, in the place of the last required one. */
  readonly rest: object;
}

/**
 * The forms of a class besides the usual one, `new (required, options?)`, which each class writes itself, with a text for
 * each parameter. TypeScript reports a single error if one form alone has as many arguments as the call, or if more than
 * three have; it is then that of the last form, so the usual one is the last, too.
 */
export interface Makes<F extends Forms, Made> {
  new (...args: [...F['front'], ...F['last'], ...Places<F['options'], F['order']>]): Made;
  new (named: F['named'], ...nothing: Nothing<[...F['front'], ...F['last']]>): Made;
  new (...args: [...F['front'], last: F['last'][0] | F['rest'], options?: F['options']]): Made;
}

/** The forms of a function besides the usual one, as for `Makes`. */
export interface Takes<F extends Forms, Result> {
  (...args: [...F['front'], ...F['last'], ...Places<F['options'], F['order']>]): Result;
  (named: F['named'], ...nothing: Nothing<[...F['front'], ...F['last']]>): Result;
  (...args: [...F['front'], last: F['last'][0] | F['rest'], options?: F['options']]): Result;
}

/** A parameter that may be left out, and its value in that case. */
/* @__NO_SIDE_EFFECTS__ */
export const or = <T>(kind: Kind<T>, fallback: NoInfer<T>): Optional<T> => ({ ...kind, fallback });

const passed = (): boolean => true;

/**
 * Values of type T that the callable checks by itself. The table only refuses promises, and what its default says is
 * wrong: no boolean, or neither numbers nor lists of them.
 */
/* @__NO_SIDE_EFFECTS__ */
export const value = <T>(): Kind<T> => ({ words: 'a value', fits: passed });

/** A kind whose values have the type T, where the kind itself says less. */
/* @__NO_SIDE_EFFECTS__ */
export const typed = <T>(kind: Kind): Kind<T> => kind as Kind<T>;

/** A second base for interfaces that have only one. */
// biome-ignore lint/suspicious/noEmptyInterface: it is only a name.
export interface Named {}

/** What a callable takes: parameters that must be given, then those with a default. */
export interface Table<E extends Entries> {
  readonly name: string;
  readonly entries: E;
  /**
   * The values of all parameters of a call: by place in the order of the table, or from any one on by name.
   *
   * @throws ArgumentError for an unknown, missing or repeated argument, or for a value of another kind
   */
  read(args: readonly unknown[]): Values<E>;
}

/**
 * The table of the callable `name`.
 *
 *     const linear = takes('Linear', {
 *       /** Features of the input. *\/
 *       inFeatures: features,
 *       /** Add a learnt number to each feature. Default: true. *\/
 *       bias: or(flag, true),
 *     });
 *     linear.read([3, { bias: false }]);   // { inFeatures: 3, bias: false }
 */
/* @__NO_SIDE_EFFECTS__ */
export function takes<E extends Entries>(name: string, entries: E): Table<E> {
  const all = Object.entries(entries);
  const isOptional = (entry: [string, Kind]): entry is [string, Optional<unknown>] => 'fallback' in entry[1];
  const checked = Object.fromEntries(all.filter(([, { fits }]) => fits !== passed)) as Kinds<Values<E>>;
  const defaults = defaultsOf(Object.fromEntries(all.filter(isOptional))) as Defaults<Values<E>>;
  const needed = all.filter((entry) => !isOptional(entry)).map(([key]) => key) as RequiredKeys<Values<E>>[];
  return { name, entries, read: (args) => parseArgs<Values<E>>(name, needed, defaults, args, checked) as Values<E> };
}

/** The defaults of optional parameters, by name. */
/* @__NO_SIDE_EFFECTS__ */
export const defaultsOf = <E extends OptionalEntries>(optional: E): Values<E> =>
  Object.fromEntries(Object.entries(optional).map(([key, { fallback }]) => [key, fallback])) as Values<E>;
