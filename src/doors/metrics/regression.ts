// Regression metrics: errors, shares of explained variance, correlations, divergences.

import { ArgumentError, full, ShapeError, searchsorted, type Tensor, zeros } from '../../torch';
import { kinds, showShape } from '../../torch/inside';
import { batchOrder, expectSameShape, expectTensors, oneOf } from './classification/arguments';
import { from } from './classification/options';
import { metric, ofBatch, type Parts, type State } from './gathering';

const count = (n: number): Tensor => full([], n, { dtype: 'float32' });

/** Checks that both are tensors of the same shape, and returns them as floats. */
function both(metric: string, preds: Tensor, target: Tensor): [Tensor, Tensor] {
  expectTensors(metric, preds, target);
  expectSameShape(metric, preds, target);
  return [preds.float(), target.float()];
}

/** How the values of several columns are combined: not at all, by their mean, or by their mean weighted by variance. */
export type Multioutput =
  | 'rawValues'
  | 'uniformAverage'
  | 'varianceWeighted'
  | 'raw_values'
  | 'uniform_average'
  | 'variance_weighted';

const camel: Readonly<Record<string, string>> = {
  raw_values: 'rawValues',
  uniform_average: 'uniformAverage',
  variance_weighted: 'varianceWeighted',
};
const multioutputs: readonly Multioutput[] = ['rawValues', 'uniformAverage', 'varianceWeighted'];

function multioutputOf(metric: string, option: string, given: Multioutput): Multioutput {
  return oneOf(metric, option, (camel[given] ?? given) as Multioutput, multioutputs);
}

/** How the values of samples are reduced. */
export type SampleReduction = 'mean' | 'sum' | 'none' | null;

/** The options of regression metrics. */
export interface NumberOptions {
  /** The number of columns of preds and target, each with its own value; default 1: all elements together. */
  numOutputs?: number;
  /** False for the root of the mean; default true. */
  squared?: boolean;
  /** The number of independent variables, for the adjusted score; default 0: not adjusted. */
  adjusted?: number;
  /** Default 'uniform_average'. */
  multioutput?: Multioutput;
  /** How the values of samples are reduced. */
  reduction?: SampleReduction;
  /** Whether p and q are logarithms; default false. */
  logProb?: boolean;
}

const regressed = metric<NumberOptions>({
  defaults: {
    numOutputs: 1,
    squared: true,
    adjusted: 0,
    multioutput: 'uniform_average',
    reduction: 'sum',
    logProb: false,
  },
  checks: {
    numOutputs: from(1),
    squared: kinds.flag,
    adjusted: from(0),
    multioutput: multioutputOf,
    reduction: reductionOf,
    logProb: kinds.flag,
  },
});

interface Columned {
  readonly constructor: { readonly name: string };
  readonly numOutputs?: number;
}

/** The shared definition of metrics that average an error over all elements. */
const meanError = (key: string, errorOf: (preds: Tensor, target: Tensor) => Tensor) => ({
  traits: { isDifferentiable: true, higherIsBetter: false, plotLowerBound: 0 },
  states: ({ numOutputs = 1 }: Columned) => ({ sum: { key, shape: numOutputs === 1 ? [] : [numOutputs] }, total: {} }),
  parts(m: Columned, preds: Tensor, target: Tensor) {
    const errors = errorOf(...both(m.constructor.name, preds, target));
    const rows = (m.numOutputs ?? 1) === 1 ? errors.reshape(-1) : errors;
    return { sum: rows.sum(0), total: count(rows.shape[0]!) };
  },
  figure: ({ sum, total }: Parts<'sum' | 'total'>): Tensor => sum.div(total),
});

const squaredError = meanError('sum_squared_error', (preds, target) => preds.sub(target).square());

/** Σ (p − t)² / n, or its root. Shape: []; [D] with `numOutputs` D for preds and target [N, D]. */
export class MeanSquaredError extends regressed({
  ...squaredError,
  order: ['squared', 'numOutputs'],
  figure: (parts, { squared }) => (squared ? squaredError.figure(parts) : squaredError.figure(parts).sqrt()),
}) {}

/** Σ |p − t| / n. Shape: []; [D] with `numOutputs` D for preds and target [N, D]. */
export class MeanAbsoluteError extends regressed({
  ...meanError('sum_abs_error', (preds, target) => preds.sub(target).abs()),
  order: ['numOutputs'],
}) {}

/** The lower bound of |t| in torchmetrics, which keeps the quotient finite. */
const LEAST_TARGET = 1.17e-6;

/** Σ |p − t| / max(|t|, 1.17e-6) / n. */
export class MeanAbsolutePercentageError extends regressed({
  ...meanError('sum_abs_per_error', (preds, target) => preds.sub(target).abs().div(target.abs().clamp(LEAST_TARGET))),
  order: [],
}) {}

function combined(scores: Tensor, variance: Tensor, multioutput: Multioutput): Tensor {
  if (multioutput === 'rawValues') return scores;
  if (multioutput === 'uniformAverage') return scores.mean();
  return variance.div(variance.sum()).mul(scores).sum();
}

const explained = { isDifferentiable: true, higherIsBetter: true, plotUpperBound: 1 };

/**
 * 1 − Σ (t − p)² / Σ (t − t̄)² of preds and target [N] or [N, D]; nearly constant targets are treated as in
 * torchmetrics.
 */
export class R2Score extends regressed({
  traits: explained,
  order: ['adjusted', 'multioutput'],
  states: {
    sumSquaredError: { key: 'sum_squared_error' },
    sumError: { key: 'sum_error' },
    residual: {},
    total: {},
  },
  parts(m, preds, target) {
    const { name } = m.constructor;
    const [p, t] = both(name, preds, target);
    if (p.shape.length > 2)
      throw new ShapeError(`${name}: expected preds [N] or [N, D], but got ${showShape(p.shape)}`);
    return {
      sumSquaredError: t.square().sum(0),
      sumError: t.sum(0),
      residual: t.sub(p).square().sum(0),
      total: count(t.shape[0] ?? 1),
    };
  },
  figure({ sumSquaredError, sumError, residual, total }, { adjusted, multioutput }) {
    const spread = sumSquaredError.sub(sumError.mul(sumError.div(total)));
    // The same as isclose to 0 with atol 1e-4.
    const isWrong = residual.abs().gt(1e-4);
    const isSpread = spread.abs().gt(1e-4);
    const ratio = residual.div(spread.where(isSpread, full([], 1, { dtype: 'float32' })));
    const score = ratio.mul(isSpread.float()).neg().add(isSpread.float()).where(isWrong, ratio.mul(0).add(1));
    const r2 = combined(score, spread, multioutput);
    if (adjusted === 0) return r2;
    const rest = total.sub(adjusted + 1);
    const own = r2.neg().add(1).mul(total.sub(1)).div(rest).neg().add(1);
    return own.where(rest.gt(0), r2);
  },
}) {
  override figure(preds: Tensor, target: Tensor): Tensor {
    const rows = preds?.shape?.[0] ?? 2;
    if (rows >= 2) return super.figure(preds, target);
    throw new ArgumentError(`${this.constructor.name}: expected at least two samples, but got ${rows}`);
  }
}

/** 1 − Var[t − p] / Var[t] of preds and target [N] or [N, D]. */
export class ExplainedVariance extends regressed({
  traits: explained,
  order: ['multioutput'],
  states: {
    sumError: { key: 'sum_error' },
    sumSquaredError: { key: 'sum_squared_error' },
    sumTarget: { key: 'sum_target' },
    sumSquaredTarget: { key: 'sum_squared_target' },
    numObs: { key: 'num_obs' },
  },
  parts(m, preds, target) {
    const [p, t] = both(m.constructor.name, preds, target);
    const error = t.sub(p);
    return {
      sumError: error.sum(0),
      sumSquaredError: error.square().sum(0),
      sumTarget: t.sum(0),
      sumSquaredTarget: t.square().sum(0),
      numObs: count(t.shape[0] ?? 1),
    };
  },
  figure(x, { multioutput }) {
    const variance = (sum: Tensor, squares: Tensor) => squares.div(x.numObs).sub(sum.div(x.numObs).square());
    const error = variance(x.sumError, x.sumSquaredError);
    const spread = variance(x.sumTarget, x.sumSquaredTarget);
    const isSpread = spread.ne(0);
    const ratio = error.div(spread.maskedFill(isSpread.logicalNot(), 1)).mul(isSpread.float());
    const score = isSpread.float().sub(ratio).where(error.ne(0), ratio.mul(0).add(1));
    return combined(score, spread, multioutput);
  },
}) {}

/** @throws ArgumentError for an unknown reduction */
export function reductionOf(metric: string, option: string, given: SampleReduction): SampleReduction {
  return oneOf<SampleReduction>(metric, option, given, ['mean', 'sum', 'none', null]);
}

interface Reducing {
  readonly reduction: SampleReduction;
}
const isListed = ({ reduction }: Reducing): boolean => reduction === null || reduction === 'none';

/** The shared definition of metrics with a value for each sample [N], reduced to their sum or mean, or kept. */
export const samples = <M extends Reducing, Args extends readonly Tensor[] = [preds: Tensor, target: Tensor]>(
  key: string,
  valuesOf: (m: M, ...batch: Args) => Tensor,
) => ({
  states: (m: Reducing) => ({ values: isListed(m) ? ({ key, as: 'list' } as const) : { key }, total: {} }),
  parts: (m: M, ...batch: Args) => summedUp(m, valuesOf(m, ...batch)),
  figure: ({ values, total }: Parts<'values' | 'total'>, { reduction }: Reducing): Tensor =>
    reduction === 'mean' ? values.div(total) : values,
});

/** The parts that the values of samples contribute. */
export const summedUp = (m: Reducing, values: Tensor): Parts<'values' | 'total'> => ({
  values: isListed(m) ? values : values.sum(),
  total: count(values.shape[0]!),
});

/** x · y / (‖x‖ ‖y‖) for rows of preds and target [N, D]; the sum over rows unless `reduction` says otherwise. */
export class CosineSimilarity extends regressed({
  ...samples('similarity', (m, preds, target) => {
    const { name } = m.constructor;
    const [p, t] = both(name, preds, target);
    if (p.shape.length !== 2) throw new ShapeError(`${name}: expected preds [N, D], but got ${showShape(p.shape)}`);
    const norm = (x: Tensor) => x.square().sum(-1).sqrt();
    return p
      .mul(t)
      .sum(-1)
      .div(norm(p).mul(norm(t)));
  }),
  traits: { isDifferentiable: true, higherIsBetter: true },
  order: ['reduction'],
}) {}

/**
 * Σ p log(p / q) for rows of p and q [N, D], which are normalised to sum to 1; the mean over rows unless `reduction`
 * says otherwise.
 */
export class KLDivergence extends regressed({
  ...samples<Reducing & { readonly logProb: boolean }, [p: Tensor, q: Tensor]>('measures', (m, p, q) => {
    const { name } = m.constructor;
    const [a, b] = both(name, p, q);
    if (a.shape.length !== 2) throw new ShapeError(`${name}: expected p and q [N, D], but got ${showShape(a.shape)}`);
    if (m.logProb) return a.exp().mul(a.sub(b)).sum(-1);
    const share = (x: Tensor) => x.div(x.sum(-1, { keepdim: true }));
    const [x, y] = [share(a), share(b)];
    const isZero = x.eq(0);
    return x.mul(x.div(y).maskedFill(isZero, 1).log()).sum(-1);
  }),
  traits: { isDifferentiable: true, higherIsBetter: false, plotLowerBound: 0 },
  order: ['logProb', 'reduction'],
  defaults: { reduction: 'mean' },
  batch: ['p', 'q'],
}) {}

function expectOutputs(metric: string, preds: Tensor, numOutputs: number): void {
  const { shape } = preds;
  const fits = shape.length === 1 ? numOutputs === 1 : shape.length === 2 && shape[1] === numOutputs && numOutputs > 1;
  if (fits || (shape.length === 2 && numOutputs === 1 && shape[1] === 1)) return;
  throw new ShapeError(
    `${metric}: expected preds [N${numOutputs > 1 ? `, ${numOutputs}` : ''}] for numOutputs ${numOutputs}, but got ${showShape(shape)}`,
  );
}

/** A variance below this fraction of the largest squared deviation counts as 0: √2⁻²³, as in torchmetrics. */
const LEAST_VARIANCE = Math.sqrt(2 ** -23);
/** The states of a correlation, with their keys in state dicts: means, sums of squares and products. */
const moments = {
  meanX: 'mean_x',
  meanY: 'mean_y',
  maxAbsDevX: 'max_abs_dev_x',
  maxAbsDevY: 'max_abs_dev_y',
  varX: 'var_x',
  varY: 'var_y',
  corrXy: 'corr_xy',
  nTotal: 'n_total',
} as const;
type Moment = keyof typeof moments;
type EachMoment<T> = Record<Moment, T>;
const eachMoment = <T>(of: (name: Moment) => T): EachMoment<T> =>
  Object.fromEntries(Object.keys(moments).map((name) => [name, of(name as Moment)])) as EachMoment<T>;

/**
 * Cov[x, y] / √(Var[x] Var[y]) of preds and target [N], or [N, D] with `numOutputs` D; NaN if one of them is constant.
 */
export class PearsonCorrCoef extends regressed({
  traits: { isDifferentiable: true, fullStateUpdate: true, plotLowerBound: -1, plotUpperBound: 1 },
  order: ['numOutputs'],
  functionOrder: [],
  states: ({ numOutputs }) => eachMoment((name) => ({ as: 'whole', shape: [numOutputs], key: moments[name] }) as State),
  // Chan, Golub & LeVeque 1983.
  parts(m, preds, target) {
    const { numOutputs } = m;
    const none = zeros(numOutputs);
    const before = eachMoment((name) => (Reflect.get(m, name) as Tensor | undefined) ?? none);
    const [p, t] = both(m.constructor.name, preds, target);
    expectOutputs(m.constructor.name, p, numOutputs);
    const [x, y] = [p, t].map((one) => one.reshape(-1, numOutputs)) as [Tensor, Tensor];
    const n = x.shape[0]!;
    const [mx, my] = [x.mean(0), y.mean(0)];
    const [dx, dy] = [mx.sub(before.meanX), my.sub(before.meanY)];
    const total = before.nTotal.add(n);
    const [meanX, meanY] = [before.meanX.add(dx.mul(n).div(total)), before.meanY.add(dy.mul(n).div(total))];
    const between = before.nTotal.mul(n).div(total);
    const [cx, cy] = [x.sub(mx), y.sub(my)];
    const farthest = (values: Tensor, mean: Tensor, known: Tensor) => known.maximum(values.sub(mean).abs().amax(0));
    return {
      meanX,
      meanY,
      maxAbsDevX: farthest(x, meanX, before.maxAbsDevX),
      maxAbsDevY: farthest(y, meanY, before.maxAbsDevY),
      varX: before.varX.add(cx.square().sum(0)).add(dx.square().mul(between)),
      varY: before.varY.add(cy.square().sum(0)).add(dy.square().mul(between)),
      corrXy: before.corrXy.add(cx.mul(cy).sum(0)).add(dx.mul(dy).mul(between)),
      nTotal: total,
    };
  },
  figure({ maxAbsDevX, maxAbsDevY, varX, varY, corrXy, nTotal }) {
    const rest = nTotal.sub(1);
    const x = varX.div(rest).div(maxAbsDevX.square());
    const y = varY.div(rest).div(maxAbsDevY.square());
    const xy = corrXy.div(rest).div(maxAbsDevX.mul(maxAbsDevY));
    const isSound = x.ge(LEAST_VARIANCE).logicalAnd(y.ge(LEAST_VARIANCE)).logicalAnd(xy.isfinite());
    const nan = full([], Number.NaN, { dtype: 'float32' });
    return xy.div(x.mul(y).sqrt()).clamp(-1, 1).where(isSound, nan).squeeze();
  },
}) {}

/** The rank of each element in its row [D, N], from 1; equal elements share their mean rank. */
function ranks(x: Tensor): Tensor {
  const sorted = x.sort(-1)[0];
  const below = searchsorted(sorted, x);
  const upTo = searchsorted(sorted, x, { right: true });
  return below.add(upTo).add(1).float().mul(0.5);
}

/**
 * The correlation of the ranks of preds and target [N], or [N, D] with `numOutputs` D. All elements are kept until
 * `reset`.
 */
export class SpearmanCorrCoef extends regressed({
  traits: { isDifferentiable: false, higherIsBetter: true, plotLowerBound: -1, plotUpperBound: 1 },
  order: ['numOutputs'],
  functionOrder: [],
  states: { preds: { as: 'list', keeps: (x) => x.clone() }, target: { as: 'list', keeps: (x) => x.clone() } },
  parts(m, preds, target) {
    const { name } = m.constructor;
    const [p, t] = both(name, preds, target);
    expectOutputs(name, p, m.numOutputs);
    return { preds: p, target: t };
  },
  figure({ preds, target }, { numOutputs }) {
    const centred = (x: Tensor) => {
      const r = ranks(x.reshape(-1, numOutputs).t().contiguous());
      return r.sub(r.mean(-1, { keepdim: true }));
    };
    const [p, t] = [centred(preds), centred(target)];
    const deviation = (x: Tensor) => x.square().mean(-1).sqrt();
    // 1e-6, as in torchmetrics, keeps the quotient finite if nothing varies.
    return p
      .mul(t)
      .mean(-1)
      .div(deviation(p).mul(deviation(t)).add(1e-6))
      .clamp(-1, 1)
      .squeeze();
  },
}) {}

/** The number of columns of preds, which the functions of correlation use as `numOutputs`. */
const outputsOf = (preds: Tensor) => ({ numOutputs: preds?.shape?.length === 2 ? preds.shape[1]! : 1 });

/** `MeanSquaredError` of one batch. */
export const meanSquaredError = ofBatch('meanSquaredError', MeanSquaredError);
/** `MeanAbsoluteError` of one batch. */
export const meanAbsoluteError = ofBatch('meanAbsoluteError', MeanAbsoluteError);
/** `MeanAbsolutePercentageError` of one batch. */
export const meanAbsolutePercentageError = ofBatch('meanAbsolutePercentageError', MeanAbsolutePercentageError);
/** `R2Score` of one batch. */
export const r2Score = ofBatch('r2Score', R2Score);
/** `ExplainedVariance` of one batch. */
export const explainedVariance = ofBatch('explainedVariance', ExplainedVariance);
/** `CosineSimilarity` of one batch. */
export const cosineSimilarity = ofBatch('cosineSimilarity', CosineSimilarity);
/** `KLDivergence` of one batch of p and q. */
export const klDivergence = ofBatch('klDivergence', KLDivergence, ['p', 'q']);
/** `PearsonCorrCoef` of one batch. */
export const pearsonCorrcoef = ofBatch('pearsonCorrcoef', PearsonCorrCoef, batchOrder, outputsOf);
/** `SpearmanCorrCoef` of one batch. */
export const spearmanCorrcoef = ofBatch('spearmanCorrcoef', SpearmanCorrCoef, batchOrder, outputsOf);
