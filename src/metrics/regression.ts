// Owns metrics of numbers that are predicted: errors, shares of the variance that they explain, correlations, divergences.

import { ArgumentError, ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { full, zeros } from '../tensor/creation';
import { searchsorted } from '../tensor/search';
import type { Tensor } from '../tensor/tensor';
import {
  type BatchArguments,
  batchOf,
  expectSameShape,
  expectTensors,
  flag,
  oneOf,
  wholeFrom,
} from './classification/arguments';
import { functional, functionalOf } from './classification/task';
import { Metric } from './metric';
import { concatenated } from './state';
import { type Parts, Summed } from './summed';

const count = (n: number): Tensor => full([], n, { dtype: 'float32' });

/** Both as floats, once they are seen to be tensors of one shape. */
function both(metric: string, preds: Tensor, target: Tensor): [Tensor, Tensor] {
  expectTensors(metric, preds, target);
  expectSameShape(metric, preds, target);
  return [preds.float(), target.float()];
}

interface Outputs {
  /** Columns of preds and target with a figure each; default 1: all numbers together. */
  numOutputs?: number;
}

type ErrorParts = 'sum' | 'total';

abstract class MeanError extends Summed<ErrorParts> {
  override isDifferentiable: boolean | null = true;
  override higherIsBetter: boolean | null = false;
  override plotLowerBound: number | null = 0;
  declare sum: Tensor;
  declare total: Tensor;
  readonly numOutputs: number;

  constructor(numOutputs: number, key: string) {
    super();
    this.numOutputs = wholeFrom(this.constructor.name, 'numOutputs', numOutputs, 1);
    this.addSums({ sum: { key, shape: numOutputs === 1 ? [] : [numOutputs] }, total: { key: 'total' } });
  }

  /** The error of each number. */
  protected abstract errorOf(preds: Tensor, target: Tensor): Tensor;

  protected parts(preds: Tensor, target: Tensor): Parts<ErrorParts> {
    const [p, t] = both(this.constructor.name, preds, target);
    const errors = this.errorOf(p, t);
    const rows = this.numOutputs === 1 ? errors.reshape(-1) : errors;
    return { sum: rows.sum(0), total: count(rows.shape[0]!) };
  }

  protected figureOf({ sum, total }: Parts<ErrorParts>): Tensor {
    return sum.div(total);
  }
}

interface Squared extends Outputs {
  /** False for the root of the mean; default true. */
  squared?: boolean;
}

/** Σ (p − t)² / n, or its root. Shape: []; [D] with `numOutputs` D for preds and target [N, D]. */
export class MeanSquaredError extends MeanError {
  readonly squared: boolean;

  constructor(...args: Arguments<Squared, ['squared', 'numOutputs']>) {
    const o = parseArgs<Squared>(new.target.name, [], { squared: true, numOutputs: 1 }, args);
    super(o.numOutputs, 'sum_squared_error');
    this.squared = flag(this.constructor.name, 'squared', o.squared);
  }

  protected errorOf(preds: Tensor, target: Tensor): Tensor {
    return preds.sub(target).square();
  }

  protected override figureOf(parts: Parts<ErrorParts>): Tensor {
    const mean = super.figureOf(parts);
    return this.squared ? mean : mean.sqrt();
  }
}

/** Σ |p − t| / n. Shape: []; [D] with `numOutputs` D for preds and target [N, D]. */
export class MeanAbsoluteError extends MeanError {
  constructor(...args: Arguments<Outputs, ['numOutputs']>) {
    const { numOutputs } = parseArgs<Outputs>(new.target.name, [], { numOutputs: 1 }, args);
    super(numOutputs, 'sum_abs_error');
  }

  protected errorOf(preds: Tensor, target: Tensor): Tensor {
    return preds.sub(target).abs();
  }
}

/** Torchmetrics' least |t|, which keeps the quotient finite. */
const LEAST_TARGET = 1.17e-6;

/** Σ |p − t| / max(|t|, 1.17e-6) / n. */
export class MeanAbsolutePercentageError extends MeanError {
  constructor(...args: Arguments<object, []>) {
    parseArgs<object>(new.target.name, [], {}, args);
    super(1, 'sum_abs_per_error');
  }

  protected errorOf(preds: Tensor, target: Tensor): Tensor {
    return preds.sub(target).abs().div(target.abs().clamp(LEAST_TARGET));
  }
}

/** How figures of several columns become one: their mean, their mean by variance, not at all. */
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

const multioutputOf = (metric: string, given: Multioutput): Multioutput =>
  oneOf(metric, 'multioutput', (camel[given] ?? given) as Multioutput, multioutputs);

function combined(scores: Tensor, variance: Tensor, multioutput: Multioutput): Tensor {
  if (multioutput === 'rawValues') return scores;
  if (multioutput === 'uniformAverage') return scores.mean();
  return variance.div(variance.sum()).mul(scores).sum();
}

interface R2Arguments {
  /** Number of independent variables, by which the score is adjusted; default 0: not at all. */
  adjusted?: number;
  /** Default 'uniform_average'. */
  multioutput?: Multioutput;
}

type R2Parts = 'sumSquaredError' | 'sumError' | 'residual' | 'total';

/** 1 − Σ (t − p)² / Σ (t − t̄)² of preds and target [N] or [N, D]; near to constant targets count as torchmetrics has it. */
export class R2Score extends Summed<R2Parts> {
  override isDifferentiable: boolean | null = true;
  override higherIsBetter: boolean | null = true;
  override plotUpperBound: number | null = 1;
  readonly adjusted: number;
  readonly multioutput: Multioutput;

  constructor(...args: Arguments<R2Arguments, ['adjusted', 'multioutput']>) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<R2Arguments>(name, [], { adjusted: 0, multioutput: 'uniform_average' }, args);
    this.adjusted = wholeFrom(name, 'adjusted', o.adjusted, 0);
    this.multioutput = multioutputOf(name, o.multioutput);
    this.addSums({
      sumSquaredError: { key: 'sum_squared_error' },
      sumError: { key: 'sum_error' },
      residual: { key: 'residual' },
      total: { key: 'total' },
    });
  }

  protected parts(preds: Tensor, target: Tensor): Parts<R2Parts> {
    const name = this.constructor.name;
    const [p, t] = both(name, preds, target);
    if (p.shape.length > 2)
      throw new ShapeError(`${name}: expected preds [N] or [N, D], but got ${showShape(p.shape)}`);
    return {
      sumSquaredError: t.square().sum(0),
      sumError: t.sum(0),
      residual: t.sub(p).square().sum(0),
      total: count(t.shape[0] ?? 1),
    };
  }

  override figure(preds: Tensor, target: Tensor): Tensor {
    this.expectTwo(preds?.shape?.[0]);
    return super.figure(preds, target);
  }

  protected figureOf({ sumSquaredError, sumError, residual, total }: Parts<R2Parts>): Tensor {
    const spread = sumSquaredError.sub(sumError.mul(sumError.div(total)));
    // As isclose to 0 with atol 1e-4.
    const isWrong = residual.abs().gt(1e-4);
    const isSpread = spread.abs().gt(1e-4);
    const ratio = residual.div(spread.where(isSpread, full([], 1, { dtype: 'float32' })));
    const score = ratio.mul(isSpread.float()).neg().add(isSpread.float()).where(isWrong, ratio.mul(0).add(1));
    const r2 = combined(score, spread, this.multioutput);
    if (this.adjusted === 0) return r2;
    const rest = total.sub(this.adjusted + 1);
    const adjusted = r2.neg().add(1).mul(total.sub(1)).div(rest).neg().add(1);
    return adjusted.where(rest.gt(0), r2);
  }

  private expectTwo(rows: number | undefined): void {
    if (rows === undefined || rows >= 2) return;
    throw new ArgumentError(`${this.constructor.name}: expected at least two samples, but got ${rows}`);
  }
}

type VarianceParts = 'sumError' | 'sumSquaredError' | 'sumTarget' | 'sumSquaredTarget' | 'numObs';

/** 1 − Var[t − p] / Var[t] of preds and target [N] or [N, D]. */
export class ExplainedVariance extends Summed<VarianceParts> {
  override isDifferentiable: boolean | null = true;
  override higherIsBetter: boolean | null = true;
  override plotUpperBound: number | null = 1;
  readonly multioutput: Multioutput;

  constructor(...args: Arguments<Pick<R2Arguments, 'multioutput'>, ['multioutput']>) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<Pick<R2Arguments, 'multioutput'>>(name, [], { multioutput: 'uniform_average' }, args);
    this.multioutput = multioutputOf(name, o.multioutput);
    this.addSums({
      sumError: { key: 'sum_error' },
      sumSquaredError: { key: 'sum_squared_error' },
      sumTarget: { key: 'sum_target' },
      sumSquaredTarget: { key: 'sum_squared_target' },
      numObs: { key: 'num_obs' },
    });
  }

  protected parts(preds: Tensor, target: Tensor): Parts<VarianceParts> {
    const [p, t] = both(this.constructor.name, preds, target);
    const error = t.sub(p);
    return {
      sumError: error.sum(0),
      sumSquaredError: error.square().sum(0),
      sumTarget: t.sum(0),
      sumSquaredTarget: t.square().sum(0),
      numObs: count(t.shape[0] ?? 1),
    };
  }

  protected figureOf(x: Parts<VarianceParts>): Tensor {
    const variance = (sum: Tensor, squares: Tensor) => squares.div(x.numObs).sub(sum.div(x.numObs).square());
    const error = variance(x.sumError, x.sumSquaredError);
    const spread = variance(x.sumTarget, x.sumSquaredTarget);
    const isSpread = spread.ne(0);
    const ratio = error.div(spread.maskedFill(isSpread.logicalNot(), 1)).mul(isSpread.float());
    const score = isSpread.float().sub(ratio).where(error.ne(0), ratio.mul(0).add(1));
    return combined(score, spread, this.multioutput);
  }
}

/** How figures of samples become one. */
export type SampleReduction = 'mean' | 'sum' | 'none' | null;
const sampleReductions: readonly SampleReduction[] = ['mean', 'sum', 'none', null];

/** A figure of each sample, and their sum, mean, or all of them. */
export abstract class OfSamples<
  Args extends readonly Tensor[] = [preds: Tensor, target: Tensor],
  Result = Tensor,
> extends Summed<'values' | 'total', Args, Result> {
  override isDifferentiable: boolean | null = true;
  readonly reduction: SampleReduction;

  constructor(reduction: SampleReduction, key: string) {
    super();
    this.reduction = oneOf(this.constructor.name, 'reduction', reduction, sampleReductions);
    const isList = reduction === null || reduction === 'none';
    this.addSums({ values: { key, isList }, total: { key: 'total' } });
  }

  /** The figure of each sample. Shape: [N] */
  protected abstract valuesOf(...args: Args): Tensor;

  protected parts(...args: Args): Parts<'values' | 'total'> {
    return this.partsOf(this.valuesOf(...args));
  }

  protected partsOf(values: Tensor): Parts<'values' | 'total'> {
    const isList = this.reduction === null || this.reduction === 'none';
    return { values: isList ? values : values.sum(), total: count(values.shape[0]!) };
  }

  /** The figure, unless a class gives more than that. */
  protected figureOf(parts: Parts<'values' | 'total'>): Result {
    return this.reduced(parts) as Result;
  }

  protected reduced({ values, total }: Parts<'values' | 'total'>): Tensor {
    return this.reduction === 'mean' ? values.div(total) : values;
  }
}

interface Reducing {
  reduction?: SampleReduction;
}

/** x · y / (‖x‖ ‖y‖) of rows of preds and target [N, D]; their sum unless `reduction` says otherwise. */
export class CosineSimilarity extends OfSamples {
  override higherIsBetter: boolean | null = true;

  constructor(...args: Arguments<Reducing, ['reduction']>) {
    super(parseArgs<Reducing>(new.target.name, [], { reduction: 'sum' }, args).reduction, 'similarity');
  }

  protected valuesOf(preds: Tensor, target: Tensor): Tensor {
    const name = this.constructor.name;
    const [p, t] = both(name, preds, target);
    if (p.shape.length !== 2) throw new ShapeError(`${name}: expected preds [N, D], but got ${showShape(p.shape)}`);
    const norm = (x: Tensor) => x.square().sum(-1).sqrt();
    return p
      .mul(t)
      .sum(-1)
      .div(norm(p).mul(norm(t)));
  }
}

interface DivergenceArguments extends Reducing {
  /** Whether p and q are logarithms; default false. */
  logProb?: boolean;
}

/** Σ p log(p / q) of rows of p and q [N, D], which are made to sum to 1; their mean unless `reduction` says otherwise. */
export class KLDivergence extends OfSamples<[p: Tensor, q: Tensor]> {
  override higherIsBetter: boolean | null = false;
  override plotLowerBound: number | null = 0;
  readonly logProb: boolean;

  constructor(...args: Arguments<DivergenceArguments, ['logProb', 'reduction']>) {
    const o = parseArgs<DivergenceArguments>(new.target.name, [], { logProb: false, reduction: 'mean' }, args);
    super(o.reduction, 'measures');
    this.logProb = flag(this.constructor.name, 'logProb', o.logProb);
  }

  protected override get batchNames(): readonly string[] {
    return ['p', 'q'];
  }

  protected valuesOf(p: Tensor, q: Tensor): Tensor {
    const name = this.constructor.name;
    const [a, b] = both(name, p, q);
    if (a.shape.length !== 2) throw new ShapeError(`${name}: expected p and q [N, D], but got ${showShape(a.shape)}`);
    if (this.logProb) return a.exp().mul(a.sub(b)).sum(-1);
    const share = (x: Tensor) => x.div(x.sum(-1, { keepdim: true }));
    const [x, y] = [share(a), share(b)];
    const isZero = x.eq(0);
    return x.mul(x.div(y).maskedFill(isZero, 1).log()).sum(-1);
  }
}

function expectOutputs(metric: string, preds: Tensor, numOutputs: number): void {
  const { shape } = preds;
  const fits = shape.length === 1 ? numOutputs === 1 : shape.length === 2 && shape[1] === numOutputs && numOutputs > 1;
  if (fits || (shape.length === 2 && numOutputs === 1 && shape[1] === 1)) return;
  throw new ShapeError(
    `${metric}: expected preds [N${numOutputs > 1 ? `, ${numOutputs}` : ''}] for numOutputs ${numOutputs}, but got ${showShape(shape)}`,
  );
}

/** Below this share of the largest squared deviation a variance counts as 0: √2⁻²³, as torchmetrics has it. */
const LEAST_VARIANCE = Math.sqrt(2 ** -23);
const moments = ['meanX', 'meanY', 'maxAbsDevX', 'maxAbsDevY', 'varX', 'varY', 'corrXy', 'nTotal'] as const;
const momentKeys = ['mean_x', 'mean_y', 'max_abs_dev_x', 'max_abs_dev_y', 'var_x', 'var_y', 'corr_xy', 'n_total'];
type Moments = Record<(typeof moments)[number], Tensor>;

/** Cov[x, y] / √(Var[x] Var[y]) of preds and target [N], or [N, D] with `numOutputs` D; NaN where one of them does not vary. */
export class PearsonCorrCoef extends Metric {
  override isDifferentiable: boolean | null = true;
  override fullStateUpdate: boolean | null = true;
  override plotLowerBound: number | null = -1;
  override plotUpperBound: number | null = 1;
  readonly numOutputs: number;

  constructor(...args: Arguments<Outputs, ['numOutputs']>) {
    super();
    const name = this.constructor.name;
    this.numOutputs = wholeFrom(
      name,
      'numOutputs',
      parseArgs<Outputs>(name, [], { numOutputs: 1 }, args).numOutputs,
      1,
    );
    moments.forEach((moment, i) => {
      this.addState(moment, zeros(this.numOutputs), { key: momentKeys[i] as string });
    });
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    const before = Object.fromEntries(moments.map((name) => [name, Reflect.get(this, name)])) as unknown as Moments;
    for (const [name, value] of Object.entries(this.after(before, preds, target))) Reflect.set(this, name, value);
  }

  compute(): Tensor {
    return this.figureOf(this.metricState as Moments);
  }

  /** @internal The figure of one batch. */
  figure(preds: Tensor, target: Tensor): Tensor {
    const none = zeros(this.numOutputs);
    const before = Object.fromEntries(moments.map((name) => [name, none])) as Moments;
    return this.figureOf(this.after(before, preds, target));
  }

  /** Means, sums of squares and products, after a batch (Chan, Golub & LeVeque 1983). */
  private after(before: Moments, preds: Tensor, target: Tensor): Moments {
    const name = this.constructor.name;
    const [p, t] = both(name, preds, target);
    expectOutputs(name, p, this.numOutputs);
    const [x, y] = [p, t].map((one) => one.reshape(-1, this.numOutputs)) as [Tensor, Tensor];
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
  }

  private figureOf({ maxAbsDevX, maxAbsDevY, varX, varY, corrXy, nTotal }: Moments): Tensor {
    const rest = nTotal.sub(1);
    const x = varX.div(rest).div(maxAbsDevX.square());
    const y = varY.div(rest).div(maxAbsDevY.square());
    const xy = corrXy.div(rest).div(maxAbsDevX.mul(maxAbsDevY));
    const isSound = x.ge(LEAST_VARIANCE).logicalAnd(y.ge(LEAST_VARIANCE)).logicalAnd(xy.isfinite());
    const nan = full([], Number.NaN, { dtype: 'float32' });
    return xy.div(x.mul(y).sqrt()).clamp(-1, 1).where(isSound, nan).squeeze();
  }
}

/** Places of the elements of each row [D, N] in order, from 1; equal ones share the mean of theirs. */
function ranks(x: Tensor): Tensor {
  const sorted = x.sort(-1)[0];
  const below = searchsorted(sorted, x);
  const upTo = searchsorted(sorted, x, { right: true });
  return below.add(upTo).add(1).float().mul(0.5);
}

/** The correlation of ranks of preds and target [N], or [N, D] with `numOutputs` D. All numbers are kept until `reset`. */
export class SpearmanCorrCoef extends Metric {
  override isDifferentiable: boolean | null = false;
  override higherIsBetter: boolean | null = true;
  override fullStateUpdate: boolean | null = false;
  override plotLowerBound: number | null = -1;
  override plotUpperBound: number | null = 1;
  declare preds: Tensor[];
  declare target: Tensor[];
  readonly numOutputs: number;

  constructor(...args: Arguments<Outputs, ['numOutputs']>) {
    super();
    const name = this.constructor.name;
    this.numOutputs = wholeFrom(
      name,
      'numOutputs',
      parseArgs<Outputs>(name, [], { numOutputs: 1 }, args).numOutputs,
      1,
    );
    this.addState('preds', [], { distReduceFx: 'cat' });
    this.addState('target', [], { distReduceFx: 'cat' });
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    const [p, t] = this.checked(preds, target);
    this.preds.push(p.clone());
    this.target.push(t.clone());
  }

  compute(): Tensor {
    return this.figureOf(concatenated(this.preds), concatenated(this.target));
  }

  /** @internal The figure of one batch. */
  figure(preds: Tensor, target: Tensor): Tensor {
    return this.figureOf(...this.checked(preds, target));
  }

  private checked(preds: Tensor, target: Tensor): [Tensor, Tensor] {
    const name = this.constructor.name;
    const [p, t] = both(name, preds, target);
    expectOutputs(name, p, this.numOutputs);
    return [p, t];
  }

  private figureOf(preds: Tensor, target: Tensor): Tensor {
    const centred = (x: Tensor) => {
      const r = ranks(x.reshape(-1, this.numOutputs).t().contiguous());
      return r.sub(r.mean(-1, { keepdim: true }));
    };
    const [p, t] = [centred(preds), centred(target)];
    const deviation = (x: Tensor) => x.square().mean(-1).sqrt();
    // Torchmetrics' 1e-6 keeps the quotient finite where nothing varies.
    return p
      .mul(t)
      .mean(-1)
      .div(deviation(p).mul(deviation(t)).add(1e-6))
      .clamp(-1, 1)
      .squeeze();
  }
}

const columns = (preds: Tensor): number => (preds?.shape?.length === 2 ? preds.shape[1]! : 1);

/** `MeanSquaredError` of one batch. */
export const meanSquaredError = functional('meanSquaredError', (o: Squared) => new MeanSquaredError(o), [
  'squared',
  'numOutputs',
] as const);
/** `MeanAbsoluteError` of one batch. */
export const meanAbsoluteError = functional('meanAbsoluteError', (o: Outputs) => new MeanAbsoluteError(o), [
  'numOutputs',
] as const);
/** `MeanAbsolutePercentageError` of one batch. */
export const meanAbsolutePercentageError = functional(
  'meanAbsolutePercentageError',
  (_: object) => new MeanAbsolutePercentageError(),
  [] as const,
);
/** `R2Score` of one batch. */
export const r2Score = functional('r2Score', (o: R2Arguments) => new R2Score(o), ['adjusted', 'multioutput'] as const);
/** `ExplainedVariance` of one batch. */
export const explainedVariance = functional(
  'explainedVariance',
  (o: Pick<R2Arguments, 'multioutput'>) => new ExplainedVariance(o),
  ['multioutput'] as const,
);
/** `CosineSimilarity` of one batch. */
export const cosineSimilarity = functional('cosineSimilarity', (o: Reducing) => new CosineSimilarity(o), [
  'reduction',
] as const);
/** `KLDivergence` of one batch of p and q. */
export const klDivergence = functionalOf<
  { p: Tensor; q: Tensor },
  DivergenceArguments,
  readonly ['p', 'q'],
  readonly ['logProb', 'reduction'],
  Tensor
>('klDivergence', ['p', 'q'], (o) => new KLDivergence(o), ['logProb', 'reduction']);
/** `PearsonCorrCoef` of one batch. */
export const pearsonCorrcoef = functional(
  'pearsonCorrcoef',
  (_: object, preds) => new PearsonCorrCoef(columns(preds)),
  [] as const,
);
/** `SpearmanCorrCoef` of one batch. */
export const spearmanCorrcoef = functional(
  'spearmanCorrcoef',
  (_: object, preds) => new SpearmanCorrCoef(columns(preds)),
  [] as const,
);
