// One epoch of training: its batches, the validations within it, and the schedulers' steps.
import { ArgumentError, Tensor } from '../../../torch';
import { isPlainObject, warnOnce } from '../../../torch/inside';
import { readAll } from '../connector';
import type { Fetcher } from '../loaders';
import { AutomaticOptimization } from '../optimization';
import { BatchProgress, Progress } from '../progress';
import { Results } from '../results';
import { LOST } from '../survival';
import { transferred } from './batches';
import { EvaluationLoop } from './evaluation-loop';
import type { FitRun } from './run';

/**
 * Where a resumed run was within an epoch: in the hooks after a batch, in the validation after that, or between
 * batches.
 */
export type EpochPhase = 'batch' | 'validation' | 'between';

export class TrainingEpochLoop {
  readonly batchProgress = new BatchProgress();
  readonly schedulerProgress = new Progress(['ready', 'completed']);
  readonly manualProgress = new Progress(['ready', 'completed']);
  readonly automatic: AutomaticOptimization;
  readonly valLoop: EvaluationLoop;
  readonly results = new Results(true);
  /** The number of batches with an optimizer step, which loggers use as the step. */
  batchesThatStepped = 0;
  /** Whether the last batch is completely done, including its validation. */
  isBatchOver = true;

  constructor(private readonly trainer: FitRun) {
    this.automatic = new AutomaticOptimization(trainer);
    this.valLoop = new EvaluationLoop(trainer, 'Validation', true);
  }

  get globalStep(): number {
    const { trainer } = this;
    return trainer.hasModule && !trainer.lightningModule.automaticOptimization
      ? this.manualProgress.total.completed
      : this.automatic.progress.step.total.completed;
  }

  /** The index of the current batch in its epoch. */
  get batchIdx(): number {
    return this.batchProgress.current.ready - 1;
  }

  #hasLastBatch(): boolean {
    const { batchProgress, trainer } = this;
    return batchProgress.current.ready === trainer.fitLoop.maxBatches || batchProgress.isLastBatch;
  }

  /** Whether this batch only adds to the gradients, without a step. */
  shouldAccumulate(): boolean {
    return this.batchProgress.current.ready % this.trainer.accumulateGradBatches !== 0 && !this.#hasLastBatch();
  }

  get isDone(): boolean {
    const { trainer } = this;
    const { maxSteps } = trainer;
    if ((maxSteps !== -1 && this.globalStep >= maxSteps) || this.#hasLastBatch()) return true;
    if (!trainer.shouldStop) return false;
    if (trainer.fitLoop.canStopEarly) return true;
    trainer.say(
      `Trainer was signaled to stop but the required \`minEpochs=${trainer.minEpochs}\` or \`minSteps=${trainer.minSteps}\` has not been met. Training will continue...`,
    );
    return false;
  }

  /** @param isNew false if the run resumes within the epoch */
  async run(fetcher: Fetcher, isNew: boolean): Promise<void> {
    if (isNew) {
      this.batchProgress.resetOnRun();
      this.schedulerProgress.resetOnRun();
      this.automatic.progress.all((progress) => progress.resetOnRun());
      this.valLoop.batchProgress.total.reset();
    }
    while (!this.isDone) {
      const more = await this.trainer.survival.through(() => this.#advance(fetcher), true);
      if (more === false) break;
      if (more === LOST) this.#passOver();
      await this.#afterBatch();
      this.trainer.throwIfInterrupted();
    }
  }

  /** Marks the current batch, which was lost with the device, as done. */
  #passOver(): void {
    const { batchProgress, automatic, manualProgress } = this;
    for (const counts of [batchProgress.current, batchProgress.total]) {
      counts.started = counts.processed = counts.completed = counts.ready;
    }
    automatic.progress.all((progress) => progress.resetOnRestart());
    manualProgress.resetOnRestart();
  }

  /** Completes the last batch of the resumed run. */
  async goOn(phase: EpochPhase): Promise<void> {
    const { trainer, batchProgress } = this;
    if (phase === 'batch' && batchProgress.current.processed > batchProgress.current.completed) {
      batchProgress.increment('completed');
    }
    batchProgress.resetOnRestart();
    this.schedulerProgress.resetOnRestart();
    this.automatic.progress.all((progress) => progress.resetOnRestart());
    if (batchProgress.current.ready === 0 || phase === 'between') return;
    trainer.connector.firstLoopIter = false;
    await this.#afterBatch(phase === 'validation');
  }

  /** Trains on one batch; returns false if the epoch is over. */
  async #advance(fetcher: Fetcher): Promise<boolean> {
    const { trainer, batchProgress } = this;
    const { hooks, connector, lightningModule } = trainer;
    const next = await trainer.fetched(fetcher);
    if (next.done) {
      batchProgress.isLastBatch = true;
      return false;
    }
    const batchIdx = this.batchIdx + 1;
    batchProgress.isLastBatch = fetcher.isDone;
    this.isBatchOver = false;
    const batch = await transferred(trainer, next.value, 0);
    batchProgress.increment('ready');
    connector.startBatch(batch);
    await hooks.callbacks('onTrainBatchStart', [batch, batchIdx]);
    if ((await hooks.module('onTrainBatchStart', [batch, batchIdx])) === -1) {
      batchProgress.isLastBatch = true;
      batchProgress.increment('processed');
      await this.#updateSchedulers('step', false);
      await this.#updateSchedulers('epoch', false);
      return false;
    }
    batchProgress.increment('started');
    const args = [batch, batchIdx];
    const given = await trainer.watched(() =>
      lightningModule.automaticOptimization
        ? this.automatic.run(batchIdx, args)
        : Promise.resolve(hooks.module('trainingStep', args)),
    );
    batchProgress.increment('processed');
    await this.#updateSchedulers('step', false);
    if (this.#hasLastBatch()) await this.#updateSchedulers('epoch', false);
    if (hooks.has('onTrainBatchEnd')) await hooks.both('onTrainBatchEnd', [this.#outputsOf(given), batch, batchIdx]);
    connector.endBatch();
    batchProgress.increment('completed');
    connector.updateTrainStep();
    return true;
  }

  /** A step's outputs for hooks: the detached loss, divided for accumulation, and the other values of the result. */
  #outputsOf(given: unknown): Record<string, unknown> {
    if (given === null || given === undefined) return {};
    const { accumulateGradBatches, lightningModule } = this.trainer;
    const outputs = given instanceof Tensor ? { loss: given } : isPlainObject(given) ? given : { output: given };
    const loss: unknown = outputs.loss;
    if (!(loss instanceof Tensor)) return { ...outputs };
    const detached = loss.detach();
    const divided =
      lightningModule.automaticOptimization && accumulateGradBatches > 1
        ? detached.div(accumulateGradBatches)
        : detached;
    return { ...outputs, loss: divided };
  }

  async #afterBatch(isValidated = false): Promise<void> {
    const { survival } = this.trainer;
    if (!isValidated && this.#shouldValidate()) await this.#validate();
    await survival.through(() => this.#updateSchedulers('step', true));
    if (!this.shouldAccumulate()) this.batchesThatStepped++;
    this.isBatchOver = true;
  }

  async #validate(): Promise<void> {
    const { trainer, valLoop } = this;
    const { connector } = trainer;
    const { firstLoopIter } = connector;
    trainer.state.stage = 'validating';
    if (!this.shouldAccumulate()) await trainer.hooks.module('onValidationModelZeroGrad');
    if (trainer.shouldReloadVal) await valLoop.setupData(trainer.valSource, true);
    await trainer.survival.untilDone(() => valLoop.run());
    trainer.state.stage = 'training';
    connector.firstLoopIter = firstLoopIter;
  }

  /** Whether validation is due in this epoch. */
  shouldValidateEpoch(): boolean {
    const { trainer } = this;
    return (
      trainer.enableValidation &&
      (trainer.checkValEveryNEpoch === null || (trainer.currentEpoch + 1) % trainer.checkValEveryNEpoch === 0)
    );
  }

  #shouldValidate(): boolean {
    if (!this.shouldValidateEpoch()) return false;
    const { trainer, batchProgress } = this;
    const { isLastBatch } = batchProgress;
    const every = trainer.valCheckBatch;
    if (isLastBatch && every === Infinity) return true;
    if (trainer.shouldStop && trainer.fitLoop.canStopEarly) return true;
    if (every === Infinity) {
      const limit = trainer.limitTrainBatches;
      return limit !== null && limit >= 1 && (this.batchIdx + 1) % limit === 0;
    }
    const at = trainer.checkValEveryNEpoch === null ? batchProgress.total.ready - 1 : this.batchIdx;
    return (at + 1) % every === 0;
  }

  async #updateSchedulers(interval: 'step' | 'epoch', plateau: boolean): Promise<void> {
    if (interval === 'step' && this.shouldAccumulate()) return;
    await this.updateLearningRates(interval, plateau);
  }

  /**
   * Steps the schedulers that are due: if `plateau` is set, only ReduceLROnPlateau schedulers, whose metrics must have
   * been logged; otherwise all others.
   */
  async updateLearningRates(interval: 'step' | 'epoch', plateau: boolean): Promise<void> {
    const { trainer } = this;
    if (!trainer.lightningModule.automaticOptimization) return;
    for (const config of trainer.lrSchedulerConfigs) {
      if (config.reduceOnPlateau !== plateau || config.interval !== interval) continue;
      const at = (interval === 'step' ? this.batchIdx : trainer.currentEpoch) + 1;
      if (at % config.frequency !== 0) continue;
      let metric: number | null = null;
      if (plateau) {
        metric = await this.#monitored(config.monitor!, config.strict);
        if (metric === null) continue;
      }
      this.schedulerProgress.increment('ready');
      await trainer.hooks.module('lrSchedulerStep', [config.scheduler, metric]);
      this.schedulerProgress.increment('completed');
    }
  }

  async #monitored(monitor: string, strict: boolean): Promise<number | null> {
    const shown = this.trainer.connector.callbackMetrics;
    const value = shown[monitor];
    if (value !== undefined) return (await readAll([value]))[0]!;
    if (this.trainer.connector.isLost(monitor)) return null;
    const message = `ReduceLROnPlateau: expected the metric '${monitor}' to be logged, but there are only ${Object.keys(shown).join(', ') || 'none'}; log it, or name another as monitor`;
    if (strict) throw new ArgumentError(message);
    warnOnce(message);
    return null;
  }
}
