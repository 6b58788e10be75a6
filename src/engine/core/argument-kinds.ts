// Kinds: the values that a parameter accepts, and their description in the errors of `parseArgs`.

/** The values that a parameter accepts, as a test, a description and a type. */
export interface Kind<T = unknown> {
  /** The description in errors: "expected lr to be …". */
  readonly words: string;
  fits(value: unknown): boolean;
  /** The type of the values; no kind has this member when it runs. */
  readonly type?: T;
}

/** The kinds of parameters of O. Parameters without a special kind are left out. */
export type Kinds<O> = { readonly [K in keyof O]?: Kind };

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);

/** Anything, even a promise: the function itself checks the value. */
export const anything: Kind = { words: 'anything', fits: () => true };

/** Any number except NaN. */
export const number: Kind<number> = { words: 'a number', fits: isNumber };

/** Any number, even NaN, for parameters that become elements of tensors. */
export const real: Kind<number> = { words: 'a number', fits: (value) => typeof value === 'number' };

export const finite: Kind<number> = { words: 'a finite number', fits: Number.isFinite };

/** A finite number greater than 0. */
export const positive: Kind<number> = {
  words: 'a finite number greater than 0',
  fits: (value) => Number.isFinite(value) && (value as number) > 0,
};

export const flag: Kind<boolean> = { words: 'a boolean', fits: (value) => typeof value === 'boolean' };

export const text: Kind<string> = { words: 'a string', fits: (value) => typeof value === 'string' };

/** A list, or any other iterable object. */
export const iterable: Kind = {
  words: 'a list',
  fits: (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
};

export const callback: Kind = { words: 'a function', fits: (value) => typeof value === 'function' };

/** A number from `least` to `most`. Without `most`, any finite number that is at least `least`. */
/* @__NO_SIDE_EFFECTS__ */
export const between = (least: number, most: number = Number.MAX_VALUE): Kind<number> => ({
  words: most === Number.MAX_VALUE ? `a finite number of at least ${least}` : `a number from ${least} to ${most}`,
  fits: (value) => isNumber(value) && value >= least && value <= most,
});

/** A probability or a fraction: a number from 0 to 1. */
export const share: Kind<number> = between(0, 1);

/** A whole number from `least` to `most`. */
/* @__NO_SIDE_EFFECTS__ */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> => ({
  words:
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${least}`
      : `a whole number from ${least} to ${most}`,
  fits: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});

/** A number of things, of which there must be at least one. */
export const count: Kind<number> = {
  words: 'a positive integer',
  fits: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

/** Any whole number. */
export const integer: Kind<number> = { words: 'a whole number', fits: Number.isSafeInteger };

/** The maximum number of units, channels or classes: a vector of this many float32 numbers takes 1 GB. */
export const MOST_FEATURES = 2 ** 28;

/** A number of channels, classes or features. */
export const features: Kind<number> = whole(1, MOST_FEATURES);

/** A list of elements of `kind`; of exactly `length` elements if `length` is given. */
/* @__NO_SIDE_EFFECTS__ */
export const listOf = <T>(kind: Kind<T>, length?: number): Kind<readonly T[]> => ({
  words: `a list${length === undefined ? '' : ` of length ${length}`}, each element ${kind.words}`,
  fits: (value) =>
    Array.isArray(value) && (length === undefined || value.length === length) && value.every((one) => kind.fits(one)),
});

/** A list of at least one element of `kind`. */
/* @__NO_SIDE_EFFECTS__ */
export const nonEmpty = <T>(kind: Kind<T>): Kind<readonly T[]> => ({
  words: `a list of at least one element, each ${kind.words}`,
  fits: (value) => Array.isArray(value) && value.length > 0 && value.every((one) => kind.fits(one)),
});

/** One of the given values. */
/* @__NO_SIDE_EFFECTS__ */
export const oneOf = <const T extends readonly unknown[]>(...values: T): Kind<T[number]> => ({
  words: values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(' or '),
  fits: (value) => values.includes(value),
});

/** A value of any of the given kinds. */
/* @__NO_SIDE_EFFECTS__ */
export const either = <K extends readonly Kind[]>(...kinds: K): Kind<K[number] extends Kind<infer T> ? T : never> => ({
  words: kinds.map(({ words }) => words).join(' or '),
  fits: (value) => kinds.some((kind) => kind.fits(value)),
});

const nothing: Kind<null> = { words: 'null', fits: (value) => value === null };

/* @__NO_SIDE_EFFECTS__ */
export const orNull = <T>(kind: Kind<T>): Kind<T | null> => either(kind, nothing);

/** An instance of a class. */
/* @__NO_SIDE_EFFECTS__ */
export const instance = <T>(
  type: (abstract new (...args: never[]) => unknown) & { readonly prototype: T },
  words = `a ${type.name}`,
): Kind<T> => ({
  words,
  fits: (value) => value instanceof type,
});
