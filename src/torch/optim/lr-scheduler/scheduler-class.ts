// Owns the class of a scheduler, which its settings make.
import type { Arguments, Parsed } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import { LRScheduler, type Scheduled } from './scheduler';

/** Parameters that every scheduler of an optimizer takes. */
export interface Scheduling {
  optimizer: Scheduled;
  /** Epochs behind a run that resumes, default -1: a new run. */
  lastEpoch?: number;
}

/** Parameters of a scheduler that it keeps as they are given. */
export type Kept<O> = Omit<Parsed<O>, keyof Scheduling>;

/** Parameters of a scheduler, and the fields that it makes of them: all but those that every scheduler takes, unless `fields` says others. */
interface SchedulerSettings<O extends Scheduling, F> extends Settings<O> {
  fields?(name: string, o: Parsed<O>): F;
  /** Rates to count from once the first are set, where they are not those that the groups began with. */
  baseLrs?(name: string, o: Parsed<O>): number[];
}

export type SchedulerClass<O extends Scheduling, Order extends readonly (keyof O)[], F extends object> = abstract new (
  ...args: Arguments<O, Order>
) => LRScheduler<F> & F;

/** The base of the scheduler `name`, whose parameters go by place in that order; it has yet to say its rates. */
/* @__NO_SIDE_EFFECTS__ */
export function schedulerClass<O extends Scheduling, Order extends readonly (keyof O)[], F extends object = Kept<O>>(
  name: string,
  settings: SchedulerSettings<O, F>,
): SchedulerClass<O, Order, F> {
  abstract class Made extends LRScheduler<F> {
    constructor(...args: readonly unknown[]) {
      const o = parseSettings(name, settings, args);
      const { optimizer, lastEpoch, ...kept } = o;
      super(name, optimizer, lastEpoch, settings.fields?.(name, o) ?? (kept as unknown as F));
      this.baseLrs = settings.baseLrs?.(name, o) ?? this.baseLrs;
    }
  }
  return Made as SchedulerClass<O, Order, F>;
}
