// Tensor methods that draw random numbers: in place, and by the probabilities or weights that a tensor holds.

import { anything } from '../core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors';
import { type DType, isFloat, showShape } from '../core/meta';
import { type Arguments, isPlainObject, kindOf, missingArguments, parseArgs } from '../core/options';
import { withMode } from '../graph/mode';
import { fromHost, named } from '../graph/record';
import type { HostNumbers, Value } from '../graph/value';
import { cast, drawnFrom as drawnBy } from '../ops/cast';
import { lt } from '../ops/compare';
import { sampleByExponential, sampleByUniform } from '../ops/multinomial';
import { hostFloats } from '../storage/allocate';
import type { TensorBase } from '../storage/base';
import { hostArray } from '../storage/host-data';
import {
  fillBernoulli,
  fillNormal,
  fillRandint,
  fillRandom,
  fillUniform,
  type RandomDtype,
  uniformAbove,
} from '../storage/random/distributions';
import { defaultGenerator, type Generator } from '../storage/random/generator';
import { fillInMemoryOrder } from '../storage/random/order';
import { fillCauchy, fillExponential, fillGeometric, fillLogNormal } from '../storage/random/serial';
import { isTensor } from './callable';
import { NewMethods } from './new-methods';
import type { Tensor } from './tensor';

/** Where random numbers come from; default: the default generator, as seeded by `torch.manualSeed`. */
export interface Drawing {
  generator?: Generator | null;
}

interface Uniform extends Drawing {
  from?: number;
  to?: number;
}

interface Normal extends Drawing {
  mean?: number;
  std?: number;
}

interface Cauchy extends Drawing {
  median?: number;
  sigma?: number;
}

/** The arguments of `bernoulli`: a probability, or options alone. */
export type BernoulliArguments = [p?: number, options?: Drawing] | [options?: Drawing & { p?: number }];

export interface Multinomial extends Drawing {
  numSamples: number;
  /** Whether a category may be drawn more than once; default false. */
  replacement?: boolean;
}

export type MultinomialArguments = Arguments<Multinomial, ['numSamples', 'replacement', 'generator']>;

type Fill = (out: HostNumbers, generator: Generator) => unknown;

/** The largest number of categories that float32 tells apart. */
const MAX_CATEGORIES = 2 ** 24;

export abstract class RandomMethods extends NewMethods {
  /** Overwrites the elements with numbers drawn in the order of their memory. */
  private draw(generator: Generator | null, fill: Fill, dtype: DType = this.dtype): this {
    const out = hostArray(dtype, this.numel());
    fillInMemoryOrder(out, this.shape, this.strides, (numbers) => fill(numbers, generator ?? defaultGenerator()));
    return this.assign(fromHost(out, this.shape, dtype));
  }

  private drawFloats(op: string, generator: Generator | null, fill: Fill): this {
    if (!isFloat(this.dtype)) {
      throw new DTypeError(
        `${op}: expected a tensor of floats, but got ${this.dtype}; draw floats and convert them with .to()`,
      );
    }
    return this.draw(generator, fill, 'float32');
  }

  /** Overwrites the elements with numbers uniform on [from, to), by default [0, 1). The same seed gives PyTorch's numbers, here and below. */
  uniform_(...args: Arguments<Uniform, ['from', 'to', 'generator']>): this {
    const { from, to, generator } = parseArgs<Uniform>('uniform_', [], { from: 0, to: 1, generator: null }, args);
    return this.drawFloats('uniform_', generator, (out, g) => fillUniform(out, from, to, g));
  }

  /** Overwrites the elements with normal numbers, by default of mean 0 and standard deviation 1. */
  normal_(...args: Arguments<Normal, ['mean', 'std', 'generator']>): this {
    const { mean, std, generator } = parseArgs<Normal>('normal_', [], { mean: 0, std: 1, generator: null }, args);
    const oneByOne = !this.isContiguous();
    return this.drawFloats('normal_', generator, (out, g) => fillNormal(out, mean, std, g, oneByOne));
  }

  /** Overwrites the elements with exp(n), n normal, by default of mean 1 and standard deviation 2. */
  logNormal_(...args: Arguments<Normal, ['mean', 'std', 'generator']>): this {
    const { mean, std, generator } = parseArgs<Normal>('logNormal_', [], { mean: 1, std: 2, generator: null }, args);
    return this.drawFloats('logNormal_', generator, (out, g) => fillLogNormal(out, mean, std, g));
  }

  /** Overwrites the elements with numbers of density λ exp(-λx), λ = `lambd`, by default 1. */
  exponential_(...args: Arguments<{ lambd?: number } & Drawing, ['lambd', 'generator']>): this {
    const { lambd, generator } = parseArgs<{ lambd?: number } & Drawing>(
      'exponential_',
      [],
      { lambd: 1, generator: null },
      args,
    );
    return this.drawFloats('exponential_', generator, (out, g) => fillExponential(out, lambd, g));
  }

  /** Overwrites the elements with numbers of density σ / (π ((x - median)² + σ²)). */
  cauchy_(...args: Arguments<Cauchy, ['median', 'sigma', 'generator']>): this {
    const defaults = { median: 0, sigma: 1, generator: null };
    const { median, sigma, generator } = parseArgs<Cauchy>('cauchy_', [], defaults, args);
    return this.drawFloats('cauchy_', generator, (out, g) => fillCauchy(out, median, sigma, g));
  }

  /** Overwrites the elements with how many trials of probability p it takes to the first success: 1, 2, …. */
  geometric_(...args: Arguments<{ p: number } & Drawing, ['p', 'generator']>): this {
    const { p, generator } = parseArgs<{ p: number } & Drawing>('geometric_', ['p'], { generator: null }, args);
    if (this.dtype === 'bool') throw new DTypeError('geometric_: expected a tensor of numbers, but got bool');
    if (isFloat(this.dtype)) return this.drawFloats('geometric_', generator, (out, g) => fillGeometric(out, p, g));
    return this.draw(generator, (out, g) => {
      fillGeometric(out, p, g);
      if (this.dtype === 'uint8') for (let i = 0; i < out.length; i++) out[i] &= 255;
    });
  }

  /**
   * Overwrites the elements with whole numbers: `random_(from, to)` from `from` to `to` - 1, `random_(to)` from 0, and `random_()` all that the dtype
   * holds from 0 on, or 2²⁴ in float32.
   */
  random_(
    ...args:
      | [from: number, to: number, options?: Drawing]
      | [to: number, options?: Drawing]
      | [options?: Drawing & { from?: number; to?: number }]
  ): this {
    const only = args.length > 0 && !isPlainObject(args[0]) && (args.length === 1 || isPlainObject(args[1]));
    const { from, to, generator } = parseArgs<Drawing & { from?: number; to?: number }>(
      'random_',
      [],
      { from: 0, to: undefined as never, generator: null },
      only ? [undefined, ...args] : args,
    );
    const { dtype } = this;
    if (to === undefined) {
      if (from !== 0) throw missingArguments('random_', ['to'], {});
      if (dtype === 'int64' || dtype === 'uint32') {
        const why = dtype === 'int64' ? 'whose 63 bits are not held here' : 'which PyTorch does not draw';
        throw new DTypeError(`random_: expected bounds for ${dtype}, ${why}; call it as random_(from, to)`);
      }
      const kind: RandomDtype = isFloat(dtype) ? 'float32' : (dtype as RandomDtype);
      return this.draw(generator, (out, g) => fillRandom(out, kind, g), isFloat(dtype) ? 'float32' : dtype);
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
    return this.draw(generator, (out, g) => fillRandint(out, from, to, g), isFloat(dtype) ? 'float32' : dtype);
  }

  /** Overwrites the elements with ones of probability p, a number or a tensor of probabilities, and zeros. */
  bernoulli_(...args: [p?: number | Tensor, options?: Drawing] | [options?: Drawing & { p?: number | Tensor }]): this {
    const { p, generator } = parseArgs<{ p?: number | Tensor } & Drawing>(
      'bernoulli_',
      [],
      { p: 0.5 as number | Tensor, generator: null },
      args,
      { p: anything },
    );
    if (typeof p === 'number') {
      return this.draw(generator, (out, g) => fillBernoulli(out, p, g), isFloat(this.dtype) ? 'float32' : this.dtype);
    }
    if (!isTensor(p))
      throw new ArgumentError(`bernoulli_: expected p to be a number or a tensor, but got ${kindOf(p)}`);
    return this.assign(this.expandedChance(p, generator));
  }

  private expandedChance(p: TensorBase, generator: Generator | null): Value {
    const ones = this.successes('bernoulli_', p.value, generator);
    if (showShape(ones.shape) !== showShape(this.shape)) {
      throw new ShapeError(
        `bernoulli_: expected probabilities that broadcast to ${showShape(this.shape)}, but got ${showShape(p.shape)}`,
      );
    }
    return cast(ones, this.dtype);
  }

  /** For each element a uniform number, in the order of memory, below the probability or not. */
  private successes(op: string, p: Value, generator: Generator | null): Value {
    if (!isFloat(p.dtype)) throw new DTypeError(`${op}: expected probabilities of dtype float32, but got ${p.dtype}`);
    const out = hostFloats(this.numel());
    fillInMemoryOrder(out, this.shape, this.strides, (numbers) =>
      fillUniform(numbers, 0, 1, generator ?? defaultGenerator()),
    );
    return withMode({ grad: false }, () => lt(fromHost(out, this.shape, 'float32'), cast(p, 'float32')));
  }

  /**
   * Ones with the probabilities that this tensor holds, zeros otherwise; or, given `p`, ones of that one probability in this tensor's
   * shape. In its dtype. Its gradient is 0.
   */
  bernoulli(...args: BernoulliArguments): Tensor {
    const { p, generator } = parseArgs<{ p?: number | null } & Drawing>(
      'bernoulli',
      [],
      { p: null, generator: null },
      args,
    );
    const out = hostFloats(this.numel());
    const source = generator ?? defaultGenerator();
    if (p !== null) {
      fillBernoulli(out, p, source);
      return this.make(drawnFrom([this.value], cast(fromHost(out, this.shape, 'float32'), this.dtype), 'Bernoulli'));
    }
    if (!isFloat(this.dtype))
      throw new DTypeError(`bernoulli: expected probabilities of dtype float32, but got ${this.dtype}`);
    fillUniform(out, 0, 1, source);
    const drawn = withMode({ grad: false }, () => {
      const chance = fromHost(out, this.shape, 'float32');
      return cast(lt(chance, cast(this.value, 'float32')), this.dtype);
    });
    return this.make(drawnFrom([this.value], drawn, 'Bernoulli'));
  }

  /**
   * Categories drawn by the weights in the last dimension, which need not sum to 1. Shapes: [n] → [numSamples], [rows, n] → [rows,
   * numSamples]; int64.
   * @throws ShapeError for other ranks, ArgumentError for more samples than categories without replacement. Weights that are
   *   negative, infinite, NaN or all 0 are reported by the next value that is read back.
   */
  multinomial(...args: MultinomialArguments): Tensor {
    const defaults = { replacement: false, generator: null };
    const { numSamples, replacement, generator } = parseArgs<Multinomial>(
      'multinomial',
      ['numSamples'],
      defaults,
      args,
    );
    const { shape } = this;
    const categories = shape.at(-1) ?? 0;
    if (shape.length !== 1 && shape.length !== 2) {
      throw new ShapeError(`multinomial: expected weights [n] or [rows, n], but got shape ${showShape(shape)}`);
    }
    if (!isFloat(this.dtype))
      throw new DTypeError(`multinomial: expected weights of dtype float32, but got ${this.dtype}`);
    if (!Number.isInteger(numSamples) || numSamples <= 0) {
      throw new ArgumentError(`multinomial: expected numSamples of at least 1, but got ${numSamples}`);
    }
    if (!replacement && numSamples > categories) {
      throw new ArgumentError(
        `multinomial: expected at most ${categories} samples of ${categories} categories without replacement, but got ${numSamples}; pass { replacement: true }`,
      );
    }
    if (categories === 0 || categories > MAX_CATEGORIES) {
      throw new ArgumentError(`multinomial: expected from 1 to 2²⁴ categories, but got ${categories}`);
    }
    const source = generator ?? defaultGenerator();
    return withMode({ grad: false }, () => {
      const weights = cast(this.value, 'float32');
      if (!replacement || numSamples === 1) {
        const q = fillExponential(hostFloats(this.numel()), 1, source);
        return this.make(sampleByExponential(weights, fromHost(q, shape, 'float32'), numSamples));
      }
      const size = [...shape.slice(0, -1), numSamples];
      const u = uniformAbove(
        size.reduce((a, b) => a * b, 1),
        source,
      );
      return this.make(sampleByUniform(weights, fromHost(u, size, 'float32')));
    });
  }
}

/** Numbers drawn by the values of `inputs`, which get a gradient of 0. */
export function drawnFrom(inputs: readonly Value[], numbers: Value, name: string): Value {
  const sources = inputs.filter((x) => x.requiresGrad);
  return sources.length > 0 ? named(drawnBy(sources, numbers), `${name}Backward0`) : numbers;
}

/** What `random_` may be asked for. */
const integerRanges = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
  bool: [0, 1],
} as const;
