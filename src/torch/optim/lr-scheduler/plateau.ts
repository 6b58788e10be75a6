// The scheduler that reduces the rate when a metric no longer improves.

import { either, type Kind, listOf, number, orNull, real } from '../../../engine/core/argument-kinds';
import { closeInherited } from '../../../engine/core/arity';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { Printable } from '../../../engine/core/printable';
import { type StateArguments, stateIn } from '../arguments';
import { expose, readFields, showFields, writeFields } from './fields';
import { checkOptimizer, keepScheduler, type LRSchedulerStateDict, perGroup, type Scheduled } from './scheduler';

export interface ReduceLROnPlateauArguments {
  optimizer: Scheduled;
  /** Whether a smaller metric is better (default) or a larger one. */
  mode?: 'min' | 'max';
  /** The factor by which the rate is reduced, default 0.1. */
  factor?: number;
  /** Number of epochs without improvement to wait before the rate is reduced, default 10. */
  patience?: number;
  /** The minimum change that counts as an improvement, default 1e-4. */
  threshold?: number;
  /** Whether the threshold is relative to the best value (default) or absolute. */
  thresholdMode?: 'rel' | 'abs';
  /** Number of epochs after a reduction during which epochs without improvement are not counted, default 0. */
  cooldown?: number;
  /** Lower bound of the rate, for all groups or for each; default 0. */
  minLr?: number | readonly number[];
  /** If the rate would change by no more than this, it is left unchanged; default 1e-8. */
  eps?: number;
}

type PlateauOrder = [
  'optimizer',
  'mode',
  'factor',
  'patience',
  'threshold',
  'thresholdMode',
  'cooldown',
  'minLr',
  'eps',
];

interface MetricStep {
  metrics: number;
  /** The number of the epoch; default: the next one. */
  epoch?: number | null;
}

/** NaN is accepted: it counts as no improvement. */
const metric: Kind = { words: 'a number, as await loss.item() gives it', fits: real.fits };

type PlateauOptions = Omit<Required<ReduceLROnPlateauArguments>, 'optimizer' | 'minLr'>;

type PlateauState = PlateauOptions & {
  minLrs: number[];
  best: number;
  numBadEpochs: number;
  cooldownCounter: number;
  lastEpoch: number;
  _lastLr: number[];
};

/**
 * lr ← max(factor · lr, minLr) once a metric has not improved for `patience` epochs.
 *
 *     const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { mode: 'min', patience: 5 });
 *     scheduler.step(await validationLoss.item());
 */
export class ReduceLROnPlateau extends Printable {
  declare mode: 'min' | 'max';
  declare factor: number;
  declare patience: number;
  declare threshold: number;
  declare thresholdMode: 'rel' | 'abs';
  declare cooldown: number;
  declare eps: number;
  /** The minimum rate of each group. */
  minLrs: number[];
  readonly name = 'ReduceLROnPlateau';
  readonly optimizer: Scheduled;
  lastEpoch = 0;
  /** The best metric so far. */
  best: number;
  numBadEpochs = 0;
  cooldownCounter = 0;
  #lastLr: number[];
  /** The minimum rate of every group; null if each has its own. */
  readonly #minLr: number | null;
  readonly #options: PlateauOptions;

  constructor(...args: Arguments<ReduceLROnPlateauArguments, PlateauOrder>) {
    super();
    const { optimizer, minLr, ...options } = parseArgs<ReduceLROnPlateauArguments>(
      this.name,
      ['optimizer'],
      {
        mode: 'min',
        factor: 0.1,
        patience: 10,
        threshold: 1e-4,
        thresholdMode: 'rel',
        cooldown: 0,
        minLr: 0,
        eps: 1e-8,
      },
      args,
      { minLr: either(number, listOf(number)) },
    );
    checkOptimizer(this.name, optimizer);
    const { factor, mode, thresholdMode } = options;
    if (!(factor < 1)) throw new ArgumentError(`${this.name}: expected factor < 1, but got ${factor}`);
    if (!['min', 'max'].includes(mode)) {
      throw new ArgumentError(`${this.name}: expected mode 'min' or 'max', but got '${mode}'`);
    }
    if (!['rel', 'abs'].includes(thresholdMode)) {
      throw new ArgumentError(`${this.name}: expected thresholdMode 'rel' or 'abs', but got '${thresholdMode}'`);
    }
    this.optimizer = optimizer;
    this.#options = options;
    expose(this, options);
    this.minLrs = perGroup(this.name, 'minLr', minLr, optimizer);
    this.#minLr = typeof minLr === 'number' ? minLr : null;
    this.best = mode === 'min' ? Infinity : -Infinity;
    this.#lastLr = this.#rates();
    const closed = ['getLastLr', 'toString', 'stateDict'];
    closeInherited(Object.getPrototypeOf(this) as object, Printable.prototype, closed);
  }

  #rates(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === 'min' ? -1 : 1;
    const bound = thresholdMode === 'rel' ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return mode === 'min' ? metric < bound : metric > bound;
  }

  /** Takes the epoch's metric, a number: `await loss.item()`. Passing the epoch as well is deprecated in PyTorch. */
  step(...args: Arguments<MetricStep, ['metrics', 'epoch']>): void {
    const { metrics, epoch } = parseArgs<MetricStep>(`${this.name}.step`, ['metrics'], { epoch: null }, args, {
      metrics: metric,
      epoch: orNull(number),
    });
    keepScheduler(this);
    const { patience, cooldown } = this.#options;
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    if (this.#isBetter(metrics)) {
      this.best = metrics;
      this.numBadEpochs = 0;
    } else {
      this.numBadEpochs += 1;
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter -= 1;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > patience) {
      this.#reduce();
      this.cooldownCounter = cooldown;
      this.numBadEpochs = 0;
    }
    this.#lastLr = this.#rates();
  }

  #reduce(): void {
    const { factor, eps } = this.#options;
    const groups = this.optimizer.paramGroups.length;
    if (groups !== this.minLrs.length) {
      if (this.#minLr === null) {
        throw new ArgumentError(
          `${this.name}: expected a minLr for each of ${groups} parameter groups, but got ${this.minLrs.length}; add groups before the scheduler is made`,
        );
      }
      this.minLrs = perGroup(this.name, 'minLr', this.#minLr, this.optimizer);
    }
    this.optimizer.paramGroups.forEach((group, i) => {
      const reduced = Math.max(group.lr * factor, this.minLrs[i]!);
      if (group.lr - reduced > eps) group.lr = reduced;
    });
  }

  /** The rates of the groups after the last step. */
  getLastLr(): number[] {
    return [...this.#lastLr];
  }

  override toString(): string {
    const { lastEpoch, best } = this;
    return showFields(this.constructor.name, { ...this.#options, lastEpoch, best, lr: this.#lastLr });
  }

  #state(): PlateauState {
    const { best, numBadEpochs, cooldownCounter, lastEpoch } = this;
    const minLrs = this.minLrs;
    return { ...this.#options, minLrs, best, numBadEpochs, cooldownCounter, lastEpoch, _lastLr: this.#lastLr };
  }

  /** All fields but the optimizer, under PyTorch's names. */
  stateDict(): LRSchedulerStateDict {
    return writeFields(this.#state());
  }

  /** @throws StateDictError if a field is missing; in that case, nothing has changed */
  loadStateDict(...args: StateArguments<LRSchedulerStateDict>): void {
    const state = stateIn<LRSchedulerStateDict>(this.name, args);
    const saved = readFields(this.name, state, this.#state()) as unknown as PlateauState;
    const { minLrs, best, numBadEpochs, cooldownCounter, lastEpoch, _lastLr, ...options } = saved;
    Object.assign(this, { best, numBadEpochs, cooldownCounter, lastEpoch });
    Object.assign(this.#options, options);
    this.minLrs = minLrs;
    this.#lastLr = _lastLr;
  }
}
