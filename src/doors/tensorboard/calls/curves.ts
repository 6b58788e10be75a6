// The arguments of addPrCurve, addPrCurveRaw and the methods of custom charts, and the events that they add.

import { ArgumentError } from '../../../torch';
import {
  type Arguments,
  isPlainObject,
  isTensorObject as isTensor,
  kinds,
  parseArgs,
  shown,
} from '../../../torch/inside';
import { type Entry, noWhen, summaryEntry, type When, whenKinds } from '../event-queue';
import { prCurve } from '../pr-curve';
import { type CustomChart, customScalarsSummary, prCurveSummary } from '../summaries';
import { entriesOf, inPlace, reader, type Values } from '../values';

/** TensorBoard's plugin reads at most this many thresholds. */
const MOST_THRESHOLDS = 127;

interface PrCurveParameters extends When {
  tag: string;
  /** The true labels: 0 or 1, or booleans. */
  labels: Values;
  /** The predicted probabilities of label 1. */
  predictions: Values;
  /** The number of thresholds, at most 127. Default 127. */
  numThresholds?: number;
  /** The weights. */
  weights?: Values | null;
}

export type PrCurveCall = Arguments<
  PrCurveParameters,
  ['tag', 'labels', 'predictions', 'globalStep', 'numThresholds', 'weights', 'walltime']
>;

export function prCurveEntry(args: PrCurveCall): Entry {
  const defaults = { globalStep: null, numThresholds: MOST_THRESHOLDS, weights: null, walltime: null };
  const o = parseArgs<PrCurveParameters>('addPrCurve', ['tag', 'labels', 'predictions'], defaults, args, {
    tag: kinds.text,
    numThresholds: kinds.whole(2),
    ...whenKinds,
  });
  const parts = [o.labels, o.predictions, ...(o.weights === null ? [] : [o.weights])];
  const reads = parts.map((part, i) => reader('addPrCurve', ['labels', 'predictions', 'weights'][i]!, part));
  const thresholds = Math.min(o.numThresholds, MOST_THRESHOLDS);
  return summaryEntry(o, async () => {
    const [labels, predictions, weights] = await Promise.all(reads.map((read) => read()));
    return prCurveSummary(o.tag, prCurve(labels!, predictions!, thresholds, weights), thresholds);
  });
}

interface PrCurveRawParameters extends When {
  tag: string;
  /** One number per threshold, like the other five lists. */
  truePositiveCounts: Values;
  /** The false positives at each threshold. */
  falsePositiveCounts: Values;
  /** The true negatives at each threshold. */
  trueNegativeCounts: Values;
  /** The false negatives at each threshold. */
  falseNegativeCounts: Values;
  /** The precision at each threshold. */
  precision: Values;
  /** The recall at each threshold. */
  recall: Values;
  /** The number of thresholds that TensorBoard assumes between 0 and 1; at most 127. Default 127. */
  numThresholds?: number;
  /** Must be null, because the counts are already weighted. */
  weights?: null;
}

const rawRows = [
  'truePositiveCounts',
  'falsePositiveCounts',
  'trueNegativeCounts',
  'falseNegativeCounts',
  'precision',
  'recall',
] as const;

export type PrCurveRawCall = Arguments<
  PrCurveRawParameters,
  ['tag', ...typeof rawRows, 'globalStep', 'numThresholds', 'weights', 'walltime']
>;

export function prCurveRawEntry(args: PrCurveRawCall): Entry {
  const defaults = { globalStep: null, numThresholds: MOST_THRESHOLDS, weights: null, walltime: null };
  const o = parseArgs<PrCurveRawParameters>('addPrCurveRaw', ['tag', ...rawRows], defaults, args, {
    tag: kinds.text,
    numThresholds: kinds.whole(0),
    weights: { words: 'null, as the counts are weighted already', fits: (value) => value === null },
    ...whenKinds,
  });
  const reads = rawRows.map((name) => reader('addPrCurveRaw', name, o[name]));
  const lengths = rawRows.map((name) => lengthOf(o[name]));
  if (new Set(lengths).size > 1 || lengths[0] === 0) {
    throw new ArgumentError(
      `addPrCurveRaw: expected counts, precision and recall at the same thresholds, one at least, but got ${lengths.join(', ')} of them`,
    );
  }
  const thresholds = Math.min(o.numThresholds, MOST_THRESHOLDS);
  return summaryEntry(o, async () => prCurveSummary(o.tag, await Promise.all(reads.map((read) => read())), thresholds));
}

const lengthOf = (values: Values): number => (isTensor(values) ? values.numel() : values.length);

/** A chart of several tags: its kind, and its tags. 'Margin' takes three tags: a value, a lower and an upper bound. */
export type ChartLayout = readonly [kind: 'Multiline' | 'Margin', tags: readonly string[]];

/** Charts by category, then by title. */
export type ScalarLayout = Readonly<Record<string, Readonly<Record<string, ChartLayout>>>>;

interface LayoutParameters {
  /** Titles of categories, with their charts. */
  layout: ScalarLayout;
}

export type LayoutCall = Arguments<LayoutParameters, ['layout']>;

export function layoutEntry(args: LayoutCall): Entry {
  const op = 'addCustomScalars';
  // An empty object is not a layout: leave it as an object of keywords, so that parseArgs reports `layout` as missing.
  const isEmpty = isPlainObject(args[0]) && Object.keys(args[0]).length === 0;
  const placed = isEmpty ? args : inPlace(args, ['layout']);
  const { layout } = parseArgs<LayoutParameters>(op, ['layout'], {}, placed);
  const categories = entriesOf(op, 'layout', layout).map(([category, charts]) => {
    const named = entriesOf(op, `layout['${category}']`, charts);
    return [category, named.map(([title, chart]) => chartOf(op, title, chart))] as const;
  });
  return summaryEntry(noWhen, async () => customScalarsSummary(categories));
}

function chartOf(op: string, title: string, chart: unknown): CustomChart {
  const [kind, tags] = Array.isArray(chart) ? (chart as unknown[]) : [];
  const isMargin = kind === 'Margin';
  const known = isMargin || kind === 'Multiline';
  if (!Array.isArray(chart) || chart.length !== 2 || !known || !kinds.listOf(kinds.text).fits(tags)) {
    throw new ArgumentError(
      `${op}: expected '${title}' to be ['Multiline', tags] or ['Margin', [value, lower, upper]], but got ${shown(chart)}`,
    );
  }
  const list = [...(tags as readonly string[])];
  if (isMargin && list.length !== 3) {
    throw new ArgumentError(
      `${op}: expected '${title}' to have 3 tags, a value, a lower and an upper one, but got ${list.length}`,
    );
  }
  return { title, isMargin, tags: list };
}

interface ChartParameters {
  /** Tags of `addScalar`. */
  tags: readonly string[];
  /** The category under which TensorBoard lists the chart. Default 'default'. */
  category?: string;
  /** The title of the chart. Default 'untitled'. */
  title?: string;
}

export type ChartCall = Arguments<ChartParameters, ['tags', 'category', 'title']>;

function chartEntry(op: string, kind: ChartLayout[0], args: ChartCall): Entry {
  const defaults = { category: 'default', title: 'untitled' };
  const o = parseArgs<ChartParameters>(op, ['tags'], defaults, args, {
    tags: kinds.listOf(kinds.text),
    category: kinds.text,
    title: kinds.text,
  });
  const chart = chartOf(op, o.title, [kind, o.tags]);
  return summaryEntry(noWhen, async () => customScalarsSummary([[o.category, [chart]]]));
}

export const multilineEntry = (args: ChartCall): Entry =>
  chartEntry('addCustomScalarsMultilinechart', 'Multiline', args);

export const marginEntry = (args: ChartCall): Entry => chartEntry('addCustomScalarsMarginchart', 'Margin', args);
