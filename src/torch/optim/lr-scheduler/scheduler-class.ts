// Makes a scheduler's base class from its settings.
import type { Arguments, Parsed } from '../../../engine/core/options';
import { parseSettings, type Settings } from '../../../engine/core/settings';
import { LRScheduler, type Scheduled } from './scheduler';

/** The parameters that every scheduler takes. */
export interface Scheduling {
  optimizer: Scheduled;
  /** The index of the last epoch of the run to resume; default -1: a new run. */
  lastEpoch?: number;
}

/** The parameters that a scheduler stores unchanged. */
export type KeptSettings<O> = Omit<Parsed<O>, keyof Scheduling>;

/**
 * A scheduler's parameters, and the fields made from them: all parameters except those of `Scheduling`, unless `fields`
 * makes others.
 */
interface SchedulerSettings<O extends Scheduling, F> extends Settings<O> {
  fields?(name: string, o: Parsed<O>): F;
  /**
   * The base rates, if they differ from the groups' initial rates. They are set after the first rates have been set.
   */
  baseLrs?(name: string, o: Parsed<O>): number[];
}

export type SchedulerClass<O extends Scheduling, Order extends readonly (keyof O)[], F extends object> = abstract new (
  ...args: Arguments<O, Order>
) => LRScheduler<F> & F;

/**
 * Makes the base class of the scheduler `name`, whose positional parameters have the given order; a subclass defines
 * the rates.
 */
/* @__NO_SIDE_EFFECTS__ */
export function schedulerClass<
  O extends Scheduling,
  Order extends readonly (keyof O)[],
  F extends object = KeptSettings<O>,
>(name: string, settings: SchedulerSettings<O, F>): SchedulerClass<O, Order, F> {
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
