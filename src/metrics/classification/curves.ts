// Owns curves of precision over recall, and of true over false positives (ROC), by threshold.

import { type Arguments, parseArgs } from '../../core/options';
import type { Drawing } from '../../draw/sheet';
import { tensor } from '../../tensor/creation';
import { cat } from '../../tensor/functions';
import type { Tensor } from '../../tensor/tensor';
import { type CurvePlotOptions, curveDrawing } from '../plot';
import { oneOf, type Task } from './arguments';
import {
  type ClassCurveArguments,
  type Columns,
  type CurveArguments,
  type CurveTask,
  curveDefaults,
  type LabelCurveArguments,
  OfCurve,
} from './curve-state';
import { ratio } from './scores';
import { classByTask, functional, functionByTask } from './task';

/** Two coordinates and the thresholds: a vector of each, rows [K, T] by column, or a list of vectors by column. */
export type Curve = [Tensor | Tensor[], Tensor | Tensor[], Tensor | Tensor[]];
/** A curve with thresholds of its own is a tensor; an exact one, whose length hangs on the data, is a promise. */
export type CurveFigure = Curve | Promise<Curve>;
/** Whether curves of classes become one. */
export type CurveAverage = 'micro' | 'macro' | null;

type Line = readonly [x: number[], y: number[], thresholds: number[]];

/** True and false positives from the greatest score down, one point for equal scores. */
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

/** Piecewise linear values at x, as torchmetrics interpolates. */
function interpolated(x: readonly number[], xs: readonly number[], ys: readonly number[]): number[] {
  const slope = xs.slice(1).map((next, i) => (next === xs[i] ? 0 : (ys[i + 1]! - ys[i]!) / (next - xs[i]!)));
  return x.map((value) => {
    const at = xs.filter((one) => value >= one).length - 1;
    const i = Math.min(Math.max(at, 0), slope.length - 1);
    return slope[i]! * value + (ys[i]! - slope[i]! * xs[i]!);
  });
}

const vector = (list: readonly number[]): Tensor => tensor(Float32Array.from(list), { shape: [list.length] });
const numbersOf = async (x: Tensor): Promise<number[]> => Array.from(await x.data(), Number);

/** One curve of those of all classes: their mean where any of them has a point. */
function meanOf(lines: readonly Line[], isFalling: boolean): Line {
  // NaN comes last, as in PyTorch.
  const sorted = (list: number[]) => list.sort((a, b) => Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || a - b);
  const x = sorted(lines.flatMap(([own]) => own));
  const each = lines.map(([xs, ys]) => interpolated(x, xs, ys));
  const y = x.map((_, i) => each.reduce((sum, values) => sum + values[i]!, 0) / lines.length);
  const thresholds = sorted(lines.flatMap(([, , own]) => own));
  return [x, y, isFalling ? thresholds.reverse() : thresholds];
}

abstract class OfCurves extends OfCurve<CurveFigure> {
  override higherIsBetter: boolean | null = null;
  readonly average: CurveAverage;
  /** Whether this is true over false positives, rather than precision over recall. */
  protected abstract readonly isRoc: boolean;

  constructor(task: CurveTask, o: Required<CurveArguments>, columns: number, average: CurveAverage = null) {
    super(task, o, columns, average === 'micro');
    this.average = oneOf(this.constructor.name, 'average', average, ['micro', 'macro', null]);
  }

  override get plotDefaults(): CurvePlotOptions {
    return { ...super.plotDefaults, score: null, labels: null };
  }

  override async drawingOf(val: unknown, options: CurvePlotOptions = this.plotDefaults): Promise<Drawing> {
    const [first, second] = (val ?? (await this.compute())) as Curve;
    const name = this.constructor.name;
    return this.isRoc
      ? curveDrawing(name, [first, second], ['False positive rate', 'True positive rate'], options)
      : curveDrawing(name, [second, first], ['Recall', 'Precision'], options);
  }

  protected ofColumns({ scores, truth }: Columns): Promise<Curve> {
    const [rows, columns] = scores.shape as [number, number];
    return numbersOf(cat([scores.reshape(-1), truth.float().reshape(-1)])).then((numbers): Curve => {
      const column = (from: number, k: number) =>
        Array.from({ length: rows }, (_, i) => numbers[from + i * columns + k]!);
      const truths = Array.from({ length: columns }, (_, k) => column(rows * columns, k));
      // Recall of a class that never comes is NaN, and 1 where there is but class 0, or one column for both classes.
      const isNan = this.task === 'multiclass' && !this.isMicro && truths[0]!.includes(0);
      const lines = truths.map((own, k) =>
        this.isRoc ? falseTrue(column(0, k), own) : precisionRecall(column(0, k), own, isNan ? Number.NaN : 1),
      );
      if (this.average === 'macro') return meanOf(lines, this.isRoc).map(vector) as Curve;
      const curves = lines.map((line) => line.map(vector));
      if (this.task === 'binary' || this.isMicro) return curves[0] as Curve;
      return [0, 1, 2].map((part) => curves.map((curve) => curve[part]!)) as Curve;
    });
  }

  protected ofCounts(confmat: Tensor): CurveFigure {
    const curve = this.isRoc ? rocOfCounts(confmat) : precisionRecallOfCounts(confmat);
    const thresholds = this.isRoc ? this.thresholds!.flip(0) : this.thresholds!.clone();
    if (this.average !== 'macro') return [curve[0], curve[1], thresholds];
    const [x, y] = curve;
    const columns = x.shape[0]!;
    return numbersOf(cat([x.reshape(-1), y.reshape(-1), thresholds])).then((numbers): Curve => {
      const points = x.shape[1]!;
      const at = numbers.slice(2 * columns * points);
      const row = (k: number) => numbers.slice(k * points, (k + 1) * points);
      const lines = Array.from({ length: columns }, (_, k): Line => [row(k), row(columns + k), at]);
      return meanOf(lines, this.isRoc).map(vector) as Curve;
    });
  }
}

/** Counts [T, (K,) 2, 2] as tn, fp, fn, tp, each [(K,) T]. */
export function partsOf(confmat: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  const rank = confmat.shape.length;
  const flat = confmat.float().reshape(...confmat.shape.slice(0, rank - 2), 4);
  const part = (i: number) => (rank === 3 ? flat.select(-1, i) : flat.select(-1, i).t());
  return [part(0), part(1), part(2), part(3)];
}

/** False and true positive rates by falling threshold, [(K,) T]. */
export function rocOfCounts(confmat: Tensor): [Tensor, Tensor] {
  const [tn, fp, fn, tp] = partsOf(confmat);
  return [ratio(fp, fp.add(tn)).flip(-1), ratio(tp, tp.add(fn)).flip(-1)];
}

/** Precision, NaN where nothing is found, and recall by rising threshold, and a last point (1, 0); [(K,) T + 1]. */
export function precisionRecallOfCounts(confmat: Tensor): [Tensor, Tensor] {
  const [, fp, fn, tp] = partsOf(confmat);
  const end = (value: number) => tp.newFull([...tp.shape.slice(0, -1), 1], value);
  return [cat([tp.div(tp.add(fp)), end(1)], -1), cat([tp.div(tp.add(fn)), end(0)], -1)];
}

const binaryOrder = ['thresholds', 'ignoreIndex', 'validateArgs'] as const;
const multiclassOrder = ['numClasses', 'thresholds', 'average', 'ignoreIndex', 'validateArgs'] as const;
const multilabelOrder = ['numLabels', 'thresholds', 'ignoreIndex', 'validateArgs'] as const;

interface Averaged {
  /** 'micro' takes all classes for one, 'macro' the mean of their curves; default null: a curve of each class. */
  average?: CurveAverage;
}

const averagedDefaults = { thresholds: null, average: null, ignoreIndex: null, validateArgs: true } as const;

/** `[precision, recall, thresholds]` of scores and target [N, …], by rising threshold; the last point (1, 0) has none. */
export class BinaryPrecisionRecallCurve extends OfCurves {
  protected get isRoc(): boolean {
    return false;
  }

  constructor(...args: Arguments<CurveArguments, typeof binaryOrder>) {
    super('binary', parseArgs<CurveArguments>(new.target.name, [], curveDefaults, args), 1);
  }
}

/** `[precision, recall, thresholds]` of each class of scores [N, C, …] and target [N, …]: lists of vectors, or [C, T + 1] and [T] with thresholds. */
export class MulticlassPrecisionRecallCurve extends OfCurves {
  protected get isRoc(): boolean {
    return false;
  }

  constructor(...args: Arguments<ClassCurveArguments & Averaged, typeof multiclassOrder>) {
    const o = parseArgs<ClassCurveArguments & Averaged>(new.target.name, ['numClasses'], averagedDefaults, args);
    super('multiclass', o, o.numClasses, o.average);
  }
}

/** `[precision, recall, thresholds]` of each label of scores and target [N, L, …]: lists of vectors, or [L, T + 1] and [T] with thresholds. */
export class MultilabelPrecisionRecallCurve extends OfCurves {
  protected get isRoc(): boolean {
    return false;
  }

  constructor(...args: Arguments<LabelCurveArguments, typeof multilabelOrder>) {
    const o = parseArgs<LabelCurveArguments>(new.target.name, ['numLabels'], curveDefaults, args);
    super('multilabel', o, o.numLabels);
  }
}

/** `[fpr, tpr, thresholds]` of scores and target [N, …], by falling threshold; an exact curve begins at (0, 0) with threshold 1. */
export class BinaryROC extends OfCurves {
  protected get isRoc(): boolean {
    return true;
  }

  constructor(...args: Arguments<CurveArguments, typeof binaryOrder>) {
    super('binary', parseArgs<CurveArguments>(new.target.name, [], curveDefaults, args), 1);
  }
}

/** `[fpr, tpr, thresholds]` of each class of scores [N, C, …] and target [N, …]: lists of vectors, or [C, T] and [T] with thresholds. */
export class MulticlassROC extends OfCurves {
  protected get isRoc(): boolean {
    return true;
  }

  constructor(...args: Arguments<ClassCurveArguments & Averaged, typeof multiclassOrder>) {
    const o = parseArgs<ClassCurveArguments & Averaged>(new.target.name, ['numClasses'], averagedDefaults, args);
    super('multiclass', o, o.numClasses, o.average);
  }
}

/** `[fpr, tpr, thresholds]` of each label of scores and target [N, L, …]: lists of vectors, or [L, T] and [T] with thresholds. */
export class MultilabelROC extends OfCurves {
  protected get isRoc(): boolean {
    return true;
  }

  constructor(...args: Arguments<LabelCurveArguments, typeof multilabelOrder>) {
    const o = parseArgs<LabelCurveArguments>(new.target.name, ['numLabels'], curveDefaults, args);
    super('multilabel', o, o.numLabels);
  }
}

const curveMakers = {
  binary: { make: (o: CurveArguments) => new BinaryPrecisionRecallCurve(o), order: binaryOrder },
  multiclass: {
    make: (o: ClassCurveArguments & Averaged) => new MulticlassPrecisionRecallCurve(o),
    order: multiclassOrder,
  },
  multilabel: { make: (o: LabelCurveArguments) => new MultilabelPrecisionRecallCurve(o), order: multilabelOrder },
};
const rocMakers = {
  binary: { make: (o: CurveArguments) => new BinaryROC(o), order: binaryOrder },
  multiclass: { make: (o: ClassCurveArguments & Averaged) => new MulticlassROC(o), order: multiclassOrder },
  multilabel: { make: (o: LabelCurveArguments) => new MultilabelROC(o), order: multilabelOrder },
};

interface TaskArguments extends CurveArguments, Averaged {
  task: Task;
  numClasses?: number | null;
  numLabels?: number | null;
}
const taskOrder = ['task', 'thresholds', 'numClasses', 'numLabels', 'average', 'ignoreIndex', 'validateArgs'] as const;

/** BinaryPrecisionRecallCurve, MulticlassPrecisionRecallCurve or MultilabelPrecisionRecallCurve by `task`. */
export const PrecisionRecallCurve = classByTask<TaskArguments, typeof taskOrder, typeof curveMakers>(
  'PrecisionRecallCurve',
  taskOrder,
  curveMakers,
);
/** `PrecisionRecallCurve` of one batch. */
export const precisionRecallCurve = functionByTask<TaskArguments, typeof taskOrder, CurveFigure>(
  'precisionRecallCurve',
  taskOrder,
  curveMakers,
);
/** `BinaryPrecisionRecallCurve` of one batch. */
export const binaryPrecisionRecallCurve = functional(
  'binaryPrecisionRecallCurve',
  curveMakers.binary.make,
  binaryOrder,
);
/** `MulticlassPrecisionRecallCurve` of one batch. */
export const multiclassPrecisionRecallCurve = functional(
  'multiclassPrecisionRecallCurve',
  curveMakers.multiclass.make,
  multiclassOrder,
);
/** `MultilabelPrecisionRecallCurve` of one batch. */
export const multilabelPrecisionRecallCurve = functional(
  'multilabelPrecisionRecallCurve',
  curveMakers.multilabel.make,
  multilabelOrder,
);

/** BinaryROC, MulticlassROC or MultilabelROC by `task`. */
export const ROC = classByTask<TaskArguments, typeof taskOrder, typeof rocMakers>('ROC', taskOrder, rocMakers);
/** `ROC` of one batch. */
export const roc = functionByTask<TaskArguments, typeof taskOrder, CurveFigure>('roc', taskOrder, rocMakers);
/** `BinaryROC` of one batch. */
export const binaryRoc = functional('binaryRoc', rocMakers.binary.make, binaryOrder);
/** `MulticlassROC` of one batch. */
export const multiclassRoc = functional('multiclassRoc', rocMakers.multiclass.make, multiclassOrder);
/** `MultilabelROC` of one batch. */
export const multilabelRoc = functional('multilabelRoc', rocMakers.multilabel.make, multilabelOrder);
