// The base class of learning rate schedulers: sets the rates of an optimizer's groups by epoch, and saves a state from
// which a run resumes exactly.

import { number, orNull } from '../../../engine/core/argument-kinds';
import { closeInherited } from '../../../engine/core/arity';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { Printable } from '../../../engine/core/printable';
import { warnOnce } from '../../../engine/core/warnings';
import { beforeChange } from '../../../engine/graph/journal';
import { type StateArguments, stateIn } from '../arguments';
import { Optimizer } from '../optimizer';
import { expose, type Fields, readFields, showFields, writeFields } from './fields';

/**
 * The entries of a parameter group that schedulers change. Entries other than `lr`, `momentum` and `betas` are stored
 * there for resumed runs, as in PyTorch.
 */
export interface ScheduledGroup {
  lr: number;
  initialLr?: number;
  maxLr?: number;
  minLr?: number;
  momentum?: number;
  baseMomentum?: number;
  maxMomentum?: number;
  betas?: readonly [number, number];
}

/** The part of an optimizer that a scheduler needs. */
export interface Scheduled {
  readonly name: string;
  readonly defaults: object;
  readonly paramGroups: readonly ScheduledGroup[];
}

/** A scheduler's saved state, under PyTorch's names. */
export type LRSchedulerStateDict = Record<string, unknown>;

/** @throws ArgumentError if the value is not an optimizer */
export function checkOptimizer(name: string, optimizer: unknown): void {
  if (optimizer instanceof Optimizer) return;
  throw new ArgumentError(`${name}: expected an optimizer, but got ${optimizer === null ? 'null' : typeof optimizer}`);
}

/** The optimizers with a scheduler, and whether each has stepped since it got its first scheduler. */
const stepped = new WeakMap<object, boolean>();

/** Starts to watch the optimizer's steps. */
function watchSteps(optimizer: Scheduled & { step?(...args: unknown[]): unknown }): void {
  const { step } = optimizer;
  if (stepped.has(optimizer) || !step) return;
  stepped.set(optimizer, false);
  Object.defineProperty(optimizer, 'step', { value: noted, configurable: true, writable: true });

  function noted(this: unknown, ...args: unknown[]): unknown {
    stepped.set(optimizer, true);
    return step!.apply(this, args);
  }
}

/** `step()`, or the epoch to go to, by position or by name. */
export type EpochArguments = Arguments<{ epoch?: number | null }, ['epoch']>;

/** The epoch given to a step; null for the next one. */
export function epochIn(name: string, args: readonly unknown[]): number | null {
  if (args.length === 0) return null;
  const kinds = { epoch: orNull(number) };
  return parseArgs<{ epoch?: number | null }>(`${name}.step`, [], { epoch: null }, args, kinds).epoch;
}

interface Steps {
  readonly optimizer: Scheduled;
  stateDict(): LRSchedulerStateDict;
  loadStateDict(state: LRSchedulerStateDict): void;
}

/** Call this before a step. It saves the scheduler and the rates, so that the end of a rehearsal can restore them. */
export function keepScheduler(scheduler: Steps): void {
  beforeChange(scheduler, () => {
    const state = scheduler.stateDict();
    const groups = scheduler.optimizer.paramGroups.map((group) => ({ ...group }));
    return () => {
      scheduler.loadStateDict(state);
      scheduler.optimizer.paramGroups.forEach((group, i) => {
        Object.assign(group, groups[i]);
      });
    };
  });
}

/** One value for each group. */
export function perGroup<T>(name: string, option: string, value: T | readonly T[], { paramGroups }: Scheduled): T[] {
  if (!Array.isArray(value)) return paramGroups.map(() => value as T);
  if (value.length === paramGroups.length) return [...value];
  throw new ArgumentError(
    `${name}: expected ${option} to have the same length as optimizer.paramGroups, but ${option} has ${value.length} values and paramGroups has ${paramGroups.length}`,
  );
}

/** @throws ArgumentError if the value is not an integer of at least `least` */
export function checkInteger(name: string, option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ArgumentError(`${name}: expected an integer ${option} ≥ ${least}, but got ${value}`);
}

/**
 * Base class of learning rate schedulers. It sets the rates of the optimizer's groups when it is constructed, and again
 * at each `step()`, which must be called after the optimizer's `step()`.
 *
 *     const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 30 });
 *     for (let epoch = 0; epoch < 100; epoch++) { train(); scheduler.step(); }
 */
export abstract class LRScheduler<F extends object = object> extends Printable {
  /** The number of steps so far; 0 in a new scheduler. */
  lastEpoch: number;
  /** The initial rates of the groups. */
  baseLrs: number[];
  /** True while the scheduler is being constructed. */
  protected initial = false;
  protected stepCount = 0;
  protected lastLr: number[] = [];

  constructor(
    readonly name: string,
    readonly optimizer: Scheduled,
    /** The epoch that was the last; −1 before the first. */
    lastEpoch: number,
    /** The fields of the schedule besides the rates. */
    protected readonly fields: F,
  ) {
    super();
    checkOptimizer(name, optimizer);
    watchSteps(optimizer);
    expose(this, fields);
    optimizer.paramGroups.forEach((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) {
        throw new ArgumentError(
          `${name}: expected initialLr in paramGroups[${i}] to resume with lastEpoch ${lastEpoch}, but there is none; load the optimizer's state first`,
        );
      }
    });
    this.baseLrs = this.groups.map(({ initialLr }) => initialLr!);
    this.lastEpoch = lastEpoch;
    const closed = ['begin', 'rewind', 'restart', 'step', 'getLastLr', 'toString', 'stateDict'];
    closeInherited(Object.getPrototypeOf(this) as object, Printable.prototype, closed);
    this.begin();
  }

  protected get groups(): readonly ScheduledGroup[] {
    return this.optimizer.paramGroups;
  }

  /** The rates at `lastEpoch`; they may be computed from the groups' current rates. */
  protected abstract getLr(): number[];

  /** The rates at `lastEpoch` by a formula that does not use the current rates; null if there is no such formula. */
  protected closedForm(): number[] | null {
    return null;
  }

  /** The groups' current rates, each multiplied by a factor. */
  protected scaled(factor: number): number[] {
    return this.groups.map(({ lr }) => lr * factor);
  }

  /** The groups' current rates. */
  protected kept(): number[] {
    return this.groups.map(({ lr }) => lr);
  }

  /** Sets the first rates; called by the constructor, and again by SequentialLR. */
  begin(): void {
    this.stepCount = 0;
    this.initial = true;
    this.step();
    this.initial = false;
  }

  /** Whether a scheduler that is made of others, whose own steps are not counted, has begun before; from now on it has. */
  protected begun(): boolean {
    const before = this.stepCount > 0;
    this.stepCount = 1;
    return before;
  }

  /**
   * Undoes the step that the constructor took, but keeps the rates that it set: in SequentialLR, a scheduler begins
   * only when its turn comes.
   */
  rewind(): void {
    this.lastEpoch -= 1;
  }

  /** Restarts from epoch 0, when SequentialLR switches to this scheduler. */
  restart(): void {
    this.lastEpoch = 0;
    this.apply(this.closedForm() ?? this.getLr());
  }

  /**
   * Sets the next rates. Call it after the optimizer's step or at the end of an epoch, depending on the schedule. If an
   * epoch is given, which PyTorch deprecates, jumps to that epoch, using a closed form if one exists.
   */
  step(...args: EpochArguments): void {
    const epoch = epochIn(this.name, args);
    if (this.stepCount === 1 && stepped.get(this.optimizer) === false) {
      warnOnce(
        `${this.name}.step: expected optimizer.step() before it, but the optimizer has not stepped since it got a scheduler, so the first learning rate is skipped; call optimizer.step() first`,
      );
    }
    keepScheduler(this);
    this.stepCount += 1;
    if (epoch === null) {
      this.lastEpoch += 1;
      this.apply(this.getLr());
    } else {
      this.lastEpoch = epoch;
      this.apply(this.closedForm() ?? this.getLr());
    }
  }

  /** @throws ArgumentError if the optimizer has got a group that a schedule of `known` groups has no rate for */
  protected expectGroups(known: number): void {
    if (known === this.groups.length) return;
    throw new ArgumentError(
      `${this.name}: expected the ${known} parameter groups that it was made with, but its optimizer has ${this.groups.length} now; add groups before making it`,
    );
  }

  protected apply(rates: readonly number[]): void {
    this.expectGroups(rates.length);
    this.groups.forEach((group, i) => {
      group.lr = rates[i]!;
    });
    this.lastLr = this.kept();
  }

  /** The rates of the groups that the last step set. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  override toString(): string {
    return showFields(this.constructor.name, { ...this.fields, lastEpoch: this.lastEpoch, lr: this.lastLr });
  }

  private state(): Fields {
    const { baseLrs, lastEpoch, stepCount, lastLr } = this;
    return { ...this.fields, baseLrs, lastEpoch, _stepCount: stepCount, _lastLr: lastLr };
  }

  /** All fields but the optimizer and functions, under PyTorch's names. */
  stateDict(): LRSchedulerStateDict {
    return writeFields(this.state());
  }

  /**
   * Resumes from `stateDict()`. The current rates are in the optimizer's own state: load that state, too.
   *
   * @throws StateDictError if a field is missing; in that case, nothing has changed
   */
  loadStateDict(...args: StateArguments<LRSchedulerStateDict>): void {
    const state = stateIn<LRSchedulerStateDict>(this.name, args);
    const { baseLrs, lastEpoch, _stepCount, _lastLr, ...fields } = readFields(this.name, state, this.state());
    this.baseLrs = baseLrs as number[];
    this.lastEpoch = lastEpoch as number;
    this.stepCount = _stepCount as number;
    this.lastLr = _lastLr as number[];
    Object.assign(this.fields, fields);
  }
}
