// Histograms for TensorBoard: numpy's bins, trimmed to the buckets between the first and the last nonempty one.
import { ArgumentError } from '../../torch';
import type { HistogramMoments } from './summaries';

/** The choice of bins: TensorFlow's bins, a rule of numpy by name, a number of bins, or a list of edges. */
export type Bins = BinRule | number | readonly number[];
type BinRule = 'tensorflow' | 'auto' | 'fd' | 'doane' | 'scott' | 'rice' | 'sturges' | 'sqrt';

/** TensorFlow's edges: ±1e-12 · 1.1ⁿ below 1e20, and 0. */
function tensorflowEdges(): number[] {
  const edges: number[] = [];
  for (let edge = 1e-12; edge < 1e20; edge *= 1.1) edges.push(edge);
  return [...edges.map((edge) => -edge).reverse(), 0, ...edges];
}

const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length;

/** The k-th central moment. */
const moment = (x: readonly number[], k: number): number => {
  const m = mean(x);
  return mean(x.map((v) => (v - m) ** k));
};

function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (at - low);
}

/** The bin widths of numpy's estimators (numpy.histogram_bin_edges); 0 for a single bin. */
const widths: Readonly<Record<Exclude<BinRule, 'tensorflow'>, (x: readonly number[], range: number) => number>> = {
  sqrt: (x, range) => range / Math.sqrt(x.length),
  sturges: (x, range) => range / (Math.log2(x.length) + 1),
  rice: (x, range) => range / (2 * Math.cbrt(x.length)),
  scott: (x) => Math.cbrt((24 * Math.sqrt(Math.PI)) / x.length) * Math.sqrt(moment(x, 2)),
  doane(x, range) {
    const sigma = Math.sqrt(moment(x, 2));
    if (x.length <= 2 || sigma === 0) return 0;
    const error = Math.sqrt((6 * (x.length - 2)) / ((x.length + 1) * (x.length + 3)));
    return range / (1 + Math.log2(x.length) + Math.log2(1 + Math.abs(moment(x, 3) / sigma ** 3) / error));
  },
  fd(x) {
    const sorted = x.toSorted((a, b) => a - b);
    return (2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))) / Math.cbrt(x.length);
  },
  auto(x, range) {
    return Math.min(Math.max(widths.fd(x, range), widths.sqrt(x, range) / 2), widths.sturges(x, range));
  },
};

export const binRules: readonly string[] = ['tensorflow', ...Object.keys(widths)];

function edgesOf(x: readonly number[], bins: Bins): readonly number[] {
  if (bins === 'tensorflow') return tensorflowEdges();
  if (typeof bins !== 'number' && typeof bins !== 'string') return bins;
  let [low, high] = [Math.min(...extremes(x)), Math.max(...extremes(x))];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const width = typeof bins === 'number' ? 0 : widths[bins](x, high - low);
  const count = typeof bins === 'number' ? bins : width > 0 ? Math.ceil((high - low) / width) : 1;
  const step = (high - low) / count;
  return Array.from({ length: count + 1 }, (_, i) => (i === count ? high : low + i * step));
}

/** The minimum and the maximum, without Math.min(...x), which limits the number of arguments. */
function extremes(x: readonly number[]): [least: number, greatest: number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of x) {
    if (v < least) least = v;
    if (v > greatest) greatest = v;
  }
  return [least, greatest];
}

/** The number of edges that are at most x. */
function edgesUpTo(edges: readonly number[], x: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Counts the values between edges. A value on the last edge belongs to the last bin; values outside the edges are
 * ignored.
 */
export function countBetween(x: readonly number[], edges: readonly number[], weights?: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  x.forEach((v, i) => {
    const at = v === edges.at(-1) ? counts.length : edgesUpTo(edges, v);
    if (at > 0 && at <= counts.length) counts[at - 1]! += weights?.[i] ?? 1;
  });
  return counts;
}

/** Computes the histogram. @throws ArgumentError if there are no values, or values that are not finite */
export function histogramOf(x: readonly number[], bins: Bins, maxBins: number | null): HistogramMoments {
  if (x.length === 0) throw new ArgumentError('addHistogram: expected values, but got none');
  if (!x.every(Number.isFinite))
    throw new ArgumentError('addHistogram: expected finite values, but got NaN or infinity');
  let edges = edgesOf(x, bins);
  let counts = countBetween(x, edges);
  if (maxBins !== null && counts.length > maxBins) {
    const each = Math.floor(counts.length / maxBins);
    const joined = Array.from({ length: Math.ceil(counts.length / each) }, (_, i) =>
      counts.slice(i * each, (i + 1) * each),
    );
    edges = [...joined.map((_, i) => edges[i * each]!), edges.at(-1)!];
    counts = joined.map((group) => group.reduce((sum, n) => sum + n, 0));
  }
  const first = counts.findIndex((n) => n > 0);
  const last = counts.findLastIndex((n) => n > 0);
  if (first < 0) throw new ArgumentError('addHistogram: expected values between the edges of bins, but got none');
  // Only right edges are written, so an empty first bucket marks the start of the first nonempty one.
  const [min, max] = extremes(x);
  return {
    min,
    max,
    num: x.length,
    sum: x.reduce((sum, v) => sum + v, 0),
    sumSquares: x.reduce((sum, v) => sum + v * v, 0),
    bucketLimits: edges.slice(first, last + 2),
    bucketCounts: [first > 0 ? counts[first - 1]! : 0, ...counts.slice(first, last + 1)],
  };
}
