// The scheduler for averaged weights: moves the rates to a constant.

import { either, nonEmpty, number } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
import { checkOptimizer, perGroup, type ScheduledGroup } from './scheduler';
import { type Scheduling, schedulerClass } from './scheduler-class';

export interface SWALRArguments extends Scheduling {
  /** The final rate, for all groups or for each. */
  swaLr: number | readonly number[];
  /** Number of epochs until the final rate is reached, default 10. */
  annealEpochs?: number;
  /** Whether to move along a cosine (default) or a straight line. */
  annealStrategy?: 'cos' | 'linear';
}

/** A group with its final rate, which PyTorch keeps in the group. */
interface AveragedGroup extends ScheduledGroup {
  swaLr: number;
}

interface SWAFields {
  annealEpochs: number;
  annealFunc: (/** The progress of the annealing, from 0 to 1. */ t: number) => number;
}

const clamped = (t: number): number => Math.max(0, Math.min(1, t));

const strategies: Readonly<Record<'cos' | 'linear', (t: number) => number>> = {
  cos: (t) => (1 - Math.cos(Math.PI * t)) / 2,
  linear: (t) => t,
};

/**
 * lr ← swaLr · α + lr₀ (1 − α), where α rises from 0 to 1 within `annealEpochs` and then stays 1 (Izmailov et al. 2018,
 * arXiv:1803.05407).
 *
 *     const scheduler = new optim.swaUtils.SWALR(optimizer, { swaLr: 0.05 });
 */
export class SWALR extends schedulerClass<
  SWALRArguments,
  ['optimizer', 'swaLr', 'annealEpochs', 'annealStrategy', 'lastEpoch'],
  SWAFields
>('SWALR', {
  required: ['optimizer', 'swaLr'],
  defaults: { annealEpochs: 10, annealStrategy: 'cos', lastEpoch: -1 },
  kinds: { swaLr: either(number, nonEmpty(number)) },
  fields(name, { optimizer, swaLr, annealEpochs, annealStrategy }) {
    if (!(annealStrategy in strategies)) {
      throw new ArgumentError(`${name}: expected annealStrategy 'cos' or 'linear', but got ${shown(annealStrategy)}`);
    }
    if (!(Number.isInteger(annealEpochs) && annealEpochs >= 0)) {
      throw new ArgumentError(
        `${name}: expected annealEpochs to be a whole number ≥ 0, but got ${shown(annealEpochs)}`,
      );
    }
    checkOptimizer(name, optimizer);
    const rates = perGroup(name, 'swaLr', swaLr, optimizer);
    optimizer.paramGroups.forEach((group, i) => {
      (group as AveragedGroup).swaLr = rates[i]!;
    });
    return { annealEpochs, annealFunc: strategies[annealStrategy] };
  },
}) {
  protected getLr(): number[] {
    const { annealEpochs, annealFunc: along } = this.fields;
    const step = Math.max(annealEpochs === 0 ? 1 : 0, this.stepCount - 1);
    const epochs = Math.max(1, annealEpochs);
    const before = along(clamped((step - 1) / epochs));
    const now = along(clamped(step / epochs));
    return (this.groups as readonly AveragedGroup[]).map(({ lr, swaLr }) => {
      const first = before === 1 ? swaLr : (lr - before * swaLr) / (1 - before);
      return swaLr * now + first * (1 - now);
    });
  }
}
