// Owns RAdam.

import { type Arguments, parseArgs } from '../core/options';
import { radamStep } from '../ops/optim-adaptive';
import { checkBetas, checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What RAdam takes by name. */
export interface RAdamOptions {
  /** Learning rate, default 1e-3. */
  lr: number;
  /** Decay of the running averages, default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Shrink the parameter itself rather than add to the gradient, as AdamW does; default false. */
  decoupledWeightDecay: boolean;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface RAdamArguments extends Given<RAdamOptions> {
  params: OptimizerParams<RAdamOptions>;
}

type RAdamOrder = ['params', 'lr', 'betas', 'eps', 'weightDecay', 'decoupledWeightDecay', 'maximize'];

const AVERAGE = 'exp_avg';
const SQUARE = 'exp_avg_sq';

/**
 * RAdam (Liu et al. 2020): Adam whose rate is rectified while few steps are behind it; m and v as in Adam.
 *
 *     p ← p − lr · m̂ · r / (√v̂ + eps), or p ← p − lr · m̂ in the first steps, where the rectification r is not defined
 */
export class RAdam extends OneCallOptimizer<RAdamOptions> {
  constructor(params: OptimizerParams<RAdamOptions>, options?: Given<RAdamOptions>);
  constructor(...args: Arguments<RAdamArguments, RAdamOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<RAdamArguments>(
      'RAdam',
      ['params'],
      { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, decoupledWeightDecay: false, maximize: false },
      args,
    );
    super('RAdam', params, options);
  }

  protected checkOptions(options: RAdamOptions): void {
    checkNotNegative(this.name, { lr: options.lr, eps: options.eps, weightDecay: options.weightDecay });
    checkBetas(this.name, options.betas);
  }

  protected stateNames(): readonly string[] {
    return [AVERAGE, SQUARE];
  }

  protected update(options: RAdamOptions, { param, grad, states, step }: Update): Updated {
    const [moved, average, square] = radamStep(
      { param, grad, states: [states[AVERAGE]!, states[SQUARE]!] },
      { ...options, step },
    );
    return { param: moved!, states: { [AVERAGE]: average!, [SQUARE]: square! } };
  }
}
