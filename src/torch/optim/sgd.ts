// Stochastic gradient descent.
import { ArgumentError } from '../../engine/core/errors';
import { sgdStep } from '../../engine/ops/optim/optim';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of SGD. */
export interface SGDOptions {
  /** Learning rate, default 1e-3. */
  lr: number;
  /** The fraction of the momentum buffer that is kept from step to step, default 0. */
  momentum: number;
  /** The fraction of the gradient that is not added to the momentum buffer, default 0. */
  dampening: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Whether to use Nesterov momentum, default false. */
  nesterov: boolean;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<SGDOptions> = {
  defaults: { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false },
  notNegative: ['lr', 'momentum', 'weightDecay'],
  check(name, { momentum, dampening, nesterov }) {
    if (!nesterov || (momentum > 0 && dampening === 0)) return;
    throw new ArgumentError(`${name}: expected a momentum and zero dampening with nesterov: true`);
  },
  stateNames: ({ momentum }) => (momentum === 0 ? [] : ['momentum_buffer']),
  step: sgdStep,
};

/**
 * Stochastic gradient descent, with momentum (Sutskever et al. 2013).
 *
 *     g ← ∇ + weightDecay · p;   b ← momentum · b + (1 − dampening) g (b = g at first);   p ← p − lr · b
 *
 * With `nesterov`, p moves by g + momentum · b instead of b.
 */
export class SGD extends optimizerClass<
  SGDOptions,
  [
    lr: 'lr',
    momentum: 'momentum',
    dampening: 'dampening',
    weightDecay: 'weightDecay',
    nesterov: 'nesterov',
    maximize: 'maximize',
  ]
>('SGD', settings) {}
