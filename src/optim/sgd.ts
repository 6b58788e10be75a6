// Owns stochastic gradient descent.
import { ArgumentError } from '../core/errors';
import { type Arguments, parseArgs } from '../core/options';
import { sgdStep } from '../ops/optim';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What SGD takes by name. */
export interface SGDOptions {
  /** Learning rate, default 1e-3. */
  lr: number;
  /** Default 0. */
  momentum: number;
  /** Share of the gradient that momentum does not take, default 0. */
  dampening: number;
  /** L2 penalty, default 0. */
  weightDecay: number;
  /** Nesterov's momentum, default false. */
  nesterov: boolean;
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface SGDArguments extends Given<SGDOptions> {
  params: OptimizerParams<SGDOptions>;
}

type SGDOrder = ['params', 'lr', 'momentum', 'dampening', 'weightDecay', 'nesterov', 'maximize'];

const MOMENTUM = 'momentum_buffer';

/**
 * Stochastic gradient descent, with momentum (Sutskever et al. 2013).
 *
 *     g ← ∇ + weightDecay · p;   b ← momentum · b + (1 − dampening) g (b = g at first);   p ← p − lr · b
 *
 * With `nesterov` p moves by g + momentum · b instead of b.
 */
export class SGD extends OneCallOptimizer<SGDOptions> {
  constructor(params: OptimizerParams<SGDOptions>, options?: Given<SGDOptions>);
  constructor(...args: Arguments<SGDArguments, SGDOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<SGDArguments>(
      'SGD',
      ['params'],
      { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false },
      args,
    );
    super('SGD', params, options);
  }

  protected checkOptions({ lr, momentum, dampening, weightDecay, nesterov }: SGDOptions): void {
    for (const [name, value] of Object.entries({ lr, momentum, weightDecay })) {
      if (!(value >= 0)) throw new ArgumentError(`SGD: expected ${name} ≥ 0, but got ${value}`);
    }
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new ArgumentError('SGD: expected a momentum and zero dampening with nesterov: true');
    }
  }

  protected stateNames({ momentum }: SGDOptions): readonly string[] {
    return momentum === 0 ? [] : [MOMENTUM];
  }

  protected update(options: SGDOptions, { param, grad, states, step }: Update): Updated {
    const buffer = states[MOMENTUM] ?? null;
    const updated = sgdStep(param, grad, buffer, { ...options, first: step === 1 });
    return { param: updated.param, states: updated.buffer ? { [MOMENTUM]: updated.buffer } : {} };
  }
}
