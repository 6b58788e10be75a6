// Owns the bases of metrics whose state is counts: binary, of classes, of labels. Each says what it makes of them.
import { ArgumentError } from '../../core/errors';
import { type Arguments, parseArgs, shown } from '../../core/options';
import { zeros } from '../../tensor/creation';
import type { Tensor } from '../../tensor/tensor';
import { Metric } from '../metric';
import { concatenated } from '../state';
import {
  type Average,
  type BatchArguments,
  batchOf,
  expectBinary,
  expectClasses,
  expectLabels,
  expectTensors,
  flag,
  label,
  type MultidimAverage,
  oneOf,
  share,
  type Task,
  wholeFrom,
} from './arguments';
import { type Counts, countBinary, countClasses, countLabels } from './counting';
import { type Score, type Scoring, statScores as score } from './scores';
import { classByTask, functional, functionByTask } from './task';

interface Common {
  /** 'global' (default) counts dimensions after the first as further samples; 'samplewise' gives a figure of each sample. */
  multidimAverage?: MultidimAverage;
  /** A label that does not count where it is the true one; default null. */
  ignoreIndex?: number | null;
  /** Whether arguments are checked, and labels on the device; default true. */
  validateArgs?: boolean;
  /** What 0 / 0 is, 0 (default) or 1; only for precision, recall and F scores. */
  zeroDivision?: 0 | 1;
}

/** What metrics of two classes take by name. */
export interface BinaryArguments extends Common {
  /** Scores above it count as 1; default 0.5. */
  threshold?: number;
}

/** What metrics of several classes take by name. */
export interface MulticlassArguments extends Common {
  /** C; null only for `average` 'micro'. */
  numClasses?: number | null;
  /** How many of the greatest scores may hold the true class; default 1. */
  topK?: number;
  /** Default 'macro'. */
  average?: Average;
}

/** What metrics of several labels take by name. */
export interface MultilabelArguments extends Common {
  /** L */
  numLabels: number;
  /** Scores above it count as 1; default 0.5. */
  threshold?: number;
  /** Default 'macro'. */
  average?: Average;
}

const rest = ['multidimAverage', 'ignoreIndex', 'validateArgs', 'zeroDivision'] as const;
export const binaryOrder = ['threshold', ...rest] as const;
export const multiclassOrder = ['numClasses', 'topK', 'average', ...rest] as const;
/** Functions have the average before the number of guesses. */
export const multiclassFunctionOrder = ['numClasses', 'average', 'topK', ...rest] as const;
export const multilabelOrder = ['numLabels', 'threshold', 'average', ...rest] as const;
export type BinaryOrder = typeof binaryOrder;
export type MulticlassOrder = typeof multiclassOrder;
export type MultilabelOrder = typeof multilabelOrder;

/** Options of all tasks. */
export interface TaskArguments extends BinaryArguments, MulticlassArguments, Omit<MultilabelArguments, 'numLabels'> {
  /** L, for task 'multilabel'. */
  numLabels?: number | null;
  task: Task;
}
export const taskOrder = [
  ...(['task', 'threshold', 'numClasses', 'numLabels', 'average', 'multidimAverage', 'topK'] as const),
  ...(['ignoreIndex', 'validateArgs', 'zeroDivision'] as const),
] as const;
/** As torchmetrics has it, the names without a task sum over all classes. */
export const taskDefaults = { average: 'micro' } as const;

const common = { multidimAverage: 'global', ignoreIndex: null, validateArgs: true, zeroDivision: 0 } as const;
const averages: readonly Average[] = ['micro', 'macro', 'weighted', 'none', null];

function checkCommon(metric: string, o: Required<Common>): void {
  oneOf(metric, 'multidimAverage', o.multidimAverage, ['global', 'samplewise']);
  label(metric, 'ignoreIndex', o.ignoreIndex);
  oneOf(metric, 'zeroDivision', o.zeroDivision, [0, 1]);
}

/** Metrics whose state is tp, fp, tn and fn: sums, or lists where each sample has a figure of its own. */
abstract class CountingMetric extends Metric {
  declare tp: Tensor | Tensor[];
  declare fp: Tensor | Tensor[];
  declare tn: Tensor | Tensor[];
  declare fn: Tensor | Tensor[];
  override fullStateUpdate = false as boolean | null;
  override isDifferentiable = false as boolean | null;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;

  abstract readonly multidimAverage: MultidimAverage;

  /** What the metric makes of counts. */
  protected get score(): Score {
    return score;
  }

  /** States of so many figures. */
  protected addCounts(size: number): void {
    const isSum = this.multidimAverage === 'global';
    for (const name of ['tp', 'fp', 'tn', 'fn']) {
      this.addState(name, isSum ? zeros(size, { dtype: 'int64' }) : [], { distReduceFx: isSum ? 'sum' : 'cat' });
    }
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    const counts = this.count(preds, target);
    (['tp', 'fp', 'tn', 'fn'] as const).forEach((name, i) => {
      const state = this[name];
      if (Array.isArray(state)) state.push(counts[i]!);
      else state.add_(counts[i]!);
    });
  }

  /** @internal The figure of one batch. */
  figure(preds: Tensor, target: Tensor): Tensor {
    return this.score(this.count(preds, target), this.scoring);
  }

  compute(): Tensor {
    const all = (state: Tensor | Tensor[]) => (Array.isArray(state) ? concatenated(state) : state);
    return this.score([all(this.tp), all(this.fp), all(this.tn), all(this.fn)], this.scoring);
  }

  protected abstract readonly scoring: Scoring;
  protected abstract count(preds: Tensor, target: Tensor): Counts;
}

const binaryDefaults = { threshold: 0.5, ...common };

/**
 * tp, fp, tn, fn and support (tp + fn) of preds and target [N, …]; [5], int64, or [N, 5] for `multidimAverage` 'samplewise'.
 *
 * Floats are scores: those of a batch with one outside [0, 1] are logits; a score above `threshold` counts as 1.
 */
export class BinaryStatScores extends CountingMetric {
  readonly threshold: number;
  readonly multidimAverage: MultidimAverage;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;
  protected readonly scoring: Scoring;

  constructor(...args: Arguments<BinaryArguments, BinaryOrder>);
  constructor(...args: unknown[]) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<BinaryArguments>(name, [], binaryDefaults, args);
    if (flag(name, 'validateArgs', o.validateArgs)) {
      share(name, 'threshold', o.threshold);
      checkCommon(name, o);
    }
    this.threshold = o.threshold;
    this.multidimAverage = o.multidimAverage;
    this.ignoreIndex = o.ignoreIndex;
    this.validateArgs = o.validateArgs;
    this.scoring = { ...o, average: 'binary', multilabel: false, topK: 1 };
    this.addCounts(1);
  }

  protected count(preds: Tensor, target: Tensor): Counts {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectBinary(name, preds, target, this.multidimAverage);
    return countBinary(name, preds, target, this);
  }
}

const multiclassDefaults = { numClasses: null, topK: 1, average: 'macro', ...common } as const;

/**
 * tp, fp, tn, fn and support (tp + fn) of scores [N, C, …] or labels [N, …] and target [N, …]; averaged [5], of classes [C, 5]; with
 * N in front for `multidimAverage` 'samplewise'.
 */
export class MulticlassStatScores extends CountingMetric {
  readonly numClasses: number | null;
  readonly topK: number;
  readonly average: Average;
  readonly multidimAverage: MultidimAverage;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;
  protected readonly scoring: Scoring;

  constructor(...args: Arguments<MulticlassArguments, MulticlassOrder>);
  constructor(...args: unknown[]) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<MulticlassArguments>(name, [], multiclassDefaults, args);
    if (flag(name, 'validateArgs', o.validateArgs)) {
      oneOf(name, 'average', o.average, averages);
      if (o.numClasses === null && o.average !== 'micro') {
        throw new ArgumentError(
          `${name}: expected numClasses for average ${shown(o.average)}, but got null; only 'micro' does without`,
        );
      }
      if (o.numClasses !== null) wholeFrom(name, 'numClasses', o.numClasses, 2);
      wholeFrom(name, 'topK', o.topK, 1);
      if (o.topK > (o.numClasses ?? 1)) {
        throw new ArgumentError(
          `${name}: expected topK of at most ${o.numClasses ?? 1}, the number of classes, but got ${o.topK}`,
        );
      }
      checkCommon(name, o);
    }
    this.numClasses = o.numClasses;
    this.topK = o.topK;
    this.average = o.average;
    this.multidimAverage = o.multidimAverage;
    this.ignoreIndex = o.ignoreIndex;
    this.validateArgs = o.validateArgs;
    this.scoring = { ...o, multilabel: false };
    this.addCounts(o.average === 'micro' && o.topK === 1 ? 1 : (o.numClasses ?? 1));
  }

  protected count(preds: Tensor, target: Tensor): Counts {
    const name = this.constructor.name;
    const { numClasses, multidimAverage } = this;
    expectTensors(name, preds, target);
    expectClasses(name, preds, target, numClasses, multidimAverage);
    return countClasses(name, preds, target, this);
  }
}

const multilabelDefaults = { threshold: 0.5, average: 'macro', ...common } as const;

/**
 * tp, fp, tn, fn and support (tp + fn) of preds and target [N, L, …]; averaged [5], of labels [L, 5]; with N in front for
 * `multidimAverage` 'samplewise'.
 */
export class MultilabelStatScores extends CountingMetric {
  readonly numLabels: number;
  readonly threshold: number;
  readonly average: Average;
  readonly multidimAverage: MultidimAverage;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;
  protected readonly scoring: Scoring;

  constructor(...args: Arguments<MultilabelArguments, MultilabelOrder>);
  constructor(...args: unknown[]) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<MultilabelArguments>(name, ['numLabels'], multilabelDefaults, args);
    if (flag(name, 'validateArgs', o.validateArgs)) {
      wholeFrom(name, 'numLabels', o.numLabels, 2);
      share(name, 'threshold', o.threshold);
      oneOf(name, 'average', o.average, averages);
      checkCommon(name, o);
    }
    this.numLabels = o.numLabels;
    this.threshold = o.threshold;
    this.average = o.average;
    this.multidimAverage = o.multidimAverage;
    this.ignoreIndex = o.ignoreIndex;
    this.validateArgs = o.validateArgs;
    this.scoring = { ...o, multilabel: true, topK: 1 };
    this.addCounts(o.numLabels);
  }

  protected count(preds: Tensor, target: Tensor): Counts {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectLabels(name, preds, target, this.numLabels, this.multidimAverage);
    return countLabels(name, preds, target, this);
  }
}

/** A figure of counts in its other forms: the class by task, and the functions of one batch. The average is 'micro' by task unless given. */
export function formsOf<B extends BinaryStatScores, C extends MulticlassStatScores, L extends MultilabelStatScores>(
  name: string,
  Binary: new (options: BinaryArguments) => B,
  Multiclass: new (options: MulticlassArguments) => C,
  Multilabel: new (options: MultilabelArguments) => L,
) {
  const makers = {
    binary: { make: (o: BinaryArguments) => new Binary(o), order: binaryOrder },
    multiclass: { make: (o: MulticlassArguments) => new Multiclass(o), order: multiclassOrder },
    multilabel: { make: (o: MultilabelArguments) => new Multilabel(o), order: multilabelOrder },
  };
  const own = name.charAt(0).toLowerCase() + name.slice(1);
  return {
    byTask: classByTask<TaskArguments, typeof taskOrder, typeof makers>(name, taskOrder, makers, taskDefaults),
    ofBatch: functionByTask<TaskArguments, typeof taskOrder, Tensor>(own, taskOrder, makers, taskDefaults),
    binary: functional(`binary${name}`, makers.binary.make, binaryOrder),
    multiclass: functional(`multiclass${name}`, makers.multiclass.make, multiclassFunctionOrder),
    multilabel: functional(`multilabel${name}`, makers.multilabel.make, multilabelOrder),
  };
}

const forms = formsOf('StatScores', BinaryStatScores, MulticlassStatScores, MultilabelStatScores);

/** BinaryStatScores, MulticlassStatScores or MultilabelStatScores by `task`; the average is 'micro' unless given. */
export const StatScores = forms.byTask;

/** `StatScores` of one batch. */
export const statScores = forms.ofBatch;
/** `BinaryStatScores` of one batch. */
export const binaryStatScores = forms.binary;
/** `MulticlassStatScores` of one batch. */
export const multiclassStatScores = forms.multiclass;
/** `MultilabelStatScores` of one batch. */
export const multilabelStatScores = forms.multilabel;
