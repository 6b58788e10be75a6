// Two measures of agreement beyond chance: Cohen's kappa, and Matthews' correlation coefficient.

import { arange, full, type Tensor } from '../../../torch';
import { metric, ofBatch, type Parts } from '../gathering';
import { binaryConfusion, multiclassConfusion, multilabelConfusion } from './confusion-matrix';
import { among, classified, type Options, optionsWith } from './options';
import { byTask, ofBatchByTask } from './task';

/** The weight of a confusion: 'linear', the distance of the two classes; 'quadratic', its square; 'none' or null, 1. */
export type KappaWeights = 'linear' | 'quadratic' | 'none' | null;

export interface KappaOptions extends Options {
  /** Default null. */
  weights?: KappaWeights;
}

const kappaOf = metric<KappaOptions>(
  optionsWith({ weights: null }, { weights: among<KappaWeights>('linear', 'quadratic', 'none', null) }),
);

/** 1 − Σ w o / Σ w e, with the observed counts o and the counts e expected by chance (Cohen 1960). */
function kappa({ confmat }: Parts<'confmat'>, { weights }: { readonly weights: KappaWeights }): Tensor {
  const x = confmat.float();
  const columns = x.sum(0, { keepdim: true });
  const expected = x.sum(1, { keepdim: true }).mul(columns).div(columns.sum());
  const places = arange(x.shape[0]!).float();
  const apart = places.unsqueeze(0).sub(places.unsqueeze(1)).abs();
  const w = weights === 'linear' ? apart : weights === 'quadratic' ? apart.square() : apart.ne(0).float();
  return w.mul(x).sum().div(w.mul(expected).sum()).neg().add(1);
}

/** Cohen's kappa, 1 − (disagreement) / (disagreement by chance), of preds and target [N, …]. */
export class BinaryCohenKappa extends kappaOf({
  ...binaryConfusion,
  order: ['threshold', 'ignoreIndex', 'weights', 'validateArgs'],
  functionOrder: ['threshold', 'weights', 'ignoreIndex', 'validateArgs'],
  figure: kappa,
}) {}

/**
 * Cohen's kappa, 1 − (disagreement) / (disagreement by chance), of scores [N, C, …] or labels [N, …] and target [N, …].
 */
export class MulticlassCohenKappa extends kappaOf({
  ...multiclassConfusion,
  order: ['numClasses', 'ignoreIndex', 'weights', 'validateArgs'],
  functionOrder: ['numClasses', 'weights', 'ignoreIndex', 'validateArgs'],
  figure: kappa,
}) {}

/** 2⁻²³, which torchmetrics adds to keep denominators from 0. */
const EPS = 2 ** -23;

/**
 * The correlation of true and predicted classes (Matthews 1975; Gorodkin 2004 for more than two). For labels, of the
 * sum of their matrices.
 */
function matthews({ confmat }: Parts<'confmat'>): Tensor {
  const x = (confmat.shape.length === 3 ? confmat.sum(0) : confmat).float();
  const [truth, found] = [x.sum(-1), x.sum(-2)];
  const all = x.sum();
  const covariance = x.diagonal().sum().mul(all).sub(truth.mul(found).sum());
  const spread = (t: Tensor) => all.square().sub(t.square().sum());
  const product = spread(found).mul(spread(truth));
  const isFlat = product.eq(0);
  const plain = covariance.div(product.maskedFill(isFlat, 1).sqrt());
  if (x.numel() !== 4) return plain.maskedFill(isFlat, 0);
  const [tn, fp, fn, tp] = x.reshape(4).unbind() as [Tensor, Tensor, Tensor, Tensor];
  const small = Math.sqrt(EPS);
  const none = (...list: Tensor[]) => list.reduce((sum, one) => sum.add(one)).eq(0);
  // The limits of the quotient if a row or a column is empty; the first case that applies counts.
  const cases: readonly (readonly [Tensor, Tensor])[] = [
    [none(fn, tn), tp.sub(fp).mul(small)],
    [none(fp, tn), tp.sub(fn).mul(small)],
    [none(tp, fn), tn.sub(fp).mul(small)],
    [none(tp, fp), tn.sub(fn).mul(small)],
    [none(tp), tn.sub(fp.mul(fn))],
    [none(tn), tp.sub(fp.mul(fn))],
  ];
  const limit = cases.reduceRight((rest, [holds, value]) => value.where(holds, rest), tp.mul(tn));
  const over = [tp.add(fp), tp.add(fn), tn.add(fp), tn.add(fn)].map((t) => t.add(EPS)).reduce((a, b) => a.mul(b));
  const value = limit.div(over.sqrt()).where(isFlat, plain);
  const [right, wrong] = [tp.add(tn), fp.add(fn)];
  const isRight = right.ne(0).logicalAnd(wrong.eq(0));
  const isWrong = right.eq(0).logicalAnd(wrong.ne(0));
  const number = (n: number) => full([], n, { dtype: 'float32' });
  return number(1).where(isRight, number(-1).where(isWrong, value));
}

/**
 * Matthews' correlation coefficient, (tp tn − fp fn) / √((tp + fp) (tp + fn) (tn + fp) (tn + fn)), of preds and target
 * [N, …].
 */
export class BinaryMatthewsCorrCoef extends classified({
  ...binaryConfusion,
  order: ['threshold', 'ignoreIndex', 'validateArgs'],
  figure: matthews,
}) {}

/** Matthews' correlation coefficient of scores [N, C, …] or labels [N, …] and target [N, …]. */
export class MulticlassMatthewsCorrCoef extends classified({
  ...multiclassConfusion,
  order: ['numClasses', 'ignoreIndex', 'validateArgs'],
  figure: matthews,
}) {}

/** Matthews' correlation coefficient of all labels of preds and target [N, L, …] together. */
export class MultilabelMatthewsCorrCoef extends classified({
  ...multilabelConfusion,
  order: ['numLabels', 'threshold', 'ignoreIndex', 'validateArgs'],
  figure: matthews,
}) {}

/** BinaryCohenKappa or MulticlassCohenKappa by `task`. */
export const CohenKappa = byTask<KappaOptions>()(
  'CohenKappa',
  ['task', 'threshold', 'numClasses', 'weights', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryCohenKappa, multiclass: MulticlassCohenKappa },
);
/** `CohenKappa` of one batch. */
export const cohenKappa = ofBatchByTask('cohenKappa', CohenKappa);
/** `BinaryCohenKappa` of one batch. */
export const binaryCohenKappa = ofBatch('binaryCohenKappa', BinaryCohenKappa);
/** `MulticlassCohenKappa` of one batch. */
export const multiclassCohenKappa = ofBatch('multiclassCohenKappa', MulticlassCohenKappa);

/** BinaryMatthewsCorrCoef, MulticlassMatthewsCorrCoef or MultilabelMatthewsCorrCoef by `task`. */
export const MatthewsCorrCoef = byTask<Options>()(
  'MatthewsCorrCoef',
  ['task', 'threshold', 'numClasses', 'numLabels', 'ignoreIndex', 'validateArgs'],
  { binary: BinaryMatthewsCorrCoef, multiclass: MulticlassMatthewsCorrCoef, multilabel: MultilabelMatthewsCorrCoef },
);
/** `MatthewsCorrCoef` of one batch. */
export const matthewsCorrCoef = ofBatchByTask('matthewsCorrCoef', MatthewsCorrCoef);
/** `BinaryMatthewsCorrCoef` of one batch. */
export const binaryMatthewsCorrCoef = ofBatch('binaryMatthewsCorrCoef', BinaryMatthewsCorrCoef);
/** `MulticlassMatthewsCorrCoef` of one batch. */
export const multiclassMatthewsCorrCoef = ofBatch('multiclassMatthewsCorrCoef', MulticlassMatthewsCorrCoef);
/** `MultilabelMatthewsCorrCoef` of one batch. */
export const multilabelMatthewsCorrCoef = ofBatch('multilabelMatthewsCorrCoef', MultilabelMatthewsCorrCoef);
