// The draws behind shuffled data: what PyTorch's DataLoader and random_split draw from the generator, and in which order.
//
// One pass over `DataLoader(dataset, shuffle=True)` draws
//   1. when the iterator is made: a base seed (int64 `random_()`), unused without worker processes, drawn without shuffle too;
//   2. at the first batch: the sampler's seed (int64 `random_()`) and, from a fresh generator with that seed, `randperm(n)`.
// A loader with a generator of its own draws the base seed and the permutation from it, and no sampler's seed; when the pass
// reaches its end the sampler draws one more permutation and keeps none of it.
import { fillRandint, randomInt64, randperm } from './distributions';
import { defaultGenerator, Generator } from './generator';

/** Step 1: what is drawn when a loader's iterator is made, shuffled or not. */
export function drawBaseSeed(generator = defaultGenerator()): bigint {
  return randomInt64(generator);
}

/** Step 2: the order in which a shuffled pass visits n samples. Call it when the first batch is asked for. */
export function samplerOrder(n: number, generator?: Generator): Int32Array {
  return randperm(n, generator ?? new Generator().manualSeed(randomInt64()));
}

/** Must be called at the end of a complete shuffled pass: a loader with a generator of its own draws here. */
export function finishSampler(n: number, generator?: Generator): void {
  if (generator) randperm(n, generator);
}

/** With replacement, PyTorch's sampler draws this many indices at a time. */
const DRAWN_AT_ONCE = 32;

/**
 * `count` indices below n. With replacement, an index may come any number of times. Without, random orders of all n
 * follow one another.
 */
export function* randomIndices(
  n: number,
  count: number,
  replacement: boolean,
  generator?: Generator,
): IterableIterator<number> {
  if (n === 0) return;
  if (!replacement && count === n) {
    yield* samplerOrder(n, generator);
    finishSampler(n, generator);
    return;
  }
  const source = generator ?? new Generator().manualSeed(randomInt64());
  if (replacement) {
    for (let left = count; left > 0; left -= DRAWN_AT_ONCE) {
      yield* fillRandint(new Int32Array(Math.min(left, DRAWN_AT_ONCE)), 0, n, source);
    }
    return;
  }
  for (let left = count; left >= n; left -= n) yield* randperm(n, source);
  yield* randperm(n, source).subarray(0, count % n);
}

/** The indices of each part of `random_split(dataset, lengths)`: one `randperm` over all of them, cut in order. */
export function splitIndices(lengths: readonly number[], generator = defaultGenerator()): Int32Array[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const order = randperm(total, generator);
  let offset = 0;
  return lengths.map((length) => {
    offset += length;
    return order.subarray(offset - length, offset);
  });
}
