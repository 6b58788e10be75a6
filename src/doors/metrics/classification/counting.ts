// Counts the elements of a batch: true and false positives and negatives of classes and labels, and confusion matrices.
import { arange, full, stack, Tensor } from '../../../torch';
import { scatterAddIntoZeros } from '../../../torch/inside';
import { type Average, isFloating, joinedFrom, labelsOf, type MultidimAverage, probabilities } from './arguments';

/** True positives, false positives, true negatives, false negatives: in total, or for each class, label or sample. */
export type Counts = readonly [tp: Tensor, fp: Tensor, tn: Tensor, fn: Tensor];

export interface Checking {
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;
}

export interface BinaryCounting extends Checking {
  readonly threshold: number;
  readonly multidimAverage: MultidimAverage;
}

export interface ClassCounting extends Checking {
  /** Null only if counts are summed over the classes. */
  readonly numClasses: number | null;
  readonly topK: number;
  readonly average: Average;
  readonly multidimAverage: MultidimAverage;
}

/** Scores become 0 or 1; labels stay unchanged. */
export function decided(metric: string, preds: Tensor, threshold: number, isChecked: boolean): Tensor {
  if (isFloating(preds)) return probabilities(preds.detach(), 'sigmoid').gt(threshold).to('int64');
  return labelsOf(metric, preds, isChecked ? 2 : null, null);
}

/** Counts of binary predictions, summed over the given dimensions; a target of −1 does not count. */
function counted(preds: Tensor, target: Tensor, dims: readonly number[]): Counts {
  const isRight = preds.eq(target);
  const [isOne, isZero] = [target.eq(1), target.eq(0)];
  const count = (x: Tensor) => x.sum([...dims]);
  return [
    count(isRight.logicalAnd(isOne)),
    count(isRight.logicalNot().logicalAnd(isZero)),
    count(isRight.logicalAnd(isZero)),
    count(isRight.logicalNot().logicalAnd(isOne)),
  ];
}

/** Counts of preds and target [N, …]: shape [], or [N] for 'samplewise'. */
export function countBinary(metric: string, preds: Tensor, target: Tensor, o: BinaryCounting): Counts {
  const rows = preds.shape[0] ?? 1;
  const flat = (x: Tensor) => x.reshape(rows, -1);
  const found = decided(metric, preds, o.threshold, o.validateArgs);
  const truth = labelsOf(metric, target, o.validateArgs ? 2 : null, o.ignoreIndex);
  return counted(flat(found), flat(truth), o.multidimAverage === 'global' ? [0, 1] : [1]);
}

/** Counts of preds and target [N, L, …]: shape [L], or [N, L] for 'samplewise'. */
export function countLabels(metric: string, preds: Tensor, target: Tensor, o: BinaryCounting): Counts {
  const flat = (x: Tensor) => joinedFrom(x, 2);
  const found = decided(metric, preds, o.threshold, o.validateArgs);
  const truth = labelsOf(metric, target, o.validateArgs ? 2 : null, o.ignoreIndex);
  return counted(flat(found), flat(truth), o.multidimAverage === 'global' ? [0, -1] : [-1]);
}

/** The class of the highest score; labels stay labels. */
export const classesOf = (metric: string, preds: Tensor, target: Tensor, limit: number | null): Tensor =>
  preds.shape.length === target.shape.length + 1 ? preds.detach().argmax(1) : labelsOf(metric, preds, limit, null);

/**
 * Counts of preds [N, C, …] or [N, …] and target [N, …]: shape [C], or [] for `average` 'micro'; [N, C] for
 * 'samplewise'. Elements whose target is the ignored class do not count.
 */
export function countClasses(metric: string, preds: Tensor, target: Tensor, o: ClassCounting): Counts {
  const { ignoreIndex } = o;
  const numClasses = o.numClasses ?? 1;
  const limit = o.validateArgs ? o.numClasses : null;
  const truth = labelsOf(metric, target, limit, ignoreIndex);
  if (o.multidimAverage === 'samplewise' || o.topK !== 1) return countOneHot(metric, preds, target, truth, o);
  const found = classesOf(metric, preds, target, limit).flatten();
  const flat = truth.flatten();
  const isCounted = ignoreIndex === null ? null : flat.ge(0);
  const among = (x: Tensor) => (isCounted ? x.logicalAnd(isCounted) : x);
  const total = isCounted ? isCounted.sum() : full([], flat.numel(), { dtype: 'int64' });
  if (o.average === 'micro') {
    const tp = among(found.eq(flat)).sum();
    const wrong = total.sub(tp);
    return [tp, wrong, total.mul(numClasses).sub(wrong.mul(2)).sub(tp), wrong];
  }
  const classes = arange(numClasses).unsqueeze(1);
  const [isFound, isTrue] = [among(found.unsqueeze(0).eq(classes)), flat.unsqueeze(0).eq(classes)];
  const tp = isFound.logicalAnd(isTrue).sum(1);
  const [fp, fn] = [isFound.sum(1).sub(tp), isTrue.sum(1).sub(tp)];
  return [tp, fp, total.sub(tp).sub(fp).sub(fn), fn];
}

/** Counts by one-hot codes [N, S, C], for 'samplewise' or topK > 1. */
function countOneHot(metric: string, preds: Tensor, target: Tensor, truth: Tensor, o: ClassCounting): Counts {
  const rows = target.shape[0] ?? 1;
  const flat = truth.reshape(rows, -1);
  const limit = o.validateArgs ? o.numClasses : null;
  const found = (o.topK > 1 ? nearest(preds, target, truth, o.topK) : classesOf(metric, preds, target, limit)).reshape(
    rows,
    -1,
  );
  const classes = arange(o.numClasses ?? 1);
  const isFound = found.unsqueeze(-1).eq(classes);
  const isTrue = flat.unsqueeze(-1).eq(classes);
  const isCounted = o.ignoreIndex === null ? null : flat.ge(0).unsqueeze(-1);
  const dims = o.multidimAverage === 'global' ? [0, 1] : [1];
  const count = (x: Tensor) => (isCounted ? x.logicalAnd(isCounted) : x).sum(dims);
  return [
    count(isFound.logicalAnd(isTrue)),
    count(isFound.logicalAnd(isTrue.logicalNot())),
    count(isFound.logicalNot().logicalAnd(isTrue.logicalNot())),
    count(isFound.logicalNot().logicalAnd(isTrue)),
  ];
}

/** The true class if it is among the k highest scores, else the class of the highest score. */
function nearest(preds: Tensor, target: Tensor, truth: Tensor, k: number): Tensor {
  const scores = preds.shape.length === target.shape.length ? preds.unsqueeze(1) : preds;
  const guesses = scores.detach().topk(k, 1)[1];
  const isAmong = guesses.eq(truth.unsqueeze(1)).any(1);
  return truth.where(isAmong, guesses.select(1, 0));
}

/** How often each key from 0 to `bins` − 1 occurs; keys below 0 do not count. */
function tally(keys: Tensor, bins: number): Tensor {
  const places = keys.where(keys.ge(0), full([], bins, { dtype: 'int64' }));
  const ones = full([keys.numel()], 1, { dtype: 'int64' });
  const counts = Tensor.of(scatterAddIntoZeros([bins + 1], 0, places.value, ones.value));
  return counts.narrow(0, 0, bins);
}

/** How often each true class (row) was predicted as each class (column); int64 [C, C]. */
export function confusionOfClasses(
  metric: string,
  preds: Tensor,
  target: Tensor,
  { numClasses, ignoreIndex, validateArgs }: Checking & { readonly numClasses: number },
): Tensor {
  const limit = validateArgs ? numClasses : null;
  const truth = labelsOf(metric, target, limit, ignoreIndex).flatten();
  const found = classesOf(metric, preds, target, limit).flatten();
  const keys = truth.mul(numClasses).add(found);
  const counted = ignoreIndex === null ? keys : keys.maskedFill(truth.lt(0), -1);
  return tally(counted, numClasses * numClasses).reshape(numClasses, numClasses);
}

type Deciding = Checking & { readonly threshold: number };

/** [[tn, fp], [fn, tp]] of preds and target [N, …]; int64 [2, 2]. */
export function confusionOfBinary(metric: string, preds: Tensor, target: Tensor, o: Deciding): Tensor {
  const [tp, fp, tn, fn] = countBinary(metric, preds.reshape(1, -1), target.reshape(1, -1), {
    ...o,
    multidimAverage: 'global',
  });
  return stack([tn, fp, fn, tp]).reshape(2, 2);
}

/** [[tn, fp], [fn, tp]] of each label of preds and target [N, L, …]; int64 [L, 2, 2]. */
export function confusionOfLabels(metric: string, preds: Tensor, target: Tensor, o: Deciding): Tensor {
  const [tp, fp, tn, fn] = countLabels(metric, preds, target, { ...o, multidimAverage: 'global' });
  return stack([tn, fp, fn, tp], 1).reshape(-1, 2, 2);
}
