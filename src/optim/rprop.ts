// Owns Rprop.

import { listOf, number } from '../core/argument-kinds';
import { ArgumentError } from '../core/errors';
import { type Arguments, parseArgs } from '../core/options';
import { rpropStep } from '../ops/optim-adaptive';
import { checkNotNegative } from './checks';
import { type Given, OneCallOptimizer, type OptimizerParams, type Update, type Updated } from './optimizer';

/** What Rprop takes by name. */
export interface RpropOptions {
  /** The first step of every element, default 0.01. */
  lr: number;
  /** Factors of the steps, default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** Least and greatest step, default [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Ascend rather than descend, default false. */
  maximize: boolean;
}

interface RpropArguments extends Given<RpropOptions> {
  params: OptimizerParams<RpropOptions>;
}

type RpropOrder = ['params', 'lr', 'etas', 'stepSizes', 'maximize'];

const BEFORE = 'prev';
const SIZE = 'step_size';

/**
 * Rprop (Riedmiller & Braun 1993), for gradients of the whole data set. Every element has a step of its own, `lr` at first, which
 * grows by the second of `etas` while the gradient keeps its sign and shrinks by the first where it changes; only signs count.
 */
export class Rprop extends OneCallOptimizer<RpropOptions> {
  constructor(params: OptimizerParams<RpropOptions>, options?: Given<RpropOptions>);
  constructor(...args: Arguments<RpropArguments, RpropOrder>);
  constructor(...args: unknown[]) {
    const { params, ...options } = parseArgs<RpropArguments>(
      'Rprop',
      ['params'],
      { lr: 0.01, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false },
      args,
      { etas: listOf(number, 2), stepSizes: listOf(number, 2) },
    );
    super('Rprop', params, options);
  }

  protected checkOptions(options: RpropOptions): void {
    checkNotNegative(this.name, { lr: options.lr });
    const [minus, plus] = options.etas;
    if (!(minus > 0 && minus < 1 && plus > 1)) {
      throw new ArgumentError(
        `Rprop: expected etas with 0 < etas[0] < 1 < etas[1], but got [${options.etas.join(', ')}]`,
      );
    }
  }

  protected stateNames(): readonly string[] {
    return [BEFORE, SIZE];
  }

  protected override initialState(name: string, { lr }: RpropOptions): number {
    return name === SIZE ? lr : 0;
  }

  protected update(options: RpropOptions, { param, grad, states }: Update): Updated {
    const [moved, before, size] = rpropStep({ param, grad, states: [states[BEFORE]!, states[SIZE]!] }, options);
    return { param: moved!, states: { [BEFORE]: before!, [SIZE]: size! } };
  }
}
