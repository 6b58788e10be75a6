// Owns ASGD, averaged stochastic gradient descent.

import { type Arguments, parseArgs } from '../core/options';
import { asgdStep } from '../ops/optim-adaptive';
import { checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What ASGD takes by name. */
export interface ASGDOptions {
  /** Learning rate, default 0.01. */
  lr: number;
  /** Decay, default 1e-4. */
  lambd: number;
  /** How the learning rate falls, default 0.75. */
  alpha: number;
  /** The update after which averaging begins, default 1e6. */
  t0: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface ASGDArguments extends Given<ASGDOptions> {
  params: OptimizerParams<ASGDOptions>;
}

type ASGDOrder = ['params', 'lr', 'lambd', 'alpha', 't0', 'weightDecay', 'maximize'];

const AVERAGE = 'ax';

/**
 * Averaged stochastic gradient descent (Polyak & Juditsky 1992). The average `ax` of the parameters is in the state.
 *
 *     g ← ∇ + weightDecay · p;   p ← (1 − lambd η) p − η g;   ax ← ax + μ (p − ax)
 *     η = lr / (1 + lambd · lr · t)^alpha;   μ = 1 / max(1, t − t0)
 */
export class ASGD extends OneCallOptimizer<ASGDOptions> {
  constructor(params: OptimizerParams<ASGDOptions>, options?: Given<ASGDOptions>);
  constructor(...args: Arguments<ASGDArguments, ASGDOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<ASGDArguments>(
      'ASGD',
      ['params'],
      { lr: 0.01, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false },
      args,
    );
    super('ASGD', params, options);
  }

  protected checkOptions({ lr, lambd, alpha, weightDecay }: ASGDOptions): void {
    checkNotNegative(this.name, { lr, lambd, alpha, weightDecay });
  }

  protected stateNames(): readonly string[] {
    return [AVERAGE];
  }

  protected update(options: ASGDOptions, { param, grad, states, step, numbers }: Update): Updated {
    const { lr, lambd, alpha, t0 } = options;
    const { eta = lr, mu = 1 } = numbers;
    const [moved, average] = asgdStep({ param, grad, states: [states[AVERAGE]!] }, { ...options, eta, mu });
    return {
      param: moved!,
      states: { [AVERAGE]: average! },
      numbers: { eta: lr / (1 + lambd * lr * step) ** alpha, mu: 1 / Math.max(1, step - t0) },
    };
  }
}
