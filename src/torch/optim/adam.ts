// Adam and AdamW.

import { flag, number } from '../../engine/core/argument-kinds';
import {
  defaultsOf,
  type Makes,
  type Named,
  or,
  type Places,
  takes,
  type Values,
  value,
} from '../../engine/core/takes';
import { adamStep } from '../../engine/ops/optim/optim';
import { checkBetas } from './checks';
import { type GroupOptions, OneCallOptimizer, type OptimizerParams } from './optimizer';
import { type Made, type OptimizerForms, optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

const options = {
  /** Learning rate, default 1e-3. */
  lr: or(value<number>(), 1e-3),
  /** Decay rates of the running averages of the gradient and its square, default [0.9, 0.999]. */
  betas: or(value<readonly [number, number]>(), [0.9, 0.999]),
  /** Added to the denominator, default 1e-8. */
  eps: or(number, 1e-8),
  /**
   * L2 penalty; with `decoupledWeightDecay`, each step instead multiplies the parameter by 1 − lr · weightDecay.
   * Default 0; for AdamW 0.01.
   */
  weightDecay: or(number, 0),
  /** Whether to divide by the maximum of the averages so far (Reddi et al. 2018), default false. */
  amsgrad: or(flag, false),
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: or(flag, false),
};

const decoupled = {
  /** Whether weight decay shrinks the parameter itself, as in AdamW, rather than being added to the gradient. */
  decoupledWeightDecay: or(flag, false),
};

/** The options of Adam. */
export interface AdamOptions extends Values<typeof options>, Values<typeof decoupled> {}

type Order = [
  lr: 'lr',
  betas: 'betas',
  eps: 'eps',
  weightDecay: 'weightDecay',
  amsgrad: 'amsgrad',
  maximize: 'maximize',
];

const settings: OptimizerSettings<AdamOptions> = {
  defaults: defaultsOf({ ...options, ...decoupled }),
  notNegative: ['lr', 'eps', 'weightDecay'],
  check: (name, { betas }) => checkBetas(name, betas),
  stateNames: ({ amsgrad }) => (amsgrad ? ['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq'] : ['exp_avg', 'exp_avg_sq']),
  step: adamStep,
};

interface AdamClass
  extends Makes<
    OptimizerForms<AdamOptions, [...Order, decoupledWeightDecay: 'decoupledWeightDecay']>,
    Made<AdamOptions>
  > {
  /**
   * Adam (Kingma & Ba 2015).
   *
   * @param params The parameters to optimize: `model.parameters()`, or groups `{ params, lr, … }` with options of their own.
   * @param options lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, amsgrad, maximize and decoupledWeightDecay
   * false, by name.
   */
  new (params: OptimizerParams<AdamOptions>, options?: GroupOptions<AdamOptions>): Made<AdamOptions>;
}

/**
 * Adam (Kingma & Ba 2015).
 *
 *     g ← ∇ + weightDecay · p;   m ← β₁ m + (1 − β₁) g;   v ← β₂ v + (1 − β₂) g²
 *     p ← p − lr · m̂ / (√v̂ + eps),   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
 *
 *     const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 *     optimizer.zeroGrad(); loss.backward(); optimizer.step();
 */
export class Adam extends (optimizerClass('Adam', settings) as AdamClass) {}

interface AdamWOptions extends Values<typeof options>, Named {}

interface AdamWArguments extends GroupOptions<AdamWOptions>, Values<typeof params> {}

const params = {
  /** The parameters to optimize: `model.parameters()`, or groups with options of their own. */
  params: value<OptimizerParams<AdamOptions>>(),
};

const adamW = takes('AdamW', { ...params, ...options, weightDecay: or(number, 0.01) });

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← (1 − lr · weightDecay) p before the step, instead of
 * a term in the gradient. `weightDecay` is 0.01 by default.
 */
export class AdamW extends OneCallOptimizer<AdamOptions> {
  /**
   * Adam with decoupled weight decay (Loshchilov & Hutter 2019).
   *
   * @param params The parameters to optimize: `model.parameters()`, or groups `{ params, lr, … }` with options of their own.
   * @param options lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0.01, amsgrad false, maximize false, by name.
   */
  constructor(params: OptimizerParams<AdamOptions>, options?: GroupOptions<AdamWOptions>);
  constructor(params: OptimizerParams<AdamOptions>, ...places: Places<GroupOptions<AdamWOptions>, Order>);
  constructor(named: AdamWArguments, nothing?: never);
  constructor(params: OptimizerParams<AdamOptions>, options?: GroupOptions<AdamWOptions>);
  constructor(...args: unknown[]) {
    const { params, ...given } = adamW.read(args);
    super('AdamW', params, { ...given, decoupledWeightDecay: true });
  }

  /** @internal */
  get settings(): OptimizerSettings<AdamOptions> {
    return settings;
  }
}
