// Owns what curves are made of: all scores with their labels, or counts at each of some thresholds; and how a batch becomes either.

import { ArgumentError, DTypeError, ShapeError } from '../../core/errors';
import { showShape } from '../../core/meta';
import { shown } from '../../core/options';
import { arange, tensor, zeros } from '../../tensor/creation';
import { stack } from '../../tensor/functions';
import { linspace } from '../../tensor/linspace';
import { Tensor } from '../../tensor/tensor';
import { Metric } from '../metric';
import { concatenated } from '../state';
import {
  type BatchArguments,
  batchOf,
  expectSameShape,
  expectTensors,
  expectWhole,
  flag,
  isFloating,
  label,
  labelsOf,
  probabilities,
  wholeFrom,
} from './arguments';

/** Thresholds of a curve: so many from 0 to 1, those of a list or vector, or null for every score that comes. */
export type Thresholds = number | readonly number[] | Tensor | null;

export interface CurveArguments {
  /** Default null: exact, with all scores kept. */
  thresholds?: Thresholds;
  /** A label that does not count where it is the true one; default null. */
  ignoreIndex?: number | null;
  /** Whether arguments are checked, and labels on the device; default true. */
  validateArgs?: boolean;
}

export interface ClassCurveArguments extends CurveArguments {
  /** C */
  numClasses: number;
}

export interface LabelCurveArguments extends CurveArguments {
  /** L */
  numLabels: number;
}

export const curveDefaults = { thresholds: null, ignoreIndex: null, validateArgs: true } as const;

/** Scores [n, K] of K columns, and whether each is true: 1, 0, or −1 where it does not count. */
export interface Columns {
  readonly scores: Tensor;
  readonly truth: Tensor;
}

function thresholdsOf(metric: string, given: Thresholds): Tensor | null {
  if (given === null) return null;
  if (given instanceof Tensor) {
    if (given.shape.length === 1) return given.float();
    throw new ShapeError(`${metric}: expected a vector of thresholds, but got shape ${showShape(given.shape)}`);
  }
  if (typeof given === 'number') return linspace(0, 1, wholeFrom(metric, 'thresholds', given, 2));
  if (Array.isArray(given) && given.every((one) => typeof one === 'number' && one >= 0 && one <= 1)) {
    return tensor([...given], { dtype: 'float32' });
  }
  throw new ArgumentError(
    `${metric}: expected thresholds to be a number, a list of numbers from 0 to 1, a tensor of them or null, but got ${shown(given)}`,
  );
}

/** How scores become columns: one for both classes, one for each class, one for each label. */
export type CurveTask = 'binary' | 'multiclass' | 'multilabel';

/** Metrics of curves. `compute` sees columns of all batches, or counts [K, T] at the thresholds. */
export abstract class OfCurve<R> extends Metric {
  declare confmat: Tensor;
  declare preds: Tensor[];
  declare target: Tensor[];
  override fullStateUpdate: boolean | null = false;
  override isDifferentiable: boolean | null = false;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;
  readonly thresholds: Tensor | null;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;
  readonly numClasses: number | null;
  readonly numLabels: number | null;
  /** All classes in one column. */
  protected readonly isMicro: boolean;
  protected readonly task: CurveTask;

  constructor(task: CurveTask, o: Required<CurveArguments>, columns: number, isMicro = false) {
    super();
    const name = this.constructor.name;
    flag(name, 'validateArgs', o.validateArgs);
    this.task = task;
    this.isMicro = isMicro;
    if (task !== 'binary') wholeFrom(name, task === 'multiclass' ? 'numClasses' : 'numLabels', columns, 2);
    this.numClasses = task === 'multiclass' ? columns : null;
    this.numLabels = task === 'multilabel' ? columns : null;
    this.ignoreIndex = label(name, 'ignoreIndex', o.ignoreIndex);
    this.validateArgs = o.validateArgs;
    this.thresholds = thresholdsOf(name, o.thresholds)?.retain() ?? null;
    if (this.thresholds) {
      const count = this.thresholds.numel();
      const shape = task === 'binary' || isMicro ? [count, 2, 2] : [count, columns, 2, 2];
      this.addState('confmat', zeros(shape, { dtype: 'int64' }), { distReduceFx: 'sum' });
    } else {
      this.addState('preds', [], { distReduceFx: 'cat' });
      this.addState('target', [], { distReduceFx: 'cat' });
    }
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    const columns = this.columnsOf(preds, target);
    if (this.thresholds) this.confmat.add_(this.counts(columns));
    else {
      this.preds.push(columns.scores.clone());
      this.target.push(columns.truth.clone());
    }
  }

  compute(): R {
    if (this.thresholds) return this.ofCounts(this.confmat);
    return this.ofColumns({ scores: concatenated(this.preds), truth: concatenated(this.target) });
  }

  /** @internal The figure of one batch. */
  figure(preds: Tensor, target: Tensor): R {
    const columns = this.columnsOf(preds, target);
    return this.thresholds ? this.ofCounts(this.counts(columns)) : this.ofColumns(columns);
  }

  /** Of the scores of all batches. */
  protected abstract ofColumns(columns: Columns): R;
  /** Of counts [T, (K,) 2, 2], [true, found]. */
  protected abstract ofCounts(confmat: Tensor): R;

  private columnsOf(preds: Tensor, target: Tensor): Columns {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectWhole(name, 'target', target);
    if (!isFloating(preds)) {
      throw new DTypeError(`${name}: expected preds of floats, scores or logits, but got dtype ${preds.dtype}`);
    }
    const { task, validateArgs, ignoreIndex } = this;
    const scores = preds.detach().float();
    if (task === 'multiclass') return this.classColumns(scores, target);
    expectSameShape(name, preds, target);
    const truth = labelsOf(name, target, validateArgs ? 2 : null, ignoreIndex);
    if (task === 'binary') {
      const [flat, own] = [scores.reshape(-1), truth.reshape(-1)];
      return { scores: this.normalized(flat, own, 'sigmoid').unsqueeze(1), truth: own.unsqueeze(1) };
    }
    const labels = this.numLabels!;
    if (preds.shape[1] !== labels) {
      throw new ShapeError(`${name}: expected preds [N, ${labels}, …], but got ${showShape(preds.shape)}`);
    }
    const rows = (x: Tensor) => x.transpose(0, 1).reshape(labels, -1).t().contiguous();
    return { scores: probabilities(rows(scores), 'sigmoid'), truth: rows(truth) };
  }

  private classColumns(scores: Tensor, target: Tensor): Columns {
    const name = this.constructor.name;
    const classes = this.numClasses!;
    const [p, t] = [scores.shape, target.shape];
    const fits = p.length === t.length + 1 && p[0] === t[0] && p.slice(2).join() === t.slice(1).join();
    if (!fits || p[1] !== classes) {
      throw new ShapeError(
        `${name}: expected preds [N, ${classes}, …] and target [N, …], but got ${showShape(p)} and ${showShape(t)}`,
      );
    }
    const rows = scores.transpose(0, 1).reshape(classes, -1).t().contiguous();
    const truth = labelsOf(name, target, this.validateArgs ? classes : null, this.ignoreIndex).reshape(-1, 1);
    const own = this.normalized(rows, truth, 'softmax');
    const isTrue = truth.eq(arange(classes)).to('int64');
    const marked = this.ignoreIndex === null ? isTrue : isTrue.maskedFill(truth.lt(0), -1);
    return this.isMicro ? { scores: own.reshape(-1, 1), truth: marked.reshape(-1, 1) } : { scores: own, truth: marked };
  }

  /** Scores as probabilities; those that do not count have no say in whether they are logits. */
  private normalized(scores: Tensor, truth: Tensor, by: 'sigmoid' | 'softmax'): Tensor {
    const isInside = scores.ge(0).logicalAnd(scores.le(1));
    const areProbabilities = (this.ignoreIndex === null ? isInside : isInside.logicalOr(truth.lt(0))).all();
    return scores.where(areProbabilities, by === 'sigmoid' ? scores.sigmoid() : scores.softmax(1));
  }

  /** Counts at each threshold. */
  private counts({ scores, truth }: Columns): Tensor {
    const isFound = scores.unsqueeze(-1).ge(this.thresholds!);
    const [isTrue, isFalse] = [truth.eq(1).unsqueeze(-1), truth.eq(0).unsqueeze(-1)];
    const count = (found: Tensor, true_: Tensor) => found.logicalAnd(true_).sum(0);
    const missed = isFound.logicalNot();
    const all = stack(
      [count(missed, isFalse), count(isFound, isFalse), count(missed, isTrue), count(isFound, isTrue)],
      -1,
    );
    const [columns, thresholds] = [all.shape[0]!, all.shape[1]!];
    const byThreshold = all.transpose(0, 1).reshape(thresholds, columns, 2, 2);
    return this.task === 'binary' || this.isMicro ? byThreshold.squeeze(1) : byThreshold;
  }
}
