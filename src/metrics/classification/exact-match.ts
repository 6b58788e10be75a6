// Owns exact match: how many samples are right in all their parts.

import { type Arguments, parseArgs } from '../../core/options';
import { full, zeros } from '../../tensor/creation';
import type { Tensor } from '../../tensor/tensor';
import { Metric } from '../metric';
import { concatenated } from '../state';
import {
  type BatchArguments,
  batchOf,
  expectClasses,
  expectLabels,
  expectTensors,
  flag,
  joinedFrom,
  label,
  labelsOf,
  type MultidimAverage,
  oneOf,
  share,
  type Task,
  wholeFrom,
} from './arguments';
import { classesOf, decided } from './counting';
import { ratio } from './scores';
import { classByTask, functional, functionByTask } from './task';

interface Common {
  /** 'samplewise' gives a figure of each sample; default 'global'. */
  multidimAverage?: MultidimAverage;
  /** A label that does not count where it is the true one; default null. */
  ignoreIndex?: number | null;
  /** Default true. */
  validateArgs?: boolean;
}

interface OfClasses extends Common {
  /** C */
  numClasses: number;
}

interface OfLabels extends Common {
  /** L */
  numLabels: number;
  /** Scores above it count as 1; default 0.5. */
  threshold?: number;
}

const common = { multidimAverage: 'global', ignoreIndex: null, validateArgs: true } as const;
const multiclassOrder = ['numClasses', 'multidimAverage', 'ignoreIndex', 'validateArgs'] as const;
const multilabelOrder = ['numLabels', 'threshold', 'multidimAverage', 'ignoreIndex', 'validateArgs'] as const;

abstract class OfMatches extends Metric {
  declare correct: Tensor | Tensor[];
  declare total: Tensor;
  override higherIsBetter: boolean | null = true;
  override isDifferentiable: boolean | null = false;
  override fullStateUpdate: boolean | null = false;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;
  readonly multidimAverage: MultidimAverage;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;

  constructor(o: Required<Common>) {
    super();
    const name = this.constructor.name;
    this.multidimAverage = oneOf(name, 'multidimAverage', o.multidimAverage, ['global', 'samplewise']);
    this.ignoreIndex = label(name, 'ignoreIndex', o.ignoreIndex);
    this.validateArgs = flag(name, 'validateArgs', o.validateArgs);
    const isSum = o.multidimAverage === 'global';
    this.addState('correct', isSum ? zeros(1, { dtype: 'int64' }) : [], { distReduceFx: isSum ? 'sum' : 'cat' });
    this.addState('total', zeros(1, { dtype: 'int64' }), { distReduceFx: isSum ? 'sum' : 'max' });
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    const [correct, total] = this.matches(preds, target);
    if (Array.isArray(this.correct)) {
      this.correct.push(correct);
      this.total = full([1], total, { dtype: 'int64' });
    } else {
      this.correct.add_(correct);
      this.total.add_(total);
    }
  }

  compute(): Tensor {
    return ratio(Array.isArray(this.correct) ? concatenated(this.correct) : this.correct, this.total);
  }

  /** @internal The figure of one batch. */
  figure(preds: Tensor, target: Tensor): Tensor {
    const [correct, total] = this.matches(preds, target);
    return ratio(correct, full([], total, { dtype: 'float32' }));
  }

  /** How many match, in all or of each sample, and how many could. */
  protected abstract matches(preds: Tensor, target: Tensor): [correct: Tensor, total: number];
}

/** The share of samples of which every class is right, of scores [N, C, …] or labels [N, …] and target [N, …]. */
export class MulticlassExactMatch extends OfMatches {
  readonly numClasses: number;

  constructor(...args: Arguments<OfClasses, typeof multiclassOrder>) {
    const name = new.target.name;
    const o = parseArgs<OfClasses>(name, ['numClasses'], common, args);
    super(o);
    this.numClasses = wholeFrom(name, 'numClasses', o.numClasses, 2);
  }

  protected matches(preds: Tensor, target: Tensor): [Tensor, number] {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectClasses(name, preds, target, this.numClasses, this.multidimAverage);
    const limit = this.validateArgs ? this.numClasses : null;
    const rows = target.shape[0] ?? 1;
    const truth = joinedFrom(labelsOf(name, target, limit, this.ignoreIndex), 1);
    const found = joinedFrom(classesOf(name, preds, target, limit), 1);
    const isRight = found.eq(truth);
    const all = (this.ignoreIndex === null ? isRight : isRight.logicalOr(truth.lt(0))).all(1);
    return this.multidimAverage === 'samplewise' ? [all.to('int64'), 1] : [all.sum(), rows];
  }
}

/** The share of samples of which every label is right, of preds and target [N, L, …]. */
export class MultilabelExactMatch extends OfMatches {
  readonly numLabels: number;
  readonly threshold: number;

  constructor(...args: Arguments<OfLabels, typeof multilabelOrder>) {
    const name = new.target.name;
    const o = parseArgs<OfLabels>(name, ['numLabels'], { threshold: 0.5, ...common }, args);
    super(o);
    this.numLabels = wholeFrom(name, 'numLabels', o.numLabels, 2);
    this.threshold = share(name, 'threshold', o.threshold);
  }

  protected matches(preds: Tensor, target: Tensor): [Tensor, number] {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectLabels(name, preds, target, this.numLabels, this.multidimAverage);
    const flat = (x: Tensor) => joinedFrom(x, 2);
    const found = flat(decided(name, preds, this.threshold, this.validateArgs));
    const truth = flat(labelsOf(name, target, this.validateArgs ? 2 : null, this.ignoreIndex));
    const isRight = found.eq(truth);
    const all = (this.ignoreIndex === null ? isRight : isRight.logicalOr(truth.lt(0))).all(1);
    const [rows, inner] = all.shape as [number, number];
    return this.multidimAverage === 'samplewise' ? [all.sum(-1), inner] : [all.sum(), rows * inner];
  }
}

const makers = {
  multiclass: { make: (o: OfClasses) => new MulticlassExactMatch(o), order: multiclassOrder },
  multilabel: { make: (o: OfLabels) => new MultilabelExactMatch(o), order: multilabelOrder },
};

interface TaskArguments extends Common {
  task: Task;
  numClasses?: number | null;
  numLabels?: number | null;
  threshold?: number;
}
const taskOrder = [
  ...(['task', 'threshold', 'numClasses', 'numLabels', 'multidimAverage', 'ignoreIndex', 'validateArgs'] as const),
] as const;

/** MulticlassExactMatch or MultilabelExactMatch by `task`. */
export const ExactMatch = classByTask<TaskArguments, typeof taskOrder, typeof makers>('ExactMatch', taskOrder, makers);
const functionOrder = [
  ...(['task', 'numClasses', 'numLabels', 'threshold', 'multidimAverage', 'ignoreIndex', 'validateArgs'] as const),
] as const;
/** `ExactMatch` of one batch. */
export const exactMatch = functionByTask<TaskArguments, typeof functionOrder, Tensor>(
  'exactMatch',
  functionOrder,
  makers,
);
/** `MulticlassExactMatch` of one batch. */
export const multiclassExactMatch = functional('multiclassExactMatch', makers.multiclass.make, multiclassOrder);
/** `MultilabelExactMatch` of one batch. */
export const multilabelExactMatch = functional('multilabelExactMatch', makers.multilabel.make, multilabelOrder);
