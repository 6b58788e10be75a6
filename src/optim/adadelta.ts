// Owns Adadelta.
import { ArgumentError } from '../core/errors';
import { type Arguments, parseArgs } from '../core/options';
import { adadeltaStep } from '../ops/optim-adaptive';
import { checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What Adadelta takes by name. */
export interface AdadeltaOptions {
  /** Learning rate, default 1. */
  lr: number;
  /** Decay of the running means, default 0.9. */
  rho: number;
  /** Added to the denominator, default 1e-6. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface AdadeltaArguments extends Given<AdadeltaOptions> {
  params: OptimizerParams<AdadeltaOptions>;
}

type AdadeltaOrder = ['params', 'lr', 'rho', 'eps', 'weightDecay', 'maximize'];

const SQUARE = 'square_avg';
const DELTA = 'acc_delta';

/**
 * Adadelta (Zeiler 2012).
 *
 *     g ← ∇ + weightDecay · p;   v ← rho · v + (1 − rho) g²;   d = √(u + eps) / √(v + eps) · g
 *     u ← rho · u + (1 − rho) d²;   p ← p − lr · d
 */
export class Adadelta extends OneCallOptimizer<AdadeltaOptions> {
  constructor(params: OptimizerParams<AdadeltaOptions>, options?: Given<AdadeltaOptions>);
  constructor(...args: Arguments<AdadeltaArguments, AdadeltaOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<AdadeltaArguments>(
      'Adadelta',
      ['params'],
      { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false },
      args,
    );
    super('Adadelta', params, options);
  }

  protected checkOptions(options: AdadeltaOptions): void {
    checkNotNegative(this.name, {
      lr: options.lr,
      rho: options.rho,
      eps: options.eps,
      weightDecay: options.weightDecay,
    });
    if (options.rho > 1) throw new ArgumentError(`Adadelta: expected rho in [0, 1], but got ${options.rho}`);
  }

  protected stateNames(): readonly string[] {
    return [SQUARE, DELTA];
  }

  protected update(options: AdadeltaOptions, { param, grad, states }: Update): Updated {
    const [moved, square, delta] = adadeltaStep({ param, grad, states: [states[SQUARE]!, states[DELTA]!] }, options);
    return { param: moved!, states: { [SQUARE]: square!, [DELTA]: delta! } };
  }
}
