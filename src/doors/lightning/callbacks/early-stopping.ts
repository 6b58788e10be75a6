// EarlyStopping: ends training when a metric no longer improves.

import { ArgumentError } from '../../../torch';
import { kinds, parseArgs, pythonFloat, shown } from '../../../torch/inside';
import { scoreTensor } from '../checkpointing';
import { readAll } from '../connector';
import { Callback, stateIn, stateKeyOf } from '../hooks';
import type { LightningModule } from '../module';
import { pythonFixed } from '../python-format';
import type { Trainer } from '../trainer';

/** Options of EarlyStopping. */
export interface EarlyStoppingOptions {
  /** The name of the logged metric. */
  monitor: string;
  /** The smallest change that counts as an improvement. Default: 0. */
  minDelta?: number;
  /** Training ends after this many checks without improvement. Default: 3. */
  patience?: number;
  verbose?: boolean;
  /** Whether the metric should become smaller (the default) or larger. */
  mode?: 'min' | 'max';
  /** Whether to throw an error if the metric is missing. Default: true. */
  strict?: boolean;
  /** Whether to end training if the metric is NaN or infinite. Default: true. */
  checkFinite?: boolean;
  /** Training ends once the metric is this good. */
  stoppingThreshold?: number | null;
  /** Training ends once the metric is this bad. */
  divergenceThreshold?: number | null;
  /**
   * Whether to check at the end of training epochs rather than of validation. Default: true if validation runs once per
   * epoch.
   */
  checkOnTrainEpochEnd?: boolean | null;
}

/** Why training was stopped, with Lightning's numbers. */
const reasons = { none: 0, threshold: 1, divergence: 2, patience: 3, nonFinite: 4 } as const;

/** Stops training when a logged metric no longer improves: `new EarlyStopping('val_loss', { patience: 5 })`. */
export class EarlyStopping extends Callback {
  readonly monitor: string;
  readonly minDelta: number;
  patience: number;
  readonly mode: 'min' | 'max';
  waitCount = 0;
  /** The epoch at which training was stopped; 0 until then. */
  stoppedEpoch = 0;
  bestScore: number;
  /** Why training was stopped; null until then. */
  stoppingReasonMessage: string | null = null;
  #reason: number = reasons.none;
  #onTrainEpochEnd: boolean | null;
  readonly #options: Required<EarlyStoppingOptions>;

  /** @throws ArgumentError if `mode` is neither `min` nor `max` */
  constructor(...args: [EarlyStoppingOptions] | [string, Omit<EarlyStoppingOptions, 'monitor'>?]) {
    super();
    const o = parseArgs<EarlyStoppingOptions>(
      'EarlyStopping',
      ['monitor'],
      {
        minDelta: 0,
        patience: 3,
        verbose: false,
        mode: 'min',
        strict: true,
        checkFinite: true,
        stoppingThreshold: null,
        divergenceThreshold: null,
        checkOnTrainEpochEnd: null,
      },
      args,
      {
        monitor: kinds.text,
        minDelta: kinds.finite,
        patience: kinds.whole(0),
        stoppingThreshold: kinds.orNull(kinds.number),
        divergenceThreshold: kinds.orNull(kinds.number),
        checkOnTrainEpochEnd: kinds.orNull(kinds.flag),
      },
    );
    if (!['min', 'max'].includes(o.mode)) {
      throw new ArgumentError(`EarlyStopping: expected mode 'min' or 'max', but got ${shown(o.mode)}`);
    }
    this.#options = o as Required<EarlyStoppingOptions>;
    this.monitor = o.monitor;
    this.patience = o.patience;
    this.mode = o.mode;
    this.minDelta = Math.abs(o.minDelta) * (o.mode === 'max' ? 1 : -1);
    this.bestScore = o.mode === 'min' ? Infinity : -Infinity;
    this.#onTrainEpochEnd = o.checkOnTrainEpochEnd;
  }

  override get stateKey(): string {
    return stateKeyOf('EarlyStopping', { monitor: this.monitor, mode: this.mode });
  }

  override get isMonitoring(): boolean {
    return true;
  }

  override setup(trainer: Trainer): void {
    this.#onTrainEpochEnd ??= trainer.valCheckInterval === null && trainer.checkValEveryNEpoch === 1;
  }

  override onTrainEpochEnd(trainer: Trainer, _module: LightningModule): unknown {
    return this.#onTrainEpochEnd ? this.#check(trainer) : undefined;
  }

  override onValidationEnd(trainer: Trainer, _module: LightningModule): unknown {
    return this.#onTrainEpochEnd ? undefined : this.#check(trainer);
  }

  async #check(trainer: Trainer): Promise<void> {
    if (trainer.state.fn !== 'fit' || trainer.sanityChecking || trainer.fastDevRun > 0) return;
    const metrics = trainer.connector.callbackMetrics;
    const value = metrics[this.monitor];
    if (value === undefined) {
      if (trainer.connector.isLost(this.monitor)) return;
      const message = `EarlyStopping: expected the metric '${this.monitor}' to be logged, but there are only ${Object.keys(metrics).join(', ') || 'none'}; log it in validationStep, or monitor another`;
      if (this.#options.strict) throw new ArgumentError(message);
      if (this.#options.verbose) console.warn(message);
      return;
    }
    const [current] = await readAll([value]);
    const [stops, message] = this.#judge(current!);
    trainer.shouldStop ||= stops;
    if (stops) {
      this.stoppedEpoch = trainer.currentEpoch;
      this.stoppingReasonMessage = message;
    }
    if (message !== null && this.#options.verbose) trainer.say(message);
  }

  #isBetter(a: number, b: number): boolean {
    return this.mode === 'min' ? a < b : a > b;
  }

  /** In float32, as Lightning compares: a loss that is 0.9 there is not below the threshold 0.9. */
  #judge(given: number): [boolean, string | null] {
    const current = Math.fround(given);
    const { monitor, bestScore } = this;
    const { checkFinite, stoppingThreshold, divergenceThreshold } = this.#options;
    const sign = this.mode === 'min' ? '<' : '>';
    if (checkFinite && !Number.isFinite(current)) {
      this.#reason = reasons.nonFinite;
      return [
        true,
        `Monitored metric ${monitor} = ${pythonFloat(current)} is not finite. Previous best value was ${pythonFixed(bestScore, 3)}. Signaling Trainer to stop.`,
      ];
    }
    if (stoppingThreshold !== null && this.#isBetter(current, Math.fround(stoppingThreshold))) {
      this.#reason = reasons.threshold;
      return [
        true,
        `Stopping threshold reached: ${monitor} = ${pythonFloat(current)} ${sign} ${pythonFloat(stoppingThreshold)}. Signaling Trainer to stop.`,
      ];
    }
    if (divergenceThreshold !== null && this.#isBetter(-current, -Math.fround(divergenceThreshold))) {
      this.#reason = reasons.divergence;
      return [
        true,
        `Divergence threshold reached: ${monitor} = ${pythonFloat(current)} ${sign} ${pythonFloat(divergenceThreshold)}. Signaling Trainer to stop.`,
      ];
    }
    if (this.#isBetter(Math.fround(current - Math.fround(this.minDelta)), bestScore)) {
      const by = pythonFixed(Math.abs(bestScore - current), 3);
      const message = Number.isFinite(bestScore)
        ? `Metric ${monitor} improved by ${by} >= min_delta = ${pythonFloat(Math.abs(this.minDelta))}. New best score: ${pythonFixed(current, 3)}`
        : `Metric ${monitor} improved. New best score: ${pythonFixed(current, 3)}`;
      this.bestScore = current;
      this.waitCount = 0;
      return [false, message];
    }
    this.waitCount++;
    if (this.waitCount < this.patience) return [false, null];
    this.#reason = reasons.patience;
    return [
      true,
      `Monitored metric ${monitor} did not improve in the last ${this.waitCount} records. Best score: ${pythonFixed(bestScore, 3)}. Signaling Trainer to stop.`,
    ];
  }

  override stateDict(...none: []): Record<string, unknown> {
    parseArgs('EarlyStopping.stateDict', [], {}, none);
    return {
      wait_count: this.waitCount,
      stopped_epoch: this.stoppedEpoch,
      best_score: scoreTensor(this.bestScore),
      patience: this.patience,
      stopping_reason: this.#reason,
      stopping_reason_message: this.stoppingReasonMessage,
    };
  }

  override loadStateDict(given: Record<string, unknown>, ...none: []): void {
    const state = stateIn('EarlyStopping', [given, ...none]);
    this.waitCount = Number(state.wait_count);
    this.stoppedEpoch = Number(state.stopped_epoch);
    this.bestScore = Number(state.best_score);
    this.patience = Number(state.patience);
    this.#reason = Number(state.stopping_reason ?? reasons.none);
    this.stoppingReasonMessage = (state.stopping_reason_message as string | null | undefined) ?? null;
  }
}
