// The calling rules of functions that take a shape: `zeros(2, 3)`, `zeros([2, 3])` or `zeros({ size: [2, 3] })`, then
// options.

import { integer, type Kinds, listOf } from '../../../engine/core/argument-kinds';
import { oneTooMany } from '../../../engine/core/arity';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import type { DType, Shape } from '../../../engine/core/meta';
import { isPlainObject, parseArgs, shown } from '../../../engine/core/options';
import { type DeviceLike, expectDevice } from '../../../engine/storage/device';
import { expectDType } from '../../../engine/storage/host-data';

export interface TensorOptions {
  /** The element type; the default depends on the function. */
  dtype?: DType;
  /** Whether the new tensor is a leaf for which `backward` computes a gradient. Default: false. */
  requiresGrad?: boolean;
  /** Any device name of PyTorch; it changes nothing, since every tensor is on WebGPU. */
  device?: DeviceLike | null;
}

/** The options with their defaults filled in. The device is checked and then dropped, since it changes nothing. */
export type CompleteOptions = Required<Omit<TensorOptions, 'device'>>;

/**
 * A type without values. A list of it among the argument lists makes TypeScript tell them apart by their first
 * elements, so that its errors are about the list that the user meant.
 */
declare const nothing: unique symbol;

/** Sizes one by one or as a list, and a trailing object of options O. */
export type SizeArguments<O> =
  | number[]
  | [...size: number[], options: O]
  | [size: readonly number[], options?: O]
  | [never: typeof nothing, never: typeof nothing]
  | [named: O & { size: readonly number[] }];

export interface SizedCall<O> {
  readonly size: Shape;
  readonly options: O;
}

/**
 * Splits the arguments into a shape and the options after it.
 * @throws ArgumentError if the size is missing or not made of whole numbers; ShapeError if a size is negative
 */
export function splitSizes<O extends object>(op: string, args: readonly unknown[]): SizedCall<O> {
  const last = args.at(-1);
  const named = isPlainObject(last) ? last : undefined;
  const positional = named ? args.slice(0, -1) : args;
  const { size, ...options } = named ?? {};
  if (size !== undefined && positional.length > 0) {
    throw new ArgumentError(`${op}: got argument 'size' twice, by position and by name`);
  }
  const given = size ?? (positional.length === 1 && Array.isArray(positional[0]) ? positional[0] : positional);
  if (given === positional && positional.length === 0) {
    throw new ArgumentError(`${op}: missing 1 required argument: 'size'; a tensor without dimensions has size []`);
  }
  return { size: expectSize(op, given), options: options as O };
}

/** Checks a shape that the user gave, and returns a copy. */
export function expectSize(op: string, size: unknown): Shape {
  if (!Array.isArray(size) || !size.every(Number.isInteger)) {
    throw new ArgumentError(`${op}: expected a size of whole numbers, but got ${shown(size)}`);
  }
  if (size.some((n) => n < 0)) throw new ShapeError(`${op}: expected sizes ≥ 0, but got [${size.join(', ')}]`);
  return [...(size as number[])];
}

/** The options with their defaults filled in; unknown names are errors. */
export function tensorOptions(op: string, options: TensorOptions | undefined, dtype: DType): CompleteOptions {
  const { device, ...parsed } = parseArgs<TensorOptions>(
    op,
    [],
    { dtype, requiresGrad: false, device: null },
    options === undefined ? [] : [options],
  );
  if (device !== null) expectDevice(op, device);
  expectDType(op, parsed.dtype);
  return parsed;
}

type Parse<O extends object> = typeof parseArgs<O>;

/**
 * Separates the parameters of a function that makes a tensor from that tensor's options, which are in the same object
 * by name.
 */
export function withTensorOptions<O extends object>(
  op: string,
  required: Parameters<Parse<O>>[1],
  defaults: Parameters<Parse<O>>[2],
  args: readonly unknown[],
  kinds?: Kinds<O>,
): { given: ReturnType<Parse<O>>; options: TensorOptions } {
  const last = args.at(-1);
  const named = isPlainObject(last);
  const { dtype, requiresGrad, device, ...rest } = (named ? last : {}) as TensorOptions;
  const positions = named ? args.slice(0, -1) : args;
  return {
    given: parseArgs<O>(op, required, defaults, [...positions, rest], kinds),
    options: { dtype, requiresGrad, device },
  };
}

/** Sizes, counts or dimensions as arguments of a method, one by one or in a list. */
export type Sizes = readonly number[] | [readonly number[]];

const sizesOf = (sizes: Sizes): readonly number[] =>
  Array.isArray(sizes[0]) ? sizes[0] : (sizes as readonly number[]);

/** Reads sizes that are given one by one, in a list, or by name in an object. */
export function sizesArg<K extends string>(
  name: string,
  key: K,
  args: Sizes | [Record<K, readonly number[]>],
): readonly number[] {
  if (isPlainObject(args.at(-1))) {
    const kinds = { [key]: listOf(integer) } as Kinds<{ sizes: readonly number[] }>;
    return parseArgs<{ sizes: readonly number[] }>(name, [key as 'sizes'], {}, args, kinds)[key as 'sizes'];
  }
  if (Array.isArray(args[0]) && args.length > 1) throw oneTooMany(name, 1, args);
  return sizesOf(args as Sizes);
}
