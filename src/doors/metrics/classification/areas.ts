// Areas under curves: AUROC and average precision, exact or by thresholds. Nothing is read back.
import { ArgumentError, cat, searchsorted, type Tensor, zeros } from '../../../torch';
import { shown } from '../../../torch/inside';
import { metric, ofBatch } from '../gathering';
import type { Average } from './arguments';
import {
  type Columns,
  type CurveOptions,
  type CurveSettings,
  curve,
  curveOptions,
  figureOfCurve,
  type KeptThresholds,
} from './curve-state';
import { countsOf, precisionRecallOfCounts, rocOfCounts } from './curves';
import { among } from './options';
import { ratio, summed } from './scores';
import { byTask, ofBatchByTask } from './task';

/**
 * For each element, the numbers of positives and negatives with higher scores (`…Above`), and with scores at least as
 * high (`…From`). All [K, n]; totals [K, 1].
 */
interface Standing {
  readonly isTrue: Tensor;
  readonly isFalse: Tensor;
  readonly tpAbove: Tensor;
  readonly tpFrom: Tensor;
  readonly fpAbove: Tensor;
  readonly fpFrom: Tensor;
  readonly positives: Tensor;
  readonly negatives: Tensor;
}

function standing({ scores, truth }: Columns): Standing {
  const [x, labels] = [scores.t().contiguous(), truth.t().contiguous()];
  const [sorted, order] = x.sort(-1);
  const own = labels.gather(-1, order);
  const [isTrue, isFalse] = [own.eq(1).float(), own.eq(0).float()];
  const [first, past] = [searchsorted(sorted, sorted), searchsorted(sorted, sorted, { right: true })];
  const none = zeros(x.shape[0]!, 1);
  const counted = (marks: Tensor) => {
    const all = marks.sum(-1, { keepdim: true });
    const before = cat([none, marks.cumsum(-1)], -1);
    return { all, above: all.sub(before.gather(-1, past)), from: all.sub(before.gather(-1, first)) };
  };
  const [t, f] = [counted(isTrue), counted(isFalse)];
  return {
    ...{ isTrue, isFalse, tpAbove: t.above, tpFrom: t.from, fpAbove: f.above, fpFrom: f.from },
    ...{ positives: t.all, negatives: f.all },
  };
}

/** Σ of trapezoids of y over rising x, up to `limit`. Shape: [..., T] → [...]. */
function areaUnder(x0: Tensor, x1: Tensor, y0: Tensor, y1: Tensor, limit: number | null): Tensor {
  const width = x1.sub(x0);
  if (limit === null) return width.mul(y0.add(y1)).mul(0.5);
  const own = x0.neg().add(limit).clamp(0).minimum(width);
  const end = y0.add(y1.sub(y0).mul(ratio(own, width)));
  return own.mul(y0.add(end)).mul(0.5);
}

/** Standardises a partial area: 0.5 for chance and 1 for a perfect curve (McClish 1989); 0 if there is no curve. */
function standardised(area: Tensor, isNone: Tensor, limit: number | null): Tensor {
  if (limit === null) return area;
  const least = 0.5 * limit * limit;
  return area
    .sub(least)
    .div(limit - least)
    .add(1)
    .mul(0.5)
    .maskedFill(isNone, 0);
}

/** The area under the ROC curve of each column. Shape: [K] */
function aurocOf(columns: Columns, limit: number | null): Tensor {
  const s = standing(columns);
  const rate = (part: Tensor, all: Tensor) => ratio(part, all.expandAs(part));
  const [x0, x1] = [rate(s.fpAbove, s.negatives), rate(s.fpFrom, s.negatives)];
  const [y0, y1] = [rate(s.tpAbove, s.positives), rate(s.tpFrom, s.positives)];
  // Elements of equal scores share the trapezoid of their point.
  const shares = ratio(s.isFalse, s.fpFrom.sub(s.fpAbove));
  const isNone = s.positives.mul(s.negatives).eq(0).squeeze(-1);
  return standardised(summed(areaUnder(x0, x1, y0, y1, limit).mul(shares)), isNone, limit);
}

/** Σ precision × increase of recall, for each column. Shape: [K] */
function averagePrecisionOf(columns: Columns): Tensor {
  const s = standing(columns);
  const precision = ratio(s.tpFrom, s.tpFrom.add(s.fpFrom));
  return ratio(summed(precision.mul(s.isTrue)), s.positives.squeeze(-1));
}

const between = (curve: Tensor): [Tensor, Tensor] => {
  const count = curve.shape.at(-1)!;
  return [curve.narrow(-1, 0, count - 1), curve.narrow(-1, 1, count - 1)];
};

function averaged(areas: Tensor, support: Tensor, average: Average): Tensor {
  if (average === null || average === 'none') return areas;
  const isNumber = areas.isnan().logicalNot().float();
  const known = areas.nanToNum();
  if (average === 'macro') return known.sum().div(isNumber.sum());
  const weights = support.float().mul(isNumber);
  return ratio(known.mul(weights).sum(), weights.sum());
}

interface AreaSettings extends CurveSettings {
  readonly average?: Average;
  readonly maxFpr?: number | null;
}

/** Computes the area for each column, from scores or from counts at thresholds. */
interface Area {
  ofColumns(columns: Columns, m: AreaSettings): Tensor;
  ofCounts(confmat: Tensor, m: AreaSettings): Tensor;
}

/** The definition of a metric of areas, averaged over columns. */
function area({ ofColumns, ofCounts }: Area) {
  const isOne = (m: AreaSettings) => (m.numClasses ?? m.numLabels) === undefined || m.average === 'micro';
  const figure = figureOfCurve(
    ({ scores, truth }, m: AreaSettings) => {
      const columns = isOne(m) ? { scores: scores.reshape(-1, 1), truth: truth.reshape(-1, 1) } : { scores, truth };
      const areas = ofColumns(columns, m);
      return isOne(m) ? areas.squeeze(0) : averaged(areas, truth.eq(1).sum(0), m.average!);
    },
    (confmat, m) => {
      const areas = ofCounts(m.average === 'micro' ? confmat.sum(1) : confmat, m);
      if (isOne(m)) return areas;
      const [, , fn, tp] = countsOf(confmat);
      return averaged(areas, fn.add(tp).select(-1, 0), m.average!);
    },
  );
  return { ...curve, figure };
}

const limitOf = ({ maxFpr = null }: AreaSettings) => (maxFpr === 1 ? null : maxFpr);

const underRoc = area({
  ofColumns: (columns, m) => aurocOf(columns, limitOf(m)),
  ofCounts(confmat, m) {
    const [x, y] = rocOfCounts(confmat);
    const isNone = x.sum(-1).mul(y.sum(-1)).eq(0);
    return standardised(summed(areaUnder(...between(x), ...between(y), limitOf(m))), isNone, limitOf(m));
  },
});

const underPrecision = area({
  ofColumns(columns, m) {
    const areas = averagePrecisionOf(columns);
    if (m.numClasses === undefined) return areas;
    // A class that does not occur has no area, unless class 0 is the only class that occurs.
    const { truth } = columns;
    const isNone = truth.eq(1).any(0).logicalNot().logicalAnd(truth.select(1, 0).eq(0).any());
    return areas.maskedFill(isNone, Number.NaN);
  },
  ofCounts(confmat) {
    const [precision, recall] = precisionRecallOfCounts(confmat).map((x) => x.nanToNum()) as [Tensor, Tensor];
    const [from, to] = between(recall);
    return summed(from.sub(to).mul(between(precision)[0]));
  },
});

export interface Limited extends CurveOptions {
  /**
   * Only the part of the curve up to this false positive rate counts, in (0, 1], standardised. Default null: the whole
   * curve.
   */
  maxFpr?: number | null;
}

function limit(metric: string, _: string, given: unknown): number | null {
  if (given === null || (typeof given === 'number' && given > 0 && given <= 1)) return given;
  throw new ArgumentError(
    `${metric}: expected maxFpr to be a number above 0 and at most 1 or null, but got ${shown(given)}`,
  );
}

const areaOf = metric<Limited, KeptThresholds>({
  defaults: { ...curveOptions.defaults, maxFpr: null },
  checks: { ...curveOptions.checks, maxFpr: limit },
});

const ofClasses = {
  order: ['numClasses', 'average', 'thresholds', 'ignoreIndex', 'validateArgs'],
  checks: { average: among<Average>('macro', 'weighted', 'none', null) },
} as const;
const ofLabels = { order: ['numLabels', 'average', 'thresholds', 'ignoreIndex', 'validateArgs'] } as const;

/**
 * The area under the ROC curve of scores and target [N, …]: the probability that a positive scores higher than a
 * negative.
 */
export class BinaryAUROC extends areaOf({
  ...underRoc,
  order: ['maxFpr', 'thresholds', 'ignoreIndex', 'validateArgs'],
}) {}

/**
 * The area under the ROC curve of each class against all others, of scores [N, C, …] and target [N, …]; by default the
 * mean.
 */
export class MulticlassAUROC extends areaOf({ ...underRoc, ...ofClasses }) {}

/** The area under the ROC curve of each label of scores and target [N, L, …]; by default the mean. */
export class MultilabelAUROC extends areaOf({ ...underRoc, ...ofLabels }) {}

/** Average precision, Σ (Rᵢ − Rᵢ₋₁) Pᵢ over thresholds, of scores and target [N, …]. */
export class BinaryAveragePrecision extends areaOf({
  ...underPrecision,
  order: ['thresholds', 'ignoreIndex', 'validateArgs'],
}) {}

/** Average precision of each class against all others, of scores [N, C, …] and target [N, …]; by default the mean. */
export class MulticlassAveragePrecision extends areaOf({ ...underPrecision, ...ofClasses }) {}

/** Average precision of each label of scores and target [N, L, …]; by default the mean. */
export class MultilabelAveragePrecision extends areaOf({ ...underPrecision, ...ofLabels }) {}

/** BinaryAUROC, MulticlassAUROC or MultilabelAUROC by `task`. */
export const AUROC = byTask<Limited>()(
  'AUROC',
  ['task', 'thresholds', 'numClasses', 'numLabels', 'average', 'maxFpr', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryAUROC, multiclass: MulticlassAUROC, multilabel: MultilabelAUROC },
);
/** `AUROC` of one batch. */
export const auroc = ofBatchByTask('auroc', AUROC);
/** `BinaryAUROC` of one batch. */
export const binaryAuroc = ofBatch('binaryAuroc', BinaryAUROC);
/** `MulticlassAUROC` of one batch. */
export const multiclassAuroc = ofBatch('multiclassAuroc', MulticlassAUROC);
/** `MultilabelAUROC` of one batch. */
export const multilabelAuroc = ofBatch('multilabelAuroc', MultilabelAUROC);

/** BinaryAveragePrecision, MulticlassAveragePrecision or MultilabelAveragePrecision by `task`. */
export const AveragePrecision = byTask<CurveOptions>()(
  'AveragePrecision',
  ['task', 'thresholds', 'numClasses', 'numLabels', 'average', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryAveragePrecision, multiclass: MulticlassAveragePrecision, multilabel: MultilabelAveragePrecision },
);
/** `AveragePrecision` of one batch. */
export const averagePrecision = ofBatchByTask('averagePrecision', AveragePrecision);
/** `BinaryAveragePrecision` of one batch. */
export const binaryAveragePrecision = ofBatch('binaryAveragePrecision', BinaryAveragePrecision);
/** `MulticlassAveragePrecision` of one batch. */
export const multiclassAveragePrecision = ofBatch('multiclassAveragePrecision', MulticlassAveragePrecision);
/** `MultilabelAveragePrecision` of one batch. */
export const multilabelAveragePrecision = ofBatch('multilabelAveragePrecision', MultilabelAveragePrecision);
