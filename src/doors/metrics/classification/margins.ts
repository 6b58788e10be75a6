// Metrics of scores rather than of decisions: hinge loss, and calibration (how well confidence matches accuracy).

import { arange, DTypeError, full, linspace, ShapeError, searchsorted, Tensor } from '../../../torch';
import { kinds, scatterAddIntoZeros, showShape } from '../../../torch/inside';
import { metric, ofBatch, type Parts, score } from '../gathering';
import { expectClasses, expectSameShape, expectTensors, isFloating, labelsOf } from './arguments';
import type { Checking } from './counting';
import { among, from, type Options, optionsWith } from './options';
import { ratio, summed } from './scores';
import { byTask, ofBatchByTask } from './task';

/**
 * Scores [n] or [n, C], with logits turned into probabilities; labels [n]; and whether each row counts (null: all do).
 */
interface Rows {
  readonly scores: Tensor;
  readonly labels: Tensor;
  readonly isCounted: Tensor | null;
}

function rowsOf(metric: string, preds: Tensor, target: Tensor, classes: number | null, o: Checking): Rows {
  expectTensors(metric, preds, target);
  if (classes === null) expectSameShape(metric, preds, target);
  else expectClasses(metric, preds, target, classes);
  if (!isFloating(preds)) {
    throw new DTypeError(`${metric}: expected preds of floats, scores or logits, but got dtype ${preds.dtype}`);
  }
  if (classes !== null && preds.shape.length === target.shape.length) {
    throw new ShapeError(`${metric}: expected preds [N, ${classes}, …], but got ${showShape(preds.shape)}`);
  }
  const limit = o.validateArgs ? (classes ?? 2) : null;
  const labels = labelsOf(metric, target, limit, o.ignoreIndex).flatten();
  const isCounted = o.ignoreIndex === null ? null : labels.ge(0);
  const flat = classes === null ? preds.flatten() : preds.movedim(1, -1).reshape(-1, classes);
  const x = flat.float();
  const inside = x.ge(0).logicalAnd(x.le(1));
  const known = isCounted
    ? inside.logicalOr((classes === null ? isCounted : isCounted.unsqueeze(1)).logicalNot())
    : inside;
  const scores = x.where(known.all(), classes === null ? x.sigmoid() : x.softmax(1));
  return { scores, labels, isCounted };
}

const kept = (x: Tensor, isCounted: Tensor | null): Tensor =>
  isCounted ? x.mul((x.shape.length > 1 ? isCounted.unsqueeze(1) : isCounted).float()) : x;

const total = ({ labels, isCounted }: Rows): Tensor =>
  isCounted ? isCounted.sum().float() : full([], labels.numel(), { dtype: 'float32' });

/** 'crammer-singer': the margin to the highest other score; 'one-vs-all': each class against all others. */
export type HingeMode = 'crammer-singer' | 'one-vs-all';

export interface Hinge extends Options {
  /** Square the losses; default false. */
  squared?: boolean;
  /** Default 'crammer-singer'. */
  multiclassMode?: HingeMode;
}

const hingeOf = metric<Hinge>(
  optionsWith(
    { squared: false, multiclassMode: 'crammer-singer' },
    { squared: kinds.flag, multiclassMode: among<HingeMode>('crammer-singer', 'one-vs-all') },
  ),
);

const hinge = {
  traits: { higherIsBetter: false, isDifferentiable: true, plotLowerBound: 0 },
  states: { measures: {}, total: {} },
  figure: ({ measures, total: all }: Parts<'measures' | 'total'>) => measures.div(all),
};

/** max(0, 1 − margin), summed over rows. */
function loss(margin: Tensor, rows: Rows, squared: boolean): Parts<'measures' | 'total'> {
  const each = margin.neg().add(1).clamp(0);
  return { measures: kept(squared ? each.square() : each, rows.isCounted).sum(0), total: total(rows) };
}

/**
 * The mean of max(0, 1 − s), where s is the score if the target is 1, and its negative if it is 0; preds and target [N,
 * …].
 */
export class BinaryHingeLoss extends hingeOf({
  ...hinge,
  order: ['squared', 'ignoreIndex', 'validateArgs'],
  parts(m, preds, target) {
    const rows = rowsOf(m.constructor.name, preds, target, null, m);
    return loss(rows.scores.neg().where(rows.labels.ne(1), rows.scores), rows, m.squared);
  },
}) {}

/**
 * The mean of max(0, 1 − (s_t − max of the others)) of scores [N, C, …] and target [N, …]; [C] for `multiclassMode`
 * 'one-vs-all'.
 */
export class MulticlassHingeLoss extends hingeOf({
  ...hinge,
  order: ['numClasses', 'squared', 'multiclassMode', 'ignoreIndex', 'validateArgs'],
  states: ({ multiclassMode, numClasses }) => ({
    measures: { shape: multiclassMode === 'one-vs-all' ? [numClasses] : [] },
    total: {},
  }),
  parts(m, preds, target) {
    const rows = rowsOf(m.constructor.name, preds, target, m.numClasses, m);
    const { scores } = rows;
    const isTrue = rows.labels.unsqueeze(1).eq(arange(m.numClasses));
    if (m.multiclassMode === 'one-vs-all') return loss(scores.where(isTrue, scores.neg()), rows, m.squared);
    const own = scores.mul(isTrue.float()).sum(1);
    return loss(own.sub(scores.maskedFill(isTrue, -Infinity).amax(1)), rows, m.squared);
  },
}) {}

/** How the gaps of bins are combined: 'l1', their mean; 'l2', the root of the mean square; 'max', the maximum. */
export type CalibrationNorm = 'l1' | 'l2' | 'max';

export interface Calibration extends Options {
  /** Bins of equal width from 0 to 1; default 15. */
  nBins?: number;
  /** Default 'l1'. */
  norm?: CalibrationNorm;
}

const calibrationOf = metric<Calibration>(
  optionsWith({ nBins: 15, norm: 'l1' }, { nBins: from(1), norm: among<CalibrationNorm>('l1', 'l2', 'max') }),
);

interface Binning {
  readonly nBins: number;
  readonly norm: CalibrationNorm;
}
type BinParts = Parts<'count' | 'confidence' | 'accuracy'>;

/**
 * The state: count, confidence and accuracy of each bin, [bins + 1], because confidence 1 falls into a bin of its own.
 */
const calibration = {
  traits: { ...score, higherIsBetter: false },
  states({ nBins }: Binning) {
    const bins = { shape: [nBins + 1] };
    return { count: bins, confidence: bins, accuracy: bins };
  },
  figure({ count, confidence, accuracy }: BinParts, { norm }: Binning): Tensor {
    const gap = ratio(accuracy, count).sub(ratio(confidence, count)).abs();
    if (norm === 'max') return gap.sort(-1)[0].select(-1, -1);
    const share = count.div(count.sum());
    return norm === 'l1' ? summed(gap.mul(share)) : summed(gap.square().mul(share)).sqrt();
  },
};

function binned(nBins: number, confidence: Tensor, accuracy: Tensor, isCounted: Tensor | null): BinParts {
  const x = confidence.detach();
  const place = searchsorted(linspace(0, 1, nBins + 1), x, { right: true })
    .sub(1)
    .clamp(0, nBins);
  const sums = (values: Tensor) =>
    Tensor.of(scatterAddIntoZeros([nBins + 1], 0, place.value, kept(values, isCounted).value));
  const ones = full([x.numel()], 1, { dtype: 'float32' });
  return { count: sums(ones), confidence: sums(x), accuracy: sums(accuracy) };
}

/**
 * Σ share of bin × |accuracy − confidence|, binned by the score of class 1 (Guo et al. 2017); preds and target [N,
 * …].
 */
export class BinaryCalibrationError extends calibrationOf({
  ...calibration,
  order: ['nBins', 'norm', 'ignoreIndex', 'validateArgs'],
  parts(m, preds, target) {
    const { scores, labels, isCounted } = rowsOf(m.constructor.name, preds, target, null, m);
    return binned(m.nBins, scores, labels.eq(1).float(), isCounted);
  },
}) {}

/** Σ share of bin × |accuracy − confidence|, binned by the highest score, of scores [N, C, …] and target [N, …]. */
export class MulticlassCalibrationError extends calibrationOf({
  ...calibration,
  order: ['numClasses', 'nBins', 'norm', 'ignoreIndex', 'validateArgs'],
  parts(m, preds, target) {
    const { scores, labels, isCounted } = rowsOf(m.constructor.name, preds, target, m.numClasses, m);
    return binned(m.nBins, scores.amax(1), scores.argmax(1).eq(labels).float(), isCounted);
  },
}) {}

/** BinaryHingeLoss or MulticlassHingeLoss by `task`. */
export const HingeLoss = byTask<Hinge>()(
  'HingeLoss',
  ['task', 'numClasses', 'squared', 'multiclassMode', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryHingeLoss, multiclass: MulticlassHingeLoss },
);
/** `HingeLoss` of one batch. */
export const hingeLoss = ofBatchByTask('hingeLoss', HingeLoss);
/** `BinaryHingeLoss` of one batch. */
export const binaryHingeLoss = ofBatch('binaryHingeLoss', BinaryHingeLoss);
/** `MulticlassHingeLoss` of one batch. */
export const multiclassHingeLoss = ofBatch('multiclassHingeLoss', MulticlassHingeLoss);

/** BinaryCalibrationError or MulticlassCalibrationError by `task`. */
export const CalibrationError = byTask<Calibration>()(
  'CalibrationError',
  ['task', 'nBins', 'norm', 'numClasses', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryCalibrationError, multiclass: MulticlassCalibrationError },
);
/** `CalibrationError` of one batch. */
export const calibrationError = ofBatchByTask('calibrationError', CalibrationError);
/** `BinaryCalibrationError` of one batch. */
export const binaryCalibrationError = ofBatch('binaryCalibrationError', BinaryCalibrationError);
/** `MulticlassCalibrationError` of one batch. */
export const multiclassCalibrationError = ofBatch('multiclassCalibrationError', MulticlassCalibrationError);
