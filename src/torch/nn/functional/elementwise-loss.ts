// The losses in F that compare an input with a target of the same shape, element by element: smooth L1 and Huber,
// binary cross entropy, and losses of distributions.

import { oneOf, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { sameShape } from '../../../engine/core/meta';
import { type Arguments, kindOf, parseArgs } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import { expectFloat } from '../../../engine/graph/record';
import { numbersWithin } from '../../../engine/ops/indexing/indexing';
import * as ops from '../../../engine/ops/loss/loss';
import { callable, isTensor } from '../../tensor/calling/callable';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { Tensor } from '../../tensor/tensor';
import { logsigmoid } from './activation';
import { l1Loss } from './loss';
import {
  checkReduction,
  type Reduction,
  type ReductionArguments,
  reduceLosses,
  reductionSettings,
  type WeightedArguments,
  weigh,
} from './reduction';

export interface SmoothL1Arguments extends ReductionArguments {
  /** The |d| at which the square becomes a line, default 1; with 0 the loss is l1Loss. */
  beta?: number;
}

export const smoothL1Settings: Settings<SmoothL1Arguments> = { defaults: { reduction: 'mean', beta: 1 } };

function differenceOf(name: string, input: Tensor, target: Tensor): Tensor {
  const d = input.sub(target);
  expectFloat(name, 'input and target', d);
  ops.warnOfBroadcast(name, input.shape, target.shape, d.shape);
  return d;
}

/**
 * d² / 2 for |d| ≤ end, and end (|d| − end / 2) beyond. Computed as c (|d| − c / 2) with c = min(|d|, end), whose
 * gradient is finite even at |d| = ∞.
 */
function squareThenLine(d: Tensor, end: number): Tensor {
  const size = d.abs();
  const clamped = size.clamp({ max: end });
  return clamped.mul(size.sub(clamped.mul(0.5)));
}

/** 0.5 d² / beta where |d| < beta, |d| − 0.5 beta elsewhere, of d = input − target. */
export const smoothL1Loss = callable(
  'smoothL1Loss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<SmoothL1Arguments, ['reduction', 'beta']>): Tensor => {
    const name = 'smoothL1Loss';
    const { reduction, beta } = parseSettings(name, smoothL1Settings, args);
    if (!(beta >= 0)) throw new ArgumentError(`${name}: expected beta of at least 0, but got ${beta}`);
    if (beta === 0) return l1Loss(input, target, { reduction });
    const d = differenceOf(name, input, target);
    const losses = squareThenLine(d, beta).div(beta);
    return reduceLosses(name, losses, reduction, 'SmoothL1LossBackward0');
  },
);

export interface HuberArguments extends ReductionArguments {
  /** The |d| at which the square becomes a line, default 1. */
  delta?: number;
}

interface WeightedHuberArguments extends HuberArguments, WeightedArguments {}

type HuberArgs = Arguments<WeightedHuberArguments, ['reduction', 'delta', 'weight']>;

/** 0.5 d² where |d| ≤ delta, delta (|d| − 0.5 delta) elsewhere, of d = input − target. */
export const huberLoss = callable(
  'huberLoss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: HuberArgs): Tensor => {
    const name = 'huberLoss';
    const defaults = { reduction: 'mean', delta: 1, weight: null } as const;
    const { reduction, delta, weight } = parseArgs<WeightedHuberArguments>(name, [], defaults, args, {
      weight: orNull(tensor),
    });
    if (!(delta > 0)) throw new ArgumentError(`${name}: expected delta greater than 0, but got ${delta}`);
    const d = differenceOf(name, input, target);
    const losses = squareThenLine(d, delta);
    if (weight) return reduceLosses(name, weigh(name, input, losses, weight), reduction);
    return reduceLosses(name, losses, reduction, 'HuberLossBackward0');
  },
);

export const bceSettings: Settings<WeightedArguments> = { defaults: { weight: null, reduction: 'mean' } };

/**
 * −weight (target · ln input + (1 − target) ln(1 − input)) of probabilities; the logarithms are clamped to at least
 * −100.
 */
export const binaryCrossEntropy = callable(
  'binaryCrossEntropy(input, target, weight?, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<WeightedArguments, ['weight', 'reduction']>): Tensor => {
    const name = 'binaryCrossEntropy';
    const { weight, reduction } = parseSettings(name, bceSettings, args);
    checkReduction(name, reduction);
    return Tensor.of(ops.bce(input.value, target.value, { weight: weight?.value ?? null, reduction }));
  },
);

/** How the losses of all elements are reduced: 'batchmean' divides their sum by the size of the batch. */
export type KLReduction = Reduction | 'batchmean';

export interface KLDivArguments {
  /** 'mean' (default: over the elements), 'batchmean' (the sum over the size of dimension 0), 'sum' or 'none'. */
  reduction?: KLReduction;
  /** The target holds log probabilities as well; default false. */
  logTarget?: boolean;
}

export const klDivSettings: Settings<KLDivArguments> = {
  defaults: { reduction: 'mean', logTarget: false },
  kinds: { reduction: oneOf('none', 'mean', 'sum', 'batchmean') },
};

/** target (ln target − input), the divergence from the log probabilities `input`; 0 where the target is 0, NaN where it is negative. */
export const klDiv = callable(
  'klDiv(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<KLDivArguments, ['reduction', 'logTarget']>): Tensor => {
    const name = 'klDiv';
    const { reduction, logTarget } = parseSettings(name, klDivSettings, args);
    expectFloat(name, 'input', input);
    expectFloat(name, 'target', target);
    const losses = logTarget ? target.exp().mul(target.sub(input)) : target.xlogy(target).sub(target.mul(input));
    if (reduction !== 'batchmean') return reduceLosses(name, losses, reduction);
    return losses.sum().div(input.dim() > 0 ? input.size(0) : 1);
  },
);

export interface PoissonArguments extends ReductionArguments {
  /** The input holds the logarithm of the rate, default true. */
  logInput?: boolean;
  /** Add Stirling's approximation of ln target!, default false. */
  full?: boolean;
  /** Added to a rate before its logarithm, default 1e-8. */
  eps?: number;
}

export const poissonSettings: Settings<PoissonArguments> = {
  defaults: { logInput: true, full: false, eps: 1e-8, reduction: 'mean' },
};

/**
 * exp(input) − target · input, or with `logInput: false` input − target ln(input + eps): the negative log likelihood of
 * Poisson counts.
 */
export const poissonNllLoss = callable(
  'poissonNllLoss(input, target, ...)',
  (
    input: Tensor,
    target: Tensor,
    ...args: Arguments<PoissonArguments, ['logInput', 'full', 'eps', 'reduction']>
  ): Tensor => {
    const { logInput, full, eps, reduction } = parseSettings('poissonNllLoss', poissonSettings, args);
    const losses = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
    if (!full) return reduceLosses('poissonNllLoss', losses, reduction);
    const counts = target.where(target.gt(1), 1);
    const stirling = counts
      .mul(counts.log())
      .sub(counts)
      .add(
        counts
          .mul(2 * Math.PI)
          .log()
          .mul(0.5),
      );
    return reduceLosses('poissonNllLoss', losses.add(stirling.maskedFill(target.le(1), 0)), reduction);
  },
);

export interface GaussianArguments extends ReductionArguments {
  /** Add ½ ln 2π, default false. */
  full?: boolean;
  /** The least variance, default 1e-6. */
  eps?: number;
}

export const gaussianSettings: Settings<GaussianArguments> = {
  defaults: { full: false, eps: 1e-6, reduction: 'mean' },
};

/**
 * ½ (ln var + (input − target)² / var), the negative log likelihood of normal values.
 * Shape: input and target of one shape; var of that shape, or with one dimension of size 1, or without the last
 * dimension.
 */
export const gaussianNllLoss = callable(
  'gaussianNllLoss(input, target, var: operand, ...)',
  (
    input: Tensor,
    target: Tensor,
    /** The variance, of the shape of the input or one value a row. */
    variance: Tensor | number,
    ...args: Arguments<GaussianArguments, ['full', 'eps', 'reduction']>
  ): Tensor => {
    const name = 'gaussianNllLoss';
    const { full, eps, reduction } = parseSettings(name, gaussianSettings, args);
    const spread = spreadOf(input, variance);
    // Where eps replaces the variance, the gradient still flows to the variance.
    const bounded = spread.where(spread.ge(eps), spread.sub(spread.detach()).add(eps));
    const losses = bounded.log().add(input.sub(target).square().div(bounded)).mul(0.5);
    return reduceLosses(name, full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
  },
);

function spreadOf(input: Tensor, variance: Tensor | number): Tensor {
  const name = 'gaussianNllLoss';
  if (typeof variance === 'number') {
    if (!(variance >= 0)) throw new ArgumentError(`${name}: expected var of at least 0, but got ${variance}`);
    return input.detach().mul(0).add(variance);
  }
  if (!isTensor(variance)) {
    throw new ArgumentError(`${name}: expected var to be a tensor or a number, but got ${kindOf(variance)}`);
  }
  expectFloat(name, 'var', variance);
  return asWide(input, Tensor.of(numbersWithin(`${name}: expected var of at least 0`, Infinity, variance.value)));
}

/** The variance with as many dimensions as the input. */
function asWide(input: Tensor, variance: Tensor): Tensor {
  const lead = input.shape.slice(0, -1);
  const { shape } = variance;
  if (sameShape(shape, lead) && !sameShape(shape, input.shape)) return variance.unsqueeze(-1);
  const other = shape.filter((size, d) => size !== input.shape[d]);
  if (shape.length === input.shape.length && (other.length === 0 || other.join() === '1')) return variance;
  throw new ShapeError(
    `gaussianNllLoss: expected a variance of shape [${input.shape.join(', ')}], with one dimension of 1 or without the last one, but got [${shape.join(', ')}]`,
  );
}

/** ln(1 + exp(−target · input)), for targets of 1 and −1. */
export const softMarginLoss = callable(
  'softMarginLoss(input, target, ...)',
  (input: Tensor, target: Tensor, ...args: Arguments<ReductionArguments, ['reduction']>): Tensor => {
    const { reduction } = parseSettings('softMarginLoss', reductionSettings, args);
    const losses = logsigmoid(input.mul(target)).neg();
    return reduceLosses('softMarginLoss', losses, reduction, 'SoftMarginLossBackward0');
  },
);
