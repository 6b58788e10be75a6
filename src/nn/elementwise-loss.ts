// Owns the losses between an input and a target of its shape: SmoothL1Loss, HuberLoss, BCELoss, KLDivLoss and their kind.
import { type Arguments, parseArgs } from '../core/options';
import { parseSettings } from '../core/settings';
import type { Tensor } from '../tensor/tensor';
import { inputs } from './callable';
import type {
  GaussianArguments,
  HuberArguments,
  KLDivArguments,
  PoissonArguments,
  SmoothL1Arguments,
} from './functional/elementwise-loss';
import * as F from './functional/elementwise-loss';
import { type ReductionArguments, reductionSettings, type WeightedArguments } from './functional/reduction';
import { Layer } from './layer';
import { Loss, PairLoss } from './loss';

/** 0.5 d² / beta where |d| < beta, |d| − 0.5 beta elsewhere, of d = input − target. */
export class SmoothL1Loss extends PairLoss {
  beta: number;

  constructor(options?: SmoothL1Arguments);
  constructor(...args: Arguments<SmoothL1Arguments, ['reduction', 'beta']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('SmoothL1Loss', F.smoothL1Settings, args);
    super('SmoothL1Loss', o.reduction);
    this.beta = o.beta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
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

/** −weight (target · ln input + (1 − target) ln(1 − input)) of probabilities, the logarithms no less than −100. */
export class BCELoss extends PairLoss {
  declare weight: Tensor | null;

  constructor(options?: WeightedArguments);
  constructor(...args: Arguments<WeightedArguments, ['weight', 'reduction']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('BCELoss', F.bceSettings, args);
    super('BCELoss', o.reduction);
    this.registerBuffer('weight', o.weight);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(input, target, { weight: this.weight, reduction: this.reduction });
  }
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

/** exp(input) − target · input (or input − target ln(input + eps)), the likelihood of Poisson counts. */
export class PoissonNLLLoss extends PairLoss {
  logInput: boolean;
  full: boolean;
  eps: number;

  constructor(options?: PoissonArguments);
  constructor(...args: Arguments<PoissonArguments, ['logInput', 'full', 'eps', 'reduction']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('PoissonNLLLoss', F.poissonSettings, args);
    super('PoissonNLLLoss', o.reduction);
    this.logInput = o.logInput;
    this.full = o.full;
    this.eps = o.eps;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { logInput, full, eps, reduction } = this;
    return F.poissonNllLoss(input, target, { logInput, full, eps, reduction });
  }
}

/** ½ (ln var + (input − target)² / var), the likelihood of normal values. Called with input, target and variance. */
export class GaussianNLLLoss extends Loss {
  full: boolean;
  eps: number;

  constructor(options?: GaussianArguments);
  constructor(...args: Arguments<GaussianArguments, ['full', 'eps', 'reduction']>);
  constructor(...args: unknown[]) {
    const o = parseSettings('GaussianNLLLoss', F.gaussianSettings, args);
    super('GaussianNLLLoss', o.reduction);
    this.full = o.full;
    this.eps = o.eps;
  }

  get [inputs]() {
    return ['input', 'target', 'var'] as const;
  }

  forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this;
    return F.gaussianNllLoss(input, target, variance, { full, eps, reduction });
  }
}

/** ln(1 + exp(−target · input)), for targets of 1 and −1. */
export class SoftMarginLoss extends PairLoss {
  constructor(options?: ReductionArguments);
  constructor(...args: Arguments<ReductionArguments, ['reduction']>);
  constructor(...args: unknown[]) {
    super('SoftMarginLoss', parseSettings('SoftMarginLoss', reductionSettings, args).reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(input, target, { reduction: this.reduction });
  }
}
