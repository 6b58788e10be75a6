// The losses between an input and a target of its shape: SmoothL1Loss, HuberLoss, BCELoss, KLDivLoss and their kind.
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { parseSettings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import type {
  GaussianArguments,
  HuberArguments,
  KLDivArguments,
  PoissonArguments,
  SmoothL1Arguments,
} from '../functional/elementwise-loss';
import * as F from '../functional/elementwise-loss';
import type { WeightedArguments } from '../functional/reduction';
import { Layer } from '../layers/layer';
import { inputs } from '../module/callable-object';
import { PairLoss, pairLoss, plainLoss, settledLoss } from './loss';

const SmoothL1Base = /* @__PURE__ */ pairLoss<SmoothL1Arguments, ['reduction', 'beta']>(
  'SmoothL1Loss',
  F.smoothL1Settings,
  F.smoothL1Loss,
);

/** 0.5 d² / beta where |d| < beta, |d| − 0.5 beta elsewhere, of d = input − target. */
export class SmoothL1Loss extends SmoothL1Base {
  declare beta: number;
}

/** 0.5 d² where |d| ≤ delta, delta (|d| − 0.5 delta) elsewhere, of d = input − target. */
export class HuberLoss extends PairLoss {
  delta: number;

  constructor(...args: Arguments<HuberArguments, ['reduction', 'delta']>) {
    const o = parseArgs<HuberArguments>('HuberLoss', [], { reduction: 'mean', delta: 1 }, args);
    super('HuberLoss', o.reduction);
    this.delta = o.delta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

const BCEBase = /* @__PURE__ */ pairLoss<WeightedArguments, ['weight', 'reduction']>(
  'BCELoss',
  F.bceSettings,
  F.binaryCrossEntropy,
);

/**
 * −weight (target · ln input + (1 − target) ln(1 − input)) of probabilities; the logarithms are clamped to at least
 * −100.
 */
export class BCELoss extends BCEBase {
  declare weight: Tensor | null;
}

/** target (ln target − input), the divergence from the log probabilities `input`. */
export class KLDivLoss extends Layer {
  reduction: F.KLReduction;
  logTarget: boolean;

  constructor(options?: KLDivArguments);
  constructor(...args: Arguments<KLDivArguments, ['reduction', 'logTarget']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('KLDivLoss', F.klDivSettings, args);
    super();
    this.reduction = o.reduction;
    this.logTarget = o.logTarget;
  }

  get [inputs]() {
    return ['input', 'target'] as const;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.klDiv(input, target, { reduction: this.reduction, logTarget: this.logTarget });
  }
}

const PoissonNLLBase = /* @__PURE__ */ pairLoss<PoissonArguments, ['logInput', 'full', 'eps', 'reduction']>(
  'PoissonNLLLoss',
  F.poissonSettings,
  F.poissonNllLoss,
);

/** exp(input) − target · input (or input − target ln(input + eps)), the negative log likelihood of Poisson counts. */
export class PoissonNLLLoss extends PoissonNLLBase {
  declare logInput: boolean;
  declare full: boolean;
  declare eps: number;
}

/**
 * ½ (ln var + (input − target)² / var), the negative log likelihood of normal values. Called with input, target and
 * variance.
 */
export class GaussianNLLLoss extends settledLoss<GaussianArguments, ['full', 'eps', 'reduction']>(
  'GaussianNLLLoss',
  F.gaussianSettings,
) {
  get [inputs]() {
    return ['input', 'target', 'var'] as const;
  }

  forward(
    input: Tensor,
    target: Tensor,
    /** The variance, of the shape of the input or one value a row. */ variance: Tensor | number,
  ): Tensor {
    return F.gaussianNllLoss(input, target, variance, this.options);
  }
}

/** ln(1 + exp(−target · input)), for targets of 1 and −1. */
export class SoftMarginLoss extends plainLoss('SoftMarginLoss', F.softMarginLoss) {}
