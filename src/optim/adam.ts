// Owns Adam and AdamW.

import { type Arguments, parseArgs } from '../core/options';
import { adamStep } from '../ops/optim';
import { checkBetas, checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What Adam takes by name. */
export interface AdamOptions {
  /** Learning rate, default 1e-3. */
  lr: number;
  /** Decay of the running averages of the gradient and of its square, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** Default 0, for AdamW 0.01. */
  weightDecay: number;
  /** Divide by the largest average so far (Reddi et al. 2018), default false. */
  amsgrad: boolean;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
  /** Shrink the parameter itself rather than add to the gradient, as AdamW does. */
  decoupledWeightDecay: boolean;
}

interface AdamArguments extends Given<AdamOptions> {
  params: OptimizerParams<AdamOptions>;
}

type AdamOrder = ['params', 'lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize', 'decoupledWeightDecay'];

type AdamWArguments = Omit<AdamArguments, 'decoupledWeightDecay'>;

type AdamWOrder = ['params', 'lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize'];

const AVERAGE = 'exp_avg';
const SQUARE = 'exp_avg_sq';
const LARGEST = 'max_exp_avg_sq';

const defaults = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
} as const;

/** What Adam and AdamW have in common. */
abstract class AdamBase extends OneCallOptimizer<AdamOptions> {
  protected checkOptions({ lr, betas, eps, weightDecay }: AdamOptions): void {
    checkNotNegative(this.name, { lr, eps, weightDecay });
    checkBetas(this.name, betas);
  }

  protected stateNames({ amsgrad }: AdamOptions): readonly string[] {
    return amsgrad ? [AVERAGE, SQUARE, LARGEST] : [AVERAGE, SQUARE];
  }

  protected update(options: AdamOptions, { param, grad, states, step }: Update): Updated {
    const { lr, betas, eps, weightDecay, maximize, decoupledWeightDecay: decoupled } = options;
    const state = { m: states[AVERAGE]!, v: states[SQUARE]!, maxV: states[LARGEST] };
    const [beta1, beta2] = betas;
    const updated = adamStep(param, grad, state, { lr, beta1, beta2, eps, weightDecay, step, decoupled, maximize });
    const results = { [AVERAGE]: updated.m, [SQUARE]: updated.v };
    return { param: updated.param, states: updated.maxV ? { ...results, [LARGEST]: updated.maxV } : results };
  }
}

/**
 * Adam (Kingma & Ba 2015).
 *
 *     g ← ∇ + weightDecay · p;   m ← β₁ m + (1 − β₁) g;   v ← β₂ v + (1 − β₂) g²
 *     p ← p − lr · m̂ / (√v̂ + eps),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
 *
 *     const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 *     optimizer.zeroGrad(); loss.backward(); optimizer.step();
 */
export class Adam extends AdamBase {
  constructor(params: OptimizerParams<AdamOptions>, options?: Given<AdamOptions>);
  constructor(...args: Arguments<AdamArguments, AdamOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<AdamArguments>(
      'Adam',
      ['params'],
      { ...defaults, decoupledWeightDecay: false },
      args,
    );
    super('Adam', params, options);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← (1 − lr · weightDecay) p before the step, rather than a
 * part of the gradient. `weightDecay` is 0.01 by default.
 */
export class AdamW extends AdamBase {
  constructor(params: OptimizerParams<AdamOptions>, options?: Given<Omit<AdamOptions, 'decoupledWeightDecay'>>);
  constructor(...args: Arguments<AdamWArguments, AdamWOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<AdamWArguments>(
      'AdamW',
      ['params'],
      { ...defaults, weightDecay: 0.01 },
      args,
    );
    super('AdamW', params, { ...options, decoupledWeightDecay: true });
  }
}
