// Affinities of points to their nearest neighbours only, for Barnes-Hut t-SNE: distances in tiles on the GPU, the rest
// on the host.
import { noGrad, scope, type Tensor } from '../../../torch';
import { centered, rowsPerBlock, squaredDistances } from './points';

/** The maximum number of steps of the bisection, and its tolerance in nats, as in scikit-learn. */
export const BISECTIONS = 100;
export const TOLERANCE = 1e-5;

/** The neighbours of each point, [n, k] flattened, and their weights. */
export interface SparseAffinities {
  readonly n: number;
  readonly k: number;
  readonly neighbors: Int32Array;
  /**
   * p_{j|i} / 2n. The affinity p_ij is the weight of j for i plus the weight of i for j, each 0 if the one is not a
   * neighbour of the other.
   */
  readonly weights: Float64Array;
  /** Σ p_ij ln p_ij. */
  readonly negativeEntropy: number;
}

/** The 3 · perplexity + 1 nearest neighbours of each point, at most n − 1. Distances are squared. */
export async function nearestNeighbors(
  input: Tensor,
  perplexity: number,
  signal: AbortSignal | null,
): Promise<{ k: number; neighbors: Int32Array; distances: Float64Array }> {
  const x = centered(input);
  const n = x.shape[0]!;
  const k = Math.min(n - 1, Math.floor(3 * perplexity + 1));
  const neighbors = new Int32Array(n * k);
  const distances = new Float64Array(n * k);
  const rows = rowsPerBlock(n);
  for (let from = 0; from < n; from += rows) {
    const count = Math.min(rows, n - from);
    const tile = await scope(() => noGrad(() => squaredDistances(x.narrow(0, from, count), x))).data();
    signal?.throwIfAborted();
    for (let row = 0; row < count; row++) {
      const i = from + row;
      const own = distances.subarray(i * k, (i + 1) * k);
      smallest(tile.subarray(row * n, (row + 1) * n) as Float32Array, i, neighbors.subarray(i * k, (i + 1) * k), own);
    }
  }
  return { k, neighbors, distances };
}

/**
 * Writes the indices of the k smallest values, skipping index `but`, and the values, in no order: a max-heap of size k.
 */
function smallest(values: Float32Array, but: number, places: Int32Array, kept: Float64Array): void {
  const k = places.length;
  let size = 0;
  const sink = (at: number, value: number, place: number): void => {
    let hole = at;
    for (let child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && kept[child + 1]! > kept[child]!) child++;
      if (kept[child]! <= value) break;
      kept[hole] = kept[child]!;
      places[hole] = places[child]!;
      hole = child;
    }
    kept[hole] = value;
    places[hole] = place;
  };
  for (let i = 0; i < values.length; i++) {
    if (i === but) continue;
    const value = values[i]!;
    if (size < k) {
      kept[size] = value;
      places[size] = i;
      size++;
      if (size === k) for (let at = (k >> 1) - 1; at >= 0; at--) sink(at, kept[at]!, places[at]!);
    } else if (value < kept[0]!) sink(0, value, i);
  }
}

/**
 * p_{j|i} ∝ exp(−β_i d_ij) among the neighbours of i, with β_i such that each point has the given perplexity, in double
 * precision.
 */
export function sparseAffinities(
  { k, neighbors, distances }: { k: number; neighbors: Int32Array; distances: Float64Array },
  perplexity: number,
): SparseAffinities {
  const n = neighbors.length / k;
  const wanted = Math.log(perplexity);
  const weights = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    const row = distances.subarray(i * k, (i + 1) * k);
    const own = weights.subarray(i * k, (i + 1) * k);
    const from = row.reduce((least, distance) => Math.min(least, distance), Number.POSITIVE_INFINITY);
    let [beta, low, high] = [1, 0, Number.POSITIVE_INFINITY];
    let sum = 0;
    for (let step = 0; step <= BISECTIONS; step++) {
      sum = 0;
      let moment = 0;
      for (let j = 0; j < k; j++) {
        const distance = row[j]! - from;
        const weight = Math.exp(-beta * distance);
        own[j] = weight;
        sum += weight;
        moment += weight * distance;
      }
      const excess = Math.log(sum) + (beta * moment) / sum - wanted;
      if (Math.abs(excess) <= TOLERANCE) break;
      if (excess > 0) {
        low = beta;
        beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (beta + high) / 2;
      } else {
        high = beta;
        beta = (beta + low) / 2;
      }
    }
    for (let j = 0; j < k; j++) own[j]! /= sum * 2 * n;
  }
  return { n, k, neighbors, weights, negativeEntropy: negativeEntropyOf(n, k, neighbors, weights) };
}

/**
 * Each pair counts twice, as p_ij and p_ji: once from each side if the points are neighbours of each other, else twice
 * from one side.
 */
function negativeEntropyOf(n: number, k: number, neighbors: Int32Array, weights: Float64Array): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let at = i * k; at < (i + 1) * k; at++) {
      const begin = neighbors[at]! * k;
      let back = begin;
      while (back < begin + k && neighbors[back] !== i) back++;
      const isMutual = back < begin + k;
      const p = weights[at]! + (isMutual ? weights[back]! : 0);
      if (p > 0) total += (isMutual ? 1 : 2) * p * Math.log(p);
    }
  }
  return total;
}
