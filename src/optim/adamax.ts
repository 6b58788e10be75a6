// Owns Adamax.

import { type Arguments, parseArgs } from '../core/options';
import { adamaxStep } from '../ops/optim-adaptive';
import { checkBetas, checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What Adamax takes by name. */
export interface AdamaxOptions {
  /** Learning rate, default 2e-3. */
  lr: number;
  /** Decay of the running averages, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface AdamaxArguments extends Given<AdamaxOptions> {
  params: OptimizerParams<AdamaxOptions>;
}

type AdamaxOrder = ['params', 'lr', 'betas', 'eps', 'weightDecay', 'maximize'];

const AVERAGE = 'exp_avg';
const LARGEST = 'exp_inf';

/**
 * Adamax (Kingma & Ba 2015): Adam with the infinity norm.
 *
 *     g ← ∇ + weightDecay · p;   m ← β₁ m + (1 − β₁) g;   u ← max(β₂ u, |g| + eps);   p ← p − lr / (1 − β₁ᵗ) · m / u
 */
export class Adamax extends OneCallOptimizer<AdamaxOptions> {
  constructor(params: OptimizerParams<AdamaxOptions>, options?: Given<AdamaxOptions>);
  constructor(...args: Arguments<AdamaxArguments, AdamaxOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<AdamaxArguments>(
      'Adamax',
      ['params'],
      { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false },
      args,
    );
    super('Adamax', params, options);
  }

  protected checkOptions(options: AdamaxOptions): void {
    checkNotNegative(this.name, { lr: options.lr, eps: options.eps, weightDecay: options.weightDecay });
    checkBetas(this.name, options.betas);
  }

  protected stateNames(): readonly string[] {
    return [AVERAGE, LARGEST];
  }

  protected update(options: AdamaxOptions, { param, grad, states, step }: Update): Updated {
    const [moved, average, largest] = adamaxStep(
      { param, grad, states: [states[AVERAGE]!, states[LARGEST]!] },
      { ...options, step },
    );
    return { param: moved!, states: { [AVERAGE]: average!, [LARGEST]: largest! } };
  }
}
