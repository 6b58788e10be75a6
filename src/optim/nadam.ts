// Owns NAdam.

import { type Arguments, parseArgs } from '../core/options';
import { nadamStep } from '../ops/optim-adaptive';
import { checkBetas, checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What NAdam takes by name. */
export interface NAdamOptions {
  /** Learning rate, default 2e-3. */
  lr: number;
  /** Decay of the running averages, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Default 4e-3. */
  momentumDecay: number;
  /** Shrink the parameter itself rather than add to the gradient, as AdamW does; default false. */
  decoupledWeightDecay: boolean;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface NAdamArguments extends Given<NAdamOptions> {
  params: OptimizerParams<NAdamOptions>;
}

type NAdamOrder = ['params', 'lr', 'betas', 'eps', 'weightDecay', 'momentumDecay', 'decoupledWeightDecay', 'maximize'];

const AVERAGE = 'exp_avg';
const SQUARE = 'exp_avg_sq';
const PRODUCT = 'mu_product';

/**
 * NAdam (Dozat 2016): Adam with Nesterov's momentum.
 *
 *     μₜ = β₁ (1 − 0.96^(t · momentumDecay) / 2);   m, v as in Adam;   d = √(v / (1 − β₂ᵗ)) + eps
 *     p ← p − lr (1 − μₜ) / (1 − Πμ) · g / d − lr μₜ₊₁ / (1 − μₜ₊₁ Πμ) · m / d
 */
export class NAdam extends OneCallOptimizer<NAdamOptions> {
  constructor(params: OptimizerParams<NAdamOptions>, options?: Given<NAdamOptions>);
  constructor(...args: Arguments<NAdamArguments, NAdamOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<NAdamArguments>(
      'NAdam',
      ['params'],
      {
        lr: 2e-3,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weightDecay: 0,
        momentumDecay: 4e-3,
        decoupledWeightDecay: false,
        maximize: false,
      },
      args,
    );
    super('NAdam', params, options);
  }

  protected checkOptions(options: NAdamOptions): void {
    checkNotNegative(this.name, {
      lr: options.lr,
      eps: options.eps,
      weightDecay: options.weightDecay,
      momentumDecay: options.momentumDecay,
    });
    checkBetas(this.name, options.betas);
  }

  protected stateNames(): readonly string[] {
    return [AVERAGE, SQUARE];
  }

  protected update(options: NAdamOptions, { param, grad, states, step, numbers }: Update): Updated {
    const { betas, momentumDecay } = options;
    const momentum = (t: number) => betas[0] * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const mu = momentum(step);
    const product = (numbers[PRODUCT] ?? 1) * mu;
    const [moved, average, square] = nadamStep(
      { param, grad, states: [states[AVERAGE]!, states[SQUARE]!] },
      { ...options, step, mu, muNext: momentum(step + 1), product },
    );
    return { param: moved!, states: { [AVERAGE]: average!, [SQUARE]: square! }, numbers: { [PRODUCT]: product } };
  }
}
