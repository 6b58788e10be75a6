// Samplers: the order in which a loader visits a data set, drawn as PyTorch draws it.
import { ArgumentError } from '../errors';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Generator } from '../tensor/random/generator';
import { finishSampler, samplerOrder } from '../tensor/random/shuffle';

/** Anything with a length: what a sampler needs to know of a data set. */
export interface Sized {
  readonly length: number;
}

/** An order of indices, or of anything else a data set is asked by. Each iteration starts a new pass. */
export interface Sampler<T = number> extends Iterable<T> {
  readonly length: number;
}

/** 0, 1, …, n − 1. */
export class SequentialSampler implements Sampler {
  constructor(readonly dataSource: Sized) {}

  get length(): number {
    return this.dataSource.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/**
 * A random permutation of 0, 1, …, n − 1, a new one each pass, drawn when its first index is asked for.
 *
 * With a `generator` the permutations come from it; without one, each pass takes a seed from the default generator.
 */
export class RandomSampler implements Sampler {
  readonly generator: Generator | null;

  constructor(
    readonly dataSource: Sized,
    options: { generator?: Generator | null } = {},
  ) {
    this.generator = parseArgs<typeof options>('RandomSampler', [], { generator: null }, [options]).generator;
  }

  get length(): number {
    return this.dataSource.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const n = this.length;
    yield* samplerOrder(n, this.generator ?? undefined);
    finishSampler(n, this.generator ?? undefined);
  }
}

interface BatchSamplerParameters {
  sampler: Sampler;
  batchSize: number;
  dropLast?: boolean;
}

/** Groups the indices of a sampler into batches of `batchSize`; the last may be smaller, or with `dropLast` is left out. */
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
    );
    this.sampler = sampler;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
    if (!Number.isSafeInteger(batchSize) || batchSize <= 0) {
      throw new ArgumentError(`BatchSampler: expected batchSize to be a positive integer, but got ${batchSize}`);
    }
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
