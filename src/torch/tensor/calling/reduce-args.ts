// The calling rules of reductions: `(dim, keepdim)` by position or by name, and options by name only.

import { flag, number, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import type { DType } from '../../../engine/core/meta';
import { expectKind, isPlainObject, parameterTwice, unknownArgument } from '../../../engine/core/options';

/** Dimensions to reduce: one, several, or null for all. */
export type Dims = number | readonly number[] | null;

/** Options of sums and means. `dtype`: the dtype in which they add up, which is also that of the result. */
export interface SumOptions {
  dtype?: DType;
}

/**
 * `(dim)`, `(dim, { keepdim })`, `(dim, keepdim)` or `({ dim, keepdim })`, with further options O in the object. The
 * order matters: editors show the first list, and TypeScript's errors are about the last.
 */
export type ReduceArgs<D = Dims, O = unknown> =
  | [options?: { dim?: D; keepdim?: boolean } & O]
  | [dim?: D, options?: ({ keepdim?: boolean } & O) | boolean]
  | [dim: D | undefined, keepdim: boolean | undefined, options?: O]
  | [dim: D, options: { keepdim?: boolean } & O]
  | [options: { dim?: D; keepdim?: boolean } & O];

export interface SpreadOptions {
  /** Subtracted from the number of elements in the divisor. Default, also for null: 1. */
  correction?: number | null;
  /** PyTorch's older form: `true` is `correction: 1`, `false` is `correction: 0`. */
  unbiased?: boolean;
}

/** As `ReduceArgs`, with a correction; also PyTorch's older forms `(unbiased)` and `(dim, unbiased, keepdim)`. */
export type SpreadArgs =
  | [options?: { dim?: Dims; keepdim?: boolean } & SpreadOptions]
  | [dim?: Dims, options?: { keepdim?: boolean } & SpreadOptions]
  | [unbiased: boolean]
  | [dim: Dims, unbiased: boolean, keepdim?: boolean | { keepdim?: boolean }]
  | [dim: Dims, options: { keepdim?: boolean } & SpreadOptions]
  | [options: { dim?: Dims; keepdim?: boolean } & SpreadOptions];

interface ReduceCall {
  readonly dim: Dims;
  readonly keepdim: boolean;
  readonly options: Readonly<Record<string, unknown>>;
}

const dtypeName = orNull({ words: "a dtype, as in 'float32'", fits: (value) => typeof value === 'string' });

/** The dimensions to reduce, with an empty list turned into null, since it means all dimensions. */
export const allIfNone = (dim: Dims): Dims => (Array.isArray(dim) && dim.length === 0 ? null : dim);

/** Reads `ReduceArgs`; `names` are the names of the further options. */
export function reduceArgs(name: string, args: readonly unknown[], names: readonly string[] = []): ReduceCall {
  const last = args.at(-1);
  const given = isPlainObject(last) ? last : {};
  const positions = isPlainObject(last) ? args.slice(0, -1) : args;
  const order = ['dim', 'keepdim'];
  if (positions.length > order.length) {
    throw new ArgumentError(`${name}: expected at most 2 arguments by position, but got ${positions.length}`);
  }
  const { dim, keepdim, ...options } = given;
  for (const key of Object.keys(given)) {
    const at = order.indexOf(key);
    if (at < 0 && !names.includes(key)) throw unknownArgument(name, key, [...order, ...names]);
    if (at >= 0 && positions[at] !== undefined && given[key] !== undefined) throw parameterTwice(name, key);
  }
  const { dtype } = options;
  if (dtype !== undefined) expectKind(name, 'dtype', dtype, dtypeName);
  const said = positions.length > 1 ? positions[1] : keepdim;
  const kept = said === undefined ? false : said;
  expectKind(name, 'keepdim', kept, flag);
  return {
    dim: ((positions[0] ?? dim) as Dims | undefined) ?? null,
    keepdim: kept as boolean,
    options,
  };
}

/** Reads `SpreadArgs`. */
export function spreadArgs(
  name: string,
  args: readonly unknown[],
): { readonly dim: Dims; readonly keepdim: boolean; readonly correction: number } {
  const [first, second] = args;
  if (typeof first === 'boolean') return { dim: null, keepdim: false, correction: first ? 1 : 0 };
  if (typeof second === 'boolean') {
    const { dim, keepdim } = reduceArgs(name, [first, ...args.slice(2)]);
    return { dim: allIfNone(dim), keepdim, correction: second ? 1 : 0 };
  }
  const { dim, keepdim, options } = reduceArgs(name, args, ['correction', 'unbiased']);
  const { correction, unbiased } = options as SpreadOptions;
  if (correction !== undefined && unbiased !== undefined) {
    throw new ArgumentError(`${name}: expected either correction or unbiased, but got both`);
  }
  expectKind(name, 'correction', correction ?? 1, number);
  if (unbiased !== undefined) expectKind(name, 'unbiased', unbiased, flag);
  return { dim: allIfNone(dim), keepdim, correction: correction ?? (unbiased === false ? 0 : 1) };
}
