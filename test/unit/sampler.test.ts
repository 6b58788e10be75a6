// Samplers and splits against PyTorch's own orders.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BatchSampler, RandomSampler, SequentialSampler } from '../../src/data/sampler';
import { randomSplit } from '../../src/data/subset';
import { ArgumentError } from '../../src/errors';
import { fillUniform } from '../../src/tensor/random/distributions';
import { defaultGenerator, Generator, manualSeed } from '../../src/tensor/random/generator';
import { drawBaseSeed } from '../../src/tensor/random/shuffle';

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

const fixture = JSON.parse(readFileSync(new URL('../fixtures/random.json', import.meta.url), 'utf8')) as {
  cases: (LoaderCase | SplitCase)[];
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
