// Embeddings in Node, beside scikit-learn: principal components, t-SNE, UMAP, and what they are judged by.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import {
  knnPurity,
  PCA,
  pca,
  type TsneProgress,
  trustworthiness,
  tsne,
  tsneDivergence,
  umap,
} from 'lamplight/interpret';
import { describe, expect, test } from 'vitest';
import { jointAffinities } from '../../../src/doors/interpret/embedding/exact-descent';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

interface Facts extends FixtureCase {
  readonly kl: Readonly<Record<string, number>>;
  readonly variance: readonly number[];
  readonly ratio: readonly number[];
  readonly singular: readonly number[];
  readonly trust: readonly number[];
}

const fixture = await loadFixture<Facts>('embedding');
const [facts] = fixture.cases as [Facts];
const given = (name: string): Tensor => {
  const { data, shape } = fixture.tensor(`points/${name}`);
  return torch.tensor(data as Float32Array).reshape([...shape]);
};
const points = given('points');
const labels = given('labels');

/** The greatest absolute difference. */
const apart = (a: Tensor, b: Tensor): Promise<number> => a.sub(b).abs().max().item();

test('principal components are scikit-learn’s', async () => {
  const fitted = await new PCA({ nComponents: 3 }).fit(points);
  expect(await apart(fitted.components, given('components'))).toBeLessThan(1e-4);
  expect(await apart(fitted.transform(points), given('projected'))).toBeLessThan(1e-3);
  expect([...fitted.explainedVariance, ...fitted.explainedVarianceRatio, ...fitted.singularValues]).toEqual(
    [...facts.variance, ...facts.ratio, ...facts.singular].map((value) => expect.closeTo(value, 3)),
  );
  // More features than points: the other of the two products.
  const few = points.narrow(0, 0, 5);
  const all = await new PCA(4).fit(few);
  expect(await apart(all.inverseTransform(all.transform(few)), few)).toBeLessThan(1e-4);
  expect((await pca(points)).shape).toEqual([120, 2]);
  await expect(pca(few, 6)).rejects.toThrow('PCA: expected at least 6 points of 6 features, but got [5, 8]');
  expect(() => new PCA().transform(points)).toThrow('expected fit to come before it');
});

describe('t-SNE', () => {
  test('affinities are scikit-learn’s', async () => {
    expect(await apart(await jointAffinities(points, 15), given('joint'))).toBeLessThan(1e-6);
  });

  test('its divergence from a given start is within 5 % of scikit-learn’s', async () => {
    const seen: number[] = [];
    const maps: torch.Tensor[] = [];
    const options = {
      init: given('start'),
      perplexity: 30,
      onProgress: ({ klDivergence, embedding }: TsneProgress) => {
        seen.push(klDivergence);
        maps.push(embedding);
      },
    };
    const map = await tsne(points, options);
    expect(map.shape).toEqual([120, 2]);
    // Each map is told as it was then.
    expect(await apart(maps.at(-1)!, map)).toBe(0);
    expect(await tsneDivergence(points, maps[4]!, { perplexity: 30 })).toBeGreaterThan(seen.at(-1)!);
    const reached = await tsneDivergence(points, map, { perplexity: 30 });
    expect(Math.abs(reached / facts.kl['2']! - 1)).toBeLessThan(0.05);
    // Iteration 1000 began with about the embedding that it ended with.
    expect(seen).toHaveLength(20);
    expect(seen.at(-1)!).toBeCloseTo(reached, 2);
    expect(await knnPurity(map, labels, { k: 10 })).toBeGreaterThan(0.9);
  });

  test('in three dimensions too, from principal components', async () => {
    const before = torch.gpu.stats();
    let half = before;
    const onProgress = ({ iteration }: { iteration: number }) => {
      if (iteration === 500) half = torch.gpu.stats();
    };
    const map = await tsne(points, { nComponents: 3, perplexity: 15, onProgress });
    const after = torch.gpu.stats();
    // scikit-learn's gradient is that of the divergence in two dimensions only, so that it does not come as far.
    expect(await tsneDivergence(points, map, { perplexity: 15 })).toBeLessThan(facts.kl['3']!);
    const { buffersCreated, bindGroupsCreated, pipelinesCreated, plansCompiled } = after;
    // Ten maps are told and one is given: each may be a buffer.
    expect(buffersCreated - half.buffersCreated).toBeLessThanOrEqual(11);
    expect(bindGroupsCreated - half.bindGroupsCreated).toBe(0);
    expect([pipelinesCreated - half.pipelinesCreated, plansCompiled - half.plansCompiled]).toEqual([0, 0]);
  });

  test('by Barnes-Hut its divergence is within 5 % of scikit-learn’s', async () => {
    const seen: number[] = [];
    const map = await tsne(points, {
      init: given('start'),
      method: 'barnes_hut',
      onProgress: ({ klDivergence }) => seen.push(klDivergence),
    });
    expect(Math.abs(seen.at(-1)! / facts.kl.barnes_hut! - 1)).toBeLessThan(0.05);
    expect(await tsneDivergence(points, map)).toBeCloseTo(seen.at(-1)!, 2);
    const stop = new AbortController();
    stop.abort();
    await expect(tsne(points, { method: 'barnes_hut', signal: stop.signal })).rejects.toThrow('abort');
  });

  test('stops at a signal', async () => {
    const stop = new AbortController();
    await expect(tsne(points, { perplexity: 15, signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow(
      'abort',
    );
  });
});

test('UMAP keeps classes apart', async () => {
  const map = await umap(points, { nEpochs: 100, seed: 1 });
  expect(map.shape).toEqual([120, 2]);
  expect(await knnPurity(map, labels)).toBeGreaterThan(0.9);
  expect(await apart(map, await umap(points, { nEpochs: 100, seed: 1 }))).toBe(0);
  await expect(umap(points, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
});

test('trustworthiness is scikit-learn’s, and purity a share of neighbours', async () => {
  const projected = given('projected').narrow(1, 0, 2);
  expect(await trustworthiness(points, projected)).toBeCloseTo(facts.trust[0]!, 5);
  expect(await trustworthiness(points, projected, { nNeighbors: 12 })).toBeCloseTo(facts.trust[1]!, 5);
  await expect(trustworthiness(points, projected, 60)).rejects.toThrow(
    'trustworthiness: expected nNeighbors less than n / 2 = 60, but got 60',
  );
  const line = torch.tensor([[0], [1], [2.5], [9], [10]], { dtype: torch.float32 });
  expect(await knnPurity(line, [0, 0, 1, 2, 2], { k: 1 })).toBeCloseTo(4 / 5, 6);
  await expect(knnPurity(line, [0, 1], 1)).rejects.toThrow('expected a label for each of 5 points, but got 2');
});
