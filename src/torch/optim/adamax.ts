// Adamax.
import { adamaxStep } from '../../engine/ops/optim/optim-adaptive';
import { checkBetas } from './checks';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of Adamax. */
export interface AdamaxOptions {
  /** Learning rate, default 2e-3. */
  lr: number;
  /** Decay rates of the running averages, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<AdamaxOptions> = {
  defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false },
  notNegative: ['lr', 'eps', 'weightDecay'],
  check: (name, { betas }) => checkBetas(name, betas),
  stateNames: () => ['exp_avg', 'exp_inf'],
  step: adamaxStep,
};

/**
 * Adamax (Kingma & Ba 2015): Adam with the infinity norm.
 *
 *     g ← ∇ + weightDecay · p;   m ← β₁ m + (1 − β₁) g;   u ← max(β₂ u, |g| + eps);   p ← p − lr / (1 − β₁ᵗ) · m / u
 */
export class Adamax extends optimizerClass<
  AdamaxOptions,
  [lr: 'lr', betas: 'betas', eps: 'eps', weightDecay: 'weightDecay', maximize: 'maximize']
>('Adamax', settings) {}
