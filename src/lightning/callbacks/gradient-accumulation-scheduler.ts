// GradientAccumulationScheduler: how many batches a step takes, by epoch.
import { ArgumentError } from '../../errors';
import { whole } from '../../tensor/argument-kinds';
import { type Arguments, isPlainObject, parseArgs, shown, unknownArgument } from '../../tensor/options';
import { Callback } from '../hooks';
import type { LightningModule } from '../module';
import type { Trainer } from '../trainer';

/** @throws ArgumentError for other names beside the schedule's */
function expectOnly(given: object): void {
  const other = Object.keys(given).find((key) => key !== 'scheduling');
  if (other !== undefined) throw unknownArgument('GradientAccumulationScheduler', other, ['scheduling']);
}

/** `new GradientAccumulationScheduler({ 0: 4, 5: 2 })`: four batches a step, two from epoch 5 on. */
export class GradientAccumulationScheduler extends Callback {
  readonly scheduling: Readonly<Record<number, number>>;

  /** @param scheduling batches by the epoch from which on they count; `{ scheduling }` too */
  constructor(
    scheduling: Readonly<Record<number, number>> | { readonly scheduling: Readonly<Record<number, number>> },
    ...none: []
  ) {
    super();
    parseArgs('GradientAccumulationScheduler', [], {}, none);
    const named = isPlainObject(scheduling) && 'scheduling' in scheduling;
    if (named) expectOnly(scheduling);
    const given = named ? scheduling.scheduling : scheduling;
    const entries = isPlainObject(given) ? Object.entries(given) : [];
    const fits = entries.every(
      ([epoch, batches]) => /^\d+$/.test(epoch) && Number.isInteger(batches) && Number(batches) > 0,
    );
    if (entries.length === 0 || !fits) {
      throw new ArgumentError(
        `GradientAccumulationScheduler: expected epochs with their numbers of batches, such as { 0: 4, 5: 2 }, but got ${shown(scheduling)}`,
      );
    }
    this.scheduling = { 0: 1, ...given };
  }

  /** Batches a step in an epoch. */
  getAccumulateGradBatches(...args: Arguments<{ epoch: number }, ['epoch']>): number {
    const { epoch } = parseArgs<{ epoch: number }>('getAccumulateGradBatches', ['epoch'], {}, args, {
      epoch: whole(0),
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
