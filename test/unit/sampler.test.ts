// Samplers and splits against PyTorch's own orders.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/engine/core/errors';
import { fillUniform } from '../../src/engine/storage/random/distributions';
import { defaultGenerator, Generator, manualSeed } from '../../src/engine/storage/random/generator';
import { drawBaseSeed } from '../../src/engine/storage/random/shuffle';
import {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from '../../src/torch/data/sampler';
import { randomSplit } from '../../src/torch/data/subset';

interface LoaderCase {
  name: string;
  kind: 'loader';
  seed: number;
  n: number;
  batchSize: number;
  shuffle: boolean;
  dropLast: boolean;
  generatorSeed: number | null;
  randnBetween: number;
  epochs: number[][][];
  randAfter: number[];
  randAfterOwn: number[] | null;
}

interface SplitCase {
  name: string;
  kind: 'split';
  seed: number;
  n: number;
  lengths: number[];
  parts: number[][];
}

interface SamplerCase {
  name: string;
  kind: 'sampler';
  sampler: 'random' | 'subset' | 'weighted';
  n?: number;
  indices?: number[];
  weights?: number[];
  replacement: boolean;
  numSamples: number;
  seed: number;
  generatorSeed: number | null;
  passes: number[][];
  randAfter: number;
}

const fixture = JSON.parse(readFileSync(new URL('../fixtures/random.json', import.meta.url), 'utf8')) as {
  cases: (LoaderCase | SplitCase | SamplerCase)[];
};
const loaders = fixture.cases.filter((c): c is LoaderCase => c.kind === 'loader' && c.randnBetween === 0);
const splits = fixture.cases.filter((c): c is SplitCase => c.kind === 'split');
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

test.each(loaders)('$name: the batches of each pass are PyTorch’s', (c) => {
  manualSeed(c.seed);
  const generator = c.generatorSeed === null ? null : new Generator().manualSeed(c.generatorSeed);
  const items = range(c.n);
  const sampler = c.shuffle ? new RandomSampler(items, { generator }) : new SequentialSampler(items);
  const batches = new BatchSampler(sampler, c.batchSize, { dropLast: c.dropLast });
  for (const epoch of c.epochs) {
    drawBaseSeed(generator ?? undefined);
    expect([...batches]).toEqual(epoch);
    expect(batches.length).toBe(epoch.length);
  }
  expect(fillUniform([0, 0], 0, 1, defaultGenerator())).toEqual(c.randAfter);
  if (generator && c.randAfterOwn) expect(fillUniform([0, 0], 0, 1, generator)).toEqual(c.randAfterOwn);
});

test.each(splits)('$name: the parts are PyTorch’s', (c) => {
  manualSeed(c.seed);
  const parts = randomSplit(range(c.n), c.lengths);
  expect(parts.map((part) => [...part])).toEqual(c.parts);
  expect(parts.map((part) => part.length)).toEqual(c.parts.map((part) => part.length));
});

describe('bad arguments', () => {
  test('are refused by name', () => {
    const make = (options: object) => () => new RandomSampler([1], options as { generator?: null });
    expect(make({ generater: null })).toThrowError(/RandomSampler: got an unknown argument 'generater'/);
    expect(() => randomSplit([1, 2], [1, 2])).toThrowError(/add up to the data set's 2 items, or fractions/);
    expect(() => randomSplit([1, 2], [3, -1])).toThrowError(/expected lengths ≥ 0, but got -1/);
    expect(() => randomSplit([1, 2], [1, Number.NaN])).toThrowError(ArgumentError);
    expect(() => new BatchSampler(new SequentialSampler([1]), 0)).toThrowError(
      /batchSize to be a positive integer, but got 0/,
    );
  });
});

describe('samplers', () => {
  const made = (
    { sampler, n, indices, weights, replacement, numSamples }: SamplerCase,
    generator: Generator | null,
  ) => {
    if (sampler === 'subset') return new SubsetRandomSampler(indices!, { generator });
    if (sampler === 'weighted') return new WeightedRandomSampler(weights!, numSamples, { replacement, generator });
    return new RandomSampler(range(n!), replacement, numSamples, generator);
  };

  test.each(fixture.cases.filter((c): c is SamplerCase => c.kind === 'sampler'))('$name', (item) => {
    manualSeed(item.seed);
    const sampler = made(item, item.generatorSeed === null ? null : new Generator().manualSeed(item.generatorSeed));
    expect(sampler.length).toBe(item.passes[0]!.length);
    for (const pass of item.passes) expect([...sampler]).toEqual(pass);
    expect(fillUniform(new Float32Array(1))[0]).toBe(item.randAfter);
  });

  test('say what they cannot draw', () => {
    expect(() => new RandomSampler([1], { numSamples: 0 })).toThrow(
      /RandomSampler: expected numSamples to be a positive/,
    );
    expect(() => new WeightedRandomSampler([1], 0)).toThrow(
      /WeightedRandomSampler: expected numSamples to be a positive/,
    );
    expect(() => new WeightedRandomSampler([1, 2], 3, false)).toThrow(/at most 2 samples of as many weights/);
    expect(() => [...new WeightedRandomSampler([1, -2], 3)]).toThrow(/not all 0, but got -2/);
    expect(() => [...new WeightedRandomSampler([0, 0], 3)]).toThrow(/not all 0, but got zeros/);
    expect([...new RandomSampler([])]).toEqual([]);
  });
});
