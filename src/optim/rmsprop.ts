// Owns RMSprop.

import { type Arguments, parseArgs } from '../core/options';
import { rmspropStep } from '../ops/optim-adaptive';
import { checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What RMSprop takes by name. */
export interface RMSpropOptions {
  /** Learning rate, default 0.01. */
  lr: number;
  /** Decay of the running mean of g², default 0.99. */
  alpha: number;
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Default 0. */
  momentum: number;
  /** Divide by an estimate of the standard deviation, default false. */
  centered: boolean;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface RMSpropArguments extends Given<RMSpropOptions> {
  params: OptimizerParams<RMSpropOptions>;
}

type RMSpropOrder = ['params', 'lr', 'alpha', 'eps', 'weightDecay', 'momentum', 'centered', 'maximize'];

const SQUARE = 'square_avg';
const AVERAGE = 'grad_avg';
const MOMENTUM = 'momentum_buffer';

/**
 * RMSprop (Tieleman & Hinton 2012; centered: Graves 2013).
 *
 *     g ← ∇ + weightDecay · p;   v ← alpha · v + (1 − alpha) g²;   p ← p − lr · g / (√v + eps)
 *
 * With `momentum` p moves by a buffer b ← momentum · b + g / (√v + eps). With `centered` the square of the running mean of g is
 * taken off v.
 */
export class RMSprop extends OneCallOptimizer<RMSpropOptions> {
  constructor(params: OptimizerParams<RMSpropOptions>, options?: Given<RMSpropOptions>);
  constructor(...args: Arguments<RMSpropArguments, RMSpropOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<RMSpropArguments>(
      'RMSprop',
      ['params'],
      { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false },
      args,
    );
    super('RMSprop', params, options);
  }

  protected checkOptions(options: RMSpropOptions): void {
    checkNotNegative(this.name, {
      lr: options.lr,
      alpha: options.alpha,
      eps: options.eps,
      weightDecay: options.weightDecay,
      momentum: options.momentum,
    });
  }

  protected stateNames({ centered, momentum }: RMSpropOptions): readonly string[] {
    return [SQUARE, ...(centered ? [AVERAGE] : []), ...(momentum > 0 ? [MOMENTUM] : [])];
  }

  protected update(options: RMSpropOptions, { param, grad, states }: Update): Updated {
    const names = this.stateNames(options);
    const [moved, ...updated] = rmspropStep({ param, grad, states: names.map((name) => states[name]!) }, options);
    return { param: moved!, states: Object.fromEntries(names.map((name, i) => [name, updated[i]!])) };
  }
}
