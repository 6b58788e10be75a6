// Barnes-Hut's t-SNE without a device: its gradient beside the sums over all pairs, its divergence, and points in one place.
import { expect, test } from 'vitest';
import { BarnesHut, BarnesHutDescent } from '../../src/doors/interpret/embedding/barnes-hut';
import { sparseAffinities } from '../../src/doors/interpret/embedding/sparse-affinities';

const random = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
};

/** All others of each of n points with random squared distances, or as many as are wanted. */
function neighborsOf(n: number, k = n - 1) {
  const draw = random(1);
  const x = Array.from({ length: n }, () => [draw(), draw(), draw(), draw()]);
  const rows = x.map((a, i) => {
    const others = x.flatMap((b, j) => (i === j ? [] : [{ j, d: a.reduce((sum, v, c) => sum + (v - b[c]!) ** 2, 0) }]));
    return others.toSorted((p, q) => p.d - q.d).slice(0, k);
  });
  return {
    k,
    neighbors: Int32Array.from(rows.flat().map(({ j }) => j)),
    distances: Float64Array.from(rows.flat().map(({ d }) => d)),
  };
}

/** The dense affinities, (p_{j|i} + p_{i|j}) / 2n. */
function dense({ n, k, neighbors, weights }: ReturnType<typeof sparseAffinities>): number[][] {
  const p = Array.from({ length: n }, () => Array<number>(n).fill(0));
  neighbors.forEach((j, at) => {
    const i = Math.floor(at / k);
    p[i]![j]! += weights[at]!;
    p[j]![i]! += weights[at]!;
  });
  return p;
}

/** The gradient of KL(c P ‖ Q) and KL(P ‖ Q) by the definition. */
function byPairs(p: readonly number[][], y: Float64Array, dims: number, exaggeration: number) {
  const n = p.length;
  const freedom = Math.max(dims - 1, 1);
  const pairs = p.flatMap((_, i) => p.flatMap((_row, j) => (i === j ? [] : [{ i, j }])));
  const squared = ({ i, j }: { i: number; j: number }) =>
    Array.from({ length: dims }, (_, c) => (y[i * dims + c]! - y[j * dims + c]!) ** 2).reduce((a, b) => a + b);
  const base = (pair: { i: number; j: number }) => 1 / (1 + squared(pair) / freedom);
  const weight = (pair: { i: number; j: number }) => base(pair) ** ((freedom + 1) / 2);
  const total = pairs.reduce((sum, pair) => sum + weight(pair), 0);
  const gradient = new Float64Array(n * dims);
  let divergence = 0;
  for (const { i, j } of pairs) {
    const q = weight({ i, j }) / total;
    const pull = ((2 * (freedom + 1)) / freedom) * (exaggeration * p[i]![j]! - q) * base({ i, j });
    for (let c = 0; c < dims; c++) gradient[i * dims + c]! += pull * (y[i * dims + c]! - y[j * dims + c]!);
    if (p[i]![j]! > 0) divergence += p[i]![j]! * Math.log(p[i]![j]! / q);
  }
  return { gradient, divergence };
}

test.each([
  [1, 59],
  [2, 59],
  [2, 20],
  [3, 20],
])('with angle 0 the gradient in %i dimensions by %i neighbours is that of all pairs', (dims, k) => {
  const affinities = sparseAffinities(neighborsOf(60, k), 12);
  const p = dense(affinities);
  expect(p.flat().reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  const draw = random(7);
  const y = Float64Array.from({ length: 60 * dims }, () => 20 * draw());
  // Two points in one place, and a third too near for a number between them.
  y.copyWithin(3 * dims, 0, dims);
  y.copyWithin(4 * dims, 0, dims);
  y[4 * dims]! += Number.EPSILON * Math.abs(y[4 * dims]!);
  for (const exaggeration of [1, 12]) {
    const wanted = byPairs(p, y, dims, exaggeration);
    const gradient = new Float64Array(y.length);
    const divergence = new BarnesHut(affinities, dims, 0).gradient(y, exaggeration, gradient, true);
    expect(divergence).toBeCloseTo(wanted.divergence, 10);
    const scale = Math.max(...wanted.gradient.map(Math.abs));
    for (const [at, slope] of gradient.entries())
      expect(Math.abs(slope - wanted.gradient[at]!) / scale).toBeLessThan(1e-10);
  }
});

test('perplexities are those wanted, also where distances are large or equal', () => {
  const given = neighborsOf(60, 40);
  for (const distances of [given.distances, given.distances.map((d) => d * 1e6), given.distances.map(() => 2)]) {
    const { weights } = sparseAffinities({ ...given, distances }, 12);
    for (let i = 0; i < 60; i++) {
      const row = Array.from(weights.subarray(40 * i, 40 * (i + 1)), (weight) => weight * 2 * 60);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      const entropy = -row.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
      // Equal distances leave but one perplexity, that of all.
      expect(entropy).toBeCloseTo(
        Math.log(distances[0] === distances[1] && distances[1] === distances[2] ? 40 : 12),
        4,
      );
    }
  }
});

test('an angle of a half errs as little as scikit-learn’s', async () => {
  const n = 2000;
  const k = 30;
  const draw = random(3);
  const neighbors = Int32Array.from({ length: n * k }, (_, at) => (Math.floor(at / k) + 1 + (at % k)) % n);
  const affinities = sparseAffinities({ k, neighbors, distances: new Float64Array(n * k).map(() => 1 + draw()) }, 10);
  const y = Float64Array.from({ length: 2 * n }, () => 50 * draw());
  const [exact, fast] = [new Float64Array(2 * n), new Float64Array(2 * n)];
  const wanted = new BarnesHut(affinities, 2, 0).gradient(y, 1, exact, true);
  const found = new BarnesHut(affinities, 2, 0.5).gradient(y, 1, fast, true);
  // scikit-learn's errs by 0.0020 and 0.0207 on the same points.
  expect(Math.abs(found / wanted - 1)).toBeLessThan(0.0025);
  const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  expect(norm(exact.map((slope, at) => slope - fast[at]!)) / norm(exact)).toBeLessThan(0.025);
  const descent = new BarnesHutDescent(affinities, y, 2, 0.5);
  const look = { exaggeration: 1, momentum: 0.8, rate: 100, look: true };
  expect(await descent.step({ ...look, look: false })).toBeNull();
  const first = (await descent.step(look))!.divergence;
  for (let step = 0; step < 5; step++) await descent.step({ ...look, look: false });
  expect((await descent.step(look))!.divergence).toBeLessThan(first);
  expect(descent.embedding().shape).toEqual([n, 2]);
});
