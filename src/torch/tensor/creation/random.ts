// Makes random tensors with the same numbers as PyTorch on the CPU. They are drawn on the host at the time of the call,
// from the default generator or a given one.

import type { Kind } from '../../../engine/core/argument-kinds';
import { closed, expectSettled, oneTooMany } from '../../../engine/core/arity';
import { ArgumentError, DTypeError } from '../../../engine/core/errors';
import { type DType, isFloat, numel, type Shape } from '../../../engine/core/meta';
import {
  type Defaults,
  expectKind,
  isPlainObject,
  kindOf,
  missingArguments,
  type Parsed,
  parameterTwice,
  parseArgs,
} from '../../../engine/core/options';
import { withMode } from '../../../engine/graph/mode';
import { expectFloat, fromHost } from '../../../engine/graph/record';
import type { HostNumbers } from '../../../engine/graph/value';
import { numbersWithin } from '../../../engine/ops/indexing/indexing';
import { add, mul } from '../../../engine/ops/pointwise/arithmetic';
import { broadcastShapes } from '../../../engine/ops/shape/broadcast';
import { cast } from '../../../engine/ops/shape/cast';
import { storedNumber } from '../../../engine/ops/stored-number';
import { expectDType, hostArray } from '../../../engine/storage/host-data';
import { binomial as binomialCount, poisson as poissonCount } from '../../../engine/storage/random/counts';
import {
  fillHalfNormal,
  fillNormal,
  fillRandint,
  fillUniform,
  randperm as permutation,
} from '../../../engine/storage/random/distributions';
import { defaultGenerator, type Generator } from '../../../engine/storage/random/generator';
import { fillLike } from '../../../engine/storage/random/order';
import { callable, isTensor } from '../calling/callable';
import {
  expectSize,
  type SizeArguments,
  splitSizes,
  type TensorOptions,
  tensorOptions,
  withTensorOptions,
} from '../calling/sizes';
import { Tensor } from '../tensor';
import { drawnFrom } from './drawn';
import { makeTensor } from './make-leaf';

export { Generator, manualSeed, type Seed } from '../../../engine/storage/random/generator';

/** Options of the functions that draw random numbers. */
export interface RandomOptions extends TensorOptions {
  /** The generator of the numbers. Default: the default generator, which `torch.manualSeed` seeds. */
  generator?: Generator | null;
}

/** Seeds the default generator from the system's entropy and returns the seed. */
export const seed = closed('seed', (): number => defaultGenerator().seed());

/** The seed of the default generator. */
export const initialSeed = closed('initialSeed', (): number | bigint => defaultGenerator().initialSeed());

/** The state of the default generator, in PyTorch's byte format. `setRngState` continues from such a state. */
export const getRngState = closed('getRngState', (): Uint8Array => defaultGenerator().getState());

/** Makes the default generator continue from a state that `getRngState`, here or in PyTorch, returned. */
export const setRngState = (...args: Parameters<Generator['setState']>): void => {
  defaultGenerator().resume('setRngState', args);
};

const named: Kind = { words: 'an object', fits: isPlainObject };

type Fill = (out: HostNumbers, generator: Generator, oneByOne?: boolean) => unknown;

/**
 * Draws at once, so that the order of calls decides which numbers each gets. Elements are filled row by row, or in the
 * memory order of the tensor `like`, as PyTorch does.
 */
function drawn(op: string, size: Shape, options: RandomOptions, dtype: DType, fill: Fill, like?: Tensor): Tensor {
  expectKind(op, 'options', options, named);
  const { generator, ...rest } = options;
  const o = tensorOptions(op, rest, dtype);
  if (isFloat(dtype) && !isFloat(o.dtype)) {
    throw new DTypeError(
      `${op}: expected dtype float32, but got ${o.dtype}; draw float32 and convert it with .to('${o.dtype}')`,
    );
  }
  const data = hostArray(o.dtype, numel(size));
  const source = generator ?? defaultGenerator();
  if (like) fillLike(data, size, like.strides, (out, rowMajor) => fill(out, source, !rowMajor));
  else fill(data, source);
  return makeTensor(op, fromHost(data, size, o.dtype), o.requiresGrad);
}

const uniform: Fill = (out, generator) => fillUniform(out, 0, 1, generator);
const standardNormal: Fill = (out, generator, oneByOne) => fillNormal(out, 0, 1, generator, oneByOne);
const normalFor = (dtype: DType | undefined): Fill =>
  dtype === 'float16' ? (out, generator, oneByOne) => fillHalfNormal(out, 0, 1, generator, oneByOne) : standardNormal;

/**
 * The default dtype of `randLike` and `randnLike`: that of the input, which must be a float unless the options give a
 * dtype.
 */
function floatOf(op: string, input: Tensor, options: RandomOptions | undefined): DType {
  if (options?.dtype === undefined) expectFloat(op, 'input', input);
  return isFloat(input.dtype) ? input.dtype : 'float32';
}

/** Uniform on [0, 1), float32: `rand(2, 3)`, `rand([2, 3], { generator })`. */
export function rand(...args: SizeArguments<RandomOptions>): Tensor {
  const { size, options } = splitSizes<RandomOptions>('rand', args);
  return drawn('rand', size, options, 'float32', uniform);
}

/** Standard normal, float32. */
export function randn(...args: SizeArguments<RandomOptions>): Tensor {
  const { size, options } = splitSizes<RandomOptions>('randn', args);
  return drawn('randn', size, options, 'float32', normalFor(options.dtype));
}

/** Uniform on [0, 1) in the input's shape, and in the input's dtype (a float) unless another is given. */
export const randLike = callable(
  'randLike(input, ...)',
  (input: Tensor, options?: RandomOptions): Tensor =>
    drawn('randLike', input.shape, options ?? {}, floatOf('randLike', input, options), uniform, input),
);

/** Standard normal in the input's shape, and in the input's dtype (a float) unless another is given. */
export const randnLike = callable(
  'randnLike(input, ...)',
  (input: Tensor, options?: RandomOptions): Tensor =>
    drawn(
      'randnLike',
      input.shape,
      options ?? {},
      floatOf('randnLike', input, options),
      normalFor(options?.dtype ?? input.dtype),
      input,
    ),
);

/** @throws DTypeError if the dtype cannot represent the bound */
function expectHolds(op: string, bound: number, dtype: DType): void {
  if (storedNumber(op, bound, expectDType(op, dtype)) === bound) return;
  throw new DTypeError(`${op}: expected bounds that ${dtype} holds, but got ${bound}`);
}

interface RandintBounds {
  /** The least number; default 0. */
  low?: number;
  /** One more than the greatest number. */
  high?: number;
}

const noBounds = { low: undefined as never, high: undefined as never };

/**
 * The bounds of random integers. A single bound by position is the upper one, unless the upper one is given by name.
 */
function boundsOf(op: string, places: readonly unknown[], named: RandintBounds): { low: number; high: number } {
  if (places.length > 2) throw oneTooMany(op, 2, places);
  const given = places.filter((place) => place !== undefined);
  const strange = given.find((bound) => typeof bound !== 'number');
  if (strange !== undefined)
    throw new ArgumentError(`${op}: expected bounds to be numbers, but got ${kindOf(strange)}`);
  const names = given.length === 2 || named.high !== undefined ? (['low', 'high'] as const) : (['high'] as const);
  const placed: RandintBounds = Object.fromEntries(given.map((bound, i) => [names[i], bound]));
  for (const name of names) if (name in placed && named[name] !== undefined) throw parameterTwice(op, name);
  const { low = 0, high } = { ...named, ...placed };
  if (high === undefined) throw missingArguments(op, ['high'], {});
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low >= high) {
    throw new ArgumentError(`${op}: expected whole numbers low < high, but got low ${low} and high ${high}`);
  }
  return { low, high };
}

interface RandintParameters extends RandomOptions, RandintBounds {
  size?: readonly number[] | null;
}

/** Splits arguments into those by position, those by name, and the options of the new tensor. */
function optionsOf<O extends RandomOptions>(
  op: string,
  defaults: Omit<Defaults<O>, keyof RandomOptions>,
  args: readonly unknown[],
): { places: readonly unknown[]; named: Parsed<O>; options: RandomOptions } {
  const last = args.at(-1);
  const byName = isPlainObject(last) ? [last] : [];
  const all = { ...defaults, generator: null } as unknown as Defaults<O>;
  const { given, options } = withTensorOptions<O>(op, [], all, byName);
  return {
    places: byName.length > 0 ? args.slice(0, -1) : args,
    named: given,
    options: { ...options, generator: given.generator },
  };
}

/**
 * Whole numbers from low to high - 1, int64 by default: `randint(high, size)`, `randint(low, high, size)`, or by name.
 * @throws ArgumentError unless low < high
 */
export function randint(
  ...args:
    | [high: number, size: readonly number[], options?: RandomOptions]
    | [low: number, high: number, size: readonly number[], options?: RandomOptions]
    | [named: RandintParameters & { high: number; size: readonly number[] }]
    | [high: number, named: RandintParameters & { size: readonly number[] }]
    | [low: number, high: number, named: RandintParameters & { size: readonly number[] }]
): Tensor {
  expectSettled('randint', args);
  const { places, named, options } = optionsOf<RandintParameters>('randint', { ...noBounds, size: null }, args);
  const listed = Array.isArray(places.at(-1));
  if (listed && named.size !== null) throw parameterTwice('randint', 'size');
  const { low, high } = boundsOf('randint', listed ? places.slice(0, -1) : places, named);
  const size = listed ? places.at(-1) : named.size;
  if (size === null) throw missingArguments('randint', ['size'], {});
  for (const bound of [low, high - 1]) expectHolds('randint', bound, options.dtype ?? 'int64');
  const fill: Fill = (out, generator) => fillRandint(out, low, high, generator);
  return drawn('randint', expectSize('randint', size), options, 'int64', fill);
}

/** A random order of 0 … n - 1, int64 by default. Shape: [n]. */
export function randperm(
  ...args: [n: number, options?: RandomOptions] | [named: RandomOptions & { n: number }]
): Tensor {
  const { given, options } = withTensorOptions<{ n: number; generator?: Generator | null }>(
    'randperm',
    ['n'],
    { generator: null },
    args,
  );
  const { n, generator } = given;
  const fill: Fill = (out, generator) => out.set(permutation(n, generator));
  return drawn('randperm', expectSize('randperm', [n]), { ...options, generator }, 'int64', fill);
}

interface RandintLikeParameters extends RandomOptions, RandintBounds {
  high: number;
}

/** Whole numbers from low to high - 1 in the input's shape and dtype: `randintLike(input, high)`, `randintLike(input, low, high)`. */
export const randintLike = callable(
  'randintLike(input, ...)',
  (
    input: Tensor,
    ...args:
      | [high: number, options?: RandomOptions]
      | [low: number, high: number, options?: RandomOptions]
      | [named: RandintLikeParameters]
  ): Tensor => {
    const { places, named, options } = optionsOf<RandomOptions & RandintBounds>('randintLike', noBounds, args);
    const { low, high } = boundsOf('randintLike', places, named);
    for (const bound of [low, high - 1]) expectHolds('randintLike', bound, options.dtype ?? input.dtype);
    const fill: Fill = (out, generator) => fillRandint(out, low, high, generator);
    return drawn('randintLike', input.shape, options, input.dtype, fill, input);
  },
);

/**
 * Counts from Poisson distributions whose means are in `input`. Asynchronous: it reads the means back before it draws.
 * The gradient of `input` is 0.
 */
export const poisson = callable(
  'poisson(input, ...)',
  async (input: Tensor, options: { generator?: Generator | null } = {}): Promise<Tensor> => {
    const { generator } = parseArgs<{ generator?: Generator | null }>('poisson', [], { generator: null }, [options]);
    expectProbabilities('poisson', 'rates', input);
    const rates = await input.data();
    const source = generator ?? defaultGenerator();
    const counts = Float32Array.from(rates, (rate) => poissonCount(rate, source));
    return Tensor.of(drawnFrom([input.value], cast(fromHost(counts, input.shape, 'float32'), input.dtype), 'Poisson'));
  },
);

/**
 * How many of `count` trials succeed with probability `prob`, for each element; the shapes broadcast. Asynchronous: it
 * reads both back before it draws. Their gradients are 0.
 */
export const binomial = callable(
  'binomial(count, prob, ...)',
  async (
    /** How many. */ count: Tensor,
    /** The probability of success of each element. */ prob: Tensor,
    options: { generator?: Generator | null } = {},
  ): Promise<Tensor> => {
    const { generator } = parseArgs<{ generator?: Generator | null }>('binomial', [], { generator: null }, [options]);
    expectProbabilities('binomial', 'count', count);
    expectProbabilities('binomial', 'prob', prob);
    const shape = broadcastShapes('binomial', [count, prob]);
    const [counts, chances] = await Promise.all([count.expand(shape).data(), prob.expand(shape).data()]);
    const source = generator ?? defaultGenerator();
    const found = Float32Array.from(counts, (trials, i) => binomialCount(trials, chances[i]!, source));
    const numbers = cast(fromHost(found, shape, 'float32'), count.dtype);
    return Tensor.of(drawnFrom([count.value, prob.value], numbers, 'Binomial'));
  },
);

function expectProbabilities(op: string, name: string, input: Tensor): void {
  if (isFloat(input.dtype)) return;
  throw new DTypeError(`${op}: expected ${name} of dtype float32, but got ${input.dtype}; convert with .to('float32')`);
}

interface NormalParameters {
  /** Default 0. */
  mean?: Tensor | number;
  /** Default 1. */
  std?: Tensor | number;
  /** The shape of the result; required if neither `mean` nor `std` is a tensor, else not allowed. */
  size?: readonly number[] | null;
}

const meanKind: Kind = { words: 'a tensor or a number', fits: (value) => isTensor(value) || typeof value === 'number' };
const stdKind: Kind = {
  words: 'a tensor or a number of at least 0',
  fits: (value) => isTensor(value) || (typeof value === 'number' && value >= 0),
};

/**
 * Normal numbers with the given mean and standard deviation. If both are numbers, `size` gives the shape. Otherwise the
 * tensors give the shape and dtype; their gradients are 0.
 */
export function normal(
  ...args:
    | [mean: number, std: number, size: readonly number[], options?: RandomOptions]
    | [mean: number, std: number, named: RandomOptions & { size: readonly number[] }]
    | [mean: Tensor, std?: Tensor | number, options?: RandomOptions]
    | [mean: number, std: Tensor, options?: RandomOptions]
    | [mean: Tensor, named: RandomOptions & { std?: Tensor | number }]
    | [named: RandomOptions & NormalParameters]
): Tensor {
  const { given, options: own } = withTensorOptions<NormalParameters & Pick<RandomOptions, 'generator'>>(
    'normal',
    [],
    { mean: 0, std: 1, size: null, generator: null },
    args,
    { mean: meanKind, std: stdKind },
  );
  const { mean, std, size, generator } = given;
  const options = { ...own, generator };
  if (typeof mean === 'number' && typeof std === 'number') {
    const fill: Fill = (out, generator) => fillNormal(out, mean, std, generator);
    return drawn('normal', expectSize('normal', size), options, 'float32', fill);
  }
  if (size !== null) throw new ArgumentError('normal: expected no size together with a tensor, which gives the shape');
  const shaping = (mean instanceof Tensor ? mean : std) as Tensor;
  const wide = (x: Tensor | number) => (typeof x === 'number' ? x : cast(x.value, 'float32'));
  const spread = (x: Tensor | number) =>
    typeof x === 'number' ? x : numbersWithin('normal: expected std of at least 0', Infinity, cast(x.value, 'float32'));
  const both = [mean, std].filter((x) => x instanceof Tensor);
  for (const x of both) expectFloat('normal', x === mean ? 'mean' : 'std', x);
  const noise = drawn('normal', broadcastShapes('normal', both), options, 'float32', standardNormal);
  const numbers = withMode({ grad: false }, () =>
    cast(add(mul(noise.value, spread(std)), wide(mean as Tensor | number)), shaping.dtype),
  );
  return Tensor.of(
    drawnFrom(
      both.map((x) => x.value),
      numbers,
      'Normal',
    ),
  );
}
