// Tables of parameters. A callable writes each of its parameters once: the kind of its values, which carries their type,
// its default, and as a comment its text. The types of options, checks, errors and the fields of layers come from this.
import type { Kind, Kinds } from './argument-kinds';
import { type Defaults, parseArgs, type RequiredKeys } from './options';

/** A kind with a default: a parameter that may be left out. */
export interface Optional<T> extends Kind<T> {
  readonly fallback: T;
}

type Entries = Readonly<Record<string, Kind>>;
type OptionalEntries = Readonly<Record<string, Optional<unknown>>>;

/** The values of the parameters in a part of a table, by name. */
export type Values<T> = { -readonly [K in keyof T]: T[K] extends Kind<infer V> ? V : never };

/**
 * The values of optional parameters as a caller gives them. Give them a name by an interface of two bases or more,
 * `interface LinearOptions extends Options<typeof options>, Named {}`: editors and errors show the name of such a type,
 * and of any other these types.
 */
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

/** A second base for interfaces that have only one. */
// biome-ignore lint/suspicious/noEmptyInterface: it is only a name.
export interface Named {}

/** What a callable takes: first the parameters R, which must be given, then P, which may be left out. */
export interface Table<R extends Entries, P extends OptionalEntries> {
  readonly name: string;
  /**
   * The values of all parameters of a call: by place in the order of the table, or from any one on by name.
   *
   * @throws ArgumentError for an unknown, missing or repeated argument, or for a value of another kind
   */
  read(args: readonly unknown[]): Values<R> & Values<P>;
  /** The same values from the fields of an object that bears the names of the parameters, such as a layer. */
  fields(owner: object): Values<R> & Values<P>;
}

/**
 * The table of the callable `name`.
 *
 *     const linear = takes(
 *       'Linear',
 *       {
 *         /** Features of the input. *\/
 *         inFeatures: features,
 *       },
 *       {
 *         /** Add a learnt number to each feature. Default: true. *\/
 *         bias: or(flag, true),
 *       },
 *     );
 *     linear.read([3, { bias: false }]);   // { inFeatures: 3, bias: false }
 */
/* @__NO_SIDE_EFFECTS__ */
export function takes<const R extends Entries, P extends OptionalEntries>(
  name: string,
  required: R,
  optional: P,
): Table<R, P> {
  type All = Values<R> & Values<P>;
  const entries: Entries = { ...required, ...optional };
  const kinds = Object.entries(entries).filter(([, { fits }]) => fits !== passed);
  const checked = Object.fromEntries(kinds) as Kinds<All>;
  const defaults = defaultsOf(optional) as Defaults<All>;
  const needed = Object.keys(required) as RequiredKeys<All>[];
  return {
    name,
    read: (args) => parseArgs<All>(name, needed, defaults, args, checked) as All,
    fields: (owner) => Object.fromEntries(Object.keys(entries).map((key) => [key, Reflect.get(owner, key)])) as All,
  };
}

/** The defaults of optional parameters, by name. */
/* @__NO_SIDE_EFFECTS__ */
export const defaultsOf = <P extends OptionalEntries>(optional: P): Values<P> =>
  Object.fromEntries(Object.entries(optional).map(([key, { fallback }]) => [key, fallback])) as Values<P>;
