// Owns the scheduler of averaged weights: from the rates that are there to a constant one.

import { either, nonEmpty, number } from '../../core/argument-kinds';
import { ArgumentError } from '../../core/errors';
import { type Arguments, parseArgs, shown } from '../../core/options';
import { checkOptimizer, LRScheduler, perGroup, type Scheduled, type ScheduledGroup } from './scheduler';

export interface SWALRArguments {
  optimizer: Scheduled;
  /** The rate to come to, for all groups or for each. */
  swaLr: number | readonly number[];
  /** Epochs until then, default 10. */
  annealEpochs?: number;
  /** Along a cosine (default) or a straight line. */
  annealStrategy?: 'cos' | 'linear';
  lastEpoch?: number;
}

/** A group's rate to come to, which PyTorch keeps in the group. */
interface AveragedGroup extends ScheduledGroup {
  swaLr: number;
}

interface SWAFields {
  annealEpochs: number;
}

const clamped = (t: number): number => Math.max(0, Math.min(1, t));

const strategies: Readonly<Record<'cos' | 'linear', (t: number) => number>> = {
  cos: (t) => (1 - Math.cos(Math.PI * t)) / 2,
  linear: (t) => t,
};

/**
 * lr ← swaLr · α + lr₀ (1 − α), where α goes from 0 to 1 within `annealEpochs`, and is `swaLr` from then on (Izmailov et al. 2018,
 * arXiv:1803.05407).
 *
 *     const scheduler = new optim.swaUtils.SWALR(optimizer, { swaLr: 0.05 });
 */
export class SWALR extends LRScheduler<SWAFields> {
  declare annealEpochs: number;
  readonly #strategy: (t: number) => number;

  constructor(
    ...args: Arguments<SWALRArguments, ['optimizer', 'swaLr', 'annealEpochs', 'annealStrategy', 'lastEpoch']>
  ) {
    const { optimizer, swaLr, annealEpochs, annealStrategy, lastEpoch } = parseArgs<SWALRArguments>(
      'SWALR',
      ['optimizer', 'swaLr'],
      { annealEpochs: 10, annealStrategy: 'cos', lastEpoch: -1 },
      args,
      { swaLr: either(number, nonEmpty(number)) },
    );
    if (!(annealStrategy in strategies)) {
      throw new ArgumentError(`SWALR: expected annealStrategy 'cos' or 'linear', but got ${shown(annealStrategy)}`);
    }
    if (!(Number.isInteger(annealEpochs) && annealEpochs >= 0)) {
      throw new ArgumentError(`SWALR: expected annealEpochs to be a whole number ≥ 0, but got ${shown(annealEpochs)}`);
    }
    checkOptimizer('SWALR', optimizer);
    const rates = perGroup('SWALR', 'swaLr', swaLr, optimizer);
    optimizer.paramGroups.forEach((group, i) => {
      (group as AveragedGroup).swaLr = rates[i]!;
    });
    super('SWALR', optimizer, lastEpoch, { annealEpochs });
    this.#strategy = strategies[annealStrategy];
  }

  protected override getLr(): number[] {
    // The constructor takes its first step before it has a strategy; there all begin and end alike.
    const along = this.initial ? strategies.linear : this.#strategy;
    const step = Math.max(this.annealEpochs === 0 ? 1 : 0, this.stepCount - 1);
    const epochs = Math.max(1, this.annealEpochs);
    const before = along(clamped((step - 1) / epochs));
    const now = along(clamped(step / epochs));
    return (this.groups as readonly AveragedGroup[]).map(({ lr, swaLr }) => {
      const first = before === 1 ? swaLr : (lr - before * swaLr) / (1 - before);
      return swaLr * now + first * (1 - now);
    });
  }
}
