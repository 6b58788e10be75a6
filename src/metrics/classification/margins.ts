// Owns figures of scores rather than of decisions: the hinge loss, and how well confidence tells accuracy (calibration).

import { DTypeError, ShapeError } from '../../core/errors';
import { showShape } from '../../core/meta';
import { type Arguments, parseArgs } from '../../core/options';
import { scatterAddIntoZeros } from '../../ops/indexing';
import { arange, full } from '../../tensor/creation';
import { linspace } from '../../tensor/linspace';
import { searchsorted } from '../../tensor/search';
import { Tensor } from '../../tensor/tensor';
import { type Parts, Summed } from '../summed';
import {
  expectClasses,
  expectSameShape,
  expectTensors,
  flag,
  isFloating,
  label,
  labelsOf,
  oneOf,
  type Task,
  wholeFrom,
} from './arguments';
import { ratio, summed } from './scores';
import { classByTask, functional, functionByTask } from './task';

interface Checked {
  /** A label that does not count where it is the true one; default null. */
  ignoreIndex?: number | null;
  /** Whether labels are checked on the device; default true. */
  validateArgs?: boolean;
}

interface Classes {
  /** C */
  numClasses: number;
}

/** Scores [n] or [n, C] as probabilities where they are logits, labels [n], and whether each counts (null: all do). */
interface Rows {
  readonly scores: Tensor;
  readonly labels: Tensor;
  readonly isCounted: Tensor | null;
}

function rowsOf(metric: string, preds: Tensor, target: Tensor, classes: number | null, o: Required<Checked>): Rows {
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

interface Hinge extends Checked {
  /** Squares of the losses; default false. */
  squared?: boolean;
}

/** Against the greatest other score, or each class against all others. */
export type HingeMode = 'crammer-singer' | 'one-vs-all';

interface ClassHinge extends Hinge, Classes {
  /** Default 'crammer-singer'. */
  multiclassMode?: HingeMode;
}

type HingeParts = 'measures' | 'total';

abstract class OfHinge extends Summed<HingeParts> {
  override higherIsBetter: boolean | null = false;
  override isDifferentiable: boolean | null = true;
  override plotLowerBound: number | null = 0;
  readonly squared: boolean;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;

  constructor(o: Required<Hinge>, shape: readonly number[] = []) {
    super();
    const name = this.constructor.name;
    this.squared = flag(name, 'squared', o.squared);
    this.ignoreIndex = label(name, 'ignoreIndex', o.ignoreIndex);
    this.validateArgs = flag(name, 'validateArgs', o.validateArgs);
    this.addSums({ measures: { key: 'measures', shape }, total: { key: 'total' } });
  }

  protected loss(margin: Tensor, rows: Rows): Parts<HingeParts> {
    const loss = margin.neg().add(1).clamp(0);
    return { measures: kept(this.squared ? loss.square() : loss, rows.isCounted).sum(0), total: total(rows) };
  }

  protected figureOf({ measures, total: all }: Parts<HingeParts>): Tensor {
    return measures.div(all);
  }
}

const hingeOrder = ['squared', 'ignoreIndex', 'validateArgs'] as const;
const classHingeOrder = ['numClasses', 'squared', 'multiclassMode', 'ignoreIndex', 'validateArgs'] as const;
const hingeDefaults = { squared: false, ignoreIndex: null, validateArgs: true } as const;

/** The mean of max(0, 1 − s), s the score of what is true and its negative for what is not; preds and target [N, …]. */
export class BinaryHingeLoss extends OfHinge {
  constructor(...args: Arguments<Hinge, typeof hingeOrder>) {
    super(parseArgs<Hinge>(new.target.name, [], hingeDefaults, args));
  }

  protected parts(preds: Tensor, target: Tensor): Parts<HingeParts> {
    const rows = rowsOf(this.constructor.name, preds, target, null, this);
    return this.loss(rows.scores.neg().where(rows.labels.ne(1), rows.scores), rows);
  }
}

/** The mean of max(0, 1 − (s_t − max of the others)) of scores [N, C, …] and target [N, …]; [C] for `multiclassMode` 'one-vs-all'. */
export class MulticlassHingeLoss extends OfHinge {
  readonly numClasses: number;
  readonly multiclassMode: HingeMode;

  constructor(...args: Arguments<ClassHinge, typeof classHingeOrder>) {
    const name = new.target.name;
    const defaults = {
      squared: false,
      multiclassMode: 'crammer-singer',
      ignoreIndex: null,
      validateArgs: true,
    } as const;
    const o = parseArgs<ClassHinge>(name, ['numClasses'], defaults, args);
    const classes = wholeFrom(name, 'numClasses', o.numClasses, 2);
    super(o, o.multiclassMode === 'one-vs-all' ? [classes] : []);
    this.numClasses = classes;
    this.multiclassMode = oneOf(name, 'multiclassMode', o.multiclassMode, ['crammer-singer', 'one-vs-all']);
  }

  protected parts(preds: Tensor, target: Tensor): Parts<HingeParts> {
    const rows = rowsOf(this.constructor.name, preds, target, this.numClasses, this);
    const { scores } = rows;
    const isTrue = rows.labels.unsqueeze(1).eq(arange(this.numClasses));
    if (this.multiclassMode === 'one-vs-all') return this.loss(scores.where(isTrue, scores.neg()), rows);
    const own = scores.mul(isTrue.float()).sum(1);
    return this.loss(own.sub(scores.maskedFill(isTrue, -Infinity).amax(1)), rows);
  }
}

/** How gaps of bins become one: their mean, the root of the mean square, the greatest. */
export type CalibrationNorm = 'l1' | 'l2' | 'max';

interface Calibration extends Checked {
  /** Bins of equal width from 0 to 1; default 15. */
  nBins?: number;
  /** Default 'l1'. */
  norm?: CalibrationNorm;
}

type BinParts = 'count' | 'confidence' | 'accuracy';

/** Metrics whose state is the number, confidence and accuracy of each bin: [bins + 1], as confidence 1 has a bin of its own. */
abstract class OfCalibration extends Summed<BinParts> {
  override higherIsBetter: boolean | null = false;
  override isDifferentiable: boolean | null = false;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;
  readonly nBins: number;
  readonly norm: CalibrationNorm;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;

  constructor(o: Required<Calibration>) {
    super();
    const name = this.constructor.name;
    this.nBins = wholeFrom(name, 'nBins', o.nBins, 1);
    this.norm = oneOf(name, 'norm', o.norm, ['l1', 'l2', 'max']);
    this.ignoreIndex = label(name, 'ignoreIndex', o.ignoreIndex);
    this.validateArgs = flag(name, 'validateArgs', o.validateArgs);
    const shape = [this.nBins + 1];
    this.addSums({
      count: { key: 'count', shape },
      confidence: { key: 'confidence', shape },
      accuracy: { key: 'accuracy', shape },
    });
  }

  protected binned(confidence: Tensor, accuracy: Tensor, isCounted: Tensor | null): Parts<BinParts> {
    const count = this.nBins + 1;
    const edges = linspace(0, 1, count);
    const x = confidence.detach();
    const place = searchsorted(edges, x, { right: true }).sub(1).clamp(0, this.nBins);
    const sums = (values: Tensor) =>
      Tensor.of(scatterAddIntoZeros([count], 0, place.value, kept(values, isCounted).value));
    const ones = full([x.numel()], 1, { dtype: 'float32' });
    return { count: sums(ones), confidence: sums(x), accuracy: sums(accuracy) };
  }

  protected figureOf({ count, confidence, accuracy }: Parts<BinParts>): Tensor {
    const gap = ratio(accuracy, count).sub(ratio(confidence, count)).abs();
    if (this.norm === 'max') return gap.sort(-1)[0].select(-1, -1);
    const share = count.div(count.sum());
    return this.norm === 'l1' ? summed(gap.mul(share)) : summed(gap.square().mul(share)).sqrt();
  }
}

const calibrationOrder = ['nBins', 'norm', 'ignoreIndex', 'validateArgs'] as const;
const classCalibrationOrder = ['numClasses', ...calibrationOrder] as const;
const calibrationDefaults = { nBins: 15, norm: 'l1', ignoreIndex: null, validateArgs: true } as const;

/** Σ share of bin × |accuracy − confidence| over bins of the score of class 1 (Guo et al. 2017); preds and target [N, …]. */
export class BinaryCalibrationError extends OfCalibration {
  constructor(...args: Arguments<Calibration, typeof calibrationOrder>) {
    super(parseArgs<Calibration>(new.target.name, [], calibrationDefaults, args));
  }

  protected parts(preds: Tensor, target: Tensor): Parts<BinParts> {
    const { scores, labels, isCounted } = rowsOf(this.constructor.name, preds, target, null, this);
    return this.binned(scores, labels.eq(1).float(), isCounted);
  }
}

/** Σ share of bin × |accuracy − confidence| over bins of the greatest score, of scores [N, C, …] and target [N, …]. */
export class MulticlassCalibrationError extends OfCalibration {
  readonly numClasses: number;

  constructor(...args: Arguments<Calibration & Classes, typeof classCalibrationOrder>) {
    const name = new.target.name;
    const o = parseArgs<Calibration & Classes>(name, ['numClasses'], calibrationDefaults, args);
    super(o);
    this.numClasses = wholeFrom(name, 'numClasses', o.numClasses, 2);
  }

  protected parts(preds: Tensor, target: Tensor): Parts<BinParts> {
    const { scores, labels, isCounted } = rowsOf(this.constructor.name, preds, target, this.numClasses, this);
    return this.binned(scores.amax(1), scores.argmax(1).eq(labels).float(), isCounted);
  }
}

const hingeMakers = {
  binary: { make: (o: Hinge) => new BinaryHingeLoss(o), order: hingeOrder },
  multiclass: { make: (o: ClassHinge) => new MulticlassHingeLoss(o), order: classHingeOrder },
};
const calibrationMakers = {
  binary: { make: (o: Calibration) => new BinaryCalibrationError(o), order: calibrationOrder },
  multiclass: { make: (o: Calibration & Classes) => new MulticlassCalibrationError(o), order: classCalibrationOrder },
};

interface Tasks {
  task: Task;
  numClasses?: number | null;
}
type HingeTasks = Tasks & Hinge & Pick<ClassHinge, 'multiclassMode'>;
type CalibrationTasks = Tasks & Calibration;
const hingeTaskOrder = ['task', 'numClasses', 'squared', 'multiclassMode', 'ignoreIndex', 'validateArgs'] as const;
const calibrationTaskOrder = ['task', 'nBins', 'norm', 'numClasses', 'ignoreIndex', 'validateArgs'] as const;

/** BinaryHingeLoss or MulticlassHingeLoss by `task`. */
export const HingeLoss = classByTask<HingeTasks, typeof hingeTaskOrder, typeof hingeMakers>(
  'HingeLoss',
  hingeTaskOrder,
  hingeMakers,
);
/** `HingeLoss` of one batch. */
export const hingeLoss = functionByTask<HingeTasks, typeof hingeTaskOrder, Tensor>(
  'hingeLoss',
  hingeTaskOrder,
  hingeMakers,
);
/** `BinaryHingeLoss` of one batch. */
export const binaryHingeLoss = functional('binaryHingeLoss', hingeMakers.binary.make, hingeOrder);
/** `MulticlassHingeLoss` of one batch. */
export const multiclassHingeLoss = functional('multiclassHingeLoss', hingeMakers.multiclass.make, classHingeOrder);
/** BinaryCalibrationError or MulticlassCalibrationError by `task`. */
export const CalibrationError = classByTask<CalibrationTasks, typeof calibrationTaskOrder, typeof calibrationMakers>(
  'CalibrationError',
  calibrationTaskOrder,
  calibrationMakers,
);
/** `CalibrationError` of one batch. */
export const calibrationError = functionByTask<CalibrationTasks, typeof calibrationTaskOrder, Tensor>(
  'calibrationError',
  calibrationTaskOrder,
  calibrationMakers,
);
/** `BinaryCalibrationError` of one batch. */
export const binaryCalibrationError = functional(
  'binaryCalibrationError',
  calibrationMakers.binary.make,
  calibrationOrder,
);
/** `MulticlassCalibrationError` of one batch. */
export const multiclassCalibrationError = functional(
  'multiclassCalibrationError',
  calibrationMakers.multiclass.make,
  classCalibrationOrder,
);
