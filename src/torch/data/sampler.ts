// Samplers: the order in which a loader visits a data set, drawn as PyTorch draws it.

import { iterable, type Kind } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { objectAt } from '../../engine/core/object-argument';
import { type Arguments, expectCount, parseArgs } from '../../engine/core/options';
import { randperm } from '../../engine/storage/random/distributions';
import type { Generator } from '../../engine/storage/random/generator';
import { randomIndices } from '../../engine/storage/random/shuffle';
import { weightedIndices } from '../../engine/storage/random/weighted';
import { lengthOf, sized, dataSource as visited } from './dataset';

/** Anything with a length, which is all that a sampler needs of a data set. */
export interface Sized {
  readonly length: number;
}

/** An order of indices, or of other keys of a data set. Each iteration starts a new pass. */
export interface Sampler<T = number> extends Iterable<T> {
  readonly length: number;
}

/** 0, 1, …, n − 1. */
export class SequentialSampler implements Sampler {
  readonly dataSource: Sized;

  constructor(...args: Arguments<{ dataSource: Sized }, ['dataSource']>) {
    const given = objectAt('SequentialSampler', ['dataSource'], 0, args);
    const kinds = { dataSource: visited };
    this.dataSource = parseArgs<{ dataSource: Sized }>(
      'SequentialSampler',
      ['dataSource'],
      {},
      given,
      kinds,
    ).dataSource;
  }

  get length(): number {
    return lengthOf(this.dataSource);
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { length } = this;
    for (let i = 0; i < length; i++) yield i;
  }
}

interface RandomSamplerArguments {
  /** The data set, of which only the length is asked. */
  dataSource: Sized;
  /** Whether an index may occur more than once in a pass; default false. */
  replacement?: boolean;
  /** How many indices a pass has; default: one for each item. */
  numSamples?: number | null;
  generator?: Generator | null;
}

const randomOrder = ['dataSource', 'replacement', 'numSamples', 'generator'] as const;

/**
 * A random permutation of 0, 1, …, n − 1, a new one in each pass, drawn when its first index is asked for; or
 * `numSamples` indices. With `replacement`, each index is drawn from all n.
 *
 * Random numbers come from `generator`; without one, each pass takes a seed from the default generator.
 */
export class RandomSampler implements Sampler {
  readonly dataSource: Sized;
  readonly replacement: boolean;
  readonly generator: Generator | null;
  readonly #numSamples: number | null;

  constructor(...args: Arguments<RandomSamplerArguments, typeof randomOrder>) {
    const options = parseArgs<RandomSamplerArguments>(
      'RandomSampler',
      ['dataSource'],
      { replacement: false, numSamples: null, generator: null },
      objectAt('RandomSampler', randomOrder, 0, args),
      { dataSource: visited },
    );
    this.dataSource = options.dataSource;
    if (options.numSamples !== null) expectCount('RandomSampler', 'numSamples', options.numSamples);
    this.replacement = options.replacement;
    this.#numSamples = options.numSamples;
    this.generator = options.generator;
  }

  /** How many indices a pass has. */
  get numSamples(): number {
    return this.#numSamples ?? lengthOf(this.dataSource);
  }

  get length(): number {
    return this.numSamples;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    yield* randomIndices(lengthOf(this.dataSource), this.numSamples, this.replacement, this.generator ?? undefined);
  }
}

interface SamplerGenerator {
  generator?: Generator | null;
}

interface SubsetSamplerArguments<T> extends SamplerGenerator {
  indices: readonly T[];
}

/** The given indices, in a random order that is drawn anew in each pass. */
export class SubsetRandomSampler<T = number> implements Sampler<T> {
  readonly indices: readonly T[];
  readonly generator: Generator | null;

  constructor(indices: readonly T[], ...args: Arguments<SamplerGenerator, ['generator']>);
  constructor(named: SubsetSamplerArguments<T>);
  constructor(...args: unknown[]) {
    const { indices, generator } = parseArgs<SubsetSamplerArguments<T>>(
      'SubsetRandomSampler',
      ['indices'],
      { generator: null },
      args,
      { indices: sized },
    );
    this.indices = indices;
    this.generator = generator;
  }

  get length(): number {
    return this.indices.length;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const i of randperm(this.length, this.generator ?? undefined)) yield this.indices[i]!;
  }
}

interface WeightedRandomSamplerArguments {
  /** The weights. */
  weights: ArrayLike<number>;
  /** How many are drawn. */
  numSamples: number;
  /** Whether an index may occur more than once in a pass; default true. */
  replacement?: boolean;
  generator?: Generator | null;
}

/**
 * Weighted random indices: index i is drawn with probability proportional to its weight. The weights need not sum to 1.
 * For classes of unequal size:
 *
 *     const weights = labels.map((label) => 1 / counts[label]);
 *     new data.DataLoader(dataset, { batchSize: 64, sampler: new data.WeightedRandomSampler(weights, labels.length) });
 *
 * @throws ArgumentError, when iterated, if a weight is negative, infinite or NaN, or if all are 0
 */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Float64Array;
  readonly numSamples: number;
  readonly replacement: boolean;
  readonly generator: Generator | null;

  constructor(
    ...args: Arguments<WeightedRandomSamplerArguments, ['weights', 'numSamples', 'replacement', 'generator']>
  ) {
    const options = parseArgs<WeightedRandomSamplerArguments>(
      'WeightedRandomSampler',
      ['weights', 'numSamples'],
      { replacement: true, generator: null },
      args,
      { weights: numbers },
    );
    this.weights = Float64Array.from(options.weights);
    this.numSamples = expectCount('WeightedRandomSampler', 'numSamples', options.numSamples);
    this.replacement = options.replacement;
    this.generator = options.generator;
    if (!this.replacement && this.numSamples > this.weights.length) {
      throw new ArgumentError(
        `WeightedRandomSampler: expected at most ${this.weights.length} samples of as many weights without replacement, but got ${this.numSamples}`,
      );
    }
  }

  get length(): number {
    return this.numSamples;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    yield* weightedIndices(this.weights, this.numSamples, this.replacement, this.generator ?? undefined);
  }
}

/** A list or an array of numbers. */
const numbers: Kind = {
  words: 'a list of numbers',
  fits: (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)),
};

interface BatchSamplerParameters {
  /** The order of the indices. */
  sampler: Sampler;
  /** The number of items a batch. */
  batchSize: number;
  /** Whether a last batch that is not full is left out. */
  dropLast?: boolean;
}

/**
 * Groups the indices of a sampler into batches of `batchSize`; if the last one is smaller, `dropLast` leaves it out.
 */
export class BatchSampler implements Sampler<number[]> {
  readonly sampler: Sampler;
  readonly batchSize: number;
  readonly dropLast: boolean;

  constructor(...args: Arguments<BatchSamplerParameters, ['sampler', 'batchSize', 'dropLast']>) {
    const { sampler, batchSize, dropLast } = parseArgs<BatchSamplerParameters>(
      'BatchSampler',
      ['sampler', 'batchSize'],
      { dropLast: false },
      args,
      { sampler: iterable },
    );
    this.sampler = sampler;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    expectCount('BatchSampler', 'batchSize', batchSize);
  }

  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}
