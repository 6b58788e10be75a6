// Adagrad.
import { adagradStep } from '../../engine/ops/optim/optim-adaptive';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of Adagrad. */
export interface AdagradOptions {
  /** Learning rate, default 0.01. */
  lr: number;
  /** Decay of the learning rate, which in step t is lr / (1 + (t − 1) lrDecay); default 0. */
  lrDecay: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** The initial value of s, default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator, default 1e-10. */
  eps: number;
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<AdagradOptions> = {
  defaults: { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false },
  notNegative: ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps'],
  stateNames: () => ['sum'],
  initialState: (_name, _options, { initialAccumulatorValue }) => initialAccumulatorValue,
  step: adagradStep,
};

/**
 * Adagrad (Duchi, Hazan & Singer 2011).
 *
 *     g ← ∇ + weightDecay · p;   s ← s + g²;   p ← p − lr / (1 + (t − 1) lrDecay) · g / (√s + eps)
 */
export class Adagrad extends optimizerClass<
  AdagradOptions,
  [
    lr: 'lr',
    lrDecay: 'lrDecay',
    weightDecay: 'weightDecay',
    initialAccumulatorValue: 'initialAccumulatorValue',
    eps: 'eps',
    maximize: 'maximize',
  ]
>('Adagrad', settings) {}
