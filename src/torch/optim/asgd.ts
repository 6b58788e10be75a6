// ASGD, averaged stochastic gradient descent.
import { asgdStep } from '../../engine/ops/optim/optim-adaptive';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of ASGD. */
export interface ASGDOptions {
  /** Learning rate, default 0.01. */
  lr: number;
  /** Decay term λ of the equation below, default 1e-4. */
  lambd: number;
  /** The exponent of the learning rate's decay, default 0.75. */
  alpha: number;
  /** The number of the update after which averaging begins, default 1e6. */
  t0: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<ASGDOptions> = {
  defaults: { lr: 0.01, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false },
  notNegative: ['lr', 'lambd', 'alpha', 'weightDecay'],
  stateNames: () => ['ax'],
  step(update, options) {
    const { eta = options.lr, mu = 1 } = update.numbers;
    return asgdStep(update, { ...options, eta, mu });
  },
  numbers: ({ step }, { lr, lambd, alpha, t0 }) => ({
    eta: lr / (1 + lambd * lr * step) ** alpha,
    mu: 1 / Math.max(1, step - t0),
  }),
};

/**
 * Averaged stochastic gradient descent (Polyak & Juditsky 1992). The state holds the average `ax` of the parameters.
 *
 *     g ← ∇ + weightDecay · p;   p ← (1 − lambd η) p − η g;   ax ← ax + μ (p − ax)
 *     η = lr / (1 + lambd · lr · t)^alpha;   μ = 1 / max(1, t − t0)
 */
export class ASGD extends optimizerClass<
  ASGDOptions,
  [lr: 'lr', lambd: 'lambd', alpha: 'alpha', t0: 't0', weightDecay: 'weightDecay', maximize: 'maximize']
>('ASGD', settings) {}
