// Adadelta.
import { ArgumentError } from '../../engine/core/errors';
import { adadeltaStep } from '../../engine/ops/optim/optim-adaptive';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of Adadelta. */
export interface AdadeltaOptions {
  /** Learning rate, default 1. */
  lr: number;
  /** Decay rate of the running means, default 0.9. */
  rho: number;
  /** Added to the denominator, default 1e-6. */
  eps: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<AdadeltaOptions> = {
  defaults: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false },
  notNegative: ['lr', 'rho', 'eps', 'weightDecay'],
  check(name, { rho }) {
    if (rho > 1) throw new ArgumentError(`${name}: expected rho in [0, 1], but got ${rho}`);
  },
  stateNames: () => ['square_avg', 'acc_delta'],
  step: adadeltaStep,
};

/**
 * Adadelta (Zeiler 2012).
 *
 *     g ← ∇ + weightDecay · p;   v ← rho · v + (1 − rho) g²;   d = √(u + eps) / √(v + eps) · g
 *     u ← rho · u + (1 − rho) d²;   p ← p − lr · d
 */
export class Adadelta extends optimizerClass<
  AdadeltaOptions,
  [lr: 'lr', rho: 'rho', eps: 'eps', weightDecay: 'weightDecay', maximize: 'maximize']
>('Adadelta', settings) {}
