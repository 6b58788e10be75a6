// Timer: measures how long stages take, and can end training after a given time.

import { ArgumentError } from '../../../torch';
import { type Arguments, kinds, parseArgs, shown } from '../../../torch/inside';
import { Callback, stateIn } from '../hooks';
import type { LightningModule } from '../module';
import { type Duration, secondsOf } from '../options';
import type { Trainer } from '../trainer';

/** Options of Timer. */
export interface TimerOptions {
  /** Training ends after this time. Without it, the timer only measures. */
  duration?: Duration | null;
  /** Whether to check the time after each step (the default) or each epoch. */
  interval?: 'step' | 'epoch';
  verbose?: boolean;
}

type TimedStage = 'train' | 'validate' | 'test';

interface Staged {
  stage?: TimedStage;
}

const stage = kinds.oneOf('train', 'validate', 'test');

const stageOf = (name: string, args: readonly unknown[]): TimedStage =>
  parseArgs<Staged>(`Timer.${name}`, [], { stage: 'train' }, args, { stage }).stage;

const seconds = (): number => performance.now() / 1000;

/** Measures how long training takes, and ends it after a given time. */
export class Timer extends Callback {
  readonly #duration: number | null;
  readonly #interval: 'step' | 'epoch';
  readonly #verbose: boolean;
  readonly #starts = new Map<TimedStage, number>();
  readonly #ends = new Map<TimedStage, number>();
  #offset = 0;

  constructor(...args: [options?: TimerOptions] | [Duration | null, options?: TimerOptions]) {
    super();
    // A duration may be an object, just like the options.
    const [first] = args;
    const isDuration =
      typeof first === 'object' &&
      first !== null &&
      Object.keys(first).some((key) => key in { weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 });
    const given = isDuration ? [{ ...(args[1] as TimerOptions | undefined), duration: first as Duration }] : args;
    const o = parseArgs<TimerOptions>('Timer', [], { duration: null, interval: 'step', verbose: true }, given);
    if (!['step', 'epoch'].includes(o.interval)) {
      throw new ArgumentError(`Timer: expected interval 'step' or 'epoch', but got ${shown(o.interval)}`);
    }
    this.#duration = o.duration === null ? null : secondsOf('Timer: duration', o.duration);
    this.#interval = o.interval;
    this.#verbose = o.verbose;
  }

  /** The start of the stage in seconds on a monotonic clock; null if it has not begun. */
  startTime(...args: Arguments<Staged, ['stage']>): number | null {
    const stage = stageOf('startTime', args);
    return this.#starts.get(stage) ?? null;
  }

  endTime(...args: Arguments<Staged, ['stage']>): number | null {
    const stage = stageOf('endTime', args);
    return this.#ends.get(stage) ?? null;
  }

  /** Seconds that a stage has taken so far. */
  timeElapsed(...args: Arguments<Staged, ['stage']>): number {
    const stage = stageOf('timeElapsed', args);
    const start = this.startTime(stage);
    const offset = stage === 'train' ? this.#offset : 0;
    return start === null ? offset : (this.endTime(stage) ?? seconds()) - start + offset;
  }

  /** The remaining seconds; null without a duration. */
  timeRemaining(...args: Arguments<Staged, ['stage']>): number | null {
    const stage = stageOf('timeRemaining', args);
    return this.#duration === null ? null : this.#duration - this.timeElapsed(stage);
  }

  #start(stage: TimedStage): void {
    this.#starts.set(stage, seconds());
    this.#ends.delete(stage);
  }

  #check(trainer: Trainer): void {
    if (this.#duration === null || this.timeElapsed() < this.#duration) return;
    if (this.#verbose && !trainer.shouldStop) {
      trainer.say(`Time limit reached. Elapsed time is ${this.timeElapsed().toFixed(1)} s. Signaling Trainer to stop.`);
    }
    trainer.shouldStop = true;
  }

  override onFitStart(trainer: Trainer, _module: LightningModule): void {
    this.#check(trainer);
  }

  override onTrainStart(): void {
    this.#start('train');
  }

  override onTrainEnd(): void {
    this.#ends.set('train', seconds());
  }

  override onValidationStart(): void {
    this.#start('validate');
  }

  override onValidationEnd(): void {
    this.#ends.set('validate', seconds());
  }

  override onTestStart(): void {
    this.#start('test');
  }

  override onTestEnd(): void {
    this.#ends.set('test', seconds());
  }

  override onTrainBatchEnd(trainer: Trainer): void {
    if (this.#interval === 'step') this.#check(trainer);
  }

  override onTrainEpochEnd(trainer: Trainer): void {
    if (this.#interval === 'epoch') this.#check(trainer);
  }

  override stateDict(...none: []): Record<string, unknown> {
    parseArgs('Timer.stateDict', [], {}, none);
    const stages: readonly TimedStage[] = ['train', 'validate', 'test'];
    return { time_elapsed: Object.fromEntries(stages.map((stage) => [stage, this.timeElapsed(stage)])) };
  }

  override loadStateDict(given: Record<string, unknown>, ...none: []): void {
    const state = stateIn('Timer', [given, ...none]);
    this.#offset = Number((state.time_elapsed as { train?: number } | undefined)?.train ?? 0);
  }
}
