// Precision-recall curves, and ROC curves (true over false positive rate), by threshold.

import { cat, type Tensor, tensor } from '../../../torch';
import { metric, ofBatch, type Plot, score } from '../gathering';
import { type CurvePlotOptions, curveDrawing, numbersOf } from '../plot';
import {
  type Columns,
  type CurveOptions,
  type CurveSettings,
  curve,
  curveOptions,
  figureOfCurve,
  isOneColumn,
  type KeptThresholds,
} from './curve-state';
import { among } from './options';
import { ratio } from './scores';
import { byTask, ofBatchByTask } from './task';

/**
 * Two coordinates and the thresholds: a vector each; for several columns rows [K, T], or a list with one vector per
 * column.
 */
export type Curve = [Tensor | Tensor[], Tensor | Tensor[], Tensor | Tensor[]];
/**
 * A curve with given thresholds is returned at once; an exact curve, whose length depends on the data, as a promise.
 */
export type CurveFigure = Curve | Promise<Curve>;
/** How the curves of classes are combined. */
export type CurveAverage = 'micro' | 'macro' | null;

type Line = readonly [x: number[], y: number[], thresholds: number[]];

/** Cumulative true and false positives from the highest score down, one point for equal scores. */
function steps(scores: readonly number[], truth: readonly number[]): { tp: number[]; fp: number[]; at: number[] } {
  const order = [...scores.keys()].filter((i) => truth[i]! >= 0).sort((a, b) => scores[b]! - scores[a]!);
  const found = { tp: [] as number[], fp: [] as number[], at: [] as number[] };
  let [tp, fp] = [0, 0];
  order.forEach((i, place) => {
    truth[i] === 1 ? tp++ : fp++;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[i]) return;
    found.tp.push(tp);
    found.fp.push(fp);
    found.at.push(scores[i]!);
  });
  return found;
}

function precisionRecall(scores: readonly number[], truth: readonly number[], nothing: number): Line {
  const { tp, fp, at } = steps(scores, truth);
  const all = tp.at(-1) ?? 0;
  const precision = tp.map((right, i) => right / (right + fp[i]!));
  const recall = tp.map((right) => (all === 0 ? nothing : right / all));
  return [[...precision.reverse(), 1], [...recall.reverse(), 0], at.reverse()];
}

function falseTrue(scores: readonly number[], truth: readonly number[]): Line {
  const { tp, fp, at } = steps(scores, truth);
  const share = (list: number[]) => {
    const all = list.at(-1) ?? 0;
    return [0, ...list.map((one) => (all === 0 ? 0 : one / all))];
  };
  return [share(fp), share(tp), [1, ...at]];
}

/** Linear interpolation at x, as in torchmetrics. */
function interpolated(x: readonly number[], xs: readonly number[], ys: readonly number[]): number[] {
  const slope = xs.slice(1).map((next, i) => (next === xs[i] ? 0 : (ys[i + 1]! - ys[i]!) / (next - xs[i]!)));
  return x.map((value) => {
    const at = xs.filter((one) => value >= one).length - 1;
    const i = Math.min(Math.max(at, 0), slope.length - 1);
    return slope[i]! * value + (ys[i]! - slope[i]! * xs[i]!);
  });
}

const vector = (list: readonly number[]): Tensor => tensor(Float32Array.from(list), { shape: [list.length] });

/** The mean of the curves of all classes, at every x where one of them has a point. */
function meanOf(lines: readonly Line[], isFalling: boolean): Line {
  // NaN sorts last, as in PyTorch.
  const sorted = (list: number[]) => list.sort((a, b) => Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || a - b);
  const x = sorted(lines.flatMap(([own]) => own));
  const each = lines.map(([xs, ys]) => interpolated(x, xs, ys));
  const y = x.map((_, i) => each.reduce((sum, values) => sum + values[i]!, 0) / lines.length);
  const thresholds = sorted(lines.flatMap(([, , own]) => own));
  return [x, y, isFalling ? thresholds.reverse() : thresholds];
}

/** Splits counts [T, (K,) 2, 2] into tn, fp, fn, tp, each [(K,) T]. */
export function countsOf(confmat: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  const rank = confmat.shape.length;
  const flat = confmat.float().reshape(...confmat.shape.slice(0, rank - 2), 4);
  const part = (i: number) => (rank === 3 ? flat.select(-1, i) : flat.select(-1, i).t());
  return [part(0), part(1), part(2), part(3)];
}

/** False and true positive rates by falling threshold, [(K,) T]. */
export function rocOfCounts(confmat: Tensor): [Tensor, Tensor] {
  const [tn, fp, fn, tp] = countsOf(confmat);
  return [ratio(fp, fp.add(tn)).flip(-1), ratio(tp, tp.add(fn)).flip(-1)];
}

/**
 * Precision (NaN if nothing is predicted positive) and recall by rising threshold, and a last point (1, 0); [(K,) T +
 * 1].
 */
export function precisionRecallOfCounts(confmat: Tensor): [Tensor, Tensor] {
  const [, fp, fn, tp] = countsOf(confmat);
  const end = (value: number) => tp.newFull([...tp.shape.slice(0, -1), 1], value);
  return [cat([tp.div(tp.add(fp)), end(1)], -1), cat([tp.div(tp.add(fn)), end(0)], -1)];
}

export interface AveragedCurves extends Omit<CurveOptions, 'average'> {
  /** 'micro' pools all classes, 'macro' takes the mean of their curves; default null: a curve for each class. */
  average?: CurveAverage;
}

const curveOf = metric<AveragedCurves, KeptThresholds>(curveOptions);

/** Exact curves from all scores: ROC if `isRoc`, else precision-recall. */
const ofColumns =
  (isRoc: boolean) =>
  ({ scores, truth }: Columns, m: CurveSettings): CurveFigure => {
    const [rows, columns] = scores.shape as [number, number];
    const isOne = isOneColumn(m);
    return numbersOf(cat([scores.reshape(-1), truth.float().reshape(-1)])).then((numbers): Curve => {
      const column = (from: number, k: number) =>
        Array.from({ length: rows }, (_, i) => numbers[from + i * columns + k]!);
      const truths = Array.from({ length: columns }, (_, k) => column(rows * columns, k));
      // The recall of a class that does not occur is NaN; but it is 1 if only class 0 occurs, or if there is a single
      // column.
      const isNan = m.numClasses !== undefined && !isOne && truths[0]!.includes(0);
      const lines = truths.map((own, k) =>
        isRoc ? falseTrue(column(0, k), own) : precisionRecall(column(0, k), own, isNan ? Number.NaN : 1),
      );
      if (m.average === 'macro') return meanOf(lines, isRoc).map(vector) as Curve;
      const curves = lines.map((line) => line.map(vector));
      if (isOne) return curves[0] as Curve;
      return [0, 1, 2].map((part) => curves.map((one) => one[part]!)) as Curve;
    });
  };

/** Curves from counts at thresholds. */
const ofCounts =
  (isRoc: boolean) =>
  (confmat: Tensor, m: CurveSettings): CurveFigure => {
    const [x, y] = isRoc ? rocOfCounts(confmat) : precisionRecallOfCounts(confmat);
    const thresholds = isRoc ? m.thresholds!.flip(0) : m.thresholds!.clone();
    if (m.average !== 'macro') return [x, y, thresholds];
    const [columns, points] = x.shape as [number, number];
    return numbersOf(cat([x.reshape(-1), y.reshape(-1), thresholds])).then((numbers): Curve => {
      const at = numbers.slice(2 * columns * points);
      const row = (k: number) => numbers.slice(k * points, (k + 1) * points);
      const lines = Array.from({ length: columns }, (_, k): Line => [row(k), row(columns + k), at]);
      return meanOf(lines, isRoc).map(vector) as Curve;
    });
  };

/** The part of the definition that all curves of a kind share. */
const curveBase = (isRoc: boolean) => {
  const plot: Plot<CurvePlotOptions> = {
    defaults: { score: null, labels: null },
    draw: (name, figure, options) => {
      const [first, second] = figure as Curve;
      return isRoc
        ? curveDrawing(name, [first, second], ['False positive rate', 'True positive rate'], options)
        : curveDrawing(name, [second, first], ['Recall', 'Precision'], options);
    },
  };
  const figure = figureOfCurve(ofColumns(isRoc), ofCounts(isRoc));
  return { ...curve, traits: { ...score, higherIsBetter: null }, figure, plot };
};

const ofClasses = {
  defaults: { average: null },
  checks: { average: among<CurveAverage>('micro', 'macro', null) },
  order: ['numClasses', 'thresholds', 'average', 'ignoreIndex', 'validateArgs'],
} as const;

/**
 * `[precision, recall, thresholds]` of scores and target [N, …], by rising threshold; the last point (1, 0) has no
 * threshold.
 */
export class BinaryPrecisionRecallCurve extends curveOf({
  ...curveBase(false),
  order: ['thresholds', 'ignoreIndex', 'validateArgs'],
}) {}

/**
 * `[precision, recall, thresholds]` of each class of scores [N, C, …] and target [N, …]: lists of vectors, or [C, T +
 * 1] and [T] with thresholds.
 */
export class MulticlassPrecisionRecallCurve extends curveOf({ ...curveBase(false), ...ofClasses }) {}

/**
 * `[precision, recall, thresholds]` of each label of scores and target [N, L, …]: lists of vectors, or [L, T + 1] and
 * [T] with thresholds.
 */
export class MultilabelPrecisionRecallCurve extends curveOf({
  ...curveBase(false),
  order: ['numLabels', 'thresholds', 'ignoreIndex', 'validateArgs'],
}) {}

/**
 * `[fpr, tpr, thresholds]` of scores and target [N, …], by falling threshold; an exact curve begins at (0, 0) with
 * threshold 1.
 */
export class BinaryROC extends curveOf({ ...curveBase(true), order: ['thresholds', 'ignoreIndex', 'validateArgs'] }) {}

/**
 * `[fpr, tpr, thresholds]` of each class of scores [N, C, …] and target [N, …]: lists of vectors, or [C, T] and [T]
 * with thresholds.
 */
export class MulticlassROC extends curveOf({ ...curveBase(true), ...ofClasses }) {}

/**
 * `[fpr, tpr, thresholds]` of each label of scores and target [N, L, …]: lists of vectors, or [L, T] and [T] with
 * thresholds.
 */
export class MultilabelROC extends curveOf({
  ...curveBase(true),
  order: ['numLabels', 'thresholds', 'ignoreIndex', 'validateArgs'],
}) {}

/** BinaryPrecisionRecallCurve, MulticlassPrecisionRecallCurve or MultilabelPrecisionRecallCurve by `task`. */
export const PrecisionRecallCurve = byTask<AveragedCurves>()(
  'PrecisionRecallCurve',
  ['task', 'thresholds', 'numClasses', 'numLabels', 'average', 'ignoreIndex', 'validateArgs'],
  {
    binary: BinaryPrecisionRecallCurve,
    multiclass: MulticlassPrecisionRecallCurve,
    multilabel: MultilabelPrecisionRecallCurve,
  },
);
/** `PrecisionRecallCurve` of one batch. */
export const precisionRecallCurve = ofBatchByTask('precisionRecallCurve', PrecisionRecallCurve);
/** `BinaryPrecisionRecallCurve` of one batch. */
export const binaryPrecisionRecallCurve = ofBatch('binaryPrecisionRecallCurve', BinaryPrecisionRecallCurve);
/** `MulticlassPrecisionRecallCurve` of one batch. */
export const multiclassPrecisionRecallCurve = ofBatch('multiclassPrecisionRecallCurve', MulticlassPrecisionRecallCurve);
/** `MultilabelPrecisionRecallCurve` of one batch. */
export const multilabelPrecisionRecallCurve = ofBatch('multilabelPrecisionRecallCurve', MultilabelPrecisionRecallCurve);

/** BinaryROC, MulticlassROC or MultilabelROC by `task`. */
export const ROC = byTask<AveragedCurves>()(
  'ROC',
  ['task', 'thresholds', 'numClasses', 'numLabels', 'average', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryROC, multiclass: MulticlassROC, multilabel: MultilabelROC },
);
/** `ROC` of one batch. */
export const roc = ofBatchByTask('roc', ROC);
/** `BinaryROC` of one batch. */
export const binaryRoc = ofBatch('binaryRoc', BinaryROC);
/** `MulticlassROC` of one batch. */
export const multiclassRoc = ofBatch('multiclassRoc', MulticlassROC);
/** `MultilabelROC` of one batch. */
export const multilabelRoc = ofBatch('multilabelRoc', MultilabelROC);
