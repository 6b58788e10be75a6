// Owns the areas under curves: AUROC and average precision, exact or by thresholds, without reading anything back.
import { ArgumentError } from '../../core/errors';
import { type Arguments, parseArgs, shown } from '../../core/options';
import { zeros } from '../../tensor/creation';
import { cat } from '../../tensor/functions';
import { searchsorted } from '../../tensor/search';
import type { Tensor } from '../../tensor/tensor';
import { type Average, oneOf, type Task } from './arguments';
import {
  type ClassCurveArguments,
  type Columns,
  type CurveArguments,
  type CurveTask,
  curveDefaults,
  type LabelCurveArguments,
  OfCurve,
} from './curve-state';
import { partsOf, precisionRecallOfCounts, rocOfCounts } from './curves';
import { ratio, summed } from './scores';
import { classByTask, functional, functionByTask } from './task';

/** Of each element: how much that is true, and that is not, scores above it, and as high or above. All [K, n]; totals [K, 1]. */
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

/** Standardised to 0.5 for chance and 1 for the greatest (McClish 1989); 0 where there is no curve. */
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

/** Σ precision × step of recall of each column. Shape: [K] */
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

abstract class OfArea extends OfCurve<Tensor> {
  override higherIsBetter: boolean | null = true;
  readonly average: Average;

  constructor(task: CurveTask, o: Required<CurveArguments>, columns: number, average: Average = 'none') {
    super(task, o, columns);
    const known: readonly Average[] = ['macro', 'weighted', 'none', null];
    this.average = oneOf(
      this.constructor.name,
      'average',
      average,
      task === 'multilabel' ? ['micro', ...known] : known,
    );
  }

  protected ofColumns({ scores, truth }: Columns): Tensor {
    const isOne = this.task === 'binary' || this.average === 'micro';
    const columns = isOne ? { scores: scores.reshape(-1, 1), truth: truth.reshape(-1, 1) } : { scores, truth };
    const areas = this.areaOfColumns(columns);
    return isOne ? areas.squeeze(0) : averaged(areas, truth.eq(1).sum(0), this.average);
  }

  protected ofCounts(confmat: Tensor): Tensor {
    const isOne = this.task === 'binary' || this.average === 'micro';
    const counts = this.average === 'micro' ? confmat.sum(1) : confmat;
    const areas = this.areaOfCounts(counts);
    if (isOne) return areas;
    const [, , fn, tp] = partsOf(confmat);
    return averaged(areas, fn.add(tp).select(-1, 0), this.average);
  }

  protected abstract areaOfColumns(columns: Columns): Tensor;
  protected abstract areaOfCounts(confmat: Tensor): Tensor;
}

abstract class OfRoc extends OfArea {
  readonly maxFpr: number | null = null;

  protected areaOfColumns(columns: Columns): Tensor {
    return aurocOf(columns, this.maxFpr === 1 ? null : this.maxFpr);
  }

  protected areaOfCounts(confmat: Tensor): Tensor {
    const [x, y] = rocOfCounts(confmat);
    const limit = this.maxFpr === 1 ? null : this.maxFpr;
    const isNone = x.sum(-1).mul(y.sum(-1)).eq(0);
    return standardised(summed(areaUnder(...between(x), ...between(y), limit)), isNone, limit);
  }
}

abstract class OfPrecision extends OfArea {
  protected areaOfColumns(columns: Columns): Tensor {
    const areas = averagePrecisionOf(columns);
    if (this.task !== 'multiclass') return areas;
    // A class that never comes has no figure, unless there is but class 0.
    const { truth } = columns;
    const isNone = truth.eq(1).any(0).logicalNot().logicalAnd(truth.select(1, 0).eq(0).any());
    return areas.maskedFill(isNone, Number.NaN);
  }

  protected areaOfCounts(confmat: Tensor): Tensor {
    const [precision, recall] = precisionRecallOfCounts(confmat).map((x) => x.nanToNum()) as [Tensor, Tensor];
    const [from, to] = between(recall);
    return summed(from.sub(to).mul(between(precision)[0]));
  }
}

interface Limited extends CurveArguments {
  /** The area counts up to this share of false positives, in (0, 1], standardised; default null: all of it. */
  maxFpr?: number | null;
}

interface Averaging {
  /** Default 'macro'. */
  average?: Average;
}

const limitedOrder = ['maxFpr', 'thresholds', 'ignoreIndex', 'validateArgs'] as const;
const binaryOrder = ['thresholds', 'ignoreIndex', 'validateArgs'] as const;
const multiclassOrder = ['numClasses', 'average', 'thresholds', 'ignoreIndex', 'validateArgs'] as const;
const multilabelOrder = ['numLabels', 'average', 'thresholds', 'ignoreIndex', 'validateArgs'] as const;
const averagingDefaults = { average: 'macro', thresholds: null, ignoreIndex: null, validateArgs: true } as const;
type Classes = ClassCurveArguments & Averaging;
type Labels = LabelCurveArguments & Averaging;

/** The area under the ROC curve of scores and target [N, …]: how often what is true scores higher than what is not. */
export class BinaryAUROC extends OfRoc {
  override readonly maxFpr: number | null;

  constructor(...args: Arguments<Limited, typeof limitedOrder>) {
    const o = parseArgs<Limited>(new.target.name, [], { maxFpr: null, ...curveDefaults }, args);
    super('binary', o, 1);
    if (o.maxFpr !== null && !(typeof o.maxFpr === 'number' && o.maxFpr > 0 && o.maxFpr <= 1)) {
      throw new ArgumentError(
        `${this.constructor.name}: expected maxFpr to be a number above 0 and at most 1 or null, but got ${shown(o.maxFpr)}`,
      );
    }
    this.maxFpr = o.maxFpr;
  }
}

/** The area under the ROC curve of each class against all others, of scores [N, C, …] and target [N, …]; by default the mean. */
export class MulticlassAUROC extends OfRoc {
  constructor(...args: Arguments<Classes, typeof multiclassOrder>) {
    const o = parseArgs<Classes>(new.target.name, ['numClasses'], averagingDefaults, args);
    super('multiclass', o, o.numClasses, o.average);
  }
}

/** The area under the ROC curve of each label of scores and target [N, L, …]; by default the mean. */
export class MultilabelAUROC extends OfRoc {
  constructor(...args: Arguments<Labels, typeof multilabelOrder>) {
    const o = parseArgs<Labels>(new.target.name, ['numLabels'], averagingDefaults, args);
    super('multilabel', o, o.numLabels, o.average);
  }
}

/** Σ (Rᵢ − Rᵢ₋₁) Pᵢ over thresholds of scores and target [N, …]. */
export class BinaryAveragePrecision extends OfPrecision {
  constructor(...args: Arguments<CurveArguments, typeof binaryOrder>) {
    super('binary', parseArgs<CurveArguments>(new.target.name, [], curveDefaults, args), 1);
  }
}

/** Average precision of each class against all others, of scores [N, C, …] and target [N, …]; by default the mean. */
export class MulticlassAveragePrecision extends OfPrecision {
  constructor(...args: Arguments<Classes, typeof multiclassOrder>) {
    const o = parseArgs<Classes>(new.target.name, ['numClasses'], averagingDefaults, args);
    super('multiclass', o, o.numClasses, o.average);
  }
}

/** Average precision of each label of scores and target [N, L, …]; by default the mean. */
export class MultilabelAveragePrecision extends OfPrecision {
  constructor(...args: Arguments<Labels, typeof multilabelOrder>) {
    const o = parseArgs<Labels>(new.target.name, ['numLabels'], averagingDefaults, args);
    super('multilabel', o, o.numLabels, o.average);
  }
}

const rocMakers = {
  binary: { make: (o: Limited) => new BinaryAUROC(o), order: limitedOrder },
  multiclass: { make: (o: Classes) => new MulticlassAUROC(o), order: multiclassOrder },
  multilabel: { make: (o: Labels) => new MultilabelAUROC(o), order: multilabelOrder },
};
const precisionMakers = {
  binary: { make: (o: CurveArguments) => new BinaryAveragePrecision(o), order: binaryOrder },
  multiclass: { make: (o: Classes) => new MulticlassAveragePrecision(o), order: multiclassOrder },
  multilabel: { make: (o: Labels) => new MultilabelAveragePrecision(o), order: multilabelOrder },
};

interface TaskArguments extends CurveArguments, Averaging {
  task: Task;
  numClasses?: number | null;
  numLabels?: number | null;
}
const taskOrder = ['task', 'thresholds', 'numClasses', 'numLabels', 'average', 'ignoreIndex', 'validateArgs'] as const;
const rocTaskOrder = [
  ...(['task', 'thresholds', 'numClasses', 'numLabels', 'average', 'maxFpr', 'ignoreIndex', 'validateArgs'] as const),
] as const;
type RocTaskArguments = TaskArguments & Limited;

/** BinaryAUROC, MulticlassAUROC or MultilabelAUROC by `task`. */
export const AUROC = classByTask<RocTaskArguments, typeof rocTaskOrder, typeof rocMakers>(
  'AUROC',
  rocTaskOrder,
  rocMakers,
);
/** `AUROC` of one batch. */
export const auroc = functionByTask<RocTaskArguments, typeof rocTaskOrder, Tensor>('auroc', rocTaskOrder, rocMakers);
/** `BinaryAUROC` of one batch. */
export const binaryAuroc = functional('binaryAuroc', rocMakers.binary.make, limitedOrder);
/** `MulticlassAUROC` of one batch. */
export const multiclassAuroc = functional('multiclassAuroc', rocMakers.multiclass.make, multiclassOrder);
/** `MultilabelAUROC` of one batch. */
export const multilabelAuroc = functional('multilabelAuroc', rocMakers.multilabel.make, multilabelOrder);

/** BinaryAveragePrecision, MulticlassAveragePrecision or MultilabelAveragePrecision by `task`. */
export const AveragePrecision = classByTask<TaskArguments, typeof taskOrder, typeof precisionMakers>(
  'AveragePrecision',
  taskOrder,
  precisionMakers,
);
/** `AveragePrecision` of one batch. */
export const averagePrecision = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'averagePrecision',
  taskOrder,
  precisionMakers,
);
/** `BinaryAveragePrecision` of one batch. */
export const binaryAveragePrecision = functional('binaryAveragePrecision', precisionMakers.binary.make, binaryOrder);
/** `MulticlassAveragePrecision` of one batch. */
export const multiclassAveragePrecision = functional(
  'multiclassAveragePrecision',
  precisionMakers.multiclass.make,
  multiclassOrder,
);
/** `MultilabelAveragePrecision` of one batch. */
export const multilabelAveragePrecision = functional(
  'multilabelAveragePrecision',
  precisionMakers.multilabel.make,
  multilabelOrder,
);
