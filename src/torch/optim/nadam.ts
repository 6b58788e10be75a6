// NAdam.
import { nadamStep } from '../../engine/ops/optim/optim-adaptive';
import { checkBetas } from './checks';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings, Update } from './settings';

/** The options of NAdam. */
export interface NAdamOptions {
  /** Learning rate, default 2e-3. */
  lr: number;
  /** Decay rates of the running averages, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** The speed at which the momentum approaches β₁: see the equation below; default 4e-3. */
  momentumDecay: number;
  /**
   * Whether weight decay shrinks the parameter itself, as in AdamW, rather than being added to the gradient; default
   * false.
   */
  decoupledWeightDecay: boolean;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const PRODUCT = 'mu_product';

const momentum = (step: number, { betas, momentumDecay }: NAdamOptions): number =>
  betas[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));

/** The product of the momenta so far. */
const productOf = ({ step, numbers }: Update, options: NAdamOptions): number =>
  (numbers[PRODUCT] ?? 1) * momentum(step, options);

const settings: OptimizerSettings<NAdamOptions> = {
  defaults: {
    lr: 2e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    momentumDecay: 4e-3,
    decoupledWeightDecay: false,
    maximize: false,
  },
  notNegative: ['lr', 'eps', 'weightDecay', 'momentumDecay'],
  check: (name, { betas }) => checkBetas(name, betas),
  stateNames: () => ['exp_avg', 'exp_avg_sq'],
  step(update, options) {
    const { step } = update;
    const product = productOf(update, options);
    return nadamStep(update, { ...options, mu: momentum(step, options), muNext: momentum(step + 1, options), product });
  },
  numbers: (update, options) => ({ [PRODUCT]: productOf(update, options) }),
};

/**
 * NAdam (Dozat 2016): Adam with Nesterov's momentum.
 *
 *     μₜ = β₁ (1 − 0.96^(t · momentumDecay) / 2);   m, v as in Adam;   d = √(v / (1 − β₂ᵗ)) + eps
 *     p ← p − lr (1 − μₜ) / (1 − Πμ) · g / d − lr μₜ₊₁ / (1 − μₜ₊₁ Πμ) · m / d
 */
export class NAdam extends optimizerClass<
  NAdamOptions,
  [
    lr: 'lr',
    betas: 'betas',
    eps: 'eps',
    weightDecay: 'weightDecay',
    momentumDecay: 'momentumDecay',
    decoupledWeightDecay: 'decoupledWeightDecay',
    maximize: 'maximize',
  ]
>('NAdam', settings) {}
