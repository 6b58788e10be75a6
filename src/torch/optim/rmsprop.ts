// RMSprop.
import { rmspropStep } from '../../engine/ops/optim/optim-adaptive';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of RMSprop. */
export interface RMSpropOptions {
  /** Learning rate, default 0.01. */
  lr: number;
  /** Decay rate of the running mean of g², default 0.99. */
  alpha: number;
  /** Added to the denominator, default 1e-8. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** The momentum factor, default 0. */
  momentum: number;
  /** Whether to divide by an estimate of the standard deviation, default false. */
  centered: boolean;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<RMSpropOptions> = {
  defaults: { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false },
  notNegative: ['lr', 'alpha', 'eps', 'weightDecay', 'momentum'],
  stateNames: ({ centered, momentum }) => [
    'square_avg',
    ...(centered ? ['grad_avg'] : []),
    ...(momentum > 0 ? ['momentum_buffer'] : []),
  ],
  step: rmspropStep,
};

/**
 * RMSprop (Tieleman & Hinton 2012; centered: Graves 2013).
 *
 *     g ← ∇ + weightDecay · p;   v ← alpha · v + (1 − alpha) g²;   p ← p − lr · g / (√v + eps)
 *
 * With `momentum`, p moves by a momentum buffer b ← momentum · b + g / (√v + eps). With `centered`, the square of the
 * running mean of g is subtracted from v.
 */
export class RMSprop extends optimizerClass<
  RMSpropOptions,
  [
    lr: 'lr',
    alpha: 'alpha',
    eps: 'eps',
    weightDecay: 'weightDecay',
    momentum: 'momentum',
    centered: 'centered',
    maximize: 'maximize',
  ]
>('RMSprop', settings) {}
