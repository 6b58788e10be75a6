// Methods that overwrite a tensor with random numbers.

import { anything } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { type DType, isFloat, showShape } from '../../../engine/core/meta';
import { type Arguments, isPlainObject, kindOf, missingArguments, parseArgs } from '../../../engine/core/options';
import { withMode } from '../../../engine/graph/mode';
import { fromHost } from '../../../engine/graph/record';
import type { HostNumbers, Value } from '../../../engine/graph/value';
import { numbersWithin } from '../../../engine/ops/indexing/indexing';
import { lt } from '../../../engine/ops/pointwise/compare';
import { cast } from '../../../engine/ops/shape/cast';
import { hostFloats } from '../../../engine/storage/allocate';
import { hostArray } from '../../../engine/storage/host-data';
import {
  fillBernoulli,
  fillNormal,
  fillRandint,
  fillRandom,
  fillUniform,
  type RandomDtype,
} from '../../../engine/storage/random/distributions';
import { defaultGenerator, type Generator } from '../../../engine/storage/random/generator';
import { fillInMemoryOrder } from '../../../engine/storage/random/order';
import { fillCauchy, fillExponential, fillGeometric, fillLogNormal } from '../../../engine/storage/random/serial';
import type { TensorBase } from '../base';
import { isTensor } from '../calling/callable';
import type { DrawnWith } from '../creation/drawn';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, changing } = family();
export default methods;

interface UniformFilling extends DrawnWith {
  /** The start of the range. */
  from?: number;
  /** The end of the range. */
  to?: number;
}

interface NormalFilling extends DrawnWith {
  /** The mean. */
  mean?: number;
  /** The standard deviation. */
  std?: number;
}

interface CauchyFilling extends DrawnWith {
  /** The place of the distribution, where half of the samples lie below. */
  median?: number;
  /** The spread of the distribution. */
  sigma?: number;
}

type Fill = (out: HostNumbers, generator: Generator) => unknown;

/** For each integer dtype, the range of numbers that `random_` may draw. */
const integerRanges = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
  bool: [0, 1],
} as const;

/** Overwrites the elements with numbers, drawn in the order in which the elements lie in memory. */
function draw(input: Tensor, generator: Generator | null, fill: Fill, dtype: DType = input.dtype): void {
  const out = hostArray(dtype, input.numel());
  fillInMemoryOrder(out, input.shape, input.strides, (numbers) => fill(numbers, generator ?? defaultGenerator()));
  input.assign(fromHost(out, input.shape, dtype));
}

function drawFloats(input: Tensor, op: string, generator: Generator | null, fill: Fill): void {
  if (!isFloat(input.dtype)) {
    throw new DTypeError(
      `${op}: expected a tensor of floats, but got ${input.dtype}; draw floats and convert them with .to('${input.dtype}')`,
    );
  }
  draw(input, generator, fill, 'float32');
}

/**
 * Overwrites the elements with uniform numbers on [from, to), by default [0, 1). Here and below, a seed gives PyTorch's
 * numbers.
 */
export const uniform_ = changing(
  'uniform_(input, ...)',
  (input: Tensor, ...args: Arguments<UniformFilling, ['from', 'to', 'generator']>): void => {
    const { from, to, generator } = parseArgs<UniformFilling>(
      'uniform_',
      [],
      { from: 0, to: 1, generator: null },
      args,
    );
    drawFloats(input, 'uniform_', generator, (out, g) => fillUniform(out, from, to, g));
  },
);

/** Overwrites the elements with normal numbers, by default of mean 0 and standard deviation 1. */
export const normal_ = changing(
  'normal_(input, ...)',
  (input: Tensor, ...args: Arguments<NormalFilling, ['mean', 'std', 'generator']>): void => {
    const { mean, std, generator } = parseArgs<NormalFilling>(
      'normal_',
      [],
      { mean: 0, std: 1, generator: null },
      args,
    );
    const oneByOne = !input.isContiguous();
    drawFloats(input, 'normal_', generator, (out, g) => fillNormal(out, mean, std, g, oneByOne));
  },
);

/** Overwrites the elements with exp(n), n normal, by default of mean 1 and standard deviation 2. */
export const logNormal_ = changing(
  'logNormal_(input, ...)',
  (input: Tensor, ...args: Arguments<NormalFilling, ['mean', 'std', 'generator']>): void => {
    const { mean, std, generator } = parseArgs<NormalFilling>(
      'logNormal_',
      [],
      { mean: 1, std: 2, generator: null },
      args,
    );
    drawFloats(input, 'logNormal_', generator, (out, g) => fillLogNormal(out, mean, std, g));
  },
);

/** Overwrites the elements with exponential numbers, of density λ exp(-λx), where λ = `lambd` (default 1). */
export const exponential_ = changing(
  'exponential_(input, ...)',
  (input: Tensor, ...args: Arguments<{ lambd?: number } & DrawnWith, ['lambd', 'generator']>): void => {
    const { lambd, generator } = parseArgs<{ lambd?: number } & DrawnWith>(
      'exponential_',
      [],
      { lambd: 1, generator: null },
      args,
    );
    drawFloats(input, 'exponential_', generator, (out, g) => fillExponential(out, lambd, g));
  },
);

/**
 * Overwrites the elements with Cauchy-distributed numbers, of density σ / (π ((x - median)² + σ²)). Defaults: median 0,
 * σ 1.
 */
export const cauchy_ = changing(
  'cauchy_(input, ...)',
  (input: Tensor, ...args: Arguments<CauchyFilling, ['median', 'sigma', 'generator']>): void => {
    const defaults = { median: 0, sigma: 1, generator: null };
    const { median, sigma, generator } = parseArgs<CauchyFilling>('cauchy_', [], defaults, args);
    drawFloats(input, 'cauchy_', generator, (out, g) => fillCauchy(out, median, sigma, g));
  },
);

/**
 * Overwrites the elements with geometric numbers: how many trials of probability p the first success takes (1, 2, …).
 */
export const geometric_ = changing(
  'geometric_(input, ...)',
  (input: Tensor, ...args: Arguments<{ p: number } & DrawnWith, ['p', 'generator']>): void => {
    const { p, generator } = parseArgs<{ p: number } & DrawnWith>('geometric_', ['p'], { generator: null }, args);
    if (input.dtype === 'bool') throw new DTypeError('geometric_: expected a tensor of numbers, but got bool');
    if (isFloat(input.dtype)) {
      drawFloats(input, 'geometric_', generator, (out, g) => fillGeometric(out, p, g));
      return;
    }
    draw(input, generator, (out, g) => {
      fillGeometric(out, p, g);
      if (input.dtype === 'uint8') for (let i = 0; i < out.length; i++) out[i] &= 255;
    });
  },
);

/**
 * Overwrites the elements with whole numbers: `random_(from, to)` draws from `from` to `to` - 1, `random_(to)` from 0
 * on, and `random_()` from 0 to the greatest number of the dtype (for float32, 2²⁴).
 */
export const random_ = changing(
  'random_(input, ...)',
  (
    input: Tensor,
    ...args:
      | [/** The start of the range. */ from: number, /** The end of the range. */ to: number, options?: DrawnWith]
      | [to: number, options?: DrawnWith]
      | [options?: DrawnWith & { from?: number; to?: number }]
  ): void => {
    const only = args.length > 0 && !isPlainObject(args[0]) && (args.length === 1 || isPlainObject(args[1]));
    const { from, to, generator } = parseArgs<DrawnWith & { from?: number; to?: number }>(
      'random_',
      [],
      { from: 0, to: undefined as never, generator: null },
      only ? [undefined, ...args] : args,
    );
    const { dtype } = input;
    if (to === undefined) {
      if (from !== 0) throw missingArguments('random_', ['to'], {});
      if (dtype === 'int64' || dtype === 'uint32') {
        const why = dtype === 'int64' ? 'of which only 32 bits are held here' : 'which PyTorch does not draw';
        throw new DTypeError(`random_: expected bounds for ${dtype}, ${why}; call it as random_(from, to)`);
      }
      const kind: RandomDtype = isFloat(dtype) ? 'float32' : (dtype as RandomDtype);
      draw(input, generator, (out, g) => fillRandom(out, kind, g), isFloat(dtype) ? 'float32' : dtype);
      return;
    }
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from >= to) {
      throw new ArgumentError(`random_: expected whole numbers from < to, but got from ${from} and to ${to}`);
    }
    const [least, most] = isFloat(dtype) ? [-Infinity, Infinity] : integerRanges[dtype as keyof typeof integerRanges];
    if (from < least || to - 1 > most) {
      throw new DTypeError(
        `random_: expected numbers from ${least} to ${most} for ${dtype}, but got from ${from} and to ${to}`,
      );
    }
    draw(input, generator, (out, g) => fillRandint(out, from, to, g), isFloat(dtype) ? 'float32' : dtype);
  },
);

/** For each element, whether a uniform number, drawn in memory order, is below the probability. */
function successes(input: Tensor, op: string, p: Value, generator: Generator | null): Value {
  if (!isFloat(p.dtype)) throw new DTypeError(`${op}: expected probabilities of dtype float32, but got ${p.dtype}`);
  const out = hostFloats(input.numel());
  fillInMemoryOrder(out, input.shape, input.strides, (numbers) =>
    fillUniform(numbers, 0, 1, generator ?? defaultGenerator()),
  );
  return withMode({ grad: false }, () => {
    const chances = numbersWithin(`${op}: expected p in [0, 1]`, 1, cast(p, 'float32'));
    return lt(fromHost(out, input.shape, 'float32'), chances);
  });
}

function expandedChance(input: Tensor, p: TensorBase, generator: Generator | null): Value {
  const ones = successes(input, 'bernoulli_', p.value, generator);
  if (showShape(ones.shape) !== showShape(input.shape)) {
    throw new ShapeError(
      `bernoulli_: expected probabilities that broadcast to ${showShape(input.shape)}, but got ${showShape(p.shape)}`,
    );
  }
  return cast(ones, input.dtype);
}

/**
 * Overwrites the elements with ones with probability p (a number, or a tensor that broadcasts), else zeros. Default:
 * 0.5.
 */
export const bernoulli_ = changing(
  'bernoulli_(input, ...)',
  (
    input: Tensor,
    ...args: [p?: number | Tensor, options?: DrawnWith] | [options?: DrawnWith & { p?: number | Tensor }]
  ): void => {
    const { p, generator } = parseArgs<{ p?: number | Tensor } & DrawnWith>(
      'bernoulli_',
      [],
      { p: 0.5 as number | Tensor, generator: null },
      args,
      { p: anything },
    );
    if (typeof p === 'number') {
      draw(input, generator, (out, g) => fillBernoulli(out, p, g), isFloat(input.dtype) ? 'float32' : input.dtype);
      return;
    }
    if (!isTensor(p))
      throw new ArgumentError(`bernoulli_: expected p to be a number or a tensor, but got ${kindOf(p)}`);
    input.assign(expandedChance(input, p, generator));
  },
);
