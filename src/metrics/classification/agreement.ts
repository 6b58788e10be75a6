// Owns two figures of agreement beyond chance: Cohen's kappa and the correlation of Matthews.

import { type Arguments, parseArgs } from '../../core/options';
import { arange, full } from '../../tensor/creation';
import type { Tensor } from '../../tensor/tensor';
import { oneOf, type Task } from './arguments';
import {
  type BinaryConfusion,
  checkedDefaults,
  type MulticlassConfusion,
  type MultilabelConfusion,
  OfBinaryConfusion,
  OfMulticlassConfusion,
  OfMultilabelConfusion,
} from './confusion-matrix';
import { classByTask, functional, functionByTask } from './task';

/** How much a mistake weighs: as far as the classes are apart, the square of that, or all alike. */
export type KappaWeights = 'linear' | 'quadratic' | 'none' | null;

interface Weighted {
  /** Default null. */
  weights?: KappaWeights;
}

const known: readonly KappaWeights[] = ['linear', 'quadratic', 'none', null];

/** 1 − Σ w o / Σ w e of the counts o and those e that chance alone would give (Cohen 1960). */
function kappa(confmat: Tensor, weights: KappaWeights): Tensor {
  const x = confmat.float();
  const columns = x.sum(0, { keepdim: true });
  const expected = x.sum(1, { keepdim: true }).mul(columns).div(columns.sum());
  const places = arange(x.shape[0]!).float();
  const apart = places.unsqueeze(0).sub(places.unsqueeze(1)).abs();
  const w = weights === 'linear' ? apart : weights === 'quadratic' ? apart.square() : apart.ne(0).float();
  return w.mul(x).sum().div(w.mul(expected).sum()).neg().add(1);
}

const kappaBinaryOrder = ['threshold', 'ignoreIndex', 'weights', 'validateArgs'] as const;
const kappaMulticlassOrder = ['numClasses', 'ignoreIndex', 'weights', 'validateArgs'] as const;

/** Cohen's kappa, 1 − (disagreement) / (disagreement by chance), of preds and target [N, …]. */
export class BinaryCohenKappa extends OfBinaryConfusion {
  readonly weights: KappaWeights;

  constructor(...args: Arguments<BinaryConfusion & Weighted, typeof kappaBinaryOrder>) {
    const name = new.target.name;
    const defaults = { threshold: 0.5, ignoreIndex: null, weights: null, validateArgs: true };
    const o = parseArgs<BinaryConfusion & Weighted>(name, [], defaults, args);
    super(o);
    this.weights = oneOf(name, 'weights', o.weights, known);
  }

  protected figureOf(confmat: Tensor): Tensor {
    return kappa(confmat, this.weights);
  }
}

/** Cohen's kappa, 1 − (disagreement) / (disagreement by chance), of scores [N, C, …] or labels [N, …] and target [N, …]. */
export class MulticlassCohenKappa extends OfMulticlassConfusion {
  readonly weights: KappaWeights;

  constructor(...args: Arguments<MulticlassConfusion & Weighted, typeof kappaMulticlassOrder>) {
    const name = new.target.name;
    const defaults = { ignoreIndex: null, weights: null, validateArgs: true };
    const o = parseArgs<MulticlassConfusion & Weighted>(name, ['numClasses'], defaults, args);
    super(o);
    this.weights = oneOf(name, 'weights', o.weights, known);
  }

  protected figureOf(confmat: Tensor): Tensor {
    return kappa(confmat, this.weights);
  }
}

/** 2⁻²³, by which torchmetrics keeps denominators from 0. */
const EPS = 2 ** -23;

/** The correlation of true and predicted classes (Matthews 1975; Gorodkin 2004 for several); of matrices of labels, of their sum. */
function matthews(confmat: Tensor): Tensor {
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
  // The limits of the quotient where a row or a column is empty, the first case that holds.
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

const binaryOrder = ['threshold', 'ignoreIndex', 'validateArgs'] as const;
const multiclassOrder = ['numClasses', 'ignoreIndex', 'validateArgs'] as const;
const multilabelOrder = ['numLabels', 'threshold', 'ignoreIndex', 'validateArgs'] as const;

/** Matthews' correlation coefficient, (tp tn − fp fn) / √((tp + fp) (tp + fn) (tn + fp) (tn + fn)), of preds and target [N, …]. */
export class BinaryMatthewsCorrCoef extends OfBinaryConfusion {
  constructor(...args: Arguments<BinaryConfusion, typeof binaryOrder>) {
    super(parseArgs<BinaryConfusion>(new.target.name, [], { threshold: 0.5, ...checkedDefaults }, args));
  }

  protected figureOf(confmat: Tensor): Tensor {
    return matthews(confmat);
  }
}

/** Matthews' correlation coefficient of scores [N, C, …] or labels [N, …] and target [N, …]. */
export class MulticlassMatthewsCorrCoef extends OfMulticlassConfusion {
  constructor(...args: Arguments<MulticlassConfusion, typeof multiclassOrder>) {
    super(parseArgs<MulticlassConfusion>(new.target.name, ['numClasses'], checkedDefaults, args));
  }

  protected figureOf(confmat: Tensor): Tensor {
    return matthews(confmat);
  }
}

/** Matthews' correlation coefficient of all labels of preds and target [N, L, …] together. */
export class MultilabelMatthewsCorrCoef extends OfMultilabelConfusion {
  constructor(...args: Arguments<MultilabelConfusion, typeof multilabelOrder>) {
    super(parseArgs<MultilabelConfusion>(new.target.name, ['numLabels'], { threshold: 0.5, ...checkedDefaults }, args));
  }

  protected figureOf(confmat: Tensor): Tensor {
    return matthews(confmat);
  }
}

const kappaMakers = {
  binary: { make: (o: BinaryConfusion & Weighted) => new BinaryCohenKappa(o), order: kappaBinaryOrder },
  multiclass: { make: (o: MulticlassConfusion & Weighted) => new MulticlassCohenKappa(o), order: kappaMulticlassOrder },
};
const makers = {
  binary: { make: (o: BinaryConfusion) => new BinaryMatthewsCorrCoef(o), order: binaryOrder },
  multiclass: { make: (o: MulticlassConfusion) => new MulticlassMatthewsCorrCoef(o), order: multiclassOrder },
  multilabel: { make: (o: MultilabelConfusion) => new MultilabelMatthewsCorrCoef(o), order: multilabelOrder },
};

interface TaskArguments extends BinaryConfusion {
  task: Task;
  numClasses?: number | null;
  numLabels?: number | null;
}
const kappaTaskOrder = ['task', 'threshold', 'numClasses', 'weights', 'ignoreIndex', 'validateArgs'] as const;
const taskOrder = ['task', 'threshold', 'numClasses', 'numLabels', 'ignoreIndex', 'validateArgs'] as const;

/** BinaryCohenKappa or MulticlassCohenKappa by `task`. */
export const CohenKappa = classByTask<TaskArguments & Weighted, typeof kappaTaskOrder, typeof kappaMakers>(
  'CohenKappa',
  kappaTaskOrder,
  kappaMakers,
);
/** `CohenKappa` of one batch. */
export const cohenKappa = functionByTask<TaskArguments & Weighted, typeof kappaTaskOrder, Tensor>(
  'cohenKappa',
  kappaTaskOrder,
  kappaMakers,
);
const kappaFunctionOrder = ['threshold', 'weights', 'ignoreIndex', 'validateArgs'] as const;
/** `BinaryCohenKappa` of one batch. */
export const binaryCohenKappa = functional('binaryCohenKappa', kappaMakers.binary.make, kappaFunctionOrder);
const kappaClassesOrder = ['numClasses', 'weights', 'ignoreIndex', 'validateArgs'] as const;
/** `MulticlassCohenKappa` of one batch. */
export const multiclassCohenKappa = functional('multiclassCohenKappa', kappaMakers.multiclass.make, kappaClassesOrder);

/** BinaryMatthewsCorrCoef, MulticlassMatthewsCorrCoef or MultilabelMatthewsCorrCoef by `task`. */
export const MatthewsCorrCoef = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'MatthewsCorrCoef',
  taskOrder,
  makers,
);
/** `MatthewsCorrCoef` of one batch. */
export const matthewsCorrCoef = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'matthewsCorrCoef',
  taskOrder,
  makers,
);
/** `BinaryMatthewsCorrCoef` of one batch. */
export const binaryMatthewsCorrCoef = functional('binaryMatthewsCorrCoef', makers.binary.make, binaryOrder);
/** `MulticlassMatthewsCorrCoef` of one batch. */
export const multiclassMatthewsCorrCoef = functional(
  'multiclassMatthewsCorrCoef',
  makers.multiclass.make,
  multiclassOrder,
);
/** `MultilabelMatthewsCorrCoef` of one batch. */
export const multilabelMatthewsCorrCoef = functional(
  'multilabelMatthewsCorrCoef',
  makers.multilabel.make,
  multilabelOrder,
);
