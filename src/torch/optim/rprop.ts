// Rprop.
import { listOf, number } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { rpropStep } from '../../engine/ops/optim/optim-adaptive';
import { optimizerClass } from './optimizer-class';
import type { OptimizerSettings } from './settings';

/** The options of Rprop. */
export interface RpropOptions {
  /** The initial step size of every element, default 0.01. */
  lr: number;
  /** The factors that shrink and grow the step sizes, default [0.5, 1.2]. */
  etas: readonly [number, number];
  /** Minimum and maximum step size, default [1e-6, 50]. */
  stepSizes: readonly [number, number];
  /** Whether to maximize the objective rather than minimize it, default false. */
  maximize: boolean;
}

const settings: OptimizerSettings<RpropOptions> = {
  defaults: { lr: 0.01, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false },
  kinds: { etas: listOf(number, 2), stepSizes: listOf(number, 2) },
  notNegative: ['lr'],
  check(name, { etas }) {
    const [minus, plus] = etas;
    if (minus > 0 && minus < 1 && plus > 1) return;
    throw new ArgumentError(`${name}: expected etas with 0 < etas[0] < 1 < etas[1], but got [${etas.join(', ')}]`);
  },
  stateNames: () => ['prev', 'step_size'],
  initialState: (state, { lr }) => (state === 'step_size' ? lr : 0),
  step: rpropStep,
};

/**
 * Rprop (Riedmiller & Braun 1993), for gradients of the whole data set. Every element has its own step size, initially
 * `lr`. It is multiplied by the second of `etas` while the gradient keeps its sign, and by the first when the sign
 * changes. Only the signs of gradients are used.
 */
export class Rprop extends optimizerClass<
  RpropOptions,
  [lr: 'lr', etas: 'etas', stepSizes: 'stepSizes', maximize: 'maximize']
>('Rprop', settings) {}
