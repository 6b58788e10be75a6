// Adam and AdamW.

import { type Arguments, parseArgs } from '../../engine/core/options';
import { adamStep } from '../../engine/ops/optim/optim';
import { checkBetas } from './checks';
import { type GroupOptions, OneCallOptimizer, type OptimizerParams } from './optimizer';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of Adam. */
export interface AdamOptions {
  /** Learning rate, default 1e-3. */
  lr: number;
  /** Decay rates of the running averages of the gradient and its square, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /**
   * L2 penalty; with `decoupledWeightDecay`, each step instead multiplies the parameter by 1 − lr · weightDecay.
   * Default 0; for AdamW 0.01.
   */
  weightDecay: number;
  /** Whether to divide by the maximum of the averages so far (Reddi et al. 2018), default false. */
  amsgrad: boolean;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
  /** Whether weight decay shrinks the parameter itself, as in AdamW, rather than being added to the gradient. */
  decoupledWeightDecay: boolean;
}

const defaults = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
} as const;

const settings: OptimizerSettings<AdamOptions> = {
  defaults: { ...defaults, decoupledWeightDecay: false },
  notNegative: ['lr', 'eps', 'weightDecay'],
  check: (name, { betas }) => checkBetas(name, betas),
  stateNames: ({ amsgrad }) => (amsgrad ? ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq'] : ['exp_avg', 'exp_avg_sq']),
  step: adamStep,
};

type AdamOrder = ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize', 'decoupledWeightDecay'];

/**
 * Adam (Kingma & Ba 2015).
 *
 *     g ← ∇ + weightDecay · p;   m ← β₁ m + (1 − β₁) g;   v ← β₂ v + (1 − β₂) g²
 *     p ← p − lr · m̂ / (√v̂ + eps),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
 *
 *     const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 *     optimizer.zeroGrad(); loss.backward(); optimizer.step();
 */
export class Adam extends optimizerClass<AdamOptions, AdamOrder>('Adam', settings) {}

interface AdamWArguments extends Omit<GroupOptions<AdamOptions>, 'decoupledWeightDecay'> {
  params: OptimizerParams<AdamOptions>;
}

type AdamWOrder = ['params', 'lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize'];

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← (1 − lr · weightDecay) p before the step, instead of
 * a term in the gradient. `weightDecay` is 0.01 by default.
 */
export class AdamW extends OneCallOptimizer<AdamOptions> {
  constructor(params: OptimizerParams<AdamOptions>, options?: GroupOptions<Omit<AdamOptions, 'decoupledWeightDecay'>>);
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

  /** @internal */
  get settings(): OptimizerSettings<AdamOptions> {
    return settings;
  }
}
