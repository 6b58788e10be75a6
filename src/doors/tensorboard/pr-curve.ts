// The precision-recall curve, as TensorBoard's pr_curves plugin computes it at each threshold.
import { ArgumentError } from '../../torch';
import { countBetween } from './histogram';

/** True and false positives, true and false negatives, precision and recall at `count` thresholds from 0 to 1. */
export function prCurve(
  labels: readonly number[],
  predictions: readonly number[],
  count: number,
  weights: readonly number[] = labels.map(() => 1),
): number[][] {
  if (labels.length !== predictions.length || labels.length !== weights.length) {
    throw new ArgumentError(
      `addPrCurve: expected as many labels, predictions and weights, but got ${labels.length}, ${predictions.length} and ${weights.length}`,
    );
  }
  const buckets = predictions.map((p) => Math.floor(Math.fround(p) * (count - 1)));
  const edges = Array.from({ length: count + 1 }, (_, i) => (i * (count - 1)) / count);
  const above = (each: (i: number) => number) => {
    const counts = countBetween(
      buckets,
      edges,
      labels.map((_, i) => each(i)),
    );
    for (let i = count - 2; i >= 0; i--) counts[i]! += counts[i + 1]!;
    return counts;
  };
  const tp = above((i) => labels[i]! * weights[i]!);
  const fp = above((i) => (1 - labels[i]!) * weights[i]!);
  const tn = fp.map((n) => fp[0]! - n);
  const fn = tp.map((n) => tp[0]! - n);
  const LEAST = 1e-7;
  const precision = tp.map((n, i) => n / Math.max(LEAST, n + fp[i]!));
  const recall = tp.map((n, i) => n / Math.max(LEAST, n + fn[i]!));
  return [tp, fp, tn, fn, precision, recall];
}
