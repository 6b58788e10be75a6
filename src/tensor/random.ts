// Makes random tensors: PyTorch's CPU numbers, drawn on the host when called, from the default generator or one given.
import { type DType, isFloat, numel, type Shape } from '../compiler/meta';
import { ArgumentError, DTypeError } from '../errors';
import { withMode } from '../graph/mode';
import { fromHost } from '../graph/record';
import type { HostNumbers } from '../graph/value';
import { add, mul } from '../ops/arithmetic';
import { cast } from '../ops/cast';
import { lt } from '../ops/compare';
import { hostArray } from './host-data';
import { makeTensor } from './make-leaf';
import { isPlainObject } from './options';
import { fillNormal, fillRandint, fillUniform, randperm as permutation } from './random/distributions';
import { defaultGenerator, type Generator } from './random/generator';
import { expectSize, type SizeArguments, splitSizes, type TensorOptions, tensorOptions } from './sizes';
import { Tensor } from './tensor';

export { Generator, manualSeed, type Seed } from './random/generator';

export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from; default: the default generator, as seeded by `torch.manualSeed`. */
  generator?: Generator | null;
}

/** Seeds the default generator from the system's entropy and returns the seed. */
export const seed = (): number => defaultGenerator().seed();

/** The seed of the default generator. */
export const initialSeed = (): number | bigint => defaultGenerator().initialSeed();

type Fill = (out: HostNumbers, generator: Generator) => unknown;

/** Draws now, in row-major order, so that the order of calls is the order of numbers. */
function drawn(op: string, size: Shape, options: RandomOptions, dtype: DType, fill: Fill): Tensor {
  const { generator, ...rest } = options;
  const o = tensorOptions(op, rest, dtype);
  if (isFloat(dtype) && !isFloat(o.dtype)) {
    throw new DTypeError(
      `${op}: expected dtype float32, but got ${o.dtype}; draw float32 and convert it with .to('${o.dtype}')`,
    );
  }
  const data = hostArray(o.dtype, numel(size));
  fill(data, generator ?? defaultGenerator());
  return makeTensor(op, fromHost(data, size, o.dtype), o.requiresGrad);
}

const uniform: Fill = (out, generator) => fillUniform(out, 0, 1, generator);
const standardNormal: Fill = (out, generator) => fillNormal(out, 0, 1, generator);

/** Uniform on [0, 1), float32: `rand(2, 3)`, `rand([2, 3], { generator })`. */
export function rand(...args: SizeArguments<RandomOptions>): Tensor {
  const { size, options } = splitSizes<RandomOptions>('rand', args);
  return drawn('rand', size, options, 'float32', uniform);
}

/** Standard normal, float32. */
export function randn(...args: SizeArguments<RandomOptions>): Tensor {
  const { size, options } = splitSizes<RandomOptions>('randn', args);
  return drawn('randn', size, options, 'float32', standardNormal);
}

/** Uniform on [0, 1) in the input's shape, float32. */
export const randLike = (input: Tensor, options: RandomOptions = {}): Tensor =>
  drawn('randLike', input.shape, options, 'float32', uniform);

/** Standard normal in the input's shape, float32. */
export const randnLike = (input: Tensor, options: RandomOptions = {}): Tensor =>
  drawn('randnLike', input.shape, options, 'float32', standardNormal);

interface RandintParameters extends RandomOptions {
  /** The least number; default 0. */
  low?: number;
  /** One more than the greatest number. */
  high?: number;
  size?: readonly number[];
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
  const last: unknown = args.at(-1);
  const { low, high, size, ...options }: RandintParameters = isPlainObject(last) ? last : {};
  const numbers = (args as readonly unknown[]).filter((argument): argument is number => typeof argument === 'number');
  const shape = (args as readonly unknown[]).find(Array.isArray) ?? size;
  const to = high ?? numbers.at(-1);
  const from = low ?? (numbers.length > (high === undefined ? 1 : 0) ? numbers[0] : 0);
  if (to === undefined || shape === undefined) {
    throw new ArgumentError(
      `randint: missing required argument '${to === undefined ? 'high' : 'size'}'; call it as randint(low, high, size)`,
    );
  }
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from >= to) {
    throw new ArgumentError(`randint: expected whole numbers low < high, but got low ${from} and high ${to}`);
  }
  const fill: Fill = (out, generator) => fillRandint(out, from, to, generator);
  return drawn('randint', expectSize('randint', shape), options, 'int64', fill);
}

/** A random order of 0 … n - 1, int64 by default. Shape: [n]. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const fill: Fill = (out, generator) => out.set(permutation(n, generator));
  return drawn('randperm', expectSize('randperm', [n]), options, 'int64', fill);
}

/** Ones with the probabilities that `input` gives, zeros otherwise, in its shape and float32. It carries no gradient. */
export function bernoulli(input: Tensor, options: { generator?: Generator | null } = {}): Tensor {
  if (!isFloat(input.dtype)) {
    throw new DTypeError(`bernoulli: expected probabilities of dtype float32, but got ${input.dtype}`);
  }
  const chance = drawn('bernoulli', input.shape, options, 'float32', uniform);
  return Tensor.of(cast(lt(chance.value, input.value), 'float32'));
}

/**
 * Normal numbers of the given mean and standard deviation: both numbers with a `size`, or at least one a tensor that gives the
 * shape. float32; it carries no gradient.
 */
export function normal(
  ...args:
    | [mean: number, std: number, size: readonly number[], options?: RandomOptions]
    | [mean: Tensor, std?: Tensor | number, options?: RandomOptions]
    | [mean: number, std: Tensor, options?: RandomOptions]
): Tensor {
  const last: unknown = args.at(-1);
  const options: RandomOptions = isPlainObject(last) ? last : {};
  const [mean, second, size] = isPlainObject(last) ? args.slice(0, -1) : args;
  const std = (second ?? 1) as Tensor | number;
  if (typeof mean === 'number' && typeof std === 'number') {
    const fill: Fill = (out, generator) => fillNormal(out, mean, std, generator);
    return drawn('normal', expectSize('normal', size), options, 'float32', fill);
  }
  const shaping = (mean instanceof Tensor ? mean : std) as Tensor;
  const noise = drawn('normal', shaping.shape, options, 'float32', standardNormal);
  return withMode({ grad: false }, () => {
    const scaled = mul(noise.value, typeof std === 'number' ? std : std.value);
    return Tensor.of(add(scaled, mean instanceof Tensor ? mean.value : (mean as number)));
  });
}
