// The scheduler that steps several others together.

import { ArgumentError } from '../../../engine/core/errors';
import { kindOf } from '../../../engine/core/options';
import { type Args, type Given, type Named, or, takes, value } from '../../../engine/core/takes';
import { type StateArguments, stateIn } from '../arguments';
import { readFields } from './fields';
import { checkMembers, loadMembers } from './members';
import { keepScheduler, LRScheduler, type LRSchedulerStateDict, type Scheduled } from './scheduler';

const chainedSchedulerTable = takes('ChainedScheduler', {
  /** The schedules, in their order. */
  schedulers: value<readonly LRScheduler[]>(),
  /** The optimizer of all schedulers. Default: that of the first scheduler. */
  optimizer: or(value<Scheduled | null>(), null),
});

export interface ChainedSchedulerArguments extends Given<typeof chainedSchedulerTable.entries>, Named {}

interface ChainedFields {
  readonly schedulers: readonly LRScheduler[];
}

/**
 * Schedulers that step together, each starting from the rates that the previous one has set.
 *
 *     const warmup = new optim.lrScheduler.ConstantLR(optimizer, { factor: 0.1, totalIters: 20 });
 *     const decay = new optim.lrScheduler.ExponentialLR(optimizer, { gamma: 0.9 });
 *     new optim.lrScheduler.ChainedScheduler([warmup, decay]);
 */
export class ChainedScheduler extends LRScheduler<ChainedFields> {
  constructor(...args: Args<typeof chainedSchedulerTable, ['schedulers', 'optimizer']>) {
    const { schedulers, optimizer } = chainedSchedulerTable.read(args);
    if (!Array.isArray(schedulers)) {
      throw new ArgumentError(`ChainedScheduler: expected a list of schedulers, but got ${kindOf(schedulers)}`);
    }
    const chosen = optimizer ?? schedulers[0]?.optimizer;
    if (!chosen) throw new ArgumentError('ChainedScheduler: expected at least one scheduler, but got none');
    checkMembers('ChainedScheduler', chosen, schedulers);
    super('ChainedScheduler', chosen, -1, { schedulers: [...schedulers] });
  }

  /** The member schedulers have already set the first rates; in SequentialLR, which undoes them, they set them again. */
  override begin(): void {
    if (this.begun()) this.step();
    else this.lastEpoch += 1;
    this.lastLr = this.kept();
  }

  override rewind(): void {
    super.rewind();
    for (const scheduler of this.fields.schedulers) scheduler.rewind();
  }

  override step(): void {
    keepScheduler(this);
    this.lastEpoch += 1;
    for (const scheduler of this.fields.schedulers) scheduler.step();
    this.lastLr = this.kept();
  }

  protected getLr(): number[] {
    return this.kept();
  }

  override stateDict(): LRSchedulerStateDict {
    return {
      _last_lr: this.getLastLr(),
      _schedulers: this.fields.schedulers.map((scheduler) => scheduler.stateDict()),
    };
  }

  override loadStateDict(...args: StateArguments<LRSchedulerStateDict>): void {
    const state = stateIn<LRSchedulerStateDict>(this.name, args);
    const { _lastLr, _schedulers } = readFields(this.name, state, { _lastLr: [], _schedulers: [] });
    loadMembers(this.name, this.fields.schedulers, _schedulers as LRSchedulerStateDict[]);
    this.lastLr = _lastLr as number[];
  }
}
