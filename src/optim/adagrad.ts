// Owns Adagrad.

import { type Arguments, parseArgs } from '../core/options';
import { adagradStep } from '../ops/optim-adaptive';
import { checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What Adagrad takes by name. */
export interface AdagradOptions {
  /** Learning rate, default 0.01. */
  lr: number;
  /** Default 0. */
  lrDecay: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** What s begins with, default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator, default 1e-10. */
  eps: number;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface AdagradArguments extends Given<AdagradOptions> {
  params: OptimizerParams<AdagradOptions>;
}

type AdagradOrder = ['params', 'lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps', 'maximize'];

const SUM = 'sum';

/**
 * Adagrad (Duchi, Hazan & Singer 2011).
 *
 *     g ← ∇ + weightDecay · p;   s ← s + g²;   p ← p − lr / (1 + (t − 1) lrDecay) · g / (√s + eps)
 */
export class Adagrad extends OneCallOptimizer<AdagradOptions> {
  constructor(params: OptimizerParams<AdagradOptions>, options?: Given<AdagradOptions>);
  constructor(...args: Arguments<AdagradArguments, AdagradOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<AdagradArguments>(
      'Adagrad',
      ['params'],
      { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false },
      args,
    );
    super('Adagrad', params, options);
  }

  protected checkOptions(options: AdagradOptions): void {
    checkNotNegative(this.name, {
      lr: options.lr,
      lrDecay: options.lrDecay,
      weightDecay: options.weightDecay,
      initialAccumulatorValue: options.initialAccumulatorValue,
      eps: options.eps,
    });
  }

  protected stateNames(): readonly string[] {
    return [SUM];
  }

  protected override initialState(): number {
    return this.defaults.initialAccumulatorValue;
  }

  protected update(options: AdagradOptions, { param, grad, states, step }: Update): Updated {
    const [moved, sum] = adagradStep({ param, grad, states: [states[SUM]!] }, { ...options, step });
    return { param: moved!, states: { [SUM]: sum! } };
  }
}
