// Owns the Jaccard index: how much of what was found or is true is both.

import { type Arguments, parseArgs } from '../../core/options';
import { full } from '../../tensor/creation';
import type { Tensor } from '../../tensor/tensor';
import { type Average, oneOf, type Task } from './arguments';
import {
  type BinaryConfusion,
  type MulticlassConfusion,
  type MultilabelConfusion,
  OfBinaryConfusion,
  OfMulticlassConfusion,
  OfMultilabelConfusion,
} from './confusion-matrix';
import { ratio } from './scores';
import { classByTask, functional, functionByTask } from './task';

interface Dividing {
  /** What 0 / 0 is; default 0. */
  zeroDivision?: number;
}

interface Averaging extends Dividing {
  /** Default 'macro'. */
  average?: Average;
}

const averages: readonly Average[] = ['micro', 'macro', 'weighted', 'none', null];
const binaryOrder = ['threshold', 'ignoreIndex', 'validateArgs', 'zeroDivision'] as const;
const multiclassOrder = ['numClasses', 'average', 'ignoreIndex', 'validateArgs', 'zeroDivision'] as const;
const multilabelOrder = ['numLabels', 'threshold', 'average', 'ignoreIndex', 'validateArgs', 'zeroDivision'] as const;

interface Weighing {
  readonly average: Average;
  readonly zeroDivision: number;
}

/** The mean of indices n / d; `support` weighs them, `isCounted` says which count for 'macro'. */
function mean(
  n: Tensor,
  d: Tensor,
  support: Tensor,
  isCounted: Tensor | null,
  { average, zeroDivision }: Weighing,
): Tensor {
  if (average === 'micro') return ratio(n.sum(), d.sum(), zeroDivision);
  const each = ratio(n, d, zeroDivision);
  if (average === null || average === 'none') return each;
  const weights = average === 'weighted' ? support : (isCounted?.float() ?? each.mul(0).add(1));
  return weights.mul(each).div(weights.sum()).sum();
}

/** tp / (tp + fp + fn) of preds and target [N, …]. */
export class BinaryJaccardIndex extends OfBinaryConfusion {
  readonly zeroDivision: number;

  constructor(...args: Arguments<BinaryConfusion & Dividing, typeof binaryOrder>) {
    const defaults = { threshold: 0.5, ignoreIndex: null, validateArgs: true, zeroDivision: 0 };
    const o = parseArgs<BinaryConfusion & Dividing>(new.target.name, [], defaults, args);
    super(o);
    this.zeroDivision = o.zeroDivision;
  }

  protected figureOf(confmat: Tensor): Tensor {
    const [, fp, fn, tp] = confmat.float().reshape(4).unbind() as [Tensor, Tensor, Tensor, Tensor];
    return ratio(tp, tp.add(fp).add(fn), this.zeroDivision);
  }
}

/** tp / (tp + fp + fn) of classes, by default their mean; a class that is ignored, or that never comes, does not count in it. */
export class MulticlassJaccardIndex extends OfMulticlassConfusion {
  readonly average: Average;
  readonly zeroDivision: number;

  constructor(...args: Arguments<MulticlassConfusion & Averaging, typeof multiclassOrder>) {
    const name = new.target.name;
    const defaults = { average: 'macro', ignoreIndex: null, validateArgs: true, zeroDivision: 0 } as const;
    const o = parseArgs<MulticlassConfusion & Averaging>(name, ['numClasses'], defaults, args);
    super(o);
    this.average = oneOf(name, 'average', o.average, averages);
    this.zeroDivision = o.zeroDivision;
  }

  protected figureOf(confmat: Tensor): Tensor {
    const x = confmat.float();
    const { ignoreIndex, numClasses } = this;
    const isIgnored = ignoreIndex !== null && ignoreIndex >= 0 && ignoreIndex < numClasses;
    const [found, support] = [x.sum(0), x.sum(1)];
    const n = x.diagonal();
    const d = found.add(support).sub(n);
    const comes = found.add(support).ne(0);
    const others = (t: Tensor) => (isIgnored ? t.indexFill(0, classOf(ignoreIndex), 0) : t);
    const isCounted = isIgnored ? others(comes.to('int64')).ne(0) : comes;
    return mean(n, this.average === 'micro' ? others(d) : d, support, isCounted, this);
  }
}

const classOf = (index: number): Tensor => full([1], index, { dtype: 'int64' });

/** tp / (tp + fp + fn) of each label, by default their mean. */
export class MultilabelJaccardIndex extends OfMultilabelConfusion {
  readonly average: Average;
  readonly zeroDivision: number;

  constructor(...args: Arguments<MultilabelConfusion & Averaging, typeof multilabelOrder>) {
    const name = new.target.name;
    const defaults = {
      threshold: 0.5,
      average: 'macro',
      ignoreIndex: null,
      validateArgs: true,
      zeroDivision: 0,
    } as const;
    const o = parseArgs<MultilabelConfusion & Averaging>(name, ['numLabels'], defaults, args);
    super(o);
    this.average = oneOf(name, 'average', o.average, averages);
    this.zeroDivision = o.zeroDivision;
  }

  protected figureOf(confmat: Tensor): Tensor {
    const [, fp, fn, tp] = confmat.float().reshape(-1, 4).unbind(1) as [Tensor, Tensor, Tensor, Tensor];
    const { ignoreIndex, numLabels, average } = this;
    const isIgnored = ignoreIndex !== null && ignoreIndex >= 0 && ignoreIndex < numLabels;
    const d = tp.add(fp).add(fn);
    const others = (t: Tensor) => (isIgnored ? t.indexFill(0, classOf(ignoreIndex), 0) : t);
    const isCounted = isIgnored ? others(d.mul(0).add(1)) : null;
    return mean(tp, average === 'micro' ? others(d) : d, tp.add(fn), isCounted, this);
  }
}

const makers = {
  binary: { make: (o: BinaryConfusion & Dividing) => new BinaryJaccardIndex(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassConfusion & Averaging) => new MulticlassJaccardIndex(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelConfusion & Averaging) => new MultilabelJaccardIndex(o), order: multilabelOrder },
};

interface TaskArguments extends BinaryConfusion, Averaging {
  task: Task;
  numClasses?: number | null;
  numLabels?: number | null;
}
const taskOrder = [
  ...([
    'task',
    'threshold',
    'numClasses',
    'numLabels',
    'average',
    'ignoreIndex',
    'validateArgs',
    'zeroDivision',
  ] as const),
] as const;

/** BinaryJaccardIndex, MulticlassJaccardIndex or MultilabelJaccardIndex by `task`. */
export const JaccardIndex = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'JaccardIndex',
  taskOrder,
  makers,
);
/** `JaccardIndex` of one batch. */
export const jaccardIndex = functionByTask<TaskArguments, typeof taskOrder, Tensor>('jaccardIndex', taskOrder, makers);
/** `BinaryJaccardIndex` of one batch. */
export const binaryJaccardIndex = functional('binaryJaccardIndex', makers.binary.make, binaryOrder);
/** `MulticlassJaccardIndex` of one batch. */
export const multiclassJaccardIndex = functional('multiclassJaccardIndex', makers.multiclass.make, multiclassOrder);
/** `MultilabelJaccardIndex` of one batch. */
export const multilabelJaccardIndex = functional('multilabelJaccardIndex', makers.multilabel.make, multilabelOrder);
