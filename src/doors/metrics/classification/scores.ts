// Scores computed from counts: accuracy, precision, recall and others, in total or averaged over classes.
import { stack, type Tensor } from '../../../torch';
import type { Average, MultidimAverage } from './arguments';
import type { Counts } from './counting';

export interface Scoring {
  readonly average: Average | 'binary';
  readonly multidimAverage: MultidimAverage;
  /** Whether labels are independent of one another, each with its own true negatives. */
  readonly multilabel: boolean;
  readonly topK: number;
  /** The value of 0 / 0: 0 or 1. */
  readonly zeroDivision: number;
  /** For F scores: how much more recall counts than precision; default 1. */
  readonly beta?: number;
}

export type Score = (counts: Counts, o: Scoring) => Tensor;

/** a / b as floats; `zeroDivision` where b is 0. */
export function ratio(a: Tensor, b: Tensor, zeroDivision = 0): Tensor {
  const over = b.float();
  const isZero = over.eq(0);
  return a.float().div(over.maskedFill(isZero, 1)).maskedFill(isZero, zeroDivision);
}

/**
 * Σ over the last dimension, taken from the end of a cumulative sum. So an input computed by many operations gets a
 * kernel of its own, instead of being fused into the sum.
 */
export const summed = (x: Tensor): Tensor => (x.shape.at(-1) === 0 ? x.sum(-1) : x.cumsum(-1).select(-1, -1));

/** Averages the scores of classes: weighted by support, or over the classes that occur in preds or target. */
export function averaged(score: Tensor, [tp, fp, , fn]: Counts, { average, multilabel, topK }: Scoring): Tensor {
  if (average === null || average === 'none') return score;
  const isAbsent = topK === 1 ? tp.add(fp).add(fn).eq(0) : tp.add(fn).eq(0);
  const weights =
    average === 'weighted'
      ? tp.add(fn).float()
      : multilabel
        ? score.detach().mul(0).add(1)
        : isAbsent.logicalNot().float();
  return ratio(weights.mul(score), weights.sum(-1, { keepdim: true })).sum(-1);
}

const overAll = (x: Tensor, { multidimAverage }: Scoring): Tensor => x.sum(multidimAverage === 'global' ? 0 : 1);

/** A ratio of counts: for each class, from sums over all classes, or for a binary task. */
function shareOf(counts: Counts, o: Scoring, parts: (counts: Counts) => readonly [Tensor, Tensor]): Tensor {
  const [tp, fp, tn, fn] = counts;
  const isOne = o.average === 'micro';
  const [a, b] = parts(isOne ? [overAll(tp, o), overAll(fp, o), overAll(tn, o), overAll(fn, o)] : counts);
  const score = ratio(a, b, o.zeroDivision);
  return isOne || o.average === 'binary' ? score : averaged(score, counts, o);
}

const right = ([tp, fp, tn, fn]: Counts, { average, multilabel }: Scoring): readonly [Tensor, Tensor] =>
  multilabel || average === 'binary' ? [tp.add(tn), tp.add(tn).add(fp).add(fn)] : [tp, tp.add(fn)];

const plain = (o: Scoring): Scoring => ({ ...o, zeroDivision: 0 });

export const accuracy: Score = (counts, o) => shareOf(counts, plain(o), (c) => right(c, o));

export const precision: Score = (counts, o) => shareOf(counts, o, ([tp, fp]) => [tp, tp.add(fp)]);

export const recall: Score = (counts, o) => shareOf(counts, o, ([tp, , , fn]) => [tp, tp.add(fn)]);

export const specificity: Score = (counts, o) =>
  shareOf(counts, { ...plain(o), topK: 1 }, ([, fp, tn]) => [tn, tn.add(fp)]);

export const fBeta: Score = (counts, o) => {
  const square = (o.beta ?? 1) ** 2;
  return shareOf(counts, { ...o, topK: 1 }, ([tp, fp, , fn]) => {
    const weighted = tp.float().mul(1 + square);
    return [weighted, weighted.add(fn.float().mul(square)).add(fp)];
  });
};

export const hammingDistance: Score = (counts, o) => {
  const one = (c: Counts) => {
    const [a, b] = right(c, o);
    return ratio(a, b).neg().add(1);
  };
  if (o.average === 'binary') return one(counts);
  if (o.average === 'micro') return one(counts.map((x) => overAll(x, o)) as [Tensor, Tensor, Tensor, Tensor]);
  return averaged(one(counts), counts, { ...o, topK: 1 });
};

/** tp, fp, tn, fn and support (tp + fn), stacked in the last dimension. */
export const statScores: Score = ([tp, fp, tn, fn], o) => {
  const dim = o.multidimAverage === 'global' ? 0 : 1;
  const support = tp.add(fn);
  if (o.average === 'binary') {
    const columns = [tp, fp, tn, fn, support].map((x) => x.squeeze());
    // For a single sample, too, the five counts are the last dimension.
    return stack(columns, -1);
  }
  const all = stack([tp, fp, tn, fn, support], -1);
  if (o.average === 'micro') return all.shape.length > 1 ? all.sum(dim) : all;
  if (o.average === 'macro') return all.float().mean(dim);
  if (o.average !== 'weighted') return all;
  const weights = support.float();
  const total = dim === 0 ? weights.sum() : weights.sum(-1, { keepdim: true });
  return all.float().mul(weights.div(total).unsqueeze(-1)).sum(dim);
};
