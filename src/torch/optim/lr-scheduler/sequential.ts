// The scheduler that runs others in turn.

import { anything, integer, listOf } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type StateArguments, stateIn } from '../arguments';
import { ChainedScheduler } from './chained';
import { readFields } from './fields';
import { checkMembers, loadMembers } from './members';
import {
  checkOptimizer,
  keepScheduler,
  type LRScheduler,
  type LRSchedulerStateDict,
  type Scheduled,
} from './scheduler';
import { type Scheduling, schedulerClass } from './scheduler-class';

export interface SequentialLRArguments extends Scheduling {
  /** The schedulers, in the order in which they run. */
  schedulers: readonly LRScheduler[];
  /** The epochs at which the second and later schedulers take over. */
  milestones: readonly number[];
}

interface SequentialFields {
  readonly schedulers: readonly LRScheduler[];
  milestones: readonly number[];
}

/**
 * Schedulers that run in turn.
 *
 *     const warmup = new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 });
 *     const decay = new optim.lrScheduler.ExponentialLR(optimizer, { gamma: 0.9 });
 *     new optim.lrScheduler.SequentialLR(optimizer, [warmup, decay], [5]);
 */
export class SequentialLR extends schedulerClass<
  SequentialLRArguments,
  ['optimizer', 'schedulers', 'milestones', 'lastEpoch'],
  SequentialFields
>('SequentialLR', {
  required: ['optimizer', 'schedulers', 'milestones'],
  defaults: { lastEpoch: -1 },
  kinds: { schedulers: listOf(anything), milestones: listOf(integer) },
  fields(name, { optimizer, schedulers, milestones }) {
    checkOptimizer(name, optimizer);
    checkSchedulers(optimizer, schedulers);
    if (milestones.length === schedulers.length - 1)
      return { schedulers: [...schedulers], milestones: [...milestones] };
    throw new ArgumentError(
      `${name}: expected one milestone fewer than schedulers, but got ${schedulers.length} schedulers and ${milestones.length} milestones`,
    );
  },
}) {
  /** In another SequentialLR, which has undone the first rates, they are set by a step, as in PyTorch. */
  override begin(): void {
    if (this.begun()) {
      this.step();
      return;
    }
    this.lastEpoch += 1;
    for (const group of this.groups) group.lr = group.initialLr!;
    this.rewind();
    const first = this.fields.schedulers[turnAt(0, this.fields.milestones)]!;
    first.begin();
    this.lastLr = first.getLastLr();
  }

  override rewind(): void {
    for (const scheduler of this.fields.schedulers) scheduler.rewind();
  }

  override step(): void {
    keepScheduler(this);
    this.lastEpoch += 1;
    const turn = turnAt(this.lastEpoch, this.fields.milestones);
    const scheduler = this.fields.schedulers[turn]!;
    if (turn > 0 && this.fields.milestones[turn - 1] === this.lastEpoch) scheduler.restart();
    else scheduler.step();
    this.lastLr = scheduler.getLastLr();
  }

  protected getLr(): number[] {
    return this.kept();
  }

  override stateDict(): LRSchedulerStateDict {
    const { milestones, schedulers } = this.fields;
    return {
      _milestones: [...milestones],
      last_epoch: this.lastEpoch,
      _last_lr: this.getLastLr(),
      _schedulers: schedulers.map((scheduler) => scheduler.stateDict()),
    };
  }

  override loadStateDict(...args: StateArguments<LRSchedulerStateDict>): void {
    const state = stateIn<LRSchedulerStateDict>(this.name, args);
    const own = { _milestones: [], lastEpoch: 0, _lastLr: [], _schedulers: [] };
    const { _milestones, lastEpoch, _lastLr, _schedulers } = readFields(this.name, state, own);
    loadMembers(this.name, this.fields.schedulers, _schedulers as LRSchedulerStateDict[]);
    this.fields.milestones = _milestones as number[];
    this.lastEpoch = lastEpoch as number;
    this.lastLr = _lastLr as number[];
  }
}

/** The index of the scheduler that is active at an epoch. */
const turnAt = (epoch: number, milestones: readonly number[]): number =>
  milestones.filter((milestone) => milestone <= epoch).length;

function checkSchedulers(optimizer: Scheduled, schedulers: readonly LRScheduler[]): void {
  if (schedulers.length === 0) throw new ArgumentError('SequentialLR: expected at least one scheduler, but got none');
  checkMembers('SequentialLR', optimizer, schedulers);
  schedulers.forEach((scheduler, i) => {
    if (i > 0 && (scheduler instanceof SequentialLR || scheduler instanceof ChainedScheduler)) {
      throw new ArgumentError(
        `SequentialLR: expected a ${scheduler.name} in the first place only, but got one at index ${i}`,
      );
    }
  });
}
