// RAdam.
import { radamStep } from '../../engine/ops/optim/optim-adaptive';
import { checkBetas } from './checks';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of RAdam. */
export interface RAdamOptions {
  /** Learning rate, default 1e-3. */
  lr: number;
  /** Decay rates of the running averages, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /**
   * Whether weight decay shrinks the parameter itself, as in AdamW, rather than being added to the gradient; default
   * false.
   */
  decoupledWeightDecay: boolean;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<RAdamOptions> = {
  defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, decoupledWeightDecay: false, maximize: false },
  notNegative: ['lr', 'eps', 'weightDecay'],
  check: (name, { betas }) => checkBetas(name, betas),
  stateNames: () => ['exp_avg', 'exp_avg_sq'],
  step: radamStep,
};

/**
 * RAdam (Liu et al. 2020): Adam with a learning rate that is rectified during the first steps; m and v as in Adam.
 *
 *     p ← p − lr · m̂ · r / (√v̂ + eps), or p ← p − lr · m̂ in the first steps, where the rectification r is not
 *     defined
 */
export class RAdam extends optimizerClass<
  RAdamOptions,
  [
    lr: 'lr',
    betas: 'betas',
    eps: 'eps',
    weightDecay: 'weightDecay',
    decoupledWeightDecay: 'decoupledWeightDecay',
    maximize: 'maximize',
  ]
>('RAdam', settings) {}
