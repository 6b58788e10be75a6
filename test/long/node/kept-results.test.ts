// Checks that a result that is kept keeps its own memory alive, and nothing of what it was computed from.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { keepers, type Left, leftBy, tensorsIn } from '../../support/allocations';
import { partOf } from '../../support/sample';
import { callSample, idOf, loadSamples, type Sample } from '../../support/samples';
import { isKnown } from '../../support/samples-differences';
import { smallResults } from '../../support/small-results';

/** What a program does with a result that it keeps. */
const ways = {
  'made under noGrad': (call: () => unknown) => torch.noGrad(call),
  detached: (call: () => unknown) => tensorsIn(call()).map((y) => y.detach()),
  'detached and changed in place': (call: () => unknown) =>
    tensorsIn(call()).map((y) => {
      const kept = y.detach();
      // What is expanded refuses to be changed in place.
      return kept.isFloatingPoint() && kept.isContiguous() ? kept.mul_(2) : kept;
    }),
  'detached once it is stored': async (call: () => unknown) => {
    const results = tensorsIn(call());
    await torch.synchronize();
    return results.map((y) => y.detach());
  },
  'kept after backward': (call: () => unknown) => differentiated(tensorsIn(call())),
  'stored, and kept after backward': async (call: () => unknown) => {
    const results = tensorsIn(call());
    await torch.synchronize();
    return differentiated(results);
  },
};
type Way = keyof typeof ways;
const allWays = Object.keys(ways) as Way[];

function differentiated(results: readonly Tensor[]): readonly Tensor[] {
  const sums = results.filter((y) => y.requiresGrad).map((y) => y.sum());
  if (sums.length > 0) sums.reduce((x, y) => x.add(y)).backward();
  return results;
}

/** Those of the calls that keep too much, in batches that the collector runs after. */
async function found(calls: Iterable<readonly [string, () => Promise<unknown>]>, most?: number): Promise<string[]> {
  const all: string[] = [];
  let batch: Left[] = [];
  for (const [name, call] of calls) {
    batch.push(await leftBy(name, call));
    if (batch.length < 50) continue;
    all.push(...(await keepers(batch, most)));
    batch = [];
  }
  return [...all, ...(await keepers(batch, most))];
}

test.each(allWays)('a small result of a large input, %s', async (way) => {
  // Computed, so that no call uploads it.
  const base = torch.randn(512, 512).mul(1);
  await torch.synchronize();
  const input = () => (way === 'made under noGrad' ? base.mul(0.5) : base.mul(0.5).requiresGrad_().mul(2));
  const cases = partOf(smallResults, 6).map(
    ([name, call]) => [name, async () => ways[way](() => call(input()))] as const,
  );
  expect(await found(cases, 1 << 14)).toEqual([]);
});

const samples = loadSamples(process.env.LAMPLIGHT_SAMPLES).filter(
  ({ r, dtype, in: space }) => r && dtype === 'float32' && space !== 'Tensor',
);

/** The tensors that a sample gives; with a gradient where PyTorch has one. Those that read back say so by a promise, which is no result. */
function resultsOf(sample: Sample, differentiated: boolean): readonly Tensor[] {
  try {
    const result = callSample(sample, differentiated && sample.r!.g !== undefined);
    if (!(result instanceof Promise)) return tensorsIn(result).filter((y) => y.numel() > 0);
    result.catch(() => {});
  } catch (error) {
    if (!isKnown(idOf(sample), `refused: ${error}`)) throw error;
  }
  return [];
}

// All samples, with gradients, are 1,600 programs that are compiled for the first time.
test.each(allWays)(
  "each of PyTorch's samples, %s",
  async (way) => {
    const cases = partOf(samples, 48).map(
      (sample) => [idOf(sample), async () => ways[way](() => resultsOf(sample, way !== 'made under noGrad'))] as const,
    );
    expect(await found(cases)).toEqual([]);
  },
  1_800_000,
);
