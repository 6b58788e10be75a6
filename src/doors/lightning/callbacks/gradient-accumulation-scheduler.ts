// GradientAccumulationScheduler: changes, from epoch to epoch, how many batches are accumulated for one optimizer step.

import { ArgumentError } from '../../../torch';
import { type Arguments, isPlainObject, kinds, objectAt, parseArgs, shown } from '../../../torch/inside';
import { Callback } from '../hooks';
import type { LightningModule } from '../module';
import type { Trainer } from '../trainer';

/** The number of batches per step, by the first epoch to which it applies. */
type Scheduling = Readonly<Record<number, number>>;

/**
 * Changes by epoch how many batches are accumulated per optimizer step: `new GradientAccumulationScheduler({ 0: 4, 5: 2
 * })` accumulates four, and from epoch 5 on two.
 */
export class GradientAccumulationScheduler extends Callback {
  readonly scheduling: Scheduling;

  constructor(...args: Arguments<{ scheduling: Scheduling }, ['scheduling']>) {
    super();
    const name = 'GradientAccumulationScheduler';
    const { scheduling: given } = parseArgs<{ scheduling: Scheduling }>(
      name,
      ['scheduling'],
      {},
      objectAt(name, ['scheduling'], 0, args),
    );
    const entries = isPlainObject(given) ? Object.entries(given) : [];
    const fits = entries.every(
      ([epoch, batches]) => /^\d+$/.test(epoch) && Number.isInteger(batches) && Number(batches) > 0,
    );
    if (entries.length === 0 || !fits) {
      throw new ArgumentError(
        `${name}: expected epochs with their numbers of batches, such as { 0: 4, 5: 2 }, but got ${shown(given)}`,
      );
    }
    this.scheduling = { 0: 1, ...given };
  }

  /** The number of batches per step in an epoch. */
  getAccumulateGradBatches(...args: Arguments<{ epoch: number }, ['epoch']>): number {
    const { epoch } = parseArgs<{ epoch: number }>('getAccumulateGradBatches', ['epoch'], {}, args, {
      epoch: kinds.whole(0),
    });
    const begun = Object.keys(this.scheduling)
      .map(Number)
      .filter((first) => first <= epoch);
    return this.scheduling[Math.max(...begun)]!;
  }

  override onTrainStart(trainer: Trainer, module: LightningModule): void {
    if (trainer.accumulateGradBatches !== 1 || !module.automaticOptimization) {
      throw new ArgumentError(
        'GradientAccumulationScheduler: expected automatic optimization and a trainer without accumulateGradBatches, which it sets; leave it out',
      );
    }
  }

  override onTrainEpochStart(trainer: Trainer): void {
    trainer.accumulateGradBatches = this.getAccumulateGradBatches(trainer.currentEpoch);
  }

  override onTrainEnd(trainer: Trainer): void {
    trainer.accumulateGradBatches = 1;
  }
}
