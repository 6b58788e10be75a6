// The Jaccard index: intersection over union of the predicted and the true elements.

import { full, type Tensor } from '../../../torch';
import { metric, ofBatch } from '../gathering';
import type { Average } from './arguments';
import { binaryConfusion, multiclassConfusion, multilabelConfusion } from './confusion-matrix';
import { type Options, optionsWith } from './options';
import { ratio } from './scores';
import { byTask, ofBatchByTask } from './task';

export interface Dividing extends Options {
  /** The value of 0 / 0; default 0. */
  zeroDivision?: number;
}

const jaccardOf = metric<Dividing>(optionsWith({ zeroDivision: 0 }, {}));

interface Weighing {
  readonly average: Average;
  readonly zeroDivision: number;
}

/**
 * The average of the indices n / d. `support` holds the weights of 'weighted'; `isCounted` marks the classes that count
 * for 'macro'.
 */
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

const classOf = (index: number): Tensor => full([1], index, { dtype: 'int64' });

/** tp / (tp + fp + fn) of preds and target [N, …]. */
export class BinaryJaccardIndex extends jaccardOf({
  ...binaryConfusion,
  order: ['threshold', 'ignoreIndex', 'validateArgs', 'zeroDivision'],
  figure({ confmat }, { zeroDivision }) {
    const [, fp, fn, tp] = confmat.float().reshape(4).unbind() as [Tensor, Tensor, Tensor, Tensor];
    return ratio(tp, tp.add(fp).add(fn), zeroDivision);
  },
}) {}

/**
 * tp / (tp + fp + fn) of each class, by default their mean. Ignored classes, and classes that do not occur, do not
 * count in the mean.
 */
export class MulticlassJaccardIndex extends jaccardOf({
  ...multiclassConfusion,
  order: ['numClasses', 'average', 'ignoreIndex', 'validateArgs', 'zeroDivision'],
  figure({ confmat }, m) {
    const x = confmat.float();
    const { ignoreIndex, numClasses, average } = m;
    const isIgnored = ignoreIndex !== null && ignoreIndex >= 0 && ignoreIndex < numClasses;
    const [found, support] = [x.sum(0), x.sum(1)];
    const n = x.diagonal();
    const d = found.add(support).sub(n);
    const comes = found.add(support).ne(0);
    const others = (t: Tensor) => (isIgnored ? t.indexFill(0, classOf(ignoreIndex), 0) : t);
    const isCounted = isIgnored ? others(comes.to('int64')).ne(0) : comes;
    return mean(n, average === 'micro' ? others(d) : d, support, isCounted, m);
  },
}) {}

/** tp / (tp + fp + fn) of each label, by default their mean. */
export class MultilabelJaccardIndex extends jaccardOf({
  ...multilabelConfusion,
  order: ['numLabels', 'threshold', 'average', 'ignoreIndex', 'validateArgs', 'zeroDivision'],
  figure({ confmat }, m) {
    const [, fp, fn, tp] = confmat.float().reshape(-1, 4).unbind(1) as [Tensor, Tensor, Tensor, Tensor];
    const { ignoreIndex, numLabels, average } = m;
    const isIgnored = ignoreIndex !== null && ignoreIndex >= 0 && ignoreIndex < numLabels;
    const d = tp.add(fp).add(fn);
    const others = (t: Tensor) => (isIgnored ? t.indexFill(0, classOf(ignoreIndex), 0) : t);
    const isCounted = isIgnored ? others(d.mul(0).add(1)) : null;
    return mean(tp, average === 'micro' ? others(d) : d, tp.add(fn), isCounted, m);
  },
}) {}

/** BinaryJaccardIndex, MulticlassJaccardIndex or MultilabelJaccardIndex by `task`. */
export const JaccardIndex = byTask<Dividing>()(
  'JaccardIndex',
  ['task', 'threshold', 'numClasses', 'numLabels', 'average', 'ignoreIndex', 'validateArgs', 'zeroDivision'],
  { binary: BinaryJaccardIndex, multiclass: MulticlassJaccardIndex, multilabel: MultilabelJaccardIndex },
);
/** `JaccardIndex` of one batch. */
export const jaccardIndex = ofBatchByTask('jaccardIndex', JaccardIndex);
/** `BinaryJaccardIndex` of one batch. */
export const binaryJaccardIndex = ofBatch('binaryJaccardIndex', BinaryJaccardIndex);
/** `MulticlassJaccardIndex` of one batch. */
export const multiclassJaccardIndex = ofBatch('multiclassJaccardIndex', MulticlassJaccardIndex);
/** `MultilabelJaccardIndex` of one batch. */
export const multilabelJaccardIndex = ofBatch('multilabelJaccardIndex', MultilabelJaccardIndex);
