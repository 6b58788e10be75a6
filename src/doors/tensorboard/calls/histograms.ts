// The arguments of addHistogram and addHistogramRaw, and the events that they add.

import { ArgumentError } from '../../../torch';
import { type Arguments, kinds, parseArgs } from '../../../torch/inside';
import { type Entry, noWhen, summaryEntry, type When, whenKinds } from '../event-queue';
import { type Bins, binRules, histogramOf } from '../histogram';
import { type HistogramMoments, histogramSummary } from '../summaries';
import { reader, type Values } from '../values';

interface HistogramParameters extends When {
  tag: string;
  values: Values;
  /** The rule for choosing bins, their number or their edges. Default 'tensorflow'. */
  bins?: Bins;
  /** The maximum number of buckets; if there are more, neighbours are merged. Default: no limit. */
  maxBins?: number | null;
}

export type HistogramCall = Arguments<
  HistogramParameters,
  ['tag', 'values', 'globalStep', 'bins', 'walltime', 'maxBins']
>;

const edges = {
  words: 'a list of at least two numbers that rise',
  fits: (value: unknown) =>
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > value[i - 1])),
};

export function histogramEntry(args: HistogramCall): Entry {
  const defaults = { globalStep: null, bins: 'tensorflow' as Bins, walltime: null, maxBins: null };
  const o = parseArgs<HistogramParameters>('addHistogram', ['tag', 'values'], defaults, args, {
    tag: kinds.text,
    bins: kinds.either(kinds.oneOf(...binRules), kinds.whole(1, 2 ** 20), edges),
    maxBins: kinds.orNull(kinds.whole(1)),
    ...whenKinds,
  });
  const read = reader('addHistogram', 'values', o.values);
  return summaryEntry(o, async () => histogramSummary(o.tag, histogramOf(await read(), o.bins, o.maxBins)));
}

interface HistogramRawParameters extends When {
  tag: string;
  min: number;
  max: number;
  /** The number of values. */
  num: number;
  /** The sum of the values. */
  sum: number;
  /** The sum of the squares of the values. */
  sumSquares: number;
  /** The upper limit of each bucket. */
  bucketLimits: readonly number[];
  /** The number of values in each bucket. */
  bucketCounts: readonly number[];
}

export type HistogramRawCall = Arguments<
  HistogramRawParameters,
  ['tag', 'min', 'max', 'num', 'sum', 'sumSquares', 'bucketLimits', 'bucketCounts', 'globalStep', 'walltime']
>;

export function histogramRawEntry(args: HistogramRawCall): Entry {
  const required = ['tag', 'min', 'max', 'num', 'sum', 'sumSquares', 'bucketLimits', 'bucketCounts'] as const;
  const list = kinds.listOf(kinds.number);
  const o = parseArgs<HistogramRawParameters>('addHistogramRaw', required, noWhen, args, {
    ...{ tag: kinds.text, min: kinds.number, max: kinds.number, num: kinds.number, sum: kinds.number },
    ...{ sumSquares: kinds.number, bucketLimits: list, bucketCounts: list },
    ...whenKinds,
  });
  if (o.bucketLimits.length !== o.bucketCounts.length) {
    throw new ArgumentError(
      `addHistogramRaw: expected as many bucketLimits as bucketCounts, but got ${o.bucketLimits.length} and ${o.bucketCounts.length}`,
    );
  }
  const moments: HistogramMoments = { ...o, bucketLimits: [...o.bucketLimits], bucketCounts: [...o.bucketCounts] };
  return summaryEntry(o, async () => histogramSummary(o.tag, moments));
}
